"""Entities: first what others need to know of them, then the whole with typed expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, FieldSignature, Workbench
from forms_dsl.build.fields import build_field
from forms_dsl.build.options import field_options
from forms_dsl.build.paths import check_placeholders, find_path
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import BOOLEAN, FILTER, FORM, Scope
from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.files.entity import EntityShape, FieldShape, RuleShape
from forms_dsl.model import Entity, EntityRule, Field, Label, Related, Retention, RowType

_NUMBER_PART = re.compile(r"\{([^{}]*)\}")
_SEQUENCE = re.compile(r"seq:([1-9]|1[0-2])\Z")
_NUMBER_WORDS = frozenset({"yyyy", "yy", "mm", "dd", "branch"})


def declare_name(bench: Workbench, file: SourceFile) -> EntitySignature:
    """The entity as a name only, so that references between entities can be resolved in any order."""
    shape = file.shape
    signature = EntitySignature(file.name, bench.full(file.name), {})
    if isinstance(shape, EntityShape):
        signature.label, signature.number = shape.label, shape.number is not None
        signature.has_owner = bool(shape.owner and shape.owner.user)
        signature.has_branch = bool(shape.owner and shape.owner.branch)
    return signature


def declare_fields(bench: Workbench, file: SourceFile) -> None:
    """The types of an entity's fields, rows and related records."""
    signature = bench.entities[bench.full(file.name)]
    shape = file.shape
    signature.open = file.is_open(()) or file.is_open(("fields",))
    if not isinstance(shape, EntityShape):
        return
    place = Place(file)
    for name, row in shape.rows.items():
        fields = place.at("rows", name, "fields")
        signature.rows[name] = _signatures(bench, fields, row.fields)
        if file.is_open(fields.pointer):
            signature.open_rows.add(name)
    signature.fields.update(_signatures(bench, place.at("fields"), shape.fields, signature.rows))
    for name, related in shape.related.items():
        target = bench.entities.get(bench.full(related.entity))
        signature.related[name] = (target.full_name, related.by) if target else None
    for name in (*file.lost_names(("related",)), *file.lost_names(("rows",))):
        signature.fields.setdefault(name, None)


def _signatures(
    bench: Workbench,
    place: Place,
    shapes: Mapping[str, FieldShape],
    rows: Mapping[str, Mapping[str, FieldSignature | None]] | None = None,
) -> dict[str, FieldSignature | None]:
    found: dict[str, FieldSignature | None] = dict.fromkeys(place.file.lost_names(place.pointer))
    for name, shape in shapes.items():
        options = field_options(bench, place.at(name), shape)
        if options is None:
            found[name] = None
            bench.incomplete.add(place.file.path)
            continue
        type = FIELD_TYPES[shape.type].value_type(options)
        if shape.type == "rows":
            row = _row_types(bench, place.at(name, "of"), shape, rows)
            if row is None:
                found[name] = None
                continue
            type = ValueType("rows", rows=row, optional=False)
        found[name] = FieldSignature(
            shape.type, type, shape.label, options, shape.required, shape.compute is not None, shape.classification
        )
    return found


def _row_types(
    bench: Workbench, place: Place, shape: FieldShape, rows: Mapping[str, Mapping[str, FieldSignature | None]] | None
) -> dict[str, ValueType] | None:
    if rows is None:
        message = Sentence("A row cannot hold rows.", "明细行中不能再有明细。")
        bench.find(codes.WRONG_TYPE, place, message)
        return None
    if shape.of is None or shape.of not in rows:
        lost = place.file.is_open(("rows",)) or shape.of in place.file.lost_names(("rows",))
        if shape.of is not None and not lost:
            bench.unknown(place, shape.of, Sentence("row type", "行类型"), rows)
        bench.incomplete.add(place.file.path)
        return None
    return {name: found.value_type for name, found in rows[shape.of].items() if found is not None}


def build_entity(bench: Workbench, file: SourceFile) -> Entity | None:
    """The whole entity; parts with findings are left out and the file counts as incomplete."""
    shape = file.shape
    if not isinstance(shape, EntityShape):
        return None
    place = Place(file)
    signature = bench.entities[bench.full(file.name)]
    scope = bench.scope(FORM, bench.record_types(signature))
    fields = _fields(bench, place.at("fields"), shape.fields, signature, signature.fields, scope)
    rows = {}
    for name, row in shape.rows.items():
        inner = signature.rows[name]
        types = {each: found.value_type for each, found in inner.items() if found}
        row_scope = bench.scope(FORM, types, outer=scope.fields)
        built = _fields(bench, place.at("rows", name, "fields"), row.fields, signature, inner, row_scope)
        rows[name] = RowType(row.id or name, name, row.label or _row_label(shape, name, bench), built)
    _names_differ(bench, place, shape)
    if shape.title:
        check_placeholders(bench, place.at("title"), shape.title, signature)
    if shape.number:
        _check_number(bench, place.at("number"), shape.number)
    return Entity(
        id=shape.id or file.name,
        name=file.name,
        app=bench.app,
        label=shape.label,
        span=place.at("entity").span,
        fields=fields,
        rows=rows,
        related=_related(bench, place.at("related"), shape, signature),
        rules=tuple(
            filter(None, (_rule(bench, place.at("rules", n), n, rule, signature, scope) for n, rule in shape.rules.items()))
        ),
        number=shape.number,
        title=shape.title,
        owner_branch=_owner(
            bench, place.at("owner", "branch"), shape.owner.branch if shape.owner else None, signature, "org.branch"
        ),
        owner_user=_owner(bench, place.at("owner", "user"), shape.owner.user if shape.owner else None, signature, "org.person"),
        audit=shape.audit,
        unique=_field_lists(bench, place.at("unique"), shape.unique, signature),
        index=_field_lists(bench, place.at("index"), shape.index, signature),
        read_only=shape.read_only,
        retention=_retention(bench, place.at("retention"), shape, signature),
    )


