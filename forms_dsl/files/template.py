"""`templates/<name>.yaml`: words of messages, and pages to print; no logic, only placeholders."""

from __future__ import annotations

from typing import Annotated

from pydantic import Tag

from forms_dsl.files.labels import BodyText, Deprecated, LabelText, SentenceText
from forms_dsl.files.steps import StepList
from forms_dsl.files.values import Expr, Flag, Name, Path, Reference, Shape, Text, key, one_of, whole
from forms_dsl.files.variants import by_verb, tag


class PageShape(Shape):
    """The paper."""

    size: Annotated[str, one_of("A4", "A3", "A5", "B5"), key("The size of the paper.", "纸张大小。")] = "A4"
    orientation: Annotated[str, one_of("portrait", "landscape"), key("Upright or across.", "纵向或横向。")] = "portrait"
    watermark: Annotated[Text | None, key("Words across each page, with placeholders.", "每页的水印文字，可含占位符。")] = None


class BlockShape(Shape):
    """What all blocks may have."""

    visible: Annotated[Expr | None, key("When it is printed.", "打印条件。")] = None


class TextBlockShape(BlockShape):
    """A paragraph."""

    text: Annotated[Name, key("The block's name.", "段落名称。")]
    label: Annotated[BodyText, key("Its words, with placeholders.", "文字内容，可含占位符。")]


class FactsBlockShape(BlockShape):
    """A grid of labels and values."""

    facts: Annotated[Name, key("The block's name.", "要素表名称。")]
    label: Annotated[LabelText | None, key("Its heading.", "标题。")] = None
    items: Annotated[list[Path], key("The fields.", "字段。", min_length=1)]
    columns: Annotated[int, whole(1, 4), key("How many columns.", "列数。")] = 1


class TableBlockShape(BlockShape):
    """Child rows."""

    table: Annotated[Reference, key("The field of the rows.", "明细字段。")]
    label: Annotated[LabelText | None, key("Its heading.", "标题。")] = None
    columns: Annotated[list[Reference], key("The columns.", "列。", min_length=1)]
    totals: Annotated[list[Reference], key("Columns that are added up.", "合计的列。")] = []


class OpinionsBlockShape(BlockShape):
    """Opinions of steps with name and time."""

    opinions: Annotated[Name, key("The block's name.", "意见栏名称。")]
    label: Annotated[LabelText | None, key("Its heading.", "标题。")] = None
    steps: Annotated[StepList, key("The steps.", "步骤。", min_length=1)]


class SignaturesBlockShape(BlockShape):
    """Signatures of steps."""

    signatures: Annotated[Name, key("The block's name.", "签名栏名称。")]
    label: Annotated[LabelText | None, key("Its heading.", "标题。")] = None
    steps: Annotated[StepList, key("The steps.", "步骤。", min_length=1)]


class ImageBlockShape(BlockShape):
    """A picture out of a file field."""

    image: Annotated[Reference, key("The file field.", "附件字段。")]
    label: Annotated[LabelText | None, key("Its caption.", "说明文字。")] = None


Block = Annotated[
    Annotated[TextBlockShape, Tag(tag("text"))]
    | Annotated[FactsBlockShape, Tag(tag("facts"))]
    | Annotated[TableBlockShape, Tag(tag("table"))]
    | Annotated[OpinionsBlockShape, Tag(tag("opinions"))]
    | Annotated[SignaturesBlockShape, Tag(tag("signatures"))]
    | Annotated[ImageBlockShape, Tag(tag("image"))],
    by_verb("text", "facts", "table", "opinions", "signatures", "image"),
]


class TemplateShape(Shape):
    """A template."""

    template: Annotated[Name, key("The template's name.", "模板名称。")]
    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    entity: Annotated[Reference, key("The entity whose records it speaks about.", "所描述记录的实体。")]
    label: Annotated[LabelText, key("Its title.", "模板标题。")]
    deprecated: Deprecated = None
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得修改。")] = False
    kind: Annotated[str, one_of("message", "print"), key("Words to send, or a page to print.", "消息或打印件。")]
    when: Annotated[Expr | None, key("Print: when it is offered.", "打印件：何时可用。")] = None
    subject: Annotated[SentenceText | None, key("Message: its subject.", "消息：标题。")] = None
    body: Annotated[BodyText | None, key("Message: its words.", "消息：正文。")] = None
    page: Annotated[PageShape | None, key("Print: the paper.", "打印件：纸张。")] = None
    blocks: Annotated[list[Block], key("Print: what stands on it, in order.", "打印件：内容，按顺序。")] = []
