"""A field changes its type on live data: converted, written by two releases at once, gone back from, and lost by nobody."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from decimal import Decimal

import pytest
import sqlalchemy as sa

from runtime.compile.app import CompiledApp
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.compile.tables import column_of
from runtime.failures import Conflict
from runtime.identity.organisation import add_unit
from runtime.publish.apply import Publication, activate, publish
from runtime.publish.consent import Consent
from runtime.publish.history import active_release, list_releases
from runtime.publish.pilot import end_pilot
from runtime.publish.plan import plan_publish
from runtime.publish.recover import recover
from runtime.publish.refused import Refused
from runtime.publish.types import PublishPlan
from runtime.releases import Releases, compile_stored
from runtime.store.database import Database, open_database
from runtime.store.identifiers import new_id
from tests.publish.desk import FILES, NOW, context_of, edited, insert_tickets, principal, put_live, with_field
from tests.publish.test_crash import app_called, die_before, in_a_process, record_tables

_PHONE = "phone: {type: text, max: 20, class: C2,"


def retyped(new: str, old: str = _PHONE, files: Mapping[str, str] = FILES) -> dict[str, str]:
    """The desk with another type of one field."""
    return edited("entities/ticket.yaml", old, new, files)


def kept(database: Database, compiled: CompiledApp, name: str) -> list[object]:
    """The values of a field by the order in which the records were made, as a release reads them."""
    entity = compiled.entities["ticket"]
    column = column_of(entity.entity, entity.table, name)
    assert column is not None
    with database.read() as connection:
        return list(connection.execute(sa.select(column).order_by(entity.table.c.id)).scalars())


def write(database: Database, compiled: CompiledApp, id: str, name: str, value: object) -> None:
    """Change one field of a record as a release does."""
    entity = compiled.entities["ticket"]
    column = column_of(entity.entity, entity.table, name)
    assert column is not None
    with database.write() as connection:
        connection.execute(sa.update(entity.table).where(entity.table.c.id == id).values({column.name: value}))


def add(database: Database, compiled: CompiledApp, **values: object) -> str:
    """A new record with these fields, in one statement as a release writes it."""
    entity, id = compiled.entities["ticket"], new_id(NOW)
    row = {"id": id, "version": 1, "created_at": NOW, "created_by": "x", "changed_at": NOW, "changed_by": "x"}
    for name, value in values.items():
        column = column_of(entity.entity, entity.table, name)
        assert column is not None
        row[column.name] = value
    with database.write() as connection:
        connection.execute(sa.insert(entity.table), row)
    return id


def planned(database: Database, files: Mapping[str, str], **more: object) -> PublishPlan:
    with database.read() as connection:
        return plan_publish(connection, "desk", files, NOW, **more).plan  # type: ignore[arg-type]


def at(database: Database, number: int, app: str = "desk") -> CompiledApp:
    with database.read() as connection:
        return compile_stored(connection, app, number)


def go_back(database: Database, releases: Releases, number: int, app: str = "desk") -> None:
    activate(database, releases, app, number, context_of(principal("approver", "publisher"), releases))


def test_values_are_converted_and_both_releases_write_both(database: Database, releases: Releases) -> None:
    """The old release, which running approvals still use, and the new one see what the other one writes."""
    put_live(database, releases, FILES)
    ids = insert_tickets(
        database,
        releases.current()["desk"],
        {"subject": "a", "phone": "007"},
        {"subject": "b", "phone": "12.0"},
        {"subject": "c"},
    )
    found = put_live(database, releases, retyped("phone: {type: integer, class: C2,"))
    old, new = at(database, 1), at(database, 2)

    assert ["M424"] == [one.code for one in found.plan.diagnostics if one.code.startswith("M4")]
    assert [7, 12, None] == kept(database, new, "phone")
    assert ["007", "12.0", None] == kept(database, old, "phone")
    write(database, old, ids[0], "phone", "15")
    write(database, new, ids[1], "phone", 16)
    write(database, new, ids[2], "phone", 17)
    more = add(database, old, subject="d", phone="18"), add(database, new, subject="e", phone=19)
    assert sorted(more) == list(more)
    assert [15, 16, 17, 18, 19] == kept(database, new, "phone")
    assert ["15", "16", "17", "18", "19"] == kept(database, old, "phone")
    write(database, new, ids[0], "phone", None)
    write(database, old, ids[1], "phone", None)
    assert [None, None] == kept(database, old, "phone")[:2] == kept(database, new, "phone")[:2]


def test_what_does_not_fit_refuses_or_is_left_empty_and_comes_back(database: Database, releases: Releases) -> None:
    """Records are counted and named first; the old column keeps what the new one cannot hold."""
    put_live(database, releases, FILES)
    ids = insert_tickets(database, releases.current()["desk"], {"subject": "a", "phone": "x"}, {"subject": "b", "phone": "5"})
    plan = planned(database, retyped("phone: {type: integer, class: C2,"))

    assert [("phone", "type", 1, (ids[0],))] == [(m.field, m.rule, m.count, m.samples) for m in plan.misfits]
    assert ["M422"] == [one.code for one in plan.diagnostics if one.severity == "error"]
    with pytest.raises(Refused):
        put_live(database, releases, retyped("phone: {type: integer, class: C2,"))

    empty = put_live(database, releases, retyped("phone: {type: integer, unfit: empty, class: C2,"))
    assert "M423" in [one.code for one in empty.plan.diagnostics]
    new = releases.current()["desk"]
    assert [None, 5] == kept(database, new, "phone")
    write(database, new, ids[1], "phone", 6)
    write(database, new, ids[0], "subject", "again")
    go_back(database, releases, 1)
    assert ["x", "6"] == kept(database, releases.current()["desk"], "phone")
    assert () == planned(database, FILES).steps


def test_going_back_and_forth_needs_no_step(database: Database, releases: Releases) -> None:
    """Both columns are written all the time, so each release finds the newest values at once, also those only one can hold."""
    put_live(database, releases, FILES)
    insert_tickets(database, releases.current()["desk"], {"subject": "a", "cost": Decimal("1.50")})
    wider = retyped("cost: {type: decimal, scale: 4,", "cost: {type: decimal, scale: 2,")
    put_live(database, releases, wider)
    new = releases.current()["desk"]
    finer = add(database, new, subject="b", cost=Decimal("1.2345"))
    go_back(database, releases, 1)
    old = releases.current()["desk"]

    assert [Decimal("1.50"), None] == kept(database, old, "cost")
    write(database, old, finer, "subject", "c")
    go_back(database, releases, 2)
    assert [Decimal("1.5000"), Decimal("1.2345")] == kept(database, releases.current()["desk"], "cost")
    third = retyped("cost: {type: text, max: 30,", "cost: {type: decimal, scale: 2,")
    put_live(database, releases, third)
    last = releases.current()["desk"]
    assert ["1.5000", "1.2345"] == kept(database, last, "cost")
    write(database, last, finer, "cost", "2.25")
    assert [Decimal("1.50"), Decimal("2.25")] == kept(database, at(database, 1), "cost")
    write(database, at(database, 1), finer, "cost", Decimal("3.75"))
    assert ["1.5000", "3.7500"] == kept(database, last, "cost")


def test_a_unique_field_keeps_its_rule(database: Database, releases: Releases) -> None:
    """Two texts that are one number are named before anything is changed; without them the new column has its own index."""
    unique = retyped("phone: {type: text, max: 20, unique: true, class: C2,")
    put_live(database, releases, unique)
    ids = insert_tickets(database, releases.current()["desk"], {"subject": "a", "phone": "7"}, {"subject": "b", "phone": "07"})
    number = retyped("phone: {type: integer, unique: true, class: C2,")
    with pytest.raises((Refused, Conflict)):
        put_live(database, releases, number)
    assert ["7", "07"] == kept(database, releases.current()["desk"], "phone")
    write(database, releases.current()["desk"], ids[1], "phone", "8")
    put_live(database, releases, number)
    new = releases.current()["desk"]
    with pytest.raises(sa.exc.IntegrityError):
        add(database, new, subject="c", phone=8)


def test_random_writes_of_two_releases_lose_nothing(database: Database, releases: Releases) -> None:
    """Whatever two releases write in turn, the last writer's value is what either reads, as far as its type can hold it."""
    put_live(database, releases, FILES)
    old_values = [None, "7", "007", "x", "-1.0", "999999999999999", "1.5"]
    chance = random.Random(20261130)
    first = releases.current()["desk"]
    ids = insert_tickets(database, first, *({"subject": f"{n}", "phone": chance.choice(old_values)} for n in range(20)))
    before = kept(database, first, "phone")
    put_live(database, releases, retyped("phone: {type: integer, unfit: empty, class: C2,"))
    old, new = at(database, 1), at(database, 2)
    numbers = {None: None, "7": 7, "007": 7, "x": None, "-1.0": -1, "999999999999999": 999999999999999, "1.5": None}
    wanted_old, wanted_new = list(before), [numbers[value] for value in before]  # type: ignore[index]
    assert wanted_new == kept(database, new, "phone")
    for _ in range(60):
        place = chance.randrange(20)
        if chance.random() < 0.5:
            value = chance.choice(old_values)
            write(database, old, ids[place], "phone", value)
            if value != wanted_old[place]:
                wanted_old[place], wanted_new[place] = value, numbers[value]
        else:
            number = chance.choice([None, 1, 7, -3])
            write(database, new, ids[place], "phone", number)
            if number != wanted_new[place]:
                wanted_new[place], wanted_old[place] = number, None if number is None else str(number)
    assert wanted_old == kept(database, old, "phone")
    assert wanted_new == kept(database, new, "phone")


