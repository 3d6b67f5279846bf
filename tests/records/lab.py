"""A small app of its own for these tests: every field type, several roles, rows, rules and references."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import cache

import orjson
import pytest
import sqlalchemy as sa

from forms_dsl.load import load_app
from forms_dsl.org import ORG
from runtime.compile.app import CompiledApp, compile_app, wanted_tables
from runtime.context import SYSTEM, Context, Principal
from runtime.failures import Failure
from runtime.records.read import list_records
from runtime.records.request import ListRequest
from runtime.records.write import insert_record
from runtime.store.database import Database
from runtime.store.tables import org_branch, org_person

NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)

APP = """
app: lab
format: 1
version: 1.0.0
label: Lab
requires: {runtime: ">=0.1", apps: {org: ">=1.0 <2"}}
languages: [en]
timezone: Asia/Shanghai
currency: CNY
"""

PARAMS = """
params:
  floor: {type: money, label: Floor, value: 10}
"""

CLIENT = """
entity: client
label: Client
title: "{full_name}"
owner: {branch: branch}
fields:
  code: {type: text, max: 20, required: true, unique: true, label: Code}
  full_name: {type: text, max: 60, required: true, label: Name}
  branch: {type: reference, to: org.branch, required: true, default: user.branch, label: Branch}
  manager: {type: reference, to: org.person, label: Manager}
  level: {type: choice, ordered: true, label: Level, choices: {low: {label: Low}, mid: {label: Mid}, top: {label: Top, valid_to: 2020-01-01}}}
  tags: {type: multi_choice, label: Tags, choices: {a: {label: A}, b: {label: B}, c: {label: C}}}
  income: {type: money, min: 0, label: Income}
  rate: {type: decimal, scale: 4, label: Rate}
  visits: {type: integer, label: Visits}
  vip: {type: boolean, label: VIP}
  born: {type: date, label: Born, check: born <= today(), message: The date of birth cannot be after today}
  met_at: {type: datetime, label: Met}
  id_no: {type: text, max: 18, class: C2, mask: "3****4", label: Id number}
  pin: {type: text, max: 8, class: C3, label: Pin}
  salary: {type: money, label: Salary}
  remark: {type: text, max: 2000, label: Remark}
  yearly: {type: money, label: Yearly, compute: income * 12}
  grade: {type: integer, label: Grade, stored: true, compute: 'round(coalesce(income, 0) / 1000)'}
  age: {type: integer, label: Age, compute: 'years_between(born, today())'}
related:
  deals: {entity: deal, by: client}
"""

DEAL = """
entity: deal
label: Deal
number: "D{yyyy}{mm}-{seq:4}"
title: "{number} {client.full_name}"
owner: {branch: branch}
fields:
  client: {type: reference, to: client, required: true, label: Client}
  branch: {type: reference, to: org.branch, default: user.branch, label: Branch}
  kind:
    type: choice
    required: true
    label: Kind
    choices: {small: {label: Small}, large: {label: Large}}
    choices_where: code == "small" or client.vip
  amount: {type: money, required: true, label: Amount, check: amount > param.floor, message: The amount is too small}
  reason: {type: text, max: 100, required_when: amount > 1000, label: Reason}
  extra: {type: text, max: 100, visible: kind == "large", required: true, label: Extra}
  locked: {type: boolean, label: Locked}
  note: {type: text, max: 100, read_only: locked, label: Note}
  friend: {type: reference, to: client, where: branch == record.branch, label: Friend}
  items: {type: rows, of: item, label: Items}
  items_total: {type: money, stored: true, compute: sum(i.total for i in items), label: Total}
  booked: {type: text, max: 20, read_only: true, label: Booked}
rows:
  item:
    label: Item
    fields:
      name: {type: text, max: 40, required: true, label: Item}
      price: {type: money, required: true, min: 0, label: Price}
      quantity: {type: integer, required: true, label: Quantity}
      secret: {type: text, max: 20, class: C2, label: Secret}
      total: {type: money, compute: price * quantity, label: Total}
rules:
  total_fits:
    when: count(items) > 0
    check: items_total <= amount
    message: The items are above the amount
    at: items
  soft:
    check: amount < 100000
    message: This is much
    at: amount
    level: warning
unique: [[client, reason]]
"""

DEALS = """
report: deals_by_client
entity: deal
label: Deals
rows: [client.code, client.level, kind]
measures:
  deals: {value: count(), label: Deals}
"""

LISTS = """
list: clients
entity: client
label: Clients
columns: [code, full_name, branch.name, income]
sort: [-income, code]
search: [full_name, code, manager.name]
"""

REPORT = """
report: by_level
entity: client
label: By level
filter: not is_missing(code)
rows: [branch]
columns: [level]
measures:
  clients: {value: count(), label: Clients}
  total: {value: sum(income), label: Total}
  vips: {value: count_if(vip), label: VIPs}
