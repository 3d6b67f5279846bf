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
from workflow_engine.earlier import return_targets
from workflow_engine.handle import Handled, handle

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
