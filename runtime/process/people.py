"""Who is asked: people of the organisation directory by role and scope, by leadership or by a field of the record.

The one resolver of the approvals: offering a step, the check at the commit and the trial run all ask here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import People
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.identity.holdings import counts_on_day, role_counts
from runtime.process.leaders import Leading, holds_post
from runtime.records.access import is_platform
from runtime.store.direct import ask, ask_one
from runtime.store.tables import org_branch, org_person, person_group, person_post, role_grant, wf_work_person
from workflow_engine.world import Candidate, Found

_PARENT = org_branch.alias("parent_unit")
#: People of whom there are several, found by what they are in the bank, in a scope.
_MANY = frozenset({"role", "post", "group"})
_OF_A_UNIT = frozenset({"own_branch", "starter.branch", "record.branch"})


@dataclass(frozen=True, slots=True)
class Case:
    """What a people specification is resolved for: the starter with his unit, and the record's own values."""

    starter: str
    starter_unit: str | None
    #: Unit of the record (the entity's owner_branch) and its owner (owner_user), None when not declared or missing.
    record_unit: str | None
    record_owner: str | None
    #: The value of a field of the record that refers to a person.
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Directory:
    """The organisation as one transaction sees it, for one case of an app."""

    connection: Connection
    context: Context
    compiled: CompiledApp
    case: Case


def find_people(directory: Directory, by: People) -> Found:
    """Everybody active who fits now, leaders from below, others ordered by id, with the words of the specification as the reason."""
    if by.kind == "leader_of":
        return Found(tuple(map(Candidate, _chain(directory, by))), describe(by))
    values = _values(directory, by)
    if values is None:
        return Found((), describe(by))
    rows = ask(directory.connection, _statement(directory, by, "everybody"), values)
    return Found(tuple(Candidate(row.id, row.busy) for row in rows), describe(by))


def still_fits(directory: Directory, by: People, person: str) -> bool:
    """Whether this person is active and still fits: asked in the transaction that commits the decision."""
    if by.kind == "leader_of":
        return person in _chain(directory, by)
    values = _values(directory, by)
    if values is None:
        return False
    return ask_one(directory.connection, _statement(directory, by, "one"), {**values, "person": person}) is not None


def leader_of(directory: Directory, person: str) -> Found:
    """Who leads a person: one, or nobody."""
    found = _leading(directory).leader_of(person)
    return Found((Candidate(found),) if found is not None else (), "leader_of_holder")


def may_start(connection: Connection, context: Context, compiled: CompiledApp, by: People) -> bool:
    """Whether the caller fits `start.by`: his own role in his own unit; what the platform starts, a rule has been written for."""
    person = context.principal
    if is_platform(person):
        return True
    case = Case(person.id, person.unit_id, person.unit_id, person.id, {})
    return still_fits(Directory(connection, context, compiled, case), by, person.id)


def describe(by: People) -> str:
    """The specification as the definition writes it: `role.checker in starter.branch`."""
    words = f"{by.kind}.{by.name}" if by.kind == "role" else by.kind if by.name is None else f"{by.kind}: {by.name}"
    return f"{words} in {by.scope}" if by.scope else words


def _statement(directory: Directory, by: People, form: Literal["everybody", "one"]) -> sa.Select[Any]:
    """The question for a specification, built once for a release: building it costs more than asking it."""
    key = ("people", by.kind, by.name, by.scope, by.pick == "least_busy", form)
    return directory.compiled.cache.get_or_make(key, lambda: _build(directory.compiled, by, form))


def _build(compiled: CompiledApp, by: People, form: Literal["everybody", "one"]) -> sa.Select[Any]:
    # Demo people that stayed in a database sign in nowhere but in a demonstration: asking them would ask nobody.
    invented = sa.or_(sa.bindparam("demo", type_=sa.Boolean()), org_person.c.demo.is_(sa.false()))
    people = sa.select(org_person.c.id).where(org_person.c.active, org_person.c.deleted_at.is_(None), invented)
    match by.kind:
        case "role":
            people = people.where(_holds_role(compiled, by.name or ""), _in_scope(org_person.c.f_branch, by.scope))
        case "post":
            people = people.where(_holds_post(by.name or "", by.scope))
        case "group":
            people = people.where(_is_member(by.name or ""), _in_scope(org_person.c.f_branch, by.scope))
        case _:
            people = people.where(org_person.c.id == sa.bindparam("named"))
    if form == "one":
        return people.where(org_person.c.id == sa.bindparam("person"))
    busy = _open_work() if by.pick == "least_busy" else sa.literal(0)
    return people.add_columns(busy.label("busy")).order_by(org_person.c.id)


