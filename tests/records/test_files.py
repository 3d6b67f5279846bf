"""Attached files over a real server: kept for a field, bound by the write, read under the record's access; hostile ones refused."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator

import httpx
import pytest
import sqlalchemy as sa

from runtime.jobs.sweep import sweep_files
from runtime.store.tables import attachment, audit_event
from tests.records.box import PDF, PNG, Box, keep, send
from tests.records.lab import NOW
from tests.records.test_signatures import picture
from tests.serving import PLAIN


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
    assert 401 == httpx.get(f"{box.base}/api/files/{id}", timeout=30, verify=PLAIN).status_code


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
    # Of an entity of which he has no rights he hears what he hears of one that is not there.
    stranger = box.caller("ann", "nobody")
    unknown, missing = send(stranger, PNG), send(stranger, PNG, entity="nothing")
    assert (404, missing.json()["detail"]) == (unknown.status_code, unknown.json()["detail"])
    body = {"app": "box", "entity": "folder", "field": "papers", "name": "a", "content": "###"}
    assert 422 == owner.post("/api/files", json=body).status_code


def test_rows_hold_files_of_their_own(box: Box) -> None:
    """Sent for the field by its path, kept with the row through changes, read by who may read that cell."""
    owner, reader, blind = box.caller("tom", "owner"), box.caller("kim", "reader"), box.caller("lee", "blind")
    first, second, third = (send(owner, PDF + bytes([48 + n]), field="items.scan").json()["id"] for n in range(3))
    made = owner.post("/api/box/folder", json={"items": [{"name": "a", "scan": [first]}, {"name": "b", "scan": [second]}]})
    assert 201 == made.status_code, made.text
    rows = made.json()["items"]
    assert [[first], [second]] == [row["scan"] for row in rows]
    assert [200, 200, 404] == [caller.get(f"/api/files/{first}").status_code for caller in (owner, reader, blind)]

    body = {"items": [{"id": rows[1]["id"]}, {"id": rows[0]["id"], "scan": [first, third]}]}
    change = owner.patch(made.headers["location"], json=body, headers={"If-Match": made.headers["etag"]})
    assert [[second], [first, third]] == [row["scan"] for row in change.json()["items"]]
    history = owner.get(f"{made.headers['location']}/history").json()["items"]
    assert [["items"], ["items"]] == [[each["field"] for each in one["changes"]] for one in history]
    body = {"items": [{"id": rows[0]["id"]}]}
    assert 200 == owner.patch(made.headers["location"], json=body, headers={"If-Match": change.headers["etag"]}).status_code
    assert [404, 200] == [reader.get(f"/api/files/{id}").status_code for id in (second, third)]


def test_a_file_in_a_row_is_ones_own_and_of_that_field(box: Box) -> None:
    """Each cell with a file that is not says so at its place."""
    owner, other = box.caller("tom", "owner"), box.caller("ann", "owner")
    mine, theirs = send(owner, PDF, field="items.scan").json()["id"], send(other, PDF, field="items.scan").json()["id"]
    paper = send(owner, PDF).json()["id"]
    assert 404 == send(owner, PDF, field="item.scan").status_code

    rows = [{"scan": [mine]}, {"scan": [theirs]}, {"scan": [paper]}]
    refused = owner.post("/api/box/folder", json={"items": rows})
    assert [("/items/1/scan", "Q305"), ("/items/2/scan", "Q305")] == [
        (error["pointer"], error["code"]) for error in refused.json()["errors"]
    ]


def test_rows_get_their_numbers(box: Box) -> None:
    """In their order over all records, once; nobody enters them, and a row that goes takes its number with it."""
    owner = box.caller("tom", "owner")
    first = owner.post("/api/box/folder", json={"items": [{"name": "a"}, {"name": "b"}]})
    second = owner.post("/api/box/folder", json={"items": [{"name": "c"}]})
    rows = first.json()["items"]
    assert ["R2026-001", "R2026-002", "R2026-003"] == [row["serial"] for row in (*rows, *second.json()["items"])]

    body = {"items": [{"name": "new"}, {"id": rows[1]["id"], "name": "kept"}]}
    change = owner.patch(first.headers["location"], json=body, headers={"If-Match": first.headers["etag"]})
    assert ["R2026-004", "R2026-002"] == [row["serial"] for row in change.json()["items"]]
    entered = owner.post("/api/box/folder", json={"items": [{"serial": "R2026-001"}]})
    assert (422, "/items/0/serial") == (entered.status_code, entered.json()["errors"][0]["pointer"])


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


def put(caller: httpx.Client, content: bytes | Iterator[bytes], *, field: str = "papers", **headers: str) -> httpx.Response:
    query = {"app": "box", "entity": "folder", "field": field, "name": "a.pdf"}
    sent = {"Content-Type": "application/octet-stream", **headers}
    return caller.put("/api/files", params=query, content=content, headers=sent)


def test_a_large_file_is_sent_as_it_is(box: Box) -> None:
    """Beyond what a JSON body holds, in pieces, with its length or without; given back the same."""
    owner = box.caller("tom", "owner")
    large = b"%PDF-1.7\n" + bytes(range(256)) * 48_000
    sent = put(owner, iter([large[:1000], large[1000:9_000_000], large[9_000_000:]]), field="thick")
    assert (201, len(large)) == (sent.status_code, sent.json()["size"]), sent.text
    again = put(owner, large, field="thick")
    assert sent.json()["sha256"] == again.json()["sha256"]
    made = owner.post("/api/box/folder", json={"thick": [sent.json()["id"]]})
    got = owner.get(f"/api/files/{sent.json()['id']}")
    assert (201, str(len(large)), large) == (made.status_code, got.headers["content-length"], got.content)


def test_no_more_is_taken_than_the_field_allows(box: Box) -> None:
    """By the length that is told, or as soon as the bytes are too many; nothing of it stays."""
    owner = box.caller("tom", "owner")
    told = put(owner, b"%PDF-" + b"0" * 1_048_576)
    pieces = put(owner, iter([b"%PDF-", *[b"0" * 65_536] * 17]))
    for refused in (told, pieces, put(owner, b"", field="thick")):
        assert (422, "Q312") == (refused.status_code, refused.json()["code"])
    assert 415 == put(owner, PDF, **{"Content-Type": "application/pdf"}).status_code
    assert [404, 401] == [
        put(owner, PDF, field="name").status_code,
        httpx.put(f"{box.base}/api/files?app=a&entity=b&field=c&name=d", timeout=30, verify=PLAIN).status_code,
    ]
    assert 403 == put(owner, PDF, Authorization="", Origin="https://evil.example").status_code
    assert [] == [path for path in box.folder.rglob("*") if path.is_file() and "attachments" in path.parts]


@pytest.mark.parametrize(("script", "status"), [("exit 0", 201), ("exit 1", 422), ("exit 2", 503)])
def test_the_scanner_of_the_bank_decides(box: Box, script: str, status: int) -> None:
    """Clean is kept, infected is refused and noted in the trail, and when nobody can say nothing is kept."""
    scanner = box.folder / "scan.sh"
    scanner.write_text(f'grep -q PDF "$1" || exit 3\n{script}\n')
    box.scan(f"/bin/sh {scanner}")
    assert status == put(box.caller("tom", "owner"), PDF).status_code
    with box.db.read() as connection:
        kept = connection.execute(sa.select(sa.func.count()).select_from(attachment)).scalar()
        noted = connection.execute(sa.select(audit_event.c.body).where(audit_event.c.kind == "file.refused")).scalars().all()
    assert (int(status == 201), int(status == 422)) == (kept, len(noted))
    assert status == 201 or [] == [path for path in box.folder.rglob("attachments/*/*") if path.is_file()]


def test_what_no_record_took_within_a_day_goes(box: Box) -> None:
    """The file and its bytes, but never bytes that a record has too, nor what is younger."""
    owner = box.caller("tom", "owner")
    taken, left, shared = (send(owner, content).json()["id"] for content in (PDF, PDF + b"left", PDF))
    assert 201 == owner.post("/api/box/folder", json={"papers": [taken]}).status_code
    keep(box.folder, b"of a transaction that did not end")

    def sweep(hours: int) -> list[int]:
        for path in box.folder.rglob("attachments/*/*"):
            os.utime(path, (NOW.timestamp(), NOW.timestamp()))
        with box.db.write() as connection:
            sweep_files(connection, box.folder, NOW + dt.timedelta(hours=hours))
        return [owner.get(f"/api/files/{id}").status_code for id in (taken, left, shared)]

    assert [200, 200, 200] == sweep(24)
    assert [200, 404, 404] == sweep(25)
    assert 1 == len([path for path in box.folder.rglob("attachments/*/*") if path.is_file()])
    refused = owner.post("/api/box/folder", json={"papers": [left]})
    assert (422, "Q305") == (refused.status_code, refused.json()["errors"][0]["code"])
