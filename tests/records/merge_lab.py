"""An app whose persons are merged: with everything that refers to them, behind a real server, and callers by role."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from forms_dsl.load import load_app
from runtime.compile.app import CompiledApp, compile_app, wanted_tables
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.identity.holdings import Given, grant_role
from runtime.identity.tokens import create_token
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from runtime.store.tables import org_person
from tests.records.lab import NOW, directory
from tests.serving import PLAIN, serving

FILES = {
    "app.yaml": 'app: one\nformat: 1\nversion: 1.0.0\nlabel: One\nlanguages: [en]\nrequires: {apps: {org: ">=1.0"}}\n',
    "entities/person.yaml": """\
entity: person
label: Person
title: "{name}"
duplicates: [{fields: [name], then: warn}, {fields: [mobile], where: mobile != "13800000000", then: block}]
fields:
  code: {type: text, max: 20, unique: true, label: Code}
  name: {type: text, max: 20, required: true, label: Name}
  mobile: {type: mobile_cn, class: C1, label: Mobile}
  id_no: {type: text, max: 18, class: C2, mask: "1****1", label: Id}
  secret: {type: text, max: 18, class: C2, label: Secret}
  income: {type: money, label: Income}
  since: {type: date, label: Since}
  seen: {type: datetime, label: Seen}
  vip: {type: boolean, label: VIP}
  tags: {type: multi_choice, choices: {a: {label: A}, b: {label: B}, c: {label: C}}, label: Tags}
  owner: {type: reference, to: org.person, label: Owner}
  opened: {type: boolean, default: "False", label: Opened}
  friend: {type: reference, to: person, label: Friend}
  shout: {type: text, max: 30, stored: true, compute: upper(name), label: Shout}
  papers: {type: file, accept: [application/pdf], max_mb: 1, count: {max: 3}, label: Papers}
  visits: {type: rows, of: visit, label: Visits}
rows:
  visit:
    label: Visit
    fields:
      what: {type: text, max: 20, required: true, label: What}
      cost: {type: money, label: Cost}
      twice: {type: money, compute: cost * 2, label: Twice}
rules:
  rich: {when: income > 0, check: income < 1000000, message: Too rich, at: income}
""",
    "entities/account.yaml": """\
entity: account
label: Account
title: "{nr}"
fields:
  nr: {type: text, max: 20, label: Nr}
  holder: {type: reference, to: person, label: Holder}
  about: {type: any_reference, to: [person, account], label: About}
  hands: {type: rows, of: hand, label: Hands}
rows:
  hand:
    label: Hand
    fields:
      who: {type: reference, to: person, label: Who}
      how: {type: text, max: 20, label: How}
""",
    "entities/share.yaml": """\
entity: share
label: Share
title: "{kind}"
unique: [[person, kind]]
fields:
  kind: {type: text, max: 20, label: Kind}
  person: {type: reference, to: person, label: Person}
""",
    "roles.yaml": """\
roles:
  all:
    label: All
    access:
      person: {create: true, read: true, update: true, delete: true, merge: true}
      account: {create: true, read: true, update: true, delete: true}
      share: {create: true, read: true, update: true, delete: true}
  editor: {label: Editor, access: {person: {create: true, read: true, update: true, delete: true}}}
  own:
    label: Own
    access: {person: {read: true, update: owner == user.id, merge: true}}
  reader: {label: Reader, access: {person: {read: true}}}
  mine: {label: Mine, access: {person: {read: owner == user.id}}}
  dim:
    label: Dim
    access: {person: {read: true, update: true, merge: true, fields: {secret: hidden, income: masked, id_no: masked}}}
  partly:
    label: Partly
    access:
      person:
        read: true
        update: true
        merge: true
        fields: {id_no: {masked: not opened, write: opened}}
