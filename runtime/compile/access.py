"""What each role of an app may do with an entity, with the defaults of the language filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from forms_dsl.expr.scope import BOOLEAN
from forms_dsl.expr.tree import Call, Expression
from forms_dsl.model import AccessRule, App, Entity, Field, StepFields

Action = Literal["create", "read", "update", "delete"]
#: How a value is shown: in clear, in its masked form, or not at all (the field does not exist for the reader).
Shows = Literal["clear", "masked", "nothing"]


@dataclass(frozen=True, slots=True)
class FieldRight:
    """What one grant allows with one field of the rows it grants."""

    shows: Shows
    writes: bool


#: Fields by name, fields of child rows as "rows field.row field".
Rights = Mapping[str, FieldRight]
#: A row rule: all rows, no row, or those for which the expression is true.
RowRule = Expression | bool


@dataclass(frozen=True, slots=True)
class RoleAccess:
    """One role's rules on one entity."""

    role: str
    rows: Mapping[Action, RowRule]
    deny: Expression | None
    rights: Rights
    #: What the role may do beyond that with some fields, on those of its rows for which a condition holds.
    conditions: tuple[tuple[Expression, Rights], ...] = ()
    #: The fields that the role may reveal, one record at a time, where it shows them masked.
    unmask: frozenset[str] = frozenset()
    #: Whether the records that it may change may be merged.
    merge: bool = False


def compile_access(app: App, entity: Entity) -> dict[str, RoleAccess]:
    """The rules of every role that names the entity, by role."""
    found = {}
    for role in app.roles.values():
        rule = role.rule_of(app.name, entity.name)
        if rule is not None:
            rows: dict[Action, RowRule] = {"read": rule.read}
            if not entity.read_only:
                rows |= {"create": rule.create, "update": rule.update, "delete": rule.delete}
            found[role.name] = RoleAccess(
                role.name,
                rows,
                rule.deny,
                role_rights(app, entity, rule),
                _conditional(app, entity, rule),
                frozenset(rule.unmask),
                rule.merge,
            )
    return found


def _conditional(app: App, entity: Entity, rule: AccessRule) -> tuple[tuple[Expression, Rights], ...]:
    """For each condition of the rule's fields the rights where it holds; what two conditions open together stays apart."""
    conditions = {each.condition.source: each.condition for each in rule.conditions}
    found = []
    for source, condition in conditions.items():
        levels = dict(rule.fields)
        for each in rule.conditions:
            if each.condition.source == source and _WORDS.index(each.level) > _WORDS.index(levels[each.field]):
                levels[each.field] = each.level
        found.append((condition, role_rights(app, entity, replace(rule, fields=levels))))
    return tuple(found)


#: What a role may do with a field, from the least.
_WORDS = ("hidden", "masked", "read", "write")


def rows_where(rows: RowRule, condition: Expression) -> Expression:
    """Those of a rule's rows for which a condition holds."""
    if isinstance(rows, bool):
        return condition
    tree = Call(BOOLEAN, "and", (rows.tree, condition.tree), rows.tree.span)
    return Expression(f"({rows.source}) and ({condition.source})", tree, rows.reads | condition.reads)


def role_rights(app: App, entity: Entity, rule: AccessRule) -> dict[str, FieldRight]:
    """The field rights that a role's rule gives on the rows it grants."""
    rights = {path: _stated(field, rule.fields.get(path)) for path, field in field_paths(entity).items()}
    return _no_clearer(app, entity, rights, frozenset(rule.fields))


def step_rights(app: App, entity: Entity, fields: StepFields) -> dict[str, FieldRight]:
    """The field rights of a work item's holder: the entity's defaults, narrowed and widened by the step."""
    rights = {}
    for path, field in field_paths(entity).items():
        names = {path, path.split(".")[0]}
        usual = default_right(field)
        if names & set(fields.hide):
            rights[path] = FieldRight("nothing", writes=False)
        elif names & {*fields.write, *fields.require}:
            rights[path] = FieldRight(usual.shows, writes=usual.writes)
        elif names & set(fields.read) and field.classification != "C3":
            rights[path] = FieldRight("clear", writes=False)
        else:
            rights[path] = FieldRight(usual.shows, writes=False)
    return _no_clearer(app, entity, rights, frozenset({*fields.read, *fields.write}))


