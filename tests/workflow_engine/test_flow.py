"""One flow after another: what waits where, who may do what, and what a return leaves standing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from forms_dsl.model import Due, Duration, People, SeatRule
from tests.workflow_engine.flows import (
    NOW,
    TWO_OF_THREE,
    Run,
    approve,
    call,
    choose,
    copy,
    expression,
    fill,
    flow,
    four_eyes,
    hours,
    role,
    together,
    world,
)
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.handle import Handled, handle
from workflow_engine.returns import return_targets

PEOPLE = {"check": ("ann", "bob"), "head": ("eva",), "officers": ("kai", "lin", "mo")}


def test_submitting_completes_the_first_fill_step() -> None:
    """The starter has entered the data before he submits: the flow waits at the check at once."""
    run = Run(flow(fill(), approve("check", due=hours(8)), approve("head")), world(PEOPLE))

    assert ["check"] == run.at()
    assert NOW + dt.timedelta(hours=8) == run.visit("check").due_at
    assert ("ann", "bob") == run.visit("check").entitled(run.visit("check").seats[0])


def test_what_a_rule_starts_has_no_first_step() -> None:
    """The platform enters nothing: the first fill step is skipped, and nobody can return the case to it."""
    definition = flow(fill(), approve("check", on_reject="apply"))
    outcome = handle(definition, None, cmd.Start(cmd.SYSTEM, None), world(PEOPLE, starter=cmd.SYSTEM))
    assert isinstance(outcome, Handled)

    assert ["check"] == [visit.step for visit in outcome.state.open_visits()]
    assert () == return_targets(definition, outcome.state, "check")


def test_everybody_approving_ends_approved() -> None:
    """From the start to the end with one approval a step."""
    run = Run(flow(fill(), approve("check"), approve("head")), world(PEOPLE))
    run.approve("ann", "check")
    run.approve("eva", "head")

    assert "approved" == run.now.state


def test_a_reject_ends_the_instance() -> None:
    """拒绝: nothing is asked any more."""
    run = Run(flow(fill(), approve("check"), approve("head")), world(PEOPLE))
    run.decide("ann", "check", "reject")

    assert ("rejected", []) == (run.now.state, run.at())


def test_a_reject_may_go_back_instead() -> None:
    """on_reject with a step: the flow waits there again as a new visit."""
    run = Run(flow(fill(), approve("check", on_reject="apply")), world(PEOPLE))
    run.decide("ann", "check", "reject")

    assert ["apply"] == run.at()
    assert 2 == run.visit("apply").number


def test_reject_and_return_need_an_opinion() -> None:
    """A refusal without a word is refused."""
    run = Run(flow(fill(), approve("check")), world(PEOPLE))

    refusal = run.decide("ann", "check", "reject", opinion="  ")
    assert refusal is not None
    assert "opinion_missing" == refusal.reason


def test_the_first_of_two_decisions_counts() -> None:
    """A second decision on the same visit changes nothing and hears who was first."""
    run = Run(flow(fill(), approve("check"), approve("head")), world(PEOPLE))
    run.approve("ann", "check")
    before = run.state

    refusal = run.do(cmd.Decide("bob", "check", 1, 1, "reject", "no"))

    assert refusal is not None
    assert refusal.seat is not None
    assert ("already_decided", "ann") == (refusal.reason, refusal.seat.actor)
    assert before == run.state


def test_a_stranger_changes_nothing() -> None:
    """Who holds no work item of the seat is refused, whatever the decision."""
    run = Run(flow(fill(), approve("check")), world(PEOPLE))

    for decision in ("approve", "reject", "return", "complete"):
        refusal = run.decide("eva", "check", decision)
        assert refusal is not None
        assert "not_offered" == refusal.reason


def test_a_claimed_seat_belongs_to_one_person_until_released() -> None:
    """认领: others lose the item; 退领 gives it back."""
    run = Run(flow(fill(), approve("check")), world(PEOPLE))
    run.do(cmd.Claim("ann", "check", 1, 1))

    refusal = run.decide("bob", "check", "approve")
    assert refusal is not None
    assert "claimed" == refusal.reason

    run.do(cmd.Release("ann", "check", 1, 1))
    run.approve("bob", "check")
    assert "approved" == run.now.state


def test_four_eyes_leaves_out_who_acted_before() -> None:
    """Who checked does not decide: he is left out with the rule's name, and the others are asked."""
    definition = flow(
        fill(), approve("check"), approve("decide", role("check")), four_eyes=(four_eyes("apply", "check", "decide"),)
    )
    run = Run(definition, world(PEOPLE))
    run.approve("ann", "check")

    visit = run.visit("decide")
    assert ("bob",) == visit.entitled(visit.seats[0])
    assert [("ann", "four_eyes", "maker_checker")] == [(out.person, out.reason, out.rule) for out in visit.left_out]


