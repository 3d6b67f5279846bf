"""What is said of a move before and after it: what cannot move, what is counted, pilots, purges, who sees more, the trail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from runtime.commands.create_record import create_record
from runtime.failures import Conflict
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person, add_unit
from runtime.publish.apply import Publication, publish
from runtime.publish.consent import Consent
from runtime.publish.effect import Moment, effect_of
from runtime.publish.pilot import end_pilot
from runtime.publish.plan import plan_publish
from runtime.publish.purge import approve_purge
from runtime.publish.refused import Refused
from runtime.records.history import record_history
from runtime.releases import Releases
from runtime.store.database import Database
from runtime.store.tables import audit_event
from tests.publish.desk import FILES, NOW, context_of, edited, insert_tickets, principal, put_live
from tests.publish.moved_desk import CONTACT, PHONE, add_contact, contact_of, folded, split, values, write
from tests.publish.test_purge import HELD, ask, listed, person
from tests.publish.test_retype import at, go_back, planned


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
