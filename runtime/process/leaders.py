"""Who leads: of a unit and of those above it up to a post, and of a person (主管, 连续多级主管)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.identity.holdings import counts_on_day
from runtime.store.tables import org_branch, org_person, person_post

_PERSON = sa.bindparam("person", type_=sa.String())
_DEMO = sa.bindparam("demo", type_=sa.Boolean())

_ACTING = sa.and_(
    org_person.c.id == org_branch.c.leader,
    org_person.c.active,
    org_person.c.deleted_at.is_(None),
    sa.or_(_DEMO, org_person.c.demo.is_(sa.false())),
)
_PATH = sa.select(org_branch.c.f_path).where(org_branch.c.id == sa.bindparam("unit"))
_UNITS = (
    sa.select(org_branch.c.id, org_branch.c.f_path, org_branch.c.department, org_person.c.id.label("leader"))
    .select_from(org_branch.outerjoin(org_person, _ACTING))
    .where(org_branch.c.f_path.in_(sa.bindparam("paths", expanding=True)), org_branch.c.deleted_at.is_(None))
)
_UNIT_OF = sa.select(org_person.c.f_branch).where(org_person.c.id == _PERSON)


def holds_post(post: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The condition on `person_post` that a post is held on `:day`."""
    return sa.and_(person_post.c.post == post, counts_on_day(person_post))


_HOLDS = sa.select(sa.literal(1)).where(person_post.c.person_id == _PERSON, holds_post(sa.bindparam("post")))


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit and who leads it now; None when nobody does, or nobody who may act."""

    id: str
    is_department: bool
    leader: str | None


@dataclass(frozen=True, slots=True)
class Leading:
    """The directory of leaders as one transaction sees it."""

    connection: Connection
    day: dt.date
    demo: bool

    def upwards(self, unit: str | None) -> list[Unit]:
        """A unit and all above it, from below; nothing for a unit that is not there."""
        path = self.connection.execute(_PATH, {"unit": unit}).scalar_one_or_none() if unit else None
        if path is None:
            return []
        parts = path.strip("/").split("/")
        paths = [f"/{'/'.join(parts[:count])}/" for count in range(1, len(parts) + 1)]
        rows = self.connection.execute(_UNITS, {"paths": paths, "demo": self.demo}).all()
        return [Unit(row.id, row.department, row.leader) for row in sorted(rows, key=lambda row: -len(row.f_path))]

    def chain(self, unit: str | None, levels: int, stop_at: str | None) -> list[str]:
        """Up to so many different leaders one above the other, ending with the first who holds the post `stop_at`.

        With one level it is the leader of this very unit; a chain passes over units that nobody leads.
        """
        units = self.upwards(unit)
        found: list[str] = []
        for each in units[:1] if levels == 1 else units:
            if each.leader is None or each.leader in found:
                continue
            found.append(each.leader)
            if len(found) == levels or (stop_at is not None and self.holds(each.leader, stop_at)):
                break
        return found

    def department(self, unit: str | None) -> str | None:
        """The department that a unit is, or is a part of."""
        return next((each.id for each in self.upwards(unit) if each.is_department), None)

    def leader_of(self, person: str) -> str | None:
        """Who leads a person: the leader of his unit, of the unit above where that is himself or nobody."""
        unit = self.connection.execute(_UNIT_OF, {"person": person}).scalar_one_or_none()
        return next((each.leader for each in self.upwards(unit) if each.leader not in (None, person)), None)

    def holds(self, person: str, post: str) -> bool:
        """Whether a person holds a post today, anywhere."""
        return self.connection.execute(_HOLDS, {"person": person, "post": post, "day": self.day}).first() is not None
