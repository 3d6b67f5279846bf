"""Weights and ballots: exact fractions, quorum, abstentions, the veto of the chair, and the end of the time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest

from forms_dsl.model import Duration, HumanStep, SeatRule
from tests.workflow_engine.flows import NOW, Run, approve, fill, flow, role, world
from workflow_engine import commands as cmd
from workflow_engine.decide import decide
from workflow_engine.state import SeatState

VOTES: tuple[SeatState, ...] = ("approved", "rejected", "abstained", "open")
COMMITTEE = ("ann", "bob", "eva", "kai", "lin")
TWO_THIRDS = SeatRule("vote", Fraction(2, 3), "present", early=False, quorum=Fraction(2, 3))


def ballot(rule: SeatRule = TWO_THIRDS, **keys: object) -> HumanStep:
    may = ("approve", "reject", "abstain")
    step = approve("board", role("member"), rule=rule, may=may, opinion=(), open_for=Duration(1, "day"), **keys)
    return replace(step, verb="vote")


def meeting(rule: SeatRule = TWO_THIRDS, **keys: object) -> Run:
    """A case before the committee; ann is its chair."""
    return Run(flow(fill(), ballot(rule, **keys)), world({"member": COMMITTEE, "chair": ("ann",)}))


def close(run: Run, after: dt.timedelta = dt.timedelta(days=1)) -> None:
    run.world = replace(run.world, now=NOW + after)
    assert run.do(cmd.CloseBallot("board", run.visit("board").number)) is None


@pytest.mark.parametrize("of", ["seats", "present", "voted"])
def test_a_ballot_is_counted_like_the_brute_force_oracle(of: str) -> None:
    """Quorum and share as exact fractions over all ways to vote, up to six seats and all thresholds up to sixths."""
    for total in range(1, 7):
        for approved, rejected, abstained in product(range(total + 1), repeat=3):
            present = approved + rejected + abstained
            if present > total:
                continue
            given = (("approved", approved), ("rejected", rejected), ("abstained", abstained), ("open", total - present))
            seats: list[SeatState] = [state for state, many in given for _ in range(many)]  # type: ignore[misc]
            totals = {"seats": total, "present": present, "voted": approved + rejected}
            for below in range(1, 7):
                for above in range(1, below + 1):
                    share = Fraction(above, below)
                    rule = SeatRule("vote", share, of, early=False, quorum=share)
                    if not present or Fraction(present, total) < share:
                        expected = "no_quorum"
                    else:
                        met = totals[of] > 0 and Fraction(approved, totals[of]) >= share
                        expected = "approved" if met else "rejected"
                    assert expected == decide(rule, seats, closed=True), (seats, share)
                    assert present == total or "pending" == decide(rule, seats)


def test_weights_count_votes_not_heads() -> None:
    """票签: for every way to vote of three seats, the result is that of the approving weight, early and at the end."""
    weights = (3, 2, 1)
    for votes in product(VOTES, repeat=3):
        for needed in range(1, 7):
            rule = SeatRule("weights", votes=needed)
            yes = sum(weight for weight, vote in zip(weights, votes, strict=True) if vote == "approved")
            still = sum(weight for weight, vote in zip(weights, votes, strict=True) if vote == "open")
            expected = "approved" if yes >= needed else "rejected" if yes + still < needed or not still else "pending"
            assert expected == decide(rule, votes, weights), (votes, needed)


def test_a_seat_has_the_votes_of_its_owners_heaviest_role() -> None:
    """Two votes for a senior, one for a junior: one senior and one junior make three, two juniors do not."""
    rule = SeatRule("weights", weights={"senior": 2, "junior": 1}, votes=3)
    people = {"all": ("ann", "bob", "eva"), "senior": ("ann",), "junior": ("ann", "bob", "eva")}
    run = Run(flow(fill(), approve("sign", role("all"), rule=rule)), world(people))

    assert (2, 1, 1) == tuple(seat.weight for seat in run.visit("sign").seats)
    run.approve("bob", "sign")
    run.approve("eva", "sign")
    assert ["sign"] == run.at()
    run.approve("ann", "sign")
    assert "approved" == run.now.state


def test_a_ballot_waits_for_everybody_until_its_time_is_over() -> None:
    """Four of five say yes: nothing is decided before the fifth has voted or the day is over."""
    run = meeting()
    for member in ("ann", "bob", "eva", "kai"):
        run.approve(member, "board")
    assert ["board"] == run.at()

    close(run, dt.timedelta(hours=23))
    assert ["board"] == run.at()
    close(run)
    assert "approved" == run.now.state
    assert "not_required" == run.visit("board").seats[4].state


def test_an_abstention_is_present_and_no_vote_for_it() -> None:
    """Of five present, three for and two abstained: 3/5 is less than 2/3."""
    run = meeting()
    for member in ("ann", "bob", "eva"):
        run.approve(member, "board")
    for member in ("kai", "lin"):
        assert run.decide(member, "board", "abstain") is None

    assert "rejected" == run.now.state


def test_without_a_quorum_a_ballot_says_nothing() -> None:
    """Three of five are less than two thirds: held, and a new round begins with fresh seats."""
    run = meeting()
    for member in ("ann", "bob", "eva"):
        run.approve(member, "board")
    close(run)

    assert ("held", "no_quorum") == (run.now.state, run.visit("board").held_reason)
    assert run.do(cmd.Retry("admin")) is None
    assert (2, "open") == (run.visit("board").number, run.visit("board").state)
    assert {"open"} == {seat.state for seat in run.visit("board").seats}


def test_the_chair_refuses_but_cannot_turn_a_refusal() -> None:
    """The holder of the veto decides at once by a reject; alone for it, he does not carry it."""
    rule = replace(TWO_THIRDS, veto="chair")
    run = meeting(rule)
    assert run.decide("ann", "board", "reject") is None
    assert "rejected" == run.now.state

    run = meeting(rule)
    run.approve("ann", "board")
    for member in ("bob", "eva", "kai", "lin"):
        assert run.decide(member, "board", "reject") is None
    assert "rejected" == run.now.state


def test_late_ballots_are_refused() -> None:
    """Nobody votes after the count."""
    run = meeting()
    for member in ("ann", "bob", "eva", "kai"):
        run.approve(member, "board")
    close(run)

    refused = run.decide("lin", "board", "reject", seat=5)
    assert refused is not None
    assert "already_decided" == refused.reason
