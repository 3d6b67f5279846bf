"""The early warning of the shipped app: one work item for each silent account, and none on a second run."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from runtime.commands.run_automation import Ran, Site, run_automation, run_automation_job
from runtime.failures import NotFound
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person, add_unit
from runtime.jobs.automations import KIND, plan_runs
from runtime.jobs.queue import claim, run_due
from runtime.store.database import Database
from runtime.store.tables import audit_event, job, wf_work, wf_work_person
from tests.shipped_bank import APP, NOW, Bank, add_account, add_customer, add_transaction, open_bank

TODAY = dt.date(2026, 3, 2)


@pytest.fixture
def bank(database: Database, database_url: str, tmp_path: Path) -> Bank:
    return open_bank(database, database_url, tmp_path)


def _days_ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def _site(bank: Bank, now: dt.datetime = NOW) -> Site:
    return Site(bank.database, bank.releases, bank.settings, lambda: now)


def _warned(bank: Bank) -> list[str]:
    """The accounts that have a work item, with the number of work items they have."""
    with bank.database.read() as connection:
        return sorted(connection.scalars(sa.select(wf_work.c.record_id)))


def _open_branch_without_people(bank: Bank) -> None:
    with bank.database.write() as connection:
        add_unit(connection, "LA", "临安支行", NOW, parent_id=bank.unit("HZ"))


def _fill(bank: Bank) -> dict[str, str]:
    """Accounts of every kind: by name of the case."""
    customer = add_customer(bank)
    _open_branch_without_people(bank)
    accounts = {
        "silent": add_account(bank, "A1", customer, _days_ago(45), _days_ago(300)),
        "long silent": add_account(bank, "A2", customer, _days_ago(400)),
        "one day short": add_account(bank, "A3", customer, _days_ago(44)),
        "lively": add_account(bank, "A4", customer, _days_ago(100), _days_ago(1)),
        "never had any": add_account(bank, "A5", customer),
        "closed": add_account(bank, "A6", customer, _days_ago(200), status="closed"),
        "interest only since": add_account(bank, "A7", customer, _days_ago(90)),
        "outflow since": add_account(bank, "A8", customer, _days_ago(90)),
        "other branch": add_account(bank, "A9", customer, _days_ago(90), unit="BJ"),
        "branch without clerk": add_account(bank, "A10", customer, _days_ago(90), unit="LA"),
    }
    add_transaction(bank, accounts["interest only since"], "I1", _days_ago(3), purpose="interest")
    add_transaction(bank, accounts["outflow since"], "O1", _days_ago(3), direction="debit")
    return accounts


def test_one_work_item_for_each_account_without_inflow(bank: Bank) -> None:
    """Inflow means money that came in, no interest; 45 days by the business date; a branch without a clerk loses no warning."""
    accounts = _fill(bank)

    ran = run_automation(_site(bank), APP, "silent_account")

    expected = ["silent", "long silent", "interest only since", "outflow since", "other branch", "branch without clerk"]
    assert sorted(accounts[name] for name in expected) == _warned(bank)
    assert Ran(due=6, taken=6, waiting=1) == ran


def test_a_work_item_that_nobody_fits_waits_for_the_first_who_does(bank: Bank) -> None:
    """It is said at every run, and offered at the first run after somebody got the role; it is not made a second time."""
    _open_branch_without_people(bank)
    account = add_account(bank, "A1", add_customer(bank), _days_ago(90), unit="LA")
    assert [1, 1] == [run_automation(_site(bank), APP, "silent_account").waiting for _ in range(2)]
    with bank.database.write() as connection:
        person = add_person(connection, "new", "新人", NOW, unit_id=bank.unit("LA"))
        grant_role(connection, person, APP, "clerk", Given(NOW))

    assert Ran(due=0, taken=0, waiting=0) == run_automation(_site(bank), APP, "silent_account")

    with bank.database.read() as connection:
        offered = connection.execute(sa.select(wf_work_person.c.person_id, wf_work_person.c.unit)).all()
    assert [(person, bank.unit("LA"))] == [tuple(each) for each in offered]
    assert [account] == _warned(bank)


def test_the_work_item_stands_with_the_clerks_of_the_branch_and_says_what_to_do(bank: Bank) -> None:
    """It is offered to the branch's clerks, names the account in both languages, and is due in three days."""
    account = add_account(bank, "A1", add_customer(bank), _days_ago(45))

    run_automation(_site(bank), APP, "silent_account")

    with bank.database.read() as connection:
        work = connection.execute(sa.select(wf_work)).one()
        people = set(connection.scalars(sa.select(wf_work_person.c.person_id)))
        events = connection.execute(sa.select(audit_event.c.kind, audit_event.c.actor, audit_event.c.record_id)).all()
    assert {bank.person("clerk").id, bank.person("integrator").id} == people
    assert {"zh": "账户 A1 长期无入账，请联系客户", "en": "Account A1 has had no inflow, contact the customer"} == work.text
    assert (account, "open", NOW + dt.timedelta(days=3), bank.unit("CX")) == (work.record_id, work.state, work.due_at, work.unit)
    assert ("automation_taken", "system", account) in [tuple(event) for event in events]


