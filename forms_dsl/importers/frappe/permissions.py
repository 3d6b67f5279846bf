"""Permissions of a DocType as roles with access; levels of fields as access to fields."""

from __future__ import annotations

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import NO_COUNTERPART
from forms_dsl.importers.documents import Node
from forms_dsl.importers.draft import Draft, EntityDraft, Tree
from forms_dsl.importers.naming import proposed_name
from forms_dsl.importers.words import Words, one

_ACTIONS = (("create", "create"), ("read", "read"), ("write", "update"), ("delete", "delete"))
_OTHERS = ("submit", "cancel", "amend", "import", "report", "print", "email", "share", "set_user_permissions", "select")
_OWN = "created_by == user.id"


def add_roles(draft: Draft, entity: EntityDraft, root: Node, levels: dict[str, int]) -> None:
    """The roles of the DocType; a field of a level is hidden from roles that have no permission of the level."""
    rules: dict[str, dict[str, Tree]] = {}
    granted: dict[str, dict[int, str]] = {}
    left: set[str] = set()
    for node in root.nodes("permissions"):
        role, level = node.text("role"), node.whole("permlevel") or 0
        if not role:
            continue
        granted.setdefault(role, {})[level] = "write" if node.flag("write") else "read" if node.flag("read") else "hidden"
        left |= {key for key in _OTHERS if node.flag(key)}
        if level:
            continue
        rule = rules.setdefault(role, {})
        for theirs, ours in _ACTIONS:
            if node.flag(theirs):
                rule[ours] = (_OWN if ours != "create" else True) if node.flag("if_owner") else True
        if node.flag("export"):
            rule["export"] = True
    for role, rule in rules.items():
        fields: dict[str, Tree] = {}
        for name, level in levels.items():
            if level and granted[role].get(level, "hidden") != "write":
                fields[name] = granted[role].get(level, "hidden")
        if fields:
            rule["fields"] = fields
        _put(draft, role, entity.name, rule)
    if left:
        names = ", ".join(sorted(left))
        message = Sentence(f"Permissions without counterpart: {names}.", f"没有对应写法的权限：{names}。")
        draft.report.add(NO_COUNTERPART, root.at("permissions"), message)
        entity.note(f"permissions: {names}")


def _put(draft: Draft, role: str, entity: str, rule: dict[str, Tree]) -> None:
    label: Words = one(role)
    name = next((name for name, made in draft.roles.items() if made["label"] == label), None)
    if name is None:
        name = proposed_name(role, draft.roles, fallback="role", field=False)
        draft.roles[name] = {"label": label, "access": {}}
    access = draft.roles[name]["access"]
    if isinstance(access, dict) and rule:
        access[entity] = rule
