"""Entities: first what others need to know of them, then the whole with typed expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, FieldSignature, Workbench
from forms_dsl.build.entity_parts import (
    build_duplicate,
    build_external,
    build_related,
    build_retention,
    build_rule,
    field_lists,
    owner_path,
)
from forms_dsl.build.fields import build_field
from forms_dsl.build.inherit import Inherited, inherited, placed_fields
from forms_dsl.build.numbering import check_number
from forms_dsl.build.options import field_options
from forms_dsl.build.paths import check_placeholders
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import FORM, Scope
from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.files.entity import EntityShape, FieldShape
from forms_dsl.model import Entity, Field, Label, RowType

#: Fields by name with the places where they are written.
Placed = Mapping[str, tuple[Place, FieldShape]]


def declare_name(bench: Workbench, file: SourceFile) -> EntitySignature:
    """The entity as a name only, so that references between entities can be resolved in any order."""
    shape = file.shape
    signature = EntitySignature(file.name, bench.full(file.name), {})
    if isinstance(shape, EntityShape):
        signature.label, signature.number = shape.label, shape.number is not None
        signature.deprecated = shape.deprecated
        signature.has_owner = bool(shape.owner and shape.owner.user)
        signature.has_branch = bool(shape.owner and shape.owner.branch)
    return signature


def declare_fields(bench: Workbench, file: SourceFile) -> None:
    """The types of an entity's fields, rows and related records; copied fields count like its own."""
    signature = bench.entities[bench.full(file.name)]
    shape = file.shape
    whole = inherited(bench, file)
    bench.inherited[file.name] = whole
    signature.open = whole.open
    if not isinstance(shape, EntityShape):
        return
    place = Place(file)
    for name, (row_place, row) in whole.rows.items():
        fields = row_place.at("fields")
        placed = placed_fields(bench, fields, row.fields)
        lost = frozenset(row_place.file.lost_names(fields.pointer))
        signature.rows[name] = _signatures(bench, file, placed, lost)
        if row_place.file.is_open(fields.pointer):
            signature.open_rows.add(name)
    signature.fields.update(_signatures(bench, file, whole.fields, whole.lost, signature.rows))
    for name, related in shape.related.items():
        target = bench.entities.get(bench.full(related.entity))
        signature.related[name] = (target.full_name, related.by) if target else None
    for name in (*place.file.lost_names(("related",)), *place.file.lost_names(("rows",))):
        signature.fields.setdefault(name, None)


def _signatures(
    bench: Workbench,
    file: SourceFile,
    placed: Placed,
    lost: frozenset[str],
    rows: Mapping[str, Mapping[str, FieldSignature | None]] | None = None,
) -> dict[str, FieldSignature | None]:
    found: dict[str, FieldSignature | None] = dict.fromkeys(lost)
    for name, (place, shape) in placed.items():
        options = field_options(bench, place, shape)
        if options is None:
            found[name] = None
            bench.incomplete |= {place.file.path, file.path}
            continue
        kind = FIELD_TYPES[shape.type]
        type = kind.value_type(options)
        if kind.name == "rows":
            row = _row_types(bench, place.at("of"), shape, rows, file)
            if row is None:
                found[name] = None
                continue
            type = ValueType("rows", rows=row, optional=False)
        old_codes = {choice.code: choice.deprecated for choice in options.choices if choice.deprecated}
        type = replace(type, deprecated=shape.deprecated, deprecated_codes=old_codes or None)
        computed = shape.compute is not None
        found[name] = FieldSignature(kind.name, type, shape.label, options, shape.required, computed, shape.classification)
    return found


def _row_types(
    bench: Workbench,
    place: Place,
    shape: FieldShape,
    rows: Mapping[str, Mapping[str, FieldSignature | None]] | None,
    file: SourceFile,
) -> dict[str, ValueType] | None:
    if rows is None:
        message = Sentence("A row cannot hold rows.", "明细行中不能再有明细。")
        bench.find(codes.WRONG_TYPE, place, message)
        return None
    if shape.of is None or shape.of not in rows:
        lost = file.is_open(("rows",)) or shape.of in file.lost_names(("rows",))
        if shape.of is not None and not lost:
            bench.unknown(place, shape.of, Sentence("row type", "行类型"), rows)
        bench.incomplete |= {place.file.path, file.path}
        return None
    return {name: found.value_type for name, found in rows[shape.of].items() if found is not None}


