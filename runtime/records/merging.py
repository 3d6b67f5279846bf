"""What a record becomes when others are merged into it, and what of that is still there later: pure, from values to values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms_dsl.fitting import is_empty
from forms_dsl.model import Entity, Field
from forms_dsl.storage import FileStorage
from runtime.compile.access import is_entered
from runtime.compile.tables import is_kept, storage_of

#: Stands for every record of the merge, where a field holds several things: all of them together.
ALL = "all"


@dataclass(frozen=True, slots=True)
class Standing:
    """A record of a merge as it stands, with the fields of it that the survivor may take."""

    id: str
    values: Mapping[str, object]
    gives: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Taken:
    """A value that the survivor takes: from which record, or ALL."""

    field: str
    source: str
    value: object


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A choice that is not possible: no such field or record here, or a value that this person may not take."""

    field: str
    source: str


def merged_fields(entity: Entity) -> dict[str, Field]:
    """The fields of which one value is kept: those that people enter; what the platform sets stays the survivor's."""
    return {name: field for name, field in entity.fields.items() if is_entered(field)}


def holds_many(field: Field) -> bool:
    """Whether the values of several records can stand together in the field."""
    return field.type in {"rows", "multi_choice"} or isinstance(storage_of(field), FileStorage)


def plan_values(
    entity: Entity, survivor: Standing, others: Sequence[Standing], choose: Mapping[str, str]
) -> tuple[tuple[Taken, ...], tuple[NotTaken, ...]]:
    """What the survivor takes of the others: where nothing is chosen, the first value that is there where it has none itself."""
    fields = merged_fields(entity)
    records = {record.id: record for record in (survivor, *others)}
    wrong = tuple(
        NotTaken(name, source) for name, source in choose.items() if not _is_possible(fields.get(name), source, survivor, others)
    )
    refused = {each.field for each in wrong}
    taken = []
    for name, field in fields.items():
        source = _source(name, survivor, others, choose.get(name)) if name not in refused else survivor.id
        if source != survivor.id:
            givers = (
                [survivor, *(records[id] for id in sorted(records) if id != survivor.id)] if source == ALL else [records[source]]
            )
            taken.append(Taken(name, source, value_from(entity, field, survivor, givers)))
    return tuple(taken), wrong


def value_from(entity: Entity, field: Field, survivor: Standing, givers: Sequence[Standing]) -> object:
    """The value that the survivor has by these records; rows of others come without their keys, which are theirs."""
    if not holds_many(field):
        return givers[0].values.get(field.name)
    found: list[object] = []
    seen: list[object] = []
    for giver in givers:
        value = giver.values.get(field.name)
        for item in value if isinstance(value, list | tuple) else ():
            content = contents(entity, field, [item])
            if content not in seen:
                seen.append(content)
                found.append(_copy(item, own=giver is survivor))
    if field.type == "rows":
        return found
    return tuple(found) or None


def contents(entity: Entity, field: Field, value: object) -> object:
    """What a value says: rows by their cells, without their keys and what is worked out on reading."""
    if field.type != "rows" or field.options.of is None:
        return list(value) if isinstance(value, tuple) else value
    names = [name for name, inner in entity.rows[field.options.of].fields.items() if is_kept(inner) and is_entered(inner)]
    return [[row.get(name) for name in names] for row in (value if isinstance(value, list) else ())]


def is_untouched(entity: Entity, field: Field, now: object, left: object) -> bool:
    """Whether a field still says what a merge left in it."""
    return contents(entity, field, now) == contents(entity, field, left) or (is_empty(now) and is_empty(left))


def _is_possible(field: Field | None, source: str, survivor: Standing, others: Sequence[Standing]) -> bool:
    if field is None:
        return False
    if source == ALL:
        return holds_many(field) and all(field.name in other.gives for other in others)
    return source == survivor.id or any(other.id == source and field.name in other.gives for other in others)


def _source(name: str, survivor: Standing, others: Sequence[Standing], chosen: str | None) -> str:
    if chosen is not None:
        return chosen
    if not is_empty(survivor.values.get(name)):
        return survivor.id
    return next((other.id for other in others if name in other.gives and not is_empty(other.values.get(name))), survivor.id)


def _copy(row: object, *, own: bool) -> object:
    """A row of its own: what is worked out in it later does not touch what stood before."""
    return {name: cell for name, cell in row.items() if own or name != "id"} if isinstance(row, dict) else row


def with_files(entity: Entity, values: Mapping[str, object], copies: Mapping[str, str]) -> Iterator[tuple[str, object]]:
    """Values with the survivor's own copies in place of the files of others."""
    for name, value in values.items():
        yield name, _with_files(entity, entity.fields[name], value, copies)


def _with_files(entity: Entity, field: Field, value: object, copies: Mapping[str, str]) -> object:
    if isinstance(storage_of(field), FileStorage) and isinstance(value, list | tuple):
        return tuple(copies.get(str(id), str(id)) for id in value)
    if field.type == "rows" and field.options.of is not None and isinstance(value, list):
        inner = entity.rows[field.options.of].fields
        return [
            {name: _with_files(entity, inner[name], cell, copies) if name in inner else cell for name, cell in row.items()}
            for row in value
        ]
    return value
