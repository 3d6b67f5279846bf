"""A batch is taken back by one act: what it made goes, what it changed is put back, and nobody's later work is overwritten."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.audit.notary import open_notary
from runtime.audit.verify import verify_trail
from runtime.store.tables import audit_event
from tests.imports.batches import HEAD, PATH, Floor


def test_a_batch_is_taken_back(floor: Floor) -> None:
    """New records are deleted, changed fields hold what they held, each with its event; a second undo is refused."""
    person = floor.bank.caller("wu", "importer")
    floor.written(person, HEAD + "A1,一,high,1\n")
    batch = floor.written(person, HEAD + "A1,壹,high,\nA2,二,high,2\n")

    undone = floor.act(person, batch["id"], "undo")

    assert ("undone", 2, 0, []) == (undone["state"], undone["undone"], undone["left"], undone["can"])
    [row] = floor.rows()
    assert ("A1", "一", "1.00", 3) == (row["f_code"], row["f_subject"], str(row["f_cost"]), row["version"])
    assert ["A2"] == [row["f_code"] for row in floor.rows(deleted=True)]
    assert "Q254" == floor.act(person, batch["id"], "undo", 409)["code"]
    with floor.bank.database.read() as connection:
        mine = sa.select(audit_event.c.kind, audit_event.c.on_behalf_of).where(audit_event.c.request_id == batch["id"])
        kinds = [tuple(row) for row in connection.execute(mine.order_by(audit_event.c.id))]
    importer = batch["started_by"]["id"]
    assert [("record.deleted", importer), ("record.changed", None), ("import.undone", None)] == kinds[-3:]
    floor.seal()
    with floor.bank.database.read() as connection:
        assert () == tuple(verify_trail(connection, open_notary(floor.folder)).wrong or ())


def test_later_work_stays(floor: Floor) -> None:
    """A new record that somebody changed stays; of a changed one only the untouched fields are put back; all of it is listed."""
    agent, person = floor.bank.caller("zhou", "agent"), floor.bank.caller("wu", "importer")
    floor.written(person, HEAD + "A1,一,high,1\nA2,二,high,2\n")
    batch = floor.written(person, HEAD + "A1,壹,high,10\nA2,贰,high,20\nA3,三,high,3\nA4,四,high,4\nA5,五,high,5\n")
    ids = {row["f_code"]: row["id"] for row in floor.rows()}

    def edit(code: str, version: int, **values: object) -> None:
        answer = agent.patch(f"/api/desk/ticket/{ids[code]}", json=values, headers={"If-Match": f'"{version}"'})
        assert 200 == answer.status_code, answer.text

    edit("A1", 2, cost="99.00")
    edit("A3", 1, remark="called")
    edit("A4", 1, level="low")
    assert 204 == agent.delete(f"/api/desk/ticket/{ids['A5']}", headers={"If-Match": '"1"'}).status_code

    undone = floor.act(person, batch["id"], "undo")
    left = person.get(f"{PATH}/{batch['id']}/left").json()

    assert (1, 4) == (undone["undone"], undone["left"])
    assert [("A1", "一", "99.00"), ("A2", "二", "2.00"), ("A3", "三", "3.00"), ("A4", "四", "4.00")] == [
        (row["f_code"], row["f_subject"], str(row["f_cost"])) for row in floor.rows()
    ]
    assert [(2, ["cost"], "Q412"), (4, [], "Q412"), (5, [], "Q404"), (6, [], "Q404")] == [
        (item["row"], item["fields"], item["code"]) for item in left["items"]
    ]
    assert (4, None) == (left["count"], left["next"])
    assert "remark" not in str(left)


def test_records_that_others_refer_to_go_last(floor: Floor) -> None:
    """The last row is taken back first: a record of the batch that another one of it refers to goes too."""
    person = floor.bank.caller("wu", "importer")
    first = floor.written(person, HEAD + "A1,一,high,1\n")
    batch = floor.written(person, "code,subject,level,parent\nA2,二,high,A1\nA3,三,high,A1\n")

    assert "left" in floor.act(person, first["id"], "undo")
    assert ["A1", "A2", "A3"] == [row["f_code"] for row in floor.rows()]
    assert 0 == floor.act(person, batch["id"], "undo")["left"]
    assert ["A1"] == [row["f_code"] for row in floor.rows()]


def test_what_stopped_in_the_middle_is_taken_back_or_goes_on(floor: Floor) -> None:
    """A batch that is cancelled while it is written keeps what was written until it is taken back."""
    person = floor.bank.caller("wu", "importer")
    batch = floor.checked(person, HEAD + "A1,一,high,1\n")
    person.post(f"{PATH}/{batch['id']}/write", json={})

    stopped = floor.act(person, batch["id"], "cancel")
    assert ("stopped", 0, []) == (stopped["state"], stopped["counts"]["created"], floor.rows())
    assert ("written", 1) == ((written := floor.act(person, batch["id"], "write"))["state"], written["counts"]["created"])
    assert "undone" == floor.act(person, batch["id"], "undo")["state"]


def test_nobody_else_takes_a_batch_back(floor: Floor) -> None:
    """A batch of somebody else is not there for whoever may not release it."""
    person, stranger = floor.bank.caller("wu", "importer"), floor.bank.caller("he", "careful")
    batch = floor.written(person, HEAD + "A1,一,high,1\n")

    assert 404 == stranger.post(f"{PATH}/{batch['id']}/undo", json={}).status_code
    assert 404 == stranger.get(f"{PATH}/{batch['id']}/left").status_code
    assert ["A1"] == [row["f_code"] for row in floor.rows()]
