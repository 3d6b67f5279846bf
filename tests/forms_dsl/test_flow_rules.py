"""The lint rules of workflows (language.md 4, W001 and on): the bad text with its place, and the good twin without a word."""

from __future__ import annotations

import pytest

from forms_dsl.load import load_app
from tests.forms_dsl.flow_app import CREDIT, FILES, found

W = "workflows/credit.yaml"
A = "automations/"


def part(begin: str, end: str, text: str = CREDIT) -> str:
    """The text from `begin` up to `end`, without it."""
    start = text.index(begin)
    return text[start : text.index(end, start)]


BOOKING = part("  - call: booking", "  - copy")
COPY = part("  - copy", "on_finish")
CHECK = part("  - approve: check", "  - any_of")
DIFFERENT = part("      different_people", "      sealed")
HEAD = part("    head:", "    board:")
BALLOT = part("      - vote", "      - approve: ratify")
LINES = part("      - name: line_a", "  - choose")
ALL_ORDERS = FILES["workflows/all_orders.yaml"]

CASES = "  - choose:\n      - {if: %s, steps: []}\n      - {%s, steps: []}\n"
ANY_OF = """\
  - any_of:
      - name: x
        steps:
          - %s
      - name: y
        steps:
          - {wait: y_time, title: {zh: 时, en: Time}, for: 2 days}
"""
BOOK = (
    "call: x_book, title: {zh: 登, en: Book}, connector: core.book, send: {request_id: $request_id, amount: amount, kind: kind}"
)
BOOK += ", unknown_result: {ask: core.find}, on_error: {assign: role.checker}"
MORE = "  - approve: more\n    title: {zh: 更多, en: More}\n    by: {role: checker, count: 3}\n    due: {within: 2 days}\n"
NEWS = "  - wait: news\n    title: {zh: 消息, en: News}\n    event: core.booked\n    match: core_number == result.number\n"
RULE = "automation: %s\nlabel: {zh: 规则, en: Rule}\n%s\nentity: order\nrun_as: system\ndo:\n  - %s\n"

