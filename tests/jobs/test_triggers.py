"""Automations around writes: before them inside the transaction, after them by the worker, once, under the rights they say."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from forms_dsl.folder import read_folder
from runtime.automations.events import RECEIVED, receive
from runtime.commands.create_record import create_record
from runtime.commands.run_event import run_after, run_received
from runtime.failures import Invalid, NotFound
from runtime.identity.organisation import set_active
from runtime.jobs.queue import run_due
from runtime.process.service import DecisionBody, decide
from runtime.records.read import get_record
from runtime.records.triggers import AFTER, LONGEST_CHAIN
from runtime.records.write import delete_record, insert_record, update_record
from runtime.store.database import Database
from runtime.store.tables import audit_event, job, wf_work
from tests.shipped_bank import APP, FOLDER, NOW, Bank, add_customer, open_bank

HEAD = "label: {zh: 规则, en: Rule}\nentity: loan_application\n"
VALUES = {
    "product": "consumer",
    "amount": "120000",
    "term": 24,
    "annual_rate": "4.35",
    "monthly_income": "20000",
}

RULES = {
    # Inside the write: a value that nobody entered, and a refusal with the record's own words.
    "unsecured": "before: {create: true}\nwhere: is_missing(guarantee)\ndo:\n  - set: {guarantee: credit}",
    "income_kept": "before: {change: [monthly_income]}\nwhere: monthly_income < 1000\n"
    "do:\n  - refuse: {zh: '收入 {monthly_income} 过低', en: 'An income of {monthly_income} is too low'}",
    "kept": "before: {delete: true}\nwhere: amount > 100000\ndo:\n  - refuse: {zh: 大额申请不得删除, en: Large ones stay}",
    # After the commit.
    "large": "after: {create: true}\nwhere: amount > 100000\nrun_as: system\n"
    "do:\n  - work_item: {to: role.branch_head in record.branch, text: {zh: '看 {amount}', en: 'Look at {amount}'}}",
    "priced": "after: {change: [annual_rate]}\ndo:\n  - set: {purpose: {value: \"'repriced'\"}}",
    "gone": "after: {delete: true}\nrun_as: system\n"
    "do:\n  - create: {entity: district, set: {code: {value: text(product)}, name: {value: customer.full_name}}}",
    "ended": 'after: {finish: loan_approval}\nwhere: status == "rejected"\nrun_as: system\ndo:\n  - set: {purpose: refused}',
    # One sets the other off, which comes back to it.
    "ping": "after: {change: [term]}\nrun_as: system\ndo:\n  - set: {core_loan_no: {value: \"'a'\"}}",
    "booked": "receive: core.loan_booked\nwhere: purpose == result.purpose\nrun_as: system\n"
    "do:\n  - set: {core_loan_no: {value: result.loan_no}}",
}
EVENTS = "    events:\n      loan_booked: {event: loan.booked, out: {loan_no: text, purpose: text}, once_by: loan_no}\n"


@pytest.fixture
def bank(database: Database, database_url: str, tmp_path: Path) -> Bank:
    files = read_folder(FOLDER)
    rules = {f"automations/{name}.yaml": f"automation: {name}\n{HEAD}{text}\n" for name, text in RULES.items()}
    return open_bank(database, database_url, tmp_path, {**files, **rules, "bindings.yaml": files["bindings.yaml"] + EVENTS})


def made(bank: Bank, who: str | None = None, **values: object) -> str:
    """An application of a clerk (of the platform without a name), as a draft."""
    context = bank.context(bank.person(who)) if who else bank.context()
    body = {**VALUES, "customer": add_customer(bank, secrets.token_hex(4)), "branch": bank.unit("CX"), **values}
    with bank.database.write() as connection:
        return insert_record(connection, context, APP, "loan_application", body, by_platform=who is None, is_draft=True).id


def changed(bank: Bank, record_id: str, who: str | None = None, **values: object) -> None:
    context = bank.context(bank.person(who)) if who else bank.context()
    version = int(str(values_of(bank, record_id)["version"]))
    with bank.database.write() as connection:
        update_record(connection, context, APP, "loan_application", record_id, values, version, by_platform=who is None)


def values_of(bank: Bank, record_id: str) -> dict[str, object]:
    with bank.database.read() as connection:
        return dict(get_record(connection, bank.context(), APP, "loan_application", record_id).values)


def worked(bank: Bank) -> list[tuple[str, str]]:
    """Run the jobs of automations; name and state of each that there is."""
    handlers = {
        AFTER: lambda connection, one, now: run_after(connection, bank.releases, bank.settings, one, now),
        RECEIVED: lambda connection, one, now: run_received(connection, bank.releases, bank.settings, one, now),
    }
    run_due(bank.database, handlers, lambda: NOW)
    with bank.database.read() as connection:
        rows = connection.execute(sa.select(job.c.payload, job.c.state, job.c.kind).where(job.c.kind.in_(list(handlers))))
        return sorted((str(row.payload.get("automation", row.kind)), row.state) for row in rows)


def test_a_rule_inside_the_write_sets_what_nobody_entered(bank: Bank) -> None:
    record_id = made(bank, "clerk")

    assert "credit" == values_of(bank, record_id)["guarantee"]
    assert "pledge" == values_of(bank, made(bank, "clerk", guarantee="pledge"))["guarantee"]


def test_a_rule_inside_the_write_refuses_with_the_values_of_the_record(bank: Bank) -> None:
    """Nothing is written, whoever writes; the fault stands for the whole record."""
    record_id = made(bank, "clerk")

    with pytest.raises(Invalid) as refused:
        changed(bank, record_id, "clerk", monthly_income="500")

    assert [("Q313", "", "An income of 500.00 is too low")] == [
        (f.code, f.pointer, f.message["en"]) for f in refused.value.faults
    ]
    assert "20000.00" == values_of(bank, record_id)["monthly_income"]
    changed(bank, record_id, "clerk", purpose="more", monthly_income="20000")
    with pytest.raises(Invalid), bank.database.write() as connection:
        delete_record(connection, bank.context(bank.person("clerk")), APP, "loan_application", record_id, 2)


def test_a_rule_after_the_write_acts_once_by_the_worker_and_leaves_its_trail(bank: Bank) -> None:
    """Nothing of it happens in the write itself, and one that is rolled back leaves nothing."""
    made(bank, "clerk", amount="100000")
    record_id = made(bank, "clerk")
    with bank.database.read() as connection:
        assert [] == connection.execute(sa.select(wf_work)).all()

    assert [("large", "done")] == worked(bank) == worked(bank)

    with bank.database.read() as connection:
        (work,) = connection.execute(sa.select(wf_work.c.record_id, wf_work.c.text)).all()
        taken = sa.select(audit_event.c.actor).where(audit_event.c.kind == "automation_taken")
        assert ["system"] == list(connection.scalars(taken))
    assert (record_id, "Look at 120000.00") == (work.record_id, work.text["en"])


def test_a_rule_of_the_person_acts_with_his_rights_and_not_when_he_has_gone(bank: Bank) -> None:
    record_id, clerk = made(bank, "clerk", amount="1000"), bank.person("clerk")
    changed(bank, record_id, "clerk", annual_rate="5")
    assert [("priced", "done")] == worked(bank)
    values = values_of(bank, record_id)
    assert ("repriced", clerk.id) == (values["purpose"], values["changed_by"])

    changed(bank, record_id, "clerk", annual_rate="6", purpose="mine")
    with bank.database.write() as connection:
        set_active(connection, clerk.id, NOW, active=False)
    assert [("priced", "done"), ("priced", "waiting")] == worked(bank)
    assert "mine" == values_of(bank, record_id)["purpose"]


def test_a_change_of_other_fields_sets_nothing_off(bank: Bank) -> None:
    record_id = made(bank, "clerk", amount="1000")
    changed(bank, record_id, "clerk", purpose="other")
    changed(bank, record_id, "clerk", annual_rate="4.35")

    assert [] == worked(bank)


def test_a_rule_after_the_deletion_knows_what_stood_there(bank: Bank) -> None:
    record_id = made(bank, "clerk", amount="1000")
    with bank.database.write() as connection:
        delete_record(connection, bank.context(bank.person("clerk")), APP, "loan_application", record_id, 1)

    assert [("gone", "done")] == worked(bank)
    with bank.database.read() as connection:
        table = bank.compiled.entities["district"].table
        assert [("consumer", "张伟")] == [tuple(row) for row in connection.execute(sa.select(table.c.f_code, table.c.f_name))]


def test_no_rule_sets_itself_off_and_a_chain_is_cut(bank: Bank) -> None:
    """What a rule writes reaches other rules, but not itself; after five of them nobody is set off any more."""
    record_id = made(bank, "clerk", amount="1000")
    context = replace(bank.context(), caused_by=(f"{APP}.priced",))
    with bank.database.write() as connection:
        update_record(
            connection, context, APP, "loan_application", record_id, {"annual_rate": "7", "term": 12}, 1, by_platform=True
        )
    assert [("ping", "done")] == worked(bank)
    deep = replace(bank.context(), caused_by=tuple(f"{APP}.rule{n}" for n in range(LONGEST_CHAIN)))
    with bank.database.write() as connection:
        update_record(connection, deep, APP, "loan_application", record_id, {"term": 36}, 3, by_platform=True)
    assert [("ping", "done")] == worked(bank)


def test_the_end_of_an_approval_sets_off_what_waits_for_it(bank: Bank) -> None:
    clerk, checker = bank.person("clerk"), bank.person("checker")
    body = {**VALUES, "amount": "1000", "customer": add_customer(bank), "branch": bank.unit("CX")}
    record = create_record(bank.database, bank.context(clerk), APP, "loan_application", body, submit=True)
    with bank.database.read() as connection:
        work = str(connection.scalar(sa.select(wf_work.c.id).where(wf_work.c.record_id == record.id, wf_work.c.state == "open")))
    with bank.database.write() as connection:
        decide(connection, bank.context(checker), work, "reject", DecisionBody(opinion="no"))

    assert [("ended", "done")] == worked(bank)
    assert "refused" == values_of(bank, record.id)["purpose"]


def test_an_event_of_another_system_is_taken_once_and_finds_its_records(bank: Bank) -> None:
    mine, other = made(bank, "clerk", amount="1000", purpose="car"), made(bank, "clerk", amount="1000", purpose="house")
    body = {"loan_no": "L1", "purpose": "car"}
    with bank.database.write() as connection:
        first = receive(connection, bank.context(), APP, "core.loan_booked", body)
        again = receive(connection, bank.context(), APP, "core.loan_booked", {**body, "purpose": "house"})
    assert ((True, 1), (False, 1)) == ((first.is_new, first.automations), (again.is_new, again.automations))

    assert [("received", "done")] == worked(bank)
    assert ("L1", None) == (values_of(bank, mine)["core_loan_no"], values_of(bank, other)["core_loan_no"])


def test_an_event_that_is_not_declared_or_lacks_values_is_refused(bank: Bank) -> None:
    with bank.database.write() as connection:
        with pytest.raises(NotFound):
            receive(connection, bank.context(), APP, "core.loan_lost", {})
        with pytest.raises(Invalid) as wrong:
            receive(connection, bank.context(), APP, "core.loan_booked", {"purpose": "x", "amount": "1"})
    assert [("Q301", "/amount"), ("Q303", "/loan_no")] == [(fault.code, fault.pointer) for fault in wrong.value.faults]
