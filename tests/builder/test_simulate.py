"""`qiqiao simulate`: the way of a case, its people and reasons, on the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from builder.cli import main
from tests.builder.conftest import Workshop

ROOT = Path(__file__).resolve().parents[2]
BANK = str(ROOT / "app_definitions" / "bank_customer")
GIVEN = "given: {product: consumer, amount: 400000, term: 24, annual_rate: 4, monthly_income: 90000}\n"


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIQIAO_LOCALE", "en")


def test_an_example_is_shown_with_people_and_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["simulate", BANK, "loan_approval", "--example", "small_loan"])
    told = capsys.readouterr().out
    assert "3. decide@branch: decide.branch_1 (Head of branch in the starter's branch)" in told
    assert "due 2026-03-02T14:00+08:00" in told
    assert told.endswith("It ends approved.\n")


def test_acts_are_done_before_everybody_approves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rest of the way is told from where the acts have led."""
    file = tmp_path / "case.yaml"
    file.write_text(GIVEN + "do: [submit, {approve: check, by: li}]\n")
    assert 0 == main(["simulate", BANK, "loan_approval", "--given", str(file), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (["apply", "check"], ["decide@officer", "booking"]) == (told["done"], [step["step"] for step in told["steps"]])
    assert ["decide.officer_1"] == told["steps"][0]["people"]


def test_where_it_stops_is_said_with_the_reason(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(GIVEN.replace("400000", "150000") + "do: [submit, approve decide@branch]\n"))
    assert 1 == main(["simulate", BANK, "loan_approval", "--given", "-"])
    assert "approve decide@branch cannot be done: not_open" in capsys.readouterr().out


def test_a_name_that_is_not_there_is_told_in_the_lines_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "case.yaml"
    file.write_text("given:\n  product: consumer\n  tterm: 24\n")
    assert 1 == main(["simulate", BANK, "loan_approval", "--given", str(file)])
    told = capsys.readouterr().out
    assert f"{file}:3:3: R001 error: There is no field 'tterm'." in told
    assert "Did you mean 'term'?" in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["loan_aproval", "--example", "small_loan"], "there is loan_approval"),
        (["loan_approval", "--example", "small_lone"], "there is small_loan"),
        (["loan_approval", "--given", "no/such.yaml"], "cannot be read"),
    ],
)
def test_what_is_not_there_is_said(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == main(["simulate", BANK, *arguments])
    assert words in capsys.readouterr().err


FLOW = """\
workflow: handling
title: {zh: 处理, en: Handling}
for: ticket
start: {by: role.agent}
controls:
  four_eyes:
    - {name: two, title: {zh: 两人, en: Two people}, different_people: [apply, check]}
steps:
  - fill: apply
    title: {zh: 录入, en: Entry}
    by: starter
  - approve: check
    title: {zh: 复核, en: Check}
    by: {role: agent, pick: claim}
examples:
  - name: plain
    given: {subject: A}
    path: [apply, check]
"""


def test_a_draft_is_simulated_over_rest(workshop: Workshop) -> None:
    """For who designs it, with texts that are not saved; findings about the case point into it."""
    path, files = "/api/builder/apps/desk/simulate", {"workflows/handling.yaml": FLOW}
    shen = workshop.client("shen")

    told = shen.post(path, json={"workflow": "handling", "case": {"given": {"subject": "A", "check_by": "li"}}, "files": files})
    example = shen.post(path, json={"workflow": "handling", "example": "plain", "files": files})
    wrong = shen.post(path, json={"workflow": "handling", "case": {"given": {"subjekt": "A"}}, "files": files})

    assert ("approved", [["starter"], ["li"]]) == (told.json()["ends"], [step["people"] for step in told.json()["steps"]])
    assert ["apply", "check"] == [step["step"] for step in example.json()["steps"]]
    assert (422, ["/case/given/subjekt"]) == (wrong.status_code, [one["pointer"] for one in wrong.json()["errors"]])
    assert 404 == shen.post(path, json={"workflow": "none", "case": {}, "files": files}).status_code
    assert 403 == workshop.client("zhou").post(path, json={"workflow": "handling", "example": "plain"}).status_code


def test_the_people_of_the_bank_stand_in_for_invented_ones(workshop: Workshop) -> None:
    """With a starter the directory is asked as a real approval asks it: two agents, of whom who started takes no part."""
    path, files = "/api/builder/apps/desk/simulate", {"workflows/handling.yaml": FLOW}
    shen, people = workshop.client("shen"), workshop.people
    wish = {"workflow": "handling", "case": {"given": {"subject": "A"}}, "files": files}

    told = shen.post(path, json={**wish, "starter": people["shen"]}).json()
    played = shen.post(path, json={**wish, "case": {"given": {"subject": "A"}, "do": ["submit"]}, "starter": people["shen"]})
    nobody = shen.post(path, json={**wish, "starter": "nobody"})

    assert ("approved", [[people["shen"]], [people["zhou"]]]) == (told["ends"], [step["people"] for step in told["steps"]])
    assert [{"person": people["shen"], "because": "Two people"}] == told["steps"][1]["left_out"]
    assert {"shen 先生", "zhou 先生"} == {person["name"] for person in told["persons"].values()}
    assert (422, "/case/do") == (played.status_code, played.json()["errors"][0]["pointer"])
    assert (422, "/starter") == (nobody.status_code, nobody.json()["errors"][0]["pointer"])


def test_the_worked_cases_of_a_draft_are_told_one_by_one(workshop: Workshop) -> None:
    """Each with its line, and what differs from what it expects."""
    wrong = FLOW + "  - name: too_short\n    given: {subject: B}\n    path: [apply]\n"
    told = workshop.client("shen").post("/api/builder/apps/desk/examples", json={"files": {"workflows/handling.yaml": wrong}})
    items = [(one["name"], one["state"], one["line"]) for one in told.json()["items"] if one["workflow"] == "handling"]
    assert [("plain", "passed", 16), ("too_short", "failed", 19)] == items
    assert 403 == workshop.client("zhou").post("/api/builder/apps/desk/examples", json={"files": {}}).status_code
