"""What the keys of workflows and automations become: typed values with every name resolved."""

from __future__ import annotations

from fractions import Fraction

import pytest
import yaml
from jsonschema import Draft202012Validator

from forms_dsl.jsonschema import schemas
from forms_dsl.load import load_app
from forms_dsl.model import (
    AnyOfStep,
    Authority,
    CallStep,
    CopyStep,
    Duration,
    HumanStep,
    People,
    Proxies,
    RepeatApprover,
    SeatRule,
    SubFlowStep,
    Trigger,
    WaitStep,
    Workflow,
    WorkflowStep,
)
from forms_dsl.workflow_tree import steps_of
from tests.forms_dsl.flow_app import FILES


@pytest.fixture(scope="module")
def credit() -> Workflow:
    """The flow that uses every key."""
    app = load_app(FILES).app
    assert app is not None
    return app.workflows["credit"]


def step_of(flow: Workflow, name: str) -> WorkflowStep:
    """The step of this name."""
    return next(step for step in steps_of(flow) if step.name == name)


def test_controls_are_in_the_model(credit: Workflow) -> None:
    """What the controls say is there, with step lists written out."""
    assert "cn_bank" == credit.calendar
    assert isinstance(credit.authority, Authority)
    assert ("level", "level", {"amount": "amount + 1"}) == (
        credit.authority.table,
        credit.authority.gives,
        {name: given.source for name, given in credit.authority.given.items()},
    )
    assert ("enter", "check", "decide@branch", "decide@head", "decide@board") == credit.four_eyes[0].different_people
    assert ("amount",) == credit.four_eyes[1].editors_of
    assert RepeatApprover("consecutive", ("amount",)) == credit.repeat_approver
    assert Proxies(True, ("decide@board", "ratify", "check", "review")) == credit.proxy
    assert ("leader", "skip_if_others") == (credit.no_approver, credit.starter_is_approver)
    assert ("returner", ("amount",), "first_decision") == (credit.resubmit_to, credit.replay_if_changed, credit.recall_until)
    assert {"rejected": Duration(30, "day")} == credit.finish_cooldown


def test_human_steps_are_in_the_model(credit: Workflow) -> None:
    """People, rules and what the holder may do."""
    check, branch, head = (step_of(credit, name) for name in ("check", "decide@branch", "decide@head"))
    review, board, ratify = (step_of(credit, name) for name in ("review", "decide@board", "ratify"))
    for step in (check, branch, head, review, board, ratify):
        assert isinstance(step, HumanStep)

        match step.name:
            case "check":
                assert People("post", "复核岗", "starter.branch", pick="claim") == step.by
                assert "urge" == step.allow[-1]
                assert (True, True, ("approve", "reject"), "enter") == (
                    step.signature,
                    step.always_ask,
                    step.opinion,
                    step.on_reject,
                )
                assert step.due is not None
                assert (Duration(4, "hour", True), "escalate", Duration(2, "hour", True), 3) == (
                    step.due.within,
                    step.due.then,
                    step.due.every,
                    step.due.at_most,
                )
                assert People("leader_of_holder") == step.due.to
            case "decide@branch":
                assert ("starter.department", 2, "行长") == (step.by.name, step.by.levels, step.by.stop_at)
                assert step.by.with_limit is not None
                assert SeatRule("in_turn") == step.rule
            case "decide@head":
                assert ("chosen_by", "check", None, 1, 2) == (
                    step.by.kind,
                    step.by.name,
                    step.by.scope,
                    step.by.count_min,
                    step.by.count_max,
                )
                assert People("role", "checker", "head_office") == step.by.among
                assert SeatRule("weights", of="weight", weights={"checker": 2, "clerk": 1}, votes=2) == step.rule
            case "review":
                assert SeatRule("pass", Fraction(2, 3), "voted", False, "checker") == step.rule
            case "decide@board":
                expected = SeatRule(
                    "vote", Fraction(2, 3), "present", False, "checker", quorum=Fraction(2, 3), abstain="forbidden", secret=True
                )
                assert expected == step.rule
                assert (("approve", "reject"), Duration(1, "day", True)) == (step.may, step.open_for)
            case "ratify":
                assert ("approve", "veto") == step.may


