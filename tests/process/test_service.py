"""An approval from the draft to its end, on both databases: who finds what, what is written, what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from forms_dsl.load import load_app
from runtime.compile.app import compile_app
from runtime.failures import Changed, Conflict, Failure, Invalid, NotAllowed, NotFound
from runtime.identity.holdings import Given, grant_role, revoke_role
from runtime.outbox.rows import OutboxRow, find_row
from runtime.process.journal import read_instance
from runtime.process.rows import copy_id, copy_row, rows_of
from runtime.process.service import DecisionBody, call_finished, decide, retry, start_process, timer_due
from runtime.process.view import process_of
from runtime.store.database import Database
from runtime.store.offers import COPIED, NEVER
from runtime.store.tables import audit_event, job, release, wf_seat, wf_visit, wf_work, wf_work_person
from runtime.store.types import Instant
from tests.process.bank import APP, FILES, NOW, WORKFLOW, Bank, open_bank


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database)


def outcome(bank: Bank, instance: str, step: str, state: str, **values: object) -> None:
    """The outbox reports how the call of a step ended."""
    with bank.database.write() as connection:
        row = find_row(connection, f"{instance}/{step}/1")
        assert isinstance(row, OutboxRow)
        result = {"outcome": "ok", "values": values, "code": None, "detail": None}
        call_finished(connection, bank.context("system"), replace(row, state=state, result=result))  # type: ignore[arg-type]


def process(bank: Bank, instance: str, username: str = "clerk") -> dict[str, object]:
    with bank.database.read() as connection:
        return process_of(connection, bank.context(username), instance)


def refused(bank: Bank, *call: object, **body: object) -> Failure:
    with pytest.raises(Failure) as caught:
        bank.decide(*call, **body)  # type: ignore[arg-type]
    return caught.value


def assert_rows_agree(bank: Bank, instance: str) -> None:
    """The stored rows are those that the rebuilt state makes, no more and no fewer."""
    with bank.database.read() as connection:
        journal = read_instance(connection, instance)
        assert journal is not None
        made = [rows_of(journal.frame, visit) for visit in journal.state.visits]

        def stored(table: sa.Table, column: sa.Column[str]) -> list[dict[str, object]]:
            return [dict(row) for row in connection.execute(sa.select(table).where(column == instance)).mappings()]

        key = str
        assert sorted((dict(m.visit) for m in made), key=key) == sorted(stored(wf_visit, wf_visit.c.instance_id), key=key)
        seats = [dict(row) for m in made for row in m.seats.values()]
        assert sorted(seats, key=key) == sorted(stored(wf_seat, wf_seat.c.instance_id), key=key)
        copies = journal.state.copies
        works = [dict(row) for m in made for row in m.works.values()] + [dict(copy_row(journal.frame, each)) for each in copies]
        assert sorted(works, key=key) == sorted(stored(wf_work, wf_work.c.instance_id), key=key)
        offers = connection.execute(
            sa.select(wf_work_person.c.work_id, wf_work_person.c.person_id).join(wf_work).where(wf_work.c.instance_id == instance)
        )
        misplaced = sa.or_(
            wf_work_person.c.created_at != wf_work.c.created_at,
            wf_work_person.c.due_by != sa.func.coalesce(wf_work.c.due_at, sa.literal(NEVER, Instant), type_=Instant),
            sa.and_(wf_work_person.c.copied, wf_work.c.state != COPIED),
        )
        assert not connection.execute(sa.select(wf_work_person).join(wf_work).where(misplaced)).all()
        given = [(copy_id(instance, each), each.person) for each in copies]
        assert sorted([*(offer for m in made for offer in m.offers), *given]) == sorted(map(tuple, offers))


def test_submitting_asks_the_checkers_of_the_branch(bank: Bank) -> None:
    """The first step is done by submitting; the checkers of the branch find one item, others do not."""
    record, instance = bank.submit()

    items = bank.work(instance, "check")
    assert 1 == len(items)
    assert {"ann", "bob", "head", "both"} == bank.offered(items[0])
    assert "in_review" == bank.value(record, "f_status")
    assert_rows_agree(bank, instance)


def test_a_small_loan_is_approved_booked_and_finished(bank: Bank) -> None:
    """Check, head of branch, booking in the other system, then the record is approved with its booking number."""
    record, instance = bank.submit()
    bank.decide("ann", instance, "check")
    assert {"both", "head"} == bank.offered(bank.work(instance, "decide@branch")[0])
    bank.decide("head", instance, "decide@branch")

    with bank.database.read() as connection:
        row = find_row(connection, f"{instance}/booking/1")
    assert row is not None
    assert {"request_id": f"{instance}/booking/1", "amount": "100000.00"} == row.arguments
    assert "in_review" == bank.value(record, "f_status")

    outcome(bank, instance, "booking", "confirmed", loan_no="0042")
    assert ("approved", "0042") == (bank.value(record, "f_status"), bank.value(record, "f_booking_no"))
    shown = process(bank, instance)
    assert ("approved", []) == (shown["state"], shown["at"])
    kinds = [entry["kind"] for entry in shown["trail"]]  # type: ignore[attr-defined]
    assert ["started", "submitted", "approved", "approved", "called", "finished"] == kinds
    assert_rows_agree(bank, instance)


def test_a_large_loan_goes_to_the_head_office(bank: Bank) -> None:
    """The amount decides who decides: officers of departments of the head office."""
    _, instance = bank.submit(amount="300000.01")
    bank.decide("ann", instance, "check")

    assert {"kai", "lin"} == bank.offered(bank.work(instance, "decide@officer")[0])


def test_a_reject_ends_it(bank: Bank) -> None:
    """拒绝 with an opinion: the record is rejected, nothing is open."""
    record, instance = bank.submit()
    bank.decide("ann", instance, "check", "reject", opinion="too much")

    assert "rejected" == bank.value(record, "f_status")
    assert [] == bank.work(instance, "check")
    last = process(bank, instance)["trail"][-2]  # type: ignore[index]
    assert ("rejected", "too much", "ann") == (last["kind"], last["opinion"], last["actor"]["name"])


def test_an_opinion_is_needed_to_reject(bank: Bank) -> None:
    """The fault points at the opinion and nothing was written."""
    record, instance = bank.submit()
    failure = refused(bank, "ann", instance, "check", "reject", opinion=None)

    assert isinstance(failure, Invalid)
    assert ["/opinion"] == [fault.pointer for fault in failure.faults]
    assert "in_review" == bank.value(record, "f_status")


def test_the_applicant_can_never_decide(bank: Bank) -> None:
    """A person with all roles who submitted the loan is not offered it, and is refused with the rule's title."""
    _, instance = bank.submit("both")

    assert "both" not in bank.offered(bank.work(instance, "check")[0])
    failure = refused(bank, "both", instance, "check")
    assert isinstance(failure, NotAllowed)
    assert ("P403", {"zh": "经办复核分离", "en": "Maker and checker"}) == (failure.code, failure.extra["rule_title"])
    assert "经办复核分离" in failure.message["zh"]


