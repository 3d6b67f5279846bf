"""The result of a visit: exact, independent of order, and the same as counting every possible ending."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations, product

import pytest

from forms_dsl.model import SeatRule
from workflow_engine.decide import count, decide, may_act, possible
from workflow_engine.state import SeatState

VOTES: tuple[SeatState, ...] = ("approved", "rejected", "abstained")


def oracle(threshold: Fraction, of: str, seats: tuple[SeatState, ...], early: bool) -> str:
    """Pass with a share, by brute force: what every possible way to answer the open seats leads to."""

    def final(votes: tuple[SeatState, ...]) -> str:
        approved, rejected = votes.count("approved"), votes.count("rejected")
        total = len(votes) if of == "seats" else approved + rejected
        return "approved" if total and Fraction(approved, total) >= threshold else "rejected"

    still_open = seats.count("open")
    given = tuple(seat for seat in seats if seat != "open")
    if not still_open:
        return final(given)
    if not early:
        return "pending"
    endings = {final(given + ending) for ending in product(VOTES, repeat=still_open)}
    return endings.pop() if len(endings) == 1 else "pending"


@pytest.mark.parametrize("of", ["seats", "voted"])
@pytest.mark.parametrize("early", [True, False])
def test_a_share_is_decided_like_the_brute_force_oracle(of: str, early: bool) -> None:
    """decide() agrees with exact fractions over every possible ending, for all counts up to 7 seats and all thresholds."""
    for total in range(1, 8):
        for approved, rejected, abstained in product(range(total + 1), repeat=3):
            if approved + rejected + abstained > total:
                continue
            votes: tuple[SeatState, ...] = (
                ("approved",) * approved
                + ("rejected",) * rejected
                + ("abstained",) * abstained
                + ("open",) * (total - approved - rejected - abstained)
            )
            for denominator in range(1, 8):
                for numerator in range(1, denominator + 1):
                    threshold = Fraction(numerator, denominator)
                    rule = SeatRule("pass", threshold, of=of, early=early)
                    expected = oracle(threshold, of, votes, early and of == "seats")
                    assert expected == decide(rule, votes), (votes, threshold)


def test_large_counts_agree_with_exact_fractions() -> None:
    """Up to twelve seats, a share is met exactly when a/T >= n/d as fractions: 1/3 of 3 needs one, never 33.33 %."""
    for total in range(1, 13):
        for approved in range(total + 1):
            votes: list[SeatState] = ["approved"] * approved + ["rejected"] * (total - approved)
            for denominator in range(1, 13):
                for numerator in range(1, denominator + 1):
                    met = Fraction(approved, total) >= Fraction(numerator, denominator)
                    expected = "approved" if met else "rejected"
                    assert expected == decide(SeatRule("pass", Fraction(numerator, denominator)), votes)


@pytest.mark.parametrize("kind", ["all", "any_approve", "pass"])
def test_the_order_of_votes_does_not_matter(kind: str) -> None:
    """Counted at the end, any permutation of the same votes gives the same result, and deciding early gives it too."""
    for votes in product(VOTES, repeat=4):
        results = set()
        for order in set(permutations(votes)):
            results.add(decide(SeatRule(kind, Fraction(1, 2), early=False), order))
            seats: list[SeatState] = ["open"] * 4
            early = "pending"
            for place, vote in enumerate(order):
                seats[place] = vote
                early = decide(SeatRule(kind, Fraction(1, 2)), seats)
                if early != "pending":
                    break
            results.add(early)
        assert 1 == len(results), (votes, results)


def test_one_reject_decides_a_countersign_at_once() -> None:
    """会签 with one veto: the first reject decides; counted at the end, everybody must answer first."""
    votes: list[SeatState] = ["open", "rejected", "open"]

    assert "rejected" == decide(SeatRule("all"), votes)
    assert "pending" == decide(SeatRule("all", early=False), votes)


def test_or_sign_has_two_meanings() -> None:
    """或签: `first` is decided by the first answer, `any_approve` is rejected only when all have rejected."""
    votes: list[SeatState] = ["rejected", "open"]

    assert "rejected" == decide(SeatRule("first"), votes)
    assert "pending" == decide(SeatRule("any_approve"), votes)


def test_a_visit_with_every_seat_answered_is_never_pending() -> None:
    """Nothing stays open for ever: abstaining everywhere is no approval."""
    for kind in ("all", "pass", "first", "any_approve", "in_turn"):
        assert "rejected" == decide(SeatRule(kind, Fraction(1, 2)), ["abstained", "abstained"])


def test_only_the_lowest_open_seat_has_its_turn() -> None:
    """依次: the second seat waits for the first."""
    rule = SeatRule("in_turn")

    assert may_act(rule, ["open", "open"], 0)
    assert not may_act(rule, ["open", "open"], 1)
    assert may_act(rule, ["approved", "open"], 1)


def test_no_seat_can_never_be_approved() -> None:
    """Without a single seat no rule can be met, so nothing passes by emptiness."""
    assert not possible(SeatRule("all"), 0)
    assert "approved" != decide(SeatRule("all"), [])
    assert 0 == count(["cancelled", "not_required"]).seats