ROWS = """\
rows:
  part:
    label: {zh: 配件, en: Part}
    fields:
      amount: {type: text, max: 20, label: {zh: 数量, en: Amount}}
"""


def test_fields_of_child_rows_are_converted_and_never_left_empty(database: Database, releases: Releases) -> None:
    """Rows are written anew with their record, so in them a value that does not fit refuses, whatever the definition says."""
    texts = with_field("parts: {type: rows, of: part, label: {zh: 配件, en: Parts}}")
    texts["entities/ticket.yaml"] += ROWS
    put_live(database, releases, texts)
    compiled = releases.current()["desk"]
    [id] = insert_tickets(database, compiled, {"subject": "a"})
    rows = compiled.entities["ticket"].row_tables["part"]
    with database.write() as connection:
        for place, amount in enumerate(["5", "x"]):
            connection.execute(sa.insert(rows), {"id": f"r{place}", "parent_id": id, "position": place, "f_amount": amount})
    number = edited(
        "entities/ticket.yaml", "amount: {type: text, max: 20,", "amount: {type: decimal, scale: 1, unfit: empty,", texts
    )
    plan = planned(database, number)

    assert [("parts.amount", "type", 1)] == [
        (m.field.replace("part.", "parts."), m.rule, m.count) for m in plan.misfits if m.field
    ]
    assert plan.blocked
    with database.write() as connection:
        connection.execute(sa.update(rows).where(rows.c.id == "r1").values(f_amount="2.5"))
    put_live(database, releases, number)
    table = releases.current()["desk"].entities["ticket"].row_tables["part"]
    with database.write() as connection:
        found = connection.execute(sa.select(table.c.f2_amount).order_by(table.c.id)).scalars().all()
        connection.execute(sa.update(table).where(table.c.id == "r1").values(f2_amount=Decimal("7.5")))
        again = connection.execute(sa.select(rows.c.f_amount).order_by(rows.c.id)).scalars().all()
    assert ([Decimal("5.0"), Decimal("2.5")], ["5", "7.5"]) == (found, again)