def test_who_checked_does_not_decide(bank: Bank) -> None:
    """The head of branch who checked is left out of the decision, on the list and at the commit."""
    _, instance = bank.submit()
    bank.decide("head", instance, "check")

    assert {"both"} == bank.offered(bank.work(instance, "decide@branch")[0])
    assert "P403" == refused(bank, "head", instance, "decide@branch").code


def test_a_stranger_hears_nothing(bank: Bank) -> None:
    """Somebody with the role in another branch gets the answer of a task that is not there."""
    _, instance = bank.submit()

    assert isinstance(refused(bank, "stranger", instance, "check"), NotFound)
    assert isinstance(refused(bank, "kai", instance, "check"), NotFound)


def test_a_role_that_was_taken_away_no_longer_decides(bank: Bank) -> None:
    """The item is still in the list, the right is gone: asked again at the commit."""
    _, instance = bank.submit()
    with bank.database.write() as connection:
        revoke_role(connection, bank.people["ann"], APP, "checker", Given(NOW))

    failure = refused(bank, "ann", instance, "check")
    assert ("P403", True) == (failure.code, "岗位" in failure.message["zh"])


def test_the_limit_is_checked_at_the_commit(bank: Bank) -> None:
    """An officer with a limit of 100 cannot approve 400 000, but may reject it."""
    _, instance = bank.submit(amount="400000.00")
    bank.decide("ann", instance, "check")

    assert "P404" == refused(bank, "lin", instance, "decide@officer").code
    bank.decide("lin", instance, "decide@officer", "reject")


def test_the_second_one_hears_who_was_first(bank: Bank) -> None:
    """409 with the name, the decision and the time, also for the same person again."""
    _, instance = bank.submit()
    bank.decide("ann", instance, "check")

    for username in ("bob", "ann"):
        failure = refused(bank, username, instance, "check")
        assert isinstance(failure, Conflict)
        assert ("P409", "approve") == (failure.code, failure.extra["decision"])
        assert {"id": bank.people["ann"], "name": "ann"} == failure.extra["decided_by"]
        assert failure.message["en"].startswith("ann approved it at 2026-03-02 10:")