sort: [branch, -total]
chart: {kind: bar, x: branch, y: total}
"""

ROLES = """
roles:
  teller:
    label: Teller
    access:
      client: {create: branch == user.branch, read: branch.path in user.branch_tree, update: branch == user.branch, delete: branch == user.branch}
      deal: {create: branch == user.branch, read: branch.path in user.branch_tree, update: branch == user.branch, delete: branch == user.branch}
  viewer:
    label: Viewer
    access:
      client: {read: true, fields: {salary: hidden, income: masked, id_no: hidden}}
      deal: {read: true}
  blind:
    label: Blind
    access:
      client: {read: true, fields: {salary: hidden, manager: hidden, remark: hidden, id_no: hidden, tags: hidden}}
      deal: {read: true, fields: {client: hidden, items: hidden}}
  noter:
    label: Noter
    access:
      client: {read: true, update: true, fields: {code: read, full_name: read, branch: read, income: read, salary: hidden, level: read}}
  vips:
    label: VIPs
    access:
      client: {read: vip, deny: level == "top", fields: {id_no: read, income: write}}
  boss:
    label: Boss
    includes: [teller]
    access:
      client: {read: true, create: true, update: true, delete: true, fields: {id_no: write}}
      deal: {read: true, create: true, update: true, delete: true}
  dealer:
    label: Dealer
    access:
      deal: {read: true}
"""


def lab_with(*, deal: str = DEAL, client: str = CLIENT, roles: str = ROLES) -> CompiledApp:
    """The app with some of its definitions written otherwise."""
    return _lab(client, LISTS, roles, deal)


def lab(without: str | None = None) -> CompiledApp:
    """The app, compiled once; or as it would be if a field of the client had never been there."""
    if without is not None:
        return _lab(*(_without(text, without) for text in (CLIENT, LISTS, ROLES)))
    return _lab(CLIENT, LISTS, ROLES)


def _without(text: str, field: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith(f"  {field}:")]
    return re.sub(rf"{field}: (hidden|masked|read|write),? ?|, {field}[a-z.]*(?=])", "", "\n".join(lines))


@cache
def _lab(client: str, lists: str, roles: str, deal: str = DEAL) -> CompiledApp:
    files = {
        "app.yaml": APP,
        "params.yaml": PARAMS,
        "entities/client.yaml": client,
        "entities/deal.yaml": deal,
        "lists/clients.yaml": lists,
        "reports/by_level.yaml": REPORT,
        "reports/deals_by_client.yaml": DEALS,
        "roles.yaml": roles,
    }
    loaded = load_app(files)
    assert loaded.app is not None, [(d.span.file, d.span.line, d.code, d.message) for d in loaded.diagnostics]
    return compile_app(loaded.app, 1)


@cache
def directory() -> CompiledApp:
    """The organisation directory."""
    return compile_app(ORG, 0)


UNITS = {"ho": "/HO/", "cx": "/HO/CX/", "cx1": "/HO/CX/1/", "bj": "/HO/BJ/"}


def person(name: str, *roles: str, unit: str | None = "cx") -> Principal:
    """A person of a unit with these roles in the app."""
    path = UNITS[unit] if unit else None
    return Principal(name, name, name.title(), unit, unit, unit and unit.upper(), path, {"lab": frozenset(roles)})


def context(principal: Principal, now: dt.datetime = NOW, app: CompiledApp | None = None, **more: object) -> Context:
    """A request of this person, to the app or to another form of it."""
    releases: Mapping[str, CompiledApp] = {"lab": app or lab(), "org": directory()}
    return Context(principal, releases, now, now.date(), "request", "en", **more)  # type: ignore[arg-type]


def system(now: dt.datetime = NOW) -> Context:
    """A run of the platform itself."""
    return context(SYSTEM, now)


def prepare(database: Database) -> None:
    """The app's tables, four units and some people."""
    make_tables(database, lab())
    with database.write() as connection:
        stamps = {"created_at": NOW, "changed_at": NOW}
        for unit, path in UNITS.items():
            parent = None if unit == "ho" else "ho" if unit != "cx1" else "cx"
            connection.execute(
                sa.insert(org_branch).values(id=unit, f_code=unit, f_name=unit.upper(), f_path=path, f_parent=parent, **stamps)
            )
        for name, unit in (("tom", "cx"), ("ann", "bj"), ("eve", "ho")):
            connection.execute(
                sa.insert(org_person).values(id=name, f_username=name, f_name=name.title(), f_branch=unit, **stamps)
            )


def make_tables(database: Database, app: CompiledApp) -> None:
    """The empty tables of a form of the app in place of those that stand."""
    tables = list(wanted_tables(app))
    with database.write() as connection:
        app.metadata.drop_all(connection, tables=tables)
        app.metadata.create_all(connection, tables=tables)


def add(database: Database, entity: str, **values: object) -> str:
    """A record made by the platform; returns its id."""
    with database.write() as connection:
        return insert_record(connection, system(), "lab", entity, values).id


def add_client(database: Database, code: str, **values: object) -> str:
    """A client with the values that one needs, and these."""
    given: dict[str, object] = {"code": code, "full_name": f"Name {code}", "branch": "cx", **values}
    return add(database, "client", **given)


def items(database: Database, who: Context, entity: str, **request: object) -> list[dict[str, object]]:
    """The records of a list as a reader gets them."""
    with database.read() as connection:
        page = list_records(connection, who, "lab", entity, ListRequest(**request))  # type: ignore[arg-type]
    return [orjson.loads(item) for item in page.items]


def refusal(call: Callable[[], object]) -> Failure:
    """The failure that a call ends with."""
    with pytest.raises(Failure) as caught:
        call()
    return caught.value


def faults(failure: Failure) -> dict[str, str]:
    """The faults of a failure: pointer or parameter to code."""
    return {fault.pointer if fault.pointer is not None else str(fault.parameter): fault.code for fault in failure.faults}
