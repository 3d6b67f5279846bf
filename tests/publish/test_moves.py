"""Fields move to an entity of their own and back on live data: nothing is lost or doubled, whoever writes where."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from runtime.commands.create_record import create_record
from runtime.compile.app import CompiledApp
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.failures import Conflict
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person, add_unit
from runtime.publish.apply import Publication, publish
from runtime.publish.consent import Consent
from runtime.publish.effect import Moment, effect_of
from runtime.publish.history import active_release, list_releases
from runtime.publish.pilot import end_pilot
from runtime.publish.plan import plan_publish
from runtime.publish.purge import approve_purge
from runtime.publish.recover import recover
from runtime.publish.refused import Refused
from runtime.publish.state import read_state
from runtime.records.history import record_history
from runtime.releases import Releases
from runtime.store.database import Database, open_database
from runtime.store.identifiers import new_id
from runtime.store.tables import audit_event, release
from tests.publish.desk import FILES, NOW, context_of, edited, insert_tickets, principal, put_live
from tests.publish.test_crash import app_called, die_before, in_a_process
from tests.publish.test_purge import HELD, ask, listed, person
from tests.publish.test_retype import at, go_back, planned

CONTACT = """\
entity: contact
label: {zh: 联系方式, en: Contact}
fields:
  ticket: {type: reference, to: ticket, required: true, unique: true, label: {zh: 工单, en: Ticket}}
  phone: {type: text, max: 20, class: C2, moved_from: ticket.phone, label: {zh: 电话, en: Phone}}
  cost: {type: decimal, scale: 2, moved_from: ticket.cost, label: {zh: 费用, en: Cost}}
