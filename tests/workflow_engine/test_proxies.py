"""Somebody acts for the owner of a seat: both count for four eyes and limits, and a ballot is cast in person."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms_dsl.model import Proxies, SeatRule
from tests.workflow_engine.flows import Run, approve, expression, fill, flow, four_eyes, role, world
from workflow_engine import commands as cmd

ALLOWED = Proxies(allowed=True)
PEOPLE = {"check": ("ann",), "decide": ("bob", "kai")}
FOR_ANN = {"ann": frozenset({"pat"})}


def run(*steps: object, proxy: Proxies = ALLOWED, facts: object = None, **keys: object) -> Run:
    return Run(flow(fill(), *steps, proxy=proxy, **keys), facts or world(PEOPLE, proxies=FOR_ANN))  # type: ignore[arg-type]


def test_either_may_act_and_the_first_one_wins() -> None:
    """The seat stays ann's; whoever comes second hears that it is decided."""
    at = run(approve("check"))
    assert at.decide("pat", "check", "approve") is None

    seat = at.visit("check").seats[0]
    assert ("ann", "pat", "approved") == (seat.owner, seat.actor, at.now.state)
    late = at.decide("ann", "check", "approve")
    assert late is not None
    assert "already_decided" == late.reason


@pytest.mark.parametrize("proxy", [Proxies(), Proxies(allowed=True, not_at=("check",))])
def test_where_the_workflow_admits_none_nobody_acts_for_another(proxy: Proxies) -> None:
    """Off by default, and at the steps of `except`."""
    refused = run(approve("check"), proxy=proxy).decide("pat", "check", "approve")

    assert refused is not None
    assert "not_offered" == refused.reason


def test_it_is_one_hop() -> None:
    """Who acts for pat does not act for ann."""
    chain = {"ann": frozenset({"pat"}), "pat": frozenset({"zoe"})}
    refused = run(approve("check"), facts=world(PEOPLE, proxies=chain)).decide("zoe", "check", "approve")

    assert refused is not None
    assert "not_offered" == refused.reason


def test_both_count_for_four_eyes() -> None:
    """Neither the proxy nor the owner of the seat may act at a step for different people afterwards."""
    facts = world({"check": ("ann",), "decide": ("ann", "pat", "kai")}, proxies=FOR_ANN)
    at = run(approve("check"), approve("decide"), facts=facts, four_eyes=(four_eyes("check", "decide"),))
    assert at.decide("pat", "check", "approve") is None

    assert frozenset({"ann", "pat"}) == at.now.actors("check")
    assert ("kai",) == at.visit("decide").seats[0].candidates


def test_the_maker_is_nobodys_proxy_in_his_own_case() -> None:
    """He would approve himself by another's seat."""
    refused = run(approve("check"), facts=world(PEOPLE, proxies={"ann": frozenset({"maker"})})).decide(
        "maker", "check", "approve"
    )

    assert refused is not None
    assert "starter" == refused.reason


@pytest.mark.parametrize("limits", [{"ann": 5, "pat": 500}, {"ann": 500, "pat": 5}, {"ann": 500}])
def test_the_lower_limit_counts(limits: dict[str, int]) -> None:
    """Neither lends the other more than he has; who has none has none."""
    facts = world(PEOPLE, {"amount": Decimal(100)}, {name: Decimal(limit) for name, limit in limits.items()}, proxies=FOR_ANN)
    refused = run(approve("check", limit=expression("amount")), facts=facts).decide("pat", "check", "approve")

    assert refused is not None
    assert "over_limit" == refused.reason


def test_one_person_has_one_vote() -> None:
    """Whoever has a seat of the visit, or may claim one, does not act for another there; nor twice for two."""
    both = approve("check", role("check", count_min=2, count_max=2), rule=SeatRule("all"))
    seated = run(both, facts=world({"check": ("ann", "bob")}, proxies={"ann": frozenset({"bob"})}))
    refused = seated.decide("bob", "check", "approve", 1)
    assert refused is not None
    twice = run(both, facts=world({"check": ("ann", "bob")}, proxies={"ann": frozenset({"pat"}), "bob": frozenset({"pat"})}))
    assert twice.decide("pat", "check", "approve", 1) is None
    refused = twice.decide("pat", "check", "approve", 2)

    assert refused is not None
    assert "not_offered" == refused.reason


def test_a_seat_that_several_may_claim_becomes_the_owners() -> None:
    """The proxy claims and decides for him whom he represents; he hands nothing on."""
    facts = world({"check": ("ann", "bob")}, proxies=FOR_ANN)
    at = run(approve("check", allow=("transfer",)), facts=facts)
    assert at.do(cmd.Claim("pat", "check", 1, 1)) is None
    assert "ann" == at.visit("check").seats[0].owner
    refused = at.do(cmd.Transfer("pat", "check", 1, 1, "bob", "away"))
    assert refused is not None
    assert at.decide("pat", "check", "approve") is None
    assert ("ann", "pat") == (at.visit("check").seats[0].owner, at.visit("check").seats[0].actor)


def test_what_a_proxy_returned_comes_back_to_the_owner() -> None:
    """The seat that returned it is ann's, whoever clicked: a resubmission goes straight back to her."""
    people = {"check": ("ann", "eva"), "decide": ("bob",)}
    at = run(approve("check"), resubmit_to="returner", facts=world(people, proxies=FOR_ANN))
    assert at.decide("pat", "check", "return") is None
    assert at.decide("maker", "apply", "complete") is None

    assert ("ann", ("ann", "eva")) == (at.visit("check").seats[0].owner, at.visit("check").seats[0].candidates)