def open_rights(entity: Entity) -> dict[str, FieldRight]:
    """The rights of the platform itself: everything."""
    return {path: FieldRight("clear", writes=True) for path in field_paths(entity)}


def reading_rights(entity: Entity) -> dict[str, FieldRight]:
    """The defaults of the language without any writing."""
    return {path: FieldRight(default_right(field).shows, writes=False) for path, field in field_paths(entity).items()}


def default_right(field: Field) -> FieldRight:
    """What a role gets on a field it does not mention: C2 masked, C3 never shown, all may be entered."""
    shows: Shows = {"C2": "masked", "C3": "nothing"}.get(field.classification, "clear")  # type: ignore[assignment]
    return FieldRight(shows, writes=is_entered(field))


def is_entered(field: Field) -> bool:
    """Whether people enter this field at all: computed, status and fixed fields are set by the platform."""
    return field.compute is None and field.type not in {"status", "sequence"} and field.read_only is not True


def field_paths(entity: Entity) -> dict[str, Field]:
    """All fields by the name that rights use: fields, then fields of child rows as "rows field.row field"."""
    paths = dict(entity.fields)
    for field in entity.fields.values():
        if field.type == "rows" and field.options.of is not None:
            for inner in entity.rows[field.options.of].fields.values():
                paths[f"{field.name}.{inner.name}"] = inner
    return paths


def _no_clearer(app: App, entity: Entity, rights: dict[str, FieldRight], named: frozenset[str]) -> dict[str, FieldRight]:
    """The rights with every computed field shown no clearer than what it is computed from, unless a rule names it.

    Twelve times a masked income tells the income.
    """
    worked_out: dict[str, Shows] = {}

    def shows(path: str) -> Shows:
        if path not in rights:
            return "clear"
        if path not in worked_out:
            worked_out[path] = rights[path].shows  # the loader has refused circles; this ends them all the same
            field = field_paths(entity)[path]
            if field.compute is not None and path not in named:
                rows = path.rpartition(".")[0]
                sources = [_source(app, entity, rights, shows, rows, read) for read in field.compute.reads]
                worked_out[path] = min([rights[path].shows, *sources], key=_CLARITY.index)
        return worked_out[path]

    return {path: FieldRight(shows(path), right.writes) for path, right in rights.items()}


#: From hidden to clear.
_CLARITY: tuple[Shows, ...] = ("nothing", "masked", "clear")


def _source(app: App, entity: Entity, rights: Rights, shows: Callable[[str], Shows], rows: str, read: tuple[str, ...]) -> Shows:
    """How clearly a computation may show what it reads: by the rights here, beyond a reference by the data class there."""
    path = ".".join((*([rows] if rows else []), read[0]))
    if len(read) > 1 and f"{path}.{read[1]}" in rights:
        return min(shows(path), shows(f"{path}.{read[1]}"), key=_CLARITY.index)
    beyond = _field_beyond(app, entity, rows, read) if len(read) > 1 else None
    return shows(path) if beyond is None else min(shows(path), default_right(beyond).shows, key=_CLARITY.index)


def _field_beyond(app: App, entity: Entity, rows: str, read: tuple[str, ...]) -> Field | None:
    """The field at the end of a path of references, None for a system field."""
    holder = entity.rows[entity.fields[rows].options.of or ""].fields if rows else entity.fields
    field = holder.get(read[0])
    for name in read[1:]:
        owner, _, target = ((field.value_type.entity if field else None) or "org.person").partition(".")
        there = app if owner == app.name else app.requires.get(owner)
        if there is None or target not in there.entities:
            return None
        field = there.entities[target].fields.get(name)
    return field


def _stated(field: Field, level: str | None) -> FieldRight:
    usual = default_right(field)
    never = field.classification == "C3"
    match level:
        case None:
            return usual
        case "hidden":
            return FieldRight("nothing", writes=False)
        case "masked":
            return FieldRight("nothing" if never or field.type == "rows" else "masked", writes=False)
        case "read":
            return FieldRight("nothing" if never else "clear", writes=False)
        case "write":
            return FieldRight("nothing" if never else "clear", writes=usual.writes)
        case _:
            # The loader allows no other word; an unknown one must not open anything.
            return FieldRight("nothing", writes=False)
