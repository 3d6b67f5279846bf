"""The two databases behave alike at the door."""

from __future__ import annotations

import datetime as dt
import threading

import sqlalchemy as sa

from runtime.store.database import Database
from runtime.store.tables import setting


def test_a_write_is_seen_by_the_next_read(database: Database) -> None:
    """A committed write is there for the next reader, an abandoned one is not."""
    with database.write() as connection:
        connection.execute(setting.insert().values(name="business_date", value="2026-11-24"))
    try:
        with database.write() as connection:
            connection.execute(setting.delete())
            raise RuntimeError("abandoned")
    except RuntimeError:
        pass

    with database.read() as connection:
        assert "2026-11-24" == connection.execute(sa.select(setting.c.value)).scalar_one()


def test_writers_do_not_lose_updates(database: Database) -> None:
    """Two writers that read, then write, run one after the other on SQLite and by row lock on PostgreSQL."""
    with database.write() as connection:
        connection.execute(setting.insert().values(name="n", value=0))
    barrier = threading.Barrier(4)

    def add() -> None:
        barrier.wait()
        for _ in range(10):
            with database.write() as connection:
                row = connection.execute(sa.select(setting.c.value).where(setting.c.name == "n").with_for_update()).scalar_one()
                connection.execute(setting.update().where(setting.c.name == "n").values(value=row + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read() as connection:
        assert 40 == connection.execute(sa.select(setting.c.value)).scalar_one()


def test_instants_come_back_in_utc(database: Database) -> None:
    """An instant keeps its millisecond and comes back in UTC."""
    from runtime.store.tables import audit_queue, job

    moment = dt.datetime(2026, 11, 24, 20, 0, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    with database.write() as connection:
        connection.execute(audit_queue.insert().values(event_id="x"))
        connection.execute(
            job.insert().values(id="j", kind="timer", key="k", payload={}, due_at=moment, state="waiting", created_at=moment)
        )

    with database.read() as connection:
        assert (
            dt.datetime(2026, 11, 24, 12, 0, 0, 123000, tzinfo=dt.UTC) == connection.execute(sa.select(job.c.due_at)).scalar_one()
        )
