"""`forms/<entity>.<name>.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Tag

from forms_dsl.files.labels import Deprecated, LabelText, SentenceText
from forms_dsl.files.values import (
    Expr,
    FlagOrExpr,
    FreeName,
    Name,
    Path,
    Reference,
    Sealed,
    Shape,
    Span3,
    Text,
    key,
    one_of,
    whole,
)
from forms_dsl.files.variants import by_verb, tag


class ItemShape(Shape):
    """What every item may say."""

    label: Annotated[LabelText | None, key("Another label here.", "在此处使用的标签。")] = None
    help: Annotated[SentenceText | None, key("Another help text here.", "在此处使用的说明。")] = None
    span: Annotated[Span3, key("How many columns it takes.", "占几列。")] = 1
    visible: Annotated[
        Expr | None, key("When it is shown, beside the field's own condition.", "在字段自身条件之外，何时显示。")
    ] = None


class FieldItemShape(ItemShape):
    """An input."""

    field: Annotated[Reference, key("The field.", "字段。")]
    required_when: Annotated[Expr | None, key("When it must be filled in.", "何时必填。")] = None
    read_only: Annotated[FlagOrExpr, key("Whether or when it is only shown.", "是否（或何时）只读。")] = False


class RowsItemShape(ItemShape):
    """A table input."""

    rows: Annotated[Reference, key("The field of type rows.", "明细类型的字段。")]
    required_when: Annotated[Expr | None, key("When it must be filled in.", "何时必填。")] = None
    read_only: Annotated[FlagOrExpr, key("Whether or when it is only shown.", "是否（或何时）只读。")] = False
    columns: Annotated[list[Path], key("The columns, in order.", "列，按顺序。")] = []
    min: Annotated[int | None, whole(0, 10_000), key("The least number of rows.", "最少行数。")] = None
    max: Annotated[int | None, whole(1, 10_000), key("The greatest number of rows.", "最多行数。")] = None
    totals: Annotated[list[Path], key("Columns with a total.", "显示合计的列。")] = []


class TextItemShape(ItemShape):
    """Fixed words."""

    text: Annotated[Name, key("The name of the text.", "文字的名称。")]
    label: Annotated[SentenceText, key("The words.", "文字内容。")]


class ButtonItemShape(ItemShape):
    """A button that asks another system and fills fields from the answer."""

    button: Annotated[Name, key("The button's name.", "按钮名称。")]
    label: Annotated[LabelText, key("Its words.", "按钮文字。")]
    call: Annotated[Reference, key("The operation that it calls: binding.operation", "调用的操作：绑定.操作")]
    send: Annotated[dict[FreeName, Expr], key("What is asked with.", "发送的参数。")] = {}
    save: Annotated[dict[Reference, Expr], key("Fields that are filled, from result.", "用 result 填写的字段。", min_length=1)]


Item = Annotated[
    Annotated[Text, Tag(tag("bare"))]
    | Annotated[FieldItemShape, Tag(tag("field"))]
    | Annotated[RowsItemShape, Tag(tag("rows"))]
    | Annotated[TextItemShape, Tag(tag("text"))]
    | Annotated[ButtonItemShape, Tag(tag("button"))],
    by_verb("field", "rows", "text", "button", bare="bare"),
]


class SectionShape(Shape):
    """A section of fields."""

    section: Annotated[Name, key("The section's name.", "分区名称。")]
    label: Annotated[LabelText, key("Its heading.", "分区标题。")]
    columns: Annotated[Span3, key("Columns on a wide screen.", "宽屏上的列数。")] = 1
    visible: Annotated[Expr | None, key("When it is shown.", "何时显示。")] = None
    items: Annotated[list[Item], key("What it shows, in order.", "分区内容，按顺序。")] = []


Section = Annotated[Annotated[SectionShape, Tag(tag("section"))], by_verb("section")]


class TabShape(Shape):
    """A tab, which holds sections."""

    tab: Annotated[Name, key("The tab's name.", "标签页名称。")]
    label: Annotated[LabelText, key("Its heading.", "标题。")]
    visible: Annotated[Expr | None, key("When it is shown.", "何时显示。")] = None
    items: Annotated[list[SectionShape], key("Its sections.", "其中的分区。")] = []


class PageShape(Shape):
    """A page of a wizard, which holds sections."""

    page: Annotated[Name, key("The page's name.", "页名称。")]
    label: Annotated[LabelText, key("Its heading.", "标题。")]
    visible: Annotated[Expr | None, key("When it is shown.", "何时显示。")] = None
    items: Annotated[list[SectionShape], key("Its sections.", "其中的分区。")] = []


Block = Annotated[
    Annotated[SectionShape, Tag(tag("section"))] | Annotated[TabShape, Tag(tag("tab"))] | Annotated[PageShape, Tag(tag("page"))],
    by_verb("section", "tab", "page"),
]


class FormShape(Shape):
    """A form."""

    form: Annotated[Reference, key("entity.name", "实体.名称")]
    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    entity: Annotated[Reference, key("The entity it enters.", "录入的实体。")]
    label: Annotated[LabelText, key("Its title.", "表单标题。")]
    layout: Annotated[list[Block], key("Its blocks, in order.", "布局块，按顺序。", min_length=1)]
    actions: Annotated[
        list[Annotated[str, one_of("save_draft", "submit", "save_and_new", "print")]],
        key("Its buttons.", "按钮。"),
    ] = ["save_draft", "submit"]
    deprecated: Deprecated = None
    sealed: Sealed = False
