"""A desk some of whose fields move to an entity of their own, and what stands at both places."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from decimal import Decimal

import sqlalchemy as sa

from runtime.compile.app import CompiledApp
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from tests.publish.desk import FILES, NOW, edited, insert_tickets

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