def _fields(
    bench: Workbench,
    place: Place,
    shapes: Mapping[str, FieldShape],
    entity: EntitySignature,
    signatures: Mapping[str, FieldSignature | None],
    scope: Scope,
) -> dict[str, Field]:
    built = {}
    for name, shape in shapes.items():
        signature = signatures.get(name)
        if signature is not None:
            built[name] = build_field(bench, place.at(name), name, shape, signature, entity, scope)
    return built


def _row_label(shape: EntityShape, row: str, bench: Workbench) -> Label:
    """A row type without a label is called as the field that shows it."""
    shown = next((field.label for field in shape.fields.values() if field.of == row), None)
    return shown or dict.fromkeys(bench.languages, row)


def _names_differ(bench: Workbench, place: Place, shape: EntityShape) -> None:
    for name in shape.related:
        if name in shape.fields:
            message = Sentence(f"{name!r} is already the name of a field.", f"“{name}”已是字段名称。")
            bench.find(codes.BAD_NAME, place.at("related", name), message, key=True)
    for part in ("fields", "rows", "related"):
        ids: dict[str, str] = {}
        for name, each in getattr(shape, part).items():
            identifier = getattr(each, "id", None) or name
            first = ids.setdefault(identifier, name)
            if first != name:
                message = Sentence(
                    f"The id {identifier!r} is already that of {first!r}.", f"标识“{identifier}”已被“{first}”使用。"
                )
                bench.find(codes.BAD_NAME, place.at(part, name), message, key=True)


def _check_number(bench: Workbench, place: Place, pattern: str) -> None:
    """A pattern of a business number: words in braces, with exactly one sequence."""
    words = [match[1] for match in _NUMBER_PART.finditer(pattern)]
    unknown = [word for word in words if word not in _NUMBER_WORDS and not _SEQUENCE.match(word)]
    hint = Sentence('Write it like "LA-{yyyy}{mm}-{seq:6}".', '写法示例："LA-{yyyy}{mm}-{seq:6}"。')
    if unknown:
        message = Sentence(f"There is no part {{{unknown[0]}}} of a number.", f"编号中没有 {{{unknown[0]}}} 这种部分。")
        bench.find(codes.WRONG_TYPE, place, message, hint)
    elif sum(word.startswith("seq:") for word in words) != 1 or re.search(r"[{}]", _NUMBER_PART.sub("", pattern)):
        bench.find(codes.WRONG_TYPE, place, Sentence("A number needs one {seq:n}.", "编号需要且只能有一个 {seq:n}。"), hint)


def _rule(
    bench: Workbench, place: Place, name: str, shape: RuleShape, entity: EntitySignature, scope: Scope
) -> EntityRule | None:
    check = bench.expression(place.at("check"), shape.check, scope, BOOLEAN, entity)
    when = bench.expression(place.at("when"), shape.when, scope, BOOLEAN, entity) if shape.when else None
    if shape.at:
        find_path(bench, place.at("at"), shape.at, entity)
    if check is None or (shape.when and when is None):
        return None
    return EntityRule(name, check, shape.message, when, shape.at, shape.level)


def _related(bench: Workbench, place: Place, shape: EntityShape, entity: EntitySignature) -> dict[str, Related]:
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


def _owner(bench: Workbench, place: Place, path: str | None, entity: EntitySignature, target: str) -> str | None:
    found = find_path(bench, place, path, entity) if path else None
    if found is not None and found.entity != target:
        message = Sentence(f"{path!r} does not refer to {target}.", f"“{path}”没有引用 {target}。")
        bench.find(codes.WRONG_TYPE, place, message)
        return None
    return path if found is not None else None


def _field_lists(bench: Workbench, place: Place, lists: list[list[str]], entity: EntitySignature) -> tuple[tuple[str, ...], ...]:
    for number, names in enumerate(lists):
        if not names or len(set(names)) < len(names):
            message = Sentence("A list of fields names at least one, and each once.", "字段列表至少有一个字段，且不得重复。")
            bench.find(codes.WRONG_TYPE, place.at(number), message)
        for position, name in enumerate(names):
            here = place.at(number, position)
            found = find_path(bench, here, name, entity)
            if "." in name or (found is not None and found.name == "rows"):
                message = Sentence(f"{name!r} is not a column of the entity itself.", f"“{name}”不是实体自身的列。")
                bench.find(codes.WRONG_TYPE, here, message)
    return tuple(tuple(names) for names in lists)


def _retention(bench: Workbench, place: Place, shape: EntityShape, entity: EntitySignature) -> Retention | None:
    if shape.retention is None:
        return None
    found = find_path(bench, place.at("after"), shape.retention.after, entity)
    if found is not None and found.name != "date":
        message = Sentence(f"{shape.retention.after!r} is not a date.", f"“{shape.retention.after}”不是日期字段。")
        bench.find(codes.WRONG_TYPE, place.at("after"), message)
    return Retention(shape.retention.after, shape.retention.years, shape.retention.then, shape.retention.sealed)
