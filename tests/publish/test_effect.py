"""Whom a change of access reaches, held to a naive reading: everybody lists the records under both releases, and they are compared."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

import pytest
from sqlalchemy.engine import Connection

from runtime.compile.access import Action
from runtime.context import Context, Principal
from runtime.failures import NotAllowed, NotFound
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person, add_unit
from runtime.identity.principal import principals_in
from runtime.publish.effect import Effect, Moment, Reach, effect_of
from runtime.publish.plan import Planned, plan_publish
from runtime.query.load import granted_on
from runtime.records.access import possible_plan
from runtime.releases import Releases, compile_stored
from runtime.store.database import Database
from tests.publish.desk import FILES, NOW, TICKET, edited, insert_tickets, put_live

MOMENT = Moment(NOW, NOW.date())
BRANCHED = TICKET + "  branch: {type: reference, to: org.branch, label: {zh: 机构, en: Branch}}\n"
OWN = """\
roles:
  agent:
    label: {zh: 坐席, en: Agent}
    access:
      ticket: {create: true, read: branch == user.branch, update: branch == user.branch}
  head:
    label: {zh: 主管, en: Head}
    access:
      ticket: {read: branch.path in user.branch_tree, update: created_by == user.id, deny: level == "high"}
"""
#: What a role may be given instead: by name of the case.
CASES: Mapping[str, tuple[str, str]] = {
    "all rows": ("read: branch == user.branch, update", "read: true, update"),
    "fewer rows": ("read: branch == user.branch", 'read: branch == user.branch and level == "low"'),
    "another set": ("read: branch == user.branch", 'read: level == "high" or created_by == user.id'),
    "no denial": (', deny: level == "high"}', "}"),
    "denied more": ('deny: level == "high"', "deny: cost > 3"),
    "no more update": ("update: created_by == user.id, ", ""),
    "delete": ("update: branch == user.branch}", "update: branch == user.branch, delete: branch == user.branch}"),
    "no create": ("create: true, ", ""),
    "role gone": (OWN[OWN.index("  head:") :], ""),
    "the same otherwise": ("read: branch == user.branch, update", "read: user.branch == branch, update"),
    "nothing": ("en: Agent", "en: Clerk"),
}


@pytest.fixture
def bank(database: Database, releases: Releases) -> Releases:
    """Two branches below a head office, five people, and tickets of each branch, some of them somebody's own."""
    files = {**FILES, "entities/ticket.yaml": BRANCHED, "roles.yaml": OWN}
    put_live(database, releases, files)
    with database.write() as connection:
        head = add_unit(connection, "HO", "总行", NOW)
        north = add_unit(connection, "N", "北", NOW, parent_id=head)
        south = add_unit(connection, "S", "南", NOW, parent_id=head)
        for name, unit, roles in (
            ("a", north, ["agent"]),
            ("b", north, ["agent"]),
            ("c", south, ["agent"]),
            ("d", head, ["head"]),
            ("e", south, ["agent", "head"]),
            ("f", None, ["agent"]),
        ):
            person = add_person(connection, name, name, NOW, unit_id=unit)
            for role in roles:
                grant_role(connection, person, "desk", role, Given(NOW))
    rows: list[dict[str, object]] = [
        {"subject": f"{unit}{number}", "level": "high" if number % 3 else "low", "cost": number, "branch": unit}
        for unit, count in ((north, 5), (south, 4), (None, 2))
        for number in range(count)
    ]
    ids = insert_tickets(database, releases.current()["desk"], *rows)
    table = releases.current()["desk"].entities["ticket"].table
    with database.write() as connection:
        own = {one.username: one.id for one in principals_in(connection, "desk", NOW, demo=False)}
        for id, owner in zip(ids, ("a", "b", "e", "d", "d", "c", "e"), strict=False):
            connection.execute(table.update().where(table.c.id == id).values(created_by=own[owner]))
        connection.execute(table.update().where(table.c.id == ids[1]).values(deleted_at=NOW))
    return releases


def plan_of(connection: Connection, files: Mapping[str, str], units: tuple[str, ...] = ()) -> Planned:
    return plan_publish(connection, "desk", files, NOW, units=units)


def changed(case: str) -> dict[str, str]:
    return edited("roles.yaml", *CASES[case], {**FILES, "entities/ticket.yaml": BRANCHED, "roles.yaml": OWN})


def naive(connection: Connection, planned: Planned) -> dict[tuple[frozenset[str], Action], tuple[Reach, Reach]]:
    """Everybody asks for every record by itself, under the old release and under the new one."""
    assert planned.compiled is not None
    old, new = compile_stored(connection, "desk", 1), planned.compiled
    table = old.entities["ticket"].table
    ids = list(connection.execute(table.select().with_only_columns(table.c.id).where(table.c.deleted_at.is_(None))).scalars())

    def may(person: Principal, release: object, action: Action) -> frozenset[str]:
        context = Context(person, {"desk": release}, NOW, NOW.date(), "naive")  # type: ignore[dict-item]
        try:
            plan = possible_plan(context, "desk", "ticket", action)
        except (NotAllowed, NotFound):
            return frozenset()
        if plan is None:
            return frozenset()
        if action == "create":
            return frozenset({"may"})
        return frozenset(id for id in ids if any(granted_on(connection, context, plan, [id]).get(id, ())))

    found = defaultdict[tuple[frozenset[str], Action], list[list[int]]](lambda: [[], []])
    for person in principals_in(connection, "desk", NOW, demo=False):
        for action in ("read", "update", "delete", "create"):
            before, after = may(person, old, action), may(person, new, action)
            for place, ids_of in enumerate((after - before, before - after)):
                if ids_of:
                    found[person.roles_in("desk"), action][place].append(0 if action == "create" else len(ids_of))
    return {key: (reach(gains), reach(losses)) for key, (gains, losses) in found.items()}


