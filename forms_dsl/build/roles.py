"""Roles: rows and fields that they grant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.paths import find_path
from forms_dsl.build.people import role_name
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import BOOLEAN, ROW_RULE, USER_SETS, Scope
from forms_dsl.expr.tree import Expression
from forms_dsl.files.access import AccessShape, EmergencyShape, FieldAccessShape, RoleShape, RolesShape, TransferShape
from forms_dsl.model import AccessRule, Emergency, FieldCondition, Role, Transfer

#: An app has at most so many roles.
ROLE_LIMIT = 500

_ROLE = Sentence("role", "角色")


def build_roles(bench: Workbench, file: SourceFile) -> dict[str, Role]:
    """The roles of the file, each with all roles that it includes."""
    shape = file.shape
    if not isinstance(shape, RolesShape):
        return {}
    place = Place(file, ("roles",))
    if len(shape.roles) > ROLE_LIMIT:
        message = Sentence(
            f"The app has {len(shape.roles):,} roles, more than {ROLE_LIMIT}.",
            f"应用有 {len(shape.roles):,} 个角色，超过 {ROLE_LIMIT} 个。",
        )
        bench.find(codes.LIMIT, place, message, key=True)
        return {}
    closures = _closures(shape.roles)
    return {name: _role(bench, place.at(name), name, role, closures[name]) for name, role in shape.roles.items()}


def _role(bench: Workbench, place: Place, name: str, shape: RoleShape, closure: frozenset[str]) -> Role:
    for key in ("includes", "conflicts"):
        for number, other in enumerate(getattr(shape, key)):
            bench.look_up(bench.roles, place.at(key, number), other, _ROLE)
    if name in closure:
        message = Sentence(f"The role {name!r} includes itself.", f"角色“{name}”包含了自己。")
        bench.find(codes.CYCLE, place.at("includes"), message)
    for number, other in enumerate(shape.conflicts):
        if other == name or other in closure:
            message = Sentence(
                f"Whoever holds {name!r} holds {other!r} too, so nobody could hold it.",
                f"持有“{name}”即持有“{other}”，因此无人能持有该角色。",
            )
            bench.find(codes.WRONG_TYPE, place.at("conflicts", number), message)
    access = {}
    for entity_name, rule in shape.access.items():
        entity = bench.entity(place.at("access", entity_name), entity_name, key=True)
        if entity is None:
            continue
        if not entity.full_name.startswith(f"{bench.app}."):
            message = Sentence(f"Access to {entity_name} is given by its own app.", f"“{entity_name}”的权限由其所属应用授予。")
            bench.find(codes.WRONG_TYPE, place.at("access", entity_name), message, key=True)
            continue
        access[entity.name] = _access(bench, place.at("access", entity_name), rule, entity)
    includes = tuple(sorted(closure - {name}))
    emergency = _emergency(bench, place.at("emergency"), shape.emergency) if shape.emergency is not None else None
    return Role(shape.id or name, name, shape.label, includes, tuple(shape.conflicts), access, place.key_span, emergency)


def _emergency(bench: Workbench, place: Place, shape: EmergencyShape) -> Emergency | None:
    """How the role is taken in an emergency; None with a finding."""
    taken_by = [role_name(bench, place.at("taken_by", number), each) for number, each in enumerate(shape.taken_by)]
    reviewed_by = role_name(bench, place.at("reviewed_by"), shape.reviewed_by)
    if reviewed_by is None:
        return None
    return Emergency(tuple(name for name in taken_by if name is not None), reviewed_by, shape.hours)


def _closures(roles: Mapping[str, RoleShape]) -> dict[str, frozenset[str]]:
    """All roles that each role includes, over any number of steps (Warshall's algorithm on bits); itself only in a circle."""
    numbers = {name: number for number, name in enumerate(roles)}
    reached = [sum(1 << numbers[other] for other in {*role.includes} if other in numbers) for role in roles.values()]
    for through in range(len(reached)):
        for number, others in enumerate(reached):
            if others >> through & 1:
                reached[number] = others | reached[through]
    return {name: frozenset(other for other, bit in numbers.items() if reached[numbers[name]] >> bit & 1) for name in roles}


def _access(bench: Workbench, place: Place, shape: AccessShape, entity: EntitySignature) -> AccessRule:
    scope = bench.scope(ROW_RULE, bench.record_types(entity))
    scope = replace(scope, user={**scope.user, **USER_SETS})

    def rows(key: str) -> Expression | bool:
        value = getattr(shape, key)
        if isinstance(value, bool):
            return value
        return bench.expression(place.at(key), value, scope, BOOLEAN, entity) or False

    for name in shape.fields:
        _field(bench, place.at("fields", name), name, entity, key=True)
    for number, name in enumerate(shape.unmask):
        _field(bench, place.at("unmask", number), name, entity)
    deny = bench.expression(place.at("deny"), shape.deny, scope, BOOLEAN, entity) if shape.deny else None
    return AccessRule(
        entity.name,
        rows("create"),
        rows("read"),
        rows("update"),
        rows("delete"),
        deny,
        {name: _least(said) for name, said in shape.fields.items()},
        tuple(shape.unmask),
        _transfer(bench, place.at("export"), shape.export),
        _transfer(bench, place.at("print"), shape.print),
        _transfer(bench, place.at("import"), shape.import_),
        shape.override_reason,
        tuple(_conditions(bench, place.at("fields"), shape, scope, entity)),
        shape.merge,
    )


#: From the most that a role may do with a field to the least.
_LEVELS: tuple[Literal["write", "read", "masked"], ...] = ("write", "read", "masked")


def _least(said: FieldAccessShape | str) -> str:
    """What a role may do with a field on every record that it is given."""
    return said if isinstance(said, str) else next((level for level in _LEVELS if getattr(said, level) is True), "hidden")


def _conditions(
    bench: Workbench, place: Place, shape: AccessShape, scope: Scope, entity: EntitySignature
) -> Iterator[FieldCondition]:
    for name, said in shape.fields.items():
        for level in () if isinstance(said, str) else _LEVELS:
            source = getattr(said, level)
            if isinstance(source, str):
                found = bench.expression(place.at(name, level), source, scope, BOOLEAN, entity)
                if found is not None:
                    yield FieldCondition(name, level, found)


def _transfer(bench: Workbench, place: Place, shape: TransferShape | bool) -> Transfer | None:
    if isinstance(shape, bool):
        return Transfer() if shape else None
    approved_by = role_name(bench, place.at("approved_by"), shape.approved_by) if shape.approved_by else None
    return Transfer(shape.rows, approved_by, shape.watermark)


def _field(bench: Workbench, place: Place, name: str, entity: EntitySignature, *, key: bool = False) -> None:
    if "." in name:
        find_path(bench, place, name, entity)
    elif name not in entity.fields and name not in entity.system() and not entity.open:
        where = Sentence(f"field of {entity.name}", f"{entity.label.get('zh', entity.name)}的字段")
        bench.unknown(place, name, where, {**entity.types(), **entity.fields}, key=key)
