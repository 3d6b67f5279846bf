"""Lists as files: the cells of the list and no more, by the roles that export, within what each lets out."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
from dataclasses import replace
from pathlib import Path

import httpx
import openpyxl
import orjson
import pytest
import sqlalchemy as sa

from builder.cli import main
from forms_dsl.load import load_app
from runtime.commands.export_records import Wish, export_records
from runtime.compile.app import compile_app
from runtime.context import Context
from runtime.failures import Failure, NotAllowed, NotFound
from runtime.identity.tokens import create_token
from runtime.records.read import list_records
from runtime.records.request import ListRequest
from runtime.spreadsheets.cells import unshielded
from runtime.store.database import Database
from runtime.store.tables import audit_event, org_person
from tests.access import comparing, random_apps
from tests.access.random_apps import Small
from tests.kept.conftest import Bank
from tests.publish import desk
from tests.records import lab

ROLES = """\
roles:
  agent:
    label: {zh: 坐席, en: Agent}
    access:
      ticket: {create: true, read: true, update: true}
  taker:
    label: {zh: 导出, en: Taker}
    access:
      ticket: {read: 'level == "high"', export: {rows: 2}}
  careful:
    label: {zh: 需批准, en: Careful}
    access:
      ticket: {read: true, export: {rows: 5, approved_by: role.chief}}
  chief:
    label: {zh: 主管, en: Chief}
    access:
      ticket: {read: true}
