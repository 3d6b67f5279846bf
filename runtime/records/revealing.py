"""Masked fields of one record in clear: where a role that gives this very record shows the field masked and unmasks it.

A role's `unmask` counts on the rows of that role only. Lists, filters, searches and single reads never ask here: they go on
seeing the mask.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import code
from runtime.compile.access import FieldRight, Rights
from runtime.context import Context
from runtime.failures import Fault, Invalid, NotFound
from runtime.query.plans import AccessPlan, Grant
from runtime.records.access import NOT_THERE, access_plan, plan_with_cases
from runtime.records.codes import UNKNOWN_FIELD
from runtime.records.history import held_grants
from runtime.records.read import get_record, record_under
from runtime.records.request import GetRequest

NOT_REVEALED = code("Q226", "A field to reveal that no role which gives this person the record shows masked and unmasks.")

_CLEAR = FieldRight("clear", writes=False)


@dataclass(frozen=True, slots=True)
class Revealed:
    """The values of masked fields in clear, with the version of the record that had them."""

    version: int
    #: By field; of child rows a list with the key of each row.
    values: Mapping[str, object]


def revealed_by(access: AccessPlan) -> frozenset[str]:
    """The fields that a reading plan lets its person reveal on some record."""
    return frozenset(path for grant in access.grants for path in _unmasked(access, grant))


def reveal(connection: Connection, context: Context, app: str, entity: str, record_id: str, fields: Collection[str]) -> Revealed:
    """The values of these masked fields of a record.

    Raises NotFound for a record that this person may not read, Invalid for a field that he may not reveal on it.
    """
    get_record(connection, context, app, entity, record_id, GetRequest(select=()))
    access = plan_with_cases(context, app, entity) or access_plan(context, app, entity, "read")
    faults = tuple(_faults(held_grants(connection, context, access, record_id), fields))
    if faults:
        raise Invalid(faults[0].message, code=faults[0].code, faults=faults)
    # The rows of each grant are asked again in the very statement that reads, so nothing can move in between.
    plan = _revealing(access, fields)
    found = record_under(
        connection, context, plan, record_id, GetRequest(select=tuple(sorted({_column(path) for path in fields})))
    )
    if found is None:
        raise NotFound(NOT_THERE)
    shown = found.values
    faults = tuple(_not_revealed(number, path) for number, path in enumerate(fields) if _column(path) not in shown)
    if faults:
        raise Invalid(faults[0].message, code=faults[0].code, faults=faults)
    return Revealed(found.version, {name: shown[name] for name in map(_column, fields)})


def _revealing(access: AccessPlan, fields: Collection[str]) -> AccessPlan:
    """The plan with nothing but these fields in clear, each on the rows of the grants that mask and unmask it."""
    grants = tuple(
        replace(grant, rights=rights) for grant in access.grants if (rights := _opened(_unmasked(access, grant) & set(fields)))
    )
    return replace(access, grants=grants, fingerprint=(access.fingerprint, "reveal", tuple(sorted(fields))))


def _unmasked(access: AccessPlan, grant: Grant) -> frozenset[str]:
    """What one grant reveals: it shows it masked, and in clear the child rows that hold it."""
    return frozenset(
        path
        for path in grant.unmask
        if access.right(grant, path).shows == "masked"
        and ("." not in path or access.right(grant, _column(path)).shows == "clear")
    )


def _opened(paths: Collection[str]) -> Rights:
    return dict.fromkeys([*paths, *map(_column, paths)], _CLEAR)


def _column(path: str) -> str:
    """The field of the record that holds a path: itself, or the child rows."""
    return path.partition(".")[0]


def _faults(held: AccessPlan, fields: Collection[str]) -> Iterator[Fault]:
    """What may not be revealed here: a field that is not shown on this record answers as one that is not there."""
    for number, path in enumerate(fields):
        if path in revealed_by(held):
            continue
        if any(held.right(grant, path).shows != "nothing" for grant in held.grants):
            yield _not_revealed(number, path)
        else:
            message = {"zh": f"没有名为 {path} 的字段。", "en": f"There is no field {path}."}
            yield Fault(UNKNOWN_FIELD.id, message, f"/fields/{number}")


def _not_revealed(number: int, path: str) -> Fault:
    message = {"zh": f"您不能查看 {path} 的明文。", "en": f"You may not see {path} in clear."}
    return Fault(NOT_REVEALED.id, message, f"/fields/{number}")
