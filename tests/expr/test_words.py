"""An expression said in words, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_dsl.expr.labels import labels_of
from forms_dsl.expr.scope import FORM, MEASURE, SEGMENT
from forms_dsl.expr.words import WordLabels, in_words
from forms_dsl.folder import read_folder
from forms_dsl.functions_page import PAGE, page
from forms_dsl.load import load_app
from tests.expr.world import checked, scope

ROOT = Path(__file__).resolve().parents[2]

LABELS = WordLabels(
    {
        "m1": {"en": "Amount", "zh": "贷款金额"},
        "m2": {"en": "Income", "zh": "收入"},
        "n1": {"en": "Term", "zh": "期限"},
        "c1": {"en": "Product", "zh": "产品"},
        "s1": {"en": "Tags", "zh": "标签"},
        "b1": {"en": "Blacklisted", "zh": "黑名单"},
        "d1": {"en": "Due day", "zh": "到期日"},
        "t1": {"en": "Remark", "zh": "备注"},
        "unit": {"en": "Branch", "zh": "网点"},
        "other.born": {"en": "Birth date", "zh": "出生日期"},
        "lines": {"en": "incomes", "zh": "收入明细"},
        "lines.a": {"en": "amount", "zh": "金额"},
        "lines.k": {"en": "kind", "zh": "类型"},
        "param.p_number": {"en": "the limit", "zh": "限额"},
    },
    {
        "c1": {"A": {"en": "Consumer loan", "zh": "消费贷"}, "B": {"en": "Mortgage", "zh": "住房按揭"}},
        "s1": {"A": {"en": "VIP", "zh": "贵宾"}},
        "lines.k": {"A": {"en": "Salary", "zh": "工资"}},
    },
)

SAID = (
    ("m1 > 500000", "贷款金额 > 500,000", "Amount > 500,000"),
    ("m1 <= -1250.5", "贷款金额 ≤ -1,250.5", "Amount ≤ -1,250.5"),
    ('c1 == "A"', "产品 = 消费贷", "Product = Consumer loan"),
    ('c1 != "A" and n1 > 12', "产品 ≠ 消费贷 且 期限 > 12", "Product ≠ Consumer loan and Term > 12"),
    ('c1 in ["A", "B"]', "产品属于消费贷、住房按揭", "Product is one of Consumer loan, Mortgage"),
    ('c1 not in ["A"]', "产品不属于消费贷", "Product is none of Consumer loan"),
    ('(n1 > 1 or b1) and not b1', "(期限 > 1 或 黑名单为是) 且 黑名单不为是", "(Term > 1 or Blacklisted is yes) and Blacklisted is not yes"),
    ("is_missing(t1)", "备注为空", "Remark is missing"),
    ("t1 != None", "备注不为空", "Remark is given"),
    ('t1 == "x"', "备注 = “x”", 'Remark = "x"'),
    ('not contains(t1, "x")', "备注不包含“x”", 'Remark does not contain "x"'),
    ('"A" in s1', "标签包含贵宾", "Tags includes VIP"),
    ("(m1 + m2) * n1 > m1 - (m2 - 1)", "(贷款金额 + 收入) × 期限 > 贷款金额 - (收入 - 1)", "(Amount + Income) × Term > Amount - (Income - 1)"),
    ("d1 > today() - 30", "到期日 > 今天前30天", "Due day > 30 days before today"),
    ("d1 >= date(2025, 3, 1)", "到期日 ≥ 2025-03-01", "Due day ≥ 2025-03-01"),
    ("years_between(other.born, today()) >= 18", "出生日期至今天的整年数 ≥ 18", "full years from Birth date to today ≥ 18"),
    ("unit == user.branch", "网点 = 本人机构", "Branch = the user's branch"),
    ("unit.path in user.branch_tree", "网点在本人机构及下级内", "Branch is among the user's units"),
    ('sum(r.a for r in lines if r.k == "A") > param.p_number', "类型 = 工资的金额合计 > 限额", "the sum of amount where kind = Salary > the limit"),
    ("count(lines) == 0", "收入明细数 = 0", "the number of incomes = 0"),
    ('has_role("clerk")', "用户具有角色“clerk”", 'the person has the role "clerk"'),
    ("round(m1 / n1, 2)", "贷款金额 ÷ 期限四舍五入到2位小数", "Amount ÷ Term rounded to 2 places"),
    ("m1 if b1 else 0", "若黑名单为是则贷款金额，否则0", "Amount if Blacklisted is yes, else 0"),
)  # fmt: skip


@pytest.mark.parametrize(("source", "zh", "en"), SAID)
def test_an_expression_is_said_in_words(source: str, zh: str, en: str) -> None:
    """Labels, choices and numbers are said as people know them."""
    tree = checked(source, scope=scope(SEGMENT)).tree

    assert (zh, en) == (in_words(tree, LABELS, "zh"), in_words(tree, LABELS, "en"))


def test_a_change_is_said() -> None:
    """The value before a change has a name."""
    expression = checked("changed(m1) and old.m1 > 5", scope=scope(FORM))

    assert "贷款金额已改变 且 原贷款金额 > 5" == in_words(expression, LABELS, "zh")


def test_a_measure_is_said() -> None:
    """An aggregate over a group needs no rows."""
    assert "the sum of Amount" == in_words(checked("sum(m1)", scope=scope(MEASURE)), LABELS, "en")
    assert "产品 = 消费贷的记录数" == in_words(checked('count_if(c1 == "A")', scope=scope(MEASURE)), LABELS, "zh")


def test_the_labels_of_an_entity_are_those_of_its_definition() -> None:
    """Fields, paths through references, rows, parameters and codes are said as the app labels them."""
    app = load_app(read_folder(ROOT / "app_definitions" / "bank_customer")).app
    assert app is not None
    labels = labels_of(app, app.entities["card"])

    assert "账户 · 开户机构" == labels.fields["account.branch"]["zh"]
    assert "创建人" == labels.fields["created_by"]["zh"]
    assert set(app.parameters) == {path.removeprefix("param.") for path in labels.fields if path.startswith("param.")}
    assert labels.choices


def test_what_has_no_label_is_said_by_its_name() -> None:
    """A missing label is no failure."""
    assert "e8 > 1" == in_words(checked("e8 > 1"), WordLabels(), "zh")


def test_every_function_stands_in_the_manual() -> None:
    """The table of functions in docs/expressions.md is the one that the functions make."""
    text = PAGE.read_text(encoding="utf-8")

    assert page(text) == text, "run `make docs`"
