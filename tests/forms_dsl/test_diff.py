"""From one version to the next: every difference is told, in both languages, and the dangerous ones are flagged."""

from __future__ import annotations

import re

import pytest

from forms_dsl.diff import diff_apps
from forms_dsl.differences import parts_in_words, same
from forms_dsl.kinds import KINDS
from forms_dsl.load import load_app
from forms_dsl.model import App
from tests.forms_dsl.small_app import FILES, changed


def _app(files: dict[str, str]) -> App:
    loaded = load_app(files)
    assert loaded.app is not None, loaded.diagnostics
    return loaded.app


BEFORE = _app(FILES)


def _changes(path: str, old: str, new: str) -> list[tuple[str, str, str | None]]:
    return [(type(c).__name__, c.thing, c.flag) for c in diff_apps(BEFORE, _app(changed(path, old, new)))]


def test_nothing_changed_is_no_change() -> None:
    """Remarks, comments and places are no changes of the app."""
    files = {path: f"# remark\n{text}" for path, text in FILES.items()}

    assert () == diff_apps(BEFORE, _app(files))


def test_a_first_publication_tells_every_thing() -> None:
    """When there was nothing before, everything is new and nothing is widened."""
    first = diff_apps(None, BEFORE)

    assert "AppAdded" == type(first[0]).__name__
    assert {"customer", "order"} == {c.thing for c in first if type(c).__name__ == "EntityAdded"}
    assert {"customer.edit", "order.intake"} <= {c.thing for c in first}
    assert {None} == {c.flag for c in first}


