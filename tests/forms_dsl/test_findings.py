"""Each finding of the loader: one mistake gives exactly one finding, at the very line."""

from __future__ import annotations

import time

import pytest

from forms_dsl.load import load_app
from tests.forms_dsl.small_app import FILES, changed, line_of, places
from tests.yardstick import in_time

#: Code, file, what is replaced, by what, and a text on the line where the finding must stand.
CASES = [
    # The text
    ("Y001", "entities/customer.yaml", "label: {zh: 客户, en: Customer}", "label: {zh: 客户, en: Customer", "label: {zh: 客户, en"),
    ("Y001", "entities/customer.yaml", 'title: "{full_name}"', 'title: "{full_name}', "title:"),
    ("S001", "entities/customer.yaml", "owner: {branch: branch}", "owner {branch: branch}", "owner {"),
    ("Y001", "lists/customers.yaml", "open_with: customer.edit", "open_with: @customer", "open_with"),
    ("Y002", "entities/customer.yaml", "fields:", "fields: &all", "fields: &all"),
    ("Y002", "entities/customer.yaml", "born_on: {type", "born_on: !!map {type", "born_on"),
    ("Y002", "entities/customer.yaml", "related:", "---\nrelated:", "---"),
    ("Y003", "entities/customer.yaml", "related:", "  Phone: {}\nrelated:", "  Phone:"),
    ("Y003", "roles.yaml", "  checker:", "  clerk:", "  clerk:\n    label: {zh: 复核"),
    ("Y004", "entities/customer.yaml", "  born_on", "\tborn_on", "born_on"),
    ("Y004", "entities/customer.yaml", "{type: date, label", "{type: date,\tlabel", "born_on"),
    ("Y004", "entities/customer.yaml", "生日", "生\u2028日", "born_on"),
    ("Y005", "entities/customer.yaml", "required: true", "required: yes", "  full_name:"),
    ("Y006", "params.yaml", "value: 1000.00", "value: 01000", "value"),
    ("Y007", "choices.yaml", "      S:", "      1:", "      1:"),
    ("Y007", "choices.yaml", "      S:", "      no:", "      no:"),
    ("Y012", "entities/order.yaml", "compute: \"round(sum(l.price * l.count for l in lines), 2)\"", "compute: round(count(lines), 2)", "total:"),
    # Shapes and names
    ("S001", "entities/customer.yaml", "max: 60", "mxa: 60", "  full_name:"),
    ("S001", "entities/customer.yaml", "\nlabel:", "\nlabbel:", "labbel"),
    ("S001", "entities/customer.yaml", "max: 60", "scale: 2", "  full_name:"),
    ("S001", "forms/order.intake.yaml", "- section: order", "- sextion: order", "sextion"),
    ("S001", "forms/order.intake.yaml", "- section: order", "- button: order", "button"),
    ("S001", "workflows/approval.yaml", "- fill: apply", "- fyll: apply", "fyll"),
    ("S003", "workflows/approval.yaml", "- fill: apply", "- vote: apply", "vote"),
    ("S001", "workflows/approval.yaml", "due: {within: 2 days}", "duue: {within: 2 days}", "duue"),
    ("S001", "roles.yaml", "        update: status", "        updaet: status", "updaet"),
    ("S001", "automations/old_orders.yaml", "every:", "evrey:", "evrey"),
    ("S002", "entities/customer.yaml", "type: date", "type: dat", "born_on"),
    ("F005", "entities/customer.yaml", "type: date", "type: file", "born_on"),
    ("S002", "entities/customer.yaml", "max: 60", "max: many", "  full_name:"),
    ("S002", "entities/customer.yaml", "max: 60", "max: 60, min: 61", "  full_name:"),
    ("S002", "entities/customer.yaml", 'mask: "3****4"', "mask: stars", "phone"),
    ("S002", "entities/order.yaml", "OR{yyyy}-{seq:6}", "OR{year}-{seq:6}", "number:"),
    ("S002", "entities/order.yaml", "OR{yyyy}-{seq:6}", "OR{yyyy}", "number:"),
    ("S002", "params.yaml", "value: 1000.00", "value: 10.001", "value"),
    ("S002", "app.yaml", "version: 1.0.0", "version: 1.0", "version"),
    ("S002", "workflows/approval.yaml", "status: open", "status: opened", "start:"),
    ("S002", "workflows/approval.yaml", "role: checker, in: starter.branch", "role: checker, in: somewhere", "in: somewhere"),
    ("S002", "workflows/approval.yaml", "{within: 2 days}", "{within: soon}", "within: soon"),
    ("S002", "automations/old_orders.yaml", '"06:00 day"', '"6 o\'clock"', "every"),
    ("S002", "bindings.yaml", "out: {number: text}", "out: {number: string}", "out:"),
    ("S002", "reports/by_kind.yaml", "kind: bar", "kind: bra", "chart"),
    ("S003", "entities/customer.yaml", "{type: date, label: {zh: 生日, en: Born on}}", "{label: {zh: 生日, en: Born on}}", "born_on"),
    ("S003", "entities/customer.yaml", "label: {zh: 客户, en: Customer}\n", "", "entity: customer"),
    ("S003", "entities/order.yaml", "    message: {zh: 金额过大, en: Too much}\n", "", "check: amount"),
    ("S003", "workflows/approval.yaml", "    title: {zh: 录入, en: Entry}\n", "", "fill: apply"),
    ("S003", "automations/old_orders.yaml", "run_as: system\n", "", "automation:"),
    ("S004", "entities/customer.yaml", "entity: customer", "entity: custmer", "entity: custmer"),
    ("S005", "entities/customer.yaml", "  phone:", "  Telefon:", "  Telefon:"),
    ("S005", "entities/customer.yaml", "  born_on:", f"  born_on{'_x' * 30}:", "  born_on"),
    ("S005", "entities/order.yaml", "  core_number:", "  class:", "  class:"),
    ("S005", "entities/order.yaml", "  core_number:", "  version:", "  version:"),
    ("S005", "workflows/approval.yaml", "decide@head\n", "decide@branch\n", "decide@branch\n            title: {zh: 总行"),
    ("Y004", "entities/customer.yaml", "en: Born on", 'en: "Bo\\0rn"', "born_on"),
    ("S002", "entities/order.yaml", "a: {label: {zh: 甲, en: A}}", "a: {label: {zh: 甲, en: A}, valid_from: 2026-02-30}", "      a:"),
    ("S002", "entities/order.yaml", "a: {label: {zh: 甲, en: A}}", "a: {label: {zh: 甲, en: A}, valid_from: 2026-02-02, valid_to: 2026-02-01}", "      a:"),
    ("S005", "entities/order.yaml", "unique: [[customer, kind]]", "unique: [[customer, customer]]", "unique:"),
    ("S002", "entities/order.yaml", "unique: [[customer, kind]]", "unique: [[]]", "unique:"),
    ("S002", "entities/order.yaml", "index: [[status]]", "index: [[]]", "index:"),
    ("S005", "entities/order.yaml", "entity: order\n", "entity: order\nid: customer\n", "entity: order"),
    ("S005", "roles.yaml", "    label: {zh: 复核, en: Checker}\n", "    label: {zh: 复核, en: Checker}\n    id: clerk\n", "  checker:"),
    ("S007", "forms/order.intake.yaml", "columns: 2", f"columns: {'9' * 40}", "columns: 9"),
    ("S008", "choices.yaml", "      L:", "      Ｓ:", "      Ｓ:"),
    ("W012", "workflows/approval.yaml", "{within: 2 days}", "{within: 0 days}", "within: 0"),
    ("W012", "workflows/approval.yaml", "{within: 2 days}", "{within: 2 working days}", "within: 2 working"),
    # Labels
    ("L301", "entities/customer.yaml", "{zh: 生日, en: Born on}", "{zh: 生日}", "born_on"),
    ("L301", "entities/customer.yaml", "{zh: 生日, en: Born on}", "{zh: 生日, en: Born on, fr: Né}", "born_on"),
    ("L301", "entities/customer.yaml", "{zh: 生日, en: Born on}", "Born on", "born_on"),
    ("L305", "entities/customer.yaml", "en: Born on", "en: \"\u3000\"", "born_on"),
    ("L305", "entities/customer.yaml", "en: Born on", "en: Bo\u200brn on", "born_on"),
    # References
    ("R001", "entities/order.yaml", "to: customer", "to: custmer", "  customer:"),
    ("R001", "entities/order.yaml", "choices_from: size", "choices_from: sizes", "  size:"),
    ("R001", "entities/order.yaml", "of: line", "of: lime", "  lines:"),
    ("R001", "entities/order.yaml", "workflow: approval", "workflow: aproval", "workflow:"),
    ("R001", "entities/order.yaml", "    at: size", "    at: sise", "at: sise"),
    ("R001", "entities/order.yaml", "index: [[status]]", "index: [[statos]]", "index:"),
    ("R001", "entities/order.yaml", "{customer.full_name}", "{customer.ful_name}", "title:"),
    ("R001", "entities/customer.yaml", "by: customer", "by: custmer", "orders:"),
    ("R001", "forms/order.intake.yaml", "- amount\n", "- amont\n", "- amont"),
    ("R001", "forms/order.intake.yaml", "columns: [what, price]", "columns: [wat, price]", "columns: [wat"),
    ("R001", "lists/orders.yaml", "customer.full_name,", "customer.fullname,", "columns:"),
    ("R001", "lists/orders.yaml", "open_with: order.intake", "open_with: order.intak", "open_with"),
    ("R001", "pages/customer.yaml", "related: orders", "related: order", "related:"),
    ("R001", "pages/customer.yaml", "call: core.find", "call: core.fnd", "call:"),
    ("R001", "pages/customer.yaml", "values: {number:", "values: {numbr:", "values:"),
    ("R001", "workflows/approval.yaml", "role.clerk", "role.clark", "start:"),
    ("R001", "workflows/approval.yaml", "connector: core.book", "connector: core.boook", "connector:"),
    ("R001", "workflows/approval.yaml", "save: {core_number:", "save: {core_numbr:", "save:"),
    ("R001", "workflows/approval.yaml", "given: {kind: a, amount: 100}", "given: {kinds: a, amount: 100}", "given: {kinds"),
    ("R001", "roles.yaml", "      order:", "      oder:", "      oder:"),
    ("R001", "roles.yaml", "includes: [clerk]", "includes: [clark]", "includes"),
    ("R001", "reports/by_kind.yaml", "drill: orders", "drill: oders", "drill"),
    ("R001", "reports/by_kind.yaml", "x: kind", "x: kinds", "chart"),
    ("R001", "app.yaml", "reports.by_kind", "reports.by_knd", "menu"),
    ("R002", "roles.yaml", "  clerk:\n    label: {zh: 经办, en: Clerk}\n", "  clerk:\n    label: {zh: 经办, en: Clerk}\n    includes: [clerk]\n", "includes: [clerk]"),
    ("R003", "entities/order.yaml", "to: customer", "to: crm.customer", "  customer:"),
    ("L307", "reports/by_kind.yaml", "{value: month_end(created_on), name: month, label: {zh: 月份, en: Month}}", "month_end(created_on)", "rows:"),
    # Expressions
    ("X002", "entities/order.yaml", "when: amount > 500", "when: (amount > 500", "when:"),
    ("X002", "lists/orders.yaml", 'filter: status != "done"', 'filter: status = "done"', "filter:"),
    ("X005", "entities/order.yaml", "check: amount <= param.most", "check: amont <= param.most", "check: amont"),
    ("X005", "entities/order.yaml", "check: amount <= param.most", "check: amount <= param.mst", "check: amount"),
    ("P003", "roles.yaml", "created_by == user.id", "created_by == user.idd", "user.idd"),
    ("X005", "workflows/approval.yaml", "result.number", "result.nmber", "save:"),
    ("X006", "entities/order.yaml", "is_missing(size)", "is_misssing(size)", "is_misssing"),
    ("X011", "roles.yaml", 'update: status == "draft"', "update: status", "update: status\n"),
    ("X020", "lists/orders.yaml", '"done"', '"finished"', "filter"),
    ("X040", "entities/order.yaml", "price: {type: money, required: true,", "price: {type: money, compute: record.total,", "total:"),
    ("X050", "entities/customer.yaml", "max: 20, class", 'max: 20, pattern: "(", class', "phone"),
    # Whole app
    ("C004", "workflows/approval.yaml", "amount: amount, kind: kind}", "amount: amount}", "send:"),
    ("C004", "workflows/approval.yaml", "amount: amount, kind", "amont: 1, amount: amount, kind", "send:"),
    ("C004", "workflows/approval.yaml", "amount: amount,", "amount: kind,", "send:"),
    ("C003", "bindings.yaml", '        mock: {number: "1"}\n      find', "      find", "      book:"),
    ("F001", "forms/order.intake.yaml", "      - amount\n", "      - amount\n      - kind\n", "      - kind\n      - {text"),
    ("F002", "forms/order.intake.yaml", "      - kind\n", "", None),
    ("F003", "forms/order.intake.yaml", "      - kind\n", "      - {field: kind, visible: amount > 5}\n", "visible: amount > 5"),
    ("L303", "entities/order.yaml", "label: {zh: 金额, en: Amount}", "label: {zh: 种类, en: Amount}", None),
    ("W002", "workflows/approval.yaml", "  - choose:\n      - if: amount <= 300", "  - choose: kind\n    a: []\n    c: []\n    b: []\n  - choose:\n      - if: amount <= 300", "    c: []"),
    ("W002", "workflows/approval.yaml", "  - choose:\n      - if: amount <= 300", "  - choose: kind\n    a: []\n  - choose:\n      - if: amount <= 300", "choose: kind"),
    ("W003", "workflows/approval.yaml", "- else: true", "- if: amount > 300", "- choose:"),
    ("W004", "workflows/approval.yaml", "different_people: [apply, decide]", "different_people: [decide, booking]", "decide@branch"),
    ("W005", "workflows/approval.yaml", "            due: {within: 2 days}\n      - else", "      - else", "decide@branch"),
    ("W006", "workflows/approval.yaml", "    on_error: {assign: role.checker}\n", "", "- call: booking"),
    ("W008", "workflows/approval.yaml", "    unknown_result: {ask: core.find}\n", "", "- call: booking"),
    ("W009", "workflows/approval.yaml", "pick: claim}\n            due: {within: 2 days}", "pick: claim}\n            due: {within: 2 days, then: approve}", "then: approve"),
    ("W013", "workflows/approval.yaml", "different_people: [apply, decide]", "different_people: [apply, decide, chek]", "different_people"),
    ("W013", "workflows/approval.yaml", "path: [apply, decide@head, booking]", "path: [apply, decide@hed, booking]", "decide@hed"),
    ("W014", "workflows/approval.yaml", "    path: [apply, decide@head, booking]", "    path: [apply, decide@branch, booking]", "decide@head"),
    ("P001", "roles.yaml", "        create: true\n        read: created_by == user.id\n", "", None),
    ("P002", "roles.yaml", "read: branch.path in user.branch_tree,", "read: true, fields: {phone: read},", "fields: {phone"),
    (
        "P004",
        "roles.yaml",
        '        read: created_by == user.id\n        update: status == "draft"\n  checker:\n    label: {zh: 复核, en: Checker}\n    includes: [clerk]',
        "  checker:\n    label: {zh: 复核, en: Checker}\n    access: {order: {read: true}}",
        "        create: true",
    ),
    ("P005", "roles.yaml", "update: true}", "update: true, export: true, unmask: [phone]}", "export: true"),
    ("S012", "entities/order.yaml", "  core_number:", "  more: {type: rows, of: line, label: {zh: 更多, en: More}}\n  core_number:", "more:"),
    ("S011", "entities/order.yaml", "{type: choice, choices_from: size, label", "{type: text, label", None),
    ("N201", "entities/order.yaml", '"round(sum(l.price * l.count for l in lines), 2)"', "sum(l.price / 3 for l in lines)", "total:"),
    ("N204", "entities/order.yaml", "  core_number:", "  share: {type: decimal, scale: 4, percent: true, check: share <= 55, message: {zh: 过高, en: High}, label: {zh: 占比, en: Share}}\n  core_number:", "share:"),
    ("X301", "entities/order.yaml", "when: amount > 500", "when: not (amount > 500)", "when:"),
    ("X302", "entities/order.yaml", "when: amount > 500", "when: 1 < 2", "when:"),
    ("X302", "entities/order.yaml", "when: amount > 500", "when: amount > 500 and amount < 400", "when:"),
    ("X304", "lists/orders.yaml", 'filter: status != "done"', "filter: amount * 2 > 500", "filter: amount"),
    ("L304", "entities/customer.yaml", "en: Born on", "en: Born on this very day of the year", "born_on"),
]  # fmt: skip

