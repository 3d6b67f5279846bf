"""Transfer, added seats, opinions, delegation and reminders: who may come in, whose turn it is, what the rule counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from forms_dsl.model import HumanStep, SeatRule
from tests.workflow_engine.flows import NOW, Run, approve, copy, expression, fill, flow, four_eyes, role, world
from workflow_engine import commands as cmd
from workflow_engine.guards import Refusal
from workflow_engine.state import AddMode

ALL = ("add_before", "add_after", "add_together", "remove_added", "transfer", "delegate", "ask_opinion", "urge")
PEOPLE = {"checker": ("ann", "bob", "eva"), "expert": ("kai", "lin")}


def sign(**keys: object) -> HumanStep:
    return approve("sign", **{"by": role("checker"), "rule": SeatRule("all"), "allow": ALL, **keys})  # type: ignore[arg-type]


def case(step: HumanStep | None = None, **keys: object) -> Run:
    return Run(flow(fill(), step or sign(), **keys), world(PEOPLE, {"amount": Decimal(50)}, {"kai": Decimal(100)}))


def transfer(run: Run, actor: str, to: str) -> Refusal | None:
    return run.do(cmd.Transfer(actor, "sign", 1, seat_of(run, actor), to, "away"))


def add(run: Run, actor: str, mode: AddMode, *people: str) -> Refusal | None:
    return run.do(cmd.AddSeats(actor, "sign", 1, seat_of(run, actor), people, mode, "needed"))


def seat_of(run: Run, actor: str) -> int:
    return next((seat.number for seat in run.visit("sign").seats if seat.owner == actor), 1)


def reason(refusal: Refusal | None) -> str | None:
    return refusal.reason if refusal is not None else None


def test_a_transferred_seat_is_anothers_for_good() -> None:
    """转办: the number of seats stays, the former holder has nothing more to say."""
    run = case(sign(by=role("checker", count_min=2, count_max=2, pick="least_busy")))
    assert transfer(run, "ann", "eva") is None

    assert ["eva", "bob"] == [seat.owner for seat in run.visit("sign").seats]
    assert "not_offered" == reason(run.decide("ann", "sign", "approve", seat=1))
    run.approve("eva", "sign")
    run.approve("bob", "sign")
    assert "approved" == run.now.state


def test_nobody_comes_in_whom_the_step_would_not_have_asked() -> None:
    """A transfer goes only to who fits; never to oneself, a second seat, the starter, who four eyes bar, or a small limit."""
    two = role("checker", count_min=2, count_max=2, pick="least_busy")
    assert "entrant_unfit" == reason(transfer(case(), "ann", "kai"))
    assert "entrant_unfit" == reason(transfer(case(), "ann", "ann"))
    assert "entrant_seated" == reason(transfer(case(), "ann", "bob"))
    assert "entrant_barred" == reason(add(case(), "ann", "together", "maker"))
    assert "entrant_over_limit" == reason(transfer(case(sign(by=two, limit=expression("amount"))), "ann", "eva"))
    assert "entrant_over_limit" == reason(add(case(sign(limit=expression("amount"))), "ann", "before", "lin"))
    assert None is add(case(sign(limit=expression("amount"))), "ann", "before", "kai")

    run = Run(
        flow(fill(), approve("check", role("expert", pick="claim")), sign(), four_eyes=(four_eyes("check", "sign"),)),
        world(PEOPLE),
    )
    run.approve("kai", "check")
    refused = add(run, "ann", "after", "kai")
    assert refused is not None
    assert ("entrant_barred", "maker_checker", "kai") == (refused.reason, refused.rule, refused.person)


def test_what_is_not_listed_is_not_allowed() -> None:
    """Nothing is allowed that the step does not list."""
    bare = sign(allow=())
    assert "no_such_decision" == reason(add(case(bare), "ann", "before", "kai"))
    assert "no_such_decision" == reason(case(bare).do(cmd.Ask("ann", "sign", 1, 1, ("kai",), "opinion", blocks=False)))
    assert "no_such_decision" == reason(case(bare).do(cmd.Urge("maker")))


def test_who_is_added_before_decides_first() -> None:
    """前加签: the adder waits for them; their approval is no vote more."""
    run = case(sign(rule=SeatRule("first"), by=role("checker", pick="claim")))
    assert add(run, "ann", "before", "kai", "lin") is None

    assert "waits_for_others" == reason(run.decide("ann", "sign", "approve"))
    run.approve("kai", "sign")
    assert "waits_for_others" == reason(run.decide("ann", "sign", "approve"))
    run.approve("lin", "sign")
    assert ["sign"] == run.at()
    run.approve("ann", "sign")
    assert "approved" == run.now.state


def test_who_is_added_after_has_his_turn_after() -> None:
    """后加签: not offered before the adder has decided, and the result waits for him."""
    run = case(sign(rule=SeatRule("first"), by=role("checker", pick="claim")))
    assert add(run, "ann", "after", "kai") is None

    assert () == run.visit("sign").entitled(run.visit("sign").seats[1])
    run.approve("ann", "sign")
    assert ["sign"] == run.at()
    run.approve("kai", "sign")
    assert "approved" == run.now.state


@pytest.mark.parametrize("mode", ["before", "after"])
def test_a_refusal_beside_a_seat_is_a_refusal_of_the_seat(mode: AddMode) -> None:
    """No reject is lost, whether the rule counts at once or at the end, and nobody else of the group is asked any more."""
    run = case(sign(rule=SeatRule("all", early=False)))
    assert add(run, "ann", mode, "kai", "lin") is None
    if mode == "after":
        run.approve("ann", "sign")
    assert run.decide("kai", "sign", "reject") is None

    assert ["sign"] == run.at()
    run.approve("bob", "sign")
    run.approve("eva", "sign")
    assert "rejected" == run.now.state


def test_who_is_added_together_votes_like_all_others() -> None:
    """并加签: one seat more under the same rule."""
    run = case()
    assert add(run, "ann", "together", "kai") is None
    for person in ("ann", "bob", "eva"):
        run.approve(person, "sign")
    assert ["sign"] == run.at()
    run.approve("kai", "sign")
    assert "approved" == run.now.state


def test_only_who_added_takes_away_and_the_rule_is_asked_again() -> None:
    """减签: an open added seat only; when nothing else is missing the step is through."""
    run = case()
    assert add(run, "ann", "together", "kai", "lin") is None
    for person in ("ann", "bob", "eva", "lin"):
        run.approve(person, "sign")

    assert "no_such_seat" == reason(run.do(cmd.RemoveSeat("bob", "sign", 1, 4)))
    assert "no_such_seat" == reason(run.do(cmd.RemoveSeat("ann", "sign", 1, 2)))
    assert "already_decided" == reason(run.do(cmd.RemoveSeat("ann", "sign", 1, 5)))
    assert run.do(cmd.RemoveSeat("ann", "sign", 1, 4)) is None
    assert "approved" == run.now.state


def test_who_was_added_adds_nobody() -> None:
    """One level: an added seat cannot add."""
    run = case()
    assert add(run, "ann", "together", "kai") is None

    assert "added_may_not_add" == reason(add(run, "kai", "together", "lin"))


def test_an_opinion_is_no_vote() -> None:
    """征询: the seats stay as many as they were; only an asker who wants to wait does."""
    run = case()
    assert run.do(cmd.Ask("ann", "sign", 1, 1, ("kai", "maker"), "opinion", blocks=False, note="?")) is None
    assert run.do(cmd.Ask("bob", "sign", 1, 2, ("lin",), "opinion", blocks=True)) is None

    assert 3 == len(run.visit("sign").seats)
    run.approve("ann", "sign")
    assert "waits_for_others" == reason(run.decide("bob", "sign", "approve"))
    assert "opinion_missing" == reason(run.do(cmd.Answer("lin", "sign", 1, 3, " ")))
    assert "not_offered" == reason(run.do(cmd.Answer("kai", "sign", 1, 3, "no")))
    assert run.do(cmd.Answer("lin", "sign", 1, 3, "fine")) is None
    assert "request_over" == reason(run.do(cmd.Answer("lin", "sign", 1, 3, "again")))
    run.approve("bob", "sign")
    run.approve("eva", "sign")
    assert ("approved", "cancelled") == (run.now.state, run.visit("sign").requests[0].state)


def test_a_delegate_reports_back_and_the_owner_decides() -> None:
    """委派: the seat stays the owner's, the answer is never a vote, and he may take the task back."""
    run = case(sign(rule=SeatRule("first"), by=role("checker", pick="claim")))
    assert run.do(cmd.Ask("ann", "sign", 1, 1, ("kai",), "delegate", blocks=False)) is None

    assert "not_offered" == reason(run.decide("kai", "sign", "approve", seat=1))
    assert "waits_for_others" == reason(run.decide("ann", "sign", "approve"))
    assert run.do(cmd.Withdraw("ann", "sign", 1, 1)) is None
    assert run.do(cmd.Ask("ann", "sign", 1, 1, ("kai",), "delegate", blocks=False)) is None
    assert run.do(cmd.Answer("kai", "sign", 1, 2, "looks good")) is None
    assert ["sign"] == run.at()
    run.approve("ann", "sign")
    assert "approved" == run.now.state