def test_a_claimed_task_leaves_the_others(bank: Bank) -> None:
    """认领 takes it out of the other lists, 退领 gives it back."""
    _, instance = bank.submit()
    item = bank.work(instance, "check")[0]
    bank.decide("ann", instance, "check", "claim")
    assert {"ann"} == bank.offered(item)
    failure = refused(bank, "bob", instance, "check")
    assert ("P409", "ann") == (failure.code, failure.extra["claimed_by"]["name"])  # type: ignore[index]

    bank.decide("ann", instance, "check", "release")
    assert {"ann", "bob", "head", "both"} == bank.offered(item)
    assert_rows_agree(bank, instance)


def test_deciding_what_was_not_seen_is_refused(bank: Bank) -> None:
    """R10: the version seen must be the present one."""
    record, instance = bank.submit()
    version = bank.value(record, "version")

    assert isinstance(refused(bank, "ann", instance, "check", version=1), Changed)
    bank.decide("ann", instance, "check", version=version)


def test_a_step_writes_its_own_fields_and_no_others(bank: Bank) -> None:
    """Fields come under the rights of the step; a fault points into `fields` and nothing is decided."""
    record, instance = bank.submit()
    failure = refused(bank, "ann", instance, "check", fields={"amount": "1", "rating": "many", "nonsense": 1})

    assert isinstance(failure, Invalid)
    assert {"/fields/amount", "/fields/rating", "/fields/nonsense"} == {fault.pointer for fault in failure.faults}
    assert 1 == len(bank.work(instance, "check"))

    bank.decide("ann", instance, "check", fields={"rating": 3})
    assert 3 == bank.value(record, "f_rating")
    assert isinstance(refused(bank, "head", instance, "decide@branch", "reject", fields={"rating": 4}), Invalid)


def test_who_may_not_start_is_refused(bank: Bank) -> None:
    """`start.by` names clerks; a checker is none."""
    record = bank.draft()
    with pytest.raises(NotAllowed), bank.database.write() as connection:
        start_process(connection, bank.context("ann"), APP, "approval", record)


def test_nobody_there_holds_the_flow(bank: Bank) -> None:
    """No checker in the branch: held with its reason, and an administrator goes on once there is one."""
    with bank.database.write() as connection:
        revoke_role(connection, bank.people["stranger"], APP, "checker", Given(NOW))
    _, held = bank.submit("clerk2")

    shown = process(bank, held, "head")
    assert "held" == shown["state"]
    assert ["没有可以办理的人员"] == [at["held_reason"] for at in shown["at"]]  # type: ignore[attr-defined]
    assert {"retry", "suspend", "terminate", "jump"} == set(shown["can"])  # type: ignore[call-overload]
    with bank.database.write() as connection:
        grant_role(connection, bank.people["stranger"], APP, "checker", Given(NOW))
        retry(connection, bank.context("head"), held)
    assert {"stranger"} == bank.offered(bank.work(held, "check")[0])
    assert_rows_agree(bank, held)


def test_a_refused_call_is_done_by_hand(bank: Bank) -> None:
    """The other system refuses: an officer gets an item that says so, enters the number, and the loan is approved."""
    record, instance = bank.submit()
    bank.decide("ann", instance, "check")
    bank.decide("head", instance, "decide@branch")
    outcome(bank, instance, "booking", "rejected")

    assert 2 == len(bank.work(instance, "booking"))
    assert isinstance(refused(bank, "kai", instance, "booking", "complete"), Invalid)
    bank.decide("kai", instance, "booking", "complete", opinion="booked at the counter", fields={"booking_no": "77"})
    assert ("approved", "77") == (bank.value(record, "f_status"), bank.value(record, "f_booking_no"))
    assert_rows_agree(bank, instance)


def test_a_second_report_of_a_call_changes_nothing(bank: Bank) -> None:
    """The outbox delivers at least once: the late report is recorded, the record stays."""
    record, instance = bank.submit()
    bank.decide("ann", instance, "check")
    bank.decide("head", instance, "decide@branch")
    outcome(bank, instance, "booking", "confirmed", loan_no="1")
    version = bank.value(record, "version")
    outcome(bank, instance, "booking", "confirmed", loan_no="2")

    assert ("1", version) == (bank.value(record, "f_booking_no"), bank.value(record, "version"))