def test_four_eyes_holds_when_nobody_is_left() -> None:
    """The only approver has acted before: the flow is held, never passed."""
    people = {"check": ("ann",)}
    definition = flow(fill(), approve("check"), approve("decide", role("check")), four_eyes=(four_eyes("check", "decide"),))
    run = Run(definition, world(people))
    run.approve("ann", "check")

    assert ("held", "no_approver") == (run.now.state, run.visit("decide").held_reason)


def test_the_starter_never_approves() -> None:
    """Even without a rule, who started the flow is not asked to approve it."""
    run = Run(flow(fill(), approve("check")), world({"check": ("maker",)}))

    assert "held" == run.now.state
    assert "starter" == run.visit("check").left_out[0].reason


def test_editors_of_a_field_are_left_out_and_checked_again() -> None:
    """Who changed the amount does not decide; it is asked again at the commit, after a later edit."""
    rule = four_eyes(editors_of=("amount",), may_not_act_at=("check",))
    definition = flow(fill(), approve("check"), four_eyes=(rule,))
    run = Run(definition, world(PEOPLE))
    run.world = world(PEOPLE, editors={"amount": frozenset({"ann"})})

    refusal = run.decide("ann", "check", "approve")
    assert refusal is not None
    assert ("four_eyes", "maker_checker") == (refusal.reason, refusal.rule)


def test_the_limit_is_asked_at_the_commit() -> None:
    """本人授权额度: approving needs cover for the amount now; rejecting does not."""
    definition = flow(fill(), approve("check", limit=expression("amount")))
    limits = {"ann": Decimal(100000)}
    run = Run(definition, world(PEOPLE, {"amount": Decimal(100000)}, limits))
    run.world = world(PEOPLE, {"amount": Decimal("100000.01")}, limits)

    for actor in ("ann", "bob"):
        refusal = run.decide(actor, "check", "approve")
        assert refusal is not None
        assert "over_limit" == refusal.reason
    assert run.decide("bob", "check", "reject") is None


def test_a_missing_amount_is_never_covered() -> None:
    """No amount, no approval: a limit that cannot be compared refuses."""
    run = Run(flow(fill(), approve("check", limit=expression("amount"))), world(PEOPLE, limits={"ann": Decimal(10)}))

    refusal = run.decide("ann", "check", "approve")
    assert refusal is not None
    assert "over_limit" == refusal.reason


def test_only_people_with_cover_are_asked() -> None:
    """with_limit leaves out who may not approve the amount."""
    definition = flow(fill(), approve("check", role("check", with_limit=expression("amount"))))
    run = Run(definition, world(PEOPLE, {"amount": Decimal(50)}, {"ann": Decimal(49), "bob": Decimal(50)}))

    visit = run.visit("check")
    assert [("bob",)] == [visit.entitled(seat) for seat in visit.seats]
    assert [("ann", "limit")] == [(out.person, out.reason) for out in visit.left_out]


