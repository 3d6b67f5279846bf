"""The small app with flows and automations that use every key of language.md 2.7–2.9, and the means to break them."""

from __future__ import annotations

from forms_dsl.diagnostics import Diagnostic
from forms_dsl.load import load_app
from tests.forms_dsl.small_app import FILES as SMALL

#: Where a finding must stand, in the text that replaces another.
MARK = "¦"

CREDIT = """\
workflow: credit
title: {zh: 授信, en: Credit}
for: order
start: {by: role.clerk, in: own_branch, form: order.intake}
calendar: cn_bank
authority:
  table: level
  given: {amount: amount + 1}
  gives: level
controls:
  four_eyes:
    - name: apart
      different_people: [enter, check, decide]
      sealed: true
    - name: editors
      editors_of: [amount]
      may_not_act_at: [decide]
  repeat_approver: {skip: consecutive, unless_changed: [amount]}
  return: {resubmit_to: returner, replay_if_changed: [amount]}
  recall: {by: starter, until: first_decision}
  proxy: {allowed: true, except: [board, check, line_a]}
  no_approver: leader
  starter_is_approver: skip_if_others
steps:
  - fill: enter
    title: {zh: 录入, en: Entry}
    by: starter
    fields: {write: [amount, lines], require: [amount]}
  - approve: check
    title: {zh: 复核, en: Check}
    by: {post: 复核岗, in: starter.branch, pick: claim}
    allow: [add_before, add_after, add_together, remove_added, transfer, delegate, ask_opinion, urge]
    signature: required
    always_ask: true
    opinion: [approve, reject]
    on_reject: {return_to: enter}
    due: {within: 4 working hours, then: escalate, to: leader_of_holder, every: 2 working hours, at_most: 3}
  - any_of:
      - name: answer
        title: {zh: 答复, en: Answer}
        steps:
          - wait: confirmation
            title: {zh: 等待确认, en: Wait for the word}
            event: core.booked
            match: core_number == result.number
            save: {core_number: result.number}
            due: {within: 5 days, then: go_on}
      - name: patience
        steps:
          - wait: patience
            title: {zh: 等待期, en: Patience}
            for: 10 working days
    name: first_word
  - together:
      - name: line_a
        steps:
          - approve: review
            title: {zh: 会签, en: Review}
            by: {role: checker, in: head_office, count: 3}
            rule: {pass: 2/3 of voted, count_at_end: true, veto: role.checker}
            due: {within: 2 days}
      - name: line_b
        steps:
          - sub_flow: ordering
            title: {zh: 子流程, en: Ordering}
            workflow: approval
            on_reject: {return_to: check}
  - choose: authority.level
    branch:
      - approve: decide@branch
        title: {zh: 支行审批, en: Branch decides}
        by: {leader_of: starter.department, levels: 2, stop_at: 行长, with_limit: amount}
        rule: {in_turn: true}
        limit: amount
        due: {within: 2 days}
    head:
      - approve: decide@head
        title: {zh: 总行审批, en: Head decides}
        by: {chosen_by: check, role: checker, in: head_office, count: {min: 1, max: 2}}
        rule: {weights: {role.checker: 2, role.clerk: 1}, pass: 2}
        due: {within: 2 days}
    board:
      - vote: decide@board
        title: {zh: 贷审会, en: Board}
        by: {group: 贷审会}
        rule: {quorum: 2/3, pass: 2/3 of present, abstain: forbidden, veto: role.checker, secret_until_closed: true}
        open_for: 1 working day
      - approve: ratify
        title: {zh: 签批, en: Ratify}
        by: {role: checker, in: head_office}
        may: [approve, veto]
        due: {within: 2 days, then: reject}
  - wait: cooling
    title: {zh: 冷静期, en: Cooling off}
    when: amount > 100
    until: today() + 3
  - call: booking
    title: {zh: 登记, en: Booking}
    connector: core.book
    send: {request_id: $request_id, amount: amount, kind: kind}
    save: {core_number: result.number}
    retry: {times: 5, first_wait: 10m, grow: 1}
    undo: core.unbook
    unknown_result: {ask: core.find}
    on_error: {assign: role.checker, title: {zh: 登记失败, en: Booking failed}}
  - copy: {to: [starter, role.clerk in starter.branch], fields: {hide: [size]}, at: finish}
    name: told
on_finish:
  approved: {set: {size: L}}
  rejected: {cooldown: 30 days}
examples:
  - name: small
    given: {kind: a, amount: 50, customer: {full_name: A}, check_by: zhang}
    answers: {booking: {number: "7"}}
    clock: 2026-03-02T10:00
    path: [enter, check, confirmation, review, ordering, decide@branch, booking]
  - name: head
    given: {kind: a, amount: 400, enter: {size: L}}
    path: [enter, check, confirmation, review, ordering, decide@head, cooling, booking]
  - name: board
    given: {kind: a, amount: 4000}
    user: {role: clerk, branch: B001, name: wang}
    do: [submit, approve check, {return: review, to: enter}, {edit: {amount: 600}}, resubmit, {wait: 2 days}, {run: on_change}]
    expect: {at: [decide@board], state: waiting, reason: four_eyes, held_for: admin, superseded: [check], next: ratify}
"""

