"""Masked fields in clear: by the role that gives this very record, for a reason, within the day's limit, with an event."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from builder.cli import main
from forms_dsl.load import load_app
from runtime.commands.reveal_fields import RevealWish, reveal_fields
from runtime.compile.app import compile_app
from runtime.context import Context, Principal
from runtime.failures import Invalid, TooMany
from runtime.store.database import Database
from runtime.store.tables import audit_event, idempotency
from tests.kept.conftest import Bank, bank
from tests.publish import desk
from tests.records import test_encrypted
from tests.records.test_encrypted import settings, vault
from tests.serving import PLAIN

__all__ = ["bank", "settings", "vault"]

PHONE, WHY = "13800001234", "客户来电核实身份"
TICKET = (
    desk.TICKET
    + """\
  pin: {type: text, max: 8, class: C3, label: {zh: 密码, en: Pin}}
  people: {type: rows, of: contact, label: {zh: 联系人, en: People}}
rows:
  contact:
    label: {zh: 联系人, en: Contact}
    fields:
      name: {type: text, max: 40, label: {zh: 姓名, en: Name}}
      mobile: {type: text, max: 20, class: C2, label: {zh: 手机, en: Mobile}}
      mail: {type: text, max: 40, class: C2, label: {zh: 邮箱, en: Mail}}
"""
)
ROLES = """\
roles:
  agent:
    label: {zh: 坐席, en: Agent}
    access:
      ticket: {create: true, read: true, update: true}
  looker:
    label: {zh: 核实, en: Looker}
    access:
      ticket: {read: 'level == "high"', unmask: [phone, pin, people.mobile]}
  viewer:
    label: {zh: 查看, en: Viewer}
    access:
      ticket: {read: true, fields: {cost: masked, phone: hidden}}
  opener:
    label: {zh: 明文, en: Opener}
    access:
      ticket: {read: 'level == "low"', fields: {phone: read}, unmask: [phone, cost]}
"""
FILES = {**desk.FILES, "entities/ticket.yaml": TICKET, "roles.yaml": ROLES}


def ticket(bank: Bank, level: str = "high") -> str:
    contacts = [{"name": "李", "mobile": "13900000001", "mail": "li@example.com"}]
    body = {"subject": "s", "phone": PHONE, "level": level, "cost": "12.50", "people": contacts}
    made = bank.caller(f"writer-{level}", "agent").post("/api/desk/ticket", json=body)
    assert 201 == made.status_code, made.text
    return str(made.json()["id"])


def revealed(caller: httpx.Client, id: str, *fields: str, reason: str = WHY) -> httpx.Response:
    return caller.post(f"/api/desk/ticket/{id}/reveal", json={"fields": list(fields), "reason": reason})


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


def events(database: Database, kind: str) -> list[sa.Row[tuple[object, ...]]]:
    with database.read() as connection:
        return list(connection.execute(sa.select(audit_event).where(audit_event.c.kind == kind).order_by(audit_event.c.id)))


def test_a_masked_field_is_revealed_with_its_reason_in_the_trail(bank: Bank) -> None:
    """The value is answered once and kept nowhere; the trail names person, record, fields and reason, never the value."""
    bank.publish(FILES)
    id, looker = ticket(bank), bank.caller("zhou", "looker")
    answer = revealed(looker, id, "phone")

    assert {"id": id, "version": 1, "values": {"phone": PHONE}, "left": 49} == answer.json()
    assert "no-store" == answer.headers["Cache-Control"]
    [event] = events(bank.database, "record.revealed")
    assert {"fields": ["phone"], "reason": WHY} == json.loads(event.body)
    assert ("desk", "ticket", id, 1) == (event.app, event.entity, event.record_id, event.record_version)
    assert PHONE not in str(events(bank.database, "record.revealed"))


def test_what_was_revealed_stays_masked_everywhere_else(bank: Bank) -> None:
    """After it the record, the list, a filter and a search answer as before: no value can be guessed at."""
    bank.publish(FILES)
    id, looker = ticket(bank), bank.caller("zhou", "looker")
    before = looker.get(f"/api/desk/ticket/{id}").json()
    assert 200 == revealed(looker, id, "phone").status_code

    assert before == looker.get(f"/api/desk/ticket/{id}").json()
    assert [before["phone"]] == [item["phone"] for item in looker.get("/api/desk/ticket").json()["items"]]
    for guess in (PHONE, "13800009999"):
        filtered = looker.get("/api/desk/ticket", params={"where": f'phone == "{guess}"'})
        assert (400, "Q205") == (filtered.status_code, filtered.json()["errors"][0]["code"])
        assert [] == looker.get("/api/desk/ticket", params={"search": guess}).json()["items"]


def test_a_reason_is_wanted(bank: Bank) -> None:
    """Without a reason, or with one that says nothing, nothing is shown, counted or kept."""
    bank.publish(FILES)
    id, looker = ticket(bank), bank.caller("zhou", "looker")
    short = [revealed(looker, id, "phone", reason=reason) for reason in ("", "  x  ", "a" * 201)]
    bodies = (
        {"fields": ["phone"]},
        {"fields": [], "reason": WHY},
        {"fields": "phone", "reason": WHY},
        [],
        {"reason": WHY, "fields": [1]},
    )
    strange = [looker.post(f"/api/desk/ticket/{id}/reveal", json=body) for body in bodies]

    assert [[("/reason", "Q227")]] * 3 == [codes(answer) for answer in short]
    assert {422} == {answer.status_code for answer in (*short, *strange)}
    assert [] == events(bank.database, "record.revealed")
    assert 49 == revealed(looker, id, "phone").json()["left"]


def test_unmask_counts_on_the_rows_of_its_own_role_only(bank: Bank) -> None:
    """One role's rows do not go with another role's unmask, and no role unmasks what it hides or shows in clear."""
    bank.publish(FILES)
    high, low = ticket(bank), ticket(bank, "low")
    both = bank.caller("zhou", "looker", "viewer")
    opener = bank.caller("wu", "opener", "agent")

    assert {"phone": PHONE} == revealed(both, high, "phone").json()["values"]
    assert [("/fields/0", "Q226")] == codes(revealed(both, high, "cost"))  # masked by a role that unmasks nothing
    # Of the low one `viewer` gives the row and hides the phone: it answers as what is not there.
    assert [("/fields/0", "Q301")] == codes(revealed(both, low, "phone"))
    assert codes(revealed(both, low, "nothing")) == codes(revealed(both, low, "phone"))
    assert [("/fields/0", "Q226")] == codes(revealed(opener, low, "phone"))  # it is in clear there
    assert [("/fields/0", "Q226")] == codes(revealed(opener, high, "phone"))  # masked by `agent`, whose rows it is on


@pytest.mark.parametrize("name", ["pin", "subject", "id", "people", "people.mail", "owner.name", "phone.x", ""])
def test_what_may_not_be_unmasked_is_refused(bank: Bank, name: str) -> None:
    """Never a C3 value, whatever a role says; nothing of what is refused is shown beside what would be allowed."""
    bank.publish(FILES)
    id, looker = ticket(bank), bank.caller("zhou", "looker")
    answer = revealed(looker, id, "phone", name)

    assert 422 == answer.status_code
    assert ["/fields/1"] == [pointer for pointer, _ in codes(answer)]
    assert PHONE not in answer.text


def test_a_record_that_may_not_be_read_is_not_there(bank: Bank) -> None:
    """Another's record, one that is deleted and one that never was answer alike."""
    bank.publish(FILES)
    low, looker = ticket(bank, "low"), bank.caller("zhou", "looker")
    stranger, nobody = bank.caller("wu"), httpx.Client(base_url=bank.base, timeout=30, verify=PLAIN)
    answers = [revealed(looker, id, "phone") for id in (low, "0" * 36, "no id;", "%2e")]

    assert {(404, "Q404")} == {(answer.status_code, answer.json()["code"]) for answer in answers}
    assert 404 == revealed(stranger, low, "phone").status_code
    assert 401 == revealed(nobody, low, "phone").status_code


