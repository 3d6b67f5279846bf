"""The result of a visit as a pure function of its rule and its seats, in exact fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from forms_dsl.model import SeatRule
from workflow_engine.state import SeatState

#: `no_quorum`: a ballot was closed with too few present, so it says nothing.
Result = Literal["pending", "approved", "rejected", "no_quorum"]


@dataclass(frozen=True, slots=True)
class Count:
    """How the seats of one visit stand: one each, or their weights."""

    approved: int
    rejected: int
    abstained: int
    open: int

    @property
    def seats(self) -> int:
        """All seats that count."""
        return self.approved + self.rejected + self.abstained + self.open

    @property
    def present(self) -> int:
        """The seats that answered, abstentions included."""
        return self.approved + self.rejected + self.abstained


def count(seats: Sequence[SeatState], weights: Sequence[int] | None = None) -> Count:
    """Count the seats of a visit; seats that never had a vote (cancelled, not required) do not count."""
    each = list(zip(seats, weights if weights is not None else [1] * len(seats), strict=True))

    def total(state: SeatState) -> int:
        return sum(weight for found, weight in each if found == state)

    return Count(total("approved"), total("rejected"), total("abstained"), total("open"))


def decide(rule: SeatRule, seats: Sequence[SeatState], weights: Sequence[int] | None = None, *, closed: bool = False) -> Result:
    """The result of a visit; recomputed after every change of its seats, it never relies on an earlier answer.

    `weights` are those of the seats where the rule has any; `closed` says that the time of a ballot is over.
    """
    votes = count(seats)
    if rule.kind == "first":
        return next((_as_result(state) for state in seats if state in ("approved", "rejected")), _nobody(votes))
    if votes.open and not _decides_early(rule) and not closed:
        return "pending"
    match rule.kind:
        case "all" | "in_turn":
            return _between(votes, votes.approved == votes.seats, votes.rejected + votes.abstained > 0)
        case "any_approve":
            return _between(votes, votes.approved > 0, votes.open == 0)
        case "pass":
            return _pass(rule, votes)
        case "weights":
            return _weigh(rule, votes, count(seats, weights))
        case "vote":
            return _ballot(rule, votes)
        case _:
            raise ValueError(f"no rule {rule.kind!r}")


def may_act(rule: SeatRule, seats: Sequence[SeatState], index: int) -> bool:
    """Whether the turn of this seat has come: in_turn admits only the lowest open one."""
    return rule.kind != "in_turn" or "open" not in seats[:index]


def possible(rule: SeatRule, seats: int, weights: Sequence[int] | None = None) -> bool:
    """Whether a visit with this number of seats can be approved at all."""
    if seats < 1:
        return False
    return decide(rule, ["approved"] * seats, weights) == "approved"


def _decides_early(rule: SeatRule) -> bool:
    # A share of the votes cast is not monotone: a later vote can turn it, so it waits for the count at the end.
    return rule.early and not (rule.kind == "pass" and rule.of != "seats")


def _pass(rule: SeatRule, votes: Count) -> Result:
    threshold = rule.threshold if rule.threshold is not None else Fraction(1)
    total = votes.seats if rule.of == "seats" else votes.approved + votes.rejected
    # a/T >= n/d with whole numbers only: a·d >= n·T. Nobody voting is no majority.
    needed = threshold.numerator * total
    approved = total > 0 and votes.approved * threshold.denominator >= needed
    rejected = (votes.approved + votes.open) * threshold.denominator < needed
    return _between(votes, approved, rejected)


def _weigh(rule: SeatRule, votes: Count, weighed: Count) -> Result:
    """票签: the approving weight against a number of votes; a reject is a vote like any other, no veto."""
    needed = rule.votes if rule.votes is not None else weighed.seats
    return _between(votes, weighed.approved >= max(1, needed), weighed.approved + weighed.open < needed)


def _ballot(rule: SeatRule, votes: Count) -> Result:
    """表决: a quorum of the seats must have answered, then a share of those present, of the votes cast or of all seats."""
    threshold = rule.threshold if rule.threshold is not None else Fraction(1)
    quorum = rule.quorum if rule.quorum is not None else Fraction(1)
    if not votes.present or votes.present * quorum.denominator < quorum.numerator * votes.seats:
        return "no_quorum"
    totals = {"seats": votes.seats, "present": votes.present, "voted": votes.approved + votes.rejected}
    total = totals[rule.of]
    passed = total > 0 and votes.approved * threshold.denominator >= threshold.numerator * total
    return "approved" if passed else "rejected"


def _between(votes: Count, approved: bool, rejected: bool) -> Result:
    if approved and votes.seats:
        return "approved"
    # With no seat left open a visit has a result: what did not pass is rejected.
    return "rejected" if rejected or votes.open == 0 else "pending"


def _as_result(state: SeatState) -> Result:
    return "approved" if state == "approved" else "rejected"


def _nobody(votes: Count) -> Result:
    return "pending" if votes.open else "rejected"