def test_a_pilot_and_the_others_write_one_field_in_two_types(database: Database, releases: Releases) -> None:
    """A pilot with another type runs where what the others write may be left empty; else it is refused by name."""
    with database.write() as connection:
        unit = add_unit(connection, "BJ01", "北京", NOW)
    put_live(database, releases, FILES)
    [id] = insert_tickets(database, releases.current()["desk"], {"subject": "a", "phone": "5"})
    strict = planned(database, retyped("phone: {type: integer, class: C2,"), units=[unit])
    files = retyped("phone: {type: integer, unfit: empty, class: C2,")
    context = context_of(principal("approver", "publisher"), releases)
    publish(database, releases, Publication("desk", files, Consent("author"), 1, units=(unit,)), context)
    pilot, others = releases.pilots()["desk"].compiled, releases.current()["desk"]

    assert ["M461"] == [one.code for one in strict.diagnostics if one.severity == "error"]
    assert ([5], ["5"]) == (kept(database, pilot, "phone"), kept(database, others, "phone"))
    write(database, pilot, id, "phone", 6)
    add(database, others, subject="b", phone="7")
    add(database, others, subject="c", phone="seven")
    assert ["6", "7", "seven"] == kept(database, others, "phone")
    assert [6, 7, None] == kept(database, pilot, "phone")
    end_pilot(database, releases, "desk", context)
    assert ["6", "7", "seven"] == kept(database, releases.current()["desk"], "phone")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_is_written_meanwhile_and_does_not_fit_stops_it(database: Database, releases: Releases) -> None:
    """The old release goes on writing while the steps run: an unfit value takes the publication back."""
    put_live(database, releases, FILES)
    old = releases.current()["desk"]
    [id] = insert_tickets(database, old, {"subject": "a", "phone": "5"})

    def write_unfit(event: str, position: int, because: object) -> None:
        if (event, position) == ("step", 1):
            write(database, old, id, "phone", "five")

    with pytest.raises(Conflict) as refused:
        put_live(database, releases, retyped("phone: {type: integer, class: C2,"), progress=write_unfit)
    with database.read() as connection:
        columns = {column["name"] for column in sa.inspect(connection).get_columns(old.entities["ticket"].table.name)}
        triggers = connection.exec_driver_sql("SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%%link%%'").scalar()
    assert "M431" == refused.value.code
    assert ("f2_phone" in columns, triggers) == (False, 0)
    assert ["five"] == kept(database, old, "phone")


