"""Templates: placeholders that lead to fields, and blocks of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.paths import FORMATS, find_path
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import BOOLEAN, Scope
from forms_dsl.expr.scope import Place as ExpressionPlace
from forms_dsl.expr.tree import Expression, ValueType
from forms_dsl.files.template import (
    BlockShape,
    FactsBlockShape,
    ImageBlockShape,
    OpinionsBlockShape,
    SignaturesBlockShape,
    TableBlockShape,
    TemplateShape,
    TextBlockShape,
)
from forms_dsl.model import PrintBlock, Template, TemplatePath
from forms_dsl.positions import spans_within

_TEMPLATE = ExpressionPlace("template", Sentence("a template", "模板"), frozenset({"P"}), frozenset({"user"}))
_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")
#: What does not lead to a field of the record.
_WORDS = {"user.name": "text", "now": "datetime"}
#: Format → the types that it can show.
_SHOWS = {
    "date": ("date", "datetime"), "datetime": ("datetime",), "upper": ("text", "choice"), "last4": ("text",),
    **dict.fromkeys(("money", "percent", "capital", "words"), ("number",)),
}  # fmt: skip
_ONLY = {"message": ("when", "page", "blocks"), "print": ("subject", "body")}


def build_template(bench: Workbench, file: SourceFile) -> Template | None:
    """The template of a file; placeholders and blocks with findings are left out."""
    shape = file.shape
    if not isinstance(shape, TemplateShape):
        return None
    place = Place(file)
    entity = bench.entity(place.at("entity"), shape.entity)
    if entity is None:
        return None
    for key in _ONLY[shape.kind]:
        if key in shape.model_fields_set:
            other = Sentence("print", "打印件") if shape.kind == "message" else Sentence("message", "消息")
            message = Sentence(f"Only a {other.en} template has the key {key!r}.", f"只有{other.zh}模板才有键“{key}”。")
            bench.find(codes.UNKNOWN_KEY, place.at(key), message, key=True)
    needed = "body" if shape.kind == "message" else "blocks"
    if not getattr(shape, needed) and file.is_whole((needed,)):
        message = Sentence(f"The template needs {needed!r}.", f"模板需要“{needed}”。")
        bench.find(codes.MISSING_KEY, place, message, key=True)
    scope = bench.scope(_TEMPLATE, bench.record_types(entity))
    paths = [*_paths(bench, place.at("subject"), entity), *_paths(bench, place.at("body"), entity)]
    paths += _paths(bench, place.at("page", "watermark"), entity)
    blocks = []
    seen: set[str] = set()
    for number, block in enumerate(shape.blocks):
        here = place.at("blocks", number)
        built = _block(bench, here, block, entity, scope)
        if built.name in seen and built.kind not in ("table", "image"):  # these are called like their fields
            message = Sentence(f"The name {built.name!r} is used twice.", f"名称“{built.name}”重复。")
            bench.find(codes.NAME_TWICE, here, message, key=True)
        seen.add(built.name)
        blocks.append(built)
        paths += _block_paths(bench, here, block, entity)
    return Template(
        id=shape.id or file.name,
        name=file.name,
        kind=shape.kind,
        entity=entity.name if entity.full_name.startswith(f"{bench.app}.") else entity.full_name,
        label=shape.label,
        span=place.at("template").span,
        paths=tuple(paths),
        when=_condition(bench, place.at("when"), shape.when, scope, entity),
        subject=shape.subject,
        body=shape.body,
        size=shape.page.size if shape.page else "A4",
        orientation=shape.page.orientation if shape.page else "portrait",
        watermark=shape.page.watermark if shape.page else None,
        blocks=tuple(blocks),
    )


def _condition(bench: Workbench, place: Place, source: str | None, scope: Scope, entity: EntitySignature) -> Expression | None:
    return bench.expression(place, source, scope, BOOLEAN, entity) if source else None


# Placeholders ------------------------------------------------------------------------------------------------------------


def _paths(bench: Workbench, place: Place, entity: EntitySignature) -> Iterator[TemplatePath]:
    """The placeholders of a text, in each of its languages, as they stand in the file."""
    written: Any = place.file.document.data
    for part in place.pointer:
        if not isinstance(written, dict | list) or (isinstance(written, dict) and part not in written):
            return
        written = written[part]  # type: ignore[index]
    for here, text in ((place, written),) if isinstance(written, str) else ((place.at(lang), written[lang]) for lang in written):
        if isinstance(text, str) and not here.is_damaged:
            yield from _placeholders(bench, here, text, entity)


def _placeholders(bench: Workbench, place: Place, text: str, entity: EntitySignature) -> Iterator[TemplatePath]:
    span_of = spans_within(place.file.document, place.pointer, text)
    for match in _PLACEHOLDER.finditer(text):
        path, bar, format = match[1].partition("|")
        span = span_of(match.start(), match.end())
        before = len(bench.findings)
        type = ValueType(_WORDS[path]) if path in _WORDS else find_path(bench, place, path, entity)  # type: ignore[arg-type]
        # The finding stands at the placeholder, not at the whole text.
        bench.findings[before:] = [replace(found, span=span) for found in bench.findings[before:]]
        if type is None:
            continue
        if type.name == "rows":
            message = Sentence(f"{path!r} is a table of rows, not a value.", f"“{path}”是明细，不是单个值。")
            bench.find(codes.WRONG_TYPE, place, message, at=span)
        elif bar and format not in FORMATS:
            known = Sentence(f"There are {', '.join(FORMATS)}.", f"可用：{'、'.join(FORMATS)}。")
            bench.find(
                codes.UNKNOWN_REFERENCE,
                place,
                Sentence(f"There is no format {format!r}.", f"没有格式“{format}”。"),
                known,
                at=span,
            )
        elif bar and type.name not in _SHOWS[format]:
            message = Sentence(f"The format {format!r} does not show {path!r}.", f"格式“{format}”不适用于“{path}”。")
            bench.find(codes.WRONG_TYPE, place, message, at=span)
        elif path not in _WORDS:
            yield TemplatePath(path, format or None, span)
    rest = _PLACEHOLDER.sub(lambda match: " " * len(match[0]), text)
    brace = re.search(r"[{}]", rest)
    if brace:
        message = Sentence("A placeholder is written {{path}}; this brace is alone.", "占位符写作 {{路径}}；此处的花括号不成对。")
        bench.find(codes.WRONG_TYPE, place, message, at=span_of(brace.start(), brace.end()))


# Blocks ------------------------------------------------------------------------------------------------------------------


def _block_paths(bench: Workbench, place: Place, shape: BlockShape, entity: EntitySignature) -> Iterator[TemplatePath]:
    """The fields that a block names."""
    match shape:
        case TextBlockShape():
            yield from _paths(bench, place.at("label"), entity)
        case FactsBlockShape():
            for number, path in enumerate(shape.items):
                here = place.at("items", number)
                type = find_path(bench, here, path, entity)
                if type is not None and type.name == "rows":
                    message = Sentence(f"{path!r} is a table of rows, not a value.", f"“{path}”是明细，不是单个值。")
                    bench.find(codes.WRONG_TYPE, here, message)
                elif type is not None:
                    yield TemplatePath(path, None, here.span)
        case TableBlockShape():
            type = _of_type(bench, place.at("table"), shape.table, entity, "rows", Sentence("a table of rows", "明细"))
            for number, column in enumerate(shape.columns if type is not None else ()):
                here = place.at("columns", number)
                if find_path(bench, here, f"{shape.table}.{column}", entity) is not None:
                    yield TemplatePath(f"{shape.table}.{column}", None, here.span)
            for number, column in enumerate(shape.totals):
                here = place.at("totals", number)
                if column not in shape.columns:
                    bench.unknown(here, column, Sentence("column of the table", "表格的列"), shape.columns)
                elif type is not None and (type.rows or {}).get(column, _NUMBER).name != "number":
                    bench.find(codes.WRONG_TYPE, here, Sentence(f"{column!r} is not a number.", f"“{column}”不是数值。"))
        case ImageBlockShape():
            if find_path(bench, place.at("image"), shape.image, entity) is not None:
                _is_file(bench, place.at("image"), shape.image, entity)
                yield TemplatePath(shape.image, None, place.at("image").span)


_NUMBER = ValueType("number")


def _of_type(bench: Workbench, place: Place, path: str, entity: EntitySignature, name: str, what: Sentence) -> ValueType | None:
    type = find_path(bench, place, path, entity)
    if type is not None and type.name != name:
        bench.find(codes.WRONG_TYPE, place, Sentence(f"{path!r} is not {what.en}.", f"“{path}”不是{what.zh}。"))
        return None
    return type


def _is_file(bench: Workbench, place: Place, name: str, entity: EntitySignature) -> None:
    found = entity.fields.get(name)
    if found is not None and found.type != "file":
        bench.find(codes.WRONG_TYPE, place, Sentence(f"{name!r} is no file field.", f"“{name}”不是附件字段。"))


def _block(bench: Workbench, place: Place, shape: BlockShape, entity: EntitySignature, scope: Scope) -> PrintBlock:
    span, visible = place.key_span, _condition(bench, place.at("visible"), shape.visible, scope, entity)
    match shape:
        case FactsBlockShape():
            return PrintBlock("facts", shape.facts, span, shape.label, tuple(shape.items), width=shape.columns, visible=visible)
        case TableBlockShape():
            columns, totals = tuple(shape.columns), tuple(shape.totals)
            return PrintBlock("table", shape.table, span, shape.label, columns=columns, totals=totals, visible=visible)
        case OpinionsBlockShape():
            return PrintBlock("opinions", shape.opinions, span, shape.label, steps=tuple(shape.steps), visible=visible)
        case SignaturesBlockShape():
            return PrintBlock("signatures", shape.signatures, span, shape.label, steps=tuple(shape.steps), visible=visible)
        case ImageBlockShape():
            return PrintBlock("image", shape.image, span, shape.label, visible=visible)
        case TextBlockShape():
            return PrintBlock("text", shape.text, span, shape.label, visible=visible)
    raise TypeError(type(shape).__name__)