FILES: dict[str, str] = {
    **SMALL,
    "app.yaml": SMALL["app.yaml"].replace("menu:", "calendar: cn_bank\nmenu:"),
    "bindings.yaml": SMALL["bindings.yaml"]
    + """\
      unbook:
        kind: command
        operation: unbook_order
        in: {request_id: text}
        out: {done: boolean}
        mock: {done: true}
      list:
        operation: list_orders
        out: {number: text}
        mock: {number: "1"}
    events:
      booked:
        event: order.booked
        out: {number: text, booked_on: date}
        once_by: number
  bell:
    label: {zh: 铃, en: Bell}
    connector: bell
    version: ">=1.0"
    events:
      rung: {event: bell.rung, out: {number: text}}
""",
    "decisions/level.yaml": """\
decision: level
label: {zh: 级别, en: Level}
kind: table
given: {amount: money}
output: {level: [branch, head, board]}
rows:
  - {row: small, if: {amount: amount <= 100}, then: {level: branch}}
  - {row: middle, if: {amount: 100 < amount <= 500}, then: {level: head}}
  - {row: large, if: {amount: amount > 500}, then: {level: board}}
""",
    "workflows/credit.yaml": CREDIT,
    "workflows/all_orders.yaml": """\
workflow: all_orders
title: {zh: 全部订单, en: All orders}
for: customer
start: {by: role.clerk}
steps:
  - sub_flow: each_order
    title: {zh: 逐单, en: Each order}
    workflow: approval
    each: orders
    where: amount > 100
    detached: true
examples:
  - name: one
    given: {full_name: A}
    path: [each_order]
""",
    "automations/on_change.yaml": """\
automation: on_change
label: {zh: 变更, en: On change}
after: {change: [amount]}
entity: order
where: amount > 100
cooldown: 2 working days
do:
  - set: {size: L}
""",
    "automations/on_finish.yaml": """\
automation: on_finish
label: {zh: 完结, en: On finish}
after: {finish: approval}
entity: order
run_as: system
do:
  - work_item: {to: owner, text: {zh: "看 {number}", en: "See {number}"}, due: 1 working day}
  - start: credit
""",
    "automations/guard.yaml": """\
automation: guard
label: {zh: 把关, en: Guard}
before: {create: true}
entity: order
where: amount > 900 and has_role("clerk")
do:
  - set: {size: {value: "'L'"}}
  - refuse: {zh: "{number} 不行", en: "{number} is refused"}
""",
    "automations/booked.yaml": """\
automation: booked
label: {zh: 登记, en: Booked}
receive: core.booked
entity: order
where: core_number == result.number
run_as: system
do:
  - set: {core_number: {value: result.number}}
  - create: {entity: customer, set: {full_name: {value: result.number}}}
  - call: {connector: core.find, send: {request_id: $request_id}, save: {core_number: result.number}}
""",
    "templates/note.yaml": """\
template: note
kind: message
entity: order
label: {zh: 便条, en: Note}
subject: {zh: "看 {{number}}", en: "See {{number}}"}
body: {zh: "请看 {{number}}", en: "Please see {{number}}"}
""",
    "automations/tell.yaml": """\
automation: tell
label: {zh: 告知, en: Tell}
after: {create: true}
entity: order
do:
  - send: {channel: inbox, to: owner, template: note}
""",
    "automations/rung.yaml": """\
automation: rung
label: {zh: 响铃, en: Rung}
receive: bell.rung
entity: order
where: number == result.number
run_as: system
do:
  - work_item: {to: role.checker, text: {zh: 响了, en: It rang}}
""",
    "automations/fetch.yaml": """\
automation: fetch
label: {zh: 取数, en: Fetch}
every: "06:00 business_day"
entity: order
run_as: system
do:
  - import: {connector: core.list, into: order}
""",
}


def found(path: str, old: str, new: str) -> tuple[list[tuple[str, int, int]], list[tuple[str, int, int]]]:
    """The findings after one replacement, as code, line and column; and where the marks of `new` stand, with no code."""
    assert FILES[path].count(old) == 1, (path, old, FILES[path].count(old))
    text = FILES[path].replace(old, new)
    marks = []
    while MARK in text:
        at = text.index(MARK)
        marks.append(("", text[:at].count("\n") + 1, at - text.rfind("\n", 0, at)))
        text = text[:at] + text[at + 1 :]
    diagnostics = load_app({**FILES, path: text}).diagnostics
    return [place(each) for each in diagnostics if each.span.file == path], marks


def place(found: Diagnostic) -> tuple[str, int, int]:
    """Code, line and column of a finding."""
    return found.code, found.span.line, found.span.column
