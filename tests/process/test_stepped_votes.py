"""Races over one step, stepped by hand in both orders on both databases: votes, claims, and seats that change hands."""

from __future__ import annotations

import pytest

from runtime.failures import Changed, Conflict, Failure
from runtime.process.service import DecisionBody, decide
from runtime.records.write import update_record
from runtime.store.database import Database
from tests.process.bank import APP, Bank, open_bank
from tests.process.stepping import Act, act_at, in_order, state, vote
from workflow_engine.state import Instance, Seat

FLOW = """
workflow: approval
title: {zh: 审批, en: Approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, check, sign]}]
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
  - approve: check
    title: {zh: 复核, en: Check}
    by: {role: checker, in: starter.branch, pick: claim}
    allow: [transfer]
  - approve: sign
    title: {zh: 会签, en: Sign}
    by: {role: officer, in: head_office}
    rule: {all: true, one_veto: true}
    allow: [add_together, remove_added]
on_finish:
  approved: {set: {status: approved}}
  rejected: {set: {status: rejected}}
"""


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database, FLOW)


def code(result: object) -> object:
    """How an act ended: done, or the code of what it heard."""
    return result.code if isinstance(result, Failure) else result


def at_sign(bank: Bank) -> tuple[str, str, dict[str, str]]:
    """A case that waits for two signatures: record, instance, and the item of each signer."""
    record, instance = bank.submit()
    vote(bank, "ann", instance, "check")()
    return record, instance, {next(iter(bank.offered(item))): item for item in bank.work(instance, "sign")}


def seats(now: Instance, step: str) -> tuple[Seat, ...]:
    visit = now.latest(step)
    assert visit is not None
    return visit.seats


def test_two_last_votes(bank: Bank) -> None:
    """R1: both count, the step is decided once, and nobody hears an error; a refusal among them ends it whichever is first."""
    for first, second in (("kai", "lin"), ("lin", "kai")):
        record, instance, _ = at_sign(bank)
        assert ("done", "done") == in_order(vote(bank, first, instance, "sign"), vote(bank, second, instance, "sign"))
        assert ("approved", "approved") == (state(bank, instance).state, bank.value(record, "f_status"))

    for reject_first in (True, False):
        record, instance, _ = at_sign(bank)
        no, yes = vote(bank, "kai", instance, "sign", "reject"), vote(bank, "lin", instance, "sign")
        results = in_order(no, yes) if reject_first else in_order(yes, no)
        assert ("done", "P409" if reject_first else "done") == (results[0], code(results[1]))
        now = state(bank, instance)
        assert ("rejected", "rejected") == (now.state, bank.value(record, "f_status"))
        assert (["not_required", "rejected"] if reject_first else ["approved", "rejected"]) == sorted(
            seat.state for seat in seats(now, "sign")
        )


@pytest.mark.parametrize("words", [("approve", "approve"), ("approve", "reject"), ("reject", "approve")])
def test_the_same_seat_twice(bank: Bank, words: tuple[str, str]) -> None:
    """R2: what was first counts, the second hears that it is done and by whom, whatever it wanted."""
    _, instance = bank.submit()
    first, second = in_order(*(vote(bank, "ann", instance, "check", word) for word in words))  # type: ignore[arg-type]
    assert ("done", "P409") == (first, code(second))
    assert isinstance(second, Conflict)
    assert "ann" == second.extra["decided_by"]["name"]  # type: ignore[index]
    now = state(bank, instance)
    assert [words[0]] == [seat.decision for seat in seats(now, "check")]
    assert 1 == len([visit for visit in now.visits if visit.step == "check"])


def test_transfer_and_approval(bank: Bank) -> None:
    """R5: who gave his seat away does not decide it, and a decided seat is given to nobody."""
    for transfer_first in (True, False):
        _, instance = bank.submit()
        (item,) = bank.work(instance, "check")
        away = act_at(bank, "ann", item, "transfer", people=(bank.people["bob"],))
        yes = vote(bank, "ann", instance, "check")
        results = in_order(away, yes) if transfer_first else in_order(yes, away)
        # She may still know of the case: it is not hers any more, but no task that never was.
        assert ("done", "P403" if transfer_first else "P409") == (results[0], code(results[1]))
        (seat,) = seats(state(bank, instance), "check")
        if transfer_first:
            assert ("open", bank.people["bob"], {"bob"}) == (seat.state, seat.owner, bank.offered(item))
        else:
            assert ("approved", bank.people["ann"]) == (seat.state, seat.actor)


