"""The result of a visit as a pure function of its rule and its seats, in exact fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from forms_dsl.model import SeatRule
from workflow_engine.state import SeatState

Result = Literal["pending", "approved", "rejected"]

#: Rules that this engine decides; a workflow with another one is refused by `verify`.
BUILT_RULES = frozenset(("all", "pass", "first", "any_approve", "in_turn"))

_ANSWERS: frozenset[SeatState] = frozenset(("approved", "rejected", "abstained"))


@dataclass(frozen=True, slots=True)
class Count:
    """How the seats of one visit stand."""

    approved: int
    rejected: int
    abstained: int
    open: int

    @property
    def seats(self) -> int:
        """All seats that count."""
        return self.approved + self.rejected + self.abstained + self.open


def count(seats: Sequence[SeatState]) -> Count:
    """Count the seats of a visit; seats that never had a vote (cancelled, not required) do not count."""
    return Count(
        approved=seats.count("approved"),
        rejected=seats.count("rejected"),
        abstained=seats.count("abstained"),
        open=seats.count("open"),
    )


def decide(rule: SeatRule, seats: Sequence[SeatState]) -> Result:
    """The result of a visit; recomputed after every change of its seats, it never relies on an earlier answer."""
    votes = count(seats)
    if rule.kind == "first":
        return next((_as_result(state) for state in seats if state in ("approved", "rejected")), _nobody(votes))
    if votes.open and not _decides_early(rule):
        return "pending"
    match rule.kind:
        case "all" | "in_turn":
            return _between(votes, votes.approved == votes.seats, votes.rejected + votes.abstained > 0)
        case "any_approve":
            return _between(votes, votes.approved > 0, votes.open == 0)
        case "pass":
            return _pass(rule, votes)
        case _:
            raise ValueError(f"no rule {rule.kind!r}")


def may_act(rule: SeatRule, seats: Sequence[SeatState], index: int) -> bool:
    """Whether the turn of this seat has come: in_turn admits only the lowest open one."""
    return rule.kind != "in_turn" or "open" not in seats[:index]


def possible(rule: SeatRule, seats: int) -> bool:
    """Whether a visit with this number of seats can be approved at all."""
    if seats < 1:
        return False
    return decide(rule, ["approved"] * seats) == "approved"


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


def _between(votes: Count, approved: bool, rejected: bool) -> Result:
    if approved and votes.seats:
        return "approved"
    # With no seat left open a visit has a result: what did not pass is rejected.
    return "rejected" if rejected or votes.open == 0 else "pending"


def _as_result(state: SeatState) -> Result:
    return "approved" if state == "approved" else "rejected"


def _nobody(votes: Count) -> Result:
    return "pending" if votes.open else "rejected"
