"""The built-in app `org`: the organisation directory, read only, which every app may refer to."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import App, Entity, Field, FieldOptions, Label
from forms_dsl.source import Span

_SPAN = Span("org", 1, 1, 1, 1)


def _field(name: str, type: str, zh: str, en: str, *, required: bool = False, **options: str) -> Field:
    chosen = FieldOptions(**options)  # type: ignore[arg-type]
    value_type = FIELD_TYPES[type].value_type(chosen)
    return Field(name, name, {"zh": zh, "en": en}, type, value_type, chosen, _SPAN, required=required, read_only=True)


def _entity(name: str, label: Label, title: str, *fields: Field) -> Entity:
    return Entity(
        name, name, "org", label, _SPAN, {field.name: field for field in fields}, title=title, read_only=True, audit="none"
    )


ORG = App(
    name="org",
    version="1.0.0",
    label={"zh": "组织机构", "en": "Organisation"},
    languages=("zh", "en"),
    timezone="Asia/Shanghai",
    currency="CNY",
    menu=(),
    entities={
        "branch": _entity(
            "branch",
            {"zh": "机构", "en": "Branch"},
            "{name}",
            _field("code", "text", "机构编号", "Branch code", required=True, max="40"),
            _field("name", "text", "机构名称", "Branch name", required=True, max="120"),
            _field("path", "text", "机构路径", "Path", required=True, max="400"),
            _field("region", "text", "区域", "Region", max="120"),
            _field("parent", "reference", "上级机构", "Parent branch", to="org.branch"),
        ),
        "person": _entity(
            "person",
            {"zh": "人员", "en": "Person"},
            "{name}",
            _field("username", "text", "登录名", "User name", required=True, max="64"),
            _field("name", "text", "姓名", "Name", required=True, max="120"),
            _field("branch", "reference", "所属机构", "Branch", to="org.branch"),
        ),
    },
    checksum="org-1.0.0",
)

#: The apps that every installation has, by name.
BUILT_IN: Mapping[str, App] = {"org": ORG}
