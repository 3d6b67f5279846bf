"""What a write leaves in the audit trail: the fields that changed, personal values only in their masked form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring as encode

from sqlalchemy.engine import Connection

from forms_dsl.model import Field
from runtime.audit.canonical import canonical_json
from runtime.audit.trail import Alike, record_alike
from runtime.compile.app import CompiledEntity
from runtime.compile.tables import is_kept
from runtime.context import Context
from runtime.query.masks import masked_value
from runtime.records.difference import changed_fields


@dataclass(frozen=True, slots=True)
class RecordWrite:
    """One of many writes: the version that it made, and the values before and after it."""

    record_id: str
    version: int
    before: Mapping[str, object]
    after: Mapping[str, object]


def record_change(
    connection: Connection,
    context: Context,
    entity: CompiledEntity,
    kind: str,
    record_id: str,
    version: int,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    """Write the event of one write in the caller's transaction; entities that say `audit: none` leave none."""
    record_changes(connection, context, entity, kind, [RecordWrite(record_id, version, before, after)])


def record_changes(
    connection: Connection, context: Context, entity: CompiledEntity, kind: str, writes: Iterable[RecordWrite]
) -> None:
    """Write the events of many writes of one kind, each as `record_change` writes it."""
    if entity.entity.audit == "none":
        return
    act = Alike(kind, entity.entity.app, entity.entity.name)
    #: Made for the fields that change.
    texts: dict[str, tuple[Callable[[object], str], str]] = {}

    def body(write: RecordWrite) -> str:
        before, after = write.before, write.after
        changes = []
        for name in changed_fields(entity, before, after):
            if name not in texts:
                field = entity.entity.fields[name]
                texts[name] = _text_of(field, entity), f',"field":{encode(field.id)}}}'
            text, end = texts[name]
            old = before.get(name)
            changes.append(f'{{"after":{text(after.get(name))},"before":{"null" if old is None else text(old)}{end}')
        return '{"changes":[' + ",".join(changes) + "]}"

    record_alike(connection, context, act, [(write.record_id, write.version, body(write)) for write in writes])


def _text_of(field: Field, entity: CompiledEntity) -> Callable[[object], str]:
    """The canonical text of a field's values as the trail keeps them."""
    if field.classification == "C1" and not field.encrypted and field.type != "rows":
        return _written

    def text(value: object) -> str:
        return _written(shown(field, value, entity))

    return text


def _written(value: object) -> str:
    if isinstance(value, str):
        return encode(value)
    return "null" if value is None else canonical_json(value)


def shown(field: Field, value: object, entity: CompiledEntity) -> object:
    """A value as the trail keeps it: C2 masked, C3 not at all, rows with each of their cells so."""
    if value is None:
        return None
    if isinstance(value, list) and field.options.of is not None:
        inner = entity.entity.rows[field.options.of].fields
        return [{f.id: shown(f, row.get(name), entity) for name, f in inner.items() if is_kept(f)} for row in value]
    if field.encrypted:
        return "***"
    match field.classification:
        case "C3":
            return "***"
        case "C2":
            return masked_value(field, value)
        case _:
            return list(value) if isinstance(value, tuple) else value