"""
PHONE = "  phone: {type: text, max: 20, class: C2, label: {zh: 电话, en: Phone}}\n"
COST = "  cost: {type: decimal, scale: 2, label: {zh: 费用, en: Cost}}\n"


def split(contact: str = CONTACT, files: Mapping[str, str] = FILES) -> dict[str, str]:
    """The desk with phone and cost in a record of their own."""
    without = edited("entities/ticket.yaml", PHONE, "", edited("entities/ticket.yaml", COST, "", files))
    listed = edited("lists/tickets.yaml", "[subject, level, cost]", "[subject, level]", without)
    return {**listed, "entities/contact.yaml": contact}


def folded(files: Mapping[str, str] = FILES) -> dict[str, str]:
    """The desk with both fields in the ticket again, and no contacts."""
    texts = dict(files)
    for old in (PHONE, COST):
        name = old.split(":")[0].strip()
        texts = edited("entities/ticket.yaml", old, old.replace("label:", f"moved_from: contact.{name}, label:"), texts)
    return texts


def values(database: Database, compiled: CompiledApp) -> dict[str, tuple[object, object]]:
    """Phone and cost of each living ticket that has any, as a release reads them: from the ticket or from its contact."""
    ticket = compiled.entities["ticket"].table
    source: sa.FromClause = ticket
    place = ticket
    if "contact" in compiled.entities:
        place = compiled.entities["contact"].table
        source = ticket.join(place, sa.and_(place.c.f_ticket == ticket.c.id, place.c.deleted_at.is_(None)))
    query = sa.select(ticket.c.id, place.c.f_phone, place.c.f_cost).select_from(source).where(ticket.c.deleted_at.is_(None))
    with database.read() as connection:
        rows = connection.execute(query).all()
    found = [row for row in rows if (row[1], row[2]) != (None, None)]
    assert len(found) == len({row[0] for row in found}), "a ticket has two contacts"
    return {row[0]: (row[1], row[2]) for row in found}


def filled(database: Database, compiled: CompiledApp, chance: random.Random, number: int) -> list[str]:
    rows = [
        {
            "subject": str(n),
            "phone": chance.choice([None, "1", "22", "x"]),
            "cost": chance.choice([None, Decimal("1.00"), Decimal("2.50")]),
        }
        for n in range(number)
    ]
    return insert_tickets(database, compiled, *rows)


def test_values_move_and_come_back(database: Database, releases: Releases) -> None:
    """Random records: what each had before it has after, and again when the release before is back."""
    put_live(database, releases, FILES)
    filled(database, at(database, 1), random.Random(1), 60)
    before = values(database, at(database, 1))
    found = put_live(database, releases, split())

    assert before
    assert before == values(database, at(database, 2))
    assert before == values(database, at(database, 1))
    [told] = [one for one in found.plan.diagnostics if one.code == "M427"]
    assert f"{len(before)} record(s)" in told.message
    assert "FieldMoved" in [type(change).__name__ for change in found.plan.changes]
    assert [] == [one for one in found.plan.diagnostics if one.code in {"M411", "M425"}]
    go_back(database, releases, 1)
    assert before == values(database, at(database, 1))
    assert () == planned(database, FILES).steps
    go_back(database, releases, 2)
    assert before == values(database, at(database, 2))


def test_a_detail_goes_into_its_record_and_comes_out_again(database: Database, releases: Releases) -> None:
    """The other way round: contacts become a part of their tickets, and are contacts again when the release before is back."""
    put_live(database, releases, split())
    first = at(database, 1)
    tickets = insert_tickets(database, first, *({"subject": str(n)} for n in range(30)))
    chance = random.Random(2)
    for id in tickets[:20]:
        add_contact(database, first, id, chance.choice([None, "1", "22"]), chance.choice([None, Decimal("2.50")]))
    before = values(database, first)
    found = put_live(database, releases, folded())

    assert before
    assert before == values(database, at(database, 2))
    assert [True] == [" 20 record(s) of Contact" in one.message for one in found.plan.diagnostics if one.code == "M427"]
    write(database, at(database, 2), "ticket", tickets[25], phone="new")
    go_back(database, releases, 1)
    assert before | {tickets[25]: ("new", None)} == values(database, at(database, 1))


def write(database: Database, compiled: CompiledApp, entity: str, id: str, **fields: object) -> None:
    """Change fields of a record in one statement, as a release does."""
    table = compiled.entities[entity].table
    with database.write() as connection:
        connection.execute(
            sa.update(table).where(table.c.id == id).values({f"f_{name}": value for name, value in fields.items()})
        )


def be_there(database: Database, compiled: CompiledApp, entity: str, id: str, *, deleted: dt.datetime | None) -> None:
    """Delete a record or restore it, as a release does."""
    table = compiled.entities[entity].table
    with database.write() as connection:
        connection.execute(sa.update(table).where(table.c.id == id).values(deleted_at=deleted))


def add_contact(database: Database, compiled: CompiledApp, ticket: str, phone: object, cost: object) -> str:
    table, id = compiled.entities["contact"].table, new_id(NOW)
    row = {"id": id, "version": 1, "created_at": NOW, "created_by": "x", "changed_at": NOW, "changed_by": "x"}
    with database.write() as connection:
        connection.execute(sa.insert(table), {**row, "f_ticket": ticket, "f_phone": phone, "f_cost": cost})
    return id


def contact_of(database: Database, compiled: CompiledApp, ticket: str) -> str | None:
    table = compiled.entities["contact"].table
    with database.read() as connection:
        return connection.execute(
            sa.select(table.c.id).where(table.c.f_ticket == ticket, table.c.deleted_at.is_(None))
        ).scalar_one_or_none()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_releases_write_in_turn_and_read_the_same(database: Database, releases: Releases, seed: int) -> None:
    """Whatever the two releases write, delete and restore in turn, either reads what the last one wrote."""
    put_live(database, releases, FILES)
    chance = random.Random(seed)
    tickets = filled(database, at(database, 1), chance, 12)
    wanted = values(database, at(database, 1))
    put_live(database, releases, split())
    old, new = at(database, 1), at(database, 2)
    gone: dict[str, tuple[object, object]] = {}
    for turn in range(80):
        id, phone, cost = chance.choice(tickets), chance.choice([None, "1", "2"]), chance.choice([None, Decimal("3.50")])
        contact, had = contact_of(database, new, id), wanted.get(id, (None, None))
        match chance.randrange(6):
            case 0 if id not in gone:
                write(database, old, "ticket", id, phone=phone)
                wanted[id] = (phone, had[1])
            case 1 if id not in gone:
                write(database, old, "ticket", id, phone=phone, cost=cost)
                wanted[id] = (phone, cost)
            case 2 if contact is not None:
                write(database, new, "contact", contact, cost=cost)
                wanted[id] = (had[0], cost)
            case 3 if contact is None and id not in gone:
                add_contact(database, new, id, phone, cost)
                wanted[id] = (phone, cost)
            case 4 if contact is not None:
                be_there(database, new, "contact", contact, deleted=NOW)
                wanted[id] = (None, None)
            case 5 if id not in gone:
                be_there(database, old, "ticket", id, deleted=NOW + dt.timedelta(seconds=turn + 1))
                gone[id], wanted[id] = had, (None, None)
            case 5:
                be_there(database, old, "ticket", id, deleted=None)
                wanted[id] = gone.pop(id)
        expected = {id: pair for id, pair in wanted.items() if pair != (None, None)}
        assert (expected, expected) == (values(database, old), values(database, new)), turn


def test_a_deleted_detail_comes_back_with_its_values(database: Database, releases: Releases) -> None:
    """Deleting a contact empties the ticket for the old release; restoring it fills it again; led elsewhere, it goes there."""
    put_live(database, releases, FILES)
    first, other = insert_tickets(database, at(database, 1), {"subject": "a", "phone": "1"}, {"subject": "b"})
    put_live(database, releases, split())
    old, new = at(database, 1), at(database, 2)
    contact = contact_of(database, new, first)
    assert contact is not None
    be_there(database, new, "contact", contact, deleted=NOW)
    assert {} == values(database, old)
    be_there(database, new, "contact", contact, deleted=None)
    assert {first: ("1", None)} == values(database, old)
    write(database, new, "contact", contact, ticket=other)
    assert {other: ("1", None)} == values(database, old) == values(database, new)


def test_what_was_deleted_before_moves_as_deleted(database: Database, releases: Releases) -> None:
    """A deleted ticket keeps its phone through the move, and has it when it is restored under the new release."""
    put_live(database, releases, FILES)
    [id] = insert_tickets(database, at(database, 1), {"subject": "a", "phone": "1"})
    be_there(database, at(database, 1), "ticket", id, deleted=NOW)
    put_live(database, releases, split())
    new = at(database, 2)
    assert {} == values(database, new)
    be_there(database, new, "ticket", id, deleted=None)
    assert {id: ("1", None)} == values(database, new)


def test_a_killed_move_is_old_or_new(database: Database, database_url: str, releases: Releases) -> None:
    """kill -9 before each write and each commit of a split: afterwards one release is live and every value is there once."""
    outcomes: list[int] = []
    ended = False
    while not ended:
        name = f"desk_{len(outcomes)}"
        put_live(database, releases, app_called(name), app=name)
        insert_tickets(database, releases.current()[name], {"subject": "a", "phone": "1", "cost": 1}, {"subject": "b"})
        before = values(database, at(database, 1, name))
        database.engine.dispose()

        def work(name: str = name, number: int = len(outcomes) + 1) -> None:
            opened = open_database(database_url, SQLITE_SETUP)
            die_before(opened, number)
            put_live(opened, Releases(opened, {}), app_called(name, split()), app=name)

        ended = in_a_process(work)
        settled = recover(database, NOW + dt.timedelta(hours=1))
        assert all((one.app, one.outcome, one.release) == (name, "finished", 2) for one in settled)
        with database.read() as connection:
            active, states = active_release(connection, name), [one.state for one in list_releases(connection, name)]
        assert active is not None
        assert ["active"] == [state for state in states if state in {"active", "applying"}]
        assert before == values(database, at(database, active.release, name)) == values(database, at(database, 1, name))
        outcomes.append(active.release)
    assert outcomes == sorted(outcomes)
    assert {1, 2} == set(outcomes)
    assert len(outcomes) > 12


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_killed_fold_is_old_or_new(database: Database, database_url: str, releases: Releases) -> None:
    """The same for contacts that go back into their tickets; on SQLite it is one transaction as the split is."""
    outcomes: list[int] = []
    ended = False
    while not ended:
        name = f"desk_{len(outcomes)}"
        put_live(database, releases, app_called(name, split()), app=name)
        first = at(database, 1, name)
        [id, _] = insert_tickets(database, first, {"subject": "a"}, {"subject": "b"})
        add_contact(database, first, id, "1", Decimal("2.50"))
        database.engine.dispose()

        def work(name: str = name, number: int = len(outcomes) + 1) -> None:
            opened = open_database(database_url, SQLITE_SETUP)
            die_before(opened, number)
            put_live(opened, Releases(opened, {}), app_called(name, folded()), app=name)

        ended = in_a_process(work)
        recover(database, NOW + dt.timedelta(hours=1))
        with database.read() as connection:
            active = active_release(connection, name)
        assert active is not None
        expected = {id: ("1", Decimal("2.50"))}
        assert expected == values(database, at(database, active.release, name)) == values(database, at(database, 1, name))
        outcomes.append(active.release)
    assert {1, 2} == set(outcomes)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_is_written_beside_the_steps_moves_too(database: Database, releases: Releases) -> None:
    """The old release writes before and after every step: each value is at both places at the end, and no write is refused."""
    put_live(database, releases, FILES)
    old = at(database, 1)
    tickets = insert_tickets(database, old, *({"subject": str(n), "phone": "0"} for n in range(3)))

    def write_beside(event: str, position: int, because: object) -> None:
        place = 2 * position + (event == "done")
        write(database, old, "ticket", tickets[place % 3], phone=str(place), cost=place)
        insert_tickets(database, old, {"subject": "later", "phone": str(place)})

    put_live(database, releases, split(), progress=write_beside)
    assert len(values(database, old)) > 15
    assert values(database, old) == values(database, at(database, 2))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_move_that_cannot_end_leaves_nothing(database: Database, releases: Releases) -> None:
    """A step that fails takes all of it back: no trigger, no table, the old release reads and writes as before."""
    put_live(database, releases, FILES)
    old = at(database, 1)
    [id] = insert_tickets(database, old, {"subject": "a", "phone": "1"})

    def lose_the_base(event: str, position: int, because: object) -> None:
        if event == "done":
            with database.write() as connection:
                connection.execute(sa.update(release).where(release.c.release == 1).values(state="superseded"))

    with pytest.raises(Conflict):
        put_live(database, releases, split(), progress=lose_the_base)
    write(database, old, "ticket", id, phone="2")
    with database.read() as connection:
        state = read_state(connection, "desk", [old.entities["ticket"].table.name])
        tables = [name for name in sa.inspect(connection).get_table_names() if name.endswith("_contact")]
    assert (frozenset(), []) == (state.moves, tables)
    assert {id: ("2", None)} == values(database, old)


def found_in(database: Database, files: Mapping[str, str], **more: object) -> list[tuple[str, str, int]]:
    """Code, file and line of each error of a plan."""
    plan = planned(database, files, **more)
    return [(one.code, one.span.file, one.span.line) for one in plan.diagnostics if one.severity == "error"]


LINK = "ticket: {type: reference, to: ticket, required: true, unique: true,"
CANNOT: Mapping[str, tuple[str, str, int]] = {
    "several": (LINK, LINK.replace("unique: true,", ""), 5),
    "optional": (LINK, LINK.replace("required: true,", ""), 5),
    "computed": ("cost: {type: decimal, scale: 2,", "cost: {type: decimal, scale: 2, compute: 1 + 1, stored: true,", 6),
    "unique": ("phone: {type: text,", "phone: {type: text, unique: true,", 5),
    "type": ("cost: {type: decimal, scale: 2,", "cost: {type: text,", 6),
    "scale": ("cost: {type: decimal, scale: 2,", "cost: {type: decimal, scale: 4,", 6),
    "no such field": ("moved_from: ticket.cost", "moved_from: ticket.price", 6),
    "no such entity": ("moved_from: ticket.cost", "moved_from: order.cost", 6),
    "needs more": ("fields:\n", "fields:\n  kind: {type: text, required: true, label: {zh: 类别, en: Kind}}\n", 4),
    "numbered": ("fields:\n", 'number: "C{seq:4}"\nfields:\n', 6),
    "itself": ("moved_from: ticket.cost", "moved_from: contact.phone", 6),
}


@pytest.mark.parametrize("case", CANNOT)
def test_what_cannot_move_is_said_where_it_stands(database: Database, releases: Releases, case: str) -> None:
    """Each reason is an error at the field that says it moves, and nothing is published."""
    put_live(database, releases, FILES)
    old, new, line = CANNOT[case]
    assert old in CONTACT
    assert ("M426", "entities/contact.yaml", line) in found_in(database, split(CONTACT.replace(old, new)))
    with pytest.raises(Refused):
        put_live(database, releases, split(CONTACT.replace(old, new)))


def test_a_field_that_stays_where_it_was_is_not_moved(database: Database, releases: Releases) -> None:
    """A value at two places would be two values: the field must go where it was; and it goes to a new entity only."""
    put_live(database, releases, FILES)
    both = {**FILES, "entities/contact.yaml": CONTACT}
    assert {("M426", "entities/contact.yaml", 5), ("M426", "entities/contact.yaml", 6)} == set(found_in(database, both))
    bare = "\n".join(line for line in CONTACT.splitlines() if "moved_from" not in line)
    put_live(database, releases, {**FILES, "entities/contact.yaml": bare + "\n"})
    assert ("M426", "entities/contact.yaml", 5) in found_in(database, split())


def test_two_contacts_of_one_ticket_do_not_become_one(database: Database, releases: Releases) -> None:
    """Where the reference was not unique, the tickets with two are counted, and nothing moves."""
    several = split(
        CONTACT.replace(" unique: true,", "").replace(", moved_from: ticket.phone", "").replace(", moved_from: ticket.cost", "")
    )
    put_live(database, releases, several)
    first = at(database, 1)
    [id, _] = insert_tickets(database, first, {"subject": "a"}, {"subject": "b"})
    for phone in ("1", "2"):
        add_contact(database, first, id, phone, None)
    errors = {one.code: one.message for one in planned(database, folded()).diagnostics if one.severity == "error"}
    assert {"M426", "M429"} == set(errors)
    assert errors["M429"].startswith("1 record(s) of Ticket have two or more of Contact")


def test_values_that_the_new_place_forbids_are_counted(database: Database, releases: Releases) -> None:
    """A shorter text and a required field at the new place: the tickets are named, as for any stricter rule."""
    put_live(database, releases, FILES)
    rows = insert_tickets(
        database,
        at(database, 1),
        {"subject": "a", "phone": "123456"},
        {"subject": "b", "cost": Decimal("1.00")},
        {"subject": "c"},
    )
    strict = CONTACT.replace("phone: {type: text, max: 20,", "phone: {type: text, max: 5, required: true,")
    plan = planned(database, split(strict))
    found = {(one.entity, one.field, one.rule): (one.count, one.samples) for one in plan.misfits}
    assert {("contact", "phone", "length"): (1, (rows[0],)), ("contact", "phone", "required"): (1, (rows[1],))} == found
    assert not plan.blocked


def test_the_link_stays_as_long_as_both_places_do(database: Database, releases: Releases) -> None:
    """Two contacts of one ticket, or the old field beside the new one, would part what is kept the same."""
    put_live(database, releases, FILES)
    put_live(database, releases, split())
    settled = CONTACT.replace(", moved_from: ticket.phone", "").replace(", moved_from: ticket.cost", "")
    assert [] == found_in(database, split(settled))
    assert ["M428"] == [code for code, *_ in found_in(database, split(settled.replace(" unique: true,", "")))]
    again = edited("entities/ticket.yaml", "  level:", f"{PHONE}  level:", split(settled))
    assert ["M428"] == [code for code, *_ in found_in(database, again)]


def test_a_pilot_and_the_others_write_one_value_at_two_places(database: Database, releases: Releases) -> None:
    """A pilot has contacts, the others have tickets; at its end the others have all that was written."""
    with database.write() as connection:
        unit = add_unit(connection, "BJ01", "北京", NOW)
    put_live(database, releases, FILES)
    [id, other] = insert_tickets(database, at(database, 1), {"subject": "a", "phone": "1"}, {"subject": "b"})
    context = context_of(principal("approver", "publisher"), releases)
    publish(database, releases, Publication("desk", split(), Consent("author"), 1, units=(unit,)), context)
    pilot, others = releases.pilots()["desk"].compiled, releases.current()["desk"]
    write(database, others, "ticket", id, phone="2")
    add_contact(database, pilot, other, "3", Decimal("4.00"))
    assert {id: ("2", None), other: ("3", Decimal("4.00"))} == values(database, pilot) == values(database, others)
    end_pilot(database, releases, "desk", context)
    assert {id: ("2", None), other: ("3", Decimal("4.00"))} == values(database, releases.current()["desk"])
    publish(database, releases, Publication("desk", split(), Consent("author"), 1), context_of(context.principal, releases))
    assert {id: ("2", None), other: ("3", Decimal("4.00"))} == values(database, releases.current()["desk"])


def test_the_old_place_is_purged_as_a_whole(database: Database, releases: Releases) -> None:
    """One of the columns alone is refused; all of them go with what kept them the same, and the new place goes on."""
    put_live(database, releases, FILES)
    insert_tickets(database, at(database, 1), {"subject": "a", "phone": "1"})
    put_live(database, releases, split())
    table = at(database, 2).entities["ticket"].table.name
    phone, cost = f"{table}.f_phone", f"{table}.f_cost"
    assert {phone, cost} == {one.id for one in listed(database)}
    with pytest.raises(Conflict) as refused:
        ask(database, person("he", releases), phone)
    assert "M481" == refused.value.code
    approve_purge(database, person("shen", releases), "desk", ask(database, person("he", releases), phone, cost), HELD)
    before = values(database, at(database, 2))
    new = at(database, 2)
    [later] = insert_tickets(database, new, {"subject": "b"})
    add_contact(database, new, later, "2", None)
    assert before | {later: ("2", None)} == values(database, new)
    go_back(database, releases, 1)
    assert before | {later: ("2", None)} == values(database, at(database, 1))


def test_the_new_place_is_purged_as_a_whole(database: Database, releases: Releases) -> None:
    """After the way back the contacts go with what kept them the same, and tickets are written on."""
    put_live(database, releases, FILES)
    [id] = insert_tickets(database, at(database, 1), {"subject": "a", "phone": "1"})
    put_live(database, releases, split())
    go_back(database, releases, 1)
    [contact] = [one.id for one in listed(database)]
    approve_purge(database, person("shen", releases), "desk", ask(database, person("he", releases), contact), HELD)
    write(database, at(database, 1), "ticket", id, phone="2")
    put_live(database, releases, split())
    assert {id: ("2", None)} == values(database, releases.current()["desk"])


OPEN = """\
roles:
  agent:
    label: {zh: 坐席, en: Agent}
    access:
      ticket: {create: true, read: level == "low", update: true}
      contact: {read: CONDITION, fields: {phone: read}}