def test_who_left_the_role_may_not_decide_any_more() -> None:
    """The offer was frozen, the right is not: it is asked again at the commit."""
    run = Run(flow(fill(), approve("check")), world(PEOPLE))
    run.world = world(PEOPLE, gone=frozenset({"ann"}))

    refusal = run.decide("ann", "check", "approve")
    assert refusal is not None
    assert "no_longer_fits" == refusal.reason


def test_two_of_three_pass() -> None:
    """Two approvals of three decide; the third seat is not required."""
    run = Run(flow(fill(), approve("officers", role("officers"), rule=TWO_OF_THREE)), world(PEOPLE))
    run.approve("kai", "officers")
    assert "running" == run.now.state
    run.approve("mo", "officers")

    assert "approved" == run.now.state
    assert ["approved", "not_required", "approved"] == [seat.state for seat in run.visit("officers").seats]


def test_fewer_people_than_seats_is_held() -> None:
    """Three signatures are wanted and two people fit: held, not lowered."""
    definition = flow(fill(), approve("check", role("check", count_min=3, count_max=3), rule=SeatRule("all")))

    assert "too_few_people" == Run(definition, world(PEOPLE)).visit("check").held_reason


def test_two_seats_of_a_pool_take_two_people() -> None:
    """Two signatures out of three officers: whoever signed one is not offered the other."""
    by = role("officers", count_min=2, count_max=2)
    run = Run(flow(fill(), approve("officers", by, rule=SeatRule("all"))), world(PEOPLE))
    run.approve("kai", "officers", seat=1)

    refusal = run.decide("kai", "officers", "approve", seat=2)
    assert refusal is not None
    assert "second_seat" == refusal.reason
    run.approve("lin", "officers")
    assert "approved" == run.now.state


def test_in_turn_keeps_the_order() -> None:
    """依次: the second waits for the first."""
    run = Run(flow(fill(), approve("check", role("check"), rule=SeatRule("in_turn"))), world(PEOPLE))

    refusal = run.decide("bob", "check", "approve")
    assert refusal is not None
    assert "not_your_turn" == refusal.reason


def test_choose_takes_the_branch_of_the_code() -> None:
    """One branch by its code, with what follows the block afterwards."""
    steps = choose("level", branch=(approve("check"),), officers=(approve("officers"),))
    run = Run(flow(fill(), steps, approve("head")), world(PEOPLE, {"level": "officers"}))

    assert ["officers"] == run.at()
    run.approve("kai", "officers")
    assert ["head"] == run.at()


def test_choose_without_a_branch_is_held() -> None:
    """A value without a branch, or no value, waits for an administrator, with the reason."""
    definition = flow(fill(), choose("level", branch=()), approve("head"))

    assert "no_branch" == Run(definition, world(PEOPLE, {"level": "other"})).visit("level").held_reason
    assert "value_missing" == Run(definition, world(PEOPLE)).visit("level").held_reason
    assert ["head"] == Run(definition, world(PEOPLE, {"level": "branch"})).at()
    otherwise = flow(fill(), choose("level", otherwise=(approve("check"),), branch=()), approve("head"))
    assert ["check"] == Run(otherwise, world(PEOPLE)).at()


def test_retry_goes_on_where_the_flow_was_held() -> None:
    """Once the organisation is mended an administrator asks again, and a new visit opens."""
    run = Run(flow(fill(), approve("check")), world())
    run.world = world(PEOPLE)
    run.do(cmd.Retry("admin"))

    assert ("running", ["check"]) == (run.now.state, run.at())


def test_a_step_is_skipped_when_its_condition_is_not_true() -> None:
    """Not true means skipped, and the step has no visit."""
    run = Run(flow(fill(), approve("check", when=expression("big")), approve("head")), world(PEOPLE, {"big": False}))

    assert ["head"] == run.at()
    assert run.now.latest("check") is None


def test_a_call_waits_for_its_outcome() -> None:
    """The flow goes on when the other system has confirmed; a second report changes nothing."""
    run = Run(flow(fill(), call("booking"), approve("check")), world(PEOPLE))
    assert ["booking"] == run.at()
    run.call_done("booking")
    run.call_done("booking")

    assert ["check"] == run.at()


