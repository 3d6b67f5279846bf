"""What people do with tasks beside deciding them, on both databases: to-do lists, rights, ballots, signatures, many at once."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from runtime.commands.decide_task import BatchItem, decide_task, decide_tasks
from runtime.commands.prove_person import prove_person
from runtime.failures import Conflict, Invalid, NotAllowed, NotFound
from runtime.identity.organisation import set_password_hash
from runtime.identity.password import hash_password
from runtime.process.acts import About, ActWord
from runtime.process.detail import people_to_choose, task_detail
from runtime.process.journal import read_instance
from runtime.process.opened import look_at_instance
from runtime.process.service import DecisionBody, act_on, decide, retry, timer_due
from runtime.process.signing import form_of, is_genuine
from runtime.process.steering import resume, suspend, terminate, urge
from runtime.process.view import process_of
from runtime.store.database import Database
from runtime.store.tables import audit_event, job, wf_work
from tests.process.bank import NOW, Bank, open_bank
from workflow_engine import events as ev

BOARD = """
workflow: approval
title: {zh: 审批, en: Approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, check, board]}]
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
  - approve: check
    title: {zh: 复核, en: Check}
    by: {role: checker, in: starter.branch, pick: claim}
    allow: [add_before, add_after, add_together, remove_added, transfer, delegate, ask_opinion, urge]
    signature: required
  - vote: board
    title: {zh: 贷审会, en: Board}
    by: {role: officer, in: head_office}
    rule: {quorum: 1/2, pass: 2/3 of present, secret_until_closed: true}
    open_for: 2 hours
on_finish:
  approved: {set: {status: approved}}
