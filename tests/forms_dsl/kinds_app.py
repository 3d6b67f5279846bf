"""The small app with one of every kind that stands beside entities, forms and flows, without a finding."""

from __future__ import annotations

from tests.forms_dsl.small_app import FILES as SMALL

FILES: dict[str, str] = {
    **SMALL,
    "app.yaml": SMALL["app.yaml"].replace("reports.by_kind]", "reports.by_kind, dashboards.home]\ncalendar: bank"),
    "params.yaml": SMALL["params.yaml"].replace("value: 1000.00", "value: 1000.00\n    by: [branch]"),
    "calendars/bank.yaml": """\
calendar: bank
label: {zh: 银行日历, en: Bank days}
from: 2026-01-01
to: 2026-12-31
holidays:
  spring: {label: {zh: 春节, en: Spring Festival}, from: 2026-02-15, to: 2026-02-23}
  new_year: {label: {zh: 元旦, en: New Year}, from: 2026-01-01}
make_up_days: [2026-02-14, 2026-02-28]
office_hours:
  - {from: "08:30", to: "12:00"}
  - {from: "13:30", to: "17:30"}
""",
    "segments/sleeping.yaml": """\
segment: sleeping
entity: customer
label: {zh: 沉默客户, en: Sleeping customers}
windows:
  recent: {of: orders, at: created_on, last: 90d}
  earlier: {of: orders, at: created_on, last: 90d, skip: 90d}
  nightly: {of: orders, at: created_at, last: 30d, from: "22:00", to: "05:00"}
where: sum(o.amount for o in recent) < 0.5 * sum(o.amount for o in earlier) and count(nightly) < 10
exclude: is_missing(phone)
rank: {by: "sum(o.amount for o in earlier)", within: branch, top: 10%}
mode: snapshot
every: "03:00 day"
sample: 5%
""",
    "reports/by_kind.yaml": """\
report: by_kind
entity: order
label: {zh: 按种类, en: By kind}
parameters:
  since: {type: date, label: {zh: 起始日, en: Since}, default: {value: "add_months(today(), -12)"}}
  at_least: {type: money, label: {zh: 最低金额, en: At least}, default: 100.00}
filter: created_on >= param.since and amount >= param.at_least
rows: [kind]
measures:
  orders: {value: count(), label: {zh: 笔数, en: Orders}}
  amount: {value: sum(amount), label: {zh: 金额, en: Amount}, format: money}
chart: {kind: bar, x: kind, y: orders}
drill: orders
send: {every: "08:00 monday", to: [role.checker], as: xlsx}
""",
    "dashboards/home.yaml": """\
dashboard: home
label: {zh: 首页, en: Home}
visible: '"clerk" in user.roles'
tiles:
  - {tile: orders, report: by_kind, measure: orders, show: number, span: 3, target: 100, compare: previous_year, owner: role.checker}
  - {tile: amount, report: by_kind, measure: amount, show: number, span: 3, limit: param.most, refresh: 15m}
  - {tile: kinds, report: by_kind, show: chart, span: 6, refresh: daily}
  - {tile: open_orders, list: orders}
""",
    "templates/late.yaml": """\
template: late
kind: message
entity: order
label: {zh: 逾期提醒, en: Late}
subject: {zh: "提醒 {{number}}", en: "Late {{number}}"}
body:
  zh: |
    {{customer.full_name}} 的订单 {{number}} 金额 {{amount|money}}，
    联系电话尾号 {{customer.phone|last4}}。
  en: |
    The order {{number}} of {{customer.full_name}}, {{amount|money}}, is late since {{created_on|date}}.
""",
    "templates/sheet.yaml": """\
template: sheet
kind: print
entity: order
label: {zh: 订单, en: Order}
page: {size: A4, watermark: "{{user.name}} {{now|datetime}}"}
when: status == "done"
blocks:
  - {text: opening, label: {zh: "{{customer.full_name}} 您好，您的订单如下。", en: "Dear {{customer.full_name}}, this is your order."}}
  - {facts: main, columns: 2, items: [number, kind, amount]}
  - {table: lines, columns: [what, price], totals: [price], visible: amount > 100}
  - {opinions: decided, steps: [decide]}
  - {signatures: signed, steps: [decide@head]}
""",
    "automations/late_orders.yaml": """\
automation: late_orders
label: {zh: 逾期订单, en: Late orders}
every: "06:00 day"
entity: order
where: status == "open"
run_as: system
do:
  - send: {channel: sms, to: owner, template: late}
""",
    "decisions/score.yaml": """\
decision: score
label: {zh: 评分, en: Score}
kind: scorecard
entity: order
output: {score: integer}
factors:
  total:
    - {if: total < 100, points: 20}
    - {else: true, points: 0}
""",
    "i18n/fr.yaml": """\
i18n: fr
entities.order: Commande
entities.order.fields.amount: Montant
entities.order.rules.large_needs_size.message: Une grande commande a une taille
entities.order.fields.kind.choices.a: Type A
forms.order.intake.lines: Lignes
choices.size.values.S: Petit
workflows.approval.decide@branch: Décision
app: Petite application
""",
    "upgrades/1.0.0.yaml": """\
upgrade: 1.0.0
from: ">=0.8 <1.0"
do:
  - set: {size: S}
    entity: order
    where: is_missing(size) and amount < 100
  - map_codes: {kind: {c: b}}
    entity: order
  - convert: {field: amount, value: "coalesce(amount, 0)"}
    entity: order
""",
    "tests/orders.yaml": """\
tests: orders
entity: order
cases:
  large_needs_size:
    given: {kind: a, amount: 600}
    expect_error: {rule: large_needs_size, at: size}
  small_is_scored:
    clock: 2026-03-02T10:00
    given: {kind: a, amount: 60, lines: [{what: x, price: 60, count: 1}]}
    do: [{run: score}]
    expect: {fields: {total: 60}, output: {score: 20}}
  clerk_sees_own:
    records:
      ours: {entity: order, kind: a, amount: 60}
    user: {role: clerk, branch: B001}
    expect: {cannot_read: [ours]}
""",
}


def with_change(path: str, old: str, new: str) -> dict[str, str]:
    """The files with one text replaced once; the text must be there."""
    assert old in FILES[path], (path, old)
    return {**FILES, path: FILES[path].replace(old, new, 1)}