def reach(counts: list[int]) -> Reach:
    return Reach(len(counts), min(counts), max(counts)) if counts else Reach(0, 0, 0)


def told(effects: tuple[Effect, ...] | None) -> dict[tuple[frozenset[str], Action], tuple[Reach, Reach]]:
    assert effects is not None
    return {(frozenset(one.roles), rows.action): (rows.gain, rows.lose) for one in effects for rows in one.rows}


@pytest.mark.parametrize("case", CASES)
def test_the_database_counts_what_everybody_would_find(database: Database, bank: Releases, case: str) -> None:
    """For each change of a rule the counts are those of asking for every record as every person, before and after."""
    with database.read() as connection:
        planned = plan_of(connection, changed(case))
        assert planned.compiled is not None, planned.plan.diagnostics
        expected = naive(connection, planned)
        found = effect_of(connection, planned, MOMENT)

    assert expected == told(found)
    assert (case in {"the same otherwise", "nothing"}) == (not expected)


def test_fields_change_between_none_masked_read_and_write(database: Database, bank: Releases) -> None:
    """A field's best level before and after, told only for people who read the entity both times."""
    access = "ticket: {create: true, read: branch == user.branch, update: branch == user.branch"
    files = edited(
        "roles.yaml", f"{access}}}", f"{access}, fields: {{phone: write, level: read, cost: hidden}}}}", changed("nothing")
    )
    with database.read() as connection:
        found = effect_of(connection, plan_of(connection, files), MOMENT)

    assert found is not None
    assert [("agent",), ("agent", "head")] == [one.roles for one in found]
    changes = {(one.field, one.before, one.after) for one in found[0].fields}
    assert {("phone", "masked", "write"), ("level", "write", "read"), ("cost", "write", "none")} == changes
    assert ((), 4) == (found[0].rows, found[0].people)


def test_what_cannot_be_counted_is_said(database: Database, bank: Releases) -> None:
    """A rule on a value that only publishing writes, and more records than may be looked at: people without a number."""
    field = "  tier: {type: integer, default: '1', label: {zh: 档, en: Tier}}\n"
    rule = ("read: branch == user.branch, update", "read: tier == 1, update")
    base = {**FILES, "entities/ticket.yaml": BRANCHED + field, "roles.yaml": OWN}
    with database.read() as connection:
        new_value = effect_of(connection, plan_of(connection, edited("roles.yaml", *rule, base)), MOMENT)
        too_many = effect_of(connection, plan_of(connection, changed("all rows")), MOMENT, most_looked_at=30)
        too_long = effect_of(connection, plan_of(connection, changed("all rows")), MOMENT, most_seconds=0)

    assert new_value is not None and too_many is not None and too_long is not None
    assert {("took_too_long", 0)} == {(rows.because, rows.gain.people) for one in too_long for rows in one.rows}
    assert [(4, "not_there_yet"), (1, "not_there_yet")] == [(r.not_counted, r.because) for one in new_value for r in one.rows]
    counted = [(rows.gain.people, rows.not_counted, rows.because) for one in too_many for rows in one.rows]
    # One look costs 23 of 30; the rest of the people have no number.
    assert 1 <= counted[0][0] <= 2
    assert ("too_many", 4) == (counted[0][2], counted[0][0] + counted[0][1])
    assert (0, 1, "too_many") == counted[1]


def test_a_pilot_reaches_only_its_units(database: Database, bank: Releases) -> None:
    """Of a pilot the people of its units and below are counted."""
    with database.read() as connection:
        south = next(one.unit_id for one in principals_in(connection, "desk", NOW, demo=False) if one.username == "c")
        assert south is not None
        found = effect_of(connection, plan_of(connection, changed("all rows"), (south,)), MOMENT)

    assert found is not None
    assert [(("agent",), 1), (("agent", "head"), 1)] == [(one.roles, one.people) for one in found]


def test_nothing_is_said_of_a_first_release_or_with_errors(database: Database, bank: Releases) -> None:
    """Before there is a release to compare with, and of a definition that cannot be published."""
    later = Moment(NOW + dt.timedelta(days=1), NOW.date())
    with database.read() as connection:
        first = plan_publish(connection, "other", edited("app.yaml", "app: desk", "app: other"), NOW)
        broken = plan_of(connection, edited("roles.yaml", "read: true", "read: nope"))

        assert (None, None) == (effect_of(connection, first, later), effect_of(connection, broken, later))