"""
SIGNED = DecisionBody("fine", signed=True)


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database, BOARD)


def check(bank: Bank, username: str, instance: str, word: ActWord, text: str | None = "please", **about: object) -> None:
    """Do something with the open task of the check that this person is offered, else with the first one."""
    items = bank.work(instance, "check")
    work = next((item for item in items if username in bank.offered(item)), items[0])
    with bank.database.write() as connection:
        body = DecisionBody(text, about=About(**about))  # type: ignore[arg-type]
        act_on(connection, bank.context(username), work, word, body)


def detail(bank: Bank, username: str, work: str) -> dict[str, object]:
    with bank.database.read() as connection:
        return task_detail(connection, bank.context(username, locale="en"), work)


def trail(bank: Bank, username: str, instance: str) -> list[tuple[object, object]]:
    with bank.database.read() as connection:
        shown = process_of(connection, bank.context(username, locale="en"), instance)
    return [(entry["kind"], entry["detail"]) for entry in shown["trail"]]  # type: ignore[attr-defined]


def signed(bank: Bank, username: str, work: str) -> None:
    with bank.database.write() as connection:
        decide(connection, bank.context(username), work, "approve", SIGNED)


def test_a_transfer_moves_the_task_to_another_list(bank: Bank) -> None:
    """转办: gone from the one list, there in the other; the trail says from whom, to whom and why."""
    _, instance = bank.submit()
    work = bank.work(instance, "check")[0]
    check(bank, "ann", instance, "transfer", "on leave", people=(bank.people["bob"],))

    assert {"bob"} == bank.offered(work)
    assert ("transferred", "→ bob") in trail(bank, "ann", instance)
    assert detail(bank, "bob", work)["signature"]


def test_who_is_added_before_has_a_task_of_his_own(bank: Bank) -> None:
    """前加签: a task for the expert, who reads what the step shows; the adder waits, then decides."""
    _, instance = bank.submit()
    work = bank.work(instance, "check")[0]
    with bank.database.read() as connection:
        offered = people_to_choose(connection, bank.context("ann"), work, "add_before", "ka")
    assert ["kai"] == [person["name"] for person in offered]  # type: ignore[index]
    check(bank, "ann", instance, "add_before", people=(bank.people["kai"],))

    added = next(item for item in bank.work(instance, "check") if bank.offered(item) == {"kai"})
    assert "100000.00" == detail(bank, "kai", added)["record"]["amount"]  # type: ignore[index]
    with pytest.raises(Conflict, match="asked"), bank.database.write() as connection:
        decide(connection, bank.context("ann", locale="en"), work, "approve", SIGNED)
    assert [("kai", "before", "open")] == [
        (seat["person"]["name"], seat["mode"], seat["state"])
        for seat in detail(bank, "ann", work)["added"]  # type: ignore[attr-defined]
    ]
    signed(bank, "kai", added)
    signed(bank, "ann", work)
    assert bank.work(instance, "board")


def test_only_the_return_says_where_it_leads(bank: Bank) -> None:
    """Who was added agrees, then the adder returns: the trail gives the added one neither the way back nor the post of the step."""
    _, instance = bank.submit()
    check(bank, "ann", instance, "add_before", people=(bank.people["kai"],))
    added = next(item for item in bank.work(instance, "check") if bank.offered(item) == {"kai"})
    signed(bank, "kai", added)
    with bank.database.write() as connection:
        decide(connection, bank.context("ann"), bank.work(instance, "check")[0], "return", replace(SIGNED, opinion="too little"))

    with bank.database.read() as connection:
        shown = process_of(connection, bank.context("clerk", locale="en"), instance)["trail"]
    told = {entry["kind"]: (entry["detail"], bool(entry["post"])) for entry in shown}  # type: ignore[attr-defined]
    assert (None, False) == told["approved"]
    assert ("→ Application", True) == told["returned"]


def test_an_opinion_is_asked_answered_and_shown(bank: Bank) -> None:
    """征询: a task without decisions but the answer; the record is readable while it is open, and not to strangers."""
    _, instance = bank.submit()
    check(bank, "ann", instance, "ask_opinion", "is this usual?", people=(bank.people["lin"],))

    asked = next(item for item in bank.work(instance, "check") if bank.offered(item) == {"lin"})
    shown = detail(bank, "lin", asked)
    assert ("request", ["answer"], "Your opinion is asked: is this usual?") == (
        shown["kind"],
        shown["decisions"],
        shown["text"]["en"],  # type: ignore[index]
    )
    assert "100000.00" == shown["record"]["amount"]  # type: ignore[index]
    with pytest.raises(NotFound):
        detail(bank, "kai", asked)
    with bank.database.write() as connection:
        act_on(connection, bank.context("lin"), asked, "answer", DecisionBody("quite usual"))
    assert ["quite usual"] == [each["opinion"] for each in detail(bank, "ann", bank.work(instance, "check")[0])["requests"]]  # type: ignore[attr-defined]
    assert [asked] == bank.work(instance, "check", "done")
    assert "amount" not in detail(bank, "lin", asked)["record"]  # type: ignore[operator]


def test_nobody_comes_in_who_may_not(bank: Bank) -> None:
    """The starter is never added; who has no part in the step does nothing with it; a stranger finds no task."""
    _, instance = bank.submit()
    with pytest.raises(NotAllowed) as refused:
        check(bank, "ann", instance, "add_together", people=(bank.people["clerk"],))
    assert ("P429", "maker") == (refused.value.code, refused.value.extra["rule"])
    with pytest.raises(NotFound):
        check(bank, "stranger", instance, "transfer", people=(bank.people["bob"],))
    with pytest.raises(Invalid):
        check(bank, "ann", instance, "transfer")


def test_a_decision_is_signed_with_the_password(bank: Bank) -> None:
    """`signature: required`: without the password nothing is decided; wrong ones are counted; the proof stands in the trail."""
    _, instance = bank.submit()
    work, context = bank.work(instance, "check")[0], bank.context("ann")
    with bank.database.write() as connection:
        set_password_hash(connection, bank.people["ann"], hash_password("right"), NOW)
    with pytest.raises(Invalid, match="signed"):
        decide_task(bank.database, context, work, "approve", DecisionBody())
    with pytest.raises(Invalid, match="wrong"):
        decide_task(bank.database, context, work, "approve", DecisionBody(), password="wrong")  # noqa: S106
    decide_task(bank.database, context, work, "approve", DecisionBody(), password="right")  # noqa: S106

    with bank.database.read() as connection:
        journal = read_instance(connection, instance)
        told = connection.scalars(sa.select(audit_event.c.kind)).all()
    assert journal is not None
    proof = [entry for entry in journal.entries if isinstance(entry.event, ev.SeatDecided)][-1]
    assert isinstance(proof.event, ev.SeatDecided)
    assert is_genuine(instance, proof)
    for other in ({"opinion": "other"}, {"form": "0:0"}, {"record_version": 9}, {"decision": "reject"}, {"signature": None}):
        assert not is_genuine(instance, replace(proof, event=replace(proof.event, **other)))
    assert not is_genuine(instance, replace(proof, actor=bank.people["bob"]))
    assert not is_genuine(instance, replace(proof, at=proof.at + dt.timedelta(seconds=1)))
    with bank.database.read() as connection:
        nonce, _, _ = (proof.event.form or "").partition(":")
        assert proof.event.form == form_of(look_at_instance(connection, context, instance), nonce)
        bodies = connection.scalars(sa.select(audit_event.c.body)).all()
    assert any((proof.event.signature or "?") in body for body in bodies)
    assert not [body for body in bodies if nonce in body]
    with bank.database.write() as connection:
        connection.execute(sa.update(bank.compiled.entities["loan"].table).values(f_amount=Decimal(1)))
        assert proof.event.form != form_of(look_at_instance(connection, context, instance), nonce)
    assert "signature_refused" in told
    for _ in range(5):
        with pytest.raises(Invalid):
            prove_person(bank.database, context, "wrong")
    with pytest.raises(NotAllowed):
        prove_person(bank.database, context, "right")


def test_a_ballot_is_secret_until_it_is_closed_and_counted_when_its_time_is_over(bank: Bank) -> None:
    """贷审会: who voted is seen, not how; two hours later what was cast is counted, once."""
    record, instance = bank.submit()
    signed(bank, "ann", bank.work(instance, "check")[0])
    bank.decide("kai", instance, "board", "reject")

    assert ("voted", None) in trail(bank, "clerk", instance)
    assert [("process_voted", None)] == audited(bank, "board")
    assert not [kind for kind, _ in trail(bank, "lin", instance) if kind == "rejected"]
    with pytest.raises(NotFound):
        detail(bank, "clerk", bank.work(instance, "board", "done")[0])
    with bank.database.read() as connection:
        timer = next(row for row in connection.execute(sa.select(job)) if row.payload.get("what") == "close")
    with bank.database.write() as connection:
        timer_due(connection, bank.context("system", now=timer.due_at - dt.timedelta(minutes=1)), timer.payload)
    assert "in_review" == bank.value(record, "f_status")
    for _ in range(2):
        with bank.database.write() as connection:
            timer_due(connection, bank.context("system", now=timer.due_at), timer.payload)
    told = trail(bank, "clerk", instance)
    assert ("counted", "0 for, 1 against, 0 abstained, 1 absent") in told
    assert ("rejected", None) in told
    assert not bank.work(instance, "board")
    assert ("process_ballots", ["reject"]) in audited(bank, "board")


def test_a_signature_tells_nothing_of_a_secret_ballot(database: Database) -> None:
    """Of three ways to vote, whoever knows the record could try which one was signed: the trail has it after the closing only."""
    bank = open_bank(database, BOARD.replace("    open_for: 2 hours", "    open_for: 2 hours\n    signature: required"))
    _, instance = bank.submit()
    signed(bank, "ann", bank.work(instance, "check")[0])
    work = next(item for item in bank.work(instance, "board") if bank.offered(item) == {"kai"})
    signed(bank, "kai", work)
    proof = signature_of(bank, instance)
    assert not [body for _, body in trail_bodies(bank) if proof in json.dumps(body)]

    with bank.database.write() as connection:
        terminate(connection, bank.context("head"), instance, "over")
    assert ["process_ballots"] == [kind for kind, body in trail_bodies(bank) if proof in json.dumps(body)]


def test_a_vote_without_a_quorum_stays_secret_until_it_is_taken_anew(bank: Bank) -> None:
    """What was cast is told once, when the round is closed by the next one."""
    _, instance = bank.submit()
    signed(bank, "ann", bank.work(instance, "check")[0])
    with bank.database.read() as connection:
        timer = next(row for row in connection.execute(sa.select(job)) if row.payload.get("what") == "close")
    with bank.database.write() as connection:
        timer_due(connection, bank.context("system", now=timer.due_at), timer.payload)
    assert not [kind for kind, _ in trail_bodies(bank) if kind == "process_ballots"]
    with bank.database.write() as connection:
        retry(connection, bank.context("head"), instance)
    assert [[]] == [body["ballots"] for kind, body in trail_bodies(bank) if kind == "process_ballots"]


def signature_of(bank: Bank, instance: str) -> str:
    """The signature of the last decision."""
    with bank.database.read() as connection:
        journal = read_instance(connection, instance)
    assert journal is not None
    return str([entry.event.signature for entry in journal.entries if isinstance(entry.event, ev.SeatDecided)][-1])


def trail_bodies(bank: Bank) -> list[tuple[str, Any]]:
    with bank.database.read() as connection:
        rows = connection.execute(sa.select(audit_event.c.kind, audit_event.c.body)).all()
    return [(kind, json.loads(body)) for kind, body in rows]


def audited(bank: Bank, step: str) -> list[tuple[str, list[str] | None]]:
    """The events of the audit trail about votes at a step, with what they tell of them."""
    bodies = trail_bodies(bank)
    about = [(kind, body) for kind, body in bodies if body.get("step") == step and ("vote" in kind or "ballots" in kind)]
    assert not [body for kind, body in about if "decision" in body]
    return [(kind, [each["vote"] for each in body["ballots"]] if "ballots" in body else None) for kind, body in about]


def test_many_tasks_are_decided_each_by_its_own_rules(bank: Bank) -> None:
    """批量审批: one transaction each; what needs more than a word, or is not one's own, is refused and said."""
    tasks = []
    for maker in ("clerk", "both", "clerk"):
        _, instance = bank.submit(maker)
        signed(bank, "ann", bank.work(instance, "check")[0])
        tasks.append(next(item for item in bank.work(instance, "board") if bank.offered(item) == {"kai"}))
    _, unsigned = bank.submit()
    items = [BatchItem(task, None) for task in (*tasks, bank.work(unsigned, "check")[0])]
    bank.decide("kai", instance, "board")

    outcomes = decide_tasks(bank.database, bank.context("kai"), items, "approve", None)
    assert [None, None, "P409", "Q404"] == [refused and refused.code for _, refused in outcomes]
    again = decide_tasks(bank.database, bank.context("ann"), items[3:], "approve", None)
    assert ["Q422"] == [refused and refused.code for _, refused in again]


