"""The checker: all faults at once, at their places, with what was probably meant."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from forms_dsl.expr.check import check_expression
from forms_dsl.expr.scope import FORM, MEASURE, PROCESS, SEGMENT, STORED, Place, Scope
from forms_dsl.expr.tree import Call, Constant, ValueType
from forms_dsl.source import Span
from runtime.compile.expr_scope import user_attributes_read
from tests.expr.world import FIELDS, check, checked, scope

BOOLEAN = ValueType("boolean")


def found(source: str, **options: object) -> list[tuple[str, int, int]]:
    """Codes and columns of the findings."""
    return [(f.code, f.span.column, f.span.end_column) for f in check(source, **options)[1]]


def test_every_wrong_name_is_reported() -> None:
    """One expression with three wrong names has three findings, each at its name."""
    assert [("X005", 1, 3), ("X005", 12, 14), ("X006", 25, 29)] == found("mm > 1 and tt == 'a' or flor(n1) > 1")


def test_names_are_judged_beside_a_single_equals_sign() -> None:
    """A single `=` does not hide a wrong name; what it compares is not judged."""
    assert [("X005", 1, 4), ("X002", 5, 6)] == found("mm1 = 'a'")
    assert [("X002", 4, 5)] == found("n1 = 'a'")


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("creatd_on > d1", "Did you mean 'created_on'?"),
        ("other.brn > today()", "Did you mean 'born'?"),
        ("user.brnch == unit", "Did you mean 'branch'?"),
        ("param.p_numbr > 1", "Did you mean 'p_number'?"),
        ("sum(lines.aa) > 1", "Did you mean 'a'?"),
        ("monts_between(d1, d2) > 1", "Did you mean 'months_between'?"),
        ("has_role('clrk')", "Did you mean 'clerk'?"),
        ('c1 == "客"', "Did you mean '客户'?"),
        ("t1 == consumer", 'A text needs quotes: "consumer"'),
        ("n1 = 5", "Write == here."),
        ("d1 < today", "Write today()"),
        ("z1 < now", "Write now()"),
        ("count(i for i in lines if i.a > 1) > 1", "Write count(1 for i in lines if i.a > 1)"),
        ("n1 && b1", "Write and"),
        ("n1 == 1 AND b1", "Write and"),
        ("n1 ＝ 1", "Write =="),
        ("（n1 + 1", "Write ("),
        ("t1 + t2 == t1", "Join texts with concat(a, b)."),
        ("n1 => 5", "Write >="),
        ("n1 between 1 and 5", "Write 1 <= x <= 5"),
        ("t1 like 'a%'", "Write contains(text, part)"),
        ("n1 IS NULL", "Write is_missing(x)"),
        ("IF(b1, 1, 2)", "Write a if condition else b"),
        ("if(b1, 1, 2)", "Write a if condition else b"),
        ("b1 ? 1 : 2", "Write a if condition else b"),
        ("SUM(lines.a)", "Did you mean 'sum'?"),
        ("user == 1", "Name one of its parts, like user.x"),
        ("1 + d1", "The date stands first: date + days."),
        ("z1 == d1", "Use date_of(x) for the day of a date with time."),
        ('d1 == "2025-03-31"', "Write a day as date(2025, 3, 31)."),
    ],
)
def test_a_finding_says_what_was_probably_meant(source: str, hint: str) -> None:
    """Names, functions, fields, roles, codes and usual slips come with the remedy."""
    assert hint in [finding.hint for finding in check(source)[1]]


def test_what_is_not_in_the_language_is_called_so() -> None:
    """Named arguments and bit operators are no syntax slips; a list that is compared in a chain is no list of `in`."""
    assert [("X003", 11, 13)] == found("round(n1, k=2)")
    assert [("X003", 4, 5)] == found("n1 | n2")
    assert [("X003", 4, 5)] == found("n1 & n2")
    assert [("X003", 10, 13)] == found("5 not in [1] == True")
    assert [("X002", 8, 9)] == found("any(b1 = b2 for i in lines)")


def test_the_short_form_of_an_aggregate_names_its_rows() -> None:
    """What is said about `sum(rows.x)` names the rows, not the loop that stands for them inside."""
    assert ["Unknown name 'aa' in 'lines'."] == [f.message for f in check("sum(lines.aa)")[1]]


def test_positions_count_characters() -> None:
    """After Chinese text and an emoji, a place is still a column."""
    assert [("X005", 14, 16)] == found('t1=="客户😀"and xx')


def test_positions_go_through_the_loader() -> None:
    """Offsets are turned into places of the file by whoever knows the file."""
    _, findings = check_expression("n1 >\n  xx", scope(), lambda start, end: Span("f.yaml", 7, start + 20, 7, end + 20))

    assert [("f.yaml", 7, 27)] == [(f.span.file, f.span.line, f.span.column) for f in findings]


@pytest.mark.parametrize(
    ("source", "scale"),
    [
        ("m1 + n1", 2),
        ("m1 * r1", 8),
        ("m1 / n1", 16),
        ("round(m1 / n1, 2)", 2),
        ("round(m1, 4)", 2),
        ("sum(lines.a)", 2),
        ("n1 * n2", 0),
        ("floor(m1)", 0),
        ("e8 * e8 * e8", 16),
    ],
)
def test_the_scale_of_a_number_is_known(source: str, scale: int) -> None:
    """The decimals of a result are known before it is computed, so that a loss on storing is seen."""
    assert scale == checked(source).type.scale


def test_reads_are_the_paths_of_the_record() -> None:
    """What an expression reads of the record is listed, with rows and paths, without the context."""
    expression = checked("sum(r.a for r in lines if r.q > n1) > other.credit + param.p_number and unit == user.branch")

    assert {("lines",), ("lines", "a"), ("lines", "q"), ("n1",), ("other", "credit"), ("unit",)} == expression.reads


def test_a_literal_becomes_what_its_place_needs() -> None:
    """A text for a choice is one of its codes, a text for a reference an id; other types are refused."""
    choice = ValueType("choice", codes=("A", "B"))

    assert "choice" == checked('"A" if b1 else "B"', expected=choice).type.name
    assert [("X020", 16, 19)] == found('"A" if b1 else "C"', expected=choice)
    assert [("X011", 1, 3)] == found("n1", expected=choice)
    assert "reference" == checked('"0199-1"', expected=ValueType("reference", entity="w.other")).type.name
    assert [("X011", 1, 3)] == found("n1", expected=BOOLEAN)
    assert "number" == checked("None", expected=ValueType("number")).type.name


def _currencies() -> Scope:
    money = ValueType("number", scale=2, currency="CNY")
    rows = ValueType("rows", rows={"amount": replace(money, currency="ccy"), "fee": money})
    return Scope(
        FORM,
        {
            "cny": money,
            "usd": replace(money, currency="USD"),
            "own": replace(money, currency="ccy"),
            "fee": replace(money, currency="ccy"),
            "n": FIELDS["n1"],
            "rows": rows,
        },
    )


@pytest.mark.parametrize(
    "source",
    ["cny + usd", "cny < usd", "max(cny, usd)", "cny if n > 1 else usd", "cny - own", "sum(rows.amount)", "cny in [usd]"],
)
def test_currencies_are_not_mixed(source: str) -> None:
    """Amounts of two currencies do not meet, and rows with their own currencies have no sum."""
    findings = check(source, scope=_currencies())[1]

    assert "N203" in [finding.code for finding in findings]
    assert all("in_base" in (finding.hint or "") for finding in findings)


@pytest.mark.parametrize("source", ["cny + 1", "cny * n", "cny / cny + n", "own + fee", "sum(rows.fee) + cny", "usd > 5"])
def test_one_currency_is_computed_with(source: str) -> None:
    """Plain numbers go with every currency, and amounts in the same currency field with each other."""
    checked(source, scope=_currencies())


@pytest.mark.parametrize(
    ("place", "source", "code"),
    [
        (STORED, "d1 < today()", "X030"),
        (STORED, "unit == user.branch", "X030"),
        (STORED, "m1 > param.p_number", "X030"),
        (FORM, "changed(m1) or old.m1 > 1", None),
        (FORM, "authority.level == 'a'", "X030"),
        (PROCESS, "result.x == 1", "X030"),
        (MEASURE, "round(100 * count_if(b1) / count(), 1)", None),
        (MEASURE, "sum(m1) - avg(m2)", None),
        (MEASURE, "min(m1, m2)", None),
        (MEASURE, "sum(avg(m1))", "X014"),
        (FORM, "count_if(b1)", "X030"),
        (FORM, "count()", "X012"),
        (FORM, "sum(m1)", "X011"),
    ],
)
def test_a_place_has_its_own_names_and_functions(place: Place, source: str, code: str | None) -> None:
    """What a place does not offer is refused there with X030, not as unknown."""
    assert ([code] if code else []) == [finding.code for finding in check(source, scope=scope(place))[1]][:1]


def test_related_records_are_counted_where_sql_runs() -> None:
    """Related records are rows in segments and reports, and nowhere else."""
    fields = {**FIELDS, "loans": ValueType("rows", rows={"amount": FIELDS["m1"]}, related=True)}

    checked("count(loans) > 1", scope=Scope(SEGMENT, fields))
    assert ["X030"] == [finding.code for finding in check("count(loans) > 1", scope=Scope(FORM, fields))[1]]


def test_the_outer_record_has_a_root_of_its_own() -> None:
    """In a reference's filter bare names are the target's, and `record.x` the record that is edited."""
    tree = checked("n1 > record.n1", scope=replace(scope(FORM), outer={"n1": FIELDS["n1"]})).tree

    assert isinstance(tree, Call)
    assert ["record", "outer"] == [getattr(argument, "root", None) for argument in tree.arguments]


def test_negative_literals_are_literals() -> None:
    """`-5` is a constant, so that it is bound and rounded like one."""
    tree = checked("round(m1, -2) > -5").tree

    assert isinstance(tree, Call)
    assert Decimal(-5) == tree.arguments[1].value if isinstance(tree.arguments[1], Constant) else None


def test_the_attributes_of_the_user_that_are_read_are_known() -> None:
    """A filter that reads an attribute of the user can be denied to users without it."""
    expression = checked(
        "unit == user.branch or any(r.t == user.name for r in lines) or has_role('clerk') or unit.path in user.branch_tree"
    )

    assert {"branch", "name", "roles", "branch_tree"} == user_attributes_read(expression.tree)


@pytest.mark.parametrize("source", ["-" * 1999, "not " * 400, "(" * 1000, "(" * 31 + "n1" + ")" * 31, "[" * 500, "n1" + " + n1" * 300, "n1 " + "and n1 " * 400, "a." * 900 + "a", "f(" * 600, "'" * 1999, "n1 if b1 else " * 140 + "n1", "x" * 2001])  # fmt: skip
def test_hostile_depth_and_length_are_refused(source: str) -> None:
    """Nothing that is too long or too deep reaches a parser that it could kill."""
    expression, findings = check(source)

    assert expression is None
    assert findings


def test_messages_are_in_chinese_and_english() -> None:
    """Every finding about an expression is said in both languages."""
    for source in (
        "n1 = 'a'",
        "nn > 1",
        "n1 == 'a'",
        "left(t1)",
        'c1 == "X"',
        "sum(count(lines) for r in lines)",
        "n1 > 1e3",
        "t1[0]",
    ):
        for finding in check(source)[1]:
            assert finding.message_in("zh") != finding.message_in("en"), source
