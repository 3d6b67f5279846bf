"""A file becomes records as a batch: staged, checked, released by another person, written, under the rights of who brings it."""

from __future__ import annotations

import csv
import io

import httpx
import openpyxl
import pytest
import sqlalchemy as sa

from forms_dsl.model import Transfer
from runtime.failures import Conflict
from runtime.identity.holdings import Given, grant_role, revoke_role
from runtime.records.importing import Terms, terms_of
from runtime.records.transfers import TransferRight
from runtime.store.tables import audit_event, import_row
from tests.imports.batches import FILES, HEAD, PATH, Floor
from tests.publish import desk

FIVE = HEAD + "A1,一,high,1.50\nA2,二,low,2\nA3,,高,3\nA1,x,high,4\nA5,=5+5,High,\n"


def reasons(answer: httpx.Response) -> list[list[str]]:
    assert 200 == answer.status_code, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))[1:-1]


def test_a_check_says_what_writing_will_do(floor: Floor) -> None:
    """Counts, first rows and reasons are there before a single record is; then the very same is written, and stands in the trail."""
    person = floor.bank.caller("wu", "importer")
    batch = floor.checked(person, FIVE)
    preview = person.get(f"{PATH}/{batch['id']}/preview").json()

    counts = {"rows": 5, "created": 2, "changed": 0, "unchanged": 0, "rejected": 3}
    assert ("checked", counts, {"rows": 5, "of": 5}, ["write", "cancel"]) == (
        batch["state"], batch["checked"], batch["progress"], batch["can"],
    )  # fmt: skip
    assert [(2, "created"), (3, "rejected"), (4, "rejected"), (5, "rejected"), (6, "created")] == [
        (row["row"], row["act"]) for row in preview["rows"]
    ]
    assert {"code": "A1", "subject": "一", "level": "high", "cost": "1.50"} == preview["rows"][0]["values"]
    assert [
        ["3", "", "", "Q403", "You may not create a record with these values."],
        ["4", "subject", "", "Q303", "This is required."],
        ["5", "code", "A1", "D108", "The same as row 2."],
    ] == reasons(person.get(f"{PATH}/{batch['id']}/errors"))
    assert [] == floor.rows()

    written = floor.act(person, batch["id"], "write")

    assert ("written", counts, ["undo"]) == (written["state"], written["counts"], written["can"])
    assert [("A1", "一"), ("A5", "=5+5")] == [(row["f_code"], row["f_subject"]) for row in floor.rows()]
    with floor.bank.database.read() as connection:
        of_batch = sa.select(audit_event.c.kind).where(audit_event.c.request_id == batch["id"]).order_by(audit_event.c.id)
        kinds = list(connection.scalars(of_batch))
        assert ["import.checked", "record.created", "record.created", "imported"] == kinds
        actors = set(connection.scalars(sa.select(audit_event.c.actor).where(audit_event.c.kind == "record.created")))
    assert {batch["started_by"]["id"]} == actors


