"""References led from one record to another: by the platform in the person's place, since what they say stays the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from sqlalchemy.engine import Connection

from connectors.templates import to_json
from forms_dsl.fieldtypes.any_reference import parts_of
from forms_dsl.model import Field, Label
from runtime.context import SYSTEM, Context
from runtime.failures import Conflict, Failure
from runtime.query.load import load_records
from runtime.records.access import access_plan
from runtime.records.codes import REFERENCE_STAYS
from runtime.records.referring import Reference
from runtime.records.titles import titles_of
from runtime.records.write import update_record


@dataclass(frozen=True, slots=True)
class Move:
    """One reference that is to lead elsewhere, if it still leads to where it is said to."""

    reference: Reference
    to: str


def by_platform(context: Context) -> Context:
    """The platform in the person's place: the trail names both."""
    return replace(context, principal=SYSTEM, on_behalf_of=context.principal.id)


def move_references(connection: Connection, context: Context, target: str, moves: Iterable[Move]) -> list[Move]:
    """Lead references to records of an entity ("app.entity") elsewhere; returns those that did, the others lead elsewhere already.

    Each record that refers is changed once, with its event. Raises Conflict where one of them cannot refer to the new record.
    """
    try:
        # What a unique index refuses ends a transaction of PostgreSQL, or its savepoint: afterwards something is still to be asked.
        with connection.begin_nested():
            return _move(connection, by_platform(context), target, moves)
    except _CannotFollow as refused:
        raise _stays(connection, context, refused.reference) from refused


class _CannotFollow(Exception):
    """A record that refers to one of the records cannot refer to the other."""

    def __init__(self, reference: Reference) -> None:
        super().__init__(reference.path)
        self.reference = reference


def _move(connection: Connection, platform: Context, target: str, moves: Iterable[Move]) -> list[Move]:
    ordered = sorted(moves, key=lambda move: (move.reference.app, move.reference.entity, move.reference.record_id))
    done: list[Move] = []
    for (app, entity), some in groupby(ordered, key=lambda move: (move.reference.app, move.reference.entity)):
        of_entity = list(some)
        access = access_plan(platform, app, entity, "update")
        ids = list(dict.fromkeys(move.reference.record_id for move in of_entity))
        living = load_records(connection, platform, access, ids)
        for id, of_record in groupby(of_entity, key=lambda move: move.reference.record_id):
            if id not in living:
                continue
            there = [move for move in of_record if _leads_there(living[id].values, move.reference, target)]
            if there:
                body = _body(living[id].values, there, target)
                try:
                    update_record(connection, platform, app, entity, id, body, living[id].version, by_platform=True)
                except Failure as refused:
                    raise _CannotFollow(there[0].reference) from refused
                done += there
    return done


def _leads_there(values: Mapping[str, object], reference: Reference, target: str) -> bool:
    return any(
        _target(reference.field, cells.get(reference.field.name), target) == reference.to for cells in _cells(values, reference)
    )


def _cells(values: Mapping[str, object], reference: Reference) -> Iterator[Mapping[str, object]]:
    if reference.rows is None:
        yield values
        return
    rows = values.get(reference.rows)
    for row in rows if isinstance(rows, list) else ():
        if row.get("id") == reference.row_id:
            yield row


def _target(field: Field, value: object, target: str) -> str | None:
    """The record of the entity that a value leads to."""
    if value is None:
        return None
    if field.type == "reference":
        return str(value)
    entity, id = parts_of(str(value))
    return id if entity == target else None


def _body(values: Mapping[str, object], moves: list[Move], target: str) -> dict[str, object]:
    """What is sent to change these references of one record: of its rows all keys, since rows are written whole."""
    body: dict[str, object] = {}
    for move in moves:
        reference = move.reference
        value = move.to if reference.field.type == "reference" else f"{target}/{move.to}"
        if reference.rows is None:
            body[reference.field.name] = to_json(value)
            continue
        stood = values.get(reference.rows)
        rows = body.setdefault(reference.rows, [{"id": row["id"]} for row in stood] if isinstance(stood, list) else [])
        for row in rows if isinstance(rows, list) else ():
            if row["id"] == reference.row_id:
                row[reference.field.name] = to_json(value)
    return body


def _stays(connection: Connection, context: Context, reference: Reference) -> Conflict:
    """Which record cannot be led elsewhere, as far as this person may know of it; why is not told, it may be of values of others."""
    titles = titles_of(connection, context, reference.app, reference.entity, [reference.record_id])
    title = titles.get(reference.record_id)
    message: Label = {
        "zh": "一条您无权查看的记录不能改为引用另一条。" if title is None else f"“{title}”不能改为引用另一条记录。",
        "en": "A record that is not yours to see cannot refer to the other one."
        if title is None
        else f'"{title}" cannot refer to the other record.',
    }
    return Conflict(message, code=REFERENCE_STAYS.id)
