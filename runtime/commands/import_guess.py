"""A mapping for a file whose columns are called like the fields: by name, or by label in either language."""

from __future__ import annotations

from collections.abc import Mapping
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
    fields = _fields(entity, columns)
    data: dict[str, object] = {
        "mapping": "by_name",
        "app": app.name,
        "delimiter": "tab" if delimiter == "\t" else delimiter,
        "encoding": encoding,
        "steps": [
            {
                "entity": entity_name,
                "file": file.name,
                "key": [_key(entity, fields)],
                "fields": {field.name: _source(app, field, column) for column, field in fields.items()},
            }
        ],
    }
    shape = MappingShape.model_validate(data, context={"languages": ("zh", "en")})
    return Reading(shape, Document(file.name, "", data), ())


def _fields(entity: Entity, columns: tuple[str, ...]) -> dict[str, Field]:
    called = {name.casefold(): field for field in entity.fields.values() for name in (*field.label.values(), field.name)}
    unknown = [column for column in columns if column.casefold() not in called]
    if unknown:
        faults = tuple(
            Fault("D105", {"zh": f"没有字段“{column}”。", "en": f"There is no field {column!r}."}, parameter=column)
            for column in unknown
        )
        listed = ", ".join(unknown)
        message = {
            "zh": f"{entity.name} 没有这些列对应的字段：{listed}。请改名，或编写映射文件。",
            "en": f"{entity.name} has no fields for these columns: {listed}. Rename them, or write a mapping file.",
        }
        raise Invalid(message, code="D105", faults=faults)
    return {column: called[column.casefold()] for column in columns}


def _key(entity: Entity, fields: Mapping[str, Field]) -> str:
    found = next((field.name for field in fields.values() if field.unique), None)
    if found is None:
        unique = ", ".join(field.name for field in entity.fields.values() if field.unique) or "-"
        message = {
            "zh": f"文件缺少唯一字段（{unique}），无法识别同一记录；请编写带 key 的映射文件。",
            "en": f"The file has no unique field ({unique}) by which a record is found again; write a mapping file with a key.",
        }
        raise Invalid(message, code="D103")
    return found


def _source(app: App, field: Field, column: str) -> object:
    target = field.options.to if field.type == "reference" else None
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