def test_an_unclear_call_is_held_or_given_to_a_person() -> None:
    """Without on_error the flow is held, and is not sent again; with it somebody completes the work by hand."""
    held = Run(flow(fill(), call("booking")), world(PEOPLE))
    held.call_done("booking", "unknown")
    assert "call_unknown" == held.visit("booking").held_reason
    refusal = held.do(cmd.Retry("admin"))
    assert refusal is not None
    assert "outcome_unknown" == refusal.reason

    by_hand = Run(flow(fill(), call("booking", on_error=role("check", pick="claim"))), world(PEOPLE))
    by_hand.call_done("booking", "rejected")
    assert by_hand.visit("booking").by_hand
    by_hand.approve("ann", "booking")
    assert "approved" == by_hand.now.state


def test_a_retry_never_sends_an_unclear_call_again() -> None:
    """When nobody could take the work by hand, an administrator asks for people again, not the other system."""
    run = Run(flow(fill(), call("booking", on_error=role("check", pick="claim"))), world())
    run.call_done("booking", "unknown")
    assert "no_approver" == run.visit("booking").held_reason
    run.world = world(PEOPLE)
    run.do(cmd.Retry("admin"))

    assert (("running", True), 1) == (
        (run.now.state, run.visit("booking").by_hand),
        sum(isinstance(entry.event, ev.CallRequested) for entry in run.entries),
    )


def test_together_goes_on_when_both_branches_are_through() -> None:
    """并行: the join belongs to its own start, in either order."""
    block = together("lines", risk=(approve("check"),), law=(approve("officers"),))
    run = Run(flow(fill(), block, approve("head")), world(PEOPLE))
    assert ["check", "officers"] == run.at()
    run.approve("kai", "officers")
    assert ["check"] == run.at()
    run.approve("ann", "check")

    assert ["head"] == run.at()


def test_an_act_in_one_branch_takes_the_person_out_of_the_other() -> None:
    """Four eyes across parallel branches: the item of the other branch goes, and when nobody is left it is held."""
    block = together("lines", one=(approve("check"),), two=(approve("second", role("check", pick="claim")),))
    definition = flow(fill(), block, four_eyes=(four_eyes("check", "second"),))
    run = Run(definition, world({"check": ("ann",)}))
    run.approve("ann", "check")

    assert ("held", "no_approver") == (run.now.state, run.visit("second").held_reason)


def test_copies_reach_everybody_once() -> None:
    """抄送 asks nobody and stops nothing."""
    run = Run(flow(fill(), copy("cc", People("starter"), role("check"), role("check"))), world(PEOPLE))

    copied = next(entry.event for entry in run.entries if type(entry.event).__name__ == "Copied")
    assert ("maker", "ann", "bob") == copied.people  # type: ignore[union-attr]
    assert "approved" == run.now.state


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


def test_a_timer_marks_an_open_visit_once() -> None:
    """A due time is recorded once, and never after the visit was closed."""
    run = Run(flow(fill(), approve("check", due=hours(1)), approve("head")), world(PEOPLE))
    run.do(cmd.TimerDue("check", 1))
    marked = len(run.entries)
    run.do(cmd.TimerDue("check", 1))
    run.approve("ann", "check")
    closed = len(run.entries)
    run.do(cmd.TimerDue("check", 1))

    assert run.visit("check").overdue
    assert ["overdue"] == [type(entry.event).__name__.lower() for entry in run.entries[marked - 1 : marked]]
    assert closed == len(run.entries)


def late(then: str, **keys: object) -> Due:
    return Due(Duration(1, "hour"), then, **keys)  # type: ignore[arg-type]


