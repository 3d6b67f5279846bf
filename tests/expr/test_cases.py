"""The shared cases: every rule and pitfall of the language, by Python, the reference interpreter and both databases."""

from __future__ import annotations

import re

import pytest

from builder.expression_lab.browser import run_browser
from builder.expression_lab.reference import Reference
from forms_dsl.expr.available import targets_of
from forms_dsl.expr.ir import to_ir
from forms_dsl.expr.json_values import facts_json, to_json
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.scope import FILTER
from runtime.store.database import Database
from tests.expr.agreement import Example, dialect, sql_filter, sql_values
from tests.expr.case_file import Case, Refused, browser_form, read_cases
from tests.expr.world import ANY, FIELDS, check, checked, make_tables, scope, world_of

CASES, REFUSED = read_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_python_and_the_reference_give_the_value(case: Case) -> None:
    """The value of a case is the value in Python and in the reference interpreter."""
    world = world_of(case.facts)
    facts = world.facts(world.records[0])
    expression = checked(case.expression, scope=scope(ANY))

    assert case.value == to_json(compile_python(expression.tree)(facts))
    assert case.value == to_json(Reference(case.expression, FIELDS).value(facts))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_json_form_of_a_case_is_up_to_date(case: Case) -> None:
    """What the browser interprets in its test is what the server makes of the expression."""
    assert case.ir == browser_form(case.expression), "run python -m tests.expr.case_file"


def test_the_browser_gives_the_value() -> None:
    """The value of each case is the value in the browser's interpreter, as it runs on the server's side of the tests."""
    cases = [case for case in CASES if "J" in targets_of(checked(case.expression, scope=scope(ANY)).tree)]
    lines: list[object] = []
    for case in cases:
        world = world_of(case.facts)
        lines += [{"facts": [facts_json(world.facts(world.records[0]))]}, to_ir(checked(case.expression, scope=scope(ANY)).tree)]

    assert [] == [(c.name, c.value, f) for c, [f] in zip(cases, run_browser(lines), strict=True) if f != c.value]


def test_the_database_gives_the_value(database: Database) -> None:
    """The value of each case is the value in the database, and a condition chooses its record or not."""
    wrong = []
    with database.write() as connection:
        make_tables(connection)
        for case in CASES:
            if "S" not in targets_of(checked(case.expression, scope=scope(ANY)).tree):
                continue
            example = Example(case.expression, checked(case.expression, scope=scope(ANY)), world_of(case.facts))
            example.world.insert(connection)
            found = [sql_values(connection, example, dialect(database))]
            expected: list[object] = [[case.value]]
            if example.expression.type.name == "boolean":
                found += [sql_filter(connection, example, dialect(database), positive=positive) for positive in (True, False)]
                expected += [[case.value is True], [case.value is not True]]
            if found != expected:
                wrong.append((case.name, expected, found))
    assert [] == wrong


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_what_is_not_in_the_language_is_refused_at_its_place(case: Refused) -> None:
    """A text that is no expression gets its code at the very column, in both languages."""
    expression, findings = check(case.expression, scope=scope(ANY if case.place == "any" else FILTER))

    assert expression is None
    assert (case.code, case.column) == (findings[0].code, findings[0].span.column)
    assert findings[0].message_in("zh") != findings[0].message


def test_every_pitfall_has_a_case() -> None:
    """Each of the 75 differences between Python, SQL and JavaScript is held to its rule."""
    found = {int(number) for case in (*CASES, *REFUSED) for number in re.findall(r"^pitfall (\d+)", case.name)}

    # 36, where missing values stand in an order, is the list's business: tests/records/test_paging.py.
    assert set(range(1, 76)) - {36} == found
