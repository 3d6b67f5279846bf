"""What contradicts itself, stands twice or does nothing is told at its place, although every key of it is known."""

from __future__ import annotations

import pytest

from forms_dsl.load import load_app
from tests.forms_dsl.kinds_app import FILES, with_change

ORDER, CUSTOMER, APP, FLOW = "entities/order.yaml", "entities/customer.yaml", "app.yaml", "workflows/approval.yaml"
LIST, FORM, ROLES, PAGE = "lists/orders.yaml", "forms/order.intake.yaml", "roles.yaml", "pages/customer.yaml"
STATUS = "  second: {type: status, workflow: approval, label: {zh: 态, en: Second}, choices: {a: {label: {zh: 甲, en: A}}}}\n"

#: Code, file, what is replaced, by what, and the text at which the finding must stand.
CASES = [
    # What stands twice
    ("W019", ORDER, "  status:\n", f"{STATUS}  status:\n", "approval\n    label"),
    ("S005", APP, "[zh, en]", "[zh, en, zh]", "zh]"),
    ("S005", APP, "[lists.orders,", "[lists.orders, lists.orders,", "lists.orders, reports"),
    ("S005", LIST, "[number, customer,", "[number, customer, number,", "number, customer.full"),
    ("S005", LIST, "[-created_on, number]", "[-created_on, created_on]", "created_on]\nsearch"),
    ("S005", FORM, "[what, price]", "[what, price, what]", "what]"),
    ("S005", ROLES, "includes: [clerk]", "includes: [clerk, clerk]", "clerk]\n"),
    ("S005", FLOW, "[apply, decide]", "[apply, decide, apply]", "apply]"),
    ("S005", "params.yaml", "by: [branch]", "by: [branch, branch]", "branch]"),
    ("S005", "bindings.yaml", "kind: [a, b]", "kind: [a, b, a]", "a]"),
    ("S005", ORDER, "[[customer, kind]]", "[[customer, kind], [kind, customer]]", "[kind, customer]"),
    ("S005", FORM, "      - {text: advice,", "      - {text: advice, label: {zh: 请, en: Please}}\n      - {text: advice,", "text: advice, label: {zh: 请核"),
    ("S005", PAGE, "actions:\n", "actions:\n  - {action: order, label: {zh: 下, en: Go}, form: order.intake}\n", "action: order\n"),
    ("S005", "reports/by_kind.yaml", "rows: [kind]", "rows: [kind]\ncolumns: [kind]", "kind]\nmeasures"),
    ("S005", "templates/sheet.yaml", "signatures: signed", "signatures: decided", "signatures"),
    # Values that cannot be
    ("S002", APP, "[zh, en]", "[zh, en]\ncurrency: RMB", "RMB"),
    ("S002", ORDER, "    type: money\n", "    type: money\n    currency: RMB\n", "RMB"),
    ("S002", ORDER, "    type: money\n", "    type: money\n    currency: curency\n", "curency"),
    ("N205", ORDER, "    min: 0\n", "    min: 10\n    default: 5\n", "5\n    label"),
    ("N205", CUSTOMER, "{type: text, max: 20,", "{type: text, max: 3, default: '\"abcd\"',", '"abcd'),
    ("N205", CUSTOMER, "{type: text, max: 20,", "{type: text, pattern: '[0-9]+', max: 9, default: '\"x\"',", '"x"'),
    ("N205", CUSTOMER, "{type: date,", "{type: date, max: 2020-01-01, default: 'date(2021, 1, 1)',", "date(2021"),
    ("S002", FORM, "min: 1, totals", "min: 5, max: 2, totals", "5, max"),
    ("S002", FORM, "totals: [price]", "totals: [what]", "what]}"),
    ("S002", FORM, "totals: [price]", "totals: [count]", "count]"),
    ("S002", "app.yaml", 'org: ">=1.0"', 'org: ">=2 <1"', '">=2'),
    ("S002", "upgrades/1.0.0.yaml", '">=0.8 <1.0"', '">=2.0"', '">=2.0"'),
    ("S002", "tests/orders.yaml", "2026-03-02T10:00", "2026-13-02T10:00", "2026-13"),
    ("R001", APP, "calendar: bank", "calendar: bnak", "bnak"),
    # What does not go together
    ("S003", CUSTOMER, "{type: date,", "{type: date, message: {zh: 早, en: Early},", "message"),
    ("S002", ORDER, "of: line,", "of: line, unique: true,", "unique"),
    ("S002", LIST, "search: [number]", "search: [number]\ndates: [created_on]", "dates"),
    ("S002", ROLES, "includes: [clerk]", "includes: [clerk]\n    conflicts: [clerk]", "clerk]"),
    ("S002", FLOW, "due: {within: 2 days}", "due: {within: 2 days, at_most: 3}", "at_most"),
    ("S002", FLOW, "    by: starter\n", "    by: starter\n    fields: {write: [amount], hide: [amount]}\n", "amount], hide"),
    ("S002", FLOW, "pick: claim}", "pick: claim}\n            may: [approve]\n            opinion: [veto]", "veto"),
    ("S002", FLOW, "    on_error:", "    undo: core.find\n    on_error:", "core.find\n    on_error"),
    ("S003", "segments/sleeping.yaml", 'every: "03:00 day"\n', "", "mode"),
    ("P008", ROLES, "read: created_by == user.id", "fields: {amount: hidden}\n        read: created_by == user.id", "hidden"),
    ("S002", "reports/by_kind.yaml", "value: sum(amount)", "value: amount", "amount, label"),
    ("S002", "reports/by_kind.yaml", "value: count()", "value: amount - avg(amount)", "amount - avg"),
    # What does nothing
    ("S011", ORDER, "rows:\n", "rows:\n  spare: {fields: {x: {type: text, max: 3, label: {zh: 甲, en: X}}}}\n", "spare"),
    ("S011", "segments/sleeping.yaml", "  nightly:", "  spare: {of: orders, at: created_on, last: 9d}\n  nightly:", "spare"),
    ("S011", "reports/by_kind.yaml", "  at_least:", "  spare: {type: money, label: {zh: 甲, en: A}}\n  at_least:", "spare"),
    ("F006", CUSTOMER, "max: 20, class: C2, mask: \"3****4\"", "max: 20, class: C3", ""),
]  # fmt: skip


