"""Hostile apps over REST: each way in answers in time and in little memory, and keeps nothing of what it refuses."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from forms_dsl.bundle import write_bundle
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person, add_unit
from runtime.identity.sessions import start_session
from runtime.start import open_releases
from runtime.store.database import Database
from runtime.store.tables import audit_event, draft_file, release, review
from tests.forms_dsl.hostile_more import ALL
from tests.publish.desk import FILES, NOW, put_live
from tests.serving import PLAIN
from tests.yardstick import in_time

#: An app that nobody has begun yet.
APP = "/api/builder/apps/a"
SECONDS, MEGABYTES = 2, 200
#: Classes that write many rows, for the second database; what is refused before is the same on both.
WRITERS = ("a chain of copies", "many lists", "a full bundle of comments", "a large app", "choices that look alike", "json keys")
_SERVE = """
import sys, uvicorn
from pathlib import Path
from builder.asgi import create_app
from runtime.settings import Settings
app = create_app(Settings(sys.argv[1], Path(sys.argv[2])))
uvicorn.run(app, fd=int(sys.argv[3]), log_level="warning", ws="none")
"""


class Served:
    """A server in a process of its own, and what a request cost it."""

    def __init__(self, pid: int, client: httpx.Client) -> None:
        self.pid, self.client = pid, client

    def ask(self, method: str, path: str, body: object) -> tuple[httpx.Response, float, float]:
        """The answer, the CPU seconds that it took, and the megabytes by which the server swelled."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")  # the peak of memory begins anew
        seconds, before = self._seconds(), self._kilobytes("VmRSS")
        # Bytes that are no text come as halves of characters: escaped, as any program may send them.
        sent = json.dumps(body).encode()
        answer = self.client.request(method, path, content=sent, headers={"Content-Type": "application/json"})
        return answer, self._seconds() - seconds, (self._kilobytes("VmHWM") - before) / 1024

    def _seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _kilobytes(self, name: str) -> int:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


@contextmanager
def served(database: Database, database_url: str, folder: Path) -> Iterator[Served]:
    """A server of its own process over a database in which one designer may draw."""
    put_live(database, open_releases(database), FILES)
    with database.write() as connection:
        shen = add_person(connection, "shen", "沈", NOW, unit_id=add_unit(connection, "IT", "科技部", NOW))
        grant_role(connection, shen, "", "designer", Given(NOW))
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    arguments = [sys.executable, "-c", _SERVE, database_url, str(folder), str(listener.fileno())]
    process = subprocess.Popen(arguments, pass_fds=[listener.fileno()])
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        with httpx.Client(base_url=url, timeout=120, verify=PLAIN) as client:
            while not _answers(client):
                assert process.poll() is None, "the server did not start"
                time.sleep(0.05)
            with database.write() as connection:
                secret = start_session(connection, shen, dt.datetime.now(dt.UTC))
            client.headers.update({"Authorization": f"Bearer {secret}", "Accept-Language": "en"})
            yield Served(process.pid, client)
    finally:
        process.terminate()
        process.wait(20)
        listener.close()


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the cost of a process is read from /proc")
def test_every_way_in_answers(database: Database, database_url: str, tmp_path: Path) -> None:
    """A check, a saved file and a bundle cost less than 2 s and 200 MB; what is refused stands nowhere, with a place for each fault."""
    names = tuple(ALL) if database.engine.dialect.name == "sqlite" else WRITERS
    wrong: list[tuple[object, ...]] = []
    with served(database, database_url, tmp_path / "data") as server:
        for name in names:
            files = ALL[name]()
            for door, method, path, body in _doors(files):
                before = _kept(database)
                answer, seconds, megabytes = server.ask(method, path, body)
                if answer.status_code not in (200, 413, 422) or not in_time(seconds, SECONDS) or megabytes > MEGABYTES:
                    wrong.append((name, door, answer.status_code, round(seconds, 2), round(megabytes)))
                if answer.status_code == 422 and not all(one["code"] and one["message"] for one in answer.json()["errors"]):
                    wrong.append((name, door, "a refusal without words"))
                if (door == "check" or answer.status_code != 200) and _kept(database) != before:
                    wrong.append((name, door, "something was kept", before, _kept(database)))
                server.client.delete(f"{APP}/draft")

    assert [] == wrong


def _doors(files: dict[str, str]) -> Iterator[tuple[str, str, str, object]]:
    largest = max(files, key=lambda path: len(files[path]))
    yield "check", "POST", "/api/builder/apps/desk/check", {"files": files}
    yield "file", "PUT", f"{APP}/draft/files/{largest}", {"text": files[largest], "checksum": None}
    yield "bundle", "PUT", f"{APP}/draft/bundle", {"zip": b64encode(write_bundle(files)).decode()}


def _kept(database: Database) -> list[int]:
    """How many rows there are wherever a definition could be kept, and how often one was."""
    with database.read() as connection:
        tables = [
            connection.execute(sa.select(sa.func.count()).select_from(each)).scalar_one()
            for each in (draft_file, review, release)
        ]
        saved = sa.select(sa.func.count()).where(audit_event.c.kind == "draft_saved")
        return [*tables, connection.execute(saved).scalar_one()]


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/health/live").status_code == 200
    except httpx.TransportError:
        return False
