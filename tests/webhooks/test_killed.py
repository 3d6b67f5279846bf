"""Real worker processes that are killed in the middle: every change arrives, in order, none is lost, never two at once."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import random
import threading
import time
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
import sqlalchemy as sa

from runtime.audit.notary import open_notary
from runtime.commands.manage_webhooks import Desk, WebhookWish, make_webhook, set_hosts
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.outbox.gateway import open_engine
from runtime.records.write import insert_record
from runtime.start import open_releases
from runtime.store.database import Database, open_database
from runtime.store.sealing import use_ring, with_new_key, write_ring
from runtime.store.tables import audit_event, audit_leaf, webhook
from runtime.worker import Worker, run_forever
from tests.shipped_bank import APP, Bank, open_bank
from tests.webhooks.receiver import Receiver, signed_by

CUSTOMERS = 60


def work(url: str, bank: Bank, go: Event) -> None:
    """What a worker process does, from the moment on at which it is let go; it ends by being killed."""
    go.wait()
    database = open_database(url, SQLITE_SETUP)
    use_ring(bank.settings.data_folder / "keys" / "ring.json")
    engine = open_engine(database, bank.settings)
    notary = open_notary(bank.settings.data_folder)
    run_forever(Worker(bank.settings, database, open_releases(database), engine, notary), threading.Event())


def until(what: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something, not for ever."""
    limit = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < limit, "it did not come about in time"
        time.sleep(0.02)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_killed_workers_lose_nothing(database: Database, database_url: str, tmp_path: Path, receiver: Receiver) -> None:
    """Twice both workers die by SIGKILL while others write, and two more go on."""
    bank, now = open_bank(database, database_url, tmp_path), dt.datetime.now(dt.UTC)
    ring = tmp_path / "keys" / "ring.json"
    write_ring(ring, with_new_key(None))
    use_ring(ring)
    with database.write() as connection:
        context = bank.context(now=now)
        set_hosts(connection, context, [f"127.0.0.1:{receiver.port}"])
        wish = WebhookWish("CRM", receiver.url, ("customer",), bank.person("integrator").id)
        made, secret = make_webhook(Desk(connection, bank.releases, bank.settings), context, APP, wish, "test")
    unit = bank.unit("CX")

    def write() -> None:
        for number in range(CUSTOMERS):
            values = {"customer_no": f"C{number:04}", "full_name": "张伟", "branch": unit}
            with database.write() as connection:
                insert_record(connection, bank.context(now=dt.datetime.now(dt.UTC)), APP, "customer", values)
            time.sleep(0.02)

    # Forked: a fresh interpreter for each would take minutes. All at once and before any thread writes, then let go in pairs.
    making = multiprocessing.get_context("fork")
    goes = [making.Event() for _ in range(3)]
    workers = [making.Process(target=work, args=(database_url, bank, goes[number // 2])) for number in range(6)]
    for each in workers:
        each.start()
    receiver.pause = 0.03
    chance, writer = random.Random(7), threading.Thread(target=write)  # noqa: S311 - repeatable
    writer.start()
    try:
        for kill, go in enumerate(goes, start=1):
            go.set()
            until(lambda goal=kill * CUSTOMERS // 4: len(receiver.requests) >= goal)  # type: ignore[misc]
            if kill == len(goes):
                break
            time.sleep(chance.uniform(0, 0.1))
            # Both die, so the one that was telling does, in the midst of it.
            for each in workers[2 * kill - 2 : 2 * kill]:
                each.kill()
                each.join()
            # As if the time of the dead one's lease had passed.
            with database.write() as connection:
                connection.execute(sa.update(webhook).values(lease_until=None))
        until(lambda: len({request.id for request in receiver.requests}) == CUSTOMERS)
    finally:
        writer.join()
        for each in workers:
            each.kill()
            each.join()
        use_ring(None)

    with database.read() as connection:
        joined = audit_leaf.join(audit_event, audit_event.c.id == audit_leaf.c.event_id)
        query = sa.select(audit_event.c.id).select_from(joined).where(audit_event.c.kind == "record.created")
        sealed = [f"evt_{id}" for id in connection.scalars(query.order_by(audit_leaf.c.leaf_index))]
    assert sealed == list(dict.fromkeys(request.id for request in receiver.requests)), "all of them, in the order of the trail"
    places = [request.json["place"] for request in receiver.requests]
    again = sum(1 for before, after in zip(places, places[1:], strict=False) if after <= before)
    assert again <= 2, "after a kill at most the change that was under way is told again"
    assert all(after >= before for before, after in zip(places, places[1:], strict=False))
    assert 1 == receiver.most_at_once
    assert all(signed_by(secret, request) for request in receiver.requests)
    assert made.id
