"""The conditions under which a record breaks a rule that is new: made from the rules' own expressions.

A rule that depends on who saves or on what changes says nothing about a record at rest, and one that reads a field which
has no column yet cannot be asked; both are left to the next save.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forms_dsl.expr.scope import BOOLEAN
from forms_dsl.expr.tree import Aggregate, Call, Expr, Expression, Ref
from forms_dsl.model import Entity, EntityRule, Field
from runtime.compile.names import column_name
from runtime.publish.pairs import EntityPair, by_id
from runtime.publish.types import MisfitRule


@dataclass(frozen=True, slots=True)
class Breach:
    """A condition that wrong records meet; `field` is None for a rule over the whole record."""

    field: Field | None
    rule: MisfitRule
    condition: Expression


def new_breaches(pair: EntityPair, columns: frozenset[str]) -> Iterator[Breach]:
    """What may be wrong with records of an entity by rules that it did not have before."""
    known = by_id(pair.old.fields) if pair.old is not None else {}
    for field in pair.new.fields.values():
        for breach in _field_breaches(known.get(field.id), field):
            if _can_be_asked(breach.condition, pair.new, columns):
                yield breach
    rules = {rule.name: rule for rule in pair.old.rules} if pair.old is not None else {}
    for rule in pair.new.rules:
        if rule.level == "error" and not _same_rule(rules.get(rule.name), rule):
            when = (rule.when.tree,) if rule.when is not None else ()
            condition = _all(*when, _not(rule.check.tree))
            if _can_be_asked(condition, pair.new, columns):
                yield Breach(pair.new.fields.get(rule.at or ""), "check", condition)


def _field_breaches(old: Field | None, new: Field) -> Iterator[Breach]:
    if new.compute is not None:
        return
    missing = Call(BOOLEAN, "is_missing", (_ref(new),), new.span)
    shown = (new.visible.tree,) if new.visible is not None else ()
    if new.required and not (old is not None and old.required):
        yield Breach(new, "required", _all(*shown, missing))
    elif new.required_when is not None and not _same(old.required_when if old is not None else None, new.required_when):
        yield Breach(new, "required", _all(*shown, new.required_when.tree, missing))
    if new.check is not None and not _same(old.check if old is not None else None, new.check):
        yield Breach(new, "check", _all(*shown, _not(missing), _not(new.check.tree)))


def _ref(field: Field) -> Ref:
    return Ref(field.value_type, "record", (field.name,), field.span)


def _not(tree: Expr) -> Call:
    return Call(BOOLEAN, "not", (tree,), tree.span)


def _all(*trees: Expr) -> Expression:
    tree = trees[0] if len(trees) == 1 else Call(BOOLEAN, "and", trees, trees[0].span)
    return Expression("", tree, frozenset(_paths(tree)))


def _paths(tree: Expr) -> Iterator[tuple[str, ...]]:
    for part in _parts(tree):
        if isinstance(part, Ref) and part.root == "record":
            yield part.path


def _parts(tree: Expr) -> Iterator[Expr]:
    yield tree
    inner: tuple[Expr | None, ...] = ()
    if isinstance(tree, Call):
        inner = tree.arguments
    elif isinstance(tree, Aggregate):
        inner = (tree.rows, tree.value, tree.condition)
    for part in inner:
        if part is not None:
            yield from _parts(part)


def _can_be_asked(condition: Expression, entity: Entity, columns: frozenset[str]) -> bool:
    for part in _parts(condition.tree):
        if isinstance(part, Call) and part.function != "is_missing" and _reads_sealed(part, entity):
            return False
        if isinstance(part, Call) and part.function in {"changed", "has_role"}:
            return False
        if isinstance(part, Ref) and part.root not in {"record", "row"}:
            return False
        if isinstance(part, Ref) and part.root == "record" and not _is_there(part.path[0], entity, columns):
            return False
    return True


def _reads_sealed(call: Call, entity: Entity) -> bool:
    """Whether a value of the call itself is one that no database can open; that it is there can be asked."""
    names = (part.path[0] for part in call.arguments if isinstance(part, Ref) and part.root == "record")
    return any(name in entity.fields and entity.fields[name].encrypted for name in names)


def _is_there(name: str, entity: Entity, columns: frozenset[str]) -> bool:
    field = entity.fields.get(name)
    if field is None:
        return True
    if field.compute is not None and not field.stored:
        return all(_is_there(path[0], entity, columns) for path in field.compute.reads)
    return field.type != "rows" and column_name(field) in columns


def _same(old: Expression | None, new: Expression | None) -> bool:
    return (old.source if old is not None else None) == (new.source if new is not None else None)


def _same_rule(old: EntityRule | None, new: EntityRule) -> bool:
    return old is not None and _same(old.when, new.when) and _same(old.check, new.check)