def test_a_seat_is_added_and_the_last_vote(bank: Bank) -> None:
    """R6: the seat that came first must be heard too; after the last vote there is nothing to add a seat to."""
    for add_first in (True, False):
        _, instance, items = at_sign(bank)
        vote(bank, "lin", instance, "sign")()
        add = act_at(bank, "kai", items["kai"], "add_together", people=(bank.people["head"],))
        yes = vote(bank, "kai", instance, "sign")
        results = in_order(add, yes) if add_first else in_order(yes, add)
        assert ("done", "done" if add_first else "P409") == (results[0], code(results[1]))
        now = state(bank, instance)
        assert ((3, "running") if add_first else (2, "approved")) == (len(seats(now, "sign")), now.state)
        if add_first:
            vote(bank, "head", instance, "sign")()
            assert "approved" == state(bank, instance).state


def test_a_seat_is_removed_and_its_vote(bank: Bank) -> None:
    """R7: the vote counts or the seat is gone; its refusal ends the case only where it was first."""
    for remove_first in (True, False):
        _, instance, items = at_sign(bank)
        act_at(bank, "kai", items["kai"], "add_together", people=(bank.people["head"],))()
        theirs = next(item for item in bank.work(instance, "sign") if bank.offered(item) == {"head"})

        def no(theirs: str = theirs) -> None:
            with bank.database.write() as connection:
                decide(connection, bank.context("head"), theirs, "reject", DecisionBody("because"))

        away = act_at(bank, "kai", items["kai"], "remove_added", seat=3)
        results = in_order(away, no) if remove_first else in_order(no, away)
        assert "done" == results[0]
        assert isinstance(results[1], Conflict)
        now = state(bank, instance)
        assert (("cancelled", "running") if remove_first else ("rejected", "rejected")) == (
            seats(now, "sign")[2].state,
            now.state,
        )


def test_two_claims(bank: Bank) -> None:
    """R12: the first one holds it, the second hears who, and finds it in his list no more."""
    for first, second in (("ann", "bob"), ("bob", "ann")):
        _, instance = bank.submit()
        (item,) = bank.work(instance, "check")
        results = in_order(vote(bank, first, instance, "check", "claim"), vote(bank, second, instance, "check", "claim"))
        assert "done" == results[0]
        assert isinstance(results[1], Conflict)
        assert first == results[1].extra["claimed_by"]["name"]  # type: ignore[index]
        assert ({first}, bank.people[first]) == (bank.offered(item), seats(state(bank, instance), "check")[0].owner)


def test_a_claim_and_a_decision(bank: Bank) -> None:
    """R12: who decides what another has claimed is refused; who claims what another has decided hears that it is done."""
    for claim_first in (True, False):
        _, instance = bank.submit()
        claim, yes = vote(bank, "ann", instance, "check", "claim"), vote(bank, "bob", instance, "check")
        results = in_order(claim, yes) if claim_first else in_order(yes, claim)
        assert "done" == results[0]
        assert isinstance(results[1], Conflict)
        (seat,) = seats(state(bank, instance), "check")
        assert (("open", bank.people["ann"]) if claim_first else ("approved", bank.people["bob"])) == (seat.state, seat.owner)


def test_an_edit_and_an_approval(bank: Bank) -> None:
    """R10: an approval of a version that was changed meanwhile is refused; one that was first is about what it saw."""
    for edit_first in (True, False):
        record, instance = bank.submit()
        seen = int(str(bank.value(record, "version")))
        (item,) = bank.work(instance, "check")

        def edit(record: str = record, seen: int = seen) -> None:
            with bank.database.write() as connection:
                values = {"amount": "1.00"}
                update_record(connection, bank.context("system"), APP, "loan", record, values, seen, by_platform=True)

        def yes(item: str = item, seen: int = seen) -> None:
            with bank.database.write() as connection:
                decide(connection, bank.context("ann"), item, "approve", DecisionBody("because", version=seen))

        acts: list[Act] = [edit, yes] if edit_first else [yes, edit]
        results = in_order(*acts)
        assert "done" == results[0]
        visit = state(bank, instance).latest("check")
        assert visit is not None
        if edit_first:
            assert isinstance(results[1], Changed)
            assert visit.is_open
        else:
            assert ("done", "approved", seen) == (results[1], visit.state, visit.record_version)
