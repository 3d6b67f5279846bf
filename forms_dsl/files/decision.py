"""`decisions/<name>.yaml`: scorecards and decision tables."""

from __future__ import annotations

from typing import Annotated

from forms_dsl.diagnostics import Sentence
from forms_dsl.files.app import Day
from forms_dsl.files.labels import Deprecated, LabelText, SentenceText
from forms_dsl.files.values import (
    Expr,
    Flag,
    Literal,
    Name,
    Reference,
    Shape,
    key,
    one_of,
    plain,
    text_of,
    whole,
    wrong,
)

#: Larger figures are no points of a card.
_POINTS = 1_000_000


def _type_or_codes(value: object) -> str | tuple[str, ...]:
    """A type, choice list or `entity.field` by name, or the codes themselves."""
    if isinstance(value, list) and value:
        return tuple(text_of(each) for each in value)
    if isinstance(value, dict):
        raise wrong("A type or a list of codes is needed here.", "此处应为类型或代码列表。")
    return text_of(value)


def _cell(value: object) -> str | tuple[str, ...]:
    """A code, a list of codes, `missing`, or a comparison."""
    if isinstance(value, list) and value:
        return tuple(text_of(each) for each in value)
    if isinstance(value, dict | list):
        hint = Sentence("Leave the input out to match everything.", "不写该输入即表示匹配任何值。")
        raise wrong(
            "A cell is a code, a list of codes, missing, or a comparison.", "单元格应为代码、代码列表、missing 或比较式。", hint
        )
    return text_of(value)


_LIST_SCHEMA = {"type": "array", "items": {"type": "string"}, "minItems": 1}
TypeOrCodes = Annotated[str | tuple[str, ...], plain(_type_or_codes, {"anyOf": [{"type": "string"}, _LIST_SCHEMA]})]
CellText = Annotated[str | tuple[str, ...], plain(_cell, {"anyOf": [{"type": ["string", "number", "boolean"]}, _LIST_SCHEMA]})]
Points = Annotated[int, whole(-_POINTS, _POINTS)]


class FactorRowShape(Shape):
    """Points for one condition."""

    if_: Annotated[Expr | None, key("When these points count.", "得分条件。", alias="if")] = None
    else_: Annotated[Flag, key("The row for all that is left.", "其余情况。", alias="else")] = False
    points: Annotated[Points, key("The points, below zero to take some away.", "得分，可为负数。")]
    reason: Annotated[SentenceText | None, key("What is said when this row costs points.", "失分原因。")] = None


class BandShape(Shape):
    """The grade for some scores."""

    if_: Annotated[Expr | None, key("A condition over score.", "关于 score 的条件。", alias="if")] = None
    else_: Annotated[Flag, key("The grade of all other scores.", "其余分数的等级。", alias="else")] = False
    then: Annotated[Literal, key("The grade.", "等级。")]


class DecisionRowShape(Shape):
    """One row of a table."""

    row: Annotated[Name, key("The row's name.", "规则行名称。")]
    if_: Annotated[
        dict[Reference, CellText],
        key("Input and cell; an input left out matches everything.", "输入与单元格；未写的输入匹配任何值。", alias="if"),
    ] = {}
    then: Annotated[dict[Reference, Literal], key("What it gives.", "输出的值。", min_length=1)]
    valid_from: Annotated[Day | None, key("The first day on which it counts.", "生效日期。")] = None
    valid_to: Annotated[Day | None, key("The last day on which it counts.", "失效日期（含当日）。")] = None


class DecisionShape(Shape):
    """A decision."""

    decision: Annotated[Name, key("The decision's name.", "决策名称。")]
    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    label: Annotated[LabelText, key("Its title.", "决策标题。")]
    deprecated: Deprecated = None
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得修改。")] = False
    kind: Annotated[
        str, one_of("scorecard", "table"), key("Points that are added up, or rows of conditions.", "评分卡或决策表。")
    ]
    entity: Annotated[Reference | None, key("Scorecard: the entity whose fields it reads.", "评分卡：所读取字段的实体。")] = None
    output: Annotated[
        dict[Name, TypeOrCodes],
        key("What it gives: name and type, choice list or codes.", "输出：名称与类型、选项列表或代码。", min_length=1),
    ]
    start: Annotated[Points, key("Scorecard: points before the factors.", "评分卡：基础分。")] = 0
    factors: Annotated[dict[Name, list[FactorRowShape]], key("Scorecard: the factors.", "评分卡：评分因素。")] = {}
    grade: Annotated[list[BandShape], key("Scorecard: grades by score.", "评分卡：按分数定级。")] = []
    reasons: Annotated[int, whole(0, 20), key("Scorecard: how many reasons are shown.", "评分卡：显示的原因个数。")] = 0
    shadow_of: Annotated[
        Reference | None,
        key("The live decision beside which this one is only recorded.", "所对照的正式决策；本决策只记录，不生效。"),
    ] = None
    given: Annotated[dict[Name, TypeOrCodes], key("Table: its inputs.", "决策表：输入。")] = {}
    hit: Annotated[
        str,
        one_of("unique", "first", "collect"),
        key("Table: what counts when several rows apply.", "决策表：多行命中时的处理。"),
    ] = "unique"
    rows: Annotated[list[DecisionRowShape], key("Table: the rows.", "决策表：规则行。")] = []
    maintained_by: Annotated[
        Reference | None,
        key("Table: the role that changes the rows as data: role.x", "决策表：以数据方式维护规则行的角色：role.x"),
    ] = None