"""
FILES = {**desk.FILES, "roles.yaml": ROLES, "lists/tickets.yaml": desk.LIST + "bulk: [export]\n"}
PHONE = "13800001234"


def rows_of(answer: httpx.Response) -> list[list[str]]:
    assert 200 == answer.status_code, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def tickets(agent: httpx.Client, *levels: str) -> None:
    for number, level in enumerate(levels):
        body = {"subject": f"=cmd|{number}", "phone": PHONE, "level": level, "cost": "12.50"}
        assert 201 == agent.post("/api/desk/ticket", json=body).status_code


def events(database: Database, kind: str) -> list[dict[str, object]]:
    with database.read() as connection:
        found = connection.execute(sa.select(audit_event.c.body).where(audit_event.c.kind == kind).order_by(audit_event.c.id))
        return [json.loads(body) for body in found.scalars()]


def test_a_searched_list_is_taken_as_it_was_found(bank: Bank) -> None:
    """A file holds what the search finds for its reader: by the words of what he sees in clear, never by what is masked."""
    bank.publish(FILES)
    tickets(bank.caller("zhou", "agent"), "high", "high", "high")
    taker = bank.caller("wu", "taker")

    found = rows_of(taker.get("/api/desk/ticket/export", params={"format": "csv", "search": "=CMD|1"}))
    masked = rows_of(taker.get("/api/desk/ticket/export", params={"format": "csv", "search": PHONE}))

    assert ["'=cmd|1"] == [row[0] for row in found[1:-1]]
    assert [] == masked[1:-1]


def test_a_file_is_the_list_with_a_name_on_it(bank: Bank) -> None:
    """Labels as people read them, masks as masks, formulas as texts, who and how much at the end, and an event without values."""
    bank.publish(FILES)
    tickets(bank.caller("zhou", "agent"), "high", "low", "high")
    taker = bank.caller("wu", "taker")

    answer = taker.get("/api/desk/ticket/export", params={"format": "csv", "order": "subject", "where": 'phone == "1" or true'})
    assert (400, "Q205") == (answer.status_code, answer.json()["code"])
    rows = rows_of(taker.get("/api/desk/ticket/export", params={"format": "csv", "order": "subject", "where": "cost > 1"}))

    assert ["Subject", "Phone", "Level", "Cost"] == rows[0]
    assert [["'=cmd|0", "High", "12.50"], ["'=cmd|2", "High", "12.50"]] == [[row[0], *row[2:]] for row in rows[1:3]]
    assert PHONE not in str(rows)
    assert rows[3][0].startswith("#qiqiao# Taken by: wu wu; Taken at: 2026-11-24 16:00:00; Records: Desk · Ticket; Number: 2;")
    [body] = events(bank.database, "records.exported")
    assert ("2", "cost > 1", "csv", ["taker"]) == (body["rows"], body["where"], body["format"], body["roles"])
    assert ["subject", "phone", "level", "cost"] == body["columns"]


def test_a_workbook_holds_the_table_and_what_it_is(bank: Bank) -> None:
    """The first sheet is the list, the second who took it; nothing computes."""
    bank.publish(FILES)
    tickets(bank.caller("zhou", "agent"), "high")
    answer = bank.caller("wu", "taker").get("/api/desk/ticket/export", params={"select": "cost,subject"})

    book = openpyxl.load_workbook(io.BytesIO(answer.content))

    assert [("Cost", "Subject"), (12.5, "=cmd|0")] == list(book.worksheets[0].values)
    assert ("s", ["Ticket", "About"]) == (book.worksheets[0]["B2"].data_type, book.sheetnames)
    about = {str(name): str(text) for name, text in book.worksheets[1].values}
    assert ("wu wu", "1") == (about["Taken by"], about["Number"])
    assert "attachment; filename*=UTF-8''Ticket-202611241600.xlsx" == answer.headers["content-disposition"]
    assert ("1", "no-store") == (answer.headers["x-rows"], answer.headers["cache-control"])


def test_a_role_lets_out_its_own_rows_within_its_limit(bank: Bank) -> None:
    """Reading is not taking away: no export right is 403, more rows than the role says 409, what it does not give is not there."""
    bank.publish(FILES)
    agent = bank.caller("zhou", "agent")
    tickets(agent, "high", "high", "low", "high")
    both, nobody = bank.caller("li", "taker", "agent"), bank.caller("qian")

    refused = agent.get("/api/desk/ticket/export")
    assert (403, "Q221") == (refused.status_code, refused.json()["code"])
    assert 404 == nobody.get("/api/desk/ticket/export").status_code
    many = both.get("/api/desk/ticket/export", params={"format": "csv"})
    assert (409, "Q222", 3, 2) == (many.status_code, many.json()["code"], many.json()["rows"], many.json()["limit"])
    fewer = both.get("/api/desk/ticket/export", params={"format": "csv", "where": 'subject != "=cmd|0"'})
    assert 2 == int(fewer.headers["x-rows"])
    assert 0 == int(both.get("/api/desk/ticket/export", params={"where": 'level == "low"'}).headers["x-rows"])
    unknown = both.get("/api/desk/ticket/export", params={"select": "salary"})
    assert (400, "Q203") == (unknown.status_code, unknown.json()["code"])
    screens = [who.get("/api/apps/desk/screens").json()["entities"]["ticket"]["export"] for who in (agent, both)]
    assert [None, {"rows": 2, "alone": 2}] == screens
    assert ["export"] == both.get("/api/apps/desk/screens").json()["lists"]["tickets"]["bulk"]


def test_a_second_person_lets_it_out(bank: Bank) -> None:
    """What a role lets out only with a release is asked for, released by another person with the role, and taken by its asker."""
    bank.publish(FILES)
    tickets(bank.caller("zhou", "agent"), "high", "low", "low")
    asker, chief = bank.caller("wu", "careful", "chief"), bank.caller("li", "chief")
    asked = {"format": "csv", "where": "cost > 1", "note": "月报"}

    waits = asker.get("/api/desk/ticket/export", params={"format": "csv"})
    assert (409, "Q223", ["chief"]) == (waits.status_code, waits.json()["code"], waits.json()["released_by"])
    made = asker.post("/api/desk/ticket/exports", json=asked)
    assert (201, "open", 3, ["withdraw"]) == (made.status_code, *(made.json()[key] for key in ("state", "rows", "can")))
    id = made.json()["id"]
    [told] = chief.get("/api/notices").json()["items"]
    assert ("export_waits", id, "wu", "Ticket") == (told["kind"], told["record_id"], told["actor"]["name"], told["record_title"])
    assert [] == asker.get("/api/notices").json()["items"], "who asks holds the role too, and does not release"
    early = asker.get(f"/api/desk/exports/{id}/file")
    assert (409, "Q225") == (early.status_code, early.json()["code"])
    own = asker.post(f"/api/desk/exports/{id}/release")
    assert (403, "Q224") == (own.status_code, own.json()["code"])
    assert [["release", "return"]] == [each["can"] for each in chief.get("/api/desk/ticket/exports").json()["items"]]
    assert 404 == bank.caller("sun", "agent").get("/api/desk/ticket/exports").status_code
    assert 404 == bank.caller("he", "taker").post(f"/api/desk/exports/{id}/release").status_code

    released = chief.post(f"/api/desk/exports/{id}/release")
    assert 200 == released.status_code, released.text
    assert ("released", []) == tuple(released.json()[key] for key in ("state", "can"))
    assert 409 == chief.post(f"/api/desk/exports/{id}/return").status_code
    assert 404 == chief.get(f"/api/desk/exports/{id}/file").status_code
    assert 3 == len(rows_of(asker.get(f"/api/desk/exports/{id}/file"))) - 2
    assert [1] == [each["taken"] for each in asker.get("/api/desk/ticket/exports").json()["items"]]
    assert [id] == [body["release"] for body in events(bank.database, "records.exported")]
    assert [1, 1] == [len(events(bank.database, f"export.{kind}")) for kind in ("asked", "released")]


def test_what_a_filter_says_of_personal_data_stays_out_of_the_trail(database: Database, tmp_path: Path) -> None:
    """A filter over a personal field is kept by the names that it reads, without the value."""
    roles = lab.ROLES.replace("id_no: read, income: write}}", "id_no: read, income: write}, export: true}")
    app = lab.lab_with(roles=roles)
    lab.prepare(database)
    lab.make_tables(database, app)
    lab.add_client(database, "a", id_no="110101199003077578", vip=True, level="low")
    who = lab.context(lab.person("tom", "vips"), app=app)
    wish = Wish("lab", "client", ListRequest(where='id_no == "110101199003077578"'), "csv")

    with export_records(database, who, wish, tmp_path) as exported:
        assert 1 == exported.rows
        assert b"110101199003077578" in exported.file.read()
    [body] = events(database, "records.exported")

    assert ["id_no"] == body["where"]


def test_values_as_they_are_kept_come_back(database: Database, tmp_path: Path) -> None:
    """Without labels the columns are called like the fields and hold what a request would send."""
    app = lab.lab_with(roles=lab.ROLES.replace("read: vip, deny", "export: true, read: vip, deny"))
    lab.prepare(database)
    lab.make_tables(database, app)
    values = {
        "full_name": "-1,\"x\"\n'=2", "level": "mid", "tags": ["a", "c"], "income": "1234567890123456.78", "rate": "-0.5000", "visits": 3,
        "vip": True, "born": "1890-01-31", "met_at": "2026-01-31T09:30:00.123Z", "remark": "@x",
    }  # fmt: skip
    lab.add_client(database, "007", **values)
    who = lab.context(lab.person("tom", "vips"), app=app)

    wish = Wish("lab", "client", ListRequest(select=("code", *values)), "csv", labels=False)
    with export_records(database, who, wish, tmp_path) as exported:
        names, *rows = csv.reader(io.StringIO(exported.file.read().decode("utf-8-sig"), newline=""))

    [row] = [dict(zip(names, map(unshielded, row), strict=True)) for row in rows]
    wanted = {**values, "code": "007", "tags": "a,c", "visits": "3", "vip": "true"}
    assert wanted == row
    assert list(tmp_path.rglob("arriving/*")) == []


def _exporting(small: Small, exports: frozenset[str]) -> tuple[Small, Small]:
    """The app with these roles exporting papers, and as if only these roles read papers."""
    roles = json.loads(small.roles)["roles"]
    alone = json.loads(small.roles)["roles"]
    for name in roles:
        if name in exports:
            roles[name]["access"]["paper"]["export"] = "true"
        else:
            alone[name]["access"]["paper"]["read"] = "false"
    text = json.dumps({"roles": roles}, indent=1)
    files = {"app.yaml": random_apps.APP, "params.yaml": random_apps.PARAMS, "roles.yaml": text}
    loaded = load_app(files | {f"entities/{name}.yaml": each for name, each in small.entities.items()})
    assert loaded.app is not None
    return replace(small, compiled=compile_app(loaded.app, 1)), replace(small, roles=json.dumps({"roles": alone}, indent=1))


@pytest.mark.parametrize("block", range(2))
def test_exported_cells_are_those_of_the_list(database: Database, tmp_path: Path, block: int) -> None:
    """Random apps, roles and rows: each cell is what the exporting roles show by a naive reading; where all export, the list's."""
    lab.prepare(database)
    compared = 0
    for seed in range(5_000 + block * 100, 5_006 + block * 100):
        chance = random.Random(seed)
        exports = frozenset(f"r{n}" for n in range(5) if chance.random() < 0.6)
        small, alone = _exporting(random_apps.make(seed), exports)
        random_apps.write(database, small)
        names = ["id", *small.compiled.entities["paper"].entity.fields]
        for person in small.people:
            who, oracle = small.context(person), alone.oracle(person)
            wanted = comparing._expected(oracle, "paper", names[1:]) if oracle.held & exports else None
            found = _exported(database, who, tmp_path, names)
            if wanted is None:
                assert found is None, (seed, person)
                continue
            assert [{name: _text(row[name]) for name in names} for row in wanted] == found, (seed, person)
            if oracle.held <= exports:
                with database.read() as connection:
                    page = list_records(connection, who, "papers", "paper", ListRequest(limit=200))
                shown = [orjson.loads(item) for item in page.items]
                assert [{name: _text(row.get(name)) for name in names} for row in shown] == found, (seed, person)
            compared += len(found)
    assert compared > 50


