"""Invariants 5 and 6 over every rule: the result of a visit is what counting every possible ending gives, in whatever order votes come."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product
from random import Random

from forms_dsl.model import Duration, SeatRule
from tests.workflow_engine.flows import Run, approve, fill, flow, role, world
from workflow_engine import commands as cmd
from workflow_engine.decide import decide
from workflow_engine.state import SeatState

SEEDS = int(os.environ.get("QIQIAO_BALLOTS", "30"))
MOST = 12
PEOPLE = tuple(f"p{number}" for number in range(MOST))
VOTES: tuple[SeatState, ...] = ("approved", "rejected", "abstained")
WORDS = {"approved": "approve", "rejected": "reject", "abstained": "abstain"}


def thresholds() -> Iterator[Fraction]:
    yield from sorted({Fraction(n, d) for d in range(1, MOST + 1) for n in range(1, d + 1)})


def counted(approved: int, rejected: int, abstained: int, still_open: int) -> list[SeatState]:
    each: tuple[tuple[SeatState, int], ...] = (
        ("approved", approved),
        ("rejected", rejected),
        ("abstained", abstained),
        ("open", still_open),
    )
    return [state for state, number in each for _ in range(number)]


def test_a_ballot_is_counted_like_exact_fractions() -> None:
    """表决, for all counts up to twelve seats: quorum of the seats, then a share of those present, of the votes cast, of all seats."""
    random = Random(1)
    shares = list(thresholds())
    for total in range(1, MOST + 1):
        for approved, rejected, abstained in product(range(total + 1), repeat=3):
            still_open = total - approved - rejected - abstained
            if still_open < 0:
                continue
            seats = counted(approved, rejected, abstained, still_open)
            present, cast = total - still_open, approved + rejected
            for quorum, threshold, of in product(
                random.sample(shares, 3), random.sample(shares, 3), ("present", "voted", "seats")
            ):
                rule = SeatRule("vote", threshold, of, early=False, quorum=quorum)
                base = {"present": present, "voted": cast, "seats": total}[of]
                passed = base > 0 and Fraction(approved, base) >= threshold
                wanted = "approved" if passed else "rejected"
                if present == 0 or Fraction(present, total) < quorum:
                    wanted = "no_quorum"
                assert wanted == decide(rule, seats, closed=True), (rule, seats)
                assert (wanted if not still_open else "pending") == decide(rule, seats), (rule, seats)


@cache
def endings(still_open: int) -> tuple[tuple[SeatState, ...], ...]:
    return tuple(product(VOTES, repeat=still_open))


def final(rule: SeatRule, seats: Sequence[SeatState], weights: Sequence[int]) -> str:
    """The result when everybody has answered, as the rule is said in words."""
    approved, total = seats.count("approved"), len(seats)
    match rule.kind:
        case "all" | "in_turn":
            passed = approved == total
        case "any_approve":
            passed = approved > 0
        case "weights":
            mine = sum(weight for state, weight in zip(seats, weights, strict=True) if state == "approved")
            passed = mine >= max(1, rule.votes or sum(weights))
        case _:
            assert rule.threshold is not None
            cast = approved + seats.count("rejected")
            base = total if rule.of == "seats" else cast
            passed = base > 0 and Fraction(approved, base) >= rule.threshold
    return "approved" if passed else "rejected"


def random_rule(random: Random) -> SeatRule:
    kind = random.choice(("all", "in_turn", "any_approve", "pass", "pass", "weights", "weights"))
    early = random.random() < 0.6
    if kind == "weights":
        return SeatRule(kind, votes=random.choice((None, 1, 3, 7)), early=early)
    if kind == "pass":
        of = random.choice(("seats", "voted"))
        return SeatRule(kind, random.choice(list(thresholds())), of=of, early=early and of == "seats")
    return SeatRule(kind, early=early)


def test_every_rule_decides_like_counting_all_endings() -> None:
    """Random rules, weights and votes: early a result stands as soon as no ending can turn it, else when everybody has answered."""
    for seed in range(SEEDS * 10):
        random = Random(seed)
        rule, total = random_rule(random), random.randint(1, 7)
        weights = [random.choice((0, 1, 1, 2, 5)) for _ in range(total)]
        seats: list[SeatState] = [random.choice((*VOTES, "approved", "open", "open")) for _ in range(total)]
        still_open = seats.count("open")
        possible = set()
        for ending in endings(still_open):
            rest = iter(ending)
            possible.add(final(rule, [next(rest) if seat == "open" else seat for seat in seats], weights))
        wanted = possible.pop() if len(possible) == 1 and (rule.early or not still_open) else "pending"
        assert wanted == decide(rule, seats, weights), (seed, rule, seats, weights)


def test_the_order_of_votes_changes_nothing() -> None:
    """5, through the whole engine: the same votes in any order give a visit the same result, counted early or at the end.

    Not of a rule by which the first answer or the turn decides: there the order is the meaning.
    """
    for seed in range(SEEDS):
        random = Random(seed)
        rule = random_rule(random)
        while rule.kind == "in_turn":
            rule = random_rule(random)
        count = random.randint(2, 6)
        weighing = {f"w{weight}": weight for weight in (1, 2, 3)}
        if rule.kind == "weights":
            rule = replace(rule, weights=weighing, votes=random.randint(1, count))
        elif random.random() < 0.25:
            rule = SeatRule(
                "vote", Fraction(1, 2), random.choice(("present", "voted", "seats")), early=False, quorum=Fraction(1, 3)
            )
        asked = PEOPLE[:count]
        roles = {"board": asked} | {
            name: tuple(p for p in asked if hash_of(seed, p) % 3 + 1 == votes) for name, votes in weighing.items()
        }
        votes = {person: random.choice(VOTES) for person in asked}
        results = set()
        for early in {rule.early, False}:
            for _ in range(6):
                order = random.sample(asked, count)
                results.add(result(replace(rule, early=early), roles, [(person, votes[person]) for person in order]))
        assert 1 == len(results), (seed, rule, votes, results)


def hash_of(seed: int, person: str) -> int:
    """A number that depends on nothing but these two."""
    return Random(f"{seed}/{person}").randrange(100)


def result(rule: SeatRule, roles: dict[str, tuple[str, ...]], votes: list[tuple[str, SeatState]]) -> str:
    """What a step comes to when these votes are cast in this order; what comes after the result is refused."""
    verb = "vote" if rule.kind == "vote" else "approve"
    step = approve("board", role("board", pick="all"), rule=rule, may=("approve", "reject", "abstain"), opinion=())
    step = replace(step, verb=verb, open_for=Duration(1, "hour") if verb == "vote" else None)
    run = Run(flow(fill(), step), world(roles))
    if run.visit("board").state == "held":
        return str(run.visit("board").held_reason)
    for person, vote in votes:
        seat = next(seat.number for seat in run.visit("board").seats if person == seat.owner)
        refusal = run.do(cmd.Decide(person, "board", 1, seat, WORDS[vote]))  # type: ignore[arg-type]
        assert refusal is None or run.visit("board").state != "open"
    return run.visit("board").state
