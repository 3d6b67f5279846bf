"""Decisions: what they give, and that gaps, overlaps and unreachable parts are found exactly."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from decimal import Decimal

import pytest

from forms_dsl.decide import compile_table, decide_score, decide_table
from forms_dsl.expr.facts import Facts
from forms_dsl.load import load_app
from forms_dsl.model import DecisionTable, Scorecard
from tests.forms_dsl.small_app import FILES

DAY = dt.date(2026, 3, 2)

TABLE = """\
decision: authority
label: {zh: 授权, en: Authority}
kind: table
given: {exposure: money, size: size, kind: order.kind}
output: {level: [branch, officers, committee]}
maintained_by: role.checker
rows:
  - row: small
    if: {exposure: exposure <= 200, size: S}
    then: {level: branch}
  - row: middle
    if: {exposure: 200 < exposure <= 1000, size: S, kind: [a, b]}
    then: {level: officers}
  - row: large_size
    if: {exposure: exposure <= 1000, size: L}
    then: {level: officers}
  - row: large
    if: {exposure: exposure > 1000}
    then: {level: committee}
"""

CARD = """\
decision: score
label: {zh: 评分, en: Score}
kind: scorecard
entity: order
output: {score: integer, grade: [A, B, C]}
start: 500
reasons: 2
factors:
  amount:
    - {if: is_missing(amount), points: 0, reason: {zh: 没有金额, en: No amount}}
    - {if: amount < 100, points: 120}
    - {if: amount < 500, points: 60, reason: {zh: 金额偏高, en: Amount rather high}}
    - {else: true, points: -50, reason: {zh: 金额过高, en: Amount too high}}
  age:
    - {if: '25 <= years_between(customer.born_on, today()) <= 55', points: 40}
    - {else: true, points: 0, reason: {zh: 年龄, en: Age}}
grade:
  - {if: score >= 650, then: A}
  - {if: score >= 520, then: B}
  - {else: true, then: C}
