"""`qiqiao expr`: values of expressions on every target, refusals with their places, differences that are seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main
from builder.expression_lab import sql
from runtime.store.types import Json

FIELDS = {
    "fields": {
        "amount": {"type": "money"},
        "rate": {"type": "decimal", "scale": 4},
        "name": {"type": "text"},
        "due": {"type": "date"},
        "signed": {"type": "datetime"},
        "urgent": {"type": "boolean"},
        "grade": {"type": "choice", "ordered": True, "choices": {"low": {"label": "Low"}, "high": {"label": "High"}}},
        "tags": {"type": "multi_choice", "choices_from": "tag"},
        "incomes": {"type": "rows", "of": "income"},
        "customer": {"type": "reference", "to": "customer"},
    },
    "rows": {"income": {"fields": {"amount": {"type": "money"}, "kind": {"type": "text"}}}},
    "choices": {"tag": {"values": {"vip": {}, "staff": {}}}},
    "entities": {"customer": {"fields": {"born": {"type": "date"}}}},
    "related": {"loans": {"fields": {"balance": {"type": "money"}}}},
}
ROWS = [
    {
        "amount": "1200.00",
        "rate": "4.2",
        "name": "张%",
        "due": "2025-01-31",
        "signed": "2025-01-31T18:00:00.000999+08:00",
        "urgent": True,
        "grade": "high",
        "tags": ["vip", "staff"],
        "incomes": [{"amount": "5.00", "kind": "salary"}, {"amount": "7.25"}],
        "customer": {"born": "1990-02-28"},
        "loans": [{"balance": "10.00"}, {"balance": "2.50"}],
    },
    {},
]
#: Expressions with the values that they have on every target.
VALUES: dict[str, list[object]] = {
    "amount * rate / 1200": ["4.2", None],
    "add_months(due, 1)": ["2025-02-28", None],
    "signed": ["2025-01-31T10:00:00.000Z", None],
    'contains(name, "%")': [True, False],
    "not urgent": [False, True],
    "tags": [["staff", "vip"], None],
    'grade > "low"': [True, False],
    'sum(i.amount for i in incomes if i.kind == "salary")': ["5", "0"],
    "years_between(customer.born, date(2025, 2, 27))": ["34", None],
    "today()": ["2025-03-31", "2025-03-31"],
    "user.branch == None": [False, False],
    "param.limit + 1": ["11", "11"],
}
CONTEXT = {
    "today": "2025-03-31",
    "user": {"branch": "b1", "roles": ["clerk"]},
    "param": {"limit": {"type": "money", "value": "10.00"}},
    "old": {"amount": "1.00"},
}
Expr = Callable[..., tuple[int, str, str]]


@pytest.fixture
def expr(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, postgres_server: str) -> Expr:
    """Runs the verb over files of the given data; gives its exit code and what it wrote."""
    monkeypatch.setenv("QIQIAO_LOCALE", "en")
    monkeypatch.setenv("QIQIAO_TEST_POSTGRES", postgres_server)

    def run(*arguments: str, **files: Any) -> tuple[int, str, str]:
        given = {"fields": FIELDS, "rows": ROWS, "context": CONTEXT} | files
        options: list[str] = []
        for name, data in given.items():
            path = tmp_path / f"{name}.json"
            path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
            options += [f"--{name}", str(path)]
        code = main(["expr", *arguments, *options])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


@pytest.mark.parametrize("target", ["python", "sqlite", "postgresql", "browser", "reference", "all"])
def test_every_target_gives_the_values(expr: Expr, target: str) -> None:
    """A list of expressions has one line of values each, the same on all targets."""
    code, out, err = expr("--target", target, expressions=list(VALUES))

    assert [{"values": values} for values in VALUES.values()] == [json.loads(line) for line in out.splitlines()]
    assert (0, "") == (code, err)


def test_line_ends_of_unicode_stay_inside_a_line(expr: Expr) -> None:
    """A text with U+0085 or U+2028 goes through every target and comes out on one line, however lines are counted."""
    text = "a\u0085b\u2028c\u2029d"
    code, out, _ = expr("--target", "all", expressions=["name", 'concat("\u2028", name)'], rows=[{"name": text}])

    assert (0, 2) == (code, len(out.splitlines()))
    assert [{"values": [text]}, {"values": ["\u2028" + text]}] == [json.loads(line) for line in out.splitlines()]


def test_paths_lead_from_child_rows_to_records(expr: Expr) -> None:
    """A reference in a child row leads on, its ordered codes count, and a record told twice is one record."""
    level = {"type": "choice", "ordered": True, "choices": ["low", "high"]}
    fields = {
        "fields": {"payer": {"type": "reference", "to": "customer"}, "lines": {"type": "rows", "of": "line"}},
        "rows": {"line": {"fields": {"who": {"type": "reference", "to": "customer"}}}},
        "entities": {
            "customer": {"fields": {"age": "integer", "level": level, "tags": {"type": "multi_choice", "choices": ["a", "b"]}}}
        },
    }
    rows = [
        {"payer": {"id": "k", "level": "high", "tags": ["b", "a"]}, "lines": [{"who": {"id": "k", "age": 7}}, {"who": "k"}, {}]}
    ]
    values = {
        "sum(r.who.age for r in lines)": "14",
        'count(1 for r in lines if r.who.level > "low")': "2",
        'payer.level >= "high" and payer.age == 7': True,
        '"a" in payer.tags and payer.tags == payer.tags': True,
        "any(r.who == payer for r in lines)": True,
    }
    code, out, _ = expr("--target", "all", expressions=list(values), fields=fields, rows=rows, context={})

    assert [{"values": [value]} for value in values.values()] == [json.loads(line) for line in out.splitlines()]
    assert 0 == code


def test_short_forms_of_types_are_written_out(expr: Expr) -> None:
    """`percent`, `person` and `branch` are types in a file of fields as they are in an entity."""
    fields = {"fields": {"share": {"type": "percent"}, "who": "person", "unit": {"type": "branch"}}}
    rows = [{"share": "0.0435", "who": "u1", "unit": "b1"}]
    code, out, _ = expr(
        "--target", "all", expressions=["share * 100", 'who == "u1"', "unit == user.branch"], fields=fields, rows=rows,
        context={"user": {"branch": "b1"}},
    )  # fmt: skip

    assert (0, [["4.35"], [True], [True]]) == (code, [json.loads(line)["values"] for line in out.splitlines()])


def test_one_expression_has_one_line_a_row(expr: Expr) -> None:
    """A single expression prints one JSON value for each row."""
    assert (0, '"4.2"\nnull\n', "") == expr("amount * rate / 1200")


def test_a_name_that_the_context_does_not_give_is_told_so(expr: Expr) -> None:
    """Who gave no context learns where a parameter comes from; a near name is still offered."""
    for context, hint in (({}, "Give it with --context"), (CONTEXT, "Did you mean 'limit'?")):
        code, _, err = expr("param.limt + 1", context=context)
        assert (1, True, True) == (code, "context.json has no param 'limt'." in err, hint in err), err


def test_a_refused_expression_shows_its_place(expr: Expr) -> None:
    """A fault of a single expression is shown with a mark, and the exit code says it."""
    code, out, err = expr("1 +\n amuont")

    assert (1, "") == (code, out)
    assert "expression 1:2:2" in err
    assert "X005" in err
    assert "Did you mean 'amount'?" in err


def test_refused_expressions_of_a_list_do_not_hide_the_others(expr: Expr) -> None:
    """Each refused expression has a line of its own with the finding."""
    code, out, _ = expr(expressions=["amuont", "1 + 1"])
    first, second = (json.loads(line) for line in out.splitlines())

    assert 1 == code
    assert [("X005", 1, 1)] == [(f["code"], f["line"], f["column"]) for f in first["diagnostics"]]
    assert {"values": ["2", "2"]} == second


@pytest.mark.parametrize(
    ("target", "source"), [("sqlite", "old.amount"), ("postgresql", "changed(amount)"), ("python", "count(loans)"), ("browser", "sum(loans.balance)")]
)  # fmt: skip
def test_what_a_target_lacks_is_refused_there(expr: Expr, target: str, source: str) -> None:
    """A function that is not available in a target is X030; with all targets it runs where it can."""
    code, out, _ = expr("--target", target, expressions=[source])

    assert (1, "X030") == (code, json.loads(out)["diagnostics"][0]["code"])
    assert 0 == expr("--target", "all", expressions=[source])[0]


def test_related_records_are_computed_by_both_databases(expr: Expr) -> None:
    """Related records stand in the rows as lists; SQL alone aggregates over them."""
    for target in ("sqlite", "postgresql"):
        assert (0, '"12.5"\n"0"\n', "") == expr("sum(loans.balance)", "--target", target)


def test_targets_that_differ_are_named(expr: Expr, monkeypatch: pytest.MonkeyPatch) -> None:
    """A target that gives another value is said with the row, and the exit code is 1."""
    monkeypatch.setattr(sql, "lower_value", lambda tree, scope: sql.sa.literal("other", Json()))

    code, _, err = expr("name", "--target", "all")

    assert 1 == code
    assert 'row 0: sqlite gives "other", python gives "张%"' in err
    listed = json.loads(expr("--target", "all", expressions=["name"])[1])
    assert {"sqlite", "postgresql"} == {each["target"] for each in listed["differences"]}


def test_nothing_stays_in_the_database(expr: Expr, postgres_server: str) -> None:
    """The tables of a run and the functions it needed are gone with its transaction."""
    import psycopg2

    expr("amount", "--target", "postgresql")
    connection = psycopg2.connect(postgres_server)
    cursor = connection.cursor()
    cursor.execute("select count(*) from pg_class where relname like 'lab_%'")
    assert (0,) == cursor.fetchone()
    cursor.execute("select to_regproc('lc.fin') is null")
    assert (True,) == cursor.fetchone()
    connection.close()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"fields": {"fields": {"amount": {"type": "mony"}}}}, "Did you mean 'money'?"),
        ({"rows": [{"amont": "1"}]}, "There is no field 'amont'."),
        ({"rows": [{"amount": "1.005"}]}, "[0].amount:"),
        ({"rows": [{"due": "2025-02-30"}]}, "[0].due:"),
        ({"rows": [{"name": "a\0"}]}, "[0].name:"),
        ({"rows": [{"grade": "middle"}]}, "[0].grade:"),
        ({"rows": [{"incomes": [{"a": "1"}]}]}, "[0].incomes[0]: There is no field 'a'."),
        ({"rows": {}}, "holds a list of records"),
        ({"rows": "[1,"}, "This is no JSON"),
        ({"context": {"user": ["x"]}}, "user: A map is expected here."),
        ({"context": {"param": {"limit": {"type": "mony"}}}}, "Did you mean 'money'?"),
        ({"rows": [{"incomes": 5}]}, "[0].incomes[0]: A record is a map."),
        ({"fields": {"fields": {"amount": {"type": "money", "curency": "USD"}}}}, "Did you mean 'currency'?"),
        ({"context": {"todya": "2025-03-31"}}, "The context has no 'todya'"),
        ({"context": {"timezone": "Mars/Base"}}, "There is no time zone 'Mars/Base'."),
    ],
)
def test_wrong_files_get_a_sentence(expr: Expr, files: dict[str, Any], said: str) -> None:
    """What is wrong with a file is said in one sentence with the place."""
    code, _, err = expr("amount", **files)

    assert 1 == code
    assert said in err