def test_the_starter_reminds_once_an_hour() -> None:
    """催办: only the starter, and not again at once."""
    run = case()
    assert "not_offered" == reason(run.do(cmd.Urge("ann")))
    assert run.do(cmd.Urge("maker")) is None
    assert "urged_lately" == reason(run.do(cmd.Urge("maker")))
    run.world = replace(run.world, now=NOW + dt.timedelta(hours=1))
    assert run.do(cmd.Urge("maker")) is None


def test_a_decision_without_the_signature_that_it_needs_is_refused() -> None:
    """`signature: required`: nobody decides unsigned."""
    run = case(sign(signature=True))

    assert "signature_missing" == reason(run.decide("ann", "sign", "approve"))
    assert run.decide("ann", "sign", "approve", signature="s") is None


def test_nobody_gets_the_same_version_twice() -> None:
    """抄送: one copy for each person and version, and a receipt changes nothing but itself."""
    twice = (copy("first", role("expert")), copy("second", role("expert")))
    run = Run(flow(fill(), *twice, approve("sign", role("checker", pick="claim"))), world(PEOPLE))

    assert [("kai", "first"), ("lin", "first")] == [(each.person, each.step) for each in run.now.copies]
    assert "not_offered" == reason(run.do(cmd.ReadCopy("lin", 1)))
    run.approve("ann", "sign")
    assert run.do(cmd.ReadCopy("kai", 1)) is None
    before = len(run.entries)
    assert run.do(cmd.ReadCopy("kai", 1)) is None
    assert before == len(run.entries)


