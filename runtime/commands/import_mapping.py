"""The mapping file of an import: which file becomes which entity, and which columns become which fields.

It is read like a definition: positions, all findings at once, both languages. Whether its columns exist is seen
when the files are opened (`import_source`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Tag

from forms_dsl.diagnostics import Diagnostic, Sentence, code, has_errors, suggestion
from forms_dsl.files.labels import SentenceText
from forms_dsl.files.values import ChoiceCode, Expr, Flag, Literal, Name, Reference, Shape, Text, key, one_of
from forms_dsl.files.variants import by_kind, tag
from forms_dsl.model import App, Entity
from forms_dsl.salvage import salvage
from forms_dsl.source import Document, Pointer
from forms_dsl.yaml_source import read_document

ENCODINGS = ("utf-8", "gb18030", "gbk", "latin-1", "ascii")

UNKNOWN_TARGET = code("D101", "A mapping names an entity or field that the app does not have.")
ONE_SOURCE = code("D102", "A field of a mapping needs exactly one of column, text, value and expression.")
NO_KEY = code("D103", "An import needs a key by which a second import finds the same record.")
BAD_FORMAT = code("D104", "A date format of a mapping that cannot be read.")


class LookupShape(Shape):
    """The record that a value names."""

    entity: Annotated[Reference, key("The entity of the record.", "记录所属实体。")]
    by: Annotated[Name, key("Its field that holds the value.", "与该值对应的字段。")]
    of: Annotated[Name | None, key("The field to take; without it the record itself.", "取值字段；省略则引用该记录。")] = None


class ValueShape(Shape):
    """Where the value of a field comes from, and what is done with it on the way."""

    column: Annotated[Text | None, key("A column; `name.column` of a joined file.", "来源列；联接文件写作 名称.列。")] = None
    text: Annotated[Text | None, key("A text with {columns} in it.", "含 {列} 的文本。")] = None
    value: Annotated[Literal | None, key("The same for every row.", "每行相同的值。")] = None
    expression: Annotated[
        Expr | None, key("An expression over the columns, which are texts.", "以列（均为文本）计算的表达式。")
    ] = None
    missing: Annotated[list[Literal], key("Texts that mean that nothing is there.", "表示缺失的文本。")] = []
    map: Annotated[dict[str, Literal], key("Text of the file → value.", "文件中的文本 → 值。")] = {}
    otherwise: Annotated[Literal | None, key("The value of any other text.", "其他文本对应的值。")] = None
    format: Annotated[Text | None, key("How a date is written: YYYY, YY, MM and DD.", "日期写法：YYYY、YY、MM、DD。")] = None
    century: Annotated[Literal | None, key("What stands before YY: 19 or 20.", "YY 之前的世纪：19 或 20。")] = None
    required: Annotated[Flag, key("A row from which nothing comes is refused.", "取不到值的行被拒绝。")] = False
    lookup: Annotated[LookupShape | None, key("The record that the value names.", "该值所指的记录。")] = None


Value = Annotated[Annotated[ValueShape, Tag(tag("map"))] | Annotated[Text, Tag(tag("text"))], by_kind(dict, "map", "text")]


class JoinShape(Shape):
    """A second file that adds its columns to each row."""

    file: Annotated[Text, key("The file.", "文件。")]
    name: Annotated[Name, key("What stands before its columns.", "其列名的前缀。")]
    match: Annotated[dict[str, Text], key("Its column → a column of the row.", "该文件的列 → 本行的列。", min_length=1)]
    where: Annotated[dict[str, Literal], key("Only its rows with these values.", "仅取这些值的行。")] = {}
    optional: Annotated[Flag, key("Without a row of it the columns are missing.", "没有对应行时列为空。")] = False


class StepShape(Shape):
    """One file that becomes records of one entity."""

    entity: Annotated[Reference, key("The entity.", "实体。")]
    file: Annotated[Text, key("The file, below the source folder.", "源文件夹中的文件。")]
    key: Annotated[list[Name], key("Fields by which a record is found again.", "用于识别同一记录的字段。", min_length=1)]
    fields: Annotated[dict[Name, Value], key("Field → where it comes from.", "字段 → 来源。", min_length=1)]
    join: Annotated[list[JoinShape], key("Further files.", "联接的文件。")] = []
    where: Annotated[Expr | None, key("Which rows are taken.", "取哪些行。")] = None
    reason: Annotated[SentenceText | None, key("Why the other rows are left out.", "其余行为何略过。")] = None


class MappingShape(Shape):
    """A mapping file: steps in their order."""

    mapping: Annotated[Name, key("Its name.", "映射名称。")]
    app: Annotated[Name, key("The app that the records are of.", "记录所属应用。")]
    delimiter: Annotated[str, one_of(",", ";", "|", "tab"), key("What stands between columns.", "列分隔符。")] = ","
    encoding: Annotated[str, one_of(*ENCODINGS), key("How the files are written.", "文件编码。")] = "utf-8"
    missing: Annotated[list[Literal], key("Texts that mean that nothing is there.", "表示缺失的文本。")] = []
    century: Annotated[Literal | None, key("What stands before YY in dates.", "日期中 YY 之前的世纪。")] = None
    steps: Annotated[list[StepShape], key("The files in their order.", "按顺序导入的文件。", min_length=1)]


__all__ = ["ChoiceCode", "JoinShape", "LookupShape", "MappingShape", "Reading", "StepShape", "ValueShape", "read_mapping"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A mapping file as it was read; `mapping` is None when there is an error."""

    mapping: MappingShape | None
    document: Document | None
    diagnostics: tuple[Diagnostic, ...]


