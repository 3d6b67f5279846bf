"""Decision tables from and to DMN: they give what the DMN says, come back as they were, and what is refused is named."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builder.folder import apps_beside
from forms_dsl.differences import changed_parts
from forms_dsl.load import read_folder
from forms_dsl.model import DecisionTable
from forms_dsl.required import load_required
from forms_dsl.yaml_source import read_document
from tests.dmn.tables import CODES, DAYS, NUMBERS, WORDS, Given, fits, random_dmn, rules_that_apply, with_numbers
from tests.forms_dsl.test_decisions import TABLE, app_with
from workflow_engine.dmn.cells import asked_by
from workflow_engine.dmn.evaluating import ValueUnfit, asked, built
from workflow_engine.dmn.exporting import export_dmn
from workflow_engine.dmn.feel import NotFeel, read_tests, written_tests
from workflow_engine.dmn.importing import import_dmn
from workflow_engine.verify import load_verified

ROOT = Path(__file__).resolve().parents[2]
DAY = dt.date(2026, 3, 2)
MANY = settings(max_examples=60, deadline=None)
SEEDS = st.integers(0, 2**40)


def imported(text: str) -> DecisionTable:
    found = import_dmn("t.dmn", text)
    assert not [each for each in found.findings if each.severity == "error"], found.findings
    table, findings = built(found.tables[0])
    assert table is not None, findings
    return table


def random_given(random: Random, *, whole: bool = True) -> Given:
    values: Given = {
        "amount": random.choice((*NUMBERS, Decimal("1.75"), Decimal(99))),
        "openedOn": random.choice((*DAYS, dt.date(2026, 1, 3), dt.date(2027, 1, 1))),
        "grade": random.choice(CODES),
        "region": random.choice((*WORDS, "elsewhere")),
        "vip": random.random() < 0.5,
    }
    return values if whole else {name: None if random.random() < 0.3 else value for name, value in values.items()}


def ours(given: Given) -> Given:
    return {("opened_on" if name == "openedOn" else name): value for name, value in given.items()}


@MANY
@given(SEEDS)
def test_a_table_gives_what_a_plain_reading_of_its_dmn_gives(seed: int) -> None:
    """First, unique and collect: the rows that apply are those of a reading that shares nothing with ours."""
    random = Random(seed)
    policy = random.choice(("FIRST", "UNIQUE", "COLLECT"))
    text = random_dmn(random, policy)
    table = imported(text)
    for _ in range(25):
        values = random_given(random)
        outcome, applying = asked(table, ours(values), DAY), rules_that_apply(text, values)
        if policy == "COLLECT":
            assert {"level": tuple(dict.fromkeys(applying))} == outcome.outputs
        elif not applying or (policy == "UNIQUE" and len(applying) > 1):
            assert outcome.outputs is None
        else:
            assert {"level": applying[0]} == outcome.outputs


@MANY
@given(SEEDS)
def test_priorities_and_extremes_are_an_order_of_the_rows(seed: int) -> None:
    """PRIORITY gives the output that is listed first, COLLECT MIN and MAX the smallest and the largest one."""
    random = Random(seed)
    policy = random.choice(("PRIORITY", "MIN", "MAX"))
    text = random_dmn(random, "PRIORITY") if policy == "PRIORITY" else with_numbers(random_dmn(random, "COLLECT", policy), random)
    table = imported(text)
    for _ in range(15):
        values = random_given(random)
        applying = rules_that_apply(text, values)
        wanted = {
            "PRIORITY": lambda found: min(found, key=("hi", "lo", "mid").index),
            "MIN": min,
            "MAX": max,
        }[policy]
        assert ({"level": wanted(applying)} if applying else None) == asked(table, ours(values), DAY).outputs


@MANY
@given(SEEDS)
def test_values_that_are_missing_are_the_same_but_for_what_is_told(seed: int) -> None:
    """Where a value is missing a table gives the same, unless a finding said that not() of a cell differs there."""
    random = Random(seed)
    text = random_dmn(random)
    found = import_dmn("t.dmn", text)
    table, _ = built(found.tables[0])
    assert table is not None
    if any(each.code == "I203" for each in found.findings):
        return
    for _ in range(15):
        values = random_given(random, whole=False)
        applying = rules_that_apply(text, values)
        assert ({"level": applying[0]} if applying else None) == asked(table, ours(values), DAY).outputs


@MANY
@example(84382)  # a cell that no day fits
@given(SEEDS)
def test_every_table_comes_back_as_it_was(seed: int) -> None:
    """Export and import are the identity of a table's text, and what is exported is read by others as it is meant."""
    random = Random(seed)
    first = import_dmn("t.dmn", random_dmn(random, random.choice(("FIRST", "UNIQUE", "COLLECT")))).tables[0]
    table, _ = built(first)
    assert table is not None
    document, _ = read_document(first.path, first.text())
    assert document is not None and isinstance(document.data, dict)
    text = export_dmn(document.data, table)
    again = import_dmn("t.dmn", text)

    assert ((), document.data) == (again.findings, again.tables[0].data)
    for _ in range(10):
        values = ours(random_given(random, whole=False))
        applying = list(dict.fromkeys(rules_that_apply(text, values)))
        outputs = asked(table, values, DAY).outputs
        if table.hit == "collect":
            assert {"level": tuple(applying)} == outputs
        elif outputs is not None:
            assert applying[0] == outputs["level"]