def test_who_refuses_is_waited_for_by_nobody() -> None:
    """Who was added after a seat has nothing to say once the seat itself was refused, also where all are counted at the end."""
    run = case(sign(rule=SeatRule("all", early=False)))
    assert add(run, "ann", "after", "kai") is None
    assert run.decide("ann", "sign", "reject") is None

    visit = run.visit("sign")
    assert ("not_required", ()) == (visit.seats[3].state, visit.entitled(visit.seats[3]))
    run.approve("bob", "sign")
    run.approve("eva", "sign")
    assert "rejected" == run.now.state


def test_nobody_is_taken_out_of_a_pool_that_nobody_else_is_left_for() -> None:
    """Adding the last who could claim a free seat would leave it to nobody; so would giving another's seat to him."""
    run = case(sign(by=role("checker", pick="claim", count_min=2)))
    assert run.do(cmd.Claim("ann", "sign", 1, 1)) is None
    assert "entrant_seated" == reason(add(run, "ann", "together", "bob", "eva"))
    assert None is add(run, "ann", "together", "bob", "kai")
    assert "entrant_seated" == reason(transfer(run, "kai", "eva"))
    assert "entrant_seated" == reason(run.do(cmd.HandOver("admin", "sign", 1, 4, "eva", "leaves")))
    for person in ("eva", "ann", "bob", "kai"):
        run.approve(person, "sign")
    assert "approved" == run.now.state


def test_a_seat_that_is_taken_away_waits_for_no_opinion() -> None:
    """Whom its holder asked finds nothing in his list any more."""
    run = case()
    assert add(run, "ann", "together", "kai") is None
    assert run.do(cmd.Ask("kai", "sign", 1, 4, ("lin",), "opinion", blocks=True)) is None
    assert run.do(cmd.RemoveSeat("ann", "sign", 1, 4)) is None

    assert ["cancelled"] == [request.state for request in run.visit("sign").requests]
    assert "request_over" == reason(run.do(cmd.Answer("lin", "sign", 1, 1, "yes")))


@pytest.mark.parametrize("act", ["transfer", "add", "ask"])
def test_an_act_with_a_seat_is_an_act(act: str) -> None:
    """撤回 until the first action: who gave a seat on, added or asked somebody has acted."""
    run = case(sign(by=role("checker", pick="claim")))
    assert run.do(cmd.Claim("ann", "sign", 1, 1)) is None
    assert run.do(cmd.Release("ann", "sign", 1, 1)) is None
    match act:
        case "transfer":
            assert transfer(run, "ann", "bob") is None
        case "add":
            assert add(run, "ann", "before", "kai") is None
        case _:
            assert run.do(cmd.Ask("ann", "sign", 1, 1, ("kai",), "opinion", blocks=False)) is None

    assert "recall_too_late" == reason(run.do(cmd.Recall("maker")))


def test_who_did_it_for_the_owner_has_acted() -> None:
    """委派: for four eyes the delegate has acted at the step, from his answer on; who only gave an opinion has not."""
    steps = (sign(by=role("checker", pick="claim")), approve("last", role("expert", pick="claim")))
    run = Run(flow(fill(), *steps, four_eyes=(four_eyes("sign", "last"),)), world(PEOPLE))
    assert run.do(cmd.Ask("ann", "sign", 1, 1, ("lin",), "opinion", blocks=True)) is None
    assert run.do(cmd.Ask("ann", "sign", 1, 1, ("kai",), "delegate", blocks=True)) is None
    assert run.do(cmd.Answer("lin", "sign", 1, 1, "usual")) is None
    assert run.do(cmd.Answer("kai", "sign", 1, 2, "checked")) is None
    run.approve("ann", "sign")

    assert frozenset({"ann", "kai"}) == run.now.actors("sign")
    assert ("lin",) == run.visit("last").entitled(run.visit("last").seats[0])
    assert "four_eyes" == reason(run.decide("kai", "last", "approve"))
