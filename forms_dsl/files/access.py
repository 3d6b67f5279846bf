"""`roles.yaml` and `bindings.yaml`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Tag

from forms_dsl.files.labels import LabelText
from forms_dsl.files.values import (
    ChoiceCode,
    Expr,
    Flag,
    FlagOrExpr,
    FreeName,
    Literal,
    Name,
    Reference,
    Shape,
    Text,
    VersionRange,
    key,
    one_of,
)
from forms_dsl.files.variants import by_kind, tag


class AccessShape(Shape):
    """What a role may do with one entity."""

    later: ClassVar[frozenset[str]] = frozenset({"print", "import", "override_reason"})

    create: Annotated[FlagOrExpr, key("Which new records.", "可新建哪些记录。")] = False
    read: Annotated[FlagOrExpr, key("Which records are seen.", "可查看哪些记录。")] = False
    update: Annotated[FlagOrExpr, key("Which records are changed.", "可修改哪些记录。")] = False
    delete: Annotated[FlagOrExpr, key("Which records are deleted.", "可删除哪些记录。")] = False
    deny: Annotated[Expr | None, key("Rows taken away again, whatever else is granted.", "无论如何不可见的记录。")] = None
    fields: Annotated[
        dict[Reference, Annotated[str, one_of("hidden", "masked", "read", "write")]],
        key("Fields that differ from the default.", "与默认不同的字段权限。"),
    ] = {}
    unmask: Annotated[
        list[Reference], key("Fields that may be shown in clear, one record at a time.", "可逐条解除脱敏的字段。")
    ] = []
    export: Annotated[Flag, key("Whether lists may be exported.", "是否可导出。")] = False


class RoleShape(Shape):
    """A role."""

    later: ClassVar[frozenset[str]] = frozenset({"sealed"})

    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    label: Annotated[LabelText, key("What it is called.", "显示名称。")]
    includes: Annotated[list[Reference], key("Roles whose access is added.", "包含的角色。")] = []
    conflicts: Annotated[list[Reference], key("Roles that nobody may hold beside it.", "不得兼任的角色。")] = []
    access: Annotated[
        dict[Reference, AccessShape],
        key("Access by entity; nothing listed is nothing allowed.", "按实体列出的权限；未列出即不允许。"),
    ] = {}


class RolesShape(Shape):
    """`roles.yaml`."""

    roles: Annotated[dict[Name, RoleShape], key("Roles by name.", "按名称列出的角色。")]


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


class BindingShape(Shape):
    """A short name for a connector definition."""

    later: ClassVar[frozenset[str]] = frozenset({"events", "entities", "sealed"})

    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    label: Annotated[LabelText, key("What it is called.", "显示名称。")]
    connector: Annotated[Text, key("The id of a connector definition.", "连接器定义的标识。")]
    version: Annotated[VersionRange, key("Which of its versions.", "连接器版本范围。")]
    operations: Annotated[dict[Name, OperationShape], key("The operations that are used.", "使用的操作。")] = {}


class BindingsShape(Shape):
    """`bindings.yaml`."""

    bindings: Annotated[dict[Name, BindingShape], key("Bindings by name.", "按名称列出的绑定。")]
