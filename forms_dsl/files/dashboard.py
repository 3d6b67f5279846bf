"""`dashboards/<name>.yaml`: tiles of reports and lists."""

from __future__ import annotations

from typing import Annotated

from pydantic import ValidationInfo

from forms_dsl.diagnostics import Sentence
from forms_dsl.durations import parse_duration
from forms_dsl.files.labels import LabelText, SentenceText
from forms_dsl.files.values import (
    Expr,
    Flag,
    Name,
    Read,
    Reference,
    Shape,
    Text,
    key,
    one_of,
    read_duration,
    text_of,
    whole,
    wrong,
)

#: How often a tile is brought up to date, beside a duration.
REFRESH_WORDS = ("live", "daily")


def _refresh(value: object, info: ValidationInfo) -> str:
    text = text_of(value)
    if text in REFRESH_WORDS:
        return text
    if parse_duration(text) is None:
        hint = Sentence("Write live, daily or a duration like 15m.", "请写 live、daily 或时长，如 15m。")
        raise wrong(f"{text!r} is not how often a tile is refreshed.", f"“{text}”不是刷新频率。", hint)
    read_duration(text, info)
    return text


class TileShape(Shape):
    """One tile."""

    tile: Annotated[Name, key("The tile's name.", "卡片名称。")]
    label: Annotated[
        LabelText | None,
        key("Its heading; default is the measure's, report's or list's.", "标题，默认取度量、报表或列表的标签。"),
    ] = None
    report: Annotated[Reference | None, key("The report it shows.", "显示的报表。")] = None
    measure: Annotated[Reference | None, key("The figure of the report.", "报表中的度量。")] = None
    list: Annotated[Reference | None, key("The list it shows.", "显示的列表。")] = None
    show: Annotated[str, one_of("number", "chart", "table"), key("How it is shown.", "显示方式。")] = "table"
    span: Annotated[int, whole(1, 12), key("Its width in twelfths.", "宽度（共 12 格）。")] = 12
    refresh: Annotated[
        str,
        Read(_refresh, {"type": "string"}),
        key("How fresh it is: live, a duration, daily.", "刷新频率：live、时长或 daily。"),
    ] = "live"
    target: Annotated[
        Text | None, key("What is to be reached: a number, measure or param.x.", "目标：数值、度量或 param.x。")
    ] = None
    limit: Annotated[
        Text | None, key("What is not to be exceeded: a number, measure or param.x.", "上限：数值、度量或 param.x。")
    ] = None
    compare: Annotated[
        str | None,
        one_of("previous_period", "same_days_of_previous", "previous_year"),
        key("What it is compared with.", "对比的期间。"),
    ] = None
    definition: Annotated[SentenceText | None, key("What the figure means.", "指标口径说明。")] = None
    owner: Annotated[Reference | None, key("The role or post that answers for it: role.x", "负责的角色或岗位：role.x")] = None


class DashboardShape(Shape):
    """A dashboard."""

    dashboard: Annotated[Name, key("The dashboard's name.", "仪表盘名称。")]
    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    label: Annotated[LabelText, key("Its title.", "仪表盘标题。")]
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得修改。")] = False
    visible: Annotated[Expr | None, key("Who sees it.", "谁可以看到。")] = None
    tiles: Annotated[list[TileShape], key("Its tiles, in order.", "卡片，按顺序。", min_length=1)]