def _exported(database: Database, who: Context, folder: Path, names: list[str]) -> list[dict[str, str]] | None:
    known: list[str] = []
    for name in names:
        try:
            with export_records(database, who, Wish("papers", "paper", ListRequest(select=(name,)), "csv"), folder):
                known.append(name)
        except (NotAllowed, NotFound):
            return None
        except Failure as failure:
            assert "Q203" == failure.code
    wish = Wish("papers", "paper", ListRequest(select=tuple(known)), "csv", labels=False)
    with export_records(database, who, wish, folder) as exported:
        head, *rows = csv.reader(io.StringIO(exported.file.read().decode("utf-8-sig"), newline=""))
    return [dict.fromkeys(names, "") | dict(zip(head, map(unshielded, row), strict=True)) for row in rows]


def _text(value: object) -> str:
    return "" if value in (None, comparing.ABSENT) else str(value).lower() if isinstance(value, bool) else str(value)


def test_a_list_is_exported_at_the_command_line(
    bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the rights of a person, whose name stands on it; what needs a release with a second person who shows a token."""
    bank.publish(FILES)
    tickets(bank.caller("zhou", "agent"), "high", "low")
    bank.caller("wu", "careful"), bank.caller("he", "taker"), bank.caller("li", "chief")
    with bank.database.write() as connection:
        chief = connection.execute(sa.select(org_person.c.id).where(org_person.c.f_username == "li")).scalar_one()
        _, token = create_token(connection, chief, "test", dt.timedelta(days=9_000), desk.NOW)
    monkeypatch.setenv("QIQIAO_DATA", str(tmp_path))
    monkeypatch.setenv("QIQIAO_DATABASE_URL", bank.database.url)
    monkeypatch.setenv("QIQIAO_LOCALE", "en")
    file = tmp_path / "tickets.csv"

    def export(*more: str) -> tuple[int, str]:
        code = main(["export", "desk.ticket", str(file), *more])
        written = capsys.readouterr()
        return code, written.out + written.err

    assert 0 == export("--as", "he", "--codes")[0]
    head, first, *rest = file.read_text("utf-8-sig").splitlines()
    assert ("subject,phone,level,cost", True, []) == (head, first.startswith("'=cmd|0,"), rest)
    code, said = export("--as", "wu")
    assert (1, True) == (code, "has to release these 2 records" in said)
    monkeypatch.setenv("QIQIAO_APPROVER_TOKEN", token)
    code, said = export("--as", "wu", "--approver", "li")
    assert (0, True) == (code, said.startswith("2 records in "))
    assert "#qiqiao# Taken by: wu wu" in file.read_text("utf-8-sig")
    assert 1 == export("--as", "nobody")[0]