def build_entity(bench: Workbench, file: SourceFile) -> Entity | None:
    """The whole entity; parts with findings are left out and the file counts as incomplete."""
    shape = file.shape
    if not isinstance(shape, EntityShape):
        return None
    place = Place(file)
    whole = bench.inherited[file.name]
    signature = bench.entities[bench.full(file.name)]
    scope = bench.scope(FORM, bench.record_types(signature))
    fields = _fields(bench, whole.fields, signature, signature.fields, scope)
    rows = _rows(bench, whole, signature, scope)
    _names_differ(bench, place, shape, whole)
    if shape.title:
        check_placeholders(bench, place.at("title"), shape.title, signature)
    if shape.number:
        check_number(bench, place.at("number"), shape.number)
    rules = (build_rule(bench, place.at("rules", n), n, rule, signature, scope) for n, rule in shape.rules.items())
    duplicates = (build_duplicate(bench, place.at("duplicates", n), each, signature) for n, each in enumerate(shape.duplicates))
    branch, user = (shape.owner.branch, shape.owner.user) if shape.owner else (None, None)
    built = Entity(
        id=shape.id or file.name,
        name=file.name,
        app=bench.app,
        label=shape.label,
        span=place.at("entity").span,
        fields=fields,
        rows=rows,
        related=build_related(bench, place.at("related"), shape, signature),
        rules=tuple(filter(None, rules)),
        number=shape.number,
        title=shape.title,
        owner_branch=owner_path(bench, place.at("owner", "branch"), branch, signature, "org.branch"),
        owner_user=owner_path(bench, place.at("owner", "user"), user, signature, "org.person"),
        audit=shape.audit,
        unique=field_lists(bench, place.at("unique"), shape.unique, signature),
        index=field_lists(bench, place.at("index"), shape.index, signature),
        read_only=shape.read_only,
        retention=build_retention(bench, place.at("retention"), shape, signature),
        duplicates=tuple(filter(None, duplicates)),
        external=build_external(bench, place.at("external"), shape),
        expected=shape.expected,
        deprecated=shape.deprecated,
    )
    if not bench.incomplete.isdisjoint(whole.files):
        bench.incomplete.add(file.path)
    return built


def _fields(
    bench: Workbench,
    placed: Placed,
    entity: EntitySignature,
    signatures: Mapping[str, FieldSignature | None],
    scope: Scope,
) -> dict[str, Field]:
    built = {}
    for name, (place, shape) in placed.items():
        signature = signatures.get(name)
        if signature is not None:
            built[name] = build_field(bench, place, name, shape, signature, entity, scope)
    return built


def _rows(bench: Workbench, whole: Inherited, signature: EntitySignature, scope: Scope) -> dict[str, RowType]:
    rows = {}
    for name, (place, row) in whole.rows.items():
        inner = signature.rows[name]
        types = {each: found.value_type for each, found in inner.items() if found}
        row_scope = bench.scope(FORM, types, outer=scope.fields)
        fields = place.at("fields")
        placed = placed_fields(bench, fields, row.fields)
        built = _fields(bench, placed, signature, inner, row_scope)
        rows[name] = RowType(row.id or name, name, row.label or _row_label(whole, name, bench), built, row.expected)
    return rows


def _row_label(whole: Inherited, row: str, bench: Workbench) -> Label:
    """A row type without a label is called as the field that shows it."""
    shown = next((field.label for _, field in whole.fields.values() if field.of == row), None)
    return shown or dict.fromkeys(bench.languages, row)


def _names_differ(bench: Workbench, place: Place, shape: EntityShape, whole: Inherited) -> None:
    for name in shape.related:
        if name in whole.fields:
            message = Sentence(f"{name!r} is already the name of a field.", f"“{name}”已是字段名称。")
            bench.find(codes.NAME_TWICE, place.at("related", name), message, key=True)
    related = {name: (place.at("related", name), each) for name, each in shape.related.items()}
    for part in (whole.fields, whole.rows, related):
        ids: dict[str, str] = {}
        for name, (here, each) in part.items():
            identifier = getattr(each, "id", None) or name
            first = ids.setdefault(identifier, name)
            if first != name:
                message = Sentence(
                    f"The id {identifier!r} is already that of {first!r}.", f"标识“{identifier}”已被“{first}”使用。"
                )
                bench.find(codes.NAME_TWICE, here, message, key=True)