def test_a_second_run_makes_none(bank: Bank) -> None:
    """Run again, at once or the next day: no further work item within the cooldown of 30 days; after it, one."""
    _fill(bank)
    first = run_automation(_site(bank), APP, "silent_account")
    again = run_automation(_site(bank), APP, "silent_account")
    bank.set_business_date(TODAY + dt.timedelta(days=29))
    later = run_automation(_site(bank), APP, "silent_account")
    warned = _warned(bank)
    bank.set_business_date(TODAY + dt.timedelta(days=30))
    after = run_automation(_site(bank), APP, "silent_account")

    assert (6, 0) == (first.taken, again.taken)
    # By the 29th day one more account has fallen silent; the six of before are left alone.
    assert 1 == later.taken
    assert 7 == len(warned) == len(set(warned))
    assert 6 == after.taken


def test_the_days_are_counted_to_the_business_date(bank: Bank) -> None:
    """When the core system's date stands still, so does the count."""
    account = add_account(bank, "A1", add_customer(bank), dt.date(1999, 1, 1))
    bank.set_business_date(dt.date(1999, 2, 14))
    assert 0 == run_automation(_site(bank), APP, "silent_account").taken

    bank.set_business_date(dt.date(1999, 2, 15))
    assert 1 == run_automation(_site(bank), APP, "silent_account").taken
    assert [account] == _warned(bank)


def test_two_workers_at_once_divide_the_records(bank: Bank) -> None:
    """Four runs of the same automation at the same time make one work item for each account."""
    customer = add_customer(bank)
    accounts = [add_account(bank, f"A{number:03}", customer, _days_ago(60)) for number in range(40)]
    ran: list[Ran] = []

    def run() -> None:
        ran.append(run_automation(_site(bank), APP, "silent_account"))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(accounts) == _warned(bank)
    assert 40 == sum(one.taken for one in ran)


def test_the_clock_starts_it_once(bank: Bank) -> None:
    """The run of 06:00 is queued by whoever looks first, is run once by whoever takes it first, and the next one is queued."""
    _fill(bank)
    eve = dt.datetime(2026, 3, 1, 21, 59, tzinfo=dt.UTC)
    morning = dt.datetime(2026, 3, 1, 22, 0, tzinfo=dt.UTC)
    apps = bank.releases.current()

    assert [1, 0] == [plan_runs(bank.database, apps, eve), plan_runs(bank.database, apps, eve)]
    assert 0 == _run(bank, eve)
    assert 1 == plan_runs(bank.database, apps, morning)
    assert 1 == _run(bank, morning)
    assert 0 == _run(bank, morning)
    assert 6 == len(_warned(bank))
    with bank.database.read() as connection:
        rows = connection.execute(sa.select(job.c.due_at, job.c.state).order_by(job.c.due_at)).all()
    assert [(morning, "done"), (morning + dt.timedelta(days=1), "waiting")] == [tuple(row) for row in rows]


def test_a_run_that_died_half_way_goes_on(bank: Bank) -> None:
    """A worker that dies during a run leaves taken accounts taken; the next worker takes the rest."""
    customer = add_customer(bank)
    accounts = [add_account(bank, f"A{number}", customer, _days_ago(60)) for number in range(5)]
    morning = dt.datetime(2026, 3, 1, 22, 0, tzinfo=dt.UTC)
    plan_runs(bank.database, bank.releases.current(), morning - dt.timedelta(minutes=1))
    [taken] = claim(bank.database, [KIND], morning)

    class Died(BaseException):
        pass

    steps = iter(range(3))

    def keep() -> None:
        if next(steps, None) is None:
            raise Died

    with pytest.raises(Died):
        run_automation_job(_site(bank, morning), taken, keep)
    assert 3 == len(_warned(bank))

    assert 1 == _run(bank, morning + dt.timedelta(minutes=1))
    assert sorted(accounts) == _warned(bank)


def test_an_unknown_automation_is_refused_with_a_hint(bank: Bank) -> None:
    """The refusal names the nearest one."""
    with pytest.raises(NotFound, match="silent_account"):
        run_automation(_site(bank), APP, "silent_acount")


def _run(bank: Bank, now: dt.datetime) -> int:
    site = _site(bank, now)
    return run_due(bank.database, {}, lambda: now, long={KIND: lambda taken, keep: run_automation_job(site, taken, keep)})


