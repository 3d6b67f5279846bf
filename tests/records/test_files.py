"""Attached files over a real server: kept for a field, bound by the write, read under the record's access; hostile ones refused."""

from __future__ import annotations

import base64
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from forms_dsl.load import load_app
from runtime.commands.keep_file import safe_name
from runtime.compile.app import compile_app, wanted_tables
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.identity.organisation import grant_role
from runtime.identity.tokens import create_token
from runtime.records.content import is_accepted, kind_of
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.blobs import keep_blob, read_blob
from runtime.store.database import Database
from runtime.store.tables import attachment, org_person
from tests.records.lab import NOW, directory
from tests.records.test_signatures import picture
from tests.serving import serving

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
  signed: {type: signature, label: Signed}
""",
    "roles.yaml": """\
roles:
  owner: {label: Owner, access: {folder: {create: true, read: created_by == user.id, update: created_by == user.id}}}
  reader: {label: Reader, access: {folder: {read: true}}}
  blind: {label: Blind, access: {folder: {read: true, fields: {papers: hidden}}}}
""",
}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100
PDF = b"%PDF-1.7\n" + b"x" * 50


class Box:
    """The routes of an app with files, and callers with tokens."""

    def __init__(self, db: Database, base: str, folder: Path) -> None:
        self.db, self.base, self.folder = db, base, folder

    def caller(self, name: str, role: str) -> httpx.Client:
        with self.db.write() as connection:
            grant_role(connection, name, "box", role)
            _, token = create_token(connection, name, "test", dt.timedelta(days=1), NOW)
        return httpx.Client(base_url=self.base, headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"})


@pytest.fixture
def box(db: Database, tmp_path: Path) -> Iterator[Box]:
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
    settings = Settings(database_url=db.url, data_folder=tmp_path, demo=False)
    releases = Releases(db, {"org": directory(), "box": compiled})
    with serving(build_app(Services(settings, db, releases, clock=lambda: NOW))) as base:
        yield Box(db, base, tmp_path)


def send(
    caller: httpx.Client, content: bytes, *, field: str = "papers", name: str = "a.png", entity: str = "folder"
) -> httpx.Response:
    body = {"app": "box", "entity": entity, "field": field, "name": name, "content": base64.b64encode(content).decode()}
    return caller.post("/api/files", json=body)


def test_a_file_from_its_sending_to_its_reading(box: Box) -> None:
    """Kept, bound by the write, read by those who may read the record, always as a download in a sandbox."""
    owner = box.caller("tom", "owner")
    sent = send(owner, PNG, name="../照 片.png")
    id = sent.json()["id"]
    assert (201, "照 片.png", "image/png", len(PNG)) == (
        sent.status_code,
        sent.json()["name"],
        sent.json()["kind"],
        sent.json()["size"],
    )

    made = owner.post("/api/box/folder", json={"name": "A", "papers": [id]})
    assert (201, [id]) == (made.status_code, made.json()["papers"])
    got = owner.get(f"/api/files/{id}")
    assert (200, PNG, "image/png") == (got.status_code, got.content, got.headers["content-type"])
    assert got.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in got.headers["content-security-policy"]
    assert "nosniff" == got.headers["x-content-type-options"]
    assert [] == list(box.folder.rglob("*.png"))


def test_only_who_reads_the_field_of_the_record_reads_the_file(box: Box) -> None:
    """Before the write only its sender, afterwards the readers of the field; all others are told that there is none."""
    owner, other = box.caller("tom", "owner"), box.caller("ann", "owner")
    reader, blind = box.caller("kim", "reader"), box.caller("lee", "blind")
    id = send(owner, PDF).json()["id"]
    assert [200, 404, 404] == [caller.get(f"/api/files/{id}").status_code for caller in (owner, other, reader)]

    owner.post("/api/box/folder", json={"papers": [id]})
    assert [200, 404, 200, 404] == [caller.get(f"/api/files/{id}").status_code for caller in (owner, other, reader, blind)]
    assert 404 == blind.get(f"/api/files/{id}/facts").status_code
    assert 401 == httpx.get(f"{box.base}/api/files/{id}").status_code


def test_a_file_of_somebody_else_cannot_be_taken(box: Box) -> None:
    """An id of another's upload, of another field, of another record or of nothing is refused alike."""
    owner, other = box.caller("tom", "owner"), box.caller("ann", "owner")
    theirs = send(other, PDF).json()["id"]
    photo = send(owner, PNG, field="photo").json()["id"]
    bound = send(owner, PDF).json()["id"]
    assert 201 == owner.post("/api/box/folder", json={"papers": [bound]}).status_code

    for id in (theirs, photo, bound, "nothing"):
        refused = owner.post("/api/box/folder", json={"papers": [id]})
        assert (422, ["Q305"]) == (refused.status_code, [error["code"] for error in refused.json()["errors"]])


