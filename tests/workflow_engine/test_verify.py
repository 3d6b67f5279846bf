"""What the engine says about definitions: rules that cannot be met, returns forward, and examples that come out otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from forms_dsl.load import read_folder
from forms_dsl.model import App, Due, Duration, Entity, FourEyes, SeatRule, StepFields, WorkflowStep
from tests.process.bank import FILES
from tests.workflow_engine.flows import TWO_OF_THREE, approve, fill, flow, role
from workflow_engine.definition import Definition
from workflow_engine.examples import run_example
from workflow_engine.verify import load_verified, verify_app, verify_workflow

SHIPPED = Path(__file__).parents[2] / "app_definitions" / "bank_customer"


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return read_folder(SHIPPED)


def codes(*steps: WorkflowStep, **keys: object) -> list[str]:
    definition: Definition = flow(fill(), *steps, **keys)
    app = App("app", "1.0.0", {}, ("zh", "en"), "Asia/Shanghai", "CNY", ())
    return [found.code for found in verify_workflow(app, definition.workflow)]


def test_the_shipped_workflow_stands(files: dict[str, str]) -> None:
    """The shipped app has no finding, and every example takes the path that it says."""
    loaded = load_verified(files)

    assert loaded.app is not None
    assert () == verify_app(loaded.app)
    for workflow in loaded.app.workflows.values():
        assert workflow.examples
        for example in workflow.examples:
            if not example.do:
                assert example.path == run_example(loaded.app, workflow, example).path


def test_an_example_that_takes_another_path_is_a_finding(files: dict[str, str]) -> None:
    """Moving the limit makes the example of 150 000 go to the officer: the file says so at its line."""
    path = "workflows/loan_approval.yaml"
    changed = {**files, path: files[path].replace("amount <= 300000", "amount <= 100000")}
    loaded = load_verified(changed)

    assert loaded.app is None
    found = [d for d in loaded.diagnostics if d.severity == "error"]
    assert [("W110", path)] == [(d.code, d.span.file) for d in found]
    assert "decide@officer" in found[0].message
    assert changed[path].split("\n")[found[0].span.line - 1].strip().startswith("path: [apply, check, decide@branch")


def test_an_example_with_an_impossible_value_is_a_finding(files: dict[str, str]) -> None:
    """A word where a number belongs is said, not skipped."""
    path = "workflows/loan_approval.yaml"
    loaded = load_verified({**files, path: files[path].replace("amount: 150000", "amount: many")})

    assert "W111" in [d.code for d in loaded.diagnostics]


def test_rules_that_cannot_be_met_are_findings() -> None:
    """Several seats without a rule, a share without a number, a veto where the first answer decides."""
    two = {"count_min": 2, "count_max": 2}

    assert ["W011"] == codes(approve("a", role("x", **two)))
    assert [] == codes(approve("a", role("x", **two), rule=SeatRule("all")))
    assert ["W011"] == codes(approve("a", role("x", **two), rule=SeatRule("pass", None)))
    assert [] == codes(approve("a", role("x", **two), rule=TWO_OF_THREE))
    assert ["W103"] == codes(approve("a", rule=SeatRule("first", veto="x")))


def test_what_is_not_carried_out_is_a_finding() -> None:
    """Nothing of the language is accepted and then ignored."""
    vote = replace(approve("a", role("x"), rule=SeatRule("vote")), verb="vote", open_for=Duration(1, "day", working=True))
    assert ["W102"] == codes(vote)


def test_seats_with_weights_have_owners() -> None:
    """Whose votes a seat has is known when it is made: seats to be claimed have none."""
    weights = SeatRule("weights", weights={"x": 2}, votes=2)

    assert ["W106"] == codes(approve("a", rule=weights))
    assert [] == codes(approve("a", role("x"), rule=weights))


def test_nobody_is_added_where_nobody_decides() -> None:
    """A step of entering is completed by one person: who else should answer there, nobody could say."""
    assert ["W107"] == codes(fill("enter", role("x", pick="claim"), allow=("add_before",)))
    assert [] == codes(fill("enter", role("x", pick="claim"), allow=("transfer",)))


def test_a_refusal_returns_backwards_only() -> None:
    """A step cannot send back to itself or to what comes later."""
    assert [] == codes(approve("a", on_reject="apply"))
    assert ["W101"] == codes(approve("a", on_reject="a"))
    assert ["W101"] == codes(approve("a", on_reject="b"), approve("b"))


def test_what_has_to_be_filled_in_never_passes_by_itself() -> None:
    """A time limit that approves would pass without the values that somebody has to enter."""
    late = Due(Duration(2, "hour"), then="approve")

    assert ["W104"] == codes(approve("a", due=late, fields=StepFields(require=("amount",))))
    assert [] == codes(approve("a", due=late))


def test_a_rule_over_editors_needs_the_audit_trail() -> None:
    """Who edited a field is known from the trail, so an entity without one cannot have such a rule."""
    rule = FourEyes("apart", {}, editors_of=("amount",), may_not_act_at=("a",))
    workflow = flow(fill(), approve("a"), four_eyes=(rule,)).workflow
    entity = Entity("x", workflow.entity, "app", {}, workflow.span, {}, audit="none")
    app = App("app", "1.0.0", {}, ("zh", "en"), "Asia/Shanghai", "CNY", (), entities={workflow.entity: entity})

    assert ["W105"] == [found.code for found in verify_workflow(app, workflow)]
    kept = replace(app, entities={workflow.entity: replace(entity, audit="changes")})
    assert [] == [found.code for found in verify_workflow(kept, workflow)]


COMMANDS = """
workflow: approval
title: {zh: 订单, en: Orders}
for: loan
start: {by: role.clerk, in: own_branch}
controls:
  four_eyes: [{name: apart, title: {zh: 分离, en: Apart}, different_people: [apply, check, decide]}]
steps:
  - {fill: apply, title: {zh: 录入, en: Apply}, by: starter}
  - {approve: check, title: {zh: 复核, en: Check}, by: {role: checker, in: starter.branch, pick: claim}, due: {within: 1 day}}
  - call: book
    title: {zh: 登记, en: Book}
    connector: core.OPERATION
    send: {request_id: $request_id VALUES}
    unknown_result: {ask: core.ask}
    on_error: {assign: role.officer, title: {zh: 失败, en: Failed}}
  - approve: decide
    title: {zh: 审批, en: Decide}
    by: {role: officer, in: head_office, pick: claim}
    on_reject: {return_to: TARGET}
    due: {within: 1 day}
"""


@pytest.mark.parametrize(
    ("operation", "values", "target", "expected"),
    [("book", ", amount: amount", "apply", ["W108"]), ("book", ", amount: amount", "check", ["W108"]), ("ask", "", "apply", [])],
)
def test_a_refusal_never_leads_behind_a_command(operation: str, values: str, target: str, expected: list[str]) -> None:
    """Going on again would have the other system do it twice: said when the file is checked; an inquiry may be repeated."""
    flow_text = COMMANDS.replace("OPERATION", operation).replace("VALUES", values).replace("TARGET", target)
    texts = {**FILES, "workflows/approval.yaml": flow_text}
    loaded = load_verified(texts)

    assert expected == [d.code for d in loaded.diagnostics if d.code.startswith("W10")], loaded.diagnostics
