"""Workflows and automations: every key is read and checked, each mistake is one finding at its very place."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from forms_dsl.load import load_app
from tests.forms_dsl.flow_app import FILES, found, place
from tests.process.bank import FILES as BANK
from tests.process.test_reversal import APPROVAL, MORE
from workflow_engine.verify import load_verified

#: An app whose approvals can be reversed, without a reversal.
REVERSIBLE = {**BANK, **MORE, "workflows/approval.yaml": APPROVAL}
del REVERSIBLE["workflows/reversal.yaml"]

W = "workflows/credit.yaml"
ALL = "workflows/all_orders.yaml"
A = "automations/"

#: Code, file, what is replaced, by what; ¦ stands where the finding must be.
CASES = [
    # People
    ("S002", W, "by: {post: 复核岗, in: starter.branch, pick: claim}", "¦by: {post: 复核岗, role: checker, in: starter.branch}"),
    ("S002", W, "by: {post: 复核岗, in: starter.branch, pick: claim}", "¦by: {in: starter.branch}"),
    ("S002", W, "in: starter.branch, pick: claim}", "in: ¦nowhere}"),
    ("S002", W, "{group: 贷审会}", "{group: 贷审会, ¦levels: 2}"),
    ("S002", W, "levels: 2, stop_at: 行长, with_limit: amount}", "¦in: head_office}"),
    ("S002", W, "leader_of: starter.department", "leader_of: ¦starter.desk"),
    ("S002", W, "{min: 1, max: 2}", "¦{min: 3, max: 2}"),
    ("S002", W, "chosen_by: check, role: checker, in: head_office", "¦chosen_by: check, field: customer"),
    ("W013", W, "chosen_by: check", "chosen_by: ¦chek"),
    ("W013", W, "chosen_by: check", "chosen_by: ¦booking"),
    ("S002", W, "    by: starter\n", "    by: ¦leader_of_holder\n"),
    ("X005", W, "with_limit: amount", "with_limit: ¦amuont"),
    ("X011", W, "limit: amount\n", "limit: ¦kind\n"),
    ("S005", W, "{group: 贷审会}", "{group: ¦'贷 审会'}"),
    ("R001", W, "to: [starter, role.clerk in starter.branch]", "to: [starter, ¦role.clark in starter.branch]"),
    # Steps
    ("S002", W, "signature: required", "signature: ¦wanted"),
    ("Y005", W, "always_ask: true", "always_ask: ¦yes"),
    ("S002", W, "allow: [add_before, add_after,", "allow: [¦add_behind, add_after,"),
    ("S002", W, "opinion: [approve, reject]", "opinion: [approve, ¦refuse]"),
    ("R001", W, "    allow: [add_before", "    run: ¦levle\n    allow: [add_before"),
    ("S002", W, "by: starter\n    fields: {write: [amount, lines]", "by: starter\n    fields: {write: [¦total, lines]"),
    ("S002", W, "by: starter\n    fields", "by: starter\n    ¦on_reject: {return_to: check}\n    fields"),
    ("W013", W, "on_reject: {return_to: enter}", "on_reject: {return_to: ¦booking}"),
    ("S003", W, "then: escalate, to: leader_of_holder, every: 2 working hours, at_most: 3", "¦then: escalate"),
    ("S002", W, "then: escalate, to: leader_of_holder, every", "then: reject, ¦every"),
    ("S001", W, "signature: required", "¦signatur: required"),
    ("S001", W, "signature: required", "¦open_for: 1 day"),
    # Rules of seats
    ("S002", W, "rule: {in_turn: true}", "¦rule: {in_turn: true, any_approve: true}"),
    ("S002", W, "rule: {in_turn: true}", "rule: {in_turn: true, ¦one_veto: true}"),
    ("S002", W, "rule: {in_turn: true}", "rule: {in_turn: true, ¦quorum: 1/2}"),
    ("S003", W, "rule: {in_turn: true}", "rule: {¦all: true}"),
    ("S002", W, "rule: {in_turn: true}", "rule: {pass: ¦0.667}"),
    ("S002", W, "rule: {in_turn: true}", "rule: {pass: ¦2/3 of present}"),
    ("S002", W, "rule: {in_turn: true}", "rule: {pass: ¦3}"),
    ("W015", W, "{pass: 2/3 of voted, count_at_end: true, veto: role.checker}", "{pass: ¦2/3 of voted}"),
    ("R001", W, "{role.checker: 2, role.clerk: 1}", "{role.checker: 2, ¦role.clark: 1}"),
    ("S002", W, "rule: {weights: {role.checker: 2, role.clerk: 1}, pass: 2}", "rule: {¦weights: {role.checker: 2}}"),
    ("S003", W, "rule: {quorum: 2/3, pass", "¦rule: {pass"),
    ("S002", W, "pass: 2/3 of present, abstain", "¦all: true, abstain"),
    ("S002", W, "        open_for: 1 working day", "        may: [approve, reject, ¦abstain]\n        open_for: 1 working day"),
    ("W016", W, "        open_for: 1 working day", "        allow: [urge, ¦transfer]\n        open_for: 1 working day"),
    ("W016", W, "        open_for: 1 working day", "        allow: [ask_opinion, ¦add_before]\n        open_for: 1 working day"),
    (
        "W016",
        W,
        "        open_for: 1 working day",
        "        due: {within: 1 day, then: ¦escalate, to: role.checker}\n        open_for: 1 working day",
    ),
    # Authority and controls
    ("R001", W, "table: level", "table: ¦levle"),
    ("R001", W, "given: {amount: amount + 1}", "given: {amount: amount, ¦kind: kind}"),
    ("S003", W, "  given: {amount: amount + 1}\n", "  ¦given: {}\n"),
    ("X011", W, "given: {amount: amount + 1}", "given: {amount: ¦kind}"),
    ("R001", W, "gives: level", "gives: ¦lever"),
    ("X005", W, "choose: authority.level", "choose: authority.¦lever"),
    ("S002", W, "skip: consecutive", "skip: ¦sometimes"),
    ("R001", W, "unless_changed: [amount]", "unless_changed: [¦amonut]"),
    ("S002", W, "no_approver: leader", "no_approver: ¦pass"),
    ("S002", W, "starter_is_approver: skip_if_others", "starter_is_approver: ¦pass"),
    ("S003", W, "    - name: editors\n      editors_of: [amount]\n      may_not_act_at: [decide]\n", "    - ¦name: editors\n      editors_of: [amount]\n"),
    ("S005", W, "- name: editors", "- name: ¦apart"),
    ("W012", W, "cooldown: 30 days", "cooldown: ¦0 days"),
    ("S002", W, "at: finish", "at: ¦end"),
    ("R001", W, "hide: [size]", "hide: [¦sise]"),
    # Calls
    ("S002", W, "unknown_result: {ask: core.find}", "unknown_result: {ask: ¦core.unbook}"),
    ("R001", W, "undo: core.unbook", "undo: ¦core.unbok"),
    ("S002", W, "grow: 1}", "grow: ¦0}"),
    # wait, any_of, sub_flow
    ("S002", W, "          - wait: patience\n            title: {zh: 等待期, en: Patience}\n", "          - ¦wait: patience\n            title: {zh: 等待期, en: Patience}\n            until: today()\n"),
    ("S002", W, "until: today() + 3", "until: ¦amount + 3"),
    ("R001", W, "event: core.booked", "event: ¦core.boked"),
    ("X005", W, "match: core_number == result.number", "match: core_number == result.¦numbr"),
    ("S003", W, "            event: core.booked\n            match: core_number == result.number\n", "            ¦event: core.booked\n"),
    ("S002", W, "then: go_on}", "then: ¦pass}"),
    ("S002", W, "until: today() + 3", "until: today() + 3\n    ¦due: {within: 2 days}"),
    ("R001", W, "            workflow: approval", "            workflow: ¦aproval"),
    ("W013", W, "on_reject: {return_to: check}", "on_reject: {return_to: ¦chek}"),
    ("S002", W, "on_reject: {return_to: check}", "on_reject: ¦leave"),
    ("S002", W, "            workflow: approval", "            workflow: ¦all_orders"),
    ("S002", W, "            on_reject: {return_to: check}", "            ¦on_reject: go_on\n            detached: true"),
    ("R001", "workflows/all_orders.yaml", "each: orders", "each: ¦oders"),
    ("X005", "workflows/all_orders.yaml", "where: amount > 100", "where: ¦amuont > 100"),
    ("S005", W, "- name: line_b", "- name: ¦line_a"),
    # Examples
    ("R001", W, "customer: {full_name: A}, check_by", "customer: {¦ful_name: A}, check_by"),
    ("R001", W, "enter: {size: L}", "enter: {¦sise: L}"),
    ("W111", W, "given: {kind: a, amount: 50,", "given: {kind: ¦c, amount: 50,"),
    ("W111", W, "given: {kind: a, amount: 50,", "given: {kind: a, amount: ¦many,"),
    ("W111", W, "enter: {size: L}", "enter: {size: ¦M}"),
    ("W111", W, "customer: {full_name: A},", "customer: {full_name: A, born_on: ¦2026-02-30},"),
    ("W111", W, "{edit: {amount: 600}}", "{edit: {amount: ¦1.005}}"),
    ("W111", W, "given: {kind: a, amount: 50,", "given: {kind: a, amount: 50, lines: [{what: x, price: ¦dear}],"),
    ("R001", W, "given: {kind: a, amount: 50,", "given: {kind: a, amount: 50, lines: [{¦wat: x}],"),
    ("R001", W, "answers: {booking:", "answers: {¦check:"),
    ("R001", W, "answers: {booking:", "answers: {ordering: {¦passed: 1}, booking:"),
    ("W111", W, "answers: {booking:", "answers: {ordering: ¦unknown, booking:"),
    ("W111", W, "answers: {booking:", "answers: {ordering: {approved: ¦501}, booking:"),
    ("X005", W, "            on_reject: {return_to: check}", "            save: {amount: result.¦passed}"),
    ("S002", W, "            on_reject: {return_to: check}", "            ¦save: {amount: result.approved}\n            detached: true"),
    ("R001", W, 'answers: {booking: {number: "7"}}', 'answers: {booking: {¦numbr: "7"}}'),
    ("S002", W, "do: [submit, approve check,", "do: [submit, ¦aprove check,"),
    ("W013", W, "do: [submit, approve check,", "do: [submit, ¦approve chek,"),
    ("W013", W, "{return: review, to: enter}", "{return: review, to: ¦entre}"),
    ("R001", W, "{edit: {amount: 600}}", "{edit: {¦amuont: 600}}"),
    ("R001", W, "{run: on_change}", "{run: ¦on_chang}"),
    ("W012", W, "{wait: 2 days}", "{wait: ¦0 days}"),
    ("W013", W, "at: [decide@board], state", "at: [¦decide@bord], state"),
    ("W013", W, "superseded: [check]", "superseded: [¦chek]"),
    ("R001", W, "user: {role: clerk,", "user: {role: ¦clark,"),
    ("S002", W, "clock: 2026-03-02T10:00", "clock: ¦2026-03-02"),
    ("S001", W, "held_for: admin", "¦held_by: admin"),
    ("S005", W, "- name: head\n", "- name: ¦small\n"),
    # Automations
    ("S002", A + "guard.yaml", "before: {create: true}", "¦before: {create: true, delete: true}"),
    ("S001", A + "guard.yaml", "before: {create: true}", "before: {¦finish: approval}"),
    ("S002", A + "guard.yaml", "automation: guard\n", "¦automation: guard\nevery: 1d\n"),
    ("S003", A + "guard.yaml", "automation: guard\nlabel: {zh: 把关, en: Guard}\nbefore: {create: true}\n", "¦automation: guard\nlabel: {zh: 把关, en: Guard}\n"),
    ("S002", A + "guard.yaml", "  - set: {size: {value: \"'L'\"}}", "  - ¦start: credit"),
    ("S002", A + "on_change.yaml", "  - set: {size: L}", "  - ¦refuse: {zh: 不, en: No}"),
    ("R001", A + "on_change.yaml", "change: [amount]", "change: [¦amuont]"),
    ("X005", A + "on_change.yaml", "amount > 100", "¦amuont > 100"),
    ("X030", A + "on_finish.yaml", "run_as: system\n", "run_as: system\nwhere: created_by == ¦user.id\n"),
    ("R001", A + "on_finish.yaml", "finish: approval", "finish: ¦aproval"),
    ("S002", A + "on_finish.yaml", "start: credit", "start: ¦all_orders"),
    ("S002", A + "on_finish.yaml", "finish: approval", "finish: ¦all_orders"),
    ("R001", A + "booked.yaml", "receive: core.booked", "receive: ¦core.boked"),
    ("X005", A + "booked.yaml", "core_number == result.number", "core_number == result.¦numbr"),
    ("X011", A + "booked.yaml", "set: {core_number: {value: result.number}}", "set: {amount: {value: ¦result.number}}"),
    ("S002", A + "booked.yaml", "  - set: {core_number: {value: result.number}}", "  - ¦import: {connector: core.list, into: order}"),
    ("R001", "bindings.yaml", "once_by: number", "once_by: ¦numbr"),
    ("S002", "bindings.yaml", "out: {number: text, booked_on: date}", "out: {number: ¦txt, booked_on: date}"),
    ("S002", A + "tell.yaml", "channel: inbox", "channel: ¦pigeon"),
    ("R001", A + "tell.yaml", "template: note", "template: ¦nota"),
    ("S002", A + "tell.yaml", "to: owner", "to: ¦leader_of_holder"),
    ("R001", A + "fetch.yaml", "into: order", "into: ¦oder"),
    ("S002", A + "fetch.yaml", "connector: core.list", "connector: ¦core.unbook"),
    ("S001", A + "fetch.yaml", "- import:", "- ¦imprt:"),
]  # fmt: skip


def test_the_app_with_every_key_is_clean() -> None:
    """Nothing is said about a workflow that uses the whole language well."""
    loaded = load_app(FILES)

    assert [] == [(each.code, each.span, each.message) for each in loaded.diagnostics]
    assert loaded.app is not None


@pytest.mark.parametrize(("code", "path", "old", "new"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
def test_one_mistake_is_one_finding_at_its_place(code: str, path: str, old: str, new: str) -> None:
    """Code, line and column of what is wrong, and nothing that only follows from it."""
    findings, marks = found(path, old, new)

    assert [(code, line, column) for _, line, column in marks] == findings


@pytest.mark.parametrize("seed", range(8))
def test_damaged_flows_are_findings_never_failures(seed: int) -> None:
    """Whatever stands in a flow or an automation, the loader answers with findings."""
    random = Random(seed)
    paths = [path for path in FILES if path.startswith(("workflows/", "automations/", "bindings"))]
    words = sorted({word for path in paths for word in re.findall(r"[\w.@]+", FILES[path])})
    words += ["[]", "{}", "[a, b]", "{a: b}", "", "true", "-1", "2/3", "null"]
    for _ in range(20):
        path = random.choice(paths)
        text = FILES[path]
        for _ in range(random.choice((1, 1, 2, 3))):
            start, end = random.choice([match.span() for match in re.finditer(r"[\w.@]+|[\[\]{},:]|\n", text)])
            text = text[:start] + random.choice(words) + text[end:]
        loaded = load_verified({**FILES, path: text}, publishing=False)

        assert loaded.app is not None or loaded.diagnostics


#: What the manual's sub-flow reads and writes in the record that it runs for.
_OF_THE_MANUAL = """fields:
  amount: {type: money, label: {zh: 金额, en: Amount}}
  valued: {type: integer, label: {zh: 已评估, en: Valued}}
