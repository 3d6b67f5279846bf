"""Races stepped by hand on both databases: the first command stands before its commit while the second one begins.

So each pair is tried in both orders, not only when chance has it: the second waits for the lock, then hears a business answer
or acts on what the first one left. The names R1 to R16 are those of the design.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from runtime.failures import Conflict
from runtime.process.service import DecisionBody, decide, recall, timer_due
from runtime.process.steering import suspend
from runtime.store.database import Database
from runtime.store.tables import job, wf_proxy
from tests.process.bank import NOW, Bank, open_bank
from tests.process.stepping import Act, in_order, state, vote

FLOW = """
workflow: approval
title: {zh: 审批, en: Approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, check, second, sign]}]
  proxy: {allowed: true}
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
  - together:
      - name: branch
        steps:
          - approve: check
            title: {zh: 复核, en: Check}
            by: {role: checker, in: starter.branch, pick: claim}
            due: {within: 4 hours, then: reject}
          - approve: second
            title: {zh: 再复核, en: Second check}
            by: {role: checker, in: starter.branch, pick: claim}
      - name: office
        steps:
          - approve: sign
            title: {zh: 会签, en: Sign}
            by: {role: officer, in: head_office}
            rule: {all: true, one_veto: true}
on_finish:
  approved: {set: {status: approved}}
"""


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database, FLOW)


def time_is_over(bank: Bank, instance: str) -> Act:
    with bank.database.read() as connection:
        timers = [row for row in connection.execute(sa.select(job)) if row.payload.get("instance") == instance]
    timer = next(row for row in timers if row.payload["step"] == "check")

    def act() -> None:
        with bank.database.write() as connection:
            timer_due(connection, bank.context("system", now=timer.due_at), timer.payload)

    return act


def test_timeout_and_approval(bank: Bank) -> None:
    """R4: the step is decided by the person or by its time, never by both; the timer that is second changes nothing."""
    _, instance = bank.submit()
    assert ("done", "done") == in_order(vote(bank, "ann", instance, "check"), time_is_over(bank, instance))
    visit = state(bank, instance).visit("check", 1)
    assert visit is not None
    assert ("approved", False) == (visit.state, visit.overdue)

    _, instance = bank.submit()
    first, second = in_order(time_is_over(bank, instance), vote(bank, "ann", instance, "check"))
    assert "done" == first
    assert isinstance(second, Conflict)
    assert ("rejected", "P409") == (state(bank, instance).state, second.code)


def test_return_in_one_branch_and_approval_in_another(bank: Bank) -> None:
    """R8: a return out of the branch ends the other one; an approval there is before it, and no longer counts, or is refused."""
    for return_first in (True, False):
        _, instance = bank.submit()
        back, yes = vote(bank, "ann", instance, "check", "return"), vote(bank, "kai", instance, "sign")
        results = in_order(back, yes) if return_first else in_order(yes, back)
        assert "done" == results[0]
        assert isinstance(results[1], Conflict) if return_first else results[1] == "done"
        now = state(bank, instance)
        assert ["apply"] == [visit.step for visit in now.open_visits()]
        sign = now.visit("sign", 1)
        assert sign is not None
        assert not sign.is_open


def test_two_branches_reach_the_join(bank: Bank) -> None:
    """R9: the block ends once, whichever branch is last."""
    for office_first in (True, False):
        record, instance = bank.submit()
        vote(bank, "ann", instance, "check")()
        vote(bank, "kai", instance, "sign")()
        office, branch = vote(bank, "lin", instance, "sign"), vote(bank, "bob", instance, "second")
        assert ("done", "done") == (in_order(office, branch) if office_first else in_order(branch, office))
        now = state(bank, instance)
        assert ["ended"] == [block.state for block in now.blocks]
        assert ("approved", "approved") == (now.state, bank.value(record, "f_status"))


def test_owner_and_proxy(bank: Bank) -> None:
    """R11: the seat is decided once; the second hears who it was."""
    with bank.database.write() as connection:
        rule = {"id": "p1", "owner": bank.people["kai"], "proxy": bank.people["head"], "set_by": "x", "set_at": NOW}
        day = bank.context("kai").business_date
        connection.execute(sa.insert(wf_proxy).values(**rule, valid_from=day, valid_to=day))
    for proxy_first in (True, False):
        _, instance = bank.submit()
        item = next(item for item in bank.work(instance, "sign") if "kai" in bank.offered(item))
        acts = [lambda name=name: decided(bank, name, item) for name in ("head", "kai")]  # noqa: B023
        first, second = in_order(*(acts if proxy_first else acts[::-1]))
        assert "done" == first
        assert isinstance(second, Conflict)
        assert "P409" == second.code
        visit = state(bank, instance).visit("sign", 1)
        assert visit is not None
        assert [bank.people["head" if proxy_first else "kai"]] == [seat.actor for seat in visit.seats if seat.actor]


def decided(bank: Bank, username: str, item: str) -> None:
    with bank.database.write() as connection:
        decide(connection, bank.context(username), item, "approve", DecisionBody("because"))


def test_suspension_and_approval(bank: Bank) -> None:
    """R13: nobody decides in a case that stands still; a decision that was before it stays."""
    for suspend_first in (True, False):
        _, instance = bank.submit()

        def stop(instance: str = instance) -> None:
            with bank.database.write() as connection:
                suspend(connection, bank.context("head"), instance, "inspection")

        yes = vote(bank, "ann", instance, "check")
        results = in_order(stop, yes) if suspend_first else in_order(yes, stop)
        assert "done" == results[0]
        assert getattr(results[1], "code", results[1]) == ("P432" if suspend_first else "done")
        now = state(bank, instance)
        assert now.suspended_at is not None
        assert ("check" if suspend_first else "second") in [visit.step for visit in now.open_visits()]


def test_recall_and_approval(bank: Bank) -> None:
    """R3: one of them is first, and the other is told; the guard of the recall is asked where it stands in the order."""
    for recall_first in (True, False):
        record, instance = bank.submit()

        def take_back(instance: str = instance) -> None:
            with bank.database.write() as connection:
                recall(connection, bank.context("clerk"), instance)

        yes = vote(bank, "ann", instance, "check")
        results = in_order(take_back, yes) if recall_first else in_order(yes, take_back)
        assert "done" == results[0]
        assert isinstance(results[1], Conflict)
        assert ("stopped" if recall_first else "running") == state(bank, instance).state
        assert ("draft" if recall_first else "in_review") == bank.value(record, "f_status")
