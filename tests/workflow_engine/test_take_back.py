"""拿回: who decided last takes it back while nobody went on; on the pure engine."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from forms_dsl.model import Due, Duration, RepeatApprover, SeatRule, WorkflowStep
from tests.workflow_engine.flows import Run, approve, call, fill, flow, role, together, world
from workflow_engine import commands as cmd

PEOPLE = {"check": ("ann", "bob"), "decide": ("dan", "eve"), "risk": ("kai", "lin")}


def run(*steps: WorkflowStep, take_back: str = "first_action", **keys: object) -> Run:
    return Run(flow(fill(), *steps, take_back=take_back, **keys), world(PEOPLE))  # type: ignore[arg-type]


def back(run: Run, actor: str, step: str, seat: int = 1) -> str | None:
    refusal = run.do(cmd.TakeBack(actor, step, run.visit(step).number, seat))
    return refusal.reason if refusal is not None else None


def test_who_decided_decides_again() -> None:
    """What came next vanishes, the approval counts no more, and the same person has the task again."""
    case = run(approve("check"), approve("decide"))
    case.approve("ann", "check")

    assert back(case, "ann", "check") is None
    assert ["check"] == case.at()
    assert [("check", 1, "superseded"), ("decide", 1, "cancelled"), ("check", 2, "open")] == [
        (visit.step, visit.number, visit.state) for visit in case.now.visits[1:]
    ]
    assert ("ann",) == case.visit("check").entitled(case.visit("check").seats[0])
    case.approve("ann", "check")
    case.approve("dan", "decide")
    assert "approved" == case.now.state


def test_only_who_decided_and_only_where_the_workflow_says_so() -> None:
    """Nobody takes back what another one decided; without the key nothing is taken back; the starter recalls."""
    case = run(approve("check"), approve("decide"))
    assert "not_offered" == back(case, "ann", "check")
    case.approve("ann", "check")
    assert "not_offered" == back(case, "bob", "check")
    assert "take_back_too_late" == back(case, "maker", "apply")

    silent = run(approve("check"), approve("decide"), take_back="never")
    silent.approve("ann", "check")
    assert "take_back_too_late" == back(silent, "ann", "check")


def test_any_act_of_those_asked_next_ends_it() -> None:
    """A claim, a transfer, a question, a decision; not a reminder."""
    for act in (
        cmd.Claim("dan", "decide", 1, 1),
        cmd.AddSeats("dan", "decide", 1, 1, ("kai",), "before"),
        cmd.Ask("dan", "decide", 1, 1, ("kai",), "opinion", blocks=False),
        cmd.Decide("dan", "decide", 1, 1, "approve"),
    ):
        case = run(approve("check"), approve("decide", allow=("add_before", "ask_opinion")), approve("last", role("risk")))
        case.approve("ann", "check")
        assert case.do(act) is None
        assert "take_back_too_late" == back(case, "ann", "check")
    late = run(approve("check"), approve("decide", due=Due(Duration(1, "hour"), "remind")))
    late.approve("ann", "check")
    late.do(cmd.TimerDue("decide", 1))
    assert back(late, "ann", "check") is None


def test_a_look_ends_it_where_looks_count() -> None:
    """With `first_look` the next person who opened his task ends it; with `first_action` nobody counts that."""
    for option, expected in (("first_look", "take_back_too_late"), ("first_action", None)):
        case = run(approve("check"), approve("decide"), take_back=option)
        case.approve("ann", "check")
        case.do(cmd.See("kai", "decide", 1))
        assert case.visit("decide").seen == ()
        case.do(cmd.See("dan", "decide", 1))
        case.do(cmd.See("dan", "decide", 1))
        assert case.visit("decide").seen == (("dan",) if expected else ())
        assert expected == back(case, "ann", "check")


def test_what_another_system_did_is_not_taken_back() -> None:
    """Nor what is under way there."""
    case = run(approve("check"), call("book"), approve("decide"), irreversible=frozenset({"book"}))
    case.approve("ann", "check")
    assert "take_back_too_late" == back(case, "ann", "check")
    case.call_done("book")
    assert "take_back_too_late" == back(case, "ann", "check")


def test_one_of_several_who_decided_takes_nothing_back() -> None:
    """The others would have to answer again."""
    case = run(approve("check", role("check", count_min=2), rule=SeatRule("all")), approve("decide"))
    case.approve("ann", "check")
    assert "take_back_too_late" == back(case, "ann", "check")
    case.approve("bob", "check")
    assert "take_back_too_late" == back(case, "bob", "check", 2)


def test_inside_a_branch_the_others_go_on() -> None:
    """What others decided in branches at the same time stands; behind the end of the own branch it is too late."""
    case = run(together("both", a=(approve("check"), approve("last", role("decide"))), b=(approve("risk"),)), approve("decide"))
    case.approve("ann", "check")
    assert back(case, "ann", "check") is None
    case.approve("kai", "risk")
    assert "take_back_too_late" == back(case, "kai", "risk")
    assert ["check"] == case.at()
    case.approve("ann", "check")
    case.approve("dan", "last")
    assert "take_back_too_late" == back(case, "dan", "last")


def test_what_passed_by_itself_goes_back_with_it() -> None:
    """An earlier approval that stood for the next step counts no more either, and stands again afterwards."""
    keys = {"repeat_approver": RepeatApprover("consecutive")}
    case = run(approve("check"), approve("again", role("check")), approve("decide"), **keys)
    case.approve("ann", "check")
    before = [visit.step for visit in case.now.visits if visit.state == "approved"]
    assert back(case, "ann", "check") is None
    assert [] == [visit.step for visit in case.now.visits if visit.state == "approved"]
    case.approve("ann", "check")
    assert before == [visit.step for visit in case.now.visits if visit.state == "approved"]


def test_what_time_did_is_not_taken_back() -> None:
    """A step that was approved because it was late has gone on."""
    case = run(approve("check"), approve("decide", due=Due(Duration(1, "hour"), "approve")), approve("last", role("risk")))
    case.approve("ann", "check")
    case.world = replace(case.world, now=case.world.now + dt.timedelta(hours=2))
    case.do(cmd.TimerDue("decide", 1))
    assert ["last"] == case.at()
    assert "take_back_too_late" == back(case, "ann", "check")


def test_a_suspended_case_is_left_alone() -> None:
    """While it stands still nothing is taken back."""
    case = run(approve("check"), approve("decide"))
    case.approve("ann", "check")
    case.do(cmd.Suspend("admin", "why"))
    assert "suspended" == back(case, "ann", "check")
