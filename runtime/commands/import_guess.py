"""A mapping for a file whose columns are called like the fields: by name, or by label in either language."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from forms_dsl.diagnostics import nearest
from forms_dsl.model import App, Entity, Field
from forms_dsl.source import Document
from runtime.commands.import_mapping import MappingShape, Reading, entity_named
from runtime.commands.import_source import guess_delimiter, open_source
from runtime.failures import Fault, Invalid, NotFound

#: How a record of the organisation is named in a file.
_BUSINESS_KEYS: Mapping[str, str] = {"org.branch": "code", "org.person": "username"}


def guess_mapping(app: App, entity_name: str, file: Path, encoding: str) -> Reading:
    """The mapping of one file to one entity; raises Invalid with every column that is called like no field."""
    entity = app.entities.get(entity_name)
    if entity is None:
        known = nearest(entity_name, app.entities) or ", ".join(app.entities)
        raise NotFound(
            {"zh": f"没有实体“{entity_name}”，可用：{known}。", "en": f"There is no entity {entity_name!r}; known: {known}."}
        )
    if not file.is_file():
        raise Invalid({"zh": f"没有文件 {file}。", "en": f"There is no file {file}."}, code="D010")
    delimiter = guess_delimiter(file, encoding)
    columns = open_source(file, delimiter, encoding).columns
    fields = fields_called(entity, columns, entity.fields)
    key = key_among(entity, fields, entity.fields)
    if key is None:
        unique = ", ".join(field.name for field in entity.fields.values() if field.unique) or "-"
        message = {
            "zh": f"文件缺少唯一字段（{unique}），无法识别同一记录；请编写带 key 的映射文件。",
            "en": f"The file has no unique field ({unique}) by which a record is found again; write a mapping file with a key.",
        }
        raise Invalid(message, code="D103")
    how = {"delimiter": "tab" if delimiter == "\t" else delimiter, "encoding": encoding}
    return mapping_of(app, entity, fields, (key,), file.name, how)


def mapping_of(
    app: App, entity: Entity, fields: Mapping[str, Field], key: Sequence[str], file: str, how: Mapping[str, str] = {}
) -> Reading:
    """The mapping of columns to the fields that they are called like; `key` may be empty where every row is a new record."""
    data: dict[str, object] = {
        "mapping": "by_name",
        "app": app.name,
        **how,
        "steps": [
            {
                "entity": entity.name,
                "file": file,
                "key": list(key) or [next(iter(fields.values())).name],
                "fields": {field.name: _source(app, field, column) for column, field in fields.items()},
            }
        ],
    }
    shape = MappingShape.model_validate(data, context={"languages": ("zh", "en")})
    return Reading(shape, Document(file, "", data), ())


def fields_called(
    entity: Entity, columns: Sequence[str], known: Collection[str], assigned: Mapping[str, str] = {}
) -> dict[str, Field]:
    """Column → the field that is called so, of those that may be known; raises Invalid with every column that is called like none.

    `assigned` says it for columns that are called otherwise: column → field, or nothing for a column that is left out.
    """
    fields = [field for field in entity.fields.values() if field.name in known]
    called = {name.casefold(): field for field in fields for name in (*field.label.values(), field.name)}
    for column, name in assigned.items():
        if column not in columns or (name and name not in known):
            what = name if column in columns else column
            message = {
                "zh": f"列与字段的对应有误：没有“{what}”。",
                "en": f"A column is assigned to a field, and there is no {what!r}.",
            }
            raise Invalid(message, code="D105", faults=(Fault("D105", message, parameter=column),))
    wanted = {column: assigned.get(column, column) for column in columns if assigned.get(column) != ""}
    unknown = [column for column, name in wanted.items() if name.casefold() not in called]
    if unknown:
        faults = tuple(
            Fault("D105", {"zh": f"没有字段“{column}”。", "en": f"There is no field {column!r}."}, parameter=column)
            for column in unknown
        )
        listed = ", ".join(unknown)
        message = {
            "zh": f"{entity.name} 没有这些列对应的字段：{listed}。请改名，或指定各列对应的字段。",
            "en": f"{entity.name} has no fields for these columns: {listed}. Rename them, or say which fields they are.",
        }
        raise Invalid(message, code="D105", faults=faults)
    found = {column: called[name.casefold()] for column, name in wanted.items()}
    if not found:
        raise Invalid({"zh": "没有任何列对应字段。", "en": "No column is assigned to a field."}, code="D105")
    twice = [column for column, field in found.items() if [each.name for each in found.values()].count(field.name) > 1]
    if twice:
        listed = ", ".join(twice)
        message = {"zh": f"这些列是同一个字段：{listed}。", "en": f"These columns are one and the same field: {listed}."}
        raise Invalid(message, code="D105")
    return found


def key_among(entity: Entity, fields: Mapping[str, Field], found_by: Collection[str]) -> str | None:
    """The unique field among those of a file by which a record is found again."""
    return next((field.name for field in fields.values() if field.unique and field.name in found_by), None)


def _source(app: App, field: Field, column: str) -> object:
    target = field.options.to if field.type == "reference" else None
    if target is None and field.type == "choice":
        # As people read it or as it is kept; a label that is another one's code means the code.
        labels = {label: choice.code for choice in field.options.choices for label in choice.label.values()}
        return {"column": column, "map": labels | {choice.code: choice.code for choice in field.options.choices}}
    if target is None:
        return {"column": column}
    other = entity_named(app, target)
    unique = next((f.name for f in other.fields.values() if f.unique), None) if other is not None else None
    by = _BUSINESS_KEYS.get(target) or unique
    if by is None:
        message = {
            "zh": f"“{column}”引用的 {target} 没有唯一字段；请编写映射文件。",
            "en": f"{column!r} refers to {target}, which has no unique field; write a mapping file.",
        }
        raise Invalid(message, code="D103")
    return {"column": column, "lookup": {"entity": target, "by": by}}