def test_the_other_steps_are_in_the_model(credit: Workflow) -> None:
    """Waits, sub-flows, calls, copies and blocks."""
    first, confirmation, patience = (step_of(credit, name) for name in ("first_word", "confirmation", "patience"))
    assert isinstance(first, AnyOfStep)
    assert ["answer", "patience"] == [branch.name for branch in first.branches]
    assert isinstance(confirmation, WaitStep)
    assert ("core.booked", Duration(5, "day"), "go_on") == (confirmation.event, confirmation.within, confirmation.then)
    assert confirmation.match is not None
    assert ["core_number"] == list(confirmation.save)
    assert isinstance(patience, WaitStep)
    assert Duration(10, "day", True) == patience.length
    cooling, ordering = step_of(credit, "cooling"), step_of(credit, "ordering")
    assert isinstance(cooling, WaitStep)
    assert cooling.until is not None
    assert "date" == cooling.until.type.name
    assert isinstance(ordering, SubFlowStep)
    assert ("approval", "return", "check", False) == (
        ordering.workflow,
        ordering.on_reject,
        ordering.return_to,
        ordering.detached,
    )
    booking, told = step_of(credit, "booking"), step_of(credit, "told")
    assert isinstance(booking, CallStep)
    assert (5, Duration(10, "minute"), 1, "core.unbook", "core.find") == (
        booking.retry_times,
        booking.retry_first_wait,
        booking.retry_grow,
        booking.undo,
        booking.ask,
    )
    assert isinstance(told, CopyStep)
    assert (("size",), "finish", 2) == (told.hide, told.at, len(told.to))


def test_examples_and_automations_are_in_the_model(credit: Workflow) -> None:
    """What is given, done and expected; what sets an automation off."""
    app = load_app(FILES).app
    assert app is not None
    small, _, board = credit.examples
    assert {"booking": {"number": "7"}} == small.answers
    assert ["submit", "approve", "return", "edit", "resubmit", "wait", "run"] == [act.kind for act in board.do]
    assert (("review", "enter"), {"amount": "600"}, "on_change") == (
        (board.do[2].step, board.do[2].to),
        board.do[3].values,
        board.do[6].name,
    )
    assert board.expect is not None
    assert (("decide@board",), "waiting", ("check",), "ratify") == (
        board.expect.at,
        board.expect.state,
        board.expect.superseded,
        board.expect.next,
    )
    assert Trigger("change", ("amount",)) == app.automations["on_change"].after
    assert Trigger("finish", workflow="approval") == app.automations["on_finish"].after
    assert Trigger("create") == app.automations["guard"].before
    assert ("core.booked", "system") == (app.automations["booked"].receive, app.automations["booked"].run_as)
    assert ["set", "refuse"] == [action.kind for action in app.automations["guard"].do]


def test_the_schemas_know_every_verb_and_key() -> None:
    """Editors complete the reserved verbs, the triggers and the actions too."""
    flow, automation = schemas()["workflows"]["$defs"], schemas()["automations"]
    verbs = {shape["x-order"][0] for name, shape in flow.items() if name.endswith("Shape") and "x-order" in shape}

    assert {"fill", "approve", "vote", "together", "any_of", "choose", "call", "copy", "wait", "sub_flow"} <= verbs
    assert {"every", "after", "before", "receive"} <= set(automation["properties"])
    assert {"for", "until", "event", "match", "save", "due"} <= set(flow["WaitShape"]["properties"])
    assert {"workflow", "record", "each", "where", "detached", "on_reject"} <= set(flow["SubFlowShape"]["properties"])


@pytest.mark.parametrize("path", [path for path in FILES if path.startswith(("workflows/", "automations/", "bindings"))])
def test_an_editor_finds_no_fault_with_a_good_file(path: str) -> None:
    """The JSON Schema accepts what the loader accepts, read as editors read YAML."""
    schema = schemas()[path.partition("/")[0].removesuffix(".yaml")]
    data = yaml.load(FILES[path], _Editor)  # noqa: S506 - a safe loader, without its reading of dates

    assert [] == [error.message for error in Draft202012Validator(schema).iter_errors(data)]


class _Editor(yaml.SafeLoader):
    """YAML 1.2 as far as these files need it: a date is a text."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [each for each in found if each[0] != "tag:yaml.org,2002:timestamp"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
