"""`reports/<name>.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Tag

from forms_dsl.charts.registry import CHARTS
from forms_dsl.files.labels import Deprecated, LabelText
from forms_dsl.files.people import People, SetValue
from forms_dsl.files.values import Expr, Flag, Name, Path, Reference, Schedule, Shape, Text, key, one_of
from forms_dsl.files.variants import by_kind, tag


class GroupingShape(Shape):
    """A group that is not a bare field."""

    value: Annotated[Expr, key("What is grouped by.", "分组依据。")]
    name: Annotated[Name, key("The column's name.", "列名称。")]
    label: Annotated[LabelText, key("The column's heading.", "列标题。")]


Grouping = Annotated[Annotated[GroupingShape, Tag(tag("map"))] | Annotated[Expr, Tag(tag("text"))], by_kind(dict, "map", "text")]


class MeasureShape(Shape):
    """A figure of each group."""

    value: Annotated[Expr, key("An expression over the group.", "对组内记录的表达式。")]
    label: Annotated[LabelText, key("The column's heading.", "列标题。")]
    format: Annotated[str | None, one_of("number", "money", "percent"), key("How it is shown.", "显示格式。")] = None


class ChartShape(Shape):
    """How the report is drawn beside its table."""

    kind: Annotated[str, one_of(*CHARTS), key("The kind of chart.", "图表类型。")]
    x: Annotated[Path, key("A row or column.", "行或列分组。")]
    y: Annotated[Reference, key("A measure.", "度量。")]


class ReportParameterShape(Shape):
    """Something that the reader is asked for, used as `param.name`."""

    type: Annotated[Text, key("Its type, one of those of parameters.", "类型，与参数的类型相同。")]
    label: Annotated[LabelText, key("What it is called.", "显示名称。")]
    default: Annotated[SetValue | None, key("The value before anybody chooses one.", "默认值。")] = None


class ReportSendShape(Shape):
    """A subscription; each receiver gets what he may see."""

    every: Annotated[Schedule, key("When it is sent.", "发送时间。")]
    to: Annotated[list[People], key("Who gets it.", "发送给谁。", min_length=1)]
    as_: Annotated[str, one_of("xlsx", "pdf", "csv"), key("As what file.", "文件格式。", alias="as")] = "xlsx"


class ReportShape(Shape):
    """A report."""

    report: Annotated[Name, key("The report's name.", "报表名称。")]
    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    entity: Annotated[Reference, key("The entity it counts.", "统计的实体。")]
    label: Annotated[LabelText, key("Its title.", "报表标题。")]
    deprecated: Deprecated = None
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得修改。")] = False
    parameters: Annotated[dict[Name, ReportParameterShape], key("What the reader is asked for.", "向读者询问的参数。")] = {}
    filter: Annotated[Expr | None, key("Which records count.", "统计哪些记录。")] = None
    rows: Annotated[list[Grouping], key("Groups down the side.", "行分组。")] = []
    columns: Annotated[list[Grouping], key("Groups across the top.", "列分组。")] = []
    measures: Annotated[dict[Name, MeasureShape], key("The figures.", "度量。", min_length=1)]
    sort: Annotated[list[Path], key("Its order.", "排序。")] = []
    chart: Annotated[ChartShape | None, key("Its chart.", "图表。")] = None
    drill: Annotated[Reference | None, key("The list that a figure opens.", "点击数字打开的列表。")] = None
    send: Annotated[ReportSendShape | None, key("When and to whom it is sent.", "订阅：何时发送给谁。")] = None
