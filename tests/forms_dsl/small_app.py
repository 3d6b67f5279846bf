"""A small app with one of every kind, and the means to break it."""

from __future__ import annotations

from forms_dsl.diagnostics import Diagnostic
from forms_dsl.load import Loaded, load_app

FILES: dict[str, str] = {
    "app.yaml": """\
app: small
format: 1
version: 1.0.0
label: {zh: 小应用, en: Small app}
requires: {apps: {org: ">=1.0"}}
languages: [zh, en]
menu: [lists.orders, reports.by_kind]
""",
    "choices.yaml": """\
choices:
  size:
    label: {zh: 大小, en: Size}
    ordered: true
    values:
      S: {label: {zh: 小, en: Small}}
      L: {label: {zh: 大, en: Large}}
""",
    "params.yaml": """\
params:
  most:
    type: money
    label: {zh: 上限, en: Limit}
    value: 1000.00
    changed_by: role.clerk
""",
    "bindings.yaml": """\
bindings:
  core:
    label: {zh: 核心, en: Core}
    connector: core_bank
    version: ">=1.0"
    operations:
      book:
        kind: command
        operation: book_order
        in: {request_id: text, amount: money, kind: [a, b]}
        out: {number: text}
        mock: {number: "1"}
      find:
        operation: find_order
        in: {request_id: text}
        out: {number: text}
        mock: {number: "1"}
""",
    "roles.yaml": """\
roles:
  clerk:
    label: {zh: 经办, en: Clerk}
    access:
      customer: {create: true, read: branch.path in user.branch_tree, update: true}
      order:
        create: true
        read: created_by == user.id
        update: status == "draft"
  checker:
    label: {zh: 复核, en: Checker}
    includes: [clerk]
""",
    "entities/customer.yaml": """\
entity: customer
label: {zh: 客户, en: Customer}
title: "{full_name}"
owner: {branch: branch}
fields:
  full_name: {type: text, max: 60, required: true, label: {zh: 名称, en: Name}}
  born_on: {type: date, label: {zh: 生日, en: Born on}}
  phone: {type: text, max: 20, class: C2, mask: "3****4", label: {zh: 电话, en: Phone}}
  branch: {type: reference, to: org.branch, default: user.branch, label: {zh: 机构, en: Branch}}
related:
  orders: {entity: order, by: customer}
""",
    "entities/order.yaml": """\
entity: order
label: {zh: 订单, en: Order}
number: "OR{yyyy}-{seq:6}"
title: "{number} {customer.full_name}"
owner: {user: created_by}
fields:
  customer: {type: reference, to: customer, required: true, label: {zh: 客户, en: Customer}}
  kind:
    type: choice
    required: true
    label: {zh: 种类, en: Kind}
    choices:
      a: {label: {zh: 甲, en: A}}
      b: {label: {zh: 乙, en: B}}
  size: {type: choice, choices_from: size, label: {zh: 大小, en: Size}}
  amount:
    type: money
    required: true
    min: 0
    label: {zh: 金额, en: Amount}
    check: amount <= param.most
    message: {zh: 金额过大, en: Too much}
  lines: {type: rows, of: line, label: {zh: 明细, en: Lines}}
  total: {type: money, compute: "round(sum(l.price * l.count for l in lines), 2)", stored: true, label: {zh: 合计, en: Total}}
  core_number: {type: text, max: 20, read_only: true, label: {zh: 核心号, en: Core number}}
  status:
    type: status
    workflow: approval
    label: {zh: 状态, en: Status}
    choices:
      draft: {label: {zh: 草稿, en: Draft}}
      open: {label: {zh: 审批中, en: Open}}
      done: {label: {zh: 完成, en: Done}}
rows:
  line:
    label: {zh: 行, en: Line}
    fields:
      what: {type: text, max: 40, required: true, label: {zh: 名目, en: What}}
      price: {type: money, required: true, label: {zh: 单价, en: Price}}
      count: {type: integer, min: 1, label: {zh: 数量, en: Count}}
rules:
  large_needs_size:
    when: amount > 500
    check: not is_missing(size)
    message: {zh: 大额须填大小, en: A large order needs a size}
    at: size
unique: [[customer, kind]]
index: [[status]]
""",
    "forms/customer.edit.yaml": """\
form: customer.edit
entity: customer
label: {zh: 客户, en: Customer}
layout:
  - section: who
    label: {zh: 基本, en: Who}
    items: [full_name, born_on, phone, branch]
""",
    "forms/order.intake.yaml": """\
form: order.intake
entity: order
label: {zh: 新订单, en: New order}
layout:
  - section: order
    label: {zh: 订单, en: Order}
    columns: 2
    items:
      - customer
      - kind
      - {field: size, required_when: amount > 500}
      - amount
      - {text: advice, label: {zh: 请核对, en: Please check}}
  - section: lines
    label: {zh: 明细, en: Lines}
    visible: amount > 100
    items:
      - {rows: lines, columns: [what, price], min: 1, totals: [price]}
""",
    "lists/orders.yaml": """\
list: orders
entity: order
label: {zh: 订单, en: Orders}
columns: [number, customer, customer.full_name, amount, status]
filter: status != "done"
sort: [-created_on, number]
search: [number]
card: {title: "{number}", lines: [amount]}
open_with: order.intake
views:
  large:
    label: {zh: 大额, en: Large}
    filter: amount > 500
""",
    "lists/customers.yaml": """\
list: customers
entity: customer
label: {zh: 客户, en: Customers}
columns: [full_name, branch]
open_with: customer.edit
""",
    "pages/customer.yaml": """\
page: customer
entity: customer
label: {zh: 客户视图, en: Customer view}
facts: [born_on, phone]
panels:
  - related: orders
    label: {zh: 订单, en: Orders}
    columns: [number, amount]
    sort: [-number]
  - call: core.find
    name: core
    label: {zh: 核心, en: Core}
    send: {request_id: full_name}
    values: {number: {zh: 编号, en: Number}}
actions:
  - action: order
    label: {zh: 下单, en: Order}
    form: order.intake
    prefill: {customer: $record}
""",
    "workflows/approval.yaml": """\
workflow: approval
title: {zh: 审批, en: Approval}
for: order
start: {by: role.clerk, in: own_branch, form: order.intake, set: {status: open}}
controls:
  four_eyes:
    - name: apart
      title: {zh: 分离, en: Apart}
      different_people: [apply, decide]
steps:
  - fill: apply
    title: {zh: 录入, en: Entry}
    by: starter
  - choose:
      - if: amount <= 300
        steps:
          - approve: decide@branch
            title: {zh: 支行审批, en: Branch decides}
            by: {role: checker, in: starter.branch, pick: claim}
            due: {within: 2 days}
      - else: true
        steps:
          - approve: decide@head
            title: {zh: 总行审批, en: Head office decides}
            by: {role: checker, in: head_office, count: 2}
            rule: {all: true, one_veto: true}
            due: {within: 2 days}
  - call: booking
    title: {zh: 登记, en: Booking}
    connector: core.book
    send: {request_id: $request_id, amount: amount, kind: kind}
    save: {core_number: result.number}
    unknown_result: {ask: core.find}
    on_error: {assign: role.checker}
on_finish:
  approved: {set: {status: done}}
examples:
  - name: small_one
    given: {kind: a, amount: 100}
    path: [apply, decide@branch, booking]
  - name: large_one
    given: {kind: a, amount: 400}
    path: [apply, decide@head, booking]
""",
    "automations/old_orders.yaml": """\
automation: old_orders
label: {zh: 旧订单, en: Old orders}
every: "06:00 day"
entity: order
where: status == "open" and today() - created_on > 30
run_as: system
do:
  - work_item: {to: role.checker, text: {zh: "处理 {number}", en: "Look at {number}"}, due: 3 days}
""",
    "reports/by_kind.yaml": """\
report: by_kind
entity: order
label: {zh: 按种类, en: By kind}
filter: created_on >= add_months(today(), -12)
rows: [kind, {value: month_end(created_on), name: month, label: {zh: 月份, en: Month}}]
measures:
  orders: {value: count(), label: {zh: 笔数, en: Orders}}
chart: {kind: bar, x: kind, y: orders}
drill: orders
""",
}


def changed(path: str, old: str, new: str, count: int = 1) -> dict[str, str]:
    """The files with one text replaced; the text must be there."""
    assert old in FILES[path], (path, old)
    return {**FILES, path: FILES[path].replace(old, new, count)}


def load(path: str, old: str, new: str) -> Loaded:
    """The app after one replacement."""
    return load_app(changed(path, old, new))


def found(path: str, old: str, new: str) -> list[tuple[str, str, int]]:
    """Code, file and line of each finding after one replacement."""
    return places(load(path, old, new).diagnostics)


def places(diagnostics: tuple[Diagnostic, ...]) -> list[tuple[str, str, int]]:
    """Code, file and line of each finding."""
    return [(d.code, d.span.file, d.span.line) for d in diagnostics]


def line_of(path: str, text: str, files: dict[str, str] | None = None) -> int:
    """The line on which `text` first stands."""
    whole = (files or FILES)[path]
    return whole[: whole.index(text)].count("\n") + 1