CASES = [
    ("entities/customer.yaml", "  phone:", "  nick: {type: text, label: {zh: 昵称, en: Nick}}\n  phone:", [("FieldAdded", "customer.nick", None)]),
    ("entities/customer.yaml", "  born_on: {type: date, label: {zh: 生日, en: Born on}}\n", "", None),
    ("entities/customer.yaml", "max: 60", "max: 50", [("FieldOptionsChanged", "customer.full_name", None)]),
    ("entities/customer.yaml", "required: true, ", "", [("FieldRequiredChanged", "customer.full_name", None)]),
    ("entities/customer.yaml", "max: 60,", "max: 60, unique: true,", [("FieldUniqueChanged", "customer.full_name", None)]),
    ("entities/customer.yaml", "class: C2, ", "", [("FieldChanged", "customer.phone", "widened")]),
    ("entities/customer.yaml", 'mask: "3****4"', "mask: last4", [("FieldChanged", "customer.phone", "widened")]),
    ("entities/customer.yaml", "zh: 生日", "zh: 出生日期", [("FieldChanged", "customer.born_on", None)]),
    ("entities/customer.yaml", "type: text, max: 20, class: C2, mask", "type: mobile_cn, class: C2, mask", None),
    ("entities/order.yaml", "when: amount > 500", "when: amount > 600", [("EntityChanged", "order", None)]),
    ("entities/order.yaml", "      price: {type: money, required: true,", "      price: {type: money, scale: 1, required: true,", [("FieldOptionsChanged", "order.line.price", "destructive")]),
    ("forms/order.intake.yaml", "      - kind\n", "", None),
    ("forms/order.intake.yaml", "      - customer\n      - kind\n", "      - kind\n      - customer\n", [("FormItemMoved", "order.intake", None)]),
    ("forms/order.intake.yaml", "required_when: amount > 500", "required_when: amount > 400", [("FormItemChanged", "order.intake", None)]),
    ("forms/order.intake.yaml", "visible: amount > 100", "visible: amount > 90", [("FormChanged", "order.intake", None)]),
    ("lists/orders.yaml", "[number]", "[number, kind]", [("ThingChanged", "orders", None)]),
    ("pages/customer.yaml", "facts: [born_on, phone]", "facts: [phone]", [("ThingChanged", "customer", None)]),
    ("workflows/approval.yaml", "{within: 2 days}", "{within: 3 days}", [("ThingChanged", "approval", None)]),
    ("workflows/approval.yaml", "count: 2", "count: 3", [("ThingChanged", "approval", "widened")]),
    ("automations/old_orders.yaml", "> 30", "> 40", [("ThingChanged", "old_orders", None)]),
    ("reports/by_kind.yaml", "drill: orders\n", "", [("ThingChanged", "by_kind", None)]),
    ("roles.yaml", "read: created_by == user.id", "read: true", [("ThingChanged", "clerk", "widened")]),
    ("roles.yaml", "update: true}", "update: false}", [("ThingChanged", "clerk", None)]),
    ("roles.yaml", "update: true}", "update: true, deny: is_missing(branch)}", [("ThingChanged", "clerk", None)]),
    ("roles.yaml", "update: true}", "update: true, fields: {phone: write}}", [("ThingChanged", "clerk", "widened")]),
    ("roles.yaml", "update: true}", "update: true, fields: {full_name: masked}}", [("ThingChanged", "clerk", None)]),
    ("bindings.yaml", 'version: ">=1.0"', 'version: ">=1.1"', [("ThingChanged", "core", None)]),
    ("params.yaml", "1000.00", "2000.00", [("ThingChanged", "most", None)]),
    ("app.yaml", "version: 1.0.0", "version: 1.0.1", [("AppChanged", "small", None)]),
    ("choices.yaml", "      L:", "      M: {label: {zh: 中, en: Middle}}\n      L:", [("FieldOptionsChanged", "order.size", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "old", "new", "expected"), [case for case in CASES if case[3] is not None])
def test_a_change_is_told_as_what_it_is(path: str, old: str, new: str, expected: list[tuple[str, str, str | None]]) -> None:
    """One difference is one change, of its own class, with its flag."""
    assert expected == _changes(path, old, new)


def test_a_removed_field_may_lose_data() -> None:
    """A removed field and another type are flagged."""
    files = changed("entities/customer.yaml", "  born_on: {type: date, label: {zh: 生日, en: Born on}}\n", "")
    files = {path: text.replace("born_on, ", "") for path, text in files.items()}
    changes = diff_apps(BEFORE, _app(files))

    assert ("FieldRemoved", "customer.born_on", "destructive") in [(type(c).__name__, c.thing, c.flag) for c in changes]
    assert "删除字段 生日（客户）" in [c.words["zh"] for c in changes]
    assert "Removed field Born on (Customer)" in [c.words["en"] for c in changes]


def test_a_new_name_with_the_old_id_is_no_new_field() -> None:
    """What keeps its id is renamed, so its data stays."""
    files = {path: text.replace("born_on", "birth_date") for path, text in FILES.items()}
    files["entities/customer.yaml"] = files["entities/customer.yaml"].replace("birth_date: {", "birth_date: {id: born_on, ")
    kinds = {type(c).__name__ for c in diff_apps(BEFORE, _app(files))}

    assert "FieldRenamed" in kinds
    assert not {"FieldAdded", "FieldRemoved"} & kinds


def test_another_type_is_destructive() -> None:
    """A field of another type is told with both types."""
    files = changed("entities/customer.yaml", "type: text, max: 20, class: C2, mask", "type: mobile_cn, class: C2, mask")
    changes = [c for c in diff_apps(BEFORE, _app(files)) if type(c).__name__ == "FieldTypeChanged"]

    assert ["destructive"] == [c.flag for c in changes]
    assert "text → mobile_cn" in changes[0].words["en"]


#: A harmless edit of each kind of value, tried at every place where it fits.
EDITS = [
    (re.compile(r"zh: ([^,}\n]+)"), "zh: 改"),
    (re.compile(r"> (\d+)"), "> 7"),
    (re.compile(r"max: (\d+)"), "max: 59"),
    (re.compile(r"columns: (2)"), "columns: 3"),
    (re.compile(r"read: (created_by == user.id)"), "read: created_by != user.id"),
    (re.compile(r"(\[number\])"), "[number, amount]"),
    (re.compile(r"within: (2 days)"), "within: 4 days"),
    (re.compile(r"(, required: true)"), ""),
    (re.compile(r"(pick: claim)"), "pick: first"),
]


def _edited() -> list[tuple[str, dict[str, str]]]:
    found = []
    for path, text in FILES.items():
        for pattern, new in EDITS:
            for match in pattern.finditer(text):
                edited = text[: match.start()] + new + text[match.end() :]
                found.append((f"{path}:{match.start()}", {**FILES, path: edited}))
    return found


@pytest.mark.parametrize("files", [files for _, files in _edited()], ids=[name for name, _ in _edited()])
def test_no_difference_is_ever_missed(files: dict[str, str]) -> None:
    """Whatever part of the model becomes another one, there is a change, with words in both languages and a file."""
    after = load_app(files).app
    if after is None:
        return  # an edit that is no app any more has no changes to tell
    changes = diff_apps(BEFORE, after)
    back = diff_apps(after, BEFORE)
    differs = not same(BEFORE, after)

    assert differs == bool(changes) == bool(back)
    assert all(c.words["zh"] and c.words["en"] and c.file in FILES and c.label is not None for c in changes)
    assert {c.kind for c in changes} <= {kind.piece or "app" for kind in KINDS.values()}


def test_a_new_field_says_when_it_is_shown() -> None:
    """Who approves reads the condition, not only that a field came."""
    before = load_app(changed("forms/order.intake.yaml", "      - {field: size, required_when: amount > 500}\n", "")).app
    after = load_app(changed("forms/order.intake.yaml", "{field: size,", "{field: size, visible: amount > 700,")).app
    assert before is not None and after is not None
    [change] = [change for change in diff_apps(before, after) if type(change).__name__ == "FormItemAdded"]

    assert change.words["zh"].endswith("，仅当 amount > 700 时显示")
    assert change.words["en"].endswith(", shown only when amount > 700")


def test_a_renamed_field_stays_in_its_form() -> None:
    """The item of a field that kept its id neither goes nor comes."""
    renamed = {
        path: re.sub(r"\bamount\b", "total_amount", text).replace("  total_amount:\n", "  total_amount:\n    id: amount\n")
        for path, text in FILES.items()
    }
    kinds = [type(change).__name__ for change in diff_apps(_app(FILES), _app(renamed))]
    assert "FieldRenamed" in kinds and not {"FormItemAdded", "FormItemRemoved"} & set(kinds), kinds


def test_what_a_step_lets_people_write_has_chinese_words() -> None:
    """No name of a key stands in a Chinese sentence."""
    assert [parts_in_words((part,), "zh") for part in ("fields", "write", "read")] == ["字段", "可写", "可读"]


FLOW = "workflows/approval.yaml"
ROLES = "roles.yaml"


def _widening(files: dict[str, str]) -> dict[str, str]:
    """A flow and a role that name the amount in rights, limits and conditions."""
    flow = files[FLOW].replace("    by: starter\n", "    by: starter\n    fields: {write: [amount, kind]}\n")
    flow = flow.replace("pick: claim}", "pick: claim}\n            limit: amount")
    flow = flow.replace(
        "      different_people", "      editors_of: [amount]\n      may_not_act_at: [decide]\n      different_people"
    )
    roles = files[ROLES].replace(
        "read: created_by == user.id", "read: created_by == user.id and amount < 900\n        fields: {amount: read}"
    )
    return {**files, FLOW: flow, ROLES: roles}


def test_a_renamed_field_widens_nothing() -> None:
    """Rights, limits, four eyes and row rules that name the field under its new name are what they were."""
    before = _widening(FILES)
    after = {
        path: re.sub(r"\bamount\b", "total_amount", text).replace("  total_amount:\n", "  total_amount:\n    id: amount\n")
        for path, text in before.items()
    }
    changes = diff_apps(_app(before), _app(after))

    assert "FieldRenamed" in {type(change).__name__ for change in changes}
    assert [] == [change.words["en"] for change in changes if change.flag == "widened"]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (FLOW, "write: [amount, kind]", "write: [amount, kind, size]"),
        (FLOW, "limit: amount", "limit: amount / 2"),
        (FLOW, "editors_of: [amount]", "editors_of: [kind]"),
        (ROLES, "amount < 900", "amount < 9000"),
        (ROLES, "fields: {amount: read}", "fields: {amount: write}"),
    ],
)
def test_what_gives_more_is_told_as_widened(path: str, old: str, new: str) -> None:
    """More fields to write, another limit, other editors, more rows: each is said before it is live."""
    before = _widening(FILES)
    assert old in before[path]

    assert "widened" in {
        change.flag for change in diff_apps(_app(before), _app({**before, path: before[path].replace(old, new)}))
    }
