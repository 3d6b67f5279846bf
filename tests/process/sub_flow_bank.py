"""Flows of a loan that run other workflows inside: on its pledges, on the loan itself and on its customer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Row

from runtime.jobs.queue import run_due
from runtime.process.journal import rebuild
from runtime.process.known_states import forget_states
from runtime.process.service import running_instance, start_process
from runtime.process.sub_flows import run_sub_flow
from runtime.process.view import process_of
from runtime.records.write import insert_record
from runtime.store.tables import wf_instance
from tests.process.bank import APP, FILES, Bank
from tests.process.test_restart import assert_lists_agree
from tests.process.test_service import assert_rows_agree
from workflow_engine.state import Instance

PLEDGE = """
entity: pledge
label: {zh: 押品, en: Pledge}
title: "{name}"
fields:
  name: {type: text, max: 60, label: {zh: 名称, en: Name}}
  loan: {type: reference, to: loan, required: true, label: {zh: 贷款, en: Loan}}
  worth: {type: money, label: {zh: 价值, en: Worth}}
  state:
    type: status
    workflow: valuation
    label: {zh: 状态, en: State}
    choices:
      open: {label: {zh: 未评估, en: Open}}
      busy: {label: {zh: 评估中, en: Being valued}}
      fit: {label: {zh: 认可, en: Fit}}
      unfit: {label: {zh: 不认可, en: Unfit}}
"""
VALUATION = """
workflow: valuation
title: {zh: 押品评估, en: Valuation}
for: pledge
start: {by: role.checker, set: {state: busy}}
steps:
  - approve: value
    title: {zh: 评估, en: Value it}
    by: {role: officer, in: head_office, pick: claim}
    fields: {write: [worth]}
on_finish:
  approved: {set: {state: fit}}
  rejected: {set: {state: unfit}}
"""
SURVEY = """
workflow: survey
title: {zh: 现场核查, en: Survey}
for: loan
start: {by: role.checker}
controls:
  four_eyes: [{name: two, title: {zh: 双人, en: Two}, different_people: [first, second]}]
steps:
  - approve: first
    title: {zh: 核查一, en: First look}
    by: {role: checker, in: starter.branch, pick: claim}
  - approve: second
    title: {zh: 核查二, en: Second look}
    by: {role: checker, in: starter.branch, pick: claim}
"""
VETTING = """
workflow: vetting
title: {zh: 客户核实, en: Vetting}
for: customer
start: {by: role.checker}
steps:
  - approve: vet
    title: {zh: 核实, en: Vet}
    by: {role: officer, in: head_office, pick: claim}
"""
WORKFLOW = """
workflow: approval
title: {zh: 贷款审批, en: Loan approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, check]}]
  return: {resubmit_to: replay}
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
    fields: {write: [amount, term, purpose]}
  - approve: check
    title: {zh: 复核, en: Check}
    by: {role: checker, in: starter.branch, pick: claim}
  - together:
      - name: thing
        steps:
          - sub_flow: valuations
            title: {zh: 押品评估, en: Valuations}
            workflow: valuation
            each: pledges
            where: worth > 0 and record.amount > worth
            on_reject: go_on
            save: {rating: result.approved, term: result.approved + result.rejected}
      - name: place
        steps:
          - sub_flow: look
            title: {zh: 现场, en: Look}
            workflow: survey
            on_reject: {return_to: check}
  - sub_flow: vetted
    title: {zh: 客户, en: Customer}
    workflow: vetting
    record: customer
on_finish:
  approved: {set: {status: approved}}
  rejected: {set: {status: rejected}}
"""


def files(workflow: str = WORKFLOW) -> dict[str, str]:
    roles = FILES["roles.yaml"].replace(
        "      customer: {create: true", "      pledge: {create: true, read: true}\n      customer: {create: true"
    )
    related = "\nrelated:\n  pledges: {entity: pledge, by: loan, label: {zh: 押品, en: Pledges}}\nfields:\n  branch"
    return {
        "entities/pledge.yaml": PLEDGE,
        "entities/loan.yaml": FILES["entities/loan.yaml"].replace("\nfields:\n  branch", related),
        "workflows/valuation.yaml": VALUATION,
        "workflows/survey.yaml": SURVEY,
        "workflows/vetting.yaml": VETTING,
        "workflows/approval.yaml": workflow,
        "roles.yaml": roles,
    }


def work(bank: Bank, minutes: int = 0) -> int:
    """Let the worker do what is due; how many jobs it took."""
    now = bank.context("system").now + dt.timedelta(minutes=minutes)
    handlers = {"sub_flow": lambda connection, one, _now: run_sub_flow(connection, bank.context("system", now=now), one.payload)}
    return run_due(bank.database, handlers, lambda: now)


def children(bank: Bank, parent: str) -> Sequence[Row]:  # type: ignore[type-arg]
    found = sa.select(wf_instance).where(wf_instance.c.parent_id == parent).order_by(wf_instance.c.started_at, wf_instance.c.id)
    with bank.database.read() as connection:
        return connection.execute(found).all()


def of(bank: Bank, parent: str, workflow: str) -> list[str]:
    """The running runs of a workflow that an approval began."""
    return [row.id for row in children(bank, parent) if row.workflow_id == workflow and row.state in ("running", "held")]


def pledge(bank: Bank, loan: str, worth: str) -> str:
    with bank.database.write() as connection:
        values = {"name": f"house {worth}", "loan": loan, "worth": worth}
        return insert_record(connection, bank.context("clerk"), APP, "pledge", values).id


def begun(bank: Bank, *worths: str, customer: bool = True) -> tuple[str, str]:
    """A loan with pledges whose sub-flows have begun: record and instance."""
    values = {"customer": bank.customer(full_name="Zhang")} if customer else {}
    record = bank.draft(**values)
    for worth in worths:
        pledge(bank, record, worth)
    with bank.database.write() as connection:
        instance = start_process(connection, bank.context("clerk"), APP, "approval", record)
    bank.decide("ann", instance, "check")
    work(bank)
    return record, instance


def state(bank: Bank, instance: str) -> Instance:
    """What the events make; the rows and the lists must agree with it."""
    forget_states()
    assert_rows_agree(bank, instance)
    assert_lists_agree(bank, instance)
    with bank.database.read() as connection:
        return rebuild(connection, instance)


def shown(bank: Bank, username: str, instance: str) -> dict[str, object]:
    with bank.database.read() as connection:
        return process_of(connection, bank.context(username, locale="en"), instance)


def running(bank: Bank, record: str) -> str | None:
    with bank.database.read() as connection:
        return running_instance(connection, APP, record)