def test_a_suspended_approval_stands_still_and_an_ended_one_is_gone(bank: Bank) -> None:
    """挂起, 激活, 终止: refused while it stands still, timers again afterwards; at the end the record is a draft again."""
    record, instance = bank.submit()
    with bank.database.write() as connection:
        suspend(connection, bank.context("head"), instance, "inspection")
    with pytest.raises(Conflict) as refused:
        signed(bank, "ann", bank.work(instance, "check")[0])
    assert "P432" == refused.value.code
    assert [] == detail(bank, "ann", bank.work(instance, "check")[0])["decisions"]
    with bank.database.write() as connection:
        resume(connection, bank.context("head"), instance, "done")
    with bank.database.write() as connection:
        terminate(connection, bank.context("head"), instance, "the customer left")

    assert [] == bank.work(instance, "check")
    assert "draft" == bank.value(record, "f_status")
    assert ("terminated", None) in trail(bank, "clerk", instance)


def test_the_starter_urges_once_an_hour(bank: Bank) -> None:
    """催办: recorded; too soon again is refused."""
    _, instance = bank.submit()
    now = bank.context("clerk").now
    with bank.database.write() as connection:
        urge(connection, bank.context("clerk", now=now), instance)
    with pytest.raises(Conflict, match="within the last hour"), bank.database.write() as connection:
        urge(connection, bank.context("clerk", now=now), instance)
    with pytest.raises(NotFound), bank.database.write() as connection:
        urge(connection, bank.context("ann", now=now), instance)


