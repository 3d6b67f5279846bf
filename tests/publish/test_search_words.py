"""Words of the search when releases change: filled in by publishing, kept by every release that is still written through."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from builder.cli import main
from runtime.compile.app import CompiledApp
from runtime.context import SYSTEM, Context
from runtime.identity.organisation import add_unit
from runtime.publish.apply import Publication, publish
from runtime.publish.consent import Consent
from runtime.publish.pilot import end_pilot
from runtime.records.read import list_records
from runtime.records.request import ListRequest
from runtime.records.write import insert_record, update_record
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.start import start
from runtime.store.database import Database
from runtime.store.tables import search_field, search_term
from tests.publish.desk import FILES, LIST, NOW, context_of, insert_tickets, principal, put_live

ONE: Mapping[str, str] = {**FILES, "lists/tickets.yaml": f"{LIST}search: [subject]\n"}
TWO: Mapping[str, str] = {**FILES, "lists/tickets.yaml": f"{LIST}search: [subject, phone]\n"}


def found(database: Database, app: CompiledApp, text: str) -> list[str]:
    """The keys of the tickets that a search finds."""
    with database.read() as connection:
        page = list_records(connection, _context(app), "desk", "ticket", ListRequest(search=text))
    return sorted(item.split(b'"')[3].decode() for item in page.items)


def _context(app: CompiledApp) -> Context:
    return Context(SYSTEM, {"desk": app}, NOW, NOW.date(), "request", "en")


def make(database: Database, app: CompiledApp, **values: object) -> str:
    with database.write() as connection:
        return insert_record(connection, _context(app), "desk", "ticket", values).id


def change(database: Database, app: CompiledApp, id: str, version: int, **values: object) -> None:
    with database.write() as connection:
        update_record(connection, _context(app), "desk", "ticket", id, values, version)


def marked(database: Database) -> frozenset[int]:
    with database.read() as connection:
        return frozenset(connection.scalars(sa.select(search_field.c.field)))


def test_publishing_fills_in_what_was_not_searched(database: Database, releases: Releases) -> None:
    """Records that were there before are found by the new field at once; a field less takes its words with it."""
    put_live(database, releases, ONE)
    [id] = insert_tickets(database, releases.current()["desk"], {"subject": "张伟", "phone": "13800004711"})
    put_live(database, releases, TWO)

    assert [id] == found(database, releases.current()["desk"], "4711")
    numbers = releases.current()["desk"].entities["ticket"].searched
    put_live(database, releases, ONE)
    assert frozenset({numbers["subject"]}) == marked(database)
    with database.read() as connection:
        assert 0 == connection.scalar(sa.select(sa.func.count()).where(search_term.c.field == numbers["phone"]))


def test_an_older_release_keeps_the_words_of_the_live_one(database: Database, releases: Releases) -> None:
    """Approvals write through the release they began under, whose lists searched less."""
    put_live(database, releases, ONE)
    put_live(database, releases, TWO)
    live, older = releases.current()["desk"], releases.at("desk", 1)
    id = make(database, live, subject="a", phone="13800004711")
    change(database, older, id, 1, phone="13800000815")

    assert ([], [id]) == (found(database, live, "4711"), found(database, live, "0815"))


def test_a_pilot_and_the_others_keep_the_words_of_both(database: Database, releases: Releases) -> None:
    """Whoever writes, both sides find it; when the pilot ends, what only it searched is forgotten."""
    put_live(database, releases, ONE)
    [old] = insert_tickets(database, releases.current()["desk"], {"subject": "b", "phone": "13900000001"})
    with database.write() as connection:
        unit = add_unit(connection, "BJ", "北京分行", NOW)
    publication = Publication("desk", TWO, Consent("author"), 1, units=(unit,))
    publish(database, releases, publication, context_of(principal("approver", "publisher"), releases))
    active, pilot = releases.current()["desk"], releases.pilots()["desk"].compiled
    id = make(database, active, subject="a", phone="13800004711")
    change(database, active, id, 1, phone="13800000815")
    other = make(database, pilot, subject="李娜", phone="1")

    assert ([], [id], [old]) == tuple(found(database, pilot, text) for text in ("4711", "0815", "0001"))
    assert [other] == found(database, active, "lina")
    end_pilot(database, releases, "desk", context_of(principal("approver", "publisher"), releases))
    assert frozenset(active.entities["ticket"].searched.values()) == marked(database)


def test_the_command_fills_in_again(
    database: Database, releases: Releases, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Records that came into the tables by SQL are found after `qiqiao reindex`."""
    put_live(database, releases, ONE)
    app = releases.current()["desk"]
    [id] = insert_tickets(database, app, {"subject": "张伟"})
    monkeypatch.setenv("QIQIAO_LOCALE", "en")

    assert [] == found(database, app, "zw")
    assert 0 == main(["reindex", "desk", "--database", database.url])
    assert "desk: the words of 1 fields" in capsys.readouterr().out
    assert [id] == found(database, app, "zw")
    assert 1 == main(["reindex", "nothing", "--database", database.url])


def test_a_start_fills_in_what_nobody_did(database: Database, releases: Releases, tmp_path: object) -> None:
    """After an upgrade of the product, records of earlier versions have no words until a process starts."""
    put_live(database, releases, ONE)
    app = releases.current()["desk"]
    [id] = insert_tickets(database, app, {"subject": "张伟"})
    with database.write() as connection:
        connection.execute(sa.delete(search_field))
    start(Settings(database_url=database.url, data_folder=tmp_path, demo=False), NOW)  # type: ignore[arg-type]

    assert [id] == found(database, app, "zw")
