"""People of steps and work items, and values to write."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, FieldSignature, Workbench
from forms_dsl.build.paths import find_path
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import NUMBER, Scope
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.files.people import CountShape, ExpressionShape, PeopleShape, split_word
from forms_dsl.model import People, Value

_ROLE = Sentence("role", "角色")


def role_name(bench: Workbench, place: Place, text: str) -> str | None:
    """The role that `role.x` names, or None with a finding."""
    prefix, dot, name = text.partition(".")
    if prefix != "role" or not dot:
        hint = Sentence(f"Write role.{text}", f"请写 role.{text}") if text in bench.roles.known else None
        message = Sentence(f"{text!r} is not written as a role.", f"“{text}”不是角色的写法。")
        bench.find(codes.WRONG_TYPE, place, message, hint or Sentence("Write role.NAME", "请写 role.角色名"))
        return None
    return name if bench.look_up(bench.roles, place, name, _ROLE) is not None else None


def build_people(
    bench: Workbench, place: Place, shape: str | PeopleShape, scope: Scope, entity: EntitySignature
) -> People | None:
    """Who is asked; None with a finding."""
    if isinstance(shape, str):
        kind, role, within = split_word(shape)
        if kind == "role" and bench.look_up(bench.roles, place, role or "", _ROLE) is None:
            return None
        if kind == "owner" and not entity.has_owner and not entity.open:
            message = Sentence(f"{entity.name} has no owner.user.", f"“{entity.name}”没有声明 owner.user。")
            bench.find(codes.UNKNOWN_REFERENCE, place, message)
            return None
        return People(kind, role, within)
    named = [key for key in ("role", "leader_of", "field") if getattr(shape, key) is not None]
    if len(named) != 1:
        if place.file.is_whole(place.pointer):
            message = Sentence("Exactly one of role, leader_of and field is needed.", "role、leader_of、field 必须且只能有一个。")
            bench.find(codes.WRONG_TYPE, place, message, key=True)
        return None
    kind, name = named[0], str(getattr(shape, named[0]))
    if kind == "role" and bench.look_up(bench.roles, place.at("role"), name, _ROLE) is None:
        return None
    if kind == "field" and not _is_person(bench, place.at("field"), name, entity):
        return None
    if kind == "leader_of":
        bench.record_branch(place.at("leader_of"), name, entity)
    if shape.in_:
        bench.record_branch(place.at("in"), shape.in_, entity)
    least, most = _count(shape.count)
    limit = bench.expression(place.at("with_limit"), shape.with_limit, scope, NUMBER, entity) if shape.with_limit else None
    return People(kind, name, shape.in_, least, most, shape.pick, limit)


def _is_person(bench: Workbench, place: Place, name: str, entity: EntitySignature) -> bool:
    found = find_path(bench, place, name, entity)
    if found is not None and found.entity != "org.person":
        message = Sentence(f"{name!r} does not refer to a person.", f"“{name}”没有引用人员。")
        bench.find(codes.WRONG_TYPE, place, message)
        return False
    return found is not None


def _count(shape: int | CountShape | None) -> tuple[int, int | None]:
    match shape:
        case None:
            return 1, None
        case int():
            return shape, shape
        case CountShape():
            return shape.min, shape.max


def build_values(
    bench: Workbench,
    place: Place,
    shapes: Mapping[str, str | ExpressionShape],
    scope: Scope,
    entity: EntitySignature,
    *,
    reads: EntitySignature | None = None,
) -> dict[str, Value]:
    """Values to write: a literal of the field's type, or an expression; those with findings are left out.

    `reads` is the entity whose fields the expressions read, where it is another one.
    """
    values: dict[str, Value] = {}
    for name, shape in shapes.items():
        here = place.at(name)
        type = find_path(bench, here, name, entity)
        signature = entity.fields.get(name)
        if type is None:
            continue
        if signature is None or signature.computed or type.name == "rows":
            message = Sentence(f"{name!r} cannot be written.", f"“{name}”不能写入。")
            bench.find(codes.WRONG_TYPE, here, message, key=True)
        elif isinstance(shape, ExpressionShape):
            expression = bench.expression(here.at("value"), shape.value, scope, type, reads or entity)
            if expression is not None:
                values[name] = expression
        elif _fits(bench, here, shape, signature):
            values[name] = shape
    return values


def _fits(bench: Workbench, place: Place, text: object, field: FieldSignature) -> bool:
    """Whether a literal is a value of the field."""
    if not isinstance(text, str):
        bench.find(codes.WRONG_TYPE, place, Sentence("One value is needed here.", "此处应为单个值。"))
        return False
    try:
        FIELD_TYPES[field.type].parse(text, field.options)
    except ValueRefused as refused:
        message = Sentence(refused.message["en"], refused.message["zh"])
        hint = Sentence("An expression is written {value: …}.", "表达式请写作 {value: …}。")
        bench.find(codes.WRONG_TYPE, place, message, hint)
        return False
    return True
