"""JSON bodies as the product accepts them: one meaning only, no float, no text that a database refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from forms_dsl.model import Label
from forms_dsl.source import escape_pointer
from runtime.failures import Fault, Invalid
from runtime.http import codes
from runtime.http.validation import fault_of

#: Deeper bodies have no use here and would cost the parser its stack.
_DEEPEST = 64
_LONGEST_NOTE = 2_000
Shape = TypeVar("Shape", bound=BaseModel)
_SURROGATES = re.compile("[\ud800-\udfff]")


class _DuplicateName(ValueError):
    pass


def parse_json(raw: bytes) -> object:
    """The value of a JSON text; fractions become Decimal. Raises Invalid for what has two meanings or none."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_float=_decimal, parse_constant=_no_constant)
    except _DuplicateName as duplicate:
        name = str(duplicate)
        raise _invalid(
            codes.NAME_TWICE, {"zh": f"名称 {name!r} 出现了两次。", "en": f"The name {name!r} stands twice."}
        ) from None
    except (ValueError, RecursionError):
        raise _invalid(codes.NOT_JSON, {"zh": "内容不是有效的 JSON。", "en": "The body is not valid JSON."}) from None
    faults = tuple(_faults(value, "", 0))
    if faults:
        raise Invalid(faults[0].message, code=faults[0].code, faults=faults)
    return value


def json_body(request: Request) -> object:
    """The parsed body of this request; raises Invalid when it has none."""
    if not hasattr(request.state, "json"):
        raise _invalid(codes.NOT_JSON, {"zh": "缺少 JSON 内容。", "en": "A JSON body is missing."})
    value: object = request.state.json
    return value


def json_object(request: Request, *, optional: bool = False) -> dict[str, object]:
    """The parsed body, which must be an object; with `optional` a missing body is an empty one."""
    if optional and not hasattr(request.state, "json"):
        return {}
    value = json_body(request)
    if not isinstance(value, dict):
        raise _invalid("Q422", {"zh": "内容应为 JSON 对象。", "en": "The body must be a JSON object."})
    return value


def take_note(body: dict[str, object]) -> str | None:
    """The `note` of a body, taken out of it; None where nothing is said. Raises Invalid for what is no text or too long."""
    raw = body.pop("note", None)
    if raw is None or (isinstance(raw, str) and len(raw) <= _LONGEST_NOTE):
        return raw or None
    message: Label = {
        "zh": f"说明最多 {_LONGEST_NOTE} 个字符。",
        "en": f"A note is a text of at most {_LONGEST_NOTE} characters.",
    }
    raise Invalid(message, faults=(Fault("Q422", message, pointer="/note"),))


def shaped(request: Request, shape: type[Shape], *, optional: bool = False) -> Shape:
    """The parsed body in a shape; raises Invalid with a pointer for each fault. With `optional` as `json_object`."""
    try:
        return shape.model_validate(json_object(request, optional=optional))
    except ValidationError as wrong:
        faults = tuple(fault_of({**error, "loc": ("body", *error["loc"])}) for error in wrong.errors())
        raise Invalid(faults[0].message, faults=faults) from wrong


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        raise _DuplicateName(next(name for name, _ in pairs if name in seen or seen.add(name)))  # type: ignore[func-returns-value]
    return result


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as too_long:
        raise ValueError(text) from too_long


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _faults(value: object, pointer: str, depth: int) -> Iterator[Fault]:
    if depth > _DEEPEST:
        yield Fault(codes.NOT_JSON, {"zh": "嵌套过深。", "en": "This is nested too deeply."}, pointer=pointer)
    elif isinstance(value, str):
        if "\0" in value or _SURROGATES.search(value):
            message = {"zh": "文本中含有不允许的字符。", "en": "The text holds a character that is not allowed."}
            yield Fault(codes.BAD_CHARACTER, message, pointer=pointer)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _faults(name, pointer, depth)
            yield from _faults(item, f"{pointer}/{escape_pointer(name)}", depth + 1)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _faults(item, f"{pointer}/{position}", depth + 1)


def _invalid(code: str, message: Label) -> Invalid:
    return Invalid(message, code=code, faults=(Fault(code, message, pointer=""),))