def read_mapping(file: str, text: str, apps: Mapping[str, App]) -> Reading:
    """Read a mapping file and check it against the live apps; never raises for what a person wrote."""
    document, findings = read_document(file, text)
    if document is None or not isinstance(document.data, dict):
        return Reading(None, document, tuple(findings))
    salvaged = salvage(MappingShape, document, ("zh", "en"), {})
    found = [*findings, *salvaged.findings]
    if salvaged.shape is not None and not has_errors(found):
        found.extend(_check(salvaged.shape, document, apps))
    return Reading(None if has_errors(found) else salvaged.shape, document, tuple(found))


def value_of(shape: ValueShape | str) -> ValueShape:
    """The long form of a field's source: a bare text names a column."""
    return ValueShape(column=shape) if isinstance(shape, str) else shape


def _check(mapping: MappingShape, document: Document, apps: Mapping[str, App]) -> Iterator[Diagnostic]:
    app = apps.get(mapping.app)
    if app is None:
        message = Sentence(f"There is no live app {mapping.app!r}.", f"没有正在运行的应用“{mapping.app}”。")
        yield UNKNOWN_TARGET.at(document.span(("app",)), message, pointer=("app",), hint=suggestion(mapping.app, apps))
        return
    for number, step in enumerate(mapping.steps):
        yield from _check_step(step, ("steps", number), document, app)


def _check_step(step: StepShape, at: Pointer, document: Document, app: App) -> Iterator[Diagnostic]:
    entity = app.entities.get(step.entity)
    if entity is None:
        yield _unknown(document, (*at, "entity"), "entity", "实体", step.entity, app.entities)
        return
    for name, shape in step.fields.items():
        place = (*at, "fields", name)
        if name not in entity.fields:
            yield _unknown(document, place, "field", "字段", name, entity.fields, of_key=True)
        else:
            yield from _check_value(value_of(shape), place, document, app, entity)
    for position, name in enumerate(step.key):
        if name not in step.fields:
            yield _unknown(document, (*at, "key", position), "mapped field", "已映射字段", name, step.fields)


def _check_value(shape: ValueShape, at: Pointer, document: Document, app: App, entity: Entity) -> Iterator[Diagnostic]:
    given = [name for name in ("column", "text", "value", "expression") if getattr(shape, name) is not None]
    if len(given) != 1:
        message = Sentence(
            "A field comes from exactly one of column, text, value and expression.",
            "字段来源须为 column、text、value、expression 之一。",
        )
        yield ONE_SOURCE.at(document.span(at), message, pointer=at)
    if shape.format is not None and not _is_format(shape.format):
        hint = Sentence("Write it like YYYY-MM-DD or YYMMDD.", "写法示例：YYYY-MM-DD、YYMMDD。")
        message = Sentence(f"{shape.format!r} is no date format.", f"“{shape.format}”不是日期写法。")
        yield BAD_FORMAT.at(document.span((*at, "format")), message, pointer=(*at, "format"), hint=hint)
    if shape.lookup is not None:
        yield from _check_lookup(shape.lookup, (*at, "lookup"), document, app)


def _check_lookup(lookup: LookupShape, at: Pointer, document: Document, app: App) -> Iterator[Diagnostic]:
    target = entity_named(app, lookup.entity)
    if target is None:
        known = [*app.entities, *(f"{other}.{name}" for other, required in app.requires.items() for name in required.entities)]
        yield _unknown(document, (*at, "entity"), "entity", "实体", lookup.entity, known)
        return
    for part in ("by", "of"):
        name = getattr(lookup, part)
        if name is not None and name not in target.fields:
            yield _unknown(document, (*at, part), "field", "字段", name, target.fields)


def entity_named(app: App, name: str) -> Entity | None:
    """An entity of the app, or of a required app as `app.entity`."""
    other, _, rest = name.rpartition(".")
    source = app if other in {"", app.name} else app.requires.get(other)
    return source.entities.get(rest) if source is not None else None


def _is_format(text: str) -> bool:
    years = text.count("YYYY") or text.count("YY")
    return years == text.count("MM") == text.count("DD") == 1


def _unknown(
    document: Document, at: Pointer, en: str, zh: str, name: str, known: Mapping[str, object] | list[str], *, of_key: bool = False
) -> Diagnostic:
    span = document.key_span(at) if of_key else document.span(at)
    message = Sentence(f"There is no {en} {name!r} here.", f"没有{zh}“{name}”。")
    return UNKNOWN_TARGET.at(span, message, pointer=at, hint=suggestion(name, known))