#: Code, file, what is replaced, the bad text with ¦ where the finding must be, and the good twin.
RULES = {
    "W001 never true": ("W001", W, "when: amount > 100", "when: ¦False", "when: amount > 200"),
    "W001 copy never": ("W001", W, COPY, COPY + "    when: ¦False\n", COPY + "    when: amount > 7\n"),
    "W001 behind a certain case": (
        "W001", W, COPY, CASES % ("True", "if: ¦amount > 2") + "    otherwise: []\n" + COPY, CASES % ("amount > 1", "else: true") + COPY,
    ),
    "W001 nobody approves": ("W001", W, "may: [approve, veto]", "may: ¦[reject, veto]", "may: [approve, reject]"),
    "W002 value without branch": (
        "W002", W, COPY, "  - ¦choose: kind\n    a: []\n" + COPY, "  - choose: kind\n    a: []\n    otherwise: []\n" + COPY,
    ),
    "W002 branch without value": (
        "W002", W, COPY, "  - choose: kind\n    a: []\n    b: []\n    ¦c: []\n" + COPY, "  - choose: kind\n    a: []\n    b: []\n" + COPY,
    ),
    "W002 condition": (
        "W002", W, COPY, "  - ¦choose: amount > 5\n    'true': []\n" + COPY, "  - choose: amount > 5\n    'true': []\n    'false': []\n" + COPY,
    ),
    "W002 authority": (
        "W002", W, HEAD, HEAD + "    ¦chair: []\n", HEAD + "    otherwise: []\n",
    ),
    "W003": ("W003", W, COPY, (CASES % ("amount > 1", "if: amount > 2")).replace("choose", "¦choose") + COPY, CASES % ("amount > 1", "else: true") + COPY),
    "W004": (
        "W004", W, CREDIT, CREDIT.replace("[enter, check, decide]", "[check, decide]").replace("    - name: editors\n      editors_of: [amount]\n      may_not_act_at: [decide]\n", "").replace("approve: check\n", "¦approve: check\n"),
        CREDIT.replace("[enter, check, decide]", "[enter, check]"),
    ),
    "W005 step": ("W005", W, COPY, (MORE.replace(", count: 3", "").replace("    due: {within: 2 days}\n", "")).replace("approve", "¦approve") + COPY, MORE.replace(", count: 3", "") + COPY),
    "W005 vote": ("W005", W, BALLOT, BALLOT.replace("        open_for: 1 working day\n", "").replace("vote", "¦vote"), BALLOT.replace("1 working", "2 working")),
    "W005 event": ("W005", W, COPY, NEWS.replace("wait", "¦wait") + COPY, NEWS + "    due: {within: 5 days}\n" + COPY),
    "W006": ("W006", W, BOOKING, BOOKING.replace("call:", "¦call:").replace(part("    on_error", "  - copy"), ""), BOOKING.replace("times: 5", "times: 0")),
    "W008": ("W008", W, BOOKING, BOOKING.replace("call:", "¦call:").replace("    unknown_result: {ask: core.find}\n", ""), BOOKING.replace("core.book\n", "core.find\n").replace("amount: amount, kind: kind", "").replace("$request_id, }", "$request_id}").replace("    unknown_result: {ask: core.find}\n    ", "    ").replace("    undo: core.unbook\n", "")),
    "W009 time": ("W009", W, "limit: amount\n        due: {within: 2 days}", "limit: amount\n        due: {within: 2 days, then: ¦approve}", "limit: amount\n        due: {within: 2 days, then: reject}"),
    "W009 nobody": ("W009", W, "no_approver: leader", "no_approver: ¦auto_pass", "no_approver: hold_for_admin"),
    "W010 sub-flow": ("W010", W, "on_reject: {return_to: check}", "on_reject: {return_to: ¦review}", "on_reject: {return_to: enter}"),
    "W010 step": (
        "W010", W, LINES,
        LINES.replace("due: {within: 2 days}", "due: {within: 2 days}\n            on_reject: {return_to: ¦filed}") + "          - {fill: filed, title: {zh: 填, en: File}, by: starter}\n",
        LINES.replace("due: {within: 2 days}", "due: {within: 2 days}\n            on_reject: {return_to: enter}"),
    ),
    "W011 more than the whole": ("W011", W, "pass: 2/3 of voted", "pass: ¦4/3 of voted", "pass: 3/3 of voted"),
    "W011 n of m": ("W011", W, "pass: 2/3 of voted", "pass: ¦3 of 2 of voted", "pass: 2 of 2 of voted"),
    "W011 nothing": ("W011", W, "pass: 2/3 of voted", "pass: ¦0 of 3 of voted", "pass: 1 of 3 of voted"),
    "W011 quorum": ("W011", W, "quorum: 2/3", "quorum: ¦0/3", "quorum: 3/3"),
    "W011 weights": ("W011", W, "role.clerk: 1}, pass: 2", "role.clerk: 1}, pass: ¦5", "role.clerk: 1}, pass: 4"),
    "W011 no rule": ("W011", W, COPY, MORE.replace("count", "¦count") + COPY, MORE + "    rule: {all: true, one_veto: true}\n" + COPY),
    "W012 none": ("W012", W, "cooldown: 30 days", "cooldown: ¦0 days", "cooldown: 3650 days"),
    "W012 too long": ("W012", W, "cooldown: 30 days", "cooldown: ¦99999 days", "cooldown: 2 working days"),
    "W013 proxy": ("W013", W, "except: [board, check, line_a]", "except: [board, ¦line_c]", "except: [decide, answer, line_b]"),
    "W013 four eyes": ("W013", W, DIFFERENT, DIFFERENT.replace("decide]", "decide, ¦decid]"), DIFFERENT.replace("decide]", "decide@branch, head, board]")),
    "W013 path": ("W013", W, "review, ordering, decide@branch", "¦revew, ordering, decide@branch", "review, decide@branch"),
    "W014 none": ("W014", "workflows/all_orders.yaml", ALL_ORDERS, ALL_ORDERS[: ALL_ORDERS.index("examples")].replace("workflow: all_orders", "workflow: ¦all_orders"), ALL_ORDERS.replace("name: one", "name: two")),
    "W014 branch": ("W014", W, CREDIT, CREDIT.replace("ordering, decide@head, cooling", "ordering, cooling").replace("approve: decide@head", "¦approve: decide@head"), CREDIT.replace("ordering, decide@head, cooling", "decide@head, cooling")),
    "W015": ("W015", W, "pass: 2/3 of voted, count_at_end: true", "pass: ¦2/3 of voted", "pass: 2/3 of seats"),
    "W016": ("W016", W, "open_for: 1 working day", "open_for: 1 working day\n        allow: [¦delegate]", "open_for: 1 working day\n        allow: [ask_opinion]"),
    "W017 nothing waits": ("W017", W, COPY, ANY_OF % "¦copy: {to: [starter]}" + COPY, ANY_OF % "{wait: x_time, title: {zh: 时, en: Time}, for: 1 day}" + COPY),
    "W017 perhaps": (
        "W017", W, COPY, ANY_OF % "{¦wait: x_time, title: {zh: 时, en: Time}, when: amount > 2, for: 1 day}" + COPY,
        ANY_OF % "{wait: x_time, title: {zh: 时, en: Time}, until: today() + 1}" + COPY,
    ),
    "W018": ("W018", W, COPY, ANY_OF % ("{¦" + BOOK + "}") + COPY, ANY_OF % ("{" + BOOK + ", undo: core.unbook}") + COPY),
    "R002 sub-flow": (
        "R002", "workflows/all_orders.yaml", ALL_ORDERS,
        ALL_ORDERS.replace("sub_flow: each_order", "¦sub_flow: each_order").replace("workflow: approval\n    each: orders\n    where: amount > 100\n    detached: true", "workflow: all_orders"),
        ALL_ORDERS.replace("where: amount > 100\n    ", ""),
    ),
    "C004 nothing sent": (
        "C004",
        W,
        BOOKING,
        BOOKING.replace("call:", "¦call:").replace(part("    send", "    retry"), "").replace(part("    undo", "    on_error"), "    unknown_result: {ask: core.list}\n"),
        BOOKING.replace("ask: core.find", "ask: core.list"),
    ),
    "C004 inquiry": ("C004", W, "send: {request_id: $request_id, amount: amount, kind: kind}\n    save: {core_number: result.number}\n    retry: {times: 5, first_wait: 10m, grow: 1}\n    undo: core.unbook\n    unknown_result: {ask: core.find}\n", "¦send: {amount: amount, kind: kind}\n    undo: ¦core.unbook\n", None),
}  # fmt: skip


