"""A check judges the whole file: what one piece takes or makes counts for the next; columns are assigned; colleagues take back."""

from __future__ import annotations

import csv
import io

import httpx
import pytest

from runtime.commands import run_import
from tests.imports.batches import FILES, HEAD, PATH, TICKET, Floor


@pytest.fixture
def pieces_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of two rows, so that a short file has several."""
    monkeypatch.setattr(run_import, "PIECE", 2)


def _reasons(person: httpx.Client, id: str) -> list[tuple[str, str, str]]:
    text = person.get(f"{PATH}/{id}/errors").content.decode("utf-8-sig")
    return [(row[0], row[1], row[3]) for row in list(csv.reader(io.StringIO(text, newline="")))[1:-1]]


@pytest.mark.usefixtures("pieces_of_two")
def test_a_unique_value_of_an_earlier_piece_is_taken(floor: Floor) -> None:
    """The check refuses what writing would refuse, also where the first one stands in another piece; both count alike."""
    ticket = TICKET.replace("phone: {type: text,", "phone: {type: text, unique: true,")
    floor.bank.publish({**FILES, "entities/ticket.yaml": ticket})
    person = floor.bank.caller("wu", "bulk")
    rows = "A1,a,high,1,p1\nA2,b,high,1,p2\nA3,c,high,1,\nA4,d,high,1,p1\nA5,e,high,1,\nA6,f,high,1,p4\n"

    batch = floor.checked(person, HEAD.strip() + ",phone\n" + rows)
    checked = _reasons(person, batch["id"])
    written = floor.act(person, batch["id"], "write")

    assert [("5", "phone", "Q306")] == checked == _reasons(person, batch["id"])
    assert batch["checked"] == written["counts"]
    assert ["A1", "A2", "A3", "A5", "A6"] == [row["f_code"] for row in floor.rows()]


@pytest.mark.usefixtures("pieces_of_two")
def test_rows_refer_to_earlier_rows_of_the_file(floor: Floor) -> None:
    """In the same piece and in an earlier one; to a row that is refused, or comes later, nobody refers."""
    person = floor.bank.caller("wu", "importer")
    rows = "A1,a,high,\nA2,b,high,A1\nA3,c,high,A2\nA4,,high,\nA5,d,high,A4\nA6,e,high,A7\nA7,f,high,A3\n"

    batch = floor.checked(person, "code,subject,level,parent\n" + rows)
    checked = _reasons(person, batch["id"])
    written = floor.act(person, batch["id"], "write")

    assert [("5", "subject", "Q303"), ("6", "parent", "D109"), ("7", "parent", "D109")] == checked
    assert (checked, batch["checked"]) == (_reasons(person, batch["id"]), written["counts"])
    ids = {row["id"]: row["f_code"] for row in floor.rows()}
    assert [("A1", None), ("A2", "A1"), ("A3", "A2"), ("A7", "A3")] == [
        (row["f_code"], ids.get(row["f_parent"])) for row in floor.rows()
    ]


def test_columns_are_assigned_to_fields(floor: Floor) -> None:
    """A column that is called like no field is told; assigned or left out, the file goes in; what is assigned must be there."""
    person = floor.bank.caller("wu", "importer")
    content = "单号,标题,级别,杂项\nA1,一,高,x\n"

    refused = floor.stage(person, content)
    batch = floor.checked(person, content, map=["单号=code", "标题=subject", "杂项="])
    written = floor.act(person, batch["id"], "write")

    assert (422, ["单号", "标题", "杂项"]) == (refused.status_code, [each["parameter"] for each in refused.json()["errors"]])
    assert [("单号", "code"), ("标题", "subject"), ("级别", "level")] == [
        (each["column"], each["field"]) for each in written["file"]["columns"]
    ]
    assert ("code", [("A1", "一", "high")]) == (
        written["file"]["key"], [(row["f_code"], row["f_subject"], row["f_level"]) for row in floor.rows()],
    )  # fmt: skip
    # A field that he may not know of answers like one that is not there.
    for wrong in ("单号=nothing", "单号=remark", "没有=code", "单号"):
        assert 422 == floor.stage(person, content, map=[wrong]).status_code, wrong


def test_the_preview_says_why_in_the_readers_language(floor: Floor) -> None:
    """The reason stands beside the refused row; a column that the file lacks is called by its label."""
    person = floor.bank.caller("wu", "importer")
    batch = floor.checked(person, "code,level\nA1,high\nA2,huge\n")

    [first, second] = person.get(f"{PATH}/{batch['id']}/preview", headers={"Accept-Language": "zh"}).json()["rows"]

    assert [{"column": "主题", "value": None, "code": "Q303", "reason": "此项必填。"}] == first["reasons"]
    assert ("level", "huge", "D107") == tuple(second["reasons"][0][name] for name in ("column", "value", "code"))


def test_a_colleague_with_the_same_right_takes_back(floor: Floor) -> None:
    """Who imports by the same role sees the batch and undoes it, by own rights and name, and does nothing else with it."""
    person, colleague = floor.bank.caller("wu", "importer"), floor.bank.caller("he", "importer")
    batch = floor.written(person, HEAD + "A1,一,high,1\n")

    assert ["undo"] == floor.one(colleague, batch["id"])["can"]
    assert [batch["id"]] == [each["id"] for each in colleague.get(PATH).json()["items"]]
    undone = floor.act(colleague, batch["id"], "undo")

    assert ("undone", 1, "he") == (undone["state"], undone["undone"], undone["undone_by"]["name"])
    other = floor.checked(person, HEAD + "A2,二,high,1\n")
    assert "Q253" == floor.act(colleague, other["id"], "write", 403)["code"]
