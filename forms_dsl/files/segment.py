"""`segments/<name>.yaml`: groups of records."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from forms_dsl.diagnostics import Sentence
from forms_dsl.files.calendar import TimeOfDay
from forms_dsl.files.labels import LabelText
from forms_dsl.files.values import (
    Expr,
    Flag,
    Length,
    Name,
    Path,
    Reference,
    Schedule,
    Shape,
    key,
    number_text,
    one_of,
    plain,
    text_of,
    wrong,
)

_PERCENT = re.compile(r"(\S+?)\s*%\Z")


def percent_of(value: object) -> str:
    """A share above 0 and at most 100 percent, written `10` or `10 %`; gives the number."""
    text = text_of(value)
    match = _PERCENT.match(text)
    number = number_text(match[1] if match else text)
    if not 0 < Decimal(number) <= 100:
        raise wrong(f"{text!r} is not above 0 and at most 100 percent.", f"“{text}”应大于 0% 且不超过 100%。")
    return number


def _top(value: object) -> str:
    """A number of records, or a share with a percent sign."""
    text = text_of(value)
    if text.endswith("%"):
        return f"{percent_of(text)}%"
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) < 10**8 or len(text) > 8:
        hint = Sentence("Write 100 or 10%.", "请写 100 或 10%。")
        raise wrong(f"{text!r} is not a number of records or a share.", f"“{text}”不是记录数或比例。", hint)
    return text


class WindowShape(Shape):
    """Some of the related records, by time; a name for aggregates."""

    of: Annotated[Reference, key("The related records.", "关联记录。")]
    at: Annotated[Reference, key("Their date or time that counts.", "据以划分的日期或时间字段。")]
    last: Annotated[Length | None, key("How long the window is.", "时间窗口的长度。")] = None
    skip: Annotated[Length | None, key("How long before today it ends.", "窗口结束于今天之前多久。")] = None
    from_: Annotated[TimeOfDay | None, key("From this time of day …", "从此时刻……", alias="from")] = None
    to: Annotated[TimeOfDay | None, key("… to that one, also over midnight.", "……到此时刻，可跨午夜。")] = None


class RankShape(Shape):
    """The first of an order."""

    by: Annotated[Expr, key("The number that is compared.", "用于排序的数值。")]
    within: Annotated[
        Path | None, key("Records with the same value here are one order, like branch.", "按此字段分组排序，如网点。")
    ] = None
    order: Annotated[str, one_of("highest", "lowest"), key("Which come first.", "从高到低或从低到高。")] = "highest"
    top: Annotated[
        str,
        plain(_top, {"type": ["integer", "string"]}),
        key("How many, or which share: 100 or 10%.", "取多少条或多大比例：100 或 10%。"),
    ]


class SegmentShape(Shape):
    """A segment."""

    segment: Annotated[Name, key("The segment's name.", "客群名称。")]
    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    entity: Annotated[Reference, key("The entity of its members.", "成员所属的实体。")]
    label: Annotated[LabelText, key("Its title.", "客群标题。")]
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得修改。")] = False
    windows: Annotated[
        dict[Name, WindowShape], key("Related records by time, as names for aggregates.", "按时间划分的关联记录，可用于汇总。")
    ] = {}
    where: Annotated[Expr, key("Who belongs to it.", "成员条件。")]
    exclude: Annotated[Expr | None, key("Who does not, all the same.", "排除条件。")] = None
    rank: Annotated[
        RankShape | None, key("Only the first of an order, after where and exclude.", "在满足条件者中只取排名靠前的。")
    ] = None
    mode: Annotated[str, one_of("live", "snapshot"), key("Asked each time, or kept.", "实时计算，或保存快照。")] = "live"
    every: Annotated[Schedule | None, key("When a snapshot is made.", "何时生成快照。")] = None
    sample: Annotated[
        str | None,
        plain(percent_of, {"type": ["number", "string"]}),
        key("A stable random share, in percent.", "稳定的随机抽样比例（%）。"),
    ] = None
