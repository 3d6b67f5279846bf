"""Renaming a field rewrites every reference, keeps the data by its id, and can be taken back to the byte."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from forms_dsl.diagnostics import Diagnostic, has_errors
from forms_dsl.diff import diff_apps
from forms_dsl.edit.comments import comment_texts
from forms_dsl.edit.tree import parse_tree
from forms_dsl.load import load_app, read_folder
from forms_dsl.rename import NotRenamed, rename_field
from tests.definitions import SHIPPED
from tests.forms_dsl.small_app import FILES as SMALL

FILES = read_folder(SHIPPED / "bank_customer")


def check(files: Mapping[str, str]) -> Iterable[Diagnostic]:
    return load_app(files).diagnostics


@pytest.mark.parametrize("thing", ["loan_application.amount", "customer.full_name", "loan_application.status"])
def test_every_reference_follows_and_the_way_back_is_the_identity(thing: str) -> None:
    """The app is whole under the new name, the difference is a rename and no loss, all comments are there; back gives the same bytes."""
    entity, _, old = thing.rpartition(".")
    renamed = rename_field(FILES, thing, "x_given_name", check)
    before, after = load_app(FILES), load_app(renamed.files)

    assert renamed.references
    assert not has_errors(after.diagnostics)
    kinds = {type(change).__name__ for change in diff_apps(before.app, after.app)}  # type: ignore[arg-type]
    assert "FieldRenamed" in kinds and not kinds & {"FieldRemoved", "FieldAdded"}
    for path, text in FILES.items():
        assert comment_texts(text, parse_tree(text)) == comment_texts(renamed.files[path], parse_tree(renamed.files[path]))
    assert FILES == rename_field(renamed.files, f"{entity}.x_given_name", old, check).files


def test_fields_of_rows_are_renamed() -> None:
    """A field of a row type, with the aggregates, columns and totals that read it."""
    renamed = rename_field(SMALL, "order.line.price", "unit_price", check).files

    assert "unit_price:" in renamed["entities/order.yaml"]
    assert "columns: [what, unit_price], min: 1, totals: [unit_price]" in "".join(renamed.values())
    assert SMALL == rename_field(renamed, "order.line.unit_price", "price", check).files


def test_what_is_not_a_reference_stays() -> None:
    """The same word in a label, a comment and as a field of another entity is left alone."""
    renamed = rename_field(FILES, "loan_application.amount", "sum_asked", check).files

    assert FILES["entities/loan.yaml"] == renamed["entities/loan.yaml"]
    assert "who decides follows from the amount" in renamed["workflows/loan_approval.yaml"]
    assert "sum_asked:\n    id: amount\n" in renamed["entities/loan_application.yaml"]


@pytest.mark.parametrize(
    ("thing", "name"),
    [
        ("loan_application.amount", "term"),
        ("loan_application.amount", "Amount"),
        ("loan_application.amount", "class"),
        ("loan_application.nothing", "x"),
        ("nothing.amount", "x"),
        ("loan_application", "x"),
    ],
)
def test_what_cannot_be_renamed_is_refused(thing: str, name: str) -> None:
    """A name that is taken or none, a field that is not there: nothing is changed."""
    with pytest.raises(NotRenamed):
        rename_field(FILES, thing, name, check)
