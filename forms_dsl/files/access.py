"""`roles.yaml`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from forms_dsl.files.labels import LabelText
from forms_dsl.files.values import Expr, Flag, FlagOrExpr, Name, Reference, Shape, key, one_of


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