#: Mistakes whose one finding stands in another file than the mistake.
ELSEWHERE = {
    ("F002", "forms/order.intake.yaml"): ("entities/order.yaml", "  kind:"),
    ("L303", "entities/order.yaml"): ("forms/order.intake.yaml", "- amount"),
    ("P001", "roles.yaml"): ("entities/order.yaml", "entity: order"),
    ("S011", "entities/order.yaml"): ("choices.yaml", "  size:"),
}
#: Mistakes that two places share.
ALSO = {
    "X040": ["price:"],
    "P001": [],
}


def test_the_small_app_is_clean() -> None:
    """The app that the cases break has nothing wrong itself."""
    loaded = load_app(FILES)

    assert [] == places(loaded.diagnostics)
    assert loaded.app is not None


@pytest.mark.parametrize(("code", "path", "old", "new", "text"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
def test_one_mistake_gives_one_finding_at_its_line(code: str, path: str, old: str, new: str, text: str | None) -> None:
    """Each mistake is found, at the very line, and nothing is said that only follows from it."""
    files = changed(path, old, new)
    where, text = (path, text) if text is not None else ELSEWHERE[code, path]
    expected = [(code, where, line_of(where, text, files))]
    expected += [(code, where, line_of(where, more, files)) for more in ALSO.get(code, [])]

    assert expected == places(load_app(files).diagnostics)


@pytest.mark.parametrize(("code", "path", "old", "new", "text"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
def test_every_finding_speaks_both_languages(code: str, path: str, old: str, new: str, text: str | None) -> None:
    """A sentence or hint in one language only would stand untranslated before half of the readers."""
    for found in load_app(changed(path, old, new)).diagnostics:
        assert found.message and found.message_zh
        assert bool(found.hint) == bool(found.hint_zh)


_ONE_WAY = """\
  - choose: kind
    a: []
    b:
      - approve: decide@branch
        title: {zh: 支行审批, en: Branch decides}
        by: role.checker
        due: {within: 2 days}
"""
_WITH_CONDITION = """\
  - approve: decide@branch
    title: {zh: 支行审批, en: Branch decides}
    when: kind == "b"
    by: role.checker
    due: {within: 2 days}
"""


@pytest.mark.parametrize("steps", [_ONE_WAY, _WITH_CONDITION])
def test_a_way_on_which_nobody_decides_breaks_no_four_eyes(steps: str) -> None:
    """Where a case needs no approval at all, nobody decides what he entered; a decision elsewhere is kept apart by its rule."""
    flow = FILES["workflows/approval.yaml"]
    start, end = flow.index("  - choose:"), flow.index("  - call: booking")
    files = {**FILES, "workflows/approval.yaml": flow[:start] + steps + flow[end : flow.index("examples:")]}

    assert [("W014", "workflows/approval.yaml", 1)] == places(load_app(files).diagnostics)


def test_a_skipped_approval_keeps_nobody_apart() -> None:
    """A separated approval that may be skipped does not make up for one that is not separated."""
    flow = FILES["workflows/approval.yaml"]
    loose = "  - approve: glance\n    title: {zh: 阅示, en: Glance}\n    by: role.checker\n    due: {within: 2 days}\n"
    start, end = flow.index("  - choose:"), flow.index("  - call: booking")
    files = {**FILES, "workflows/approval.yaml": flow[:start] + _WITH_CONDITION + loose + flow[end : flow.index("examples:")]}

    assert "W004" in [found.code for found in load_app(files).diagnostics]


def test_a_field_called_label_is_no_label() -> None:
    """A field may be called `label`; its condition is not a label that is too long."""
    field = "  label: {type: text, read_only: amount > 500 and amount > 600 and amount > 700, label: {zh: 标签, en: Tag}}\n"

    assert [] == places(load_app(changed("entities/order.yaml", "  core_number:", field + "  core_number:")).diagnostics)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("entities/order.yaml", "unique:", "".join(f"kez{n}: 1\n" for n in range(30_000)) + "unique:"),
        ("entities/order.yaml", "  core_number:", "".join(f"  n{n}: {{tipe: text}}\n" for n in range(15_000)) + "  core_number:"),
        ("entities/order.yaml", "  core_number:", "".join(f"  n{n}: {{type: text}}\n" for n in range(15_000)) + "  core_number:"),
        ("lists/orders.yaml", "columns: [", "columns: [" + "".join(f"a{n}, " for n in range(30_000))),
    ],
    ids=["keys", "fields", "labels", "paths"],
)
def test_thousands_of_mistakes_are_answered_in_time(path: str, old: str, new: str) -> None:
    """A hostile file costs seconds of nobody's time: 2 s on a quiet machine, with a margin for a loaded one."""
    files = changed(path, old, new)
    start = time.process_time()
    loaded = load_app(files)

    assert 100 == len(loaded.diagnostics)
    assert in_time(time.process_time() - start, 6)


def test_a_case_of_the_tests_shows_a_way_as_an_example_does() -> None:
    """A branch that only a case under `tests/` comes to is worked through, and so is a workflow that has no example of its own."""
    flow = FILES["workflows/approval.yaml"]
    case = "tests: flow\ncases:\n  all_ways: {entity: order, given: {kind: a, amount: 600}, do: [submit, approve STEP]}\n"
    without = flow[: flow.index("examples:")]
    less = changed("workflows/approval.yaml", "path: [apply, decide@head, booking]", "path: [apply, decide@branch, booking]")

    def found(files: dict[str, str], step: str) -> list[str]:
        said = load_app({**files, "tests/flow.yaml": case.replace("STEP", step)}).diagnostics
        return [each.message for each in said if each.code == "W014"]

    assert [] == found(less, "decide@head")
    assert ["No example reaches 'decide@head'."] == found(less, "decide@branch")
    assert ["No example reaches 'decide@branch'."] == found({**FILES, "workflows/approval.yaml": without}, "decide@head")
