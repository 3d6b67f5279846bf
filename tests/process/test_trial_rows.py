"""The trial run over child rows that were typed in."""

from __future__ import annotations

from runtime.process.trial import try_workflow
from runtime.store.database import Database
from tests.process.bank import APP, FILES, open_bank

LOAN = FILES["entities/loan.yaml"].replace(
    "  purpose:", "  incomes: {type: rows, of: income, label: {zh: 收入, en: Income}}\n  purpose:"
)
ROWS = "rows:\n  income:\n    fields:\n      amount: {type: money, required: true, label: {zh: 金额, en: Amount}}\n"


def test_child_rows_are_read_like_those_of_a_record(database: Database) -> None:
    """What the form sends of its rows is no unknown field."""
    bank = open_bank(database, files={"entities/loan.yaml": LOAN + ROWS})
    values = {"amount": "100.00", "term": 12, "incomes": [{"amount": "5.00"}]}

    with database.read() as connection:
        trial = try_workflow(connection, bank.context("clerk"), APP, "approval", values, None)
    assert ["apply", "check"] == [step["step"] for step in trial["steps"]][:2]  # type: ignore[union-attr, index]
