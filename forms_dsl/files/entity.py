"""`entities/<name>.yaml`: an entity, its fields, row types, related records and rules."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Tag

from forms_dsl.diagnostics import Sentence, suggestion
from forms_dsl.fieldtypes.registry import TYPE_NAMES
from forms_dsl.files.app import ChoiceShape
from forms_dsl.files.labels import Deprecated, LabelText, SentenceText
from forms_dsl.files.values import (
    ChoiceCode,
    Expr,
    FieldName,
    Flag,
    FlagOrExpr,
    Literal,
    Name,
    Path,
    Reference,
    Sealed,
    Shape,
    Text,
    key,
    one_of,
    plain,
    text_of,
    whole,
    wrong,
)
from forms_dsl.files.variants import by_kind, tag
from forms_dsl.masks import is_mask

_PLACE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\Z")
_MIME = re.compile(r"[a-z]+/(\*|[a-z0-9][a-z0-9.+-]*)\Z")


def type_of(value: object) -> str:
    """The name of a field type that exists."""
    text = text_of(value)
    if text not in TYPE_NAMES:
        known = Sentence(f"The types are {', '.join(TYPE_NAMES)}.", f"可用类型：{'、'.join(TYPE_NAMES)}。")
        raise wrong(f"There is no field type {text!r}.", f"没有“{text}”这种字段类型。", suggestion(text, TYPE_NAMES) or known)
    return text


def _mask(value: object) -> str:
    text = text_of(value)
    if not is_mask(text):
        hint = Sentence('Write "3****4", last4 or hidden.', '请写 "3****4"、last4 或 hidden。')
        raise wrong(f"{text!r} is not a mask.", f"“{text}”不是掩码写法。", hint)
    return text


def _mime(value: object) -> str:
    text = text_of(value)
    if not _MIME.match(text):
        hint = Sentence("Write it like image/png, image/* or application/pdf.", "写法示例：image/png、image/*、application/pdf。")
        raise wrong(f"{text!r} is not a kind of file.", f"“{text}”不是文件类型。", hint)
    return text


Targets = Annotated[
    Annotated[list[Reference], Tag(tag("several"))] | Annotated[Reference, Tag(tag("one"))], by_kind(list, "several", "one")
]


def _moved_from(value: object) -> str:
    text = text_of(value)
    if not _PLACE.match(text):
        hint = Sentence("Write the entity and the field, like customer.address.", "请写实体和字段，例如 customer.address。")
        raise wrong(f"{text!r} is not the place of a field.", f"“{text}”不是字段的位置。", hint)
    return text


class CountShape(Shape):
    """How many files."""

    min: Annotated[int | None, whole(0, 100), key("At least so many.", "至少几个。")] = None
    max: Annotated[int | None, whole(1, 100), key("At most so many.", "最多几个。")] = None


class FieldShape(Shape):
    """One field of an entity or row type."""

    id: Annotated[
        FieldName | None, key("The name at first publication, when the name changed since.", "首次发布时的名称（改名后填写）。")
    ] = None
    type: Annotated[str, plain(type_of, {"type": "string", "enum": list(TYPE_NAMES)}), key("What the field holds.", "字段类型。")]
    label: Annotated[LabelText, key("What the field is called.", "字段的显示名称。")]
    help: Annotated[SentenceText | None, key("A sentence under the field.", "字段下方的说明。")] = None
    required: Annotated[Flag, key("Whether it must be filled in.", "是否必填。")] = False
    required_when: Annotated[Expr | None, key("When it must be filled in.", "何时必填。")] = None
    visible: Annotated[Expr | None, key("When it is shown.", "何时显示。")] = None
    read_only: Annotated[FlagOrExpr, key("Whether or when nobody types it in.", "是否（或何时）只读。")] = False
    default: Annotated[Expr | None, key("The value of a new record.", "新建记录时的默认值。")] = None
    check: Annotated[Expr | None, key("What must be true of the value.", "字段值必须满足的条件。")] = None
    message: Annotated[SentenceText | None, key("What is said when the check fails.", "校验不通过时的提示。")] = None
    compute: Annotated[Expr | None, key("How the value is computed; it is never typed in.", "计算公式；不手工录入。")] = None
    stored: Annotated[Flag, key("Whether the computed value is kept in the table.", "计算结果是否存入数据表。")] = False
    unique: Annotated[Flag, key("Whether no two records may have the same value.", "是否不允许重复。")] = False
    min: Annotated[Literal | None, key("The smallest value, of text the least length.", "最小值；文本为最小长度。")] = None
    max: Annotated[Literal | None, key("The largest value, of text the greatest length.", "最大值；文本为最大长度。")] = None
    scale: Annotated[int | None, whole(0, 8), key("Decimals.", "小数位数。")] = None
    percent: Annotated[Flag, key("Whether it is shown as a percentage.", "是否以百分比显示。")] = False
    currency: Annotated[Text | None, key("A currency, or the field that holds it.", "货币代码，或存放货币的字段。")] = None
    lines: Annotated[int | None, whole(1, 40), key("The height of the text box.", "文本框行数。")] = None
    pattern: Annotated[
        Text | None, key("A named pattern or a checked one; the whole text must match.", "命名格式或自定义格式，须整体匹配。")
    ] = None
    choices: Annotated[dict[ChoiceCode, ChoiceShape] | None, key("Its own list of codes.", "自有选项。", min_length=1)] = None
    choices_from: Annotated[Reference | None, key("A list of choices.yaml.", "choices.yaml 中的选项列表。")] = None
    choices_where: Annotated[Expr | None, key("Which codes may be chosen now.", "当前可选哪些代码。")] = None
    ordered: Annotated[Flag, key("Whether the order of the codes counts.", "代码顺序是否参与比较。")] = False
    to: Annotated[
        Targets | None,
        key(
            "The entity that a reference leads to, or the entities of a reference of several kinds.",
            "引用的实体，或可引用的多个实体。",
        ),
    ] = None
    accept: Annotated[
        list[Annotated[str, plain(_mime, {"type": "string"})]],
        key("Kinds of file that are taken, like application/pdf or image/*.", "接受的文件类型，如 application/pdf、image/*。"),
    ] = []
    max_mb: Annotated[
        int | None, whole(1, 100), key("The size of one file in megabytes at most.", "单个文件的大小上限（MB）。")
    ] = None
    count: Annotated[CountShape, key("How many files.", "文件个数。")] = CountShape()
    where: Annotated[Expr | None, key("Which records may be chosen.", "可选择哪些记录。")] = None
    of: Annotated[Reference | None, key("The row type of a table of rows.", "明细的行类型。")] = None
    workflow: Annotated[Reference | None, key("The workflow that sets the status.", "设置该状态的审批流程。")] = None
    classification: Annotated[
        str,
        one_of("C1", "C2", "C3"),
        key("The data class; C2 is masked, C3 never shown.", "数据分级；C2 默认脱敏，C3 从不显示。", alias="class"),
    ] = "C1"
    mask: Annotated[str | None, plain(_mask, {"type": "string"}), key("How a masked value looks.", "脱敏后的样子。")] = None
    encrypted: Annotated[
        Flag,
        key(
            "Whether it is kept encrypted, for texts that people enter; then only == compares it, and the class is C2 if none is said.",
            "是否加密存储，用于手工录入的文本；加密后只能整值相等比较，未写分级时为 C2。",
        ),
    ] = False
    unfit: Annotated[
        str,
        one_of("refuse", "empty", "round"),
        key(
            "When the type changed, what becomes of stored values that do not fit it: publishing is refused, they are left empty, "
            "or decimals and times of day are rounded off.",
            "更改类型后，已存值不合新类型时：拒绝发布、置空，或舍入小数、舍去时刻。",
        ),
    ] = "refuse"
    moved_from: Annotated[
        str | None,
        plain(_moved_from, {"type": "string", "pattern": _PLACE.pattern.replace("\\Z", "$")}),
        key(
            "Where its values stood before, as the ids of an entity and its field: they move here, one record for one record, "
            "along a unique required reference.",
            "其值原来所在的实体与字段（均为标识）：沿唯一且必填的引用，逐条迁移到此处。",
        ),
    ] = None
    deprecated: Deprecated = None
    sealed: Sealed = False


class RowTypeShape(Shape):
    """A child row type."""

    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    label: Annotated[LabelText | None, key("What one row is called.", "一行的名称。")] = None
    fields: Annotated[dict[FieldName, FieldShape], key("The fields of a row.", "行的字段。", min_length=1)]
    expected: Annotated[
        int | None, whole(1, 10_000), key("About how many rows a record has at most.", "一条记录预计最多有多少行。")
    ] = None
    sealed: Sealed = False


class RelatedShape(Shape):
    """Records of another entity that point here."""

    label: Annotated[LabelText | None, key("What they are called here.", "在此处的名称。")] = None
    entity: Annotated[Reference, key("The other entity.", "另一个实体。")]
    by: Annotated[Reference, key("Its reference field that points here.", "其中指向本实体的引用字段。")]
    where: Annotated[Expr | None, key("Which of its records.", "其中哪些记录。")] = None
    sealed: Sealed = False


class RuleShape(Shape):
    """A check over several fields."""

    when: Annotated[Expr | None, key("When the rule applies.", "何时适用。")] = None
    check: Annotated[Expr, key("What must be true.", "必须成立的条件。")]
    message: Annotated[SentenceText, key("What is said otherwise.", "不成立时的提示。")]
    at: Annotated[Reference | None, key("The field where it is said.", "提示显示在哪个字段。")] = None
    level: Annotated[
        str, one_of("error", "warning"), key("error forbids saving, warning does not.", "error 禁止保存，warning 仅提醒。")
    ] = "error"
    sealed: Sealed = False


class OwnerShape(Shape):
    """Whose record it is."""

    branch: Annotated[Path | None, key("The field of the owning branch.", "归属机构字段。")] = None
    user: Annotated[Path | None, key("The field of the owning person.", "归属人员字段。")] = None


class RetentionShape(Shape):
    """How long records are kept."""

    after: Annotated[Reference, key("The date field that it counts from.", "起算的日期字段。")]
    years: Annotated[int, whole(1, 100), key("Years.", "年数。")]
    then: Annotated[str, one_of("anonymise", "delete", "archive"), key("What happens then.", "到期后的处理。")]
    sealed: Annotated[Flag, key("Whether a bank's overlay may not shorten it.", "银行的覆盖层是否不得缩短。")] = False


class ExternalShape(Shape):
    """Where the rows of a virtual entity live."""

    binding: Annotated[Reference, key("The binding of the other system.", "对方系统的绑定。")]
    entity: Annotated[Reference, key("A name under the binding's entities.", "绑定的 entities 中的名称。")]


class DuplicateShape(Shape):
    """Records that look like the same thing."""

    fields: Annotated[list[Path], key("Fields that agree in such records.", "重复记录中相同的字段。", min_length=1)]
    where: Annotated[Expr | None, key("Which records are compared with.", "与哪些记录比较。")] = None
    then: Annotated[str, one_of("warn", "block"), key("warn may be dismissed with a reason.", "warn 可注明理由后忽略。")] = "warn"


class FragmentShape(Shape):
    """Fields that several entities share."""

    fragment: Annotated[Name, key("The fragment's name.", "字段组名称。")]
    fields: Annotated[dict[FieldName, FieldShape], key("The fields by name.", "按名称列出的字段。", min_length=1, max_length=300)]
    deprecated: Deprecated = None


class EntityShape(Shape):
    """An entity."""

    entity: Annotated[Name, key("The entity's name.", "实体名称。")]
    id: Annotated[
        Name | None, key("The name at first publication, when the name changed since.", "首次发布时的名称（改名后填写）。")
    ] = None
    label: Annotated[LabelText, key("What one record is called.", "记录的显示名称。")]
    number: Annotated[Text | None, key("The pattern of its business number.", "业务编号的格式。")] = None
    title: Annotated[Text | None, key("How a record is called in links and work items.", "记录在链接和待办中的标题。")] = None
    owner: Annotated[OwnerShape | None, key("Fields that say whose record it is.", "表明记录归属的字段。")] = None
    audit: Annotated[str, one_of("full", "changes", "none"), key("What the audit trail keeps.", "审计留痕的范围。")] = "full"
    like: Annotated[Reference | None, key("An entity whose fields are copied.", "复制其字段的实体。")] = None
    use: Annotated[list[Reference], key("Fragments whose fields are copied.", "复制其字段的字段组。", max_length=30)] = []
    fields: Annotated[dict[FieldName, FieldShape], key("The fields by name.", "按名称列出的字段。", max_length=300)]
    rows: Annotated[dict[Name, RowTypeShape], key("Child row types.", "明细行类型。")] = {}
    related: Annotated[
        dict[FieldName, RelatedShape], key("Records of other entities that point here.", "指向本实体的其他实体的记录。")
    ] = {}
    rules: Annotated[dict[Name, RuleShape], key("Checks over several fields.", "跨字段校验。")] = {}
    unique: Annotated[list[list[Path]], key("Field lists of which no two records may agree.", "组合唯一的字段。")] = []
    index: Annotated[list[list[Path]], key("Further indexes.", "附加索引。")] = []
    retention: Annotated[RetentionShape | None, key("How long records are kept.", "保存期限。")] = None
    external: Annotated[ExternalShape | None, key("Another system in which the records live.", "记录所在的其他系统。")] = None
    duplicates: Annotated[list[DuplicateShape], key("What counts as the same thing twice.", "怎样算重复记录。")] = []
    read_only: Annotated[Flag, key("Whether nobody may write records.", "记录是否不可写。")] = False
    expected: Annotated[
        int | None, whole(1, 10_000_000_000), key("About how many records it will have.", "预计会有多少条记录。")
    ] = None
    deprecated: Deprecated = None
    sealed: Sealed = False
