"""`lookup` over a decision table and `any_where` over an answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from forms_dsl.expr.available import targets_of
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.json_values import to_json
from forms_dsl.expr.lookups import LookupCell, LookupRow, LookupTable
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.scope import CONNECTOR, FILTER, FORM, STORED, Scope
from forms_dsl.expr.tree import ValueType
from forms_dsl.load import load_app
from runtime.compile.expr_scope import LateValues
from runtime.compile.expr_sql import lower_value
from runtime.store.database import Database
from tests.expr.agreement import dialect
from tests.expr.world import CHOICE, MONEY, RECORD, TEXT, TableScope, check, checked, make_tables, scope
from tests.forms_dsl.small_app import FILES

LEVEL = ValueType("choice", codes=("low", "high"))
_KIND = "kind"


def _cell(source: str, type: ValueType = MONEY) -> LookupCell:
    return LookupCell(checked(source, scope=Scope(FORM, {"amount": type})).tree)


TABLE = LookupTable(
    {"amount": MONEY, _KIND: CHOICE},
    LEVEL,
    (
        LookupRow({"amount": LookupCell(missing=True)}, "low"),
        LookupRow({"amount": _cell("amount >= 1000.00"), _KIND: LookupCell(checked('kind in ["A", "B"]', scope=Scope(FORM, {_KIND: CHOICE})).tree)}, "high"),
        LookupRow({"amount": _cell("amount < 10")}, "high", valid_from=dt.date(2026, 1, 1)),
        LookupRow({"amount": _cell("amount < 1000")}, "low"),
    ),
)  # fmt: skip
SCOPE = replace(scope(FILTER), tables={"level": TABLE})
#: Key values with what the table gives on 31 March 2025.
ROWS = (
    (None, "A", "low"),
    ("1000.00", "A", "high"),
    ("1000.00", "C", None),
    ("1000.00", None, None),
    ("5.00", "A", "low"),
    ("999.99", None, "low"),
)


def test_the_first_row_that_applies_counts(database: Database) -> None:
    """A lookup has on every target the output of the first row whose cells admit the keys, and is missing without one."""
    tree = checked('lookup("level", m1, c1)', scope=SCOPE).tree
    facts = Facts(today=dt.date(2025, 3, 31))
    records = [{"id": f"r{n}", "m1": amount and Decimal(amount), "c1": kind} for n, (amount, kind, _) in enumerate(ROWS)]
    with database.write() as connection:
        make_tables(connection)
        connection.execute(sa.insert(RECORD), records)
    late = LateValues()
    query = sa.select(lower_value(tree, TableScope(dialect(database), late))).order_by(RECORD.c.id)
    with database.read() as connection:
        found = [row[0] for row in connection.execute(query, late.values(facts))]

    expected = [level for _, _, level in ROWS]
    assert expected == [compile_python(tree)(replace(facts, record=record)) for record in records]
    assert expected == found
    assert frozenset("PS") == targets_of(tree)


def test_a_row_counts_only_on_its_days() -> None:
    """A row that is not yet valid is passed over."""
    evaluate = compile_python(checked('lookup("level", m1, c1)', scope=SCOPE).tree)

    for day, level in ((dt.date(2025, 12, 31), "low"), (dt.date(2026, 1, 1), "high")):
        assert level == evaluate(Facts(record={"m1": Decimal(5)}, today=day))


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ('lookup("levle", m1, c1)', "X005"),
        ("lookup(t1, m1, c1)", "X013"),
        ('lookup("level", m1)', "X012"),
        ('lookup("level", t1, c1)', "X011"),
        ('lookup("level", m1, "Z")', "X020"),
        ('lookup("level", m1, c1) == "middle"', "X020"),
    ],
)
def test_a_wrong_lookup_is_refused(source: str, code: str) -> None:
    """Table, keys and result are typed."""
    assert [code] == [finding.code for finding in check(source, scope=SCOPE)[1]]


def test_a_lookup_may_not_be_stored() -> None:
    """What it gives may change without the record."""
    stored = replace(SCOPE, place=STORED)

    assert ["X030"] == [finding.code for finding in check('lookup("level", m1, c1)', scope=stored)[1]]


def test_a_decision_of_the_app_can_be_looked_up() -> None:
    """The tables of an app are known to its expressions; another name gets the nearest one."""
    table = """\
decision: fee
label: {zh: 费率, en: Fee}
kind: table
given: {amount: order.amount}
output: {rate: decimal}
rows:
  - {row: small, if: {amount: amount < 100}, then: {rate: 0.5}}
  - {row: large, if: {amount: amount >= 100}, then: {rate: 0.25}}
  - {row: none, if: {amount: missing}, then: {rate: 0}}
"""
    field = "  fee: {type: decimal, scale: 2, compute: 'round(lookup(\"NAME\", amount), 2)', label: {zh: 费用, en: Fee}}\n"
    order = FILES["entities/order.yaml"]
    for name, codes in (("fee", []), ("fees", ["X005"])):
        files = {**FILES, "decisions/fee.yaml": table}
        files["entities/order.yaml"] = order.replace("fields:\n", "fields:\n" + field.replace("NAME", name), 1)
        loaded = load_app(files)
        assert codes == [found.code for found in loaded.diagnostics if found.severity == "error"], loaded.diagnostics
        if not codes:
            assert loaded.app is not None
            compute = loaded.app.entities["order"].fields["fee"].compute
            assert compute is not None
            values = [
                compile_python(compute.tree)(Facts(record={"amount": amount})) for amount in (Decimal(5), Decimal(500), None)
            ]
            assert ["0.5", "0.25", "0"] == [to_json(value) for value in values]


def test_the_elements_of_an_answer_are_searched() -> None:
    """`any_where` is true when an element has the value in the field, and only connector definitions have it."""
    rows = ValueType("rows", rows={"status": TEXT, "amount": MONEY})
    answers = Scope(CONNECTOR, {}, result={"transactions": rows})
    evaluate = compile_python(checked('any_where(result.transactions, "status", "booked")', scope=answers).tree)

    for given, expected in (
        ([{"status": "open"}, {"status": "booked"}], True),
        ([{"status": "open"}], False),
        ([], False),
        (None, False),
    ):
        assert expected is evaluate(Facts(result={"transactions": given}))
    assert ["X005"] == [f.code for f in check('any_where(result.transactions, "state", "a")', scope=answers)[1]]
    assert ["X011"] == [f.code for f in check('any_where(result.transactions, "amount", "a")', scope=answers)[1]]
    assert ["X030"] == [f.code for f in check('any_where(lines, "t", "a")')[1]]
