"""Two server processes under steady requests: a publication, a pilot begun, moved, made live and ended, and the way back fail no request on either."""

from __future__ import annotations

import datetime as dt
import itertools
import multiprocessing
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx
import uvicorn

from builder.asgi import create_app
from builder.drafts import text_checksum
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person, add_unit
from runtime.identity.tokens import create_token
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from tests.builder.test_builder_http import FILE, PATH
from tests.publish.desk import FILES, NOW, TICKET, put_live
from tests.serving import PLAIN

#: A process looks for new releases each second; a busy machine may take longer.
_SWAPPED_WITHIN = 30.0


def _serve(settings: Settings, listener: socket.socket) -> None:
    uvicorn.Server(uvicorn.Config(create_app(settings), log_level="critical", ws="none")).run(sockets=[listener])


@contextmanager
def server(settings: Settings) -> Iterator[str]:
    """A server in a process of its own; its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    process: BaseProcess = multiprocessing.get_context("fork").Process(target=_serve, args=(settings, listener))
    process.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    try:
        began = time.monotonic()
        while not _answers(url):
            assert process.is_alive() and time.monotonic() - began < 120, "the server did not start"
        yield url
    finally:
        process.terminate()
        process.join()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", timeout=5, verify=PLAIN).status_code == 200
    except httpx.TransportError:
        time.sleep(0.05)
        return False


@dataclass
class Bank:
    """Two servers over one database, the tokens of its people, and what its clerks saw meanwhile."""

    urls: tuple[str, str]
    tokens: dict[str, str]
    seen: Counter[tuple[int, int]] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)

    def client(self, place: int, name: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.tokens[name]}", "Accept-Language": "en"}
        return httpx.Client(base_url=self.urls[place], timeout=60, headers=headers, verify=PLAIN)

    def work(self, place: int, name: str) -> None:
        """A clerk who reads and writes without a pause on one of the servers."""
        with self.client(place, name) as client:
            for number in itertools.count():
                if self.stop.is_set():
                    return
                if number % 3:
                    answer = client.get("/api/desk/ticket?limit=20&order=-id")
                else:
                    answer = client.post("/api/desk/ticket", json={"subject": f"{name} {number}"})
                self.seen[place, answer.status_code] += 1

    def fields(self, place: int, name: str) -> set[str]:
        with self.client(place, name) as client:
            return set(client.get("/api/apps/desk/screens").json()["entities"]["ticket"]["fields"])

    def wait(self, name: str, expected: bool) -> None:
        """Until both servers show the new field to a person, or do not."""
        began = time.monotonic()
        while any(("urgency" in self.fields(place, name)) is not expected for place in (0, 1)):
            assert time.monotonic() - began < _SWAPPED_WITHIN, "a process does not take the release over"
            time.sleep(0.05)


@contextmanager
def traffic(bank: Bank) -> Iterator[None]:
    threads = [threading.Thread(target=bank.work, args=pair) for pair in itertools.product((0, 1), ("bei", "hai"))]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        bank.stop.set()
        for thread in threads:
            thread.join()


def prepare(database: Database) -> dict[str, str]:
    """A designer, a publisher, and a clerk in each of two branches; their tokens."""
    tokens = {}
    with database.write() as connection:
        units = {"bei": add_unit(connection, "BJ", "北京分行", NOW), "hai": add_unit(connection, "SH", "上海分行", NOW)}
        for name, app, role in (
            ("bei", "desk", "agent"),
            ("hai", "desk", "agent"),
            ("shen", "", "designer"),
            ("zhao", "", "publisher"),
        ):
            person = add_person(connection, name, name, NOW, unit_id=units.get(name, units["hai"]))
            grant_role(connection, person, app, role, Given(NOW))
            tokens[name] = create_token(connection, person, "test", dt.timedelta(days=1), dt.datetime.now(dt.UTC))[1]
    return tokens


def approve(bank: Bank, text: str, over: str, *units: str) -> None:
    """Edited and submitted on one server, approved on the other."""
    shen, zhao = bank.client(0, "shen"), bank.client(1, "zhao")
    saved = shen.put(FILE, json={"text": text, "checksum": text_checksum(over)})
    assert 200 == saved.status_code, saved.text
    asked = shen.post(f"{PATH}/submit", json={"note": "x", "checksum": saved.json()["draft_checksum"], "units": list(units)})
    assert 201 == asked.status_code, asked.text
    done = zhao.post(f"/api/builder/reviews/{asked.json()['id']}/approve", json={})
    assert 200 == done.status_code, done.text


def test_no_process_drops_a_request_for_an_act_on_a_release(
    database: Database, database_url: str, releases: Releases, tmp_path: Path
) -> None:
    """Every act is done while both branches work on both servers; each server shows each branch what is its own, and no answer is bad."""
    tokens = prepare(database)
    put_live(database, releases, FILES)
    database.engine.dispose()
    settings = Settings(database_url, tmp_path / "data", requests_per_second=0)
    urgency = TICKET + "  urgency: {type: integer, default: '1', label: {zh: 紧急度, en: Urgency}}\n"
    with ExitStack() as stack:
        urls = (stack.enter_context(server(settings)), stack.enter_context(server(settings)))
        bank = Bank(urls, tokens)
        with traffic(bank):
            zhao = bank.client(1, "zhao")
            approve(bank, urgency, TICKET, "BJ")
            bank.wait("bei", True)
            bank.wait("hai", False)
            moved = zhao.put(f"{PATH}/releases/pilot/units", json={"units": ["SH"]})
            bank.wait("bei", False)
            bank.wait("hai", True)
            ended = zhao.post(f"{PATH}/releases/pilot/end")
            bank.wait("hai", False)
            draft = bank.client(0, "shen").get(f"{PATH}/draft").json()
            asked = bank.client(0, "shen").post(
                f"{PATH}/submit", json={"note": "again", "checksum": draft["checksum"], "units": ["BJ"]}
            )
            again = zhao.post(f"/api/builder/reviews/{asked.json()['id']}/approve", json={})
            bank.wait("bei", True)
            extended = zhao.post(f"{PATH}/releases/pilot/extend")
            bank.wait("hai", True)
            back = zhao.post(f"{PATH}/releases/1/activate")
            bank.wait("bei", False)
            bank.wait("hai", False)

    assert [200] * 5 == [one.status_code for one in (moved, ended, again, extended, back)], extended.text
    assert {(0, 200), (0, 201), (1, 200), (1, 201)} == set(bank.seen), bank.seen
    assert all(count > 10 for count in bank.seen.values()), bank.seen