"""


def test_the_example_of_the_manual_is_clean() -> None:
    """What docs/workflows.md shows can be written so."""
    manual = (Path(__file__).parents[2] / "docs" / "workflows.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", manual, re.DOTALL)
    assert blocks
    for block in blocks:
        if block.startswith("workflow:"):
            texts = {**REVERSIBLE, "workflows/loan_reversal.yaml": block.replace("reverses: loan_approval", "reverses: approval")}
            assert [] == [each.code for each in load_app(texts).diagnostics if each.span.file == "workflows/loan_reversal.yaml"]
            continue
        if block.startswith("- sub_flow:"):
            step = (
                block.replace("workflow: valuation", "workflow: approval")
                .replace("collaterals", "orders")
                .replace("worth", "amount")
            )
            entity = FILES["entities/customer.yaml"].replace("fields:\n", _OF_THE_MANUAL)
            head, _, _ = FILES[ALL].partition("  - sub_flow")
            text = f"{head}{step}examples:\n  - {{name: one, given: {{full_name: A}}, path: [valuations]}}\n"
            assert [] == [place(each) for each in load_app({**FILES, "entities/customer.yaml": entity, ALL: text}).diagnostics]
            continue
        steps = "".join(f"  {line}\n" for line in block.splitlines()).replace("wait: confirmation", "wait: answer_of_customer")
        steps = steps.replace("core.confirmed", "core.booked").replace("loan_no", "core_number", 1).replace("loan_no", "number")
        text = FILES[W].replace("  - copy:", f"{steps}  - copy:")

        assert [] == [place(each) for each in load_app({**FILES, W: text}).diagnostics]