def test_files_come_and_go_with_a_change(box: Box) -> None:
    """A change binds the new ones and keeps the old ones; too many are refused."""
    owner = box.caller("tom", "owner")
    first, second, third = (send(owner, PDF + bytes([48 + n])).json()["id"] for n in range(3))
    made = owner.post("/api/box/folder", json={"papers": [first]})
    change = owner.patch(made.headers["location"], json={"papers": [first, second]}, headers={"If-Match": made.headers["etag"]})
    assert (200, [first, second]) == (change.status_code, change.json()["papers"])
    more = owner.patch(
        made.headers["location"], json={"papers": [first, second, third]}, headers={"If-Match": change.headers["etag"]}
    )
    assert (422, ["V004"]) == (more.status_code, [error["code"] for error in more.json()["errors"]])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\xef\xbb\xbf <html>",
        b"MZ\x90\x00\x03",
        b"GIF89a..",
        PNG + b"0" * 1_048_576,
    ],
    ids=["empty", "svg", "html", "program", "other", "large"],
)
def test_what_the_field_does_not_take_is_refused(box: Box, content: bytes) -> None:
    """By the bytes themselves, whatever the name says; nothing is kept."""
    refused = send(box.caller("tom", "owner"), content, name="fine.png")

    assert (422, ["Q312"]) == (refused.status_code, [error["code"] for error in refused.json()["errors"]])
    assert [] == [path for path in box.folder.rglob("*") if path.is_file() and "attachments" in path.parts]
    with box.db.read() as connection:
        assert 0 == connection.execute(sa.select(sa.func.count()).select_from(attachment)).scalar()


def test_a_file_needs_a_field_that_one_may_fill_in(box: Box) -> None:
    """No such field, no such entity, no right, no base64."""
    owner, reader = box.caller("tom", "owner"), box.caller("kim", "reader")

    assert [404, 404] == [send(owner, PNG, field="name").status_code, send(owner, PNG, entity="nothing").status_code]
    assert send(reader, PNG).status_code in {403, 404}
    body = {"app": "box", "entity": "folder", "field": "papers", "name": "a", "content": "###"}
    assert 422 == owner.post("/api/files", json=body).status_code


def test_a_signature_is_a_picture_with_ink(box: Box) -> None:
    """Kept with who sent it and when; an empty sheet, a broken picture and anything but a PNG are refused in words."""
    owner = box.caller("tom", "owner")
    id = send(owner, picture(b"\xff" * 9 + b"\x00" * 3, 2, 2, pixel=3), field="signed").json()["id"]
    made = owner.post("/api/box/folder", json={"signed": [id]})
    assert (201, [id]) == (made.status_code, made.json()["signed"])
    facts = owner.get(f"/api/files/{id}/facts").json()
    assert ("Tom", "2026-11-24T03:00:00.000Z") == (facts["by"], facts["at"])

    for content in (picture(b"\xff" * 12, 2, 2, pixel=3), PNG, PDF):
        refused = send(owner, content, field="signed")
        assert (422, ["Q312"]) == (refused.status_code, [error["code"] for error in refused.json()["errors"]])


def test_kinds_are_told_by_the_bytes() -> None:
    """Beginnings of pictures and pages, office files by their parts, text with no marks."""
    word = io.BytesIO()
    with zipfile.ZipFile(word, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", "<x/>")

    assert "image/jpeg" == kind_of(b"\xff\xd8\xff\xe0")
    assert "image/webp" == kind_of(b"RIFF\0\0\0\0WEBPVP8 ")
    assert kind_of(word.getvalue()).endswith("wordprocessingml.document")
    assert "application/octet-stream" == kind_of(b"PK\x03\x04broken")
    assert ["text/plain", "text/plain"] == [kind_of("甲,乙\n".encode()), kind_of("甲,乙\n".encode("gb18030"))]
    assert "application/octet-stream" == kind_of(b"a\0b")
    assert is_accepted("image/png", ["image/*"])
    assert is_accepted("text/plain", ["text/csv"])
    assert not is_accepted("image/svg+xml", ["image/png"])


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\报告.pdf", "报告.pdf"),
        ("a\x00b\r\n.pdf", "ab.pdf"),
        ("evil\u202efdp.exe", "evilfdp.exe"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_are_harmless(name: str, safe: str) -> None:
    """No folder, no control character, no turned direction, not too long."""
    assert safe == safe_name(name)


def test_bytes_that_were_changed_are_not_given(tmp_path: Path) -> None:
    """The hash is looked at again on reading; the same bytes are kept once."""
    name = keep_blob(tmp_path, PNG)
    assert name == keep_blob(tmp_path, PNG)
    assert PNG == read_blob(tmp_path, name)
    [place] = [path for path in tmp_path.rglob("*") if path.is_file()]
    place.write_bytes(b"other")
    with pytest.raises(ValueError):
        read_blob(tmp_path, name)
    with pytest.raises(ValueError):
        read_blob(tmp_path, "../secrets")
