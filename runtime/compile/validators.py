"""The expressions of an entity's fields and rules as Python functions, in the order in which a write needs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from forms_dsl.expr.python import Facts, compile_python
from forms_dsl.expr.tree import Expression
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Entity, EntityRule, Field
from forms_dsl.names import SYSTEM_FIELDS

Evaluate = Callable[[Facts], object]
#: Reference field → paths beyond it that some expression reads.
Beyond = Mapping[str, frozenset[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class FieldValidator:
    """One field with its type and its expressions ready to run; `rows` are the fields of its child rows."""

    field: Field
    type: FieldType
    default: Evaluate | None
    compute: Evaluate | None
    visible: Evaluate | None
    required_when: Evaluate | None
    read_only: Evaluate | None
    check: Evaluate | None
    choices_where: Evaluate | None
    where: Evaluate | None
    rows: RowsValidator | None = None
    #: The form that REST gives its numbers (docs/rest.md 1), None where it is no number.
    wire: Literal["integer", "decimal"] | None = None


@dataclass(frozen=True, slots=True)
class RowsValidator:
    """The fields of a row type, those that are computed in the order of their computation."""

    fields: Mapping[str, FieldValidator]
    computed: tuple[FieldValidator, ...]
    beyond: Beyond = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleValidator:
    """One rule over several fields."""

    rule: EntityRule
    when: Evaluate | None
    check: Evaluate


@dataclass(frozen=True, slots=True)
class EntityValidator:
    """All that is checked and computed when a record of an entity is written."""

    fields: Mapping[str, FieldValidator]
    computed: tuple[FieldValidator, ...]
    rules: tuple[RuleValidator, ...]
    beyond: Beyond = field(default_factory=dict)
    #: The fields that are judged whatever they hold; the others only where they must hold something and do not.
    judged: frozenset[str] = frozenset()
    #: Whether a write evaluates anything over the record.
    evaluates: bool = True


def compile_validator(entity: Entity, more: tuple[Expression, ...] = ()) -> EntityValidator:
    """The validator of an entity; `more` are expressions that a write evaluates beside those of its fields and rules."""
    asked = (*_expressions(entity), *more)
    fields = {name: _field_validator(entity, declared, asked) for name, declared in entity.fields.items()}
    rules = tuple(RuleValidator(rule, _compiled(rule.when), compile_python(rule.check.tree)) for rule in entity.rules)
    reads = {path for expression in asked for path in expression.reads}
    beyond = _beyond({**SYSTEM_FIELDS, **entity.fields}, reads)
    judged = frozenset(name for name, found in fields.items() if _is_judged(found))
    return EntityValidator(fields, _in_order(fields), rules, beyond, judged, bool(asked) or any(f.rows for f in fields.values()))


def _is_judged(found: FieldValidator) -> bool:
    """Whether a value of the field may be wrong by more than its type."""
    asked = (found.visible, found.required_when, found.read_only, found.check, found.choices_where, found.where, found.rows)
    return bool(found.field.options.choices) or any(each is not None for each in asked)


def _field_validator(entity: Entity, declared: Field, asked: tuple[Expression, ...] = ()) -> FieldValidator:
    read_only = declared.read_only if isinstance(declared.read_only, Expression) else None
    return FieldValidator(
        declared,
        FIELD_TYPES[declared.type],
        default=_compiled(declared.default),
        compute=_compiled(declared.compute),
        visible=_compiled(declared.visible),
        required_when=_compiled(declared.required_when),
        read_only=_compiled(read_only),
        check=_compiled(declared.check),
        choices_where=_compiled(declared.choices_where),
        where=_compiled(declared.where),
        rows=_rows_validator(entity, declared, asked),
        wire=_wire(declared),
    )


def _wire(declared: Field) -> Literal["integer", "decimal"] | None:
    schema = FIELD_TYPES[declared.type].json_schema(declared.options)
    if schema.get("type") == "integer":
        return "integer"
    return "decimal" if schema.get("format") == "decimal" else None


def _rows_validator(entity: Entity, declared: Field, asked: tuple[Expression, ...]) -> RowsValidator | None:
    if declared.type != "rows" or declared.options.of is None:
        return None
    row_type = entity.rows[declared.options.of]
    fields = {name: _field_validator(entity, inner) for name, inner in row_type.fields.items()}
    reads = {path for inner in row_type.fields.values() for expression in _of_field(inner) for path in expression.reads}
    # What the record's own expressions read of its rows: `r.product.price` in an aggregate.
    reads |= {path[1:] for expression in asked for path in expression.reads if path[0] == declared.name}
    return RowsValidator(fields, _in_order(fields), _beyond(row_type.fields, reads))


def _compiled(expression: Expression | None) -> Evaluate | None:
    return None if expression is None else compile_python(expression.tree)


def _in_order(fields: Mapping[str, FieldValidator]) -> tuple[FieldValidator, ...]:
    """The computed fields, each after those that it reads; the loader has refused circles."""
    done: dict[str, FieldValidator] = {}

    def visit(name: str) -> None:
        found = fields.get(name)
        if found is None or found.field.compute is None or name in done:
            return
        for path in sorted(found.field.compute.reads):
            if path[0] != name:
                visit(path[0])
        done[name] = found

    for name in fields:
        visit(name)
    return tuple(done.values())


def _expressions(entity: Entity) -> Iterator[Expression]:
    for declared in entity.fields.values():
        yield from _of_field(declared)
    for rule in entity.rules:
        yield from (expression for expression in (rule.when, rule.check) if expression is not None)


def _of_field(declared: Field) -> Iterator[Expression]:
    """The expressions over the record of the field; `where` is over the record that a reference chooses."""
    read_only = declared.read_only if isinstance(declared.read_only, Expression) else None
    over_record = (
        declared.default,
        declared.compute,
        declared.visible,
        declared.required_when,
        read_only,
        declared.check,
        declared.choices_where,
    )
    return (expression for expression in over_record if expression is not None)


def _beyond(fields: Mapping[str, Field], reads: set[tuple[str, ...]]) -> dict[str, frozenset[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for path in reads:
        if len(path) > 1 and path[0] in fields and fields[path[0]].value_type.name == "reference":
            found.setdefault(path[0], set()).add(path[1:])
    for declared in fields.values():
        if declared.where is not None:
            found.setdefault(declared.name, set()).update(declared.where.reads)
    return {name: frozenset(paths) for name, paths in found.items()}