@pytest.mark.parametrize(("code", "path", "old", "new", "text"), CASES)
def test_a_contradiction_is_told_where_it_stands(code: str, path: str, old: str, new: str, text: str) -> None:
    """The finding has its code, its place and its sentence in both languages."""
    files = with_change(path, old, new)
    found = [one for one in load_app(files).diagnostics if one.code == code]

    assert found
    assert all(one.message_zh for one in found)
    if text:
        starts = {at for at in range(len(files[path])) if files[path].startswith(text, at)}
        places = {(one.span.line, one.span.column) for one in found if one.span.file == path}
        assert places & {(files[path][:at].count("\n") + 1, at - files[path].rfind("\n", 0, at)) for at in starts}


def test_a_wrong_currency_says_which_is_meant() -> None:
    """RMB is no code of ISO 4217: the hint names CNY."""
    (found,) = load_app(with_change(APP, "[zh, en]", "[zh, en]\ncurrency: RMB")).diagnostics

    assert ("Write CNY.", "请写 CNY。") == (found.hint, found.hint_zh)


def test_a_secret_shown_on_a_page_is_told() -> None:
    """What is of class C3 stays empty wherever it is shown, so the page says nothing with it."""
    found = load_app(with_change(CUSTOMER, 'class: C2, mask: "3****4"', "class: C3")).diagnostics

    assert [(PAGE, "phone")] == [
        (one.span.file, FILES[PAGE].split("\n")[one.span.line - 1][one.span.column - 1 : one.span.end_column - 1])
        for one in found
        if one.code == "F006"
    ]


def test_a_choice_list_of_a_decision_alone_is_used() -> None:
    """A list that only types an input or an output of a table is no leftover."""
    lists = (
        FILES["choices.yaml"] + "  level:\n    label: {zh: 级别, en: Level}\n    values:\n      L: {label: {zh: 低, en: Low}}\n"
    )
    table = """\
decision: leveller
label: {zh: 定级, en: Leveller}
kind: table
given: {%s}
output: {%s}
rows:
  - {row: all_of_it, then: {%s}}
"""
    given = {**FILES, "choices.yaml": lists, "decisions/leveller.yaml": table % ("at: level", "fine: boolean", "fine: true")}
    output = {**FILES, "choices.yaml": lists, "decisions/leveller.yaml": table % ("at: text", "to: level", "to: L")}

    unused = load_app({**FILES, "choices.yaml": lists}).diagnostics
    assert ["S011"] == [one.code for one in unused]
    assert [] == [one for files in (given, output) for one in load_app(files).diagnostics if one.code == "S011"]


def test_a_binding_of_a_button_alone_is_used() -> None:
    """A button of a form uses its binding as a step does."""
    button = (
        "{button: ask, label: {zh: 查, en: Ask}, call: other.find, send: {code: core_number}, save: {core_number: result.name}}"
    )
    other = """\
  other:
    label: {zh: 其他, en: Other}
    connector: core_bank
    version: ">=1.0"
    operations:
      find: {operation: find, in: {code: text}, out: {name: text}, mock: {name: a}}
"""
    files = {**FILES, "bindings.yaml": FILES["bindings.yaml"] + other}
    unused = load_app(files).diagnostics
    files[FORM] = files[FORM].replace("      - amount\n", f"      - amount\n      - {button}\n")
    used = load_app(files).diagnostics

    assert ["S011"] == [one.code for one in unused]
    assert () == used


@pytest.mark.parametrize(
    ("path", "old", "words"),
    [
        (ORDER, "count: {type: integer, min: 1,", "A number is needed here, like 0."),
        (ORDER, "    min: 0\n", "A number is needed here, like 0."),
        (CUSTOMER, "born_on: {type: date,", "A day is written date(2025, 3, 31), this one today()."),
        (CUSTOMER, "phone: {type: text,", 'A text needs quotes: "abc"'),
    ],
)
def test_a_bare_word_as_default_gets_the_hint_of_its_type(path: str, old: str, words: str) -> None:
    """Quotes are advised only where a text can stand."""
    new = f"{old}    default: abc\n" if old.endswith("\n") else f"{old} default: abc,"
    found = [one for one in load_app(with_change(path, old, new)).diagnostics if one.code == "X005"]

    assert [words] == [one.hint for one in found]
    assert all(one.hint_zh and one.hint_zh != one.hint for one in found)