"""


def app_with(**decisions: str):
    files = {**FILES, **{f"decisions/{name}.yaml": text for name, text in decisions.items()}}
    loaded = load_app(files)
    assert loaded.app is not None, loaded.diagnostics
    return loaded.app


def findings(name: str, text: str) -> list[tuple[str, int, str]]:
    found = load_app({**FILES, f"decisions/{name}.yaml": text}).diagnostics
    return [(f.code, f.span.line, f.message) for f in found if f.span.file == f"decisions/{name}.yaml" and f.code != "D003"]


def table_of(text: str) -> DecisionTable:
    table = app_with(authority=text).decisions["authority"]
    assert isinstance(table, DecisionTable)
    return table


def card_of(text: str) -> Scorecard:
    card = app_with(score=text).decisions["score"]
    assert isinstance(card, Scorecard)
    return card


def test_both_kinds_load_without_a_finding() -> None:
    assert findings("authority", TABLE) == []
    assert findings("score", CARD) == []


@pytest.mark.parametrize(
    ("exposure", "size", "kind", "row", "level"),
    [
        ("200", "S", "a", "small", "branch"),
        ("200.01", "S", "b", "middle", "officers"),
        ("200.004", "S", "b", "small", "branch"),
        ("1000", "L", None, "large_size", "officers"),
        ("1000.01", None, None, "large", "committee"),
    ],
)
def test_a_table_gives_what_its_one_row_says(exposure: str, size: str | None, kind: str | None, row: str, level: str) -> None:
    outcome = decide_table(table_of(TABLE), {"exposure": Decimal(exposure), "size": size, "kind": kind}, DAY)
    assert (outcome.rows, outcome.outputs) == ((row,), {"level": level})


def test_a_missing_input_matches_only_cells_that_are_left_out_or_say_missing() -> None:
    table = table_of(TABLE)
    assert decide_table(table, {"exposure": None, "size": "S", "kind": "a"}, DAY).outputs is None
    assert decide_table(table, {"exposure": Decimal(5), "size": None, "kind": "a"}, DAY).outputs is None
    said = TABLE.replace(
        "if: {exposure: exposure > 1000}",
        "if: {exposure: exposure > 1000}\n    then: {level: committee}\n  - row: unknown\n    if: {exposure: missing}",
    )
    assert decide_table(table_of(said), {}, DAY).rows == ("unknown",)


def test_first_takes_the_upper_row_and_collect_takes_all() -> None:
    first = TABLE.replace("kind: table", "kind: table\nhit: first").replace(
        "exposure: 200 < exposure <= 1000", "exposure: exposure <= 1000"
    )
    given = {"exposure": Decimal(5), "size": "S", "kind": "a"}
    assert decide_table(table_of(first), given, DAY).outputs == {"level": "branch"}
    collect = first.replace("hit: first", "hit: collect")
    assert decide_table(table_of(collect), given, DAY).outputs == {"level": ("branch", "officers")}
    assert decide_table(table_of(collect), {}, DAY).outputs == {"level": ()}
    types = load_app({**FILES, "decisions/authority.yaml": collect})
    assert types.app is not None


def test_rows_count_on_their_days_only() -> None:
    dated = TABLE.replace(
        "    then: {level: committee}",
        "    then: {level: committee}\n    valid_to: 2026-02-28\n  - row: larger\n    if: {exposure: exposure > 1000}\n    then: {level: officers}\n    valid_from: 2026-03-01",
    )
    table = table_of(dated)
    given = {"exposure": Decimal(2000)}
    assert decide_table(table, given, dt.date(2026, 2, 28)).rows == ("large",)
    assert decide_table(table, given, dt.date(2026, 3, 1)).rows == ("larger",)
    gap = dated.replace("valid_from: 2026-03-01", "valid_from: 2026-03-02")
    assert findings("authority", gap) == [
        ("D001", 1, "No row decides exposure > 1000, size = S, kind = a, from 2026-03-01 to 2026-03-01.")
    ]
    both = dated.replace("valid_from: 2026-03-01", "valid_from: 2026-02-28")
    assert [(code, line) for code, line, _ in findings("authority", both)] == [("D002", 21)]


def test_an_uncovered_combination_is_named() -> None:
    holed = TABLE.replace("exposure <= 1000, size: L", "exposure <= 999.99, size: L")
    assert findings("authority", holed) == [("D001", 1, "No row decides exposure = 1000, size = L, kind = a.")]
    holed = TABLE.replace("kind: [a, b]", "kind: a")
    assert findings("authority", holed) == [("D001", 1, "No row decides 200 < exposure < 1000, size = S, kind = b.")]


def test_overlapping_rows_are_both_named() -> None:
    double = TABLE.replace("200 < exposure <= 1000", "200 <= exposure <= 1000")
    assert findings("authority", double) == [
        ("D002", 11, "The rows 'small' and 'middle' both apply: exposure = 200, size = S, kind = a.")
    ]


def test_amounts_between_two_cents_are_no_gap() -> None:
    cents = TABLE.replace("200 < exposure <= 1000", "200.01 <= exposure <= 1000")
    assert findings("authority", cents) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("size: S}", "size: M}", "X020"),
        ("exposure <= 200,", "exposure * 2 <= 400,", "S002"),
        ("exposure <= 200,", "exposure <= most,", "X005"),
        ("exposure <= 200,", "is_missing(exposure),", "S002"),
        ("exposure <= 200,", '"< 200",', "S002"),
        ("{level: branch}", "{level: nobody}", "X020"),
        ("{level: branch}", "{levle: branch}", "R001"),
        ("if: {exposure: exposure > 1000}", "if: {exposre: exposure > 1000}", "R001"),
        ("exposure: money", "exposure: mony", "R001"),
        ("order.kind", "order.kinds", "R001"),
        ("order.kind", "order.lines", "S002"),
        ("row: middle", "row: small", "S005"),
        ("given:", "start: 5\ngiven:", "S001"),
        ("role.checker", "role.nobody", "R001"),
        ("[branch, officers, committee]", "[branch, officers, committee, Branch]", "S008"),
    ],
)
def test_a_mistake_in_a_table_is_one_finding(old: str, new: str, code: str) -> None:
    assert old in TABLE
    assert [each[0] for each in findings("authority", TABLE.replace(old, new, 1))] == [code]


def test_rows_that_can_never_apply_are_told() -> None:
    empty = TABLE + "  - row: nothing\n    if: {exposure: exposure > 5 and exposure < 3}\n    then: {level: branch}\n"
    assert [each[:2] for each in findings("authority", empty)] == [("X302", 20)]
    shaded = (TABLE + "  - row: late\n    if: {exposure: exposure > 2000}\n    then: {level: branch}\n").replace(
        "kind: table", "kind: table\nhit: first"
    )
    assert [each[:2] for each in findings("authority", shaded)] == [("X302", 21)]


@pytest.mark.parametrize("seed", range(40))
def test_gaps_and_overlaps_agree_with_trying_every_value(seed: int) -> None:
    """Random tables over small inputs: the analysis says what evaluation of every combination says."""
    pick = random.Random(seed)
    comparisons = [
        "n < {a}",
        "n >= {a}",
        "{a} <= n < {b}",
        "n == {a}",
        "n != {a}",
        "n in [{a}, {b}]",
        "not (n > {a})",
        "n < {a} or n > {b}",
    ]
    rows = []
    for number in range(pick.randint(1, 6)):
        cells = []
        if pick.random() < 0.8:
            a, b = sorted((pick.randint(0, 6), pick.randint(0, 6)))
            text = pick.choice(comparisons).format(a=a, b=b)
            cells.append(f'n: "{text}"')
        if pick.random() < 0.7:
            cells.append("size: " + pick.choice(["S", "L", "[S, L]", "missing", "[S, missing]"]))
        if pick.random() < 0.5:
            cells.append("flag: " + pick.choice(["true", "false", "flag", "not flag"]))
        rows.append(f"  - row: r{number}\n    if: {{{', '.join(cells)}}}\n    then: {{level: x}}\n")
    text = (
        "decision: authority\nlabel: {zh: 表, en: Table}\nkind: table\ngiven: {n: integer, size: size, flag: boolean}\noutput: {level: [x]}\nrows:\n"
        + "".join(rows)
    )
    found = [each[0] for each in findings("authority", text)]
    table = load_app({**FILES, "decisions/authority.yaml": text.replace("kind: table", "kind: table\nhit: collect")}).app
    assert table is not None
    answer = compile_table(table.decisions["authority"])  # type: ignore[arg-type]
    numbers = [None, *map(Decimal, range(-1, 9))]
    hits = {
        (n, size, flag): answer({"n": n, "size": size, "flag": flag}, DAY).rows
        for n, size, flag in itertools.product(numbers, [None, "S", "L"], [None, True, False])
    }
    assert ("D001" in found) == any(not rows for key, rows in hits.items() if None not in key)
    pairs = {(a, b) for rows in hits.values() for a, b in itertools.combinations(rows, 2)}
    assert found.count("D002") == len({b for _, b in pairs})


def test_a_table_that_is_too_large_to_judge_is_refused_in_time() -> None:
    inputs = ", ".join(f"i{n}: integer" for n in range(30))
    rows = "".join(
        f"  - row: r{n}\n    if: {{i{n % 30}: i{n % 30} != {n}, i{(n * 7 + 1) % 30}: i{(n * 7 + 1) % 30} > {n}}}\n    then: {{level: x}}\n"
        for n in range(120)
    )
    text = f"decision: authority\nlabel: {{zh: 表, en: Table}}\nkind: table\nhit: first\ngiven: {{{inputs}}}\noutput: {{level: [x]}}\nrows:\n{rows}"
    assert {each[0] for each in findings("authority", text)} <= {"S007", "D001", "X302"}


@pytest.mark.parametrize(
    ("amount", "born", "score", "grade", "reasons"),
    [
        ("500", "1990-05-01", 490, "C", ["amount"]),
        ("499.99", "1990-05-01", 600, "B", ["amount"]),
        ("99", "1990-05-01", 660, "A", []),
        (None, "1960-01-01", 500, "C", ["amount", "age"]),
        ("600", None, 450, "C", ["amount", "age"]),
    ],
)
def test_a_scorecard_adds_up_and_says_what_cost_most(
    amount: str | None, born: str | None, score: int, grade: str, reasons: list[str]
) -> None:
    record = {"amount": Decimal(amount) if amount else None, "customer.born_on": dt.date.fromisoformat(born) if born else None}
    outcome = decide_score(card_of(CARD), Facts(record=record, today=DAY))
    assert outcome.outputs == {"score": Decimal(score), "grade": grade}
    assert [reason.factor for reason in outcome.reasons] == reasons
    lost = [reason.lost for reason in outcome.reasons]
    assert lost == sorted(lost, reverse=True)


def test_only_so_many_reasons_are_shown() -> None:
    card = card_of(CARD.replace("reasons: 2", "reasons: 1"))
    outcome = decide_score(card, Facts(record={"amount": Decimal(600)}, today=DAY))
    assert [(reason.factor, reason.lost, reason.text["en"]) for reason in outcome.reasons] == [("amount", 170, "Amount too high")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("    - {else: true, points: 0, reason: {zh: 年龄, en: Age}}\n", "", ("D001", 14)),
        ("  - {else: true, then: C}\n", "", ("D001", 19)),
        ("score >= 650", "score >= 661", ("X302", 18)),
        ("score >= 520", "score >= 450", ("X302", 20)),
        ("    - {if: amount < 500,", "    - {else: true,", ("S002", 12)),
        ("{if: amount < 500, ", "{", ("S002", 12)),
        ("score: integer", "score: decimal", ("S002", 5)),
        ("start: 500", "start: 1.5", ("S002", 6)),
        (", grade: [A, B, C]", "", ("S003", 5)),
        ("score >= 650", "amount >= 650", ("X005", 18)),
        ("entity: order", "entity: ordre", ("R001", 4)),
        ("then: A", "then: D", ("X020", 18)),
        ("reasons: 2", "reasons: 2\nshadow_of: other", ("R001", 8)),
        ("reasons: 2", "reasons: 2\nhit: first", ("S001", 8)),
    ],
)
def test_a_mistake_in_a_card_is_one_finding(old: str, new: str, expected: tuple[str, int]) -> None:
    assert old in CARD
    assert [each[:2] for each in findings("score", CARD.replace(old, new, 1))] == [expected]
