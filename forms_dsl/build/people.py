"""People of steps, work items and messages, and values to write."""

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
from forms_dsl.files.people import WHO, CountShape, ExpressionShape, PeopleShape, split_word
from forms_dsl.model import People, Value

_ROLE = Sentence("role", "角色")
#: The people whom a scope can narrow, and among whom somebody can choose.
_MANY = frozenset({"role", "post", "group"})


def role_name(bench: Workbench, place: Place, text: str, *, key: bool = False) -> str | None:
    """The role that `role.x` names, or None with a finding; `key` when the role is the key of a pair."""
    prefix, dot, name = text.partition(".")
    if prefix != "role" or not dot:
        hint = Sentence(f"Write role.{text}", f"请写 role.{text}") if text in bench.roles.known else None
        message = Sentence(f"{text!r} is not written as a role.", f"“{text}”不是角色的写法。")
        bench.find(codes.WRONG_TYPE, place, message, hint or Sentence("Write role.NAME", "请写 role.角色名"), key=key)
        return None
    return name if bench.look_up(bench.roles, place, name, _ROLE, key=key) is not None else None


def build_people(
    bench: Workbench, place: Place, shape: str | PeopleShape, scope: Scope, entity: EntitySignature, *, of_holder: bool = False
) -> People | None:
    """Who is asked; None with a finding. `of_holder` tells that somebody holds a seat, who has a leader."""
    if isinstance(shape, str):
        return _by_word(bench, place, shape, entity, of_holder)
    named = [key for key in WHO if getattr(shape, key) is not None]
    if "chosen_by" in named:
        return _chosen(bench, place, shape, named, scope, entity)
    if len(named) != 1:
        _exactly_one(bench, place)
        return None
    kind, name = named[0], str(getattr(shape, named[0]))
    if kind == "role" and bench.look_up(bench.roles, place.at("role"), name, _ROLE) is None:
        return None
    if kind == "field" and not _is_person(bench, place.at("field"), name, entity):
        return None
    if kind == "leader_of":
        bench.record_branch(place.at("leader_of"), name, entity)
    return _people(bench, place, shape, kind, name, scope, entity)


def _people(
    bench: Workbench,
    place: Place,
    shape: PeopleShape,
    kind: str,
    name: str,
    scope: Scope,
    entity: EntitySignature,
    among: People | None = None,
) -> People:
    if shape.in_ and kind not in (*_MANY, "chosen_by"):
        message = Sentence("A scope goes only with role, post and group.", "in 只能与 role、post、group 同用。")
        bench.find(codes.WRONG_TYPE, place.at("in"), message, key=True)
    elif shape.in_:
        bench.record_branch(place.at("in"), shape.in_, entity)
    for key in ("levels", "stop_at"):
        if getattr(shape, key) is not None and kind != "leader_of":
            message = Sentence(f"{key} goes only with leader_of.", f"{key} 只能与 leader_of 同用。")
            bench.find(codes.WRONG_TYPE, place.at(key), message, key=True)
    least, most = _count(bench, place.at("count"), shape.count)
    limit = bench.expression(place.at("with_limit"), shape.with_limit, scope, NUMBER, entity) if shape.with_limit else None
    within = None if among is not None else shape.in_
    return People(kind, name, within, least, most, shape.pick, limit, shape.levels or 1, shape.stop_at, among)


def _by_word(bench: Workbench, place: Place, text: str, entity: EntitySignature, of_holder: bool) -> People | None:
    kind, role, within = split_word(text)
    if kind == "role" and bench.look_up(bench.roles, place, role or "", _ROLE) is None:
        return None
    if kind == "owner" and not entity.has_owner and not entity.open:
        message = Sentence(f"{entity.name} has no owner.user.", f"“{entity.name}”没有声明 owner.user。")
        bench.find(codes.UNKNOWN_REFERENCE, place, message)
        return None
    if kind == "leader_of_holder" and not of_holder:
        message = Sentence("Nobody holds a seat here whose leader could be asked.", "此处没有席位持有人，无法取其主管。")
        bench.find(codes.WRONG_TYPE, place, message, Sentence("It stands in due.to.", "它只能写在 due.to 中。"))
        return None
    if within:
        bench.record_branch(place, within, entity)
    return People(kind, role, within)


def _chosen(
    bench: Workbench, place: Place, shape: PeopleShape, named: list[str], scope: Scope, entity: EntitySignature
) -> People | None:
    """自选 (#34): the chooser, and the range of people to choose from."""
    beside = [key for key in named if key != "chosen_by"]
    if len(beside) != 1 or beside[0] not in _MANY:
        if place.file.is_whole(place.pointer):
            message = Sentence(
                "Beside chosen_by stands exactly one of role, post and group.", "chosen_by 须与 role、post、group 之一同用。"
            )
            bench.find(codes.WRONG_TYPE, place.at("chosen_by"), message, key=True)
        return None
    kind, name = beside[0], str(getattr(shape, beside[0]))
    if kind == "role" and bench.look_up(bench.roles, place.at("role"), name, _ROLE) is None:
        return None
    return _people(bench, place, shape, "chosen_by", shape.chosen_by or "", scope, entity, People(kind, name, shape.in_))


def _exactly_one(bench: Workbench, place: Place) -> None:
    if place.file.is_whole(place.pointer):
        message = Sentence(f"Exactly one of {', '.join(WHO)} is needed.", f"{'、'.join(WHO)} 必须且只能有一个。")
        bench.find(codes.WRONG_TYPE, place, message, key=True)


def _is_person(bench: Workbench, place: Place, name: str, entity: EntitySignature) -> bool:
    found = find_path(bench, place, name, entity)
    if found is not None and found.entity != "org.person":
        message = Sentence(f"{name!r} does not refer to a person.", f"“{name}”没有引用人员。")
        bench.find(codes.WRONG_TYPE, place, message)
        return False
    return found is not None


def _count(bench: Workbench, place: Place, shape: int | CountShape | None) -> tuple[int, int | None]:
    match shape:
        case None:
            return 1, None
        case int():
            return shape, shape
        case CountShape():
            if shape.max is not None and shape.max < shape.min:
                message = Sentence(
                    f"At most {shape.max} cannot be at least {shape.min}.", f"至多 {shape.max} 少于至少 {shape.min}。"
                )
                bench.find(codes.WRONG_TYPE, place, message)
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
    bench.deprecated(place, text, (field.value_type.deprecated_codes or {}).get(text))
    return True
