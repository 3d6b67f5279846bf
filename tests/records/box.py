"""An app with files behind a real server, and callers who send them."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import sqlalchemy as sa
from fastapi import FastAPI

from forms_dsl.load import load_app
from runtime.compile.app import compile_app, wanted_tables
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.identity.holdings import Given, grant_role
from runtime.identity.tokens import create_token
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.blobs import Arriving
from runtime.store.database import Database
from runtime.store.tables import org_person
from tests.records.lab import NOW, directory
from tests.serving import PLAIN, serving

FILES = {
    "app.yaml": """\
app: box
format: 1
version: 1.0.0
label: Box
languages: [en]
requires: {apps: {org: ">=1.0"}}
""",
    "entities/folder.yaml": """\
entity: folder
label: Folder
fields:
  name: {type: text, max: 20, label: Name}
  papers: {type: file, accept: [image/png, application/pdf, text/csv], max_mb: 1, count: {max: 2}, label: Papers}
  photo: {type: image, label: Photo}
  thick: {type: file, accept: [application/pdf], max_mb: 20, label: Thick}
  signed: {type: signature, label: Signed}
  items: {type: rows, of: item, label: Items}
rows:
  item:
    label: Item
    fields:
      name: {type: text, max: 20, label: Name}
      scan: {type: file, accept: [application/pdf], max_mb: 1, count: {max: 2}, label: Scan}
      seen: {type: signature, label: Seen}
      serial: {type: sequence, pattern: "R{yyyy}-{seq:3}", label: Number}
""",
    "roles.yaml": """\
roles:
  owner: {label: Owner, access: {folder: {create: true, read: created_by == user.id, update: created_by == user.id}}}
  reader: {label: Reader, access: {folder: {read: true}}}
  blind: {label: Blind, access: {folder: {read: true, fields: {papers: hidden, items.scan: hidden}}}}
""",
}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100
PDF = b"%PDF-1.7\n" + b"x" * 50


class Box:
    """The routes of an app with files, and callers with tokens."""

    def __init__(self, db: Database, app: FastAPI, base: str, folder: Path) -> None:
        self.db, self.app, self.base, self.folder = db, app, base, folder

    def scan(self, command: str) -> None:
        """The server with a scanner from now on."""
        services = self.app.state.services
        self.app.state.services = dataclasses.replace(
            services, settings=dataclasses.replace(services.settings, scan_command=command)
        )

    def caller(self, name: str, role: str) -> httpx.Client:
        with self.db.write() as connection:
            grant_role(connection, name, "box", role, Given(NOW))
            _, token = create_token(connection, name, "test", dt.timedelta(days=1), NOW)
        return httpx.Client(
            base_url=self.base, headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"}, timeout=30, verify=PLAIN
        )


@contextmanager
def open_box(db: Database, folder: Path) -> Iterator[Box]:
    """A server with the app live."""
    app = load_app(FILES).app
    assert app is not None
    compiled = compile_app(app, 1)
    with db.write() as connection:
        for table in wanted_tables(compiled):
            table.create(connection)
        for name in ("kim", "lee"):
            row = {"id": name, "f_username": name, "f_name": name, "f_branch": "cx", "created_at": NOW, "changed_at": NOW}
            connection.execute(sa.insert(org_person).values(**row))
    settings = Settings(database_url=db.url, data_folder=folder, demo=False)
    releases = Releases(db, {"org": directory(), "box": compiled})
    served = build_app(Services(settings, db, releases, clock=lambda: NOW))
    with serving(served) as base:
        yield Box(db, served, base, folder)


def send(
    caller: httpx.Client, content: bytes, *, field: str = "papers", name: str = "a.png", entity: str = "folder"
) -> httpx.Response:
    body = {"app": "box", "entity": entity, "field": field, "name": name, "content": base64.b64encode(content).decode()}
    return caller.post("/api/files", json=body)


def keep(folder: Path, content: bytes) -> str:
    with Arriving(folder) as arriving:
        arriving.write(content[:50])
        arriving.write(content[50:])
        name = arriving.settle()
        arriving.keep()
    return name
