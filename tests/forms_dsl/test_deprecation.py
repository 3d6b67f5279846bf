"""What is marked as deprecated is told wherever it is named, with what its author says to use instead."""

from __future__ import annotations

import pytest

from forms_dsl.load import load_app
from tests.forms_dsl.small_app import FILES

MARK = "deprecated: {zh: 请改用别的, en: Use another}"

#: File, the text that gets the mark behind it, and the file of a use and its text.
MARKED = [
    ("entities/order.yaml", "  amount:\n", "forms/order.intake.yaml", "amount"),
    ("entities/order.yaml", "  amount:\n", "lists/orders.yaml", "amount"),
    ("entities/order.yaml", "      open: {", "workflows/approval.yaml", "open"),
    ("entities/order.yaml", "      open: {", "automations/old_orders.yaml", '"open"'),
    ("entities/customer.yaml", "entity: customer\n", "entities/order.yaml", "customer"),
    ("choices.yaml", "  size:\n", "entities/order.yaml", "size"),
    ("params.yaml", "  most:\n", "entities/order.yaml", "most"),
    ("roles.yaml", "  clerk:\n", "params.yaml", "role.clerk"),
    ("bindings.yaml", "      book:\n", "workflows/approval.yaml", "core.book"),
    ("forms/order.intake.yaml", "form: order.intake\n", "lists/orders.yaml", "order.intake"),
    ("lists/orders.yaml", "list: orders\n", "app.yaml", "lists.orders"),
    ("reports/by_kind.yaml", "report: by_kind\n", "app.yaml", "reports.by_kind"),
]


def _marked(path: str, behind: str) -> dict[str, str]:
    text = FILES[path]
    assert behind in text
    indent = " " * (len(behind) - len(behind.lstrip()) + 2) if behind.startswith(" ") else ""
    mark = f"{MARK}, " if behind.endswith("{") else f"{indent}{MARK}\n"
    return {**FILES, path: text.replace(behind, f"{behind}{mark}", 1)}


@pytest.mark.parametrize(("path", "behind", "where", "name"), MARKED)
def test_a_use_of_a_deprecated_thing_is_told_at_its_place(path: str, behind: str, where: str, name: str) -> None:
    """The finding stands at the reference, is a warning, and hands on the author's advice in both languages."""
    files = _marked(path, behind)
    loaded = load_app(files)
    found = [one for one in loaded.diagnostics if one.code == "R010" and one.span.file == where]

    assert found, [(one.code, one.span.file, one.message) for one in loaded.diagnostics]
    assert loaded.app is not None
    lines = files[where].split("\n")
    assert name in {lines[one.span.line - 1][one.span.column - 1 : one.span.end_column - 1] for one in found}
    assert {("warning", "Use another", "请改用别的")} == {(one.severity, one.hint, one.hint_zh) for one in found}


def test_a_field_may_be_called_deprecated() -> None:
    """A field of that name marks nothing: uses of other fields beside it are told."""
    files = _marked("choices.yaml", "  size:\n")
    order = files["entities/order.yaml"].replace(
        "  lines: {", "  deprecated: {type: boolean, label: {zh: 旧, en: Old}}\n  lines: {"
    )

    assert "R010" in {one.code for one in load_app({**files, "entities/order.yaml": order}).diagnostics}


def test_a_deprecated_thing_may_use_others() -> None:
    """A form that is deprecated itself still shows the deprecated field; tests and examples still fill it in."""
    files = _marked("entities/order.yaml", "  amount:\n")
    form = files["forms/order.intake.yaml"].replace("entity: order\n", f"entity: order\n{MARK}\n")
    found = load_app({**files, "forms/order.intake.yaml": form}).diagnostics

    assert "forms/order.intake.yaml" not in {one.span.file for one in found if one.message == "'amount' is deprecated."}
    examples = files["workflows/approval.yaml"].split("\n").index("examples:")
    assert not [one for one in found if one.code == "R010" and one.span.file.startswith("workflows") and one.span.line > examples]
    assert "lists/orders.yaml" in {one.span.file for one in found if one.code == "R010"}