def _values(directory: Directory, by: People) -> dict[str, object] | None:
    """What the question is asked for; None when the case has no such unit or person, so that nobody fits."""
    case = directory.case
    values: dict[str, object] = {"demo": directory.context.demo}
    if by.kind == "role":
        values["now"] = directory.context.now
    elif by.kind in _MANY:
        values["day"] = directory.context.business_date
    match by.kind:
        case "starter":
            values["named"] = case.starter
        case "owner":
            values["named"] = case.record_owner
        case "field":
            values["named"] = case.values.get(by.name or "")
        case kind if kind in _MANY and by.scope in _OF_A_UNIT:
            values["unit"] = _unit(by.scope, case)
        case kind if kind in _MANY and by.scope == "starter.region":
            values["unit"] = case.starter_unit
    return None if None in values.values() else values


def _holds_role(compiled: CompiledApp, role: str) -> sa.Exists:
    return (
        sa.select(sa.literal(1))
        .where(
            role_grant.c.person_id == org_person.c.id,
            role_grant.c.app == compiled.app.name,
            role_grant.c.role.in_(_roles_that_include(compiled, role)),
            role_counts(),
        )
        .exists()
    )


def _holds_post(post: str, scope: str | None) -> sa.Exists:
    """A post is held in a unit, which need not be the person's own: the scope is about that unit (兼岗)."""
    held = sa.select(sa.literal(1)).where(person_post.c.person_id == org_person.c.id, holds_post(sa.literal(post)))
    return held.where(_in_scope(person_post.c.unit_id, scope)).exists()


def _is_member(group: str) -> sa.Exists:
    mine = (person_group.c.person_id == org_person.c.id) & (person_group.c.group == group)
    return sa.select(sa.literal(1)).where(mine, counts_on_day(person_group)).exists()


def _leading(directory: Directory) -> Leading:
    return Leading(directory.connection, directory.context.business_date, directory.context.demo)


def _chain(directory: Directory, by: People) -> list[str]:
    leading, case = _leading(directory), directory.case
    unit = leading.department(case.starter_unit) if by.name == "starter.department" else _unit(by.name, case)
    return leading.chain(unit, by.levels, by.stop_at)


def _in_scope(of: sa.ColumnElement[Any], scope: str | None) -> sa.ColumnElement[bool]:
    """The condition that a unit lies in a scope."""
    unit: sa.BindParameter[str] = sa.bindparam("unit")
    match scope:
        case None:
            return sa.true()
        case "own_branch" | "starter.branch" | "record.branch":
            return of == unit
        case "head_office":
            return of.in_(_head_office())
        case "starter.region":
            region = sa.select(org_branch.c.f_region).where(org_branch.c.id == unit).scalar_subquery()
            return of.in_(sa.select(org_branch.c.id).where(org_branch.c.f_region == region))
        case _:
            raise ValueError(f"no scope {scope!r}")


def _unit(word: str | None, case: Case) -> str | None:
    return case.record_unit if word == "record.branch" else case.starter_unit


def _head_office() -> sa.Select[tuple[str]]:
    """The top unit and the departments right below it."""
    top = org_branch.c.f_parent.is_(None)
    part = sa.and_(org_branch.c.department, _PARENT.c.f_parent.is_(None))
    joined = org_branch.outerjoin(_PARENT, _PARENT.c.id == org_branch.c.f_parent)
    return sa.select(org_branch.c.id).select_from(joined).where(sa.or_(top, part))


def _roles_that_include(compiled: CompiledApp, role: str) -> list[str]:
    including = [name for name, closure in compiled.role_closure.items() if role in closure]
    return sorted({role, *including})


def _open_work() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .where(wf_work_person.c.person_id == org_person.c.id, wf_work_person.c.copied.is_(sa.false()))
        .scalar_subquery()
    )
