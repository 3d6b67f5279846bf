"""Acts on a pilot, and promotions, that are killed at any write: done or not done, never half or twice, and the same act can be done again."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from builder.promoting import promote
from builder.review import Wishes, approve
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.context import Context
from runtime.environment import Environment
from runtime.identity.organisation import add_person, add_unit
from runtime.publish.apply import Publication, activate, publish
from runtime.publish.consent import Consent
from runtime.publish.give_release import signing_key
from runtime.publish.history import active_release, list_releases, pilot_release
from runtime.publish.pilot import change_units, end_pilot, extend_pilot
from runtime.publish.promotion import Cases, Place, Signer, Statement, write_promotion
from runtime.publish.recover import recover
from runtime.publish.release_sources import Source, set_source
from runtime.publish.state import read_state
from runtime.publish.steps import plan_steps
from runtime.publish.types import digest_of
from runtime.releases import Releases, compile_stored
from runtime.settings import Settings
from runtime.start import open_releases
from runtime.store.database import Database, open_database
from runtime.store.signing import public_bytes
from runtime.store.tables import audit_event, review
from tests.publish.desk import NOW, context_of, insert_tickets, principal, put_live, stored
from tests.publish.test_crash import app_called, changed, die_before, in_a_process, retire

#: Each fourth write and commit is tried: a trial publishes two or three times.
_EVERY = 4
Act = Callable[[Database, Releases, str], object]


@dataclass(frozen=True)
class Trial:
    """One act: what comes before it, which event tells it, and what the releases and the units of the pilot are afterwards."""

    before: tuple[Act, ...]
    act: Act
    kind: str
    states: dict[int, str]


def by_publisher(releases: Releases) -> Context:
    return context_of(principal("approver", "publisher"), releases)


def start(database: Database, releases: Releases, name: str) -> object:
    publication = Publication(name, changed(name), Consent("author"), 1, units=(UNITS[0],))
    return publish(database, releases, publication, by_publisher(releases))


def extend(database: Database, releases: Releases, name: str) -> object:
    return extend_pilot(database, releases, name, by_publisher(releases))


def move(database: Database, releases: Releases, name: str) -> object:
    return change_units(database, releases, name, (UNITS[1],), by_publisher(releases))


def end(database: Database, releases: Releases, name: str) -> object:
    return end_pilot(database, releases, name, by_publisher(releases))


def back(database: Database, releases: Releases, name: str) -> object:
    return activate(database, releases, name, 1, by_publisher(releases))


#: Ids of two units, the same in every database.
UNITS = ("00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002")

TRIALS = {
    "start": Trial((), start, "pilot_started", {1: "active", 2: "pilot"}),
    "units": Trial((start,), move, "pilot_changed", {1: "active", 2: "pilot"}),
    "extend": Trial((start,), extend, "pilot_extended", {1: "superseded", 2: "active"}),
    "end": Trial((start,), end, "pilot_ended", {1: "active", 2: "superseded"}),
    "back": Trial((start, extend), back, "release_activated", {1: "active", 2: "superseded"}),
}


@pytest.fixture
def bank(database: Database) -> Database:
    """Two units for pilots."""
    with database.write() as connection:
        for number, code in enumerate(("BJ", "SH")):
            made = add_unit(connection, code, code, NOW)
            connection.execute(sa.text("UPDATE org_branch SET id = :new WHERE id = :old"), {"new": UNITS[number], "old": made})
    return database


def told(database: Database, name: str, kind: str) -> int:
    query = sa.select(sa.func.count()).where(audit_event.c.app == name, audit_event.c.kind == kind)
    with database.read() as connection:
        return int(connection.execute(query).scalar_one())


def states(database: Database, name: str) -> dict[int, str]:
    with database.read() as connection:
        return {one.release: one.state for one in list_releases(connection, name)}


def check_tables(database: Database, name: str) -> None:
    """The tables are what the active release wants, and what a pilot wants beside it; both records are there."""
    with database.read() as connection:
        active, pilot = active_release(connection, name), pilot_release(connection, name)
        assert active is not None
        compiled = compile_stored(connection, name, active.release)
        state = read_state(connection, name, [table.name for table in compiled.metadata.tables.values()])
        columns = state.tables[compiled.entities["ticket"].table.name].columns
    assert ["a", "b"] == sorted(str(row["subject"]) for row in stored(database, compiled))
    if pilot is None:
        assert () == tuple(plan_steps(compiled, compiled, state))
    assert {column.name for column in compiled.entities["ticket"].table.columns} <= columns


@pytest.mark.parametrize("which", TRIALS)
def test_a_killed_act_on_a_pilot_is_done_or_not_done(bank: Database, database_url: str, releases: Releases, which: str) -> None:
    """kill -9 along the writes and commits of an act; after the next start it was done once or not at all, and can be done."""
    trial, outcomes = TRIALS[which], set[bool]()
    for write in itertools.count(1, _EVERY):
        name = f"desk_{which}_{write}"
        put_live(bank, releases, app_called(name), app=name)
        insert_tickets(bank, releases.current()[name], {"subject": "a"}, {"subject": "b"})
        for act in trial.before:
            act(bank, releases, name)
        before = states(bank, name)
        bank.engine.dispose()

        def work(name: str = name, write: int = write) -> None:
            database = open_database(database_url, SQLITE_SETUP)
            opened = open_releases(database)
            die_before(database, write)
            trial.act(database, opened, name)

        ended = in_a_process(work)
        recover(bank, NOW)
        releases.refresh(bank)
        found, count = states(bank, name), told(bank, name, trial.kind)
        without_failed = {number: state for number, state in found.items() if state != "failed"}

        assert (without_failed, count) in ((before, 0), (trial.states, 1)), (write, found, count)
        check_tables(bank, name)
        outcomes.add(count == 1)
        if count == 0:
            trial.act(bank, releases, name)
            assert 1 == told(bank, name, trial.kind)
            check_tables(bank, name)
        assert (trial.states[1], 1) == (states(bank, name)[1], list(states(bank, name).values()).count("active"))
        retire(bank, name)
        if ended:
            break

    assert {True, False} == outcomes


def test_a_killed_promotion_is_proposed_and_let_through_once(
    database: Database, database_url: str, releases: Releases, tmp_path: Path
) -> None:
    """kill -9 along the writes of proposing and of approving: one review, one release, its origin with it, or nothing yet."""
    there, here = Settings("", tmp_path / "there"), Settings("", tmp_path, environment=Environment("production", None, "#b3261e"))
    key = signing_key(there)
    signing_key(here)
    with database.write() as connection:
        people = [add_person(connection, name, name, NOW) for name in ("he", "zhao")]
        context = context_of(principal("operator:x"), releases)
        set_source(connection, context, Source("test", "test", _base64(public_bytes(key))))
    proposing, approving = principal(people[0], "designer"), principal(people[1], "publisher")
    for write in itertools.count(1, _EVERY):
        name = f"desk_{write}"
        put_live(database, releases, app_called(name), app=name)
        insert_tickets(database, releases.current()[name], {"subject": "a"}, {"subject": "b"})
        file = write_promotion(key, _statement(name), changed(name))
        database.engine.dispose()

        def work(name: str = name, write: int = write, file: bytes = file) -> None:
            opened = open_database(database_url, SQLITE_SETUP)
            live = open_releases(opened)
            die_before(opened, write)
            id = promote(opened, here, context_of(proposing, live), file, Wishes())
            approve(opened, live, context_of(approving, live), id, None)

        ended = in_a_process(work)
        recover(database, NOW)
        releases.refresh(database)
        with database.read() as connection:
            found = connection.execute(sa.select(review.c.id, review.c.state).where(review.c.app == name)).all()
            active = active_release(connection, name)
        assert active is not None
        asked, live_there = told(database, name, "review_submitted"), active.release == 2
        assert (len(found), ["approved"] if live_there else ["open"] * asked) == (asked, [one.state for one in found]), write
        if not found:
            id = promote(database, here, context_of(proposing, releases), file, Wishes())
        elif not live_there:
            id = found[0].id
        if not live_there:
            approve(database, releases, context_of(approving, releases), id, None)
        with database.read() as connection:
            active = active_release(connection, name)
        check_tables(database, name)
        assert active is not None and active.origin is not None
        assert ("promotion", "test", people[0], people[1]) == (
            active.origin["kind"],
            active.origin["source"],
            active.author,
            active.approver,
        )
        assert (1, 2) == (told(database, name, "review_submitted"), told(database, name, "published"))
        retire(database, name)
        if ended:
            return


def _statement(name: str) -> Statement:
    files = changed(name)
    return Statement(
        environment=Place(kind="test", name=None),
        app=name,
        release=2,
        version="1.0.0",
        digest=digest_of(files),
        author=Signer(username="shen", name="沈怡"),
        editors=(),
        approver=Signer(username="zhao", name="赵琳"),
        note=None,
        decision_note=None,
        published_at="2026-11-24T08:00:00.000Z",
        cases=Cases(passed=1, failed=0, not_run=0),
        exported_at="2026-11-24T09:00:00.000Z",
        exported_by="zhao",
    )


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
