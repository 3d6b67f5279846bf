"""What an entity says beside its fields: rules, related records, owner, keys, retention, duplicates."""

from __future__ import annotations

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.paths import find_path
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import BOOLEAN, FILTER, Scope
from forms_dsl.files.entity import DuplicateShape, EntityShape, RuleShape
from forms_dsl.model import Duplicate, EntityRule, Related, Retention


def build_rule(
    bench: Workbench, place: Place, name: str, shape: RuleShape, entity: EntitySignature, scope: Scope
) -> EntityRule | None:
    """One check over several fields, or None with findings."""
    check = bench.expression(place.at("check"), shape.check, scope, BOOLEAN, entity)
    when = bench.expression(place.at("when"), shape.when, scope, BOOLEAN, entity) if shape.when else None
    if shape.at:
        find_path(bench, place.at("at"), shape.at, entity)
    if check is None or (shape.when and when is None):
        return None
    return EntityRule(name, check, shape.message, when, shape.at, shape.level)


def build_related(bench: Workbench, place: Place, shape: EntityShape, entity: EntitySignature) -> dict[str, Related]:
    """The sets of records of other entities of this app that point here."""
    built = {}
    for name, related in shape.related.items():
        here = place.at(name)
        target = bench.entity(here.at("entity"), related.entity)
        if target is None:
            continue
        if not target.full_name.startswith(f"{bench.app}."):
            message = Sentence("Related records are of this app.", "关联记录只能是本应用的实体。")
            bench.find(codes.WRONG_TYPE, here.at("entity"), message)
            continue
        found = find_path(bench, here.at("by"), related.by, target)
        if found is not None and (found.name != "reference" or found.entity != entity.full_name):
            message = Sentence(f"{related.by!r} does not refer to {entity.name!r}.", f"“{related.by}”没有引用“{entity.name}”。")
            bench.find(codes.WRONG_TYPE, here.at("by"), message)
            found = None
        where = None
        if related.where:
            where = bench.expression(
                here.at("where"), related.where, bench.scope(FILTER, bench.record_types(target)), BOOLEAN, target
            )
        if found is not None and (where is not None or not related.where):
            built[name] = Related(name, target.name, related.by, where, related.label)
    return built


def owner_path(bench: Workbench, place: Place, path: str | None, entity: EntitySignature, target: str) -> str | None:
    """The path that says whose a record is, when it refers to `target`."""
    found = find_path(bench, place, path, entity) if path else None
    if found is not None and found.entity != target:
        message = Sentence(f"{path!r} does not refer to {target}.", f"“{path}”没有引用 {target}。")
        bench.find(codes.WRONG_TYPE, place, message)
        return None
    return path if found is not None else None


def field_lists(bench: Workbench, place: Place, lists: list[list[str]], entity: EntitySignature) -> tuple[tuple[str, ...], ...]:
    """Lists of fields that are columns of the entity itself."""
    seen: set[frozenset[str]] = set()
    for number, names in enumerate(lists):
        if frozenset(names) in seen:
            message = Sentence("These fields already stand in this list.", "这组字段已在列表中。")
            bench.find(codes.NAME_TWICE, place.at(number), message)
        seen.add(frozenset(names))
        if not names:
            message = Sentence("A list of fields names at least one.", "字段列表至少有一个字段。")
            bench.find(codes.WRONG_TYPE, place.at(number), message)
        field_list(bench, place.at(number), names, entity)
    return tuple(tuple(names) for names in lists)


def field_list(bench: Workbench, place: Place, names: list[str], entity: EntitySignature) -> tuple[str, ...]:
    """Fields that are columns of the entity itself."""
    for position, name in enumerate(names):
        here = place.at(position)
        found = find_path(bench, here, name, entity)
        if "." in name or (found is not None and found.name == "rows"):
            message = Sentence(f"{name!r} is not a column of the entity itself.", f"“{name}”不是实体自身的列。")
            bench.find(codes.WRONG_TYPE, here, message)
    return tuple(names)


def build_retention(bench: Workbench, place: Place, shape: EntityShape, entity: EntitySignature) -> Retention | None:
    """How long records are kept."""
    if shape.retention is None:
        return None
    found = find_path(bench, place.at("after"), shape.retention.after, entity)
    if found is not None and found.name != "date":
        message = Sentence(f"{shape.retention.after!r} is not a date.", f"“{shape.retention.after}”不是日期字段。")
        bench.find(codes.WRONG_TYPE, place.at("after"), message)
    return Retention(shape.retention.after, shape.retention.years, shape.retention.then, shape.retention.sealed)


def build_duplicate(bench: Workbench, place: Place, shape: DuplicateShape, entity: EntitySignature) -> Duplicate | None:
    """Records of which these fields agree; bare names of `where` are those of the record compared with."""
    fields = field_list(bench, place.at("fields"), shape.fields, entity)
    where = None
    if shape.where is not None:
        where = bench.expression(place.at("where"), shape.where, bench.scope(FILTER, bench.record_types(entity)), BOOLEAN, entity)
        if where is None:
            return None
    return Duplicate(fields, shape.then, where)


def build_external(bench: Workbench, place: Place, shape: EntityShape) -> tuple[str, str] | None:
    """The virtual entity in which the records live."""
    if shape.external is None:
        return None
    name = f"{shape.external.binding}.{shape.external.entity}"
    what = Sentence("virtual entity of a binding", "绑定的虚拟实体")
    found = bench.look_up(bench.virtual, place.at("entity"), name, what)
    return (shape.external.binding, shape.external.entity) if found is not None else None