def test_an_answer_that_does_not_fit_is_held_for_a_person(bank: Bank) -> None:
    """Booked there, but its number is too long for the field: nothing is sent again, an officer looks at it."""
    record, instance = bank.submit()
    bank.decide("ann", instance, "check")
    bank.decide("head", instance, "decide@branch")
    outcome(bank, instance, "booking", "confirmed", loan_no="9" * 40)

    assert None is bank.value(record, "f_booking_no")
    assert 2 == len(bank.work(instance, "booking"))


def test_a_running_instance_stays_on_its_release(bank: Bank) -> None:
    """W-15: a release published in the middle changes new cases, never a running one."""
    _, instance = bank.submit()
    texts = {**FILES, "workflows/approval.yaml": WORKFLOW.replace("amount <= 300000", "amount <= 1")}
    loaded = load_app(texts)
    assert loaded.app is not None
    with bank.database.write() as connection:
        connection.execute(release.update().values(state="superseded"))
        connection.execute(
            release.insert().values(
                app=APP, release=2, version="1.0.1", checksum="2", files=texts, state="active", created_at=NOW
            )
        )
    later = replace(bank, compiled=compile_app(loaded.app, 2))
    later.decide("ann", instance, "check")
    assert 1 == len(later.work(instance, "decide@branch"))

    _, new = later.submit()
    later.decide("ann", new, "check")
    assert 1 == len(later.work(new, "decide@officer"))


def test_a_deadline_leaves_a_timer_that_marks_the_step(bank: Bank) -> None:
    """The due time is stored, its job marks an open visit as late and leaves a closed one alone."""
    _, instance = bank.submit()
    with bank.database.read() as connection:
        timer = connection.execute(sa.select(job).where(job.c.kind == "timer")).one()
        visit = connection.execute(sa.select(wf_visit).where(wf_visit.c.step == "check")).one()
    assert (4 * 3600, visit.due_at) == ((visit.due_at - visit.opened_at).total_seconds(), timer.due_at)

    with bank.database.write() as connection:
        timer_due(connection, bank.context("system", now=timer.due_at), timer.payload)
    bank.decide("ann", instance, "check")
    with bank.database.write() as connection:
        timer_due(connection, bank.context("system", now=timer.due_at), timer.payload)
    with bank.database.read() as connection:
        journal = read_instance(connection, instance)
    assert journal is not None
    assert 1 == sum(type(entry.event).__name__ == "Overdue" for entry in journal.entries)


def test_every_act_leaves_an_event(bank: Bank) -> None:
    """The audit trail has who did what, with the version of the record, and no field of it."""
    record, instance = bank.submit()
    bank.decide("ann", instance, "check", opinion="fine")

    with bank.database.read() as connection:
        found = sa.select(audit_event).where(audit_event.c.record_id == record, audit_event.c.kind.like("process%"))
        events = connection.execute(found.order_by(audit_event.c.at, audit_event.c.id)).all()
    assert ["process_started", "process_decided", "process_decided"] == [event.kind for event in events]
    assert bank.people["ann"] == events[-1].actor
    assert '"decision":"approve"' in events[-1].body
    assert "100000" not in "".join(event.body for event in events)


def test_editors_of_a_field_may_not_act(database: Database) -> None:
    """Who changed the amount at an earlier step is left out of the decision and refused there."""
    flow = WORKFLOW.replace("fields: {write: [rating], hide: [secret]}", "fields: {write: [amount]}").replace(
        "different_people: [apply, check, decide]", "different_people: [apply, decide]"
    )
    bank = open_bank(database, flow)
    _, instance = bank.submit()
    bank.decide("head", instance, "check", fields={"amount": "90000.00"})

    assert {"both"} == bank.offered(bank.work(instance, "decide@branch")[0])
    assert {"zh": "改过要素的人不得审批", "en": "Editors do not decide"} == refused(
        bank, "head", instance, "decide@branch"
    ).extra["rule_title"]


def test_without_editing_the_same_rule_lets_everybody_act(database: Database) -> None:
    """The twin of the test before: nothing edited, nobody left out."""
    flow = WORKFLOW.replace("different_people: [apply, check, decide]", "different_people: [apply, decide]")
    bank = open_bank(database, flow)
    _, instance = bank.submit()
    bank.decide("head", instance, "check")

    assert {"head", "both"} == bank.offered(bank.work(instance, "decide@branch")[0])


def test_an_unknown_task_is_not_found(bank: Bank) -> None:
    """A task id that nobody made."""
    with pytest.raises(NotFound), bank.database.write() as connection:
        decide(connection, bank.context("ann"), "00000000-0000-7000-8000-000000000000", "approve", DecisionBody())
