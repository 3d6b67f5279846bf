"""Who is asked in another's place: leaders for the starter, for nobody, and for those who let the time pass."""

from __future__ import annotations

from decimal import Decimal

from forms_dsl.model import Due, Duration, People, SeatRule
from tests.workflow_engine.flows import Run, approve, expression, fill, flow, four_eyes, hours, role, world
from workflow_engine import commands as cmd
from workflow_engine import events as ev

ALL = SeatRule("all")


def test_nobody_is_held_by_default() -> None:
    """An empty role holds the flow, whoever leads the starter."""
    run = Run(flow(fill(), approve("check")), world(leaders={"maker": "boss"}))

    assert "no_approver" == run.visit("check").held_reason


def test_the_leader_of_the_starter_is_asked_for_nobody() -> None:
    """With `no_approver: leader` he decides, and only as long as he leads the starter."""
    run = Run(flow(fill(), approve("check"), no_approver="leader"), world(leaders={"maker": "boss"}))

    assert ("boss",) == run.visit("check").seats[0].candidates
    run.world = world(leaders={"maker": "other"})
    refused = run.decide("boss", "check", "approve")
    assert refused is not None
    assert "no_longer_fits" == refused.reason
    run.world = world(leaders={"maker": "boss"})
    run.approve("boss", "check")
    assert "approved" == run.now.state


def test_a_missing_leader_never_means_that_it_passes() -> None:
    """Nobody to ask and nobody who leads: held."""
    run = Run(flow(fill(), approve("check"), no_approver="leader"), world())

    assert "no_approver" == run.visit("check").held_reason


def test_a_step_for_nobody_passes_only_where_the_workflow_says_so() -> None:
    """The act is the system's, it stands in the history, and no person decided."""
    run = Run(flow(fill(), approve("check"), no_approver="auto_pass"), world())

    passed = next(entry for entry in run.entries if isinstance(entry.event, ev.PassedWithout))
    assert ("system", "approved") == (passed.actor, run.now.state)
    assert frozenset() == run.now.actors("check")


def test_a_step_never_passes_by_itself_under_four_eyes_or_a_limit() -> None:
    """Publishing refuses it, and the engine does not do it either."""
    eyes = flow(fill(), approve("check"), no_approver="auto_pass", four_eyes=(four_eyes("apply", "check"),))
    limit = flow(fill(), approve("check", limit=expression("amount")), no_approver="auto_pass")

    for definition in (eyes, limit):
        assert "no_approver" == Run(definition, world(values={"amount": Decimal(1)})).visit("check").held_reason


def test_people_who_may_not_act_are_not_nobody() -> None:
    """Whoever is there but barred is no reason to pass: the starter alone in the role holds the flow."""
    run = Run(flow(fill(), approve("check"), no_approver="auto_pass"), world({"check": ("maker",)}))

    assert "held" == run.now.state


def test_the_starter_among_those_who_all_decide_holds_the_flow() -> None:
    """His seat would be missing; in a pool, where one claims, nobody misses it."""
    people = {"check": ("maker", "ann", "bob")}
    run = Run(flow(fill(), approve("check", role("check"), rule=ALL)), world(people))
    pool = Run(flow(fill(), approve("check", role("check", pick="claim"))), world(people))

    assert "starter_is_approver" == run.visit("check").held_reason
    assert ("ann", "bob") == pool.visit("check").seats[0].candidates


def test_the_starter_is_skipped_where_others_remain() -> None:
    """`skip_if_others`: without him the others decide; alone he holds the flow."""
    definition = flow(fill(), approve("check", role("check"), rule=ALL), starter_is_approver="skip_if_others")

    assert ["ann"] == [seat.owner for seat in Run(definition, world({"check": ("maker", "ann")})).visit("check").seats]
    assert "starter_is_approver" == Run(definition, world({"check": ("maker",)})).visit("check").held_reason


def test_the_leader_takes_the_seat_of_the_starter() -> None:
    """`leader`: he decides beside the others; where nobody leads the starter the flow is held."""
    definition = flow(fill(), approve("check", role("check"), rule=ALL), starter_is_approver="leader")
    run = Run(definition, world({"check": ("maker", "ann")}, leaders={"maker": "boss"}))

    assert ["ann", "boss"] == [seat.owner for seat in run.visit("check").seats]
    run.approve("boss", "check")
    run.approve("ann", "check")
    assert "approved" == run.now.state
    assert "starter_is_approver" == Run(definition, world({"check": ("maker", "ann")})).visit("check").held_reason


def test_a_late_step_goes_to_the_leader_of_who_holds_it() -> None:
    """Each seat to the leader of its own holder, who may act once it is late and only then."""
    late = Due(Duration(1, "day"), "escalate", to=People("leader_of_holder"))
    definition = flow(fill(), approve("check", role("check", count_min=2, count_max=2), rule=ALL, due=late))
    facts = world({"check": ("ann", "bob")}, leaders={"ann": "kai", "bob": "lin"})
    run = Run(definition, facts)

    refused = run.decide("kai", "check", "approve", 1)
    assert refused is not None
    assert "not_offered" == refused.reason
    assert run.do(cmd.TimerDue("check", 1)) is None
    assert [("ann", "kai"), ("bob", "lin")] == [seat.candidates for seat in run.visit("check").seats]
    run.approve("kai", "check")
    run.world = world({"check": ("ann", "bob")}, leaders={"ann": "kai", "bob": "someone"})
    refused = run.decide("lin", "check", "approve")
    assert refused is not None
    assert "no_longer_fits" == refused.reason


def test_a_due_time_is_that_of_the_step() -> None:
    """Plain time needs no calendar."""
    run = Run(flow(fill(), approve("check", due=hours(4))), world({"check": ("ann",)}))

    assert run.visit("check").due_at is not None


def test_who_is_added_before_a_seat_has_its_turn() -> None:
    """In turn, the seat that waits for him keeps the later ones waiting, and not him."""
    step = approve("check", role("check", count_min=2, count_max=2), rule=SeatRule("in_turn"), allow=("add_before",))
    run = Run(flow(fill(), step), world({"check": ("ann", "bob", "kai")}))
    first = run.visit("check").seats[0]
    holder = next(iter(run.visit("check").entitled(first)))
    other = next(name for name in ("ann", "bob", "kai") if name != holder)
    assert run.do(cmd.AddSeats(holder, "check", 1, 1, (other,), "before", "a second look")) is None

    refused = run.decide(holder, "check", "approve", 1)
    assert refused is not None
    assert "waits_for_others" == refused.reason
    assert run.decide(other, "check", "approve", 3) is None
    assert run.decide(holder, "check", "approve", 1) is None