@pytest.mark.parametrize("case", RULES)
def test_a_rule_finds_its_bad_text_and_leaves_the_good_twin(case: str) -> None:
    """Code, line and column, once; and no false alarm."""
    code, path, old, bad, good = RULES[case]
    findings, marks = found(path, old, bad)
    findings = [each for each in findings if each[0] != "X302"]  # said of every condition that is always the same

    assert [(code, line, column) for _, line, column in marks] == findings
    if good is not None:
        assert ([], []) == found(path, old, good)


#: Two automations; the first sets the second off, and the other way round or not.
LOOPS = [
    (("a_rule", "after: {change: [amount]}", "set: {core_number: x}"), ("b_rule", "after: {change: [core_number]}", "set: {amount: 1}"), True),
    (("a_rule", "after: {change: [amount]}", "set: {core_number: x}"), ("b_rule", "after: {change: [kind]}", "set: {amount: 1}"), False),
    (("a_rule", "after: {change: [amount]}", "set: {core_number: x}"), ("b_rule", "every: 1d", "set: {amount: 1}"), False),
    (("a_rule", "after: {create: true}", "set: {amount: 1}"), ("b_rule", "after: {change: [amount]}", "create: {entity: order}"), True),
    (("a_rule", "after: {change: [amount]}", "set: {amount: 1}"), ("b_rule", "every: 1d", "set: {amount: 1}"), False),
    (("a_rule", "after: {finish: credit}", "start: credit"), ("b_rule", "every: 1d", "set: {amount: 1}"), False),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "is_loop"), LOOPS)
def test_automations_that_set_each_other_off_are_found(
    first: tuple[str, str, str], second: tuple[str, str, str], is_loop: bool
) -> None:
    """W007 at the first of them, with the others beside it; a clock, people or another field between make no loop."""
    files = {f"{A}{name}.yaml": RULE % (name, trigger, action) for name, trigger, action in (first, second)}
    diagnostics = load_app({**FILES, **files}).diagnostics

    said = [(each.code, each.span.file, each.span.line, each.span.column) for each in diagnostics]
    assert ([("W007", f"{A}a_rule.yaml", 1, 13)] if is_loop else []) == said
    assert [("b_rule", f"{A}b_rule.yaml")] * is_loop == [(word, at.file) for each in diagnostics for word, at in each.related]


def test_a_workflow_without_people_in_a_loop_is_found() -> None:
    """A rule that starts what sets it off, when nobody acts in it; with a wait inside there is time between."""
    again = "automation: again\nlabel: {zh: 再, en: Again}\nafter: {finish: all_orders}\nentity: customer\nrun_as: system\ndo:\n  - start: all_orders\n"
    files = {**FILES, f"{A}again.yaml": again}
    waiting = ALL_ORDERS.replace("    detached: true\n", "")

    said = load_app(files).diagnostics
    assert [("W007", f"{A}again.yaml", 1, 13)] == [(e.code, e.span.file, e.span.line, e.span.column) for e in said]
    assert () == load_app({**files, "workflows/all_orders.yaml": waiting}).diagnostics
