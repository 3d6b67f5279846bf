"""Maintained tables and parameters: proposed by one, released by another, checked like a publication, in force at once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from forms_dsl.model import DecisionTable
from runtime.compile.app import CompiledApp
from runtime.context import SYSTEM, Context
from runtime.failures import Invalid
from runtime.process.flows import release_of
from tests.kept.conftest import Bank
from tests.publish import desk

FEES = """\
decision: fees
label: {zh: 费率表, en: Fees}
kind: table
given: {level: ticket.level, cost: ticket.cost}
output: {fee: decimal}
maintained_by: role.boss
rows:
  - row: low
    if: {level: low}
    then: {fee: 1}
  - row: high_small
    if: {level: high, cost: cost <= 100}
    then: {fee: 2}
  - row: high_large
    if: {level: high, cost: cost > 100}
    then: {fee: 3}
"""
PARAMS = """\
params:
  ceiling: {type: decimal, scale: 2, label: {zh: 上限, en: Ceiling}, value: 1000, by: [branch], changed_by: role.boss}
"""
ROLES = desk.ROLES + "  boss: {label: {zh: 主管, en: Boss}, access: {ticket: {read: true}}}\n"
FILES = desk.with_field("fee: {type: decimal, scale: 2, compute: 'lookup(\"fees\", level, cost)', label: {zh: 费用率, en: Fee}}")
FILES = desk.with_field("over: {type: boolean, compute: cost > param.ceiling, label: {zh: 超限, en: Over}}", FILES)
FILES |= {"decisions/fees.yaml": FEES, "params.yaml": PARAMS, "roles.yaml": ROLES}

ROWS: list[dict[str, Any]] = [
    {"row": "low", "if": {"level": "low"}, "then": {"fee": "1.5"}},
    {"row": "high", "if": {"level": "high"}, "then": {"fee": "4"}},
]


def _ticket(agent: httpx.Client, level: str, cost: str) -> dict[str, Any]:
    made = agent.post("/api/desk/ticket", json={"subject": "x", "level": level, "cost": cost})
    assert 201 == made.status_code, made.text
    return agent.get(f"/api/desk/ticket/{made.json()['id']}").json()  # type: ignore[no-any-return]


def _propose(who: httpx.Client, path: str, **body: object) -> str:
    answer = who.post(f"/api/desk/maintained/{path}/changes", json=body)
    assert 201 == answer.status_code, answer.text
    return str(answer.json()["id"])


def _decide(who: httpx.Client, id: str, word: str = "release") -> httpx.Response:
    return who.post(f"/api/desk/maintained/changes/{id}/{word}", json={"note": "seen"})


def test_rows_are_changed_by_two_people_and_hold_at_once(bank: Bank) -> None:
    """The first person proposes and cannot release; after the second did, reads, filters and forms have the new rows."""
    bank.publish(FILES)
    agent, one, two = bank.caller("zhou", "agent"), bank.caller("wang", "boss"), bank.caller("li", "boss")
    assert "2.00" == _ticket(agent, "high", "50.00")["fee"]

    id = _propose(one, "decision/fees", rows=ROWS, note="by decision of 24 November")

    assert (403, "E204") == (_decide(one, id).status_code, _decide(one, id).json()["code"])
    assert "2.00" == agent.get("/api/desk/ticket").json()["items"][0]["fee"]
    assert 200 == _decide(two, id).status_code
    assert ["4.00"] == [each["fee"] for each in agent.get("/api/desk/ticket").json()["items"]]
    assert 1 == agent.get("/api/desk/ticket", params={"where": "fee == 4", "count": "exact"}).json()["count"]
    assert "1.50" == _ticket(agent, "low", "5.00")["fee"]
    typed = agent.post("/api/desk/ticket/compute", json={"fields": {"level": "high", "cost": "7.00"}}).json()
    assert ("4.00", False) == (typed["values"]["fee"], typed["values"]["over"])
    shown = one.get("/api/desk/maintained/decision/fees").json()
    assert (ROWS, False, None) == (shown["rows"], shown["is_shipped"], shown["open"])
    assert [("released", "wang", "li", "seen")] == [
        (each["state"], each["proposed_by"]["name"], each["decided_by"]["name"], each["decision_note"])
        for each in shown["changes"]
    ]


@pytest.mark.parametrize(
    ("rows", "pointer", "code"),
    [
        (ROWS[:1], "", "D001"),
        ([*ROWS, {"row": "again", "if": {"level": "high"}, "then": {"fee": "9"}}], "", "D002"),
        ([ROWS[0], {**ROWS[1], "if": {"level": "hihg"}}], "/rows/1/if/level", "X020"),
        ([ROWS[0], {**ROWS[1], "then": {"fee": "four"}}], "/rows/1/then/fee", "S002"),
        ([ROWS[0], {**ROWS[1], "when": "x"}], "/rows/1", "E201"),
        ([], "/rows", "E201"),
    ],
)
def test_rows_are_held_to_the_checks_of_a_publication(bank: Bank, rows: list[object], pointer: str, code: str) -> None:
    """A gap, an overlap, an unknown code, a wrong result: refused at the cell, and nothing waits."""
    bank.publish(FILES)
    boss = bank.caller("wang", "boss")

    answer = boss.post("/api/desk/maintained/decision/fees/changes", json={"rows": rows})

    assert 422 == answer.status_code
    found = {(error["code"], error["pointer"]) for error in answer.json()["errors"]}
    assert code in {each for each, _ in found}
    if pointer:
        assert any(each == code and at.startswith(pointer) for each, at in found), found
    assert boss.get("/api/desk/maintained/decision/fees").json()["open"] is None


def test_only_its_role_maintains_a_thing_and_one_change_waits_at_a_time(bank: Bank) -> None:
    """Others do not know of it; a second proposal, a second release and a withdrawal by another are refused."""
    bank.publish(FILES)
    agent, one, two = bank.caller("zhou", "agent"), bank.caller("wang", "boss"), bank.caller("li", "boss")
    assert [] == agent.get("/api/desk/maintained").json()["items"]
    assert 404 == agent.get("/api/desk/maintained/decision/fees").status_code
    assert 404 == one.get("/api/desk/maintained/decision/nothing").status_code
    assert ["fees", "ceiling"] == [each["name"] for each in one.get("/api/desk/maintained").json()["items"]]

    id = _propose(one, "decision/fees", rows=ROWS)

    second = two.post("/api/desk/maintained/decision/fees/changes", json={"rows": ROWS})
    assert (409, "E203") == (second.status_code, second.json()["code"])
    assert 404 == _decide(agent, id).status_code
    assert 403 == _decide(two, id, "withdraw").status_code
    assert 200 == _decide(two, id, "return").status_code
    assert (409, "E205") == (_decide(two, id).status_code, _decide(two, id).json()["code"])
    assert 201 == two.post("/api/desk/maintained/decision/fees/changes", json={"rows": ROWS}).status_code


def test_a_parameter_holds_from_a_day_on_and_for_a_unit(bank: Bank) -> None:
    """A value of tomorrow does not hold today; a value of a branch counts for its people, in lists as on forms."""
    bank.publish(FILES)
    agent, one, two = bank.caller("zhou", "agent"), bank.caller("wang", "boss"), bank.caller("li", "boss")
    inside = bank.caller("wu", "agent", unit="CX")
    _ticket(agent, "low", "500.00")
    assert [False] == [each["over"] for each in agent.get("/api/desk/ticket").json()["items"]]

    for body in (
        {"value": "1", "valid_from": "2026-11-25"},
        {"value": "100", "unit": "CX"},
        {"value": "501"},
    ):
        assert 200 == _decide(two, _propose(one, "parameter/ceiling", **body)).status_code

    assert [False] == [each["over"] for each in agent.get("/api/desk/ticket").json()["items"]]
    assert [True] == [each["over"] for each in inside.get("/api/desk/ticket").json()["items"]]
    assert ("501", "100") == tuple(who.get("/api/apps/desk/screens").json()["param"]["ceiling"] for who in (agent, inside))
    shown = one.get("/api/desk/maintained/parameter/ceiling").json()
    assert ("1000", "501.00") == (shown["shipped"], shown["value"])
    assert [(None, "2026-11-24"), ("CX", "2026-11-24"), (None, "2026-11-25")] == [
        (each["unit"], each["valid_from"]) for each in shown["values"]
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"value": "many"}, "/value"),
        ({"value": None}, "/value"),
        ({"value": "5", "valid_from": "2026-11-23"}, "/valid_from"),
        ({"value": "5", "unit": "MOON"}, "/unit"),
        ({"value": "5", "colour": "red"}, ""),
    ],
)
def test_a_value_that_cannot_hold_is_refused(bank: Bank, body: dict[str, object], pointer: str) -> None:
    """A text for a number, nothing, a day that is over, a unit that is not there, a key too much."""
    bank.publish(FILES)

    answer = bank.caller("wang", "boss").post("/api/desk/maintained/parameter/ceiling/changes", json=body)

    assert (422, pointer) == (answer.status_code, answer.json()["errors"][0]["pointer"])


def test_a_new_release_keeps_the_rows_and_must_fit_them(bank: Bank) -> None:
    """What people changed stays; a definition with which their rows are unsound is not published."""
    bank.publish(FILES)
    agent, one, two = bank.caller("zhou", "agent"), bank.caller("wang", "boss"), bank.caller("li", "boss")
    _decide(two, _propose(one, "decision/fees", rows=ROWS))

    bank.publish({**FILES, "lists/tickets.yaml": desk.LIST.replace("工单", "全部工单")})
    assert "4.00" == _ticket(agent, "high", "50.00")["fee"]

    with pytest.raises(Invalid) as refused:
        bank.publish(_wider())
    assert "M450" in {fault.code for fault in refused.value.faults}


def test_rows_that_an_older_release_cannot_hold_leave_it_those_that_it_can(bank: Bank) -> None:
    """An approval that runs on an older definition goes on, also when people maintain a code that only the live one has."""
    bank.publish(FILES)
    one, two = bank.caller("wang", "boss"), bank.caller("li", "boss")
    first = bank.releases.current()["desk"].release
    bank.publish(_wider())
    _decide(two, _propose(one, "decision/fees", rows=[*ROWS, {"row": "top", "if": {"level": "top"}, "then": {"fee": "9"}}]))
    live = bank.releases.current()["desk"]

    with bank.database.read() as connection:
        context = Context(SYSTEM, bank.releases.current(), desk.NOW, desk.NOW.date(), "request", "en")
        pinned = release_of(connection, context, "desk", first)

    shipped = ["low", "high_small", "high_large"]
    assert [shipped, shipped, ["low", "high", "top"]] == [
        _names(each) for each in (bank.releases.at("desk", first), pinned, live)
    ]


def _wider() -> dict[str, str]:
    """The desk with one more level."""
    files = desk.edited(
        "entities/ticket.yaml", "      high: {label", "      top: {label: {zh: 最高, en: Top}}\n      high: {label", FILES
    )
    return {**files, "decisions/fees.yaml": FEES + "  - row: top\n    if: {level: top}\n    then: {fee: 9}\n"}


def _names(compiled: CompiledApp) -> list[str]:
    table = compiled.app.decisions["fees"]
    assert isinstance(table, DecisionTable)
    return [row.name for row in table.rows]
