"""The fields of an entity with those that it copies: of another entity (`like`), then of fragments (`use`), then its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forms_dsl import codes
from forms_dsl.build.bench import Workbench
from forms_dsl.build.options import written_out
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import FINDING_LIMIT, Sentence
from forms_dsl.files.entity import EntityShape, FieldShape, FragmentShape, RowTypeShape

FIELD_LIMIT = 300
#: The entities of an app have at most so many fields together, counting those that they copy.
APP_FIELD_LIMIT = 20_000
#: An entity copies another one over at most so many steps.
LIKE_LIMIT = 8
#: With so many errors in the app nobody needs the fields of further entities.
_ENOUGH = 2 * FINDING_LIMIT

_ENTITY = Sentence("entity", "实体")
_FRAGMENT = Sentence("fragment", "字段组")


@dataclass(frozen=True, slots=True)
class Inherited:
    """Fields and row types by name, each with the place where it is written, and the paths of the files they were taken from.

    `lost` are names of fields that are there but could not be read; `open` tells that there may be more.
    """

    fields: Mapping[str, tuple[Place, FieldShape]] = field(default_factory=dict)
    rows: Mapping[str, tuple[Place, RowTypeShape]] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    lost: frozenset[str] = frozenset()
    open: bool = False


def inherited(bench: Workbench, file: SourceFile) -> Inherited:
    """All fields of the entity of a file; findings about `like` and `use`, and about more than 300 fields."""
    if bench.field_count > APP_FIELD_LIMIT:
        message = Sentence(
            f"The entities before this one have more than {APP_FIELD_LIMIT:,} fields.",
            f"此前的实体合计已超过 {APP_FIELD_LIMIT:,} 个字段。",
        )
        bench.find(codes.LIMIT, Place(file).at("entity"), message)
        return Inherited(open=True)
    if bench.errors > _ENOUGH:  # the app is refused, and nobody is told of more
        return Inherited(open=True)
    found = _entity(bench, file, ())
    bench.field_count += len(found.fields)
    if not found.fields and not found.lost and not found.open:
        message = Sentence("An entity has at least one field.", "实体至少要有一个字段。")
        bench.find(codes.WRONG_TYPE, Place(file).at("fields"), message, key=True)
    if len(found.fields) > FIELD_LIMIT:
        message = Sentence(
            f"The entity has {len(found.fields)} fields, more than {FIELD_LIMIT}.",
            f"实体有 {len(found.fields)} 个字段，超过 {FIELD_LIMIT} 个。",
        )
        bench.find(codes.LIMIT, Place(file).at("fields"), message, key=True)
    return found


def _entity(bench: Workbench, file: SourceFile, around: tuple[str, ...]) -> Inherited:
    shape, place = file.shape, Place(file)
    own = _own(bench, file)
    if not isinstance(shape, EntityShape):
        return own
    parts = [*_copied(bench, place, shape, (*around, file.name)), own]
    fields: dict[str, tuple[Place, FieldShape]] = {}
    rows: dict[str, tuple[Place, RowTypeShape]] = {}
    for part in parts:
        fields |= part.fields
        rows |= part.rows
    return Inherited(
        fields,
        rows,
        tuple(dict.fromkeys(each for part in parts for each in part.files)),
        frozenset().union(*(part.lost for part in parts)) - set(own.fields),
        any(part.open for part in parts) or not file.is_whole(("use",)) or "like" in file.lost_names(()),
    )


def _copied(bench: Workbench, place: Place, shape: EntityShape, around: tuple[str, ...]) -> Iterator[Inherited]:
    if shape.like is not None:
        here = place.at("like")
        other = bench.sources.get(("entity", shape.like))
        if other is None:
            bench.unknown(here, shape.like, _ENTITY, bench.files.get("entity", ()))
            yield Inherited(open=True)
        elif other.name in around:
            message = Sentence(f"The entity {around[0]!r} copies itself.", f"实体“{around[0]}”最终复制了自己。")
            bench.find(codes.CYCLE, here, message)
            yield Inherited(open=True)
        elif len(around) > LIKE_LIMIT:
            message = Sentence(
                f"The entity {around[0]!r} copies others over more than {LIKE_LIMIT} steps.",
                f"实体“{around[0]}”经过 {LIKE_LIMIT} 层以上复制其他实体。",
            )
            bench.find(codes.LIMIT, Place(bench.sources["entity", around[0]]).at("like"), message)
            yield Inherited(open=True)
        else:
            bench.deprecated(here, shape.like, getattr(other.shape, "deprecated", None))
            yield _entity(bench, other, around)
    taken: set[str] = set()
    for number, name in enumerate(shape.use):
        if name in taken:
            message = Sentence(f"The fragment {name!r} is taken twice.", f"字段组“{name}”被重复引用。")
            bench.find(codes.NAME_TWICE, place.at("use", number), message)
            continue
        taken.add(name)
        fragment = bench.sources.get(("fragment", name))
        if fragment is None:
            bench.unknown(place.at("use", number), name, _FRAGMENT, bench.files.get("fragment", ()))
            yield Inherited(open=True)
        else:
            bench.deprecated(place.at("use", number), name, getattr(fragment.shape, "deprecated", None))
            yield _own(bench, fragment)


def _own(bench: Workbench, file: SourceFile) -> Inherited:
    """The fields that a file itself has; the same file may be copied often."""
    if file.path not in bench.own_fields:
        bench.own_fields[file.path] = _written(bench, file)
    found: Inherited = bench.own_fields[file.path]
    return found


def _written(bench: Workbench, file: SourceFile) -> Inherited:
    shape, place = file.shape, Place(file)
    is_open = file.is_open(()) or file.is_open(("fields",))
    if not isinstance(shape, EntityShape | FragmentShape):
        return Inherited(files=(file.path,), open=is_open)
    fields = placed_fields(bench, place.at("fields"), shape.fields)
    rows = {name: (place.at("rows", name), each) for name, each in shape.rows.items()} if isinstance(shape, EntityShape) else {}
    return Inherited(fields, rows, (file.path,), frozenset(file.lost_names(("fields",))), is_open)


def placed_fields(bench: Workbench, place: Place, shapes: Mapping[str, FieldShape]) -> dict[str, tuple[Place, FieldShape]]:
    """The fields of a map, each with its place, short forms of types written out."""
    return {name: (place.at(name), written_out(bench, place.at(name), shape)) for name, shape in shapes.items()}
