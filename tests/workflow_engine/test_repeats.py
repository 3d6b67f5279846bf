"""An approval that somebody gave before stands for his next seat: when, and when never."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms_dsl.model import People, RepeatApprover, SeatRule, StepFields
from tests.workflow_engine.flows import Run, approve, call, expression, fill, flow, four_eyes, role, world
from workflow_engine import events as ev

CONSECUTIVE, EARLIER = RepeatApprover("consecutive"), RepeatApprover("any_earlier")
#: ann alone is asked at each step.
ANN = {"one": ("ann",), "two": ("ann",), "three": ("ann",)}


def run(*steps: object, repeat: RepeatApprover = CONSECUTIVE, facts: object = None, **keys: object) -> Run:
    return Run(flow(fill(), *steps, repeat_approver=repeat, **keys), facts or world(ANN))  # type: ignore[arg-type]


def test_the_next_approval_of_the_same_person_is_the_systems() -> None:
    """It points at the approval that stands for it; for four eyes the owner has acted there."""
    at = run(approve("one"), approve("two"))
    at.approve("ann", "one")

    repeated = next(entry for entry in at.entries if isinstance(entry.event, ev.SeatRepeated))
    assert ("system:dedupe", "one", 1, 1) == (
        repeated.actor,
        repeated.event.of_step,
        repeated.event.of_visit,
        repeated.event.of_seat,
    )
    assert ("approved", frozenset({"ann"})) == (at.now.state, at.now.actors("two"))


def test_by_default_everybody_is_asked_again() -> None:
    """Without `repeat_approver` nothing is skipped."""
    at = run(approve("one"), approve("two"), repeat=RepeatApprover())
    at.approve("ann", "one")

    assert ["two"] == at.at()


@pytest.mark.parametrize(("repeat", "waits"), [(CONSECUTIVE, ["three"]), (EARLIER, [])])
def test_consecutive_means_the_step_right_before(repeat: RepeatApprover, waits: list[str]) -> None:
    """With bob between, only `any_earlier` skips; a call between is nobody's step."""
    at = run(approve("one"), call("kyc"), approve("two"), approve("three"), repeat=repeat, facts=world({**ANN, "two": ("bob",)}))
    at.approve("ann", "one")
    assert at.call_done("kyc") is None
    at.approve("bob", "two")

    assert waits == at.at()


def test_a_call_between_is_nobodys_step() -> None:
    """Consecutive are the steps of people."""
    at = run(approve("one"), call("kyc"), approve("two"))
    at.approve("ann", "one")
    assert at.call_done("kyc") is None

    assert "approved" == at.now.state


@pytest.mark.parametrize(
    "keys",
    [
        {"always_ask": True},
        {"signature": True},
        {"opinion": ("approve",)},
        {"fields": StepFields(write=("rating",), require=("rating",))},
    ],
)
def test_what_is_more_than_a_click_is_asked(keys: dict[str, object]) -> None:
    """always_ask, a signature, a written opinion, a value to enter."""
    at = run(approve("one"), approve("two", **keys))
    at.approve("ann", "one")

    assert ["two"] == at.at()


def test_a_pool_is_asked() -> None:
    """Where several may claim a seat nobody owns it yet."""
    at = run(approve("one"), approve("two"), facts=world({**ANN, "two": ("ann", "bob")}))
    at.approve("ann", "one")

    assert ["two"] == at.at()


def test_other_values_are_looked_at_again() -> None:
    """A change of the fields of `unless_changed` since the approval switches it off."""
    at = run(
        approve("one"), fill("pricing", role("desk")), approve("two"), repeat=EARLIER, facts=world({**ANN, "desk": ("kai",)})
    )
    at.approve("ann", "one")
    at.world = world({**ANN, "desk": ("kai",)}, digest="other")
    at.approve("kai", "pricing")

    assert ["two"] == at.at()


def test_an_approval_of_an_earlier_round_does_not_count() -> None:
    """After a return everything is looked at again, as far as the flow asks again at all."""
    steps = (approve("one"), approve("two", People("role", "bob")), approve("three"))
    at = run(*steps, repeat=EARLIER, facts=world({**ANN, "bob": ("bob",)}), resubmit_to="returner")
    at.approve("ann", "one")
    assert at.decide("bob", "two", "return", to="apply") is None
    at.approve("maker", "apply")
    at.approve("bob", "two")

    assert ["three"] == at.at()


def test_limits_are_asked_again() -> None:
    """Whoever may not approve the amount at the later step is asked, and refused there."""
    facts = world(ANN, {"amount": Decimal(100)}, {"ann": Decimal(5)})
    at = run(approve("one"), approve("two", limit=expression("amount")), facts=facts)
    at.approve("ann", "one")

    assert ["two"] == at.at()


def test_four_eyes_are_never_repeated_away() -> None:
    """Two steps for different people: the second is held, it does not pass by the first."""
    at = run(approve("one"), approve("two"), four_eyes=(four_eyes("one", "two"),))
    at.approve("ann", "one")

    assert "no_approver" == at.visit("two").held_reason


def test_a_repeated_seat_bars_its_owner_elsewhere() -> None:
    """Who stands at a step by an earlier approval may not act where another person must."""
    facts = world({**ANN, "three": ("ann", "bob")})
    at = run(approve("one"), approve("two"), approve("three"), facts=facts, four_eyes=(four_eyes("two", "three"),))
    at.approve("ann", "one")

    assert [("bob",)] == [seat.candidates for seat in at.visit("three").seats]


def test_the_others_of_a_step_are_asked() -> None:
    """One seat stands by an earlier approval, the rule counts it with the votes of the others."""
    all_of = approve("two", role("two", count_min=2, count_max=2), rule=SeatRule("all"))
    at = run(approve("one"), all_of, facts=world({**ANN, "two": ("ann", "bob")}))
    at.approve("ann", "one")

    assert ["approved", "open"] == [seat.state for seat in at.visit("two").seats]
    at.approve("bob", "two")
    assert "approved" == at.now.state


def test_in_turn_it_waits_for_the_turn() -> None:
    """The second in turn is not approved before the first has decided."""
    turns = approve("two", role("two", count_min=2, count_max=2), rule=SeatRule("in_turn"))
    at = run(approve("one", role("second")), turns, facts=world({"second": ("bob",), "two": ("ann", "bob")}))
    at.approve("bob", "one")
    assert ["open", "open"] == [seat.state for seat in at.visit("two").seats]
    at.approve("ann", "two")

    assert "approved" == at.now.state


def test_who_no_longer_fits_when_his_turn_comes_is_asked() -> None:
    """In turn, somebody may have left the role since the step opened: his earlier approval stands for nothing then."""
    by = role("two", pick="all")
    facts = world({"one": ("bob",), "two": ("ann", "bob")})
    at = run(approve("one"), approve("two", by, rule=SeatRule("in_turn")), facts=facts)
    at.approve("bob", "one")
    at.world = world({"one": ("bob",), "two": ("ann",)})
    at.approve("ann", "two")

    assert ["two"] == at.at()
