"""Rules of access at the place that a field leaves and at the one it goes to, side by side."""

from __future__ import annotations

from collections.abc import Collection

from forms_dsl.expr.tree import Expression
from runtime.compile.access import RoleAccess
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.publish.moves import Group

_SEEN = ("nothing", "masked", "clear")


def rules_of(app: CompiledApp, entity: CompiledEntity, roles: Collection[str]) -> list[RoleAccess]:
    """The rules by which somebody of these roles reads an entity."""
    held = {name for role in roles for name in app.role_closure.get(role, frozenset())}
    return [rule for name, rule in entity.access.items() if name in held and rule.rows.get("read", False) is not False]


def shown_at_best(rules: list[RoleAccess], field: str) -> int:
    """How clearly a field is seen at best; what may be revealed one record at a time counts as seen."""
    best = 0
    for rule in rules:
        for rights in (rule.rights, *(rights for _, rights in rule.conditions)):
            best = max(best, _SEEN.index(rights[field].shows))
        if field in rule.unmask:
            best = max(best, 2)
    return best


def has_same_rows(was: list[RoleAccess], now: list[RoleAccess], group: Group) -> bool:
    """Whether no record can be read now whose values could not be read before, as far as the rules are the same in words."""
    if any(rule.rows["read"] is True and rule.deny is None for rule in was):
        return True
    link = f"{group.links[0].name}." if len(group.links) == 1 else ""
    before = {(_words(rule.rows["read"]), _words(rule.deny)) for rule in was}
    after = {(_words(rule.rows["read"]).replace(link, ""), _words(rule.deny).replace(link, "")) for rule in now}
    return after <= before


def _words(rule: Expression | bool | None) -> str:
    return rule.source if isinstance(rule, Expression) else str(rule)