def test_a_killed_retype_is_old_or_new(database: Database, database_url: str, releases: Releases) -> None:
    """kill -9 before each write and commit: the next start has the old release or the new one, with every value."""
    outcomes: list[int] = []
    ended = False
    while not ended:
        name, others = f"desk_{len(outcomes)}", record_tables(database)
        put_live(database, releases, app_called(name), app=name)
        insert_tickets(database, releases.current()[name], {"subject": "a", "phone": "1"}, {"subject": "b", "phone": "2.0"})
        database.engine.dispose()

        def work(name: str = name, number: int = len(outcomes) + 1) -> None:
            opened = open_database(database_url, SQLITE_SETUP)
            die_before(opened, number)
            put_live(opened, Releases(opened, {}), app_called(name, retyped("phone: {type: integer, class: C2,")), app=name)

        ended = in_a_process(work)
        settled = recover(database, NOW + dt.timedelta(hours=1))
        assert all((one.app, one.outcome, one.release) == (name, "finished", 2) for one in settled)
        with database.read() as connection:
            active, states = active_release(connection, name), [one.state for one in list_releases(connection, name)]
        assert active is not None
        assert ["active"] == [state for state in states if state in {"active", "applying"}]
        read = kept(database, at(database, active.release, name), "phone")
        assert ([1, 2] if active.release == 2 else ["1", "2.0"]) == read
        assert ["1", "2.0"] == kept(database, at(database, 1, name), "phone")
        assert record_tables(database) - others
        outcomes.append(active.release)
    assert outcomes == sorted(outcomes)
    assert {1, 2} == set(outcomes)