@pytest.mark.parametrize("language", [None, "zh"])
def test_the_tables_of_our_apps_mean_the_same(language: str | None) -> None:
    """The authority table of the example app has no difference after export and import, words of the file included."""
    folder = ROOT / "tests/example_app/loan"
    files = dict(read_folder(folder))
    before = load_verified(files, others=load_required(files, apps_beside(folder, ())), publishing=False).app
    assert before is not None
    table = before.decisions["loan_authority"]
    document, _ = read_document("decisions/loan_authority.yaml", files["decisions/loan_authority.yaml"])
    assert isinstance(table, DecisionTable) and document is not None and isinstance(document.data, dict)
    found = import_dmn("t.dmn", export_dmn(document.data, table, language))
    files["decisions/loan_authority.yaml"] = found.tables[0].text()
    after = load_verified(files, others=load_required(files, apps_beside(folder, ())), publishing=False).app

    assert ((), document.data) == (found.findings, found.tables[0].data)
    assert after is not None
    assert () == changed_parts(table, after.decisions["loan_authority"])


CELLS = """\
decision: authority
label: {zh: 授权, en: Authority}
kind: table
given: {exposure: money, size: size, opened: date, name: text, vip: boolean}
output: {level: [branch, officers], share: decimal}
hit: first
rows:
  - {row: a, if: {exposure: 'not (200 < exposure <= 1000 or exposure == 5)', size: [S, missing]}, then: {level: branch, share: 0.50}}
  - {row: b, if: {opened: 'date(2026, 1, 1) <= opened and opened < date(2026, 2, 1)', name: 'name != "x"'}, then: {level: officers, share: 1}, note: why}
  - {row: c, if: {vip: vip, exposure: missing, name: [a, 'b c']}, then: {level: officers, share: 2}, valid_from: 2026-01-01, valid_to: 2026-12-31}
  - {row: d, if: {size: 'size != "S"', opened: 2026-05-01, exposure: [1, 2.5]}, then: {level: branch, share: -1}, meta: {a: b}}
  - {row: rest, then: {level: branch, share: 0}}
"""


def test_every_kind_of_cell_has_its_tests_in_feel_and_comes_back() -> None:
    """Comparisons, lists, missing values and days as FEEL; cells that FEEL writes otherwise come back in their own words."""
    table = app_with(authority=CELLS).decisions["authority"]
    document, _ = read_document("decisions/authority.yaml", CELLS)
    assert isinstance(table, DecisionTable) and document is not None and isinstance(document.data, dict)
    found = import_dmn("t.dmn", export_dmn(document.data, table))
    said = [{name: written_tests(asked_by(cell, table.inputs[name])) for name, cell in row.cells.items()} for row in table.rows]

    assert [
        {"exposure": "< 5, (5..200], > 1000", "size": '"S", null'},
        {"opened": '[date("2026-01-01")..date("2026-02-01"))', "name": 'not("x", null)'},
        {"vip": "true", "exposure": "null", "name": '"a", "b c"'},
        {"size": '"L"', "opened": 'date("2026-05-01")', "exposure": "1, 2.5"},
        {},
    ] == said
    assert ((), document.data) == (found.findings, found.tables[0].data)


