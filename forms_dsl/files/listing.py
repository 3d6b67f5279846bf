"""`lists/<name>.yaml` and `pages/<entity>.yaml`: how records are found and looked at."""

from __future__ import annotations

from typing import Annotated

from pydantic import Tag

from forms_dsl.files.labels import Deprecated, LabelText
from forms_dsl.files.values import Expr, FreeName, Name, Path, Reference, Sealed, Shape, Text, key, one_of, whole
from forms_dsl.files.variants import by_verb, tag


class CardShape(Shape):
    """A record on a phone."""

    title: Annotated[Text, key("Its heading, with {fields}.", "标题，可含 {字段}。")]
    lines: Annotated[list[Path], key("Fields under the heading.", "标题下的字段。")] = []


class ViewShape(Shape):
    """A view that ships beside the list itself."""

    label: Annotated[LabelText, key("Its name for readers.", "视图名称。")]
    filter: Annotated[Expr | None, key("Which records it shows.", "显示哪些记录。")] = None
    sort: Annotated[list[Path], key("Its order.", "排序。")] = []
    columns: Annotated[list[Path], key("Its columns.", "列。")] = []


class ListShape(Shape):
    """A list."""

    name: Annotated[Name, key("The list's name.", "列表名称。", alias="list")]
    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    entity: Annotated[Reference, key("The entity whose records it shows.", "显示哪个实体的记录。")]
    label: Annotated[LabelText, key("Its title.", "列表标题。")]
    columns: Annotated[list[Path], key("Its columns, also paths.", "列，可用路径。", min_length=1)]
    filter: Annotated[Expr | None, key("Which records it shows, on top of access.", "在权限之上再过滤哪些记录。")] = None
    sort: Annotated[list[Path], key("Its order; -field is descending.", "排序；-字段 表示降序。")] = []
    search: Annotated[list[Path], key("Fields of the search box.", "搜索框查找的字段。")] = []
    quick_filters: Annotated[list[Path], key("Fields offered as filters.", "快捷筛选字段。")] = []
    totals: Annotated[list[Path], key("Number fields with a total.", "显示合计的数值字段。")] = []
    group_by: Annotated[
        Path | None, key("The field that groups the records, in a board its columns.", "分组字段；看板中即各列。")
    ] = None
    view: Annotated[str, one_of("table", "board", "calendar", "timeline"), key("How it is drawn.", "呈现方式。")] = "table"
    dates: Annotated[
        list[Path],
        key("Date of a record in a calendar; begin and end in a timeline.", "日历中的日期；时间线的起止日期。", max_length=2),
    ] = []
    card: Annotated[CardShape | None, key("How a record looks on a phone.", "手机上的卡片。")] = None
    page_size: Annotated[int, whole(1, 200), key("Records on a page.", "每页记录数。")] = 50
    open_with: Annotated[Reference | None, key("The form that opens a record.", "打开记录的表单。")] = None
    views: Annotated[dict[Name, ViewShape], key("Further views.", "其他视图。")] = {}
    bulk: Annotated[
        list[Reference],
        key(
            "Actions on a selection: export, assign, delete, or an automation.",
            "对所选记录的操作：export、assign、delete 或自动化规则。",
        ),
    ] = []
    deprecated: Deprecated = None
    sealed: Sealed = False


class RelatedPanelShape(Shape):
    """Records that point here."""

    related: Annotated[Reference, key("A name of the entity's related records.", "实体 related 中的名称。")]
    name: Annotated[Name | None, key("The panel's name.", "面板名称。")] = None
    label: Annotated[LabelText, key("Its title.", "面板标题。")]
    columns: Annotated[list[Path], key("Its columns.", "列。", min_length=1)]
    sort: Annotated[list[Path], key("Its order.", "排序。")] = []


class CallPanelShape(Shape):
    """A live question to a connection."""

    call: Annotated[Reference, key("binding.operation", "绑定.操作")]
    name: Annotated[Name, key("The panel's name.", "面板名称。")]
    label: Annotated[LabelText, key("Its title.", "面板标题。")]
    send: Annotated[dict[FreeName, Expr], key("What is asked with.", "查询参数。")] = {}
    values: Annotated[
        dict[FreeName, LabelText], key("Which answers are shown, with their labels.", "显示哪些结果及其标签。", min_length=1)
    ]


Panel = Annotated[
    Annotated[RelatedPanelShape, Tag(tag("related"))] | Annotated[CallPanelShape, Tag(tag("call"))],
    by_verb("related", "call"),
]


class ActionShape(Shape):
    """A button that opens a form with fields filled in."""

    action: Annotated[Name, key("The button's name.", "按钮名称。")]
    label: Annotated[LabelText, key("Its words.", "按钮文字。")]
    form: Annotated[Reference, key("The form that it opens.", "打开的表单。")]
    prefill: Annotated[
        dict[FreeName, Path],
        key("Fields filled from the record; $record is the record itself.", "用记录预填的字段；$record 表示记录本身。"),
    ] = {}


class RecordPageShape(Shape):
    """The page of one record."""

    page: Annotated[Name, key("The entity's name.", "实体名称。")]
    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    entity: Annotated[Reference, key("The entity.", "实体。")]
    label: Annotated[LabelText, key("Its title.", "页面标题。")]
    tags: Annotated[list[Path], key("Fields shown as tags.", "以标签显示的字段。")] = []
    facts: Annotated[list[Path], key("Fields shown as facts.", "以要素显示的字段。")] = []
    panels: Annotated[list[Panel], key("Its panels, in order.", "面板，按顺序。")] = []
    actions: Annotated[list[ActionShape], key("Its buttons.", "按钮。")] = []
    sealed: Sealed = False
