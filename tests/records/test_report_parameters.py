"""Parameters of a report: typed, from the query, else the default, else missing; a filter uses them in both databases."""

from __future__ import annotations

import pytest

from tests.kept.conftest import Bank, bank
from tests.publish import desk

__all__ = ["bank"]

REPORT = """\
report: dear
entity: ticket
label: {zh: 大额, en: Dear}
parameters:
  least: {type: decimal, label: {zh: 不低于, en: At least}, default: 100}
  until: {type: date, label: {zh: 截至, en: Until}, default: {value: today()}}
  which: {type: ticket.level, label: {zh: 级别, en: Level}}
filter: cost >= param.least and created_on <= param.until and (is_missing(param.which) or level == param.which)
rows: [level]
measures:
  count: {value: count(), label: {zh: 笔数, en: Count}}
  over: {value: count_if(cost > param.least), label: {zh: 超过, en: Above}}
"""
FILES = {**desk.FILES, "reports/dear.yaml": REPORT}


def test_the_query_the_default_and_nothing(bank: Bank) -> None:
    """What the reader gives counts, else the default, which may be an expression; a parameter without either is missing."""
    bank.publish(FILES)
    agent = bank.caller("zhou", "agent")
    for level, cost in (("low", "50.00"), ("low", "100.00"), ("high", "300.00")):
        agent.post("/api/desk/ticket", json={"subject": "x", "level": level, "cost": cost})

    def rows(**query: str) -> list[tuple[object, ...]]:
        answer = agent.get("/api/desk/reports/dear", params=query)
        assert 200 == answer.status_code, answer.text
        return [(row["level"], row["count"], row["over"]) for row in answer.json()["rows"]]

    assert [("low", 1, 0), ("high", 1, 1)] == rows()
    assert [("low", 2, 1), ("high", 1, 1)] == rows(least="50")
    assert [("high", 1, 1)] == rows(which="high")
    assert [] == rows(until="2026-11-23")
    assert [] == rows(least="")
    used = agent.get("/api/desk/reports/dear", params={"which": "high"}).json()["parameters"]
    assert {"least": "100", "until": "2026-11-24", "which": "high"} == used


@pytest.mark.parametrize(
    ("query", "parameter"),
    [({"least": "many"}, "least"), ({"until": "2026-02-30"}, "until"), ({"which": "highest"}, "which"), ({"lest": "1"}, "lest")],
)
def test_what_is_no_value_of_its_type_is_named(bank: Bank, query: dict[str, str], parameter: str) -> None:
    """400 with the name of the parameter, and a hint for one that is misspelt."""
    bank.publish(FILES)

    answer = bank.caller("zhou", "agent").get("/api/desk/reports/dear", params=query)

    assert (400, [parameter]) == (answer.status_code, [error["parameter"] for error in answer.json()["errors"]])


def test_the_screen_knows_the_parameters_with_their_options(bank: Bank) -> None:
    """Each with the widget of its type; a field of an entity brings its choices."""
    bank.publish(FILES)

    screens = bank.caller("zhou", "agent").get("/api/apps/desk/screens").json()

    drawn = {each["name"]: each for each in screens["reports"]["dear"]["parameters"]}
    assert ["least", "until", "which"] == list(drawn)
    assert ["low", "high"] == [choice["code"] for choice in drawn["which"]["options"]["choices"]]
    assert "date" == drawn["until"]["widget"]