def test_what_another_tool_changes_in_a_cell_is_believed() -> None:
    """A cell keeps our words only as long as its FEEL is the one that was exported."""
    table = app_with(authority=CELLS).decisions["authority"]
    document, _ = read_document("decisions/authority.yaml", CELLS)
    assert isinstance(table, DecisionTable) and document is not None
    text = export_dmn(document.data, table, "en")  # type: ignore[arg-type]
    text = text.replace("<text>&lt; 5, (5..200], &gt; 1000</text>", "<text>&lt; 7</text>").replace(
        'name="Authority"', 'name="Limits"'
    )
    found = import_dmn("t.dmn", text)
    data = found.tables[0].data

    assert "exposure < 7" == data["rows"][0]["if"]["exposure"]  # type: ignore[index]
    assert {"zh": "授权", "en": "Limits"} == data["label"]
    assert {"I405"} == {each.code for each in found.findings}


CAMUNDA = """\
<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:camunda="http://camunda.org/schema/1.0/dmn"
  xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" id="Definitions_1" name="DRD" namespace="http://camunda.org/schema/1.0/dmn">
  <decision id="Decision_1abc" name="Loan authority">
    <informationRequirement id="r"><requiredDecision href="#score" /></informationRequirement>
    <decisionTable id="DecisionTable_1">
      <input id="Input_1" label="Amount" camunda:inputVariable="x"><inputExpression id="e" typeRef="integer"><text>loanAmount</text></inputExpression></input>
      <input id="Input_2" label="Days late"><inputExpression id="e2" typeRef="number"><text>today() - due</text></inputExpression></input>
      <output id="Output_1" label="Who" name="decidedBy" typeRef="string" />
      <rule id="DecisionRule_1"><description>small ones</description><inputEntry id="u"><text>&lt;= 300000</text></inputEntry><inputEntry id="u2"><text></text></inputEntry><outputEntry id="l"><text>"branch"</text></outputEntry></rule>
      <rule id="DecisionRule_2"><inputEntry id="u3"><text>&gt; 300000</text></inputEntry><inputEntry id="u4"><text>[0..30)</text></inputEntry><outputEntry id="l2"><text>"officer"</text></outputEntry></rule>
    </decisionTable>
  </decision>
  <decision id="score" name="Score"><literalExpression id="x"><text>1</text></literalExpression></decision>
</definitions>
"""


def test_a_table_of_another_product() -> None:
    """Names become ours, types follow from what is said and given; what is not read is named with its place."""
    found = import_dmn("loan.dmn", CAMUNDA)

    assert [("I401", 14, "Score is no decision table but literalExpression.")] == [
        (each.code, each.span.line, each.message) for each in found.findings if each.severity == "error"
    ]
    assert ["I202", "I208"] == sorted(each.code for each in found.findings if each.severity == "warning")
    assert """\
decision: loan_authority
label: Loan authority
kind: table
output: {decided_by: [branch, officer]}
given: {loan_amount: integer, days_late: decimal}
hit: unique
rows:
  - {row: row_1, if: {loan_amount: loan_amount <= 300000}, then: {decided_by: branch}, note: small ones}
  - {row: row_2, if: {loan_amount: loan_amount > 300000, days_late: 0 <= days_late < 30}, then: {decided_by: officer}}
""" == found.tables[0].text()


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ('hitPolicy="RULE ORDER"', "RULE ORDER"),
        ('hitPolicy="OUTPUT ORDER"', "OUTPUT ORDER"),
        ('hitPolicy="COLLECT" aggregation="SUM"', "COLLECT SUM"),
        ('hitPolicy="COLLECT" aggregation="COUNT"', "COLLECT COUNT"),
        ('hitPolicy="PRIORITY"', "PRIORITY"),
    ],
)
def test_hit_policies_that_no_table_of_ours_has_are_refused_by_name(policy: str, said: str) -> None:
    """Sums, counts, orders of many outputs, and a priority without listed values."""
    found = import_dmn("t.dmn", CAMUNDA.replace('<decisionTable id="DecisionTable_1">', f'<decisionTable id="t" {policy}>'))

    assert () == found.tables
    assert [f"Loan authority has the hit policy {said}, which no table of ours has."] == [
        each.message for each in found.findings if each.code == "I401" and "Score" not in each.message
    ]
    assert all(each.message_zh and each.hint_zh for each in found.findings if "hit policy" in each.message)