"""


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("true", ["Agent sees more of Phone at Contact", "Agent reads Contact by another condition than Ticket"]),
        ('ticket.level == "low"', ["Agent sees more of Phone at Contact"]),
    ],
)
def test_who_reads_more_by_a_move_is_said(database: Database, releases: Releases, condition: str, said: list[str]) -> None:
    """A masked field that is read in clear at the new place, and rows that were not read, are gains; the same rule is none."""
    closed = edited("roles.yaml", "read: true", 'read: level == "low"')
    put_live(database, releases, closed)
    plan = planned(database, {**split(), "roles.yaml": OPEN.replace("CONDITION", condition)})
    told = [
        one.message for one in plan.diagnostics if one.code == "M412" and "Contact" in one.message and "Agent " in one.message
    ]
    assert said == [message[: len(start)] for message, start in zip(told, said, strict=True)]
    nobody = planned(database, {**split(), "roles.yaml": closed["roles.yaml"]})
    assert [] == [one for one in nobody.diagnostics if one.code == "M412"]
    open_class = planned(database, split(CONTACT.replace("class: C2, ", "")))
    assert ["M407"] == [one.code for one in open_class.diagnostics if one.severity == "error"]


def test_people_who_see_more_are_counted(database: Database, releases: Releases) -> None:
    """The plan's effect tells how many people see a moved field clearer than where it stood."""
    put_live(database, releases, FILES)
    with database.write() as connection:
        for name in ("ann", "bob"):
            grant_role(connection, add_person(connection, name, name, NOW), "desk", "agent", Given(NOW))
    files = {**split(), "roles.yaml": OPEN.replace("CONDITION", "true").replace('level == "low"', "true")}
    with database.read() as connection:
        found = effect_of(connection, plan_publish(connection, "desk", files, NOW), Moment(NOW, NOW.date()))
    assert found is not None
    told = [(one.entity, one.people, [(each.field, each.before, each.after) for each in one.fields]) for one in found]
    assert ("contact", 2, [("phone", "masked", "read"), ("cost", "write", "read")]) in told
    closed = edited("roles.yaml", "read: true", 'read: level == "low"')
    put_live(database, releases, closed)
    with database.read() as connection:
        found = effect_of(connection, plan_publish(connection, "desk", files, NOW), Moment(NOW, NOW.date()))
    assert [(2, "not_there_yet")] == [
        (row.not_counted, row.because) for one in found or () if one.entity == "contact" for row in one.rows
    ]


