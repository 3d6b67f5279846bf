"""Administration of the tree of units: added, renamed, moved, led by somebody, closed; each act with its reason."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import code
from runtime.audit.trail import record_event
from runtime.commands.administer import UNIT, changing_person, changing_unit
from runtime.context import Context
from runtime.failures import Conflict, Fault, Invalid
from runtime.identity.organisation import add_unit, change_unit_row, move_unit, set_leader
from runtime.store.tables import org_branch, org_person

CODE_TAKEN = code("P456", "A unit of this code is there, or was.")
STILL_USED = code("P457", "The unit has people, or units below it, and cannot be closed.")


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to be added."""

    code: str
    name: str
    parent: str | None = None
    region: str | None = None
    department: bool = False


@dataclass(frozen=True, slots=True)
class UnitChange:
    """What shall be different; None leaves it as it is, an empty leader takes the leader away."""

    name: str | None = None
    region: str | None = None
    parent: str | None = None
    leader: str | None = None
    closed: bool = False


def new_unit(connection: Connection, context: Context, new: NewUnit, reason: str | None) -> str:
    """Add a unit below another, or at the top; returns the id."""
    if connection.execute(sa.select(org_branch.c.id).where(org_branch.c.f_code == new.code)).first() is not None:
        message = {"zh": f"机构代码 {new.code} 已被使用。", "en": f"The code {new.code} is taken."}
        raise Invalid(message, faults=(Fault(CODE_TAKEN.id, message, pointer="/code"),))
    if new.parent is not None:
        changing_unit(connection, new.parent)
    by = context.principal.id
    id = add_unit(
        connection,
        new.code,
        new.name,
        context.now,
        parent_id=new.parent,
        region=new.region,
        department=new.department,
        by=by,
    )
    body = {"code": new.code, "name": new.name, "parent": new.parent, "reason": reason}
    record_event(connection, context, "unit_added", **UNIT, record_id=id, body=body)
    return id


def change_unit(connection: Connection, context: Context, unit_id: str, change: UnitChange, reason: str | None) -> None:
    """Rename, move or close a unit, or say who leads it; nobody makes himself a leader."""
    row = changing_unit(connection, unit_id)
    now, by = context.now, context.principal.id
    different: dict[str, list[object]] = {}
    for name, before, after in (("name", row.f_name, change.name), ("region", row.f_region, change.region)):
        if after is not None and after != before:
            different[name] = [before, after]
            change_unit_row(connection, unit_id, now, by, **{f"f_{name}": after})
    if change.parent is not None and change.parent != row.f_parent:
        changing_unit(connection, change.parent)
        different["parent"] = [row.f_parent, change.parent]
        move_unit(connection, unit_id, change.parent, now, by=by)
    if change.leader is not None and (change.leader or None) != row.leader:
        leader = change.leader or None
        if leader is not None:
            changing_person(connection, context, leader)
        different["leader"] = [row.leader, leader]
        set_leader(connection, unit_id, leader, now, by=by)
    if change.closed:
        _refuse_closing(connection, unit_id)
        different["closed"] = [False, True]
        change_unit_row(connection, unit_id, now, by, deleted_at=now)
    if different:
        body = {"changes": different, "reason": reason}
        record_event(connection, context, "unit_changed", **UNIT, record_id=unit_id, body=body)


def _refuse_closing(connection: Connection, unit_id: str) -> None:
    people = sa.select(org_person.c.id).where(
        org_person.c.f_branch == unit_id, org_person.c.active, org_person.c.deleted_at.is_(None)
    )
    below = sa.select(org_branch.c.id).where(org_branch.c.f_parent == unit_id, org_branch.c.deleted_at.is_(None))
    if connection.execute(people.limit(1)).first() or connection.execute(below.limit(1)).first():
        message = {
            "zh": "机构还有在岗人员或下级机构，不能撤销。",
            "en": "The unit has people who may act, or units below it: it cannot be closed.",
        }
        raise Conflict(message, code=STILL_USED.id)