def test_reasons_come_as_a_workbook_in_the_readers_language(floor: Floor) -> None:
    """The same reasons for a spreadsheet, in Chinese, and nothing in it computes."""
    person = floor.bank.caller("wu", "importer")
    batch = floor.checked(person, HEAD + "=1+1,一,high,=cmd\n")

    answer = person.get(f"{PATH}/{batch['id']}/errors", params={"format": "xlsx"}, headers={"Accept-Language": "zh"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]

    assert [("行", "列", "值", "代码", "原因"), (2, "cost", "=cmd", "V001")] == [next(sheet.values), [*sheet.values][1][:4]]  # type: ignore[comparison-overlap]
    assert "s" == sheet["C2"].data_type
    assert 400 == person.get(f"{PATH}/{batch['id']}/errors", params={"format": "pdf"}).status_code


def test_each_reason_has_its_code(floor: Floor) -> None:
    """What cannot be read, has no value, or names no record of one's own: each by its code, column and value."""
    person = floor.bank.caller("wu", "importer")
    batch = floor.checked(person, "code,subject,level,parent\nA1,a,high\nA2,b,huge,\nA3,c,high,ZZ\n")

    told = reasons(person.get(f"{PATH}/{batch['id']}/errors"))

    assert [["2", "", "", "D106"], ["3", "level", "huge", "D107"], ["4", "parent", "ZZ", "D109"]] == [row[:4] for row in told]


def test_more_rows_than_a_role_lets_in_are_refused() -> None:
    """The limit of the widest role counts, and of two that suffice the one that wants no release."""
    rights = [TransferRight("a", Transfer(2)), TransferRight("b", Transfer(5, "chief"))]

    assert [Terms(("a",), ()), Terms(("b",), ("chief",))] == [terms_of(rights, rows, with_release=False) for rows in (2, 3)]
    assert Terms(("a", "b"), ("chief",)) == terms_of(rights, 2, with_release=True)
    with pytest.raises(Conflict) as refused:
        terms_of(rights, 6, with_release=False)
    assert ("Q252", 5) == (refused.value.code, refused.value.extra["limit"])


def test_a_record_is_found_again_and_only_what_differs_is_changed(floor: Floor) -> None:
    """A second file: equal rows are unchanged, others changed; an earlier batch of the same bytes is told."""
    person = floor.bank.caller("wu", "importer")
    first = floor.written(person, HEAD + "A1,一,high,1\nA2,二,high,2\n")
    second = floor.written(person, HEAD + "A1,一,high,1\nA2,贰,high,2\nA3,三,high,\n")
    again = floor.checked(person, HEAD + "A1,一,high,1\nA2,二,high,2\n")

    assert (None, first["id"]) == (first["earlier"], again["earlier"])
    assert {"rows": 3, "created": 1, "changed": 1, "unchanged": 1, "rejected": 0} == second["counts"]
    assert [(1, "一"), (2, "贰"), (1, "三")] == [(row["version"], row["f_subject"]) for row in floor.rows()]
    preview = person.get(f"{PATH}/{again['id']}/preview").json()["rows"]
    assert {"subject": "贰"} == preview[1]["before"]


def test_a_row_outside_ones_rows_is_neither_changed_nor_told_of(floor: Floor) -> None:
    """A code of a record that one may not see answers as any other that is taken; a record may not be moved out of one's rows."""
    agent, person = floor.bank.caller("zhou", "agent"), floor.bank.caller("wu", "importer")
    assert 201 == agent.post("/api/desk/ticket", json={"code": "A1", "subject": "theirs", "level": "low"}).status_code
    floor.written(person, HEAD + "A2,mine,high,\n")

    batch = floor.written(person, HEAD + "A1,mine,high,\nA2,mine,low,\n")

    told = reasons(person.get(f"{PATH}/{batch['id']}/errors"))
    assert [("2", "code", "Q306"), ("3", "Q403")] == [tuple(told[0][:2] + [told[0][3]]), (told[1][0], told[1][3])]
    assert [("theirs", "low"), ("mine", "high")] == [(row["f_subject"], row["f_level"]) for row in floor.rows()]


def test_only_importing_roles_write(floor: Floor) -> None:
    """What another role lets a person change is not changed by an import."""
    person = floor.bank.caller("wu", "importer", "agent")

    batch = floor.written(person, HEAD + "A1,一,high,\nA2,二,low,\n")

    assert (1, 1) == (batch["counts"]["created"], batch["counts"]["rejected"])


def test_columns_are_fields_that_one_knows_and_enters(floor: Floor) -> None:
    """A hidden field answers as one that does not exist; a file that cannot be read at all is refused before it is kept."""
    person = floor.bank.caller("wu", "importer")

    hidden, absent = floor.stage(person, "code,remark\nA1,x\n"), floor.stage(person, "code,nothing\nA1,x\n")

    assert [(422, "D105"), (422, "D105")] == [(each.status_code, each.json()["code"]) for each in (hidden, absent)]
    assert hidden.json()["detail"].replace("remark", "nothing") == absent.json()["detail"]
    for broken in (
        b"",
        b"code,code\n1,2\n",
        b"code,\n1,2\n",
        b"\xff\xfec\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1x",
        b"PK\x03\x04nothing",
    ):
        assert (422, "D010") == ((answer := floor.stage(person, broken)).status_code, answer.json()["code"]), broken
    assert 415 == person.post(PATH, params={"name": "x.csv"}, json={}).status_code
    assert 0 == person.get(PATH).json()["count"]


def test_the_import_right_decides(floor: Floor) -> None:
    """Without it nothing is staged; of batches of others one knows nothing; above the rows of one's roles a batch fails."""
    agent, small = floor.bank.caller("zhou", "agent"), floor.bank.caller("he", "small")
    stranger = floor.bank.caller("nobody")
    batch = floor.checked(small, HEAD + "A1,一,high,\nA2,二,high,\nA3,三,high,\n")

    assert [(403, "Q251"), (404, "Q404")] == [
        ((answer := floor.stage(each, FIVE)).status_code, answer.json()["code"]) for each in (agent, stranger)
    ]
    assert ("failed", []) == (batch["state"], batch["can"])
    assert "your roles let 2 in at once" in batch["error"]["en"]
    assert 404 == floor.bank.caller("wu", "importer").get(f"{PATH}/{batch['id']}").status_code
    assert 404 == agent.get(PATH).status_code


def test_a_second_person_releases(floor: Floor) -> None:
    """Who brings a file never releases it, whatever he holds; another person does, who sees of it what he may see."""
    person, chief = floor.bank.caller("wu", "careful", "chief"), floor.bank.caller("li", "chief")
    batch = floor.checked(
        person, "code,subject,phone,remark\nA1,一,13800001234,secret\n,,13800009999,x\n", note="from the branch"
    )
    id = batch["id"]

    assert (["cancel"], [{"zh": "主管", "en": "Chief"}]) == (batch["can"], batch["released_by"])
    [told] = chief.get("/api/notices").json()["items"]
    assert ("import_waits", id, "wu") == (told["kind"], told["record_id"], told["actor"]["name"])
    assert [] == person.get("/api/notices").json()["items"]
    assert "Q254" == floor.act(person, id, "write", 409)["code"]
    assert "Q253" == floor.act(person, id, "release", 403)["code"]
    assert ["release", "refuse"] == floor.one(chief, id)["can"]
    assert "Q253" == floor.act(chief, id, "write", 403)["code"]
    [row, _] = chief.get(f"{PATH}/{id}/preview").json()["rows"]
    assert {"code": "A1", "subject": "一", "phone": "****"} == row["values"]
    assert "remark" not in row["values"]
    assert "13800009999" not in chief.get(f"{PATH}/{id}/errors").text

    released = floor.act(chief, id, "release", note="checked by phone")
    assert ("released", [], "checked by phone") == (released["state"], released["can"], released["decision_note"])
    assert "Q254" == floor.act(chief, id, "refuse", 409)["code"]
    assert ("written", 1) == ((written := floor.act(person, id, "write"))["state"], written["counts"]["created"])


def test_who_reads_only_some_records_sees_those_rows(floor: Floor) -> None:
    """Of rows that would not be among his own he sees that there are so many; of a rejected one why, without its values."""
    narrow = "  chief:\n    label: {zh: 主管, en: Chief}\n    access:\n      ticket: {read: 'level == \"high\"'}\n"
    roles = FILES["roles.yaml"]
    start, end = roles.index("  chief:"), roles.index("  bulk:")
    floor.bank.publish({**FILES, "roles.yaml": roles[:start] + narrow + roles[end:]})
    person, chief = floor.bank.caller("wu", "careful"), floor.bank.caller("li", "chief")
    batch = floor.checked(person, HEAD + "A1,secret,low,\nA2,,low,oops\nA3,theirs,high,\n")

    preview = chief.get(f"{PATH}/{batch['id']}/preview").json()

    third = {"code": "A3", "subject": "theirs", "level": "high", "cost": None}
    assert [("created", {}), ("rejected", {}), ("created", third)] == [(row["act"], row["values"]) for row in preview["rows"]]
    assert [] == floor.rows()
    assert [["3", "cost", "", "V001"]] == [row[:4] for row in reasons(chief.get(f"{PATH}/{batch['id']}/errors"))]


def test_a_refused_batch_is_never_written(floor: Floor) -> None:
    """The other person's no is the end; so is the importer's own cancelling."""
    person, chief = floor.bank.caller("wu", "careful"), floor.bank.caller("li", "chief")
    refused = floor.act(chief, floor.checked(person, FIVE)["id"], "refuse", note="wrong file")
    cancelled = floor.act(person, floor.checked(person, FIVE)["id"], "cancel")

    assert (["refused", "cancelled"], [[], []]) == ([refused["state"], cancelled["state"]], [refused["can"], cancelled["can"]])
    for batch in (refused, cancelled):
        assert 409 == person.post(f"{PATH}/{batch['id']}/write", json={}).status_code
    assert [] == floor.rows()
    assert ["cancelled", "refused"] == [each["state"] for each in person.get(PATH).json()["items"]]


def test_a_release_may_be_asked_for(floor: Floor) -> None:
    """Of two importing roles the one without a release goes first; with `release` both count, and the other person decides."""
    person = floor.bank.caller("wu", "importer", "careful")

    usual, wide = floor.checked(person, HEAD + "A1,一,low,\n"), floor.checked(person, HEAD + "A1,一,low,\n", release=True)

    assert ([], 1) == (usual["released_by"], usual["checked"]["rejected"])
    assert (1, 0) == (len(wide["released_by"]), wide["checked"]["rejected"])


def test_rights_are_those_of_the_moment_of_writing(floor: Floor) -> None:
    """A role that was taken away after the check writes nothing; what it is told stands with the batch, which goes on when it is back."""
    person = floor.bank.caller("wu", "importer", "agent")
    batch = floor.checked(person, HEAD + "A1,一,high,\n")
    answer = person.post(f"{PATH}/{batch['id']}/write", json={})
    assert ("writing", ["cancel"]) == (answer.json()["state"], answer.json()["can"])
    with floor.bank.database.write() as connection:
        revoke_role(connection, batch["started_by"]["id"], "desk", "importer", Given(desk.NOW))
    floor.work()

    stopped = floor.one(person, batch["id"])
    assert ("stopped", ["write", "undo"]) == (stopped["state"], stopped["can"])
    assert "None of your roles imports" in stopped["error"]["en"]
    assert [] == floor.rows()

    with floor.bank.database.write() as connection:
        grant_role(connection, batch["started_by"]["id"], "desk", "importer", Given(desk.NOW))
    assert "written" == floor.act(person, batch["id"], "write")["state"]
    with floor.bank.database.read() as connection:
        assert 1 == connection.scalar(sa.select(sa.func.count()).select_from(import_row))


def test_a_value_that_one_does_not_see_is_not_told_by_comparing(floor: Floor) -> None:
    """Whoever sees a field masked learns nothing of it by a file: an equal value counts as changed as well as another one."""
    person, chief = floor.bank.caller("he", "careful"), floor.bank.caller("li", "chief")
    first = floor.checked(person, "code,subject,phone\nA1,x,13800001234\n")
    floor.act(chief, first["id"], "release")
    floor.act(person, first["id"], "write")

    equal = floor.checked(person, "code,phone\nA1,13800001234\n")
    other = floor.checked(person, "code,phone\nA1,13800001235\n")

    assert [1, 1] == [batch["checked"]["changed"] for batch in (equal, other)]
    assert [{"phone": "****"}, {"phone": "****"}] == [
        person.get(f"{PATH}/{batch['id']}/preview").json()["rows"][0]["before"] for batch in (equal, other)
    ]