def test_child_rows_are_revealed_by_their_fields(bank: Bank) -> None:
    """Of the rows of a record only the fields that were asked for are shown, each row by its key."""
    bank.publish(FILES)
    id, looker = ticket(bank), bank.caller("zhou", "looker")
    [row] = looker.get(f"/api/desk/ticket/{id}").json()["people"]

    assert "13900000001" != row["mobile"]
    assert {"people": [{"id": row["id"], "mobile": "13900000001"}]} == revealed(looker, id, "people.mobile").json()["values"]
    both = revealed(looker, id, "people.mobile", "phone").json()["values"]
    assert {"people", "phone"} == both.keys()


def test_a_day_has_a_limit(bank: Bank) -> None:
    """The limit is each person's own; the first refusal of a day is an event, and the next day begins anew."""
    bank.publish(FILES)
    id = ticket(bank)
    zhou, wu = bank.caller("zhou", "looker"), bank.caller("wu", "looker")
    who = zhou.get("/api/auth/me").json()["id"]
    answers = [revealed(zhou, id, "phone") for _ in range(52)]

    assert [*range(49, -1, -1)] == [answer.json()["left"] for answer in answers[:50]]
    assert [(429, "Q228", 50)] * 2 == [(a.status_code, a.json()["code"], a.json()["limit"]) for a in answers[50:]]
    assert [who] == [event.actor for event in events(bank.database, "reveals_used_up")]
    assert 50 == len(events(bank.database, "record.revealed"))
    assert 49 == revealed(wu, id, "phone").json()["left"]


def _looker(bank: Bank, now: dt.datetime = desk.NOW) -> Context:
    person = Principal("p1", "p1", "p1", None, None, None, None, roles={"desk": frozenset({"looker"})})
    return Context(person, bank.releases.current(), now, now.date(), "request")


