"""Who may do what with a record, and by which rule: the same plans that decide, asked for their reasons.

Nothing here decides anything: the grants are those of `access_plan`, and whether they hold is asked of the database as for a read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from forms_dsl.model import Label
from runtime.compile.access import Action, Shows, field_paths
from runtime.context import Context
from runtime.failures import NotFound
from runtime.query.late import held_roles
from runtime.query.load import granted_on
from runtime.query.plans import AccessPlan, EveryRow, Grant, OpenCases
from runtime.records.access import NOT_THERE, find_entity, plan_with_cases, possible_plan

ACTIONS: tuple[Action, ...] = ("read", "update", "delete")


@dataclass(frozen=True, slots=True)
class Reason:
    """A grant of a role (or of open work), the rule as it is written, and whether it holds on the record."""

    role: str
    label: Label
    #: The row rule; None gives all rows.
    rule: str | None
    holds: bool


@dataclass(frozen=True, slots=True)
class FieldSeen:
    """How a person sees a field of the record, whether he may enter it, and the roles that show it so."""

    name: str
    label: Label
    shows: Shows
    writes: bool
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """Whether a person may do something with a record, with every reason for and against it."""

    action: Action
    may: bool
    roles: tuple[str, ...]
    reasons: tuple[Reason, ...]
    #: Denials that take the record away although a grant gives it.
    denied_by: tuple[Reason, ...]
    fields: tuple[FieldSeen, ...]


def explain(connection: Connection, person: Context, app: str, entity: str, record_id: str, action: Action) -> Explained:
    """Why the person of this context may (not) do this with a record; NotFound where there is no such record."""
    compiled, found = find_entity(person, app, entity)
    table = found.table
    if connection.execute(table.select().with_only_columns(table.c.id).where(table.c.id == record_id)).first() is None:
        raise NotFound(NOT_THERE)
    roles = tuple(sorted(held_roles(person, compiled)))
    plan = possible_plan(person, app, entity, action)
    if action == "read":
        plan = plan_with_cases(person, app, entity) or plan
    if plan is None:
        return Explained(action, may=False, roles=roles, reasons=(), denied_by=(), fields=())
    held = _held(connection, person, plan, record_id)
    open_plan = replace(plan, denies=(), fingerprint=(plan.fingerprint, "without denials")) if plan.denies else plan
    granted = _held(connection, person, open_plan, record_id) if plan.denies else held
    reasons = tuple(_reason(plan, grant, holds=grant in granted) for grant in plan.grants)
    denied = tuple(_denials(person, plan)) if granted and not held else ()
    fields = tuple(_fields(plan, held, _writable(connection, person, plan, held, record_id))) if held else ()
    return Explained(action, bool(held), roles, reasons, denied, fields)


def _writable(
    connection: Connection, person: Context, plan: AccessPlan, held: tuple[Grant, ...], record_id: str
) -> frozenset[str]:
    """The fields of the record that the person may enter by his roles: those of the rules that let him change it."""
    if plan.action != "update":
        changing = possible_plan(person, plan.compiled.app.name, plan.entity.entity.name, "update")
        if changing is None:
            return frozenset()
        plan, held = changing, _held(connection, person, changing, record_id)
    return frozenset(path for path in field_paths(plan.entity.entity) if any(plan.right(grant, path).writes for grant in held))


def _held(connection: Connection, person: Context, plan: AccessPlan, record_id: str) -> tuple[Grant, ...]:
    flags = granted_on(connection, person, plan, [record_id]).get(record_id, ())
    return tuple(grant for grant, holds in zip(plan.grants, flags, strict=False) if holds)


def _reason(plan: AccessPlan, grant: Grant, *, holds: bool) -> Reason:
    rule = None if isinstance(grant.rows, EveryRow) else "open work" if isinstance(grant.rows, OpenCases) else _text(grant)
    return Reason(grant.source, _label_of(plan, grant.source), rule, holds)


def _text(grant: Grant) -> str:
    return str(getattr(grant.rows, "source", ""))


def _label_of(plan: AccessPlan, role: str) -> Label:
    known = plan.compiled.app.roles.get(role)
    return (
        known.label
        if known is not None
        else {"zh": "在办事项", "en": "Open work"}
        if role == "case"
        else {"en": role, "zh": role}
    )


def _denials(person: Context, plan: AccessPlan) -> list[Reason]:
    """The denials that the person's roles bring: all of them, since each of them may be the one."""
    access = plan.entity.access
    roles = sorted(held_roles(person, plan.compiled) & access.keys())
    return [
        Reason(role, _label_of(plan, role), rule.source, holds=True) for role in roles if (rule := access[role].deny) is not None
    ]


def _fields(plan: AccessPlan, held: tuple[Grant, ...], writable: frozenset[str]) -> list[FieldSeen]:
    seen = []
    for path, field in field_paths(plan.entity.entity).items():
        rights = [(grant.source, plan.right(grant, path)) for grant in held]
        shows: Shows = "nothing"
        for level in ("masked", "clear"):
            if any(right.shows == level for _, right in rights):
                shows = level
        by = tuple(source for source, right in rights if right.shows == shows) if shows != "nothing" else ()
        seen.append(FieldSeen(path, field.label, shows, path in writable, by))
    return seen
