"""The change feed: complete however late a transaction commits, under the reader's rows and fields, in pages that go on."""

from __future__ import annotations

import random
from pathlib import Path

import orjson
import pytest

from runtime.audit.notary import Notary, open_notary
from runtime.audit.sealer import seal
from runtime.context import Context
from runtime.failures import BadRequest
from runtime.records.feed import asking_feed
from runtime.records.request import FeedRequest
from runtime.records.write import delete_record, insert_record, update_record
from runtime.store.asking import answer
from runtime.store.database import Database
from tests.records.lab import CLIENT, NOW, add, add_client, context, faults, lab_with, person, refusal, system

BOSS = context(person("eve", "boss", unit="ho"))


@pytest.fixture
def notary(tmp_path: Path) -> Notary:
    """A notary with a key of its own."""
    return open_notary(tmp_path)


class Page:
    """A page of the feed, read as an integrator reads it."""

    def __init__(self, db: Database, who: Context, entity: str = "client", **request: object) -> None:
        with db.read() as connection:
            wanted = FeedRequest(**request)  # type: ignore[arg-type]
            body = orjson.loads(answer(connection, asking_feed(connection.dialect, who, "lab", entity, wanted)))
        self.items, self.next, self.more = body["items"], body["next"], body["more"]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return [(item["kind"], item["id"]) for item in self.items]


def rename(db: Database, id: str, name: str, version: int) -> None:
    with db.write() as connection:
        update_record(connection, system(), "lab", "client", id, {"full_name": name}, version)


def test_each_page_goes_on_where_the_last_one_ended(db: Database, notary: Notary) -> None:
    """Records come once a page with their present state, and come again after a later change."""
    a, b, c = (add_client(db, code) for code in ("A", "B", "C"))
    rename(db, a, "Renamed", 1)
    seal(db, notary, NOW)

    first = Page(db, BOSS, limit=2)
    second = Page(db, BOSS, limit=2, cursor=first.next)
    assert ([("saved", a), ("saved", b)], True) == (first.kinds, first.more)
    assert ([("saved", c), ("saved", a)], False) == (second.kinds, second.more)
    assert "Renamed" == first.items[0]["record"]["full_name"] == second.items[1]["record"]["full_name"]

    idle = Page(db, BOSS, cursor=second.next)
    assert ([], second.next, False) == (idle.items, idle.next, idle.more)
    with db.write() as connection:
        delete_record(connection, system(), "lab", "client", b, 1)
    assert [] == Page(db, BOSS, cursor=second.next).items, "what is not sealed is not told yet"
    seal(db, notary, NOW)
    last = Page(db, BOSS, cursor=second.next)
    assert [{"kind": "deleted", "id": b, "at": "2026-11-24T03:00:00.000Z", "record": None}] == last.items


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_transaction_that_commits_late_is_not_lost(db: Database, notary: Notary) -> None:
    """A change that began first and committed last has an older key, and still comes after what the reader has seen."""
    with db.write() as slow:
        late = insert_record(slow, system(), "lab", "client", {"code": "LATE", "full_name": "Late", "branch": "cx"}).id
        quick = add_client(db, "QUICK")
        seal(db, notary, NOW)
        seen = Page(db, BOSS)
        assert [("saved", quick)] == seen.kinds
    seal(db, notary, NOW)

    assert late < quick
    assert [("saved", late)] == Page(db, BOSS, cursor=seen.next).kinds


def test_only_what_the_reader_may_see_is_told(db: Database, notary: Notary) -> None:
    """Rows, fields and masks are those of the list; the end of a record is told to whoever could read it as it last was."""
    mine, theirs, gone = add_client(db, "M", salary=5), add_client(db, "T", branch="bj"), add_client(db, "G", branch="bj")
    with db.write() as connection:
        delete_record(connection, system(), "lab", "client", gone, 1)
    seal(db, notary, NOW)

    teller, viewer = context(person("tom", "teller")), context(person("tom", "viewer"))
    assert [("saved", mine)] == Page(db, teller).kinds
    assert [("saved", mine), ("saved", theirs), ("deleted", gone)] == Page(db, viewer).kinds
    assert "salary" not in Page(db, viewer).items[0]["record"]
    assert {"id", "code"} <= Page(db, viewer, select=("code",)).items[0]["record"].keys()
    failure = refusal(lambda: Page(db, viewer, select=("salary",)))
    assert {"select": "Q203"} == faults(failure)


def test_titles_come_beside_references(db: Database, notary: Notary) -> None:
    """With titles the name of a branch stands beside its key."""
    add_client(db, "A")
    seal(db, notary, NOW)

    assert "CX" in Page(db, BOSS, titles=True).items[0]["record"]["_titles"]["branch"]


def test_events_of_other_entities_are_passed_over(db: Database, notary: Notary) -> None:
    """A window without a record of this entity still moves on."""
    client = add_client(db, "A")
    for _ in range(3):
        add(db, "deal", client=client, branch="cx", kind="small", amount=20)
    seal(db, notary, NOW)

    page = Page(db, BOSS, "deal", limit=1)
    assert (1, True) == (len(page.items), page.more)
    assert [("saved", client)] == Page(db, BOSS).kinds


def test_a_reader_that_follows_the_feed_has_what_is_there(db: Database, notary: Notary) -> None:
    """A copy kept from random pages equals the table, whatever was changed and sealed between them."""
    chance = random.Random(5)  # noqa: S311 - repeatable
    living: dict[str, int] = {}
    names: dict[str, str] = {}
    copy: dict[str, str] = {}
    cursor = None
    for step in range(60):
        act = chance.choice(("add", "rename", "rename", "delete", "seal", "read", "read"))
        if act == "add" or not living:
            id = add_client(db, f"N{step}")
            living[id], names[id] = 1, f"Name N{step}"
        elif act == "rename":
            id = chance.choice(sorted(living))
            names[id] = f"Named {step}"
            rename(db, id, names[id], living[id])
            living[id] += 1
        elif act == "delete":
            id = chance.choice(sorted(living))
            with db.write() as connection:
                delete_record(connection, system(), "lab", "client", id, living.pop(id))
            names.pop(id)
        elif act == "seal":
            seal(db, notary, NOW, chance.randint(1, 4))
        else:
            cursor = follow(Page(db, BOSS, limit=chance.randint(1, 3), cursor=cursor), copy)
    while seal(db, notary, NOW):
        pass
    more = True
    while more:
        page = Page(db, BOSS, limit=3, cursor=cursor)
        cursor, more = follow(page, copy), page.more

    assert names == copy


def follow(page: Page, copy: dict[str, str]) -> str:
    """What an integrator does with a page."""
    for item in page.items:
        if item["kind"] == "deleted":
            copy.pop(item["id"], None)
        else:
            copy[item["id"]] = item["record"]["full_name"]
    return str(page.next)


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "٣", "9" * 40])
def test_a_cursor_of_something_else_is_refused(db: Database, cursor: str) -> None:
    """What no feed gave is no place in it."""
    failure = refusal(lambda: Page(db, BOSS, cursor=cursor))
    assert isinstance(failure, BadRequest)
    assert {"cursor": "Q204"} == faults(failure)


def test_without_a_trail_there_is_no_feed(db: Database) -> None:
    """An entity that keeps no trail says so instead of being silent for ever."""
    app = lab_with(client=CLIENT.replace("label: Client\n", "label: Client\naudit: none\n", 1))
    assert {"cursor": "Q210"} == faults(refusal(lambda: Page(db, context(person("eve", "boss"), app=app))))
