"""Whose record it is and on which terms a decision is made: authors, the read-only case, versions; on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from runtime.commands.submit_record import submit_record
from runtime.failures import Changed, Conflict, NotAllowed, NotFound
from runtime.process.detail import task_detail
from runtime.process.service import running_instance, start_process
from runtime.records.write import update_record
from runtime.store.database import Database
from runtime.store.tables import org_person
from tests.process.bank import APP, FILES, WORKFLOW, Bank, open_bank
from tests.process.test_service import outcome

OPEN_UPDATE = FILES["roles.yaml"].replace('created_by == user.id and status == "draft"', "branch.path in user.branch_tree")


@pytest.fixture
def bank(database: Database) -> Bank:
    """A bank whose clerks may change each other's loans, also while they are in review."""
    return open_bank(database, files={"roles.yaml": OPEN_UPDATE})


def change(bank: Bank, username: str, record: str, **values: object) -> None:
    version = bank.value(record, "version")
    with bank.database.write() as connection:
        context, as_platform = bank.context(username), username == "system"
        update_record(connection, context, APP, "loan", record, values, int(str(version)), by_platform=as_platform)


def test_a_draft_is_submitted_by_whom_may_change_it(database: Database) -> None:
    """To read a colleague's draft is not enough to start its approval in his place."""
    bank = open_bank(database)
    record = bank.draft("clerk")
    with pytest.raises(NotAllowed):
        submit_record(database, bank.context("both"), APP, "loan", record, {}, None)
    assert "draft" == bank.value(record, "f_status")

    submit_record(database, bank.context("clerk"), APP, "loan", record, {}, None)
    assert "in_review" == bank.value(record, "f_status")


def test_a_helpful_colleague_takes_four_eyes_away_from_nobody(bank: Bank) -> None:
    """The clerk submits what another has written: neither its maker nor who changed it checks it."""
    record = bank.draft("both")
    submit_record(bank.database, bank.context("clerk"), APP, "loan", record, {}, None)

    with bank.database.read() as connection:
        instance = running_instance(connection, APP, record)
    assert instance is not None
    item = bank.work(instance, "check")[0]
    assert {"ann", "bob", "head"} == bank.offered(item)
    with pytest.raises(NotAllowed) as caught:
        bank.decide("both", instance, "check")
    assert "P403" == caught.value.code


def test_whoever_changed_the_draft_is_its_author_too(bank: Bank) -> None:
    """Made by one, changed by another, submitted by the first: both stand where the starter stands."""
    record = bank.draft("clerk")
    change(bank, "both", record, term=24)
    submit_record(bank.database, bank.context("clerk"), APP, "loan", record, {}, None)

    with bank.database.read() as connection:
        instance = running_instance(connection, APP, record)
    assert instance is not None
    assert "both" not in bank.offered(bank.work(instance, "check")[0])


def test_a_record_under_approval_is_changed_by_its_open_step_only(bank: Bank) -> None:
    """Whatever a role may do otherwise: the terms stand while people decide on them."""
    record, instance = bank.submit()
    for username in ("clerk", "both"):
        with pytest.raises(Conflict) as caught:
            change(bank, username, record, amount="1.00")
        assert "Q311" == caught.value.code
    bank.decide("ann", instance, "check", fields={"rating": 3})
    assert 3 == bank.value(record, "f_rating")
    bank.decide("head", instance, "decide@branch", "return", to="apply")
    bank.decide("clerk", instance, "apply", "complete", fields={"amount": "90000.00"})
    bank.decide("bob", instance, "check", "reject")
    change(bank, "clerk", record, purpose="another")
    assert "another" == bank.value(record, "f_purpose")


def test_a_decision_is_about_the_terms_that_were_put_before_it(bank: Bank) -> None:
    """Without a version it counts for the record as it was when the step was opened; a change since is named."""
    record, instance = bank.submit()
    change(bank, "system", record, purpose="unimportant")
    change(bank, "system", record, amount="200000.00")
    with pytest.raises(Conflict) as caught:
        bank.decide("ann", instance, "check")
    assert ("P420", ["amount"]) == (caught.value.code, caught.value.extra["fields"])
    with pytest.raises(Changed):
        bank.decide("ann", instance, "check", version=1)

    bank.decide("ann", instance, "check", version=bank.value(record, "version"))
    change(bank, "system", record, purpose="unimportant again")
    bank.decide("head", instance, "decide@branch")