def test_two_at_one_time_never_share_the_last_place(bank: Bank) -> None:
    """Of twelve at once as many are answered as the day has places left, and each of them has its event."""
    bank.publish(FILES)
    id, who = ticket(bank), _looker(bank)

    def once(_: int) -> bool:
        try:
            reveal_fields(bank.database, who, "desk", "ticket", id, RevealWish(("phone",), WHY), 5)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        answered = list(threads.map(once, range(12)))

    assert 5 == sum(answered)
    assert 5 == len(events(bank.database, "record.revealed"))
    assert 1 == len(events(bank.database, "reveals_used_up"))


def test_the_next_day_begins_anew(bank: Bank) -> None:
    """Days are those of the bank; a limit of none reveals nothing at all."""
    bank.publish(FILES)
    id, wish = ticket(bank), RevealWish(("phone",), WHY)
    today, tomorrow = _looker(bank), _looker(bank, desk.NOW + dt.timedelta(days=1))
    with pytest.raises(TooMany):
        reveal_fields(bank.database, today, "desk", "ticket", id, wish, 0)

    assert 1 == reveal_fields(bank.database, tomorrow, "desk", "ticket", id, wish, 2)["left"]
    assert 0 == reveal_fields(bank.database, tomorrow, "desk", "ticket", id, wish, 2)["left"]
    with pytest.raises(TooMany):
        reveal_fields(bank.database, tomorrow, "desk", "ticket", id, wish, 2)


def test_the_answer_is_not_kept_for_a_repetition(bank: Bank) -> None:
    """An Idempotency-Key keeps no value in clear: each repetition is a look of its own."""
    bank.publish(FILES)
    id, looker = ticket(bank), bank.caller("zhou", "looker")
    body = {"fields": ["phone"], "reason": WHY}
    answers = [
        looker.post(f"/api/desk/ticket/{id}/reveal", json=body, headers={"Idempotency-Key": "k"}).json()["left"] for _ in range(2)
    ]
    with bank.database.read() as connection:
        kept = [row.path for row in connection.execute(sa.select(idempotency.c.key.label("path")))]

    assert [49, 48] == answers
    assert [] == kept


def test_the_trail_tells_the_auditor_and_the_record_tells_nobody(
    bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who revealed what and why is the auditor's to read, over REST and at the command line; the record's history is silent."""
    bank.publish(FILES)
    id, looker = ticket(bank), bank.caller("zhou", "looker", "agent")
    auditor = bank.caller("qian", platform=("auditor",))
    revealed(looker, id, "phone", "people.mobile")
    [event] = auditor.get("/api/audit/events", params={"kind": "record.revealed"}).json()["items"]

    assert ("zhou", id) == (event["actor"]["name"], event["record_id"])
    assert {"fields": ["people.mobile", "phone"], "reason": WHY} == event["body"]
    kinds = {item["kind"] for item in looker.get(f"/api/desk/ticket/{id}/history").json()["items"]}
    assert {"record.created"} == kinds
    assert 403 == looker.get("/api/audit/events").status_code

    monkeypatch.setenv("QIQIAO_DATA", str(tmp_path))
    assert 0 == main(["audit", "--database", bank.database.url, "--kind", "record.revealed", "--person", "zhou"])
    [line] = capsys.readouterr().out.splitlines()
    assert ["zhou", "record.revealed"] == line.split("\t")[1:3]
    assert f"fields: people.mobile, phone; reason: {WHY}" == line.split("\t")[4]


def test_screens_and_openapi_say_what_may_be_revealed(bank: Bank) -> None:
    """A field is marked where some role of the person masks and unmasks it; nobody else hears of the call."""
    bank.publish(FILES)
    looker, agent = bank.caller("zhou", "looker"), bank.caller("wu", "agent")
    shown = [each.get("/api/apps/desk/screens").json()["entities"]["ticket"]["fields"] for each in (looker, agent)]
    [told, untold] = [each.get("/api/desk/openapi.json").json()["paths"] for each in (looker, agent)]
    path = "/api/desk/ticket/{id}/reveal"

    assert [["phone"], []] == [[name for name, field in fields.items() if field.get("reveal")] for fields in shown]
    assert path not in untold
    body = told[path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert ["people.mobile", "phone"] == body["properties"]["fields"]["items"]["enum"]


def test_an_encrypted_field_is_opened(vault: Database) -> None:
    """What is sealed in the database is opened for a reveal as for a read in clear."""
    files = {**test_encrypted.FILES}
    files["roles.yaml"] = files["roles.yaml"].replace(
        "viewer: {label: Viewer, access: {client: {read: true}",
        "viewer: {label: Viewer, access: {client: {read: true, unmask: [id_no, pin]}",
    )
    app = load_app(files).app
    assert app is not None
    viewer = replace(test_encrypted.VIEWER, releases={**test_encrypted.VIEWER.releases, "vault": compile_app(app, 2)})
    id = test_encrypted.add(vault, name="Li", id_no=test_encrypted.ID)
    found = reveal_fields(vault, viewer, "vault", "client", id, RevealWish(("id_no",), WHY), 50)

    assert {"id_no": test_encrypted.ID} == found["values"]
    with pytest.raises(Invalid):
        reveal_fields(vault, viewer, "vault", "client", id, RevealWish(("pin",), WHY), 50)