def test_open_items_are_open_seats_and_open_requests(bank: Bank) -> None:
    """Invariant 23 through a life with every act: the to-do list says what the state says, after each of them."""
    _, instance = bank.submit()
    work = bank.work(instance, "check")[0]

    def agrees() -> None:
        with bank.database.read() as connection:
            journal = read_instance(connection, instance)
            rows = connection.scalar(
                sa.select(sa.func.count()).where(wf_work.c.instance_id == instance, wf_work.c.state == "open")
            )
        assert journal is not None
        seats = [seat for visit in journal.state.open_visits() for seat in visit.seats if seat.state == "open"]
        asked = [each for visit in journal.state.open_visits() for each in visit.requests if each.is_open]
        assert len(seats) + len(asked) == rows

    person = bank.people
    agrees()
    for word, about in (
        ("add_together", {"people": (person["kai"],)}),
        ("add_after", {"people": (person["lin"],)}),
        ("ask_opinion", {"people": (person["head"],)}),
        ("delegate", {"people": (person["bob"],)}),
        ("withdraw", {"request": 2}),
        ("remove_added", {"seat": 2}),
        ("transfer", {"people": (person["bob"],)}),
    ):
        check(bank, "ann", instance, word, **about)  # type: ignore[arg-type]
        agrees()
    signed(bank, "bob", work)
    agrees()
