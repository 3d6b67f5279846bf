"""`roles.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Tag

from forms_dsl.files.labels import Deprecated, LabelText
from forms_dsl.files.values import Expr, Flag, FlagOrExpr, Name, Reference, Sealed, Shape, Text, key, one_of, whole
from forms_dsl.files.variants import by_kind, tag


class TransferShape(Shape):
    """How records may leave or enter in bulk."""

    rows: Annotated[int | None, whole(1, 1_000_000), key("So many records at once at most.", "一次最多多少条。")] = None
    approved_by: Annotated[Reference | None, key("The role that releases each one: role.x", "逐次审批的角色：role.x")] = None
    watermark: Annotated[Flag, key("Whether it carries the name of who took it.", "是否带操作人水印。")] = False


Transfer = Annotated[Annotated[TransferShape, Tag(tag("map"))] | Annotated[Flag, Tag(tag("flag"))], by_kind(dict, "map", "flag")]


class FieldAccessShape(Shape):
    """What a role may do with a field by the state of the record: each word with its records; hidden on all others."""

    masked: Annotated[FlagOrExpr, key("On which records it is shown masked.", "在哪些记录上脱敏显示。")] = False
    read: Annotated[FlagOrExpr, key("On which records it is shown in clear.", "在哪些记录上明文显示。")] = False
    write: Annotated[FlagOrExpr, key("On which records it may be entered.", "在哪些记录上可填写。")] = False


_Word = Annotated[str, one_of("hidden", "masked", "read", "write")]
FieldAccess = Annotated[
    Annotated[FieldAccessShape, Tag(tag("map"))] | Annotated[_Word, Tag(tag("word"))], by_kind(dict, "map", "word")
]


class AccessShape(Shape):
    """What a role may do with one entity."""

    create: Annotated[FlagOrExpr, key("Which new records.", "可新建哪些记录。")] = False
    read: Annotated[FlagOrExpr, key("Which records are seen.", "可查看哪些记录。")] = False
    update: Annotated[FlagOrExpr, key("Which records are changed.", "可修改哪些记录。")] = False
    delete: Annotated[FlagOrExpr, key("Which records are deleted.", "可删除哪些记录。")] = False
    deny: Annotated[Expr | None, key("Rows taken away again, whatever else is granted.", "无论如何不可见的记录。")] = None
    fields: Annotated[
        dict[Reference, FieldAccess],
        key(
            "Fields that differ from the default: a word, or each word with its records.",
            "与默认不同的字段权限：一个词，或各词及其适用的记录。",
        ),
    ] = {}
    unmask: Annotated[
        list[Reference],
        key(
            "Fields that this role shows masked and may reveal: of one record at a time, for a reason, logged.",
            "本角色以掩码显示、可逐条说明理由查看明文的字段，留审计。",
        ),
    ] = []
    export: Annotated[Transfer, key("Whether or how lists may be exported.", "是否可导出及限制。")] = False
    print: Annotated[Transfer, key("Whether or how records may be printed.", "是否可打印及限制。")] = False
    import_: Annotated[Transfer, key("Whether or how records may be imported.", "是否可导入及限制。", alias="import")] = False
    merge: Annotated[
        Flag,
        key(
            "Whether records that this role may change are merged into one another, and taken apart again.",
            "是否可合并本角色可修改的记录，及撤销合并。",
        ),
    ] = False
    override_reason: Annotated[
        Text | None, key("Why an overlay widens what a shipped role reads.", "覆盖层放宽读取范围的理由。")
    ] = None


class EmergencyShape(Shape):
    """Who takes a role in an emergency, for how long, and who looks at it afterwards."""

    taken_by: Annotated[list[Reference], key("Whose people may take it themselves: role.x", "可自行启用的角色：role.x")]
    reviewed_by: Annotated[Reference, key("The role that reviews each use afterwards: role.x", "事后逐次复核的角色：role.x")]
    hours: Annotated[int, whole(1, 24), key("So many hours at once at most.", "一次最长小时数。")] = 4


class RoleShape(Shape):
    """A role."""

    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    label: Annotated[LabelText, key("What it is called.", "显示名称。")]
    includes: Annotated[list[Reference], key("Roles whose access is added.", "包含的角色。")] = []
    conflicts: Annotated[list[Reference], key("Roles that nobody may hold beside it.", "不得兼任的角色。")] = []
    access: Annotated[
        dict[Reference, AccessShape],
        key("Access by entity; nothing listed is nothing allowed.", "按实体列出的权限；未列出即不允许。"),
    ] = {}
    emergency: Annotated[
        EmergencyShape | None,
        key(
            "The role is taken in an emergency only, by the person himself, for a time; each use is reviewed.",
            "仅在紧急时由本人限时启用的角色，每次使用事后复核。",
        ),
    ] = None
    deprecated: Deprecated = None
    sealed: Sealed = False


class RolesShape(Shape):
    """`roles.yaml`."""

    roles: Annotated[dict[Name, RoleShape], key("Roles by name.", "按名称列出的角色。")]