""",
}
CALLERS = (
    ("tom", "all"),
    ("ann", "editor"),
    ("kim", "mine"),
    ("lee", "dim"),
    ("sue", "partly"),
    ("own", "own"),
    ("eve", "reader"),
)


@dataclass(frozen=True, slots=True)
class World:
    """The server with its database, and the callers by role."""

    db: Database
    base: str
    callers: Mapping[str, httpx.Client]
    folder: Path

    def __getitem__(self, role: str) -> httpx.Client:
        return self.callers[role]

    def add(self, entity: str = "person", **values: object) -> str:
        """Make a record as somebody who may do everything; returns its id."""
        made = self["all"].post(f"/api/one/{entity}", json=values)
        assert 201 == made.status_code, made.text
        return str(made.json()["id"])

    def get(self, id: str, entity: str = "person", role: str = "all") -> dict[str, Any]:
        """A record as a role sees it."""
        return dict(self[role].get(f"/api/one/{entity}/{id}").json())

    def change(self, id: str, entity: str = "person", **values: object) -> httpx.Response:
        """Change a record as it stands."""
        etag = {"If-Match": f'"{self.get(id, entity)["version"]}"'}
        return self["all"].patch(f"/api/one/{entity}/{id}", json=values, headers=etag)

    def merge(self, survivor: str, *merged: str, role: str = "all", choose: Mapping[str, str] | None = None) -> httpx.Response:
        """Merge records as they stand."""
        wanted = [{"id": id, "version": self.get(id)["version"]} for id in merged]
        body = {"merged": wanted, "choose": choose or {}, "reason": "the same person"}
        etag = {"If-Match": f'"{self.get(survivor)["version"]}"'}
        return self[role].post(f"/api/one/person/{survivor}/merge", json=body, headers=etag)

    def preview(self, survivor: str, *merged: str, role: str = "all", **choose: str) -> httpx.Response:
        """What a merge would do."""
        return self[role].post(f"/api/one/person/{survivor}/merge/preview", json={"merged": merged, "choose": choose})

    def unmerge(self, survivor: str, merge: str, role: str = "all") -> httpx.Response:
        """Undo a merge."""
        etag = {"If-Match": f'"{self.get(survivor)["version"]}"'}
        to = f"/api/one/person/{survivor}/merges/{merge}/unmerge"
        return self[role].post(to, json={"reason": "two people"}, headers=etag)

    def merges(self, id: str, role: str = "all") -> list[dict[str, Any]]:
        """The merges into a record."""
        return list(self[role].get(f"/api/one/person/{id}/merges").json()["items"])

    def file(self, content: bytes) -> str:
        """Send a file for a person; returns its id."""
        body = {
            "app": "one",
            "entity": "person",
            "field": "papers",
            "name": "a.pdf",
            "content": base64.b64encode(content).decode(),
        }
        sent = self["all"].post("/api/files", json=body)
        assert 201 == sent.status_code, sent.text
        return str(sent.json()["id"])


def compiled_app() -> CompiledApp:
    """The app of these tests."""
    loaded = load_app(FILES)
    assert loaded.app is not None, [each.message for each in loaded.diagnostics]
    return compile_app(loaded.app, 1)


def prepare(db: Database, compiled: CompiledApp) -> None:
    """The tables of the app, and people who are not in the lab."""
    with db.write() as connection:
        compiled.metadata.create_all(connection, tables=wanted_tables(compiled))
        known = set(connection.scalars(sa.select(org_person.c.id)))
        for name, _ in CALLERS:
            if name not in known:
                row = {
                    "id": name,
                    "f_username": name,
                    "f_name": name.title(),
                    "f_branch": "cx",
                    "created_at": NOW,
                    "changed_at": NOW,
                }
                connection.execute(sa.insert(org_person).values(**row))


@contextmanager
def open_world(db: Database, folder: Path) -> Iterator[World]:
    """The app behind a server."""
    compiled = compiled_app()
    prepare(db, compiled)
    settings = Settings(database_url=db.url, data_folder=folder, demo=False, requests_per_second=0)
    releases = Releases(db, {"org": directory(), "one": compiled})
    with serving(build_app(Services(settings, db, releases, clock=lambda: NOW))) as base:
        callers = {}
        for name, role in CALLERS:
            with db.write() as connection:
                grant_role(connection, name, "one", role, Given(NOW))
                _, token = create_token(connection, name, "test", dt.timedelta(days=1), NOW)
            headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
            callers[role] = httpx.Client(base_url=base, headers=headers, timeout=60, verify=PLAIN)
        yield World(db, base, callers, folder)
