"""`bindings.yaml`: what the app uses of other systems."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Tag

from forms_dsl.files.labels import Deprecated, LabelText
from forms_dsl.files.values import ChoiceCode, FreeName, Length, Literal, Name, Shape, Text, VersionRange, key, one_of
from forms_dsl.files.variants import by_kind, tag

ContractType = Annotated[
    Annotated[list[ChoiceCode], Tag(tag("codes"))] | Annotated[Text, Tag(tag("type"))], by_kind(list, "codes", "type")
]


class OperationShape(Shape):
    """The contract of one operation."""

    operation: Annotated[Text, key("Its name in the connector definition.", "在连接器定义中的操作名。")]
    kind: Annotated[str, one_of("query", "command"), key("A command changes something there.", "command 会改变对方系统。")] = (
        "query"
    )
    in_: Annotated[dict[FreeName, ContractType], key("What it takes.", "输入。", alias="in")] = {}
    out: Annotated[dict[FreeName, ContractType], key("What it answers.", "输出。")] = {}
    mock: Annotated[dict[FreeName, Literal], key("The answer in tests and examples.", "测试与试算中的应答。")] = {}
    deprecated: Deprecated = None


class EventShape(Shape):
    """The contract of one inbound event."""

    event: Annotated[Text, key("Its name in the connector definition.", "在连接器定义中的事件名。")]
    out: Annotated[dict[FreeName, ContractType], key("What it brings.", "事件内容。")] = {}
    once_by: Annotated[FreeName | None, key("The value that makes a repeat harmless.", "用于识别重复事件的值。")] = None
    keep: Annotated[
        Length | None,
        key(
            "How long it is kept for a wait that is not open yet; default is 7 days.",
            "早于等待到达时保留多久，默认 7 天。",
        ),
    ] = None
    deprecated: Deprecated = None


class BindingShape(Shape):
    """A short name for a connector definition."""

    later: ClassVar[frozenset[str]] = frozenset({"sealed"})

    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    label: Annotated[LabelText, key("What it is called.", "显示名称。")]
    connector: Annotated[Text, key("The id of a connector definition.", "连接器定义的标识。")]
    version: Annotated[VersionRange, key("Which of its versions.", "连接器版本范围。")]
    operations: Annotated[dict[Name, OperationShape], key("The operations that are used.", "使用的操作。")] = {}
    events: Annotated[dict[Name, EventShape], key("The inbound events that are used.", "使用的入站事件。")] = {}
    entities: Annotated[
        dict[Name, Text], key("Virtual entities of the definition, by a short name.", "连接器定义中的虚拟实体，按短名称。")
    ] = {}


class BindingsShape(Shape):
    """`bindings.yaml`."""

    bindings: Annotated[dict[Name, BindingShape], key("Bindings by name.", "按名称列出的绑定。")]
