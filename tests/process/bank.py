"""A small bank for the tests of approvals: units, people with roles, and an app whose loans are approved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache

import sqlalchemy as sa

from forms_dsl.load import load_app
from forms_dsl.org import BUILT_IN
from runtime.compile.app import CompiledApp, compile_app, wanted_tables
from runtime.context import SYSTEM, Context, Principal
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person, add_unit, set_leader, set_limit
from runtime.process.service import DecisionBody, Word, decide, start_process
from runtime.records.write import insert_record
from runtime.store.database import Database
from runtime.store.tables import org_person, release, wf_work, wf_work_person

APP = "lending"
NOW = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)

FILES: Mapping[str, str] = {
    "app.yaml": """
app: lending
format: 1
version: 1.0.0
label: {zh: 信贷, en: Lending}
requires: {runtime: ">=0.1", apps: {org: ">=1.0 <2"}}
languages: [zh, en]
""",
    "entities/customer.yaml": """
entity: customer
label: {zh: 客户, en: Customer}
title: "{full_name}"
fields:
  full_name: {type: text, max: 60, label: {zh: 名称, en: Name}}
  phone: {type: text, max: 20, class: C2, label: {zh: 电话, en: Phone}}
""",
    "entities/loan.yaml": """
entity: loan
label: {zh: 贷款, en: Loan}
number: "L{yyyy}-{seq:6}"
title: "{number}"
owner: {branch: branch, user: created_by}
fields:
  branch: {type: reference, to: org.branch, required: true, default: user.branch, label: {zh: 机构, en: Branch}}
  amount: {type: money, required: true, label: {zh: 金额, en: Amount}}
  term: {type: integer, label: {zh: 期限, en: Term}}
  customer: {type: reference, to: customer, label: {zh: 客户, en: Customer}}
  purpose: {type: text, max: 200, label: {zh: 用途, en: Purpose}}
  secret: {type: text, max: 200, label: {zh: 内部备注, en: Internal note}}
  rating: {type: integer, label: {zh: 评级, en: Rating}}
  booking_no: {type: text, max: 32, read_only: true, label: {zh: 借据号, en: Booking number}}
  doubled: {type: money, compute: amount * 2, label: {zh: 双倍, en: Doubled}}
  status:
    type: status
    workflow: approval
    label: {zh: 状态, en: Status}
    choices:
      draft: {label: {zh: 草稿, en: Draft}}
      in_review: {label: {zh: 审批中, en: In review}}
      approved: {label: {zh: 已批准, en: Approved}}
      rejected: {label: {zh: 已拒绝, en: Rejected}}
""",
    "roles.yaml": """
roles:
  clerk:
    label: {zh: 客户经理, en: Clerk}
    access:
      customer: {create: true, read: true}
      loan:
        create: true
        read: branch.path in user.branch_tree
        update: created_by == user.id and status == "draft"
        delete: created_by == user.id
  checker:
    label: {zh: 复核, en: Checker}
    access:
      loan: {read: branch.path in user.branch_tree}
  head: {label: {zh: 行长, en: Head of branch}, includes: [checker]}
  officer: {label: {zh: 审批人, en: Officer}}
""",
    "bindings.yaml": """
bindings:
  core:
    label: {zh: 核心, en: Core}
    connector: core_bank
    version: ">=1.0 <2"
    operations:
      book:
        kind: command
        operation: create_loan
        in: {request_id: text, amount: money}
        out: {loan_no: text}
        mock: {loan_no: "42"}
      ask:
        operation: loan_by_request
        in: {request_id: text}
        out: {loan_no: text}
        mock: {loan_no: "42"}
