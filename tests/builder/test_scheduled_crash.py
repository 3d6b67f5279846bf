"""A worker that is killed at any write of a publication at its time leaves nothing half done: the next worker ends it, once."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import sqlalchemy as sa

from builder.review import Wishes, approve_for_later, propose, read_review
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person
from runtime.publish.consent import Consent
from runtime.publish.history import active_release
from runtime.publish.plan import plan_publish
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.start import open_releases
from runtime.store.database import Database, open_database
from runtime.store.tables import job, notice, release
from runtime.worker import Worker, run_jobs
from tests.publish.desk import NOW, context_of, principal, put_live
from tests.publish.test_crash import app_called, changed, die_before, in_a_process, retire

AT = NOW + dt.timedelta(hours=1)
#: Each third write and commit is tried: those between them are of the same kinds.
_EVERY = 3


def schedule(database: Database, releases: Releases, name: str, people: tuple[str, str]) -> str:
    """The change of an app, approved for its time; the id of the review."""
    author, approver = people
    put_live(database, releases, app_called(name), app=name)
    context, files = context_of(principal(approver, "publisher"), releases), changed(name)
    with database.write() as connection:
        planned = plan_publish(connection, name, files, NOW, makers={author})
        id = propose(connection, context, planned, files, Consent(author), Wishes(at=AT))
        approve_for_later(connection, context, read_review(connection, id), None)
    return id


def look(database: Database, releases: Releases, tmp_path: Path, now: dt.datetime) -> None:
    settings = Settings("", tmp_path)
    run_jobs(Worker(settings, database, releases, None, None, lambda: now))  # type: ignore[arg-type]


def look_and_die(url: str, tmp_path: Path, write: int) -> bool:
    """One look of a worker that kills itself before a write or commit; true when it lived to the end."""

    def work() -> None:
        database = open_database(url, SQLITE_SETUP)
        releases = open_releases(database)
        die_before(database, write)
        look(database, releases, tmp_path, AT)

    return in_a_process(work)


def test_a_killed_worker_publishes_once_after_all(
    database: Database, database_url: str, releases: Releases, tmp_path: Path
) -> None:
    """kill -9 along the writes of the worker's look; another worker, after the lease, leaves one live release and one notice each."""
    with database.write() as connection:
        people = add_person(connection, "shen", "沈怡", NOW), add_person(connection, "zhao", "赵琳", NOW)
        grant_role(connection, people[1], "", "publisher", Given(NOW))
    for write in itertools.count(1, _EVERY):
        name = f"desk_{write}"
        review = schedule(database, releases, name, people)
        database.engine.dispose()
        ended = look_and_die(database_url, tmp_path, write)
        for late in (2, 4):
            look(database, releases, tmp_path, AT + dt.timedelta(minutes=late))
        with database.read() as connection:
            active = active_release(connection, name)
            states = sorted(connection.execute(sa.select(release.c.state).where(release.c.app == name)).scalars())
            told = sorted(connection.execute(sa.select(notice.c.person_id).where(notice.c.record_id == review)).scalars())
            jobs = connection.execute(sa.select(job.c.state).where(job.c.key == f"publish:{review}")).scalars().all()
            state = read_review(connection, review).state

        assert active is not None
        assert (["active", "superseded"], "approved", sorted(people), ["done"]) == (states, state, told, jobs), write
        assert people[1] == active.approver
        if ended:
            return
        retire(database, name)