PROBE = """
automation: probe
label: {zh: 试验, en: Probe}
every: "06:00 day"
entity: loan_application
where: status == "draft"
run_as: system
do:
  - set: {purpose: 系统补充, monthly_income: {value: monthly_income + 1}}
  - create: {entity: district, set: {code: {value: purpose}, name: 新区}}
  - work_item: {to: owner, text: {zh: "{customer} 的申请 {number}，{customer.id_no}", en: "{product} {amount|money}"}}
  - start: loan_approval
"""


def test_every_action_is_done_in_order_and_all_or_none(database: Database, database_url: str, tmp_path: Path) -> None:
    """Set, create, work item and start happen in one transaction; when one of them cannot be, none has been."""
    from forms_dsl.folder import read_folder
    from runtime.records.read import get_record, list_records
    from runtime.records.request import ListRequest
    from runtime.records.write import insert_record
    from runtime.store.tables import wf_instance
    from tests.shipped_bank import FOLDER

    bank = open_bank(database, database_url, tmp_path, {**read_folder(FOLDER), "automations/probe.yaml": PROBE})
    customer = bank.put("customer", customer_no="C1", full_name="张伟", branch=bank.unit("CX"), id_no="110101199003071234")
    values = {
        "customer": customer,
        "product": "consumer",
        "amount": "100000",
        "term": 24,
        "annual_rate": "4.35",
        "monthly_income": "20000",
    }
    with database.write() as connection:
        clerk = bank.context(bank.person("clerk"))
        good = insert_record(connection, clerk, APP, "loan_application", {**values, "purpose": "first"}).id
        bad = insert_record(connection, clerk, APP, "loan_application", {**values, "purpose": "first"}).id

    ran = run_automation(_site(bank), APP, "probe")

    assert (2, 1, [bad]) == (ran.due, ran.taken, [record for record, _ in ran.failed])
    with database.read() as connection:
        one = get_record(connection, bank.context(), APP, "loan_application", good).values
        other = get_record(connection, bank.context(), APP, "loan_application", bad).values
        districts = list_records(connection, bank.context(), APP, "district", ListRequest(count="exact")).count
        text = connection.execute(sa.select(wf_work.c.text).where(wf_work.c.instance_id.is_(None))).scalar_one()
        instances = connection.execute(sa.select(wf_instance.c.record_id, wf_instance.c.starter_unit)).all()
    assert ("系统补充", "20001.00", "in_review") == (one["purpose"], one["monthly_income"], one["status"])
    assert ("first", "20000.00", "draft") == (other["purpose"], other["monthly_income"], other["status"])
    assert 1 == districts
    assert {"zh": f"张伟 的申请 {one['number']}，1101****1234", "en": "Consumer loan 100,000.00"} == text
    assert [(good, bank.unit("CX"))] == [tuple(row) for row in instances]


def test_an_automation_asks_another_system_and_saves_the_answer(database: Database, database_url: str, tmp_path: Path) -> None:
    """A call leaves through the outbox once for each record, and its answer is written into the record."""
    from connectors.protocol import Connection
    from forms_dsl.folder import read_folder
    from runtime.audit.notary import open_notary
    from runtime.outbox.connections import save_connection
    from runtime.outbox.gateway import open_engine
    from runtime.records.read import get_record
    from runtime.store.tables import outbox
    from runtime.worker import Worker, run_once
    from tests.core_bank import running_core_bank
    from tests.shipped_bank import FOLDER

    rule = (
        'automation: probe\nlabel: {zh: 试验, en: Probe}\nevery: "06:00 day"\nentity: customer\nrun_as: system\ndo:\n'
        "  - call: {connector: core.balance, send: {customer_no: customer_no}, save: {monthly_income: result.balance}}\n"
    )
    bank = open_bank(database, database_url, tmp_path, {**read_folder(FOLDER), "automations/probe.yaml": rule})
    known, unknown = add_customer(bank, "C0001"), add_customer(bank, "C9999")
    folder = tmp_path / "core_bank"
    folder.mkdir()
    with running_core_bank(folder) as core:
        with database.write() as connection:
            save_connection(connection, Connection("core_bank", {"base_url": core.base_url}, (core.allowed,)), NOW)
        run_automation(_site(bank), APP, "probe")
        run_automation(_site(bank), APP, "probe")
        worker = Worker(bank.settings, database, bank.releases, open_engine(database, bank.settings), open_notary(tmp_path))
        run_once(worker)

    with database.read() as connection:
        incomes = [
            get_record(connection, bank.context(), APP, "customer", id).values["monthly_income"] for id in (known, unknown)
        ]
        states = sorted(connection.scalars(sa.select(outbox.c.state)))
    assert ["1234.50", None] == incomes
    assert ["confirmed", "rejected"] == states