def test_the_trail_tells_the_move_and_the_history_finds_it(database: Database, releases: Releases) -> None:
    """The publication's event names what moved; a contact's history goes back to what its ticket was."""
    put_live(database, releases, FILES)
    person = principal("ann", "designer")
    ann = replace(person, roles={"desk": frozenset({"agent"})})
    made = create_record(database, context_of(ann, releases), "desk", "ticket", {"subject": "a", "cost": "1.00"}, submit=False).id
    put_live(database, releases, {**split(), "roles.yaml": OPEN.replace("CONDITION", "true").replace('level == "low"', "true")})
    with database.read() as connection:
        bodies = connection.scalars(sa.select(audit_event.c.body).where(audit_event.c.kind == "published")).all()
        contact = contact_of(database, at(database, 2), made)
        assert contact is not None
        found = record_history(connection, context_of(ann, releases), "desk", "contact", contact, None)
    moved = [json.loads(body).get("moved") for body in bodies]
    assert [{"from": "ticket.phone", "to": "contact.phone"}, {"from": "ticket.cost", "to": "contact.cost"}] in moved
    entries = found["items"]
    assert isinstance(entries, list)
    [entry] = entries
    assert ({"zh": "工单", "en": "Ticket"}, None) == (entry["moved_from"], entry["version"])
    assert [("cost", None, "1.00")] == [(each["field"], each["before"], each["after"]) for each in entry["changes"]]
