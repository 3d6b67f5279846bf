"""A small app to publish, change and publish again: texts by path, and ways to edit them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.compile.app import CompiledApp
from runtime.context import Context, Principal
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person
from runtime.publish.apply import Publication, Published, publish, silent
from runtime.publish.consent import Consent
from runtime.publish.execute import Progress
from runtime.publish.history import active_release
from runtime.releases import Releases
from runtime.store.database import Database
from runtime.store.identifiers import new_id

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)

APP = """\
app: desk
format: 1
version: 1.0.0
label: {zh: 服务台, en: Desk}
requires: {apps: {org: ">=1.0 <2"}}
languages: [zh, en]
menu: [lists.tickets]
"""
TICKET = """\
entity: ticket
label: {zh: 工单, en: Ticket}
title: "{subject}"
fields:
  subject: {type: text, max: 80, required: true, label: {zh: 主题, en: Subject}}
  phone: {type: text, max: 20, class: C2, label: {zh: 电话, en: Phone}}
  level:
    type: choice
    label: {zh: 级别, en: Level}
    choices:
      low: {label: {zh: 低, en: Low}}
      high: {label: {zh: 高, en: High}}
  cost: {type: decimal, scale: 2, label: {zh: 费用, en: Cost}}
"""
ROLES = """\
roles:
  agent:
    label: {zh: 坐席, en: Agent}
    access:
      ticket: {create: true, read: true, update: true}
"""
LIST = """\
list: tickets
entity: ticket
label: {zh: 工单, en: Tickets}
columns: [subject, level, cost]
"""
FILES: Mapping[str, str] = {
    "app.yaml": APP,
    "entities/ticket.yaml": TICKET,
    "roles.yaml": ROLES,
    "lists/tickets.yaml": LIST,
}


def edited(path: str, old: str, new: str, files: Mapping[str, str] = FILES) -> dict[str, str]:
    """The texts with one passage replaced."""
    assert old in files[path], f"{old!r} is not in {path}"
    return {**files, path: files[path].replace(old, new)}


def with_field(line: str, files: Mapping[str, str] = FILES) -> dict[str, str]:
    """The texts with one more field of a ticket."""
    return {**files, "entities/ticket.yaml": files["entities/ticket.yaml"] + f"  {line}\n"}


def add_people(connection: Connection) -> tuple[Principal, Principal]:
    """An author and a publisher."""
    author = add_person(connection, "shen", "沈怡", NOW)
    grant_role(connection, author, "", "designer", Given(NOW))
    grant_role(connection, author, "desk", "agent", Given(NOW))
    publisher = add_person(connection, "zhao", "赵琳", NOW)
    grant_role(connection, publisher, "", "publisher", Given(NOW))
    return principal(author, "designer"), principal(publisher, "publisher")


def principal(id: str, *roles: str) -> Principal:
    """A person with platform roles."""
    return Principal(id, id, id, None, None, None, None, platform_roles=frozenset(roles))


def context_of(person: Principal, releases: Releases, now: dt.datetime = NOW) -> Context:
    """The context of an act of this person."""
    return Context(person, releases.current(), now, now.date(), new_id(now))


def put_live(
    database: Database,
    releases: Releases,
    files: Mapping[str, str],
    *,
    app: str = "desk",
    now: dt.datetime = NOW,
    progress: Progress = silent,
) -> Published:
    """Publish as two people do, on top of what is active now."""
    with database.read() as connection:
        active = active_release(connection, app)
    publication = Publication(app, files, Consent("author"), active.release if active else None)
    context = context_of(principal("approver", "publisher"), releases, now)
    return publish(database, releases, publication, context, progress=progress)


def insert_tickets(database: Database, compiled: CompiledApp, *rows: Mapping[str, object]) -> list[str]:
    """Put records straight into the table, as records written earlier."""
    table = compiled.entities["ticket"].table
    ids = [new_id(NOW) for _ in rows]
    fixed = {"version": 1, "created_at": NOW, "created_by": "x", "changed_at": NOW, "changed_by": "x"}
    with database.write() as connection:
        for id, row in zip(ids, rows, strict=True):
            connection.execute(sa.insert(table), {"id": id, **fixed, **{f"f_{name}": value for name, value in row.items()}})
    return ids


def stored(database: Database, compiled: CompiledApp) -> list[dict[str, object]]:
    """The fields of all tickets as they are kept now, by key."""
    table = compiled.entities["ticket"].table
    with database.read() as connection:
        rows = connection.execute(sa.select(table).order_by(table.c.id)).mappings()
        return [{name.removeprefix("f_"): value for name, value in row.items() if name.startswith("f_")} for row in rows]