def test_a_late_step_may_refuse_pass_or_ask_others() -> None:
    """超时: what happens is recorded with the clock as its actor, never with a person's name."""
    refused = Run(flow(fill(), approve("check", due=late("reject"))), world(PEOPLE))
    refused.do(cmd.TimerDue("check", 1))
    assert "rejected" == refused.now.state
    assert {"system:timeout"} == {entry.actor for entry in refused.entries[-3:]}

    passed = Run(flow(fill(), approve("check", due=late("approve")), approve("head")), world(PEOPLE))
    passed.do(cmd.TimerDue("check", 1))
    assert ["head"] == passed.at()
    assert {None} == {seat.actor for seat in passed.visit("check").seats}

    asked = Run(flow(fill(), approve("check", due=late("escalate", to=role("head")))), world(PEOPLE))
    asked.do(cmd.Claim("ann", "check", 1, 1))
    asked.do(cmd.TimerDue("check", 1))
    assert ("ann", "bob", "eva") == asked.visit("check").entitled(asked.visit("check").seats[0])
    asked.approve("eva", "check")
    assert "approved" == asked.now.state


def test_escalation_keeps_four_eyes() -> None:
    """Who may not act there is not asked by the clock either."""
    definition = flow(
        fill(), approve("head"), approve("check", due=late("escalate", to=role("head"))), four_eyes=(four_eyes("head", "check"),)
    )
    run = Run(definition, world(PEOPLE))
    run.approve("eva", "head")
    run.do(cmd.TimerDue("check", 1))

    assert ("ann", "bob") == run.visit("check").entitled(run.visit("check").seats[0])


def test_a_veto_holder_decides_alone_against() -> None:
    """一票否决: his reject decides whatever the share; anybody else's is one vote."""
    rule = SeatRule("any_approve", veto="head")
    definition = flow(fill(), approve("officers", role("officers"), rule=rule))
    people = {"officers": ("kai", "eva"), "head": ("eva",)}
    vote = Run(definition, world(people))
    vote.decide("kai", "officers", "reject")
    assert "running" == vote.now.state

    veto = Run(definition, world(people))
    veto.decide("eva", "officers", "reject")
    assert "rejected" == veto.now.state


def test_whoever_wrote_the_record_stands_where_the_starter_stands() -> None:
    """A colleague who submits somebody's draft takes nothing away: its author is left out, and asked again at the commit."""
    definition = flow(fill(), approve("check"), approve("head"), four_eyes=(four_eyes("apply", "check"),))
    run = Run(definition, world({**PEOPLE, "head": ("ann", "eva")}, authors=frozenset({"ann"})))

    assert [("bob",)] == [run.visit("check").entitled(seat) for seat in run.visit("check").seats]
    assert [("ann", "maker_checker")] == [(out.person, out.rule) for out in run.visit("check").left_out]
    run.world = world({**PEOPLE, "head": ("ann", "eva")}, authors=frozenset({"bob"}))
    refusal = run.decide("bob", "check", "approve")
    assert refusal is not None
    assert ("four_eyes", "maker_checker") == (refusal.reason, refusal.rule)
    run.world = world({**PEOPLE, "head": ("ann", "eva")}, authors=frozenset({"ann"}))
    run.approve("bob", "check")
    run.approve("ann", "head")
    assert "approved" == run.now.state


def test_the_limit_that_people_were_found_by_is_asked_at_the_commit() -> None:
    """with_limit: an amount that grew, or a limit that was lowered, since somebody was asked; not for the escalated."""
    by = role("check", with_limit=expression("amount"))
    due = Due(Duration(1, "hour"), "escalate", to=role("officers"))
    definition = flow(fill(), approve("check", by, due=due))
    limits = {"ann": Decimal(50), "bob": Decimal(50)}
    run = Run(definition, world(PEOPLE, {"amount": Decimal(50)}, limits))
    run.world = world(PEOPLE, {"amount": Decimal(51)}, limits)
    refusal = run.decide("ann", "check", "approve")
    assert refusal is not None
    assert "over_limit" == refusal.reason

    run.do(cmd.TimerDue("check", 1))
    assert run.decide("ann", "check", "approve") is not None
    assert run.decide("kai", "check", "approve") is None


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