def test_the_limit_that_people_were_found_by_holds_at_the_commit(database: Database) -> None:
    """with_limit: the amount grew after the officers were found."""
    flow = WORKFLOW.replace(
        "by: {role: officer, in: head_office, pick: claim}\n            limit: amount",
        "by: {role: officer, in: head_office, pick: claim, with_limit: amount}",
    )
    bank = open_bank(database, flow)
    record, instance = bank.submit(amount="400000.00")
    bank.decide("ann", instance, "check")
    assert {"kai"} == bank.offered(bank.work(instance, "decide@officer")[0])
    change(bank, "system", record, amount="6000000.00")

    with pytest.raises(NotAllowed) as caught:
        bank.decide("kai", instance, "decide@officer", version=bank.value(record, "version"))
    assert "P404" == caught.value.code


def test_nobody_returns_a_case_behind_a_booking(database: Database) -> None:
    """What the other system did stands; it is never asked for twice."""
    step = "  - call: booking\n" + WORKFLOW.split("  - call: booking\n")[1].split("on_finish:")[0]
    flow = WORKFLOW.replace(step, "").replace("  - choose:\n", step + "  - choose:\n")
    bank = open_bank(database, flow)
    record, instance = bank.submit()
    bank.decide("ann", instance, "check")
    outcome(bank, instance, "booking", "confirmed", loan_no="0042")
    with bank.database.read() as connection:
        item = bank.work(instance, "decide@branch")[0]
        detail = task_detail(connection, bank.context("head"), item)
    assert ([], False) == (detail["return_to"], "return" in detail["decisions"])  # type: ignore[operator]
    with pytest.raises(Conflict) as caught:
        bank.decide("head", instance, "decide@branch", "return", to="check")
    assert "P419" == caught.value.code
    assert "0042" == bank.value(record, "f_booking_no")


def test_what_changed_is_shown_under_the_rights_of_the_step(database: Database) -> None:
    """A field that nobody is shown does not show that it changed either."""
    secret = "  pin: {type: text, max: 40, class: C3, label: {zh: 口令, en: Pin}}\n  secret:"
    entity = FILES["entities/loan.yaml"].replace("  secret:", secret)
    flow = WORKFLOW.replace("write: [amount, term, purpose]", "write: [amount, term, purpose, pin]")
    bank = open_bank(database, flow, files={"entities/loan.yaml": entity})
    _, instance = bank.submit(pin="1111")
    bank.decide("ann", instance, "check")
    bank.decide("head", instance, "decide@branch", "return", to="apply")
    bank.decide("clerk", instance, "apply", "complete", fields={"term": 24, "pin": "2222"})
    with bank.database.read() as connection:
        shown = task_detail(connection, bank.context("bob"), bank.work(instance, "check")[0])
    assert {"term": 12} == shown["changed_fields"]


def test_demo_people_are_asked_in_a_demonstration_only(database: Database) -> None:
    """Who cannot sign in is no checker: a case would wait for nobody."""
    bank = open_bank(database)
    with database.write() as connection:
        connection.execute(sa.update(org_person).where(org_person.c.id == bank.people["bob"]).values(demo=True))
    record = bank.draft()
    with database.write() as connection:
        instance = start_process(connection, bank.context("clerk"), APP, "approval", record)
    assert {"ann", "both", "head"} == bank.offered(bank.work(instance, "check")[0])
    with pytest.raises(NotFound):
        bank.decide("bob", instance, "check")

    record = bank.draft()
    with database.write() as connection:
        instance = start_process(connection, bank.context("clerk", demo=True), APP, "approval", record)
    assert "bob" in bank.offered(bank.work(instance, "check")[0])
