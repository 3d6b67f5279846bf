"""`reports/<name>.yaml`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Tag

from forms_dsl.charts.registry import CHARTS
from forms_dsl.files.labels import LabelText
from forms_dsl.files.values import Expr, Name, Path, Reference, Shape, key, one_of
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


class ReportShape(Shape):
    """A report."""

    later: ClassVar[frozenset[str]] = frozenset({"parameters", "send", "sealed"})

    report: Annotated[Name, key("The report's name.", "报表名称。")]
    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    entity: Annotated[Reference, key("The entity it counts.", "统计的实体。")]
    label: Annotated[LabelText, key("Its title.", "报表标题。")]
    filter: Annotated[Expr | None, key("Which records count.", "统计哪些记录。")] = None
    rows: Annotated[list[Grouping], key("Groups down the side.", "行分组。")] = []
    columns: Annotated[list[Grouping], key("Groups across the top.", "列分组。")] = []
    measures: Annotated[dict[Name, MeasureShape], key("The figures.", "度量。", min_length=1)]
    sort: Annotated[list[Path], key("Its order.", "排序。")] = []
    chart: Annotated[ChartShape | None, key("Its chart.", "图表。")] = None
    drill: Annotated[Reference | None, key("The list that a figure opens.", "点击数字打开的列表。")] = None
