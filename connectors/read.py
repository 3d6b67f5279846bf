"""A connector file into a checked definition, with every finding at its place; never raises for what a person wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connectors.build import build_definition
from connectors.checks import check_definition
from connectors.definition import ConnectorDefinition
from connectors.shapes import ConnectorShape
from forms_dsl.codes import MISSING_KEY, UNKNOWN_KEY, WRONG_TYPE
from forms_dsl.diagnostics import Diagnostic, Sentence, code, has_errors, suggestion
from forms_dsl.source import Document, Pointer
from forms_dsl.yaml_source import read_document

NO_TIMEOUT = code("C002", "A connector definition without a limit of time, so that a call could wait for ever.")

_CHINESE = {
    "literal_error": "此处只能是 {expected}。",
    "string_pattern_mismatch": "此处文本的形式应符合 {pattern}。",
    "string_type": "此处应为文本。",
    "string_too_short": "此处文本至少要有 {min_length} 个字符。",
    "string_too_long": "此处文本最多 {max_length} 个字符。",
    "int_parsing": "此处应为整数。",
    "greater_than_equal": "此处的值不能小于 {ge}。",
    "less_than_equal": "此处的值不能大于 {le}。",
    "dict_type": "此处应为键值。",
    "model_type": "此处应为键值。",
    "list_type": "此处应为列表。",
    "too_short": "此处至少要有 {min_length} 项。",
    "too_long": "此处最多 {max_length} 项。",
}


@dataclass(frozen=True, slots=True)
class ReadConnector:
    """What became of a file: the definition, or None when it has errors, and the findings."""

    definition: ConnectorDefinition | None
    diagnostics: tuple[Diagnostic, ...]


def read_connector(file: str, text: str) -> ReadConnector:
    """Read one connector file."""
    document, found = read_document(file, text)
    diagnostics = list(found)
    if document is None or has_errors(diagnostics):
        return ReadConnector(None, tuple(diagnostics))
    try:
        shape = ConnectorShape.model_validate(document.data)
    except ValidationError as invalid:
        diagnostics += _findings(document, invalid)
        return ReadConnector(None, tuple(diagnostics))
    diagnostics += check_definition(shape, document)
    definition = None if has_errors(diagnostics) else build_definition(shape, document)
    return ReadConnector(definition, tuple(diagnostics))


def _findings(document: Document, invalid: ValidationError) -> Iterator[Diagnostic]:
    seen: set[Pointer] = set()
    for error in invalid.errors(include_url=False, include_input=False):
        place, kind = error["loc"], error["type"]
        pointer = _existing(document.data, place)
        if kind == "extra_forbidden":
            key = str(place[-1])
            said = Sentence(f"The key {key!r} is not known here.", f"此处没有“{key}”这个键。")
            hint = suggestion(key, _known_keys(place[:-1]))
            yield UNKNOWN_KEY.at(document.key_span(pointer), said, pointer=pointer, hint=hint)
        elif kind == "missing":
            said = Sentence(f"The key {str(place[-1])!r} is missing.", f"缺少“{place[-1]}”。")
            unbounded = "timeout" in place
            yield (NO_TIMEOUT if unbounded else MISSING_KEY).at(document.span(pointer), said, pointer=pointer)
        elif pointer not in seen:
            seen.add(pointer)
            yield WRONG_TYPE.at(document.span(pointer), _said(error), pointer=pointer)


def _said(error: ErrorDetails) -> Sentence:
    """What is wrong with a value; the shapes' own messages carry both languages."""
    context: Mapping[str, object] = error.get("ctx", {})
    chinese = context.get("zh") or _CHINESE.get(error["type"], "此处的值不符合要求。")
    english = error["msg"][:1].upper() + error["msg"][1:]
    return Sentence(english if english.endswith(".") else english + ".", str(chinese).format(**context))


def _existing(data: object, place: Sequence[str | int]) -> Pointer:
    """The longest part of `place` that exists in the data (a union adds words of its own)."""
    pointer: Pointer = ()
    for step in place:
        inside = step in data if isinstance(data, Mapping) else isinstance(data, list) and step in range(len(data))
        if not inside:
            break
        data = data[step]  # type: ignore[index]  # a map or list that has this step, by the line above
        pointer = (*pointer, step)
    return pointer


def _known_keys(place: Sequence[str | int]) -> list[str]:
    shape: type[BaseModel] = ConnectorShape
    for step in place:
        for name, field in shape.model_fields.items():
            if step in (name, field.alias):
                shape = next(_shapes_in(field.annotation), shape)
    return [field.alias or name for name, field in shape.model_fields.items()]


def _shapes_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _shapes_in(part)
