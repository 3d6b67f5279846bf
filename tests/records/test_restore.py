"""Deleted records: listed to whoever may delete, brought back as they were, refused where the world has moved on."""

from __future__ import annotations

import pytest

from runtime.commands.change_record import bring_back_record, change_record, remove_record
from runtime.context import Context
from runtime.failures import Changed, Invalid, NotAllowed, NotFound
from runtime.records.history import record_history
from runtime.store.database import Database
from tests.records.lab import add, add_client, context, faults, items, person, refusal
from tests.records.served import Bank

BOSS = context(person("eve", "boss", unit="ho"))


def restore(db: Database, id: str, version: int, who: Context = BOSS, entity: str = "client") -> dict[str, object]:
    """The record as its restorer sees it."""
    return dict(bring_back_record(db, who, "lab", entity, id, version).values)


def test_a_record_comes_back_with_everything_it_had(db: Database) -> None:
    """Its values, number, rows and history are there, at a version of its own; living lists have it again."""
    client = add_client(db, "A", income=12)
    rows = [{"name": "desk", "price": "10", "quantity": 1}]
    deal = add(db, "deal", client=client, branch="cx", kind="small", amount=20, items=rows)
    before = items(db, BOSS, "deal")[0]
    remove_record(db, BOSS, "lab", "deal", deal, 1)
    assert [] == items(db, BOSS, "deal")
    assert [(deal, 2)] == [(each["id"], each["version"]) for each in items(db, BOSS, "deal", deleted=True)]

    after = restore(db, deal, 2, entity="deal")

    stamps = {"version", "changed_at", "changed_by"}
    assert {k: v for k, v in before.items() if k not in stamps} == {k: v for k, v in after.items() if k not in stamps}
    assert (3, "eve", []) == (after["version"], after["changed_by"], items(db, BOSS, "deal", deleted=True))
    with db.read() as connection:
        told = record_history(connection, BOSS, "lab", "deal", deal, None)["items"]
    assert ["record.restored", "record.deleted", "record.created"] == [each["kind"] for each in told]  # type: ignore[attr-defined]


def test_only_who_may_delete_lists_and_brings_back(db: Database) -> None:
    """A reader is refused; another branch's records are not found; the living are not there to bring back."""
    mine, theirs, living = add_client(db, "M"), add_client(db, "T", branch="bj"), add_client(db, "L")
    for id in (mine, theirs):
        remove_record(db, BOSS, "lab", "client", id, 1)
    viewer, teller = context(person("tom", "viewer")), context(person("tom", "teller"))

    assert isinstance(refusal(lambda: items(db, viewer, "client", deleted=True)), NotAllowed)
    assert isinstance(refusal(lambda: restore(db, mine, 2, viewer)), NotAllowed)
    assert [mine] == [each["id"] for each in items(db, teller, "client", deleted=True)]
    assert isinstance(refusal(lambda: restore(db, theirs, 2, teller)), NotFound)
    assert isinstance(refusal(lambda: restore(db, living, 1, teller)), NotFound)
    assert isinstance(refusal(lambda: restore(db, mine, 1, teller)), Changed)
    assert mine == restore(db, mine, 2, teller)["id"]
    assert isinstance(refusal(lambda: restore(db, mine, 2, teller)), NotFound)
    assert 4 == change_record(db, BOSS, "lab", "client", mine, {"full_name": "Again"}, 3).version


def test_a_value_that_was_given_away_keeps_it_deleted(db: Database) -> None:
    """Another record has the unique code now: the fault says which field, and nothing is changed."""
    old = add_client(db, "SAME")
    remove_record(db, BOSS, "lab", "client", old, 1)
    add_client(db, "SAME")

    failure = refusal(lambda: restore(db, old, 2))
    assert isinstance(failure, Invalid)
    assert {"/code": "Q306"} == faults(failure)
    assert [old] == [each["id"] for each in items(db, BOSS, "client", deleted=True)]


def test_what_it_refers_to_must_be_there(db: Database) -> None:
    """A deal whose client is gone comes back only after the client."""
    client = add_client(db, "A")
    deal = add(db, "deal", client=client, branch="cx", kind="small", amount=20)
    remove_record(db, BOSS, "lab", "deal", deal, 1)
    remove_record(db, BOSS, "lab", "client", client, 1)

    assert {"/client": "Q305"} == faults(refusal(lambda: restore(db, deal, 2, entity="deal")))
    restore(db, client, 2)
    assert 3 == restore(db, deal, 2, entity="deal")["version"]


@pytest.mark.parametrize("where", ['code == "A"', "income > 1"])
def test_the_deleted_are_filtered_and_paged_like_the_living(db: Database, where: str) -> None:
    """A filter, an order and a cursor hold among the deleted; the cursor of the living does not."""
    for code in ("A", "B"):
        remove_record(db, BOSS, "lab", "client", add_client(db, code, income=2), 1)
    assert items(db, BOSS, "client", where=where, deleted=True)[0]["code"] == "A"
    assert ["B", "A"] == [each["code"] for each in items(db, BOSS, "client", order=("-code",), deleted=True)]


def test_over_rest_it_wants_the_version(bank: Bank) -> None:
    """The route says what is missing, restores with If-Match, and answers the record with its new version."""
    id, boss = add_client(bank.db, "A"), bank.caller("eve", "boss")
    assert 204 == boss("DELETE", f"/api/lab/client/{id}", headers={"If-Match": '"1"'}).status_code
    assert [id] == [each["id"] for each in boss("GET", "/api/lab/client?deleted=true").json()["items"]]

    assert 428 == boss("POST", f"/api/lab/client/{id}/restore").status_code
    assert 412 == boss("POST", f"/api/lab/client/{id}/restore", headers={"If-Match": '"1"'}).status_code
    back = boss("POST", f"/api/lab/client/{id}/restore", headers={"If-Match": '"2"'})
    assert (200, "A", '"3"') == (back.status_code, back.json()["code"], back.headers["etag"])
    assert boss("GET", "/api/lab/client/changes").json() == {"items": [], "next": "0", "more": False}
