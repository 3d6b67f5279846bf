"""Publishing while people work: no request fails, nobody waits, every process takes the new release over by itself."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest
import sqlalchemy as sa

from runtime.failures import Unavailable
from runtime.publish.apply import Publication, publish
from runtime.publish.consent import Consent
from runtime.publish.execute import Patience
from runtime.publish.history import list_releases
from runtime.publish.refused import Refused
from runtime.releases import Releases
from runtime.start import open_releases
from runtime.store.database import Database, open_database
from tests.builder.conftest import Workshop
from tests.publish.desk import FILES, context_of, edited, insert_tickets, principal, put_live, with_field


@dataclass
class Traffic:
    """What clients saw while something else happened: status codes and the longest wait."""

    codes: list[int] = field(default_factory=list)
    longest: float = 0.0

    def ask(self, client: httpx.Client, number: int) -> None:
        began = time.monotonic()
        if number % 4:
            answer = client.get("/api/desk/ticket?limit=20&order=-id")
        else:
            answer = client.post("/api/desk/ticket", json={"subject": f"t{number}"})
        self.longest = max(self.longest, time.monotonic() - began)
        self.codes.append(answer.status_code)


@contextmanager
def traffic(workshop: Workshop, clients: int = 3) -> Iterator[Traffic]:
    """Clerks who read and write without a pause as long as the block lasts."""
    seen, stop = Traffic(), threading.Event()

    def work(client: httpx.Client) -> None:
        number = 0
        while not stop.is_set():
            seen.ask(client, number)
            number += 1

    threads = [threading.Thread(target=work, args=(workshop.client("zhou"),)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def wait_for_field(workshop: Workshop, name: str) -> float:
    """Wait until the server knows a field; returns the seconds it took."""
    client, began = workshop.client("zhou"), time.monotonic()
    while client.get(f"/api/desk/ticket?limit=1&select={name}").status_code != 200:
        assert time.monotonic() - began < 10, "the server does not take the release over"
        time.sleep(0.02)
    return time.monotonic() - began


def test_no_request_fails_while_fields_are_published(workshop: Workshop, database_url: str) -> None:
    """Another process publishes four changes under reading and writing clients: all answers are good, each change arrives."""
    other = open_database(database_url)
    files, elsewhere = dict(FILES), open_releases(other)
    with traffic(workshop) as seen:
        for number in range(4):
            line = f"extra_{number}: {{type: integer, default: '{number}', label: {{zh: 附加{number}, en: Extra {number}}}}}"
            files = with_field(line, files)
            put_live(other, elsewhere, files)
            assert wait_for_field(workshop, f"extra_{number}") < 3
    other.engine.dispose()

    assert {200, 201} == set(seen.codes)
    assert len(seen.codes) > 40


def test_a_broken_definition_leaves_the_running_app_alone(workshop: Workshop) -> None:
    """While somebody publishes nonsense, clerks go on and nothing is written."""
    services = workshop.services
    with traffic(workshop, 1) as seen:
        for old, new in (("type: decimal", "type: nonsense"), ("entity: ticket", "entity: [ticket"), ("cost", "subject")):
            with pytest.raises(Refused):
                put_live(services.database, services.releases, edited("entities/ticket.yaml", old, new))
        while len(seen.codes) < 10:
            time.sleep(0.01)
    with services.database.read() as connection:
        assert [1] == [release.release for release in list_releases(connection, "desk")]

    assert {200, 201} == set(seen.codes)


#: Locks on tables are PostgreSQL's; SQLite has one lock for all.
on_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@contextmanager
def long_report(database: Database, table: str) -> Iterator[None]:
    """A transaction that has read the table and does not end."""
    with database.engine.connect() as connection:
        connection.execute(sa.text(f"SELECT count(*) FROM {table}"))
        yield
        connection.rollback()


@on_postgres
def test_a_long_report_stalls_neither_readers_nor_the_publication(database: Database, workshop: Workshop) -> None:
    """While a report holds the table, a column waits in short tries and readers pass; when it ends, the column comes."""
    services = workshop.services
    table = services.releases.current()["desk"].entities["ticket"].table.name
    published = threading.Thread(
        target=put_live, args=(database, services.releases, with_field("late: {type: boolean, label: {zh: 晚, en: Late}}"))
    )
    with traffic(workshop) as seen:
        with long_report(database, table):
            published.start()
            time.sleep(2)
            assert published.is_alive()
        published.join(20)
        wait_for_field(workshop, "late")

    assert {200, 201} == set(seen.codes)
    assert seen.longest < 1.5


@on_postgres
def test_a_publication_gives_up_without_a_trace(database: Database, releases: Releases) -> None:
    """When the table stays held, publishing ends with a sentence, and the old release and its tables are as before."""
    put_live(database, releases, FILES)
    compiled = releases.current()["desk"]
    table = compiled.entities["ticket"].table.name
    insert_tickets(database, compiled, {"subject": "a"})
    changed = with_field("late: {type: boolean, label: {zh: 晚, en: Late}}", {**FILES, "entities/site.yaml": SITE})
    patience = Patience(overall=dt.timedelta(seconds=0.5))
    publication = Publication("desk", changed, Consent("a"), 1)
    context = context_of(principal("b", "publisher"), releases)
    with long_report(database, table), pytest.raises(Unavailable) as gave_up:
        publish(database, releases, publication, context, patience=patience)
    with database.read() as connection:
        states = {release.release: release.state for release in list_releases(connection, "desk")}
        tables = {name for name in sa.inspect(connection).get_table_names() if name.startswith("d_")}

    assert "M430" == gave_up.value.code
    assert {1: "active", 2: "failed"} == states
    assert {table} == tables
    put_live(database, releases, changed)
    assert 3 == releases.current()["desk"].release


SITE = """\
entity: site
label: {zh: 网点, en: Site}
fields:
  name: {type: text, max: 40, label: {zh: 名称, en: Name}}
"""
