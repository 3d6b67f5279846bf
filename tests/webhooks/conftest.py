"""The lab with an integrator, an administrator, and a receiver on this machine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from runtime.audit.notary import Notary, open_notary
from runtime.audit.sealer import seal
from runtime.commands.deliver_webhooks import Courier, deliver_webhooks
from runtime.commands.manage_webhooks import set_hosts
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.identity.holdings import Given, grant_role
from runtime.identity.tokens import create_token
from runtime.records.write import delete_record, update_record
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from runtime.store.sealing import use_ring, with_new_key, write_ring
from runtime.store.tables import org_person
from tests.records import lab
from tests.serving import PLAIN, serving
from tests.webhooks.receiver import Receiver, receiving

WHY = {"reason": "project 88"}


@dataclass
class Office:
    """A bank with its server, its worker's part for webhooks, and a receiver; the clock is turned by hand."""

    db: Database
    settings: Settings
    releases: Releases
    notary: Notary
    receiver: Receiver
    url: str = ""
    now: dt.datetime = lab.NOW
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def courier(self) -> Courier:
        return Courier(self.db, self.releases, self.settings, lambda: self.now, draw=lambda: 1.0)

    def client(self, username: str) -> httpx.Client:
        with self.db.write() as connection:
            _, token = create_token(connection, username, "test", dt.timedelta(days=99), self.now)
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        return httpx.Client(base_url=self.url, timeout=30, headers=headers, verify=PLAIN)

    def grant(self, person: str, role: str, app: str = "lab") -> None:
        with self.db.write() as connection:
            grant_role(connection, person, app, role, Given(self.now))

    def make(self, **more: object) -> dict[str, Any]:
        """A webhook of the integrator tom to the receiver, made over REST by the administrator."""
        body = {"app": "lab", "label": "CRM", "url": self.receiver.url, "entities": ["client"], "principal": "tom", **WHY, **more}
        answer = self.client("root").post("/api/admin/webhooks", json=body)
        assert 201 == answer.status_code, answer.text
        made: dict[str, Any] = answer.json()
        self.secrets[made["id"]] = made["secret"]
        return made

    def act(self, made: dict[str, Any], name: str, **body: object) -> dict[str, Any]:
        answer = self.client("root").post(f"/api/admin/webhooks/{made['id']}/{name}", json={**WHY, **body})
        assert 200 == answer.status_code, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    def shown(self, made: dict[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = self.client("root").get(f"/api/admin/webhooks/{made['id']}").json()
        return shown

    def deliveries(self, made: dict[str, Any]) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.client("root").get(f"/api/admin/webhooks/{made['id']}/deliveries").json()["items"]
        return items

    def tell(self, after: dt.timedelta = dt.timedelta(0)) -> None:
        """Let time pass, seal the trail and deliver until nothing is due."""
        self.now += after
        while seal(self.db, self.notary, self.now):
            pass
        while deliver_webhooks(self.courier):
            pass

    def rename(self, id: str, name: str, version: int = 1) -> None:
        with self.db.write() as connection:
            update_record(connection, lab.system(self.now), "lab", "client", id, {"full_name": name}, version)

    def delete(self, id: str, version: int = 1) -> None:
        with self.db.write() as connection:
            delete_record(connection, lab.system(self.now), "lab", "client", id, version)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


@pytest.fixture
def office(database: Database, tmp_path: Path, receiver: Receiver) -> Iterator[Office]:
    lab.prepare(database)
    folder = tmp_path / "data"
    settings = Settings(database.url, folder, key_ring=folder / "keys" / "ring.json")
    assert settings.key_ring is not None
    write_ring(settings.key_ring, with_new_key(None))
    use_ring(settings.key_ring)
    releases = Releases(database, {"org": lab.directory(), "lab": lab.lab()})
    opened = Office(database, settings, releases, open_notary(folder), receiver)
    with database.write() as connection:
        stamps = {"created_at": lab.NOW, "changed_at": lab.NOW}
        connection.execute(sa.insert(org_person).values(id="root", f_username="root", f_name="Root", f_branch="ho", **stamps))
        set_hosts(connection, lab.system(), [f"127.0.0.1:{receiver.port}"])
    opened.grant("root", "administrator", "")
    opened.grant("tom", "integrator", "")
    opened.grant("tom", "teller")
    services = Services(settings, database, releases, clock=lambda: opened.now)
    try:
        with serving(build_app(services)) as opened.url:
            yield opened
    finally:
        use_ring(None)
