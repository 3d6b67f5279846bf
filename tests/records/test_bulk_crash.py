"""kill -9 during bulk writes: with the same key sent again every item is done once, and nothing is lost or left over."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from pathlib import Path

import httpx
import sqlalchemy as sa

from runtime.audit.notary import open_notary
from runtime.audit.sealer import seal
from runtime.audit.verify import verify_trail
from runtime.identity.holdings import Given, grant_role
from runtime.identity.tokens import create_token
from runtime.store.claims import LEASE
from runtime.store.database import Database
from runtime.store.tables import audit_event, search_term
from tests.records import lab
from tests.records.bulk_server import start_server
from tests.records.lab import add_client
from tests.serving import PLAIN

ROUNDS, ITEMS = 5, 25
#: On a slow machine the last rounds are spared the kills.
ENOUGH_SECONDS = 15
#: Kills come at any moment of a request, and some after its end.
BEYOND = 1.2


class Teller:
    """A client program: when its server dies it starts another one and sends the same again."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db, self.folder, self.now = db, folder, lab.NOW
        self.kills, self.replayed = 0, 0
        with db.write() as connection:
            grant_role(connection, "tom", "lab", "teller", Given(lab.NOW))
            _, token = create_token(connection, "tom", "test", dt.timedelta(days=1), lab.NOW)
        self.headers = {"Authorization": f"Bearer {token}"}

    def start(self, *, dies_answering: bool = False) -> None:
        # The pool's connections do not cross a fork.
        self.db.engine.dispose()
        self.server, self.address = start_server(self.db.url, self.folder, self.now, dies_answering=dies_answering)

    def kill(self) -> None:
        self.server.kill()
        self.server.join()
        self.kills += 1

    def post(self, path: str, body: object, key: str) -> httpx.Response:
        return httpx.post(
            f"{self.address}{path}", json=body, headers={**self.headers, "Idempotency-Key": key}, timeout=60, verify=PLAIN
        )

    def until_answered(self, path: str, body: object, key: str, moments: list[float]) -> dict[str, list[dict[str, object]]]:
        """The answer to a request whose server is killed at these moments of it, one after the other."""
        while True:
            killer = threading.Timer(moments.pop(), self.server.kill) if moments else None
            if killer is not None:
                killer.start()
            try:
                answer = self.post(path, body, key)
            except httpx.TransportError:
                assert killer is not None, "nobody killed the server"
                self.kill()
                # A claim of the dead is free after its lease.
                self.now += LEASE + dt.timedelta(seconds=1)
                self.start()
                continue
            finally:
                if killer is not None:
                    killer.cancel()
                    killer.join()
            assert 200 == answer.status_code, answer.text
            self.replayed += "idempotency-replayed" in answer.headers
            found: dict[str, list[dict[str, object]]] = answer.json()
            return found


def test_what_was_killed_is_done_once_when_it_is_sent_again(db: Database, tmp_path: Path) -> None:
    """Killed at random moments: each code and number once, each change once, a sound trail, no words of what is not there."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    chance, teller, client = random.Random(seed), Teller(db, tmp_path), add_client(db, "A")
    teller.start()
    made, deals = [client], 0
    try:
        # The first of a server takes longer than those that are killed.
        for code in ("first", "second"):
            began = time.monotonic()
            answer = teller.until_answered(
                "/api/lab/client/bulk", {"items": [lab_client(f"{code}-{n}") for n in range(ITEMS)]}, code, []
            )
            made += [str(item["id"]) for item in answer["items"]]
        span, until = time.monotonic() - began, time.monotonic() + ENOUGH_SECONDS

        def moments(most: int) -> list[float]:
            count = chance.randrange(most) if time.monotonic() < until else 0
            return [chance.random() * span * BEYOND for _ in range(count)]

        for turn in range(ROUNDS):
            news = [lab_client(f"R{turn}-{number}") for number in range(ITEMS)]
            changes = [{"action": "change", "id": client, "version": turn + 1, "values": {"remark": f"round {turn}"}}]
            answer = teller.until_answered("/api/lab/client/bulk", {"items": [*news, *changes]}, f"clients-{turn}", moments(4))
            assert {"created": ITEMS, "changed": 1} == answer["counts"]
            assert turn + 2 == answer["items"][-1]["version"]
            made += [str(item["id"]) for item in answer["items"][:-1]]
            deal = {"action": "create", "values": {"client": client, "kind": "small", "amount": "50", "reason": f"round {turn}"}}
            answer = teller.until_answered(
                "/api/lab/deal/bulk", {"items": [deal, deal], "all_or_nothing": False}, f"deals-{turn}", moments(2)
            )
            assert {"created": 1, "refused": 1} == answer["counts"]
            deals += 1
    finally:
        teller.kill()
    print(f"{teller.kills} kills, {teller.replayed} answers came again")
    assert teller.kills > 1

    assert_once(db, made, deals)
    notary = open_notary(tmp_path / "notary")
    while seal(db, notary, teller.now):
        pass
    with db.read() as connection:
        assert verify_trail(connection, notary).wrong is None


def test_a_server_that_dies_before_it_answers_has_answered(db: Database, tmp_path: Path) -> None:
    """The answer stands in the commit of the writes: who sends the request again at once gets it, with every id."""
    teller = Teller(db, tmp_path)
    body = {"items": [lab_client("A"), lab_client("A"), lab_client("B")]}
    teller.start(dies_answering=True)
    try:
        teller.post("/api/lab/client/bulk", body, "k")
        raise AssertionError("the server lives")
    except httpx.TransportError:
        teller.kill()
    teller.start()
    try:
        again = teller.post("/api/lab/client/bulk", body, "k")
    finally:
        teller.kill()

    assert (200, "true") == (again.status_code, again.headers["idempotency-replayed"])
    assert {"created": 2, "refused": 1} == again.json()["counts"]
    assert_once(db, [item["id"] for item in again.json()["items"] if item["id"]], 0)


def lab_client(code: str) -> dict[str, object]:
    return {"action": "create", "values": {"code": code, "full_name": f"Client {code}", "branch": "cx"}}


def assert_once(db: Database, clients: list[str], deals: int) -> None:
    """The records are these, each written and told in the trail as often as its version says, and no other thing has words."""
    client, deal = (lab.lab().entities[name].table for name in ("client", "deal"))
    events = sa.select(audit_event.c.record_id, sa.func.count()).where(audit_event.c.kind.like("record.%"))
    with db.read() as connection:
        versions = dict(connection.execute(sa.select(client.c.id, client.c.version)).all())
        numbers = list(connection.scalars(sa.select(deal.c.number).order_by(deal.c.number)))
        kept = {**versions, **dict(connection.execute(sa.select(deal.c.id, deal.c.version)).all())}
        told = dict(connection.execute(events.group_by(audit_event.c.record_id)).all())
        worded = set(connection.scalars(sa.select(search_term.c.record_id).distinct()))

    assert sorted(clients) == sorted(versions)
    assert [f"D202611-{number:04}" for number in range(1, deals + 1)] == numbers
    assert kept == told
    assert worded <= set(kept)
    assert set(versions) <= worded
