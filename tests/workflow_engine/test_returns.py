"""Ways back: returns, replay, recall, and what another system has done already."""

from __future__ import annotations

from tests.workflow_engine.flows import (
    Run,
    approve,
    call,
    expression,
    fill,
    flow,
    role,
    together,
    world,
)
from tests.workflow_engine.test_flow import PEOPLE
from workflow_engine import commands as cmd
from workflow_engine.earlier import return_targets


def test_return_targets_are_visited_steps_of_the_own_path() -> None:
    """Nearest first; no step of another branch, none that was skipped."""
    block = together("lines", risk=(approve("check"), approve("head")), law=(approve("officers"),))
    run = Run(flow(fill(), fill("skipped", role("x"), when=expression("no")), block), world(PEOPLE))
    run.approve("ann", "check")

    assert ["check", "apply"] == [step.name for step in return_targets(run.definition, run.now, "head")]
    assert ["apply"] == [step.name for step in return_targets(run.definition, run.now, "officers")]


def test_a_return_cancels_what_is_behind_its_target() -> None:
    """退回 out of a branch cancels the sibling branches; there is exactly one open visit, at the target."""
    block = together("lines", risk=(approve("check"),), law=(approve("officers"),))
    run = Run(flow(fill(), block, approve("head")), world(PEOPLE))
    run.decide("ann", "check", "return", to="apply")

    assert ["apply"] == run.at()
    assert ["returned", "cancelled"] == [run.visit("check").state, run.visit("officers").state]
    run.approve("maker", "apply")
    assert ["check", "officers"] == run.at()


def test_replay_asks_everybody_again() -> None:
    """重提 by replay: earlier approvals are superseded."""
    run = Run(flow(fill(), approve("check"), approve("head")), world(PEOPLE))
    run.approve("ann", "check")
    run.decide("eva", "head", "return", to="apply")
    run.approve("maker", "apply")

    assert ["check"] == run.at()
    assert "superseded" == run.now.visit("check", 1).state  # type: ignore[union-attr]


def test_returner_goes_straight_back_unless_material_fields_changed() -> None:
    """重提 to the returner: what was approved stands as long as the material fields are the same."""
    definition = flow(fill(), approve("check"), approve("head", role("officers", pick="claim")), resubmit_to="returner")
    direct = Run(definition, world(PEOPLE, material="amount=1"))
    direct.approve("ann", "check")
    direct.decide("lin", "head", "return", to="apply")
    direct.approve("maker", "apply")
    assert ["head"] == direct.at()
    assert "lin" == direct.visit("head").seats[0].owner

    changed = Run(definition, world(PEOPLE, material="amount=1"))
    changed.approve("ann", "check")
    changed.decide("lin", "head", "return", to="apply")
    changed.world = world(PEOPLE, material="amount=2")
    changed.approve("maker", "apply")
    assert ["check"] == changed.at()
    assert "superseded" == changed.now.visit("check", 1).state  # type: ignore[union-attr]


def test_a_return_waits_for_a_call_under_way() -> None:
    """Nobody goes back past a call whose outcome is not known yet."""
    run = Run(flow(fill(), together("t", a=(approve("check"),), b=(call("booking"),))), world(PEOPLE))

    refusal = run.decide("ann", "check", "return", to="apply")
    assert refusal is not None
    assert "call_under_way" == refusal.reason


def test_recall_works_until_somebody_acted() -> None:
    """撤回: before the first action everything open is cancelled; afterwards it is refused."""
    early = Run(flow(fill(), approve("check")), world(PEOPLE))
    assert early.do(cmd.Recall("maker")) is None
    assert ("stopped", []) == (early.now.state, early.at())

    claimed = Run(flow(fill(), approve("check")), world(PEOPLE))
    claimed.do(cmd.Claim("ann", "check", 1, 1))
    refusal = claimed.do(cmd.Recall("maker"))
    assert refusal is not None
    assert "recall_too_late" == refusal.reason

    stranger = Run(flow(fill(), approve("check")), world(PEOPLE))
    assert stranger.do(cmd.Recall("ann")) is not None


def test_recall_until_the_first_decision_survives_a_claim() -> None:
    """first_decision counts votes only; never is never."""
    later = Run(flow(fill(), approve("check"), recall_until="first_decision"), world(PEOPLE))
    later.do(cmd.Claim("ann", "check", 1, 1))
    assert later.do(cmd.Recall("maker")) is None

    never = Run(flow(fill(), approve("check"), recall_until="never"), world(PEOPLE))
    assert never.do(cmd.Recall("maker")) is not None


def test_nothing_is_recalled_after_a_call_that_changed_another_system() -> None:
    """A booking cannot be taken back by taking back the submission."""
    definition = flow(fill(), call("booking"), approve("check"), irreversible=frozenset({"booking"}))
    run = Run(definition, world(PEOPLE))
    run.call_done("booking")

    assert run.do(cmd.Recall("maker")) is not None


def test_nobody_goes_back_behind_what_another_system_has_done() -> None:
    """A completed call is never requested twice: the return is refused, by whoever and however it comes."""
    definition = flow(fill(), call("booking"), approve("check"), irreversible=frozenset({"booking"}))
    run = Run(definition, world(PEOPLE))
    run.call_done("booking")
    refusal = run.decide("ann", "check", "return", to="apply")
    assert refusal is not None
    assert "call_done" == refusal.reason

    asking = Run(flow(fill(), call("rating"), approve("check")), world(PEOPLE))
    asking.call_done("rating")
    assert asking.decide("ann", "check", "return", to="apply") is None


def test_nobody_goes_back_behind_a_call_that_may_have_been_done() -> None:
    """Held because nobody knows its end, or given to a person to finish: going forward again could do it twice."""
    for on_error in (None, role("officers", pick="claim")):
        block = together("t", a=(approve("check"),), b=(call("booking", on_error=on_error),))
        run = Run(flow(fill(), block, irreversible=frozenset({"booking"})), world(PEOPLE))
        run.do(cmd.FinishCall("booking", 1, "unknown"))
        refusal = run.decide("ann", "check", "return", to="apply")
        assert refusal is not None
        assert "call_done" == refusal.reason
        assert run.do(cmd.Recall("maker")) is not None
