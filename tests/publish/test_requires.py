"""Publishing an app that refers to records of another one."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.publish.plan import plan_publish
from runtime.publish.types import Files, PublishPlan
from runtime.releases import Releases, compile_stored
from runtime.store.database import Database
from tests.publish.desk import APP, FILES, NOW, edited, put_live

VISIT: Files = {
    "app.yaml": APP.replace("app: desk", "app: visits")
    .replace('">=1.0 <2"', '">=1.0 <2", desk: ">=1.0 <2"')
    .replace("menu: [lists.tickets]\n", ""),
    "entities/visit.yaml": """\
entity: visit
label: {zh: 上门, en: Visit}
title: "{ticket.subject}"
fields:
  ticket: {type: reference, to: desk.ticket, label: {zh: 工单, en: Ticket}}
""",
    "roles.yaml": """\
roles:
  visitor: {label: {zh: 上门员, en: Visitor}, access: {visit: {create: true, read: true}}}
""",
}


def _plan(database: Database, find: Files | None = None) -> PublishPlan:
    with database.read() as connection:
        return plan_publish(connection, "visits", VISIT, NOW, find={"desk": find}.get).plan


def test_a_required_app_must_be_live_first(database: Database) -> None:
    """With its texts at hand the definition is whole, but nothing can be published before it."""
    assert ["R001"] == [one.code for one in _plan(database).diagnostics]
    assert ["M415"] == [one.code for one in _plan(database, FILES).diagnostics if one.severity == "error"]


def test_records_refer_to_records_of_a_live_app(database: Database, releases: Releases) -> None:
    """The reference is a foreign key into the other app's table, and the release loads again from the database."""
    put_live(database, releases, FILES)
    put_live(database, releases, VISIT, app="visits")
    with database.read() as connection:
        compiled = compile_stored(connection, "visits", 1)
        links = sa.inspect(connection).get_foreign_keys(compiled.entities["visit"].table.name)

    assert releases.current()["desk"].entities["ticket"].table.name in [link["referred_table"] for link in links]
    assert ["desk", "org"] == sorted(releases.current()["visits"].required)


def test_what_a_live_app_refers_to_stays(database: Database, releases: Releases) -> None:
    """Taking away a field that another live app reads blocks the plan; taking away another one does not."""
    put_live(database, releases, FILES)
    put_live(database, releases, VISIT, app="visits")
    renamed = edited("entities/ticket.yaml", "  subject: {", "  topic: {id: subject, ")
    renamed = {path: text.replace("{subject}", "{topic}").replace("[subject,", "[topic,") for path, text in renamed.items()}
    with database.read() as connection:
        blocked = plan_publish(connection, "desk", renamed, NOW).plan
        harmless = plan_publish(connection, "desk", edited("entities/ticket.yaml", "max: 80", "max: 90"), NOW).plan

    [finding] = [one for one in blocked.diagnostics if one.code == "M418"]
    assert "visits/entities/visit.yaml:3" in finding.message
    assert blocked.blocked
    assert not harmless.blocked


def test_who_refers_to_what_changes_is_told(database: Database, releases: Releases) -> None:
    """A change of an entity names the live apps that refer to it, with the fields; a change of something else names nobody."""
    put_live(database, releases, FILES)
    put_live(database, releases, VISIT, app="visits")
    with database.read() as connection:
        changed = plan_publish(connection, "desk", edited("entities/ticket.yaml", "max: 80", "max: 90"), NOW).plan
        other = plan_publish(connection, "desk", edited("lists/tickets.yaml", "level, cost", "cost"), NOW).plan

    [told] = [one for one in changed.diagnostics if one.code == "M477"]
    assert ("hint", "entities/ticket.yaml") == (told.severity, told.span.file)
    assert "Ticket changes here, and the live app 'visits' refers to it: visit.ticket." == told.message
    assert [] == [one for one in other.diagnostics if one.code == "M477"]
    assert not changed.blocked