@pytest.mark.parametrize(
    "cell", ["loanAmount * 2", "< x", '"a"', "[1..2", "date(x)", "1 2", "null, < 5", "< 1..2", "not(1", '< "a"']
)
def test_cells_outside_of_the_subset_are_named_with_rule_and_column(cell: str) -> None:
    """Every bad cell is told at once, with its place; nothing is half read."""
    text = CAMUNDA.replace("&lt;= 300000", cell.replace("<", "&lt;")).replace("[0..30)", "if")
    found = import_dmn("t.dmn", text)
    wrong = [each for each in found.findings if each.code == "I403"]

    assert () == found.tables
    assert ["Rule 1, loan_amount", "Rule 2, days_late"] == [each.message.split(":")[0] for each in wrong]
    assert [10, 11] == [each.span.line for each in wrong]


@pytest.mark.parametrize("text", ["-", "", "1", "< 5, > 7", "[1..2)", "not(1, null)", '"a,b", "c"', "(1..2], 5", "null", "true"])
def test_tests_that_are_read_and_written_are_the_same(text: str) -> None:
    """Reading what was written gives the same tests, and the plain reading agrees on every value."""
    once = read_tests(text)
    assert once == read_tests(written_tests(once))
    for value in (*NUMBERS, None, "a,b", "c", True):
        if value is None or isinstance(value, Decimal) is (text[-1:] in "127)]5" and text[:1] not in '"t'):
            assert fits(text, value) == fits(written_tests(once), value)


def test_random_texts_never_break_the_reader() -> None:
    """Whatever stands in a cell is read or refused."""
    random = Random(7)
    for _ in range(3000):
        text = "".join(random.choice('not()-"ab1. ..[],<>=null@ date') for _ in range(random.randint(0, 14)))
        try:
            read_tests(text)
        except NotFeel as failure:
            assert failure.reason.en and failure.reason.zh


def test_values_that_are_none_of_an_input_are_refused() -> None:
    """A value of another type, and a name that is no input."""
    table = imported(random_dmn(Random(1)))
    with pytest.raises(ValueUnfit, match="amount"):
        asked(table, {"amount": "much"}, DAY)
    with pytest.raises(ValueUnfit, match="no input"):
        asked(table, {"colour": "red"}, DAY)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/' />", "I005"),
        ("<definitions />", "I005"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><definitions>&a;</definitions>", "I003"),
        ("no xml", "I001"),
        ("<a>" * 200, "I002"),
        ("", "I001"),
    ],
)
def test_what_is_no_dmn_is_refused(text: str, code: str) -> None:
    """Other files, document types, and depth without end."""
    assert [code] == [each.code for each in import_dmn("t.dmn", text).findings]


def test_the_table_of_the_language_tests_is_told_by_dmn() -> None:
    """A table with choice lists and fields of an app is asked alone by the types of its DMN."""
    table = app_with(authority=TABLE).decisions["authority"]
    document, _ = read_document("decisions/authority.yaml", TABLE)
    assert isinstance(table, DecisionTable) and document is not None
    found = import_dmn("t.dmn", export_dmn(document.data, table), alone=True)  # type: ignore[arg-type]
    alone, findings = built(found.tables[0])

    assert alone is not None, findings
    assert {"level": "officers"} == asked(alone, {"exposure": Decimal("200.01"), "size": "S", "kind": "b"}, DAY).outputs
