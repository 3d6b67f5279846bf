"""The sets of the user in SQL: the people below him, those beside him, his units, the records he works or worked on.

Each is a subquery that does not depend on the row, so an index on the column beside it serves.
"""

from __future__ import annotations

from typing import Any, assert_never

import sqlalchemy as sa

from forms_dsl.expr.scope import DATE, DATETIME, TEXT, USER_ATTRIBUTES
from forms_dsl.expr.tree import Call, Expr, Ref
from forms_dsl.source import Span
from runtime.compile.expr_comparisons import settled
from runtime.compile.expr_scope import Element
from runtime.compile.expr_values import Lowering, as_is, bound
from runtime.identity.holdings import counts_on_day
from runtime.store.tables import org_branch, org_person, person_post, wf_work, wf_work_person
from runtime.store.types import Day, Instant

Ids = sa.Select[Any] | sa.CompoundSelect[Any]


def in_set(low: Lowering, call: Call, *, positive: bool) -> Element:
    """`X in user.line` and its like: X is one of the ids of the set."""
    tree, of = call.arguments
    if not isinstance(of, Ref):
        raise TypeError(f"{of!r} is no set of the user")
    members = sa.select(_members(low, of.path[0], call.span).subquery().c.id).correlate(None)
    return settled(low.value(tree).in_(members), positive=positive)


def _members(low: Lowering, name: str, span: Span) -> Ids:
    match name:
        case "line":
            return _line(low, span)
        case "team":
            return _people_in(low, sa.select(_user(low, "branch", span).label("id")), span)
        case "units":
            return _units(low, span)
        case "cases":
            return _cases(low, span)
        case _:
            assert_never(name)  # type: ignore[arg-type]  # the checker knows no other set


def _line(low: Lowering, span: Span) -> Ids:
    """Who belongs to, or holds a post in, a unit that the user leads or one below it; who leads above him is never below."""
    led, unit, above = org_branch.alias("led"), org_branch.alias("below_led"), org_branch.alias("above_led")
    is_led = sa.and_(led.c.leader == _user(low, "id", span), led.c.deleted_at.is_(None))
    units = sa.select(unit.c.id).select_from(led.join(unit, _is_in(unit, led))).where(is_led)
    people = _people_in(low, units, span).subquery()
    leaders = (
        sa.select(above.c.leader).select_from(led.join(above, _is_in(led, above))).where(is_led, above.c.leader.is_not(None))
    )
    return sa.select(people.c.id).where(
        people.c.id != _user(low, "id", span),
        people.c.id.not_in(leaders.where(above.c.id != led.c.id).correlate(None)),
    )


def _people_in(low: Lowering, units: sa.Select[Any], span: Span) -> Ids:
    """The people of some units: their own, and (by a dotted line) those who hold a post there today."""
    ids = sa.select(units.subquery().c.id).correlate(None)
    posted = sa.select(person_post.c.person_id).where(person_post.c.unit_id.in_(ids), _holds(low, span))
    return sa.union(sa.select(org_person.c.id).where(org_person.c.f_branch.in_(ids)), posted)


def _units(low: Lowering, span: Span) -> Ids:
    """The user's own unit, and those in which he holds a post today."""
    own = sa.select(org_person.c.f_branch.label("id")).where(
        org_person.c.id == _user(low, "id", span), org_person.c.f_branch.is_not(None)
    )
    return sa.union(
        own, sa.select(person_post.c.unit_id).where(person_post.c.person_id == _user(low, "id", span), _holds(low, span))
    )


def _cases(low: Lowering, span: Span) -> Ids:
    """The records for which the user has open work, has taken work that was offered to several, or did it."""
    me = _user(low, "id", span)
    offered = (
        sa.select(wf_work.c.record_id.label("id"))
        .join(wf_work_person, wf_work_person.c.work_id == wf_work.c.id)
        .where(wf_work_person.c.person_id == me, wf_work.c.state == sa.literal_column("'open'"))
    )
    return sa.union(offered, sa.select(wf_work.c.record_id).where(wf_work.c.done_by == me))


def _is_in(unit: sa.FromClause, root: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a unit is another or stands below it: its path lies in the range of the other's."""
    path = root.c.f_path
    end = sa.func.substr(path, 1, sa.func.length(path) - 1, type_=path.type).concat("0")  # "0" is the character after "/"
    return sa.and_(unit.c.f_path >= path, unit.c.f_path < end)


def _holds(low: Lowering, span: Span) -> sa.ColumnElement[bool]:
    today = bound(low, Call(DATE, "today", (), span), as_is, "value", Day())
    return counts_on_day(person_post, today, bound(low, Call(DATETIME, "now", (), span), as_is, "value", Instant()))


def _user(low: Lowering, name: str, span: Span) -> Element:
    tree: Expr = Ref(USER_ATTRIBUTES.get(name, TEXT), "user", (name,), span)
    return bound(low, tree, as_is, "value", sa.String())