""",
}

WORKFLOW = """
workflow: approval
title: {zh: 贷款审批, en: Loan approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes:
    - {name: maker_checker, title: {zh: 经办复核分离, en: Maker and checker}, different_people: [apply, check, decide]}
    - {name: editors, title: {zh: 改过要素的人不得审批, en: Editors do not decide}, editors_of: [amount], may_not_act_at: [decide]}
  return: {resubmit_to: replay, replay_if_changed: [amount]}
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
    fields: {write: [amount, term, purpose]}
  - approve: check
    title: {zh: 复核, en: Check}
    by: {role: checker, in: starter.branch, pick: claim}
    fields: {write: [rating], hide: [secret]}
    due: {within: 4 hours, then: remind}
  - choose:
      - if: amount <= 300000
        steps:
          - approve: decide@branch
            title: {zh: 行长审批, en: Head decides}
            by: {role: head, in: starter.branch, pick: claim}
            limit: amount
      - else: true
        steps:
          - approve: decide@officer
            title: {zh: 审批人审批, en: Officer decides}
            by: {role: officer, in: head_office, pick: claim}
            limit: amount
  - call: booking
    title: {zh: 登记, en: Booking}
    connector: core.book
    send: {request_id: $request_id, amount: amount}
    save: {booking_no: result.loan_no}
    unknown_result: {ask: core.ask}
    on_error: {assign: role.officer, title: {zh: 登记失败, en: Booking failed}}
on_finish:
  approved: {set: {status: approved}}
  rejected: {set: {status: rejected}}
"""

Staff = tuple[tuple[str, str, tuple[str, ...], str | None], ...]
#: Username, unit, roles, limit.
PEOPLE: Staff = (
    ("clerk", "CX", ("clerk",), None),
    ("clerk2", "BJ", ("clerk",), None),
    ("ann", "CX", ("checker",), None),
    ("bob", "CX", ("checker",), None),
    ("both", "CX", ("clerk", "checker", "head"), "900000"),
    ("head", "CX", ("head",), "500000"),
    ("kai", "CR", ("officer",), "5000000"),
    ("lin", "CR", ("officer",), "100"),
    ("stranger", "BJ", ("checker",), None),
)


@dataclass(frozen=True, slots=True)
class Bank:
    """The bank with its database and what its tests ask of it."""

    database: Database
    compiled: CompiledApp
    org: CompiledApp
    people: Mapping[str, str]
    units: Mapping[str, str]
    staff: Staff = PEOPLE
    minutes: list[int] = field(default_factory=lambda: [0])

    def context(self, username: str, **changes: object) -> Context:
        """A request of this person; each one is a minute later than the one before."""
        self.minutes[0] += 1
        now = NOW + dt.timedelta(minutes=self.minutes[0])
        principal = SYSTEM if username == "system" else self.principal(username)
        context = Context(principal, {APP: self.compiled, "org": self.org}, now, dt.date(2026, 3, 2), f"r{self.minutes[0]}")
        return replace(context, **changes)  # type: ignore[arg-type]

    def principal(self, username: str) -> Principal:
        unit, roles = next((unit, roles) for name, unit, roles, _ in self.staff if name == username)
        paths = {"HO": "/HO/", "CR": "/HO/CR/", "CX": "/HO/CX/", "BJ": "/HO/BJ/"}
        platform = frozenset({"administrator"}) if username == "head" else frozenset()
        return Principal(
            self.people[username],
            username,
            username,
            self.units[unit],
            unit,
            unit,
            paths[unit],
            {APP: frozenset(roles)},
            platform,
        )

    def customer(self, **values: object) -> str:
        """A customer, whom only clerks may read."""
        with self.database.write() as connection:
            return insert_record(connection, self.context("clerk"), APP, "customer", values).id

    def draft(self, username: str = "clerk", **values: object) -> str:
        """A draft of a loan."""
        with self.database.write() as connection:
            body = {"amount": "100000.00", "term": 12, **values}
            return insert_record(connection, self.context(username), APP, "loan", body).id

    def submit(self, username: str = "clerk", workflow: str = "approval", **values: object) -> tuple[str, str]:
        """A submitted loan: record and instance."""
        record = self.draft(username, **values)
        with self.database.write() as connection:
            return record, start_process(connection, self.context(username), APP, workflow, record)

    def work(self, instance: str, step: str, state: str = "open") -> list[str]:
        """The work items of a step, oldest first."""
        found = sa.select(wf_work.c.id).where(wf_work.c.instance_id == instance, wf_work.c.step == step, wf_work.c.state == state)
        with self.database.read() as connection:
            return list(connection.scalars(found.order_by(wf_work.c.created_at, wf_work.c.id)))

    def offered(self, work_id: str) -> set[str]:
        """The usernames of the people who find a work item in their list."""
        found = sa.select(org_person.c.f_username).join(wf_work_person, wf_work_person.c.person_id == org_person.c.id)
        with self.database.read() as connection:
            return set(connection.scalars(found.where(wf_work_person.c.work_id == work_id)))

    def decide(self, username: str, instance: str, step: str, word: Word = "approve", **body: object) -> None:
        """Decide the first open work item of a step that this person is offered, else the first open one, else the last."""
        items = self.work(instance, step)
        mine = [item for item in items if username in self.offered(item)]
        item = (mine or items or self.work(instance, step, "done") or self.work(instance, step, "cancelled"))[0]
        given = {"opinion": "because"} | body
        with self.database.write() as connection:
            decide(connection, self.context(username), item, word, DecisionBody(**given))  # type: ignore[arg-type]

    def value(self, record: str, name: str) -> object:
        """A column of a loan."""
        table = self.compiled.entities["loan"].table
        with self.database.read() as connection:
            return connection.execute(sa.select(table.c[name]).where(table.c.id == record)).scalar_one()


def open_bank(database: Database, workflow: str = WORKFLOW, staff: Staff = PEOPLE, files: Mapping[str, str] = {}) -> Bank:
    """The bank in a fresh database, with one workflow over its loans."""
    texts = {**FILES, "workflows/approval.yaml": workflow, **files}
    compiled = _compiled(tuple(texts.items()))
    for table in wanted_tables(compiled):
        table.create(database.engine, checkfirst=True)
    with database.write() as connection:
        connection.execute(
            release.insert().values(
                app=APP, release=1, version="1.0.0", checksum=compiled.checksum, files=texts, state="active", created_at=NOW
            )
        )
        units = {"HO": add_unit(connection, "HO", "总行", NOW, region="浙江")}
        for code, department in (("CR", True), ("CX", False), ("BJ", False)):
            units[code] = add_unit(connection, code, code, NOW, parent_id=units["HO"], region="浙江", department=department)
        people = {}
        for username, unit, roles, limit in staff:
            people[username] = add_person(connection, username, username, NOW, unit_id=units[unit])
            for role in roles:
                grant_role(connection, people[username], APP, role, Given(NOW))
            if limit is not None:
                set_limit(connection, people[username], APP, Decimal(limit))
        set_leader(connection, units["CX"], people["head"], NOW)
    return Bank(database, compiled, _directory(), people, units, staff)


@cache
def _compiled(texts: tuple[tuple[str, str], ...]) -> CompiledApp:
    loaded = load_app(dict(texts))
    assert loaded.app is not None, [(d.code, d.span.file, d.span.line, d.message) for d in loaded.diagnostics]
    return compile_app(loaded.app, 1)


@cache
def _directory() -> CompiledApp:
    return compile_app(BUILT_IN["org"], 0)
