"""Upgrades: data steps between versions, checked against the entities as they are now."""

from __future__ import annotations

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.paths import find_path
from forms_dsl.build.people import build_values
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import Sentence, suggestion
from forms_dsl.expr import codes as expression_codes
from forms_dsl.expr.scope import BOOLEAN, FILTER
from forms_dsl.files.upgrade import ConvertStepShape, MapCodesStepShape, SetStepShape, UpgradeShape
from forms_dsl.model import Upgrade, UpgradeStep
from forms_dsl.versions import in_range, is_empty

_CODED = frozenset({"choice", "multi_choice"})


def build_upgrade(bench: Workbench, file: SourceFile) -> Upgrade | None:
    """The upgrade of a file; steps with findings are left out."""
    shape = file.shape
    if not isinstance(shape, UpgradeShape):
        return None
    place = Place(file)
    if in_range(shape.upgrade, shape.from_):
        message = Sentence(
            f"{shape.upgrade} itself is in {shape.from_}, so the steps would run again.",
            f"{shape.upgrade} 本身也在 {shape.from_} 内，步骤会重复执行。",
        )
        bench.find(codes.WRONG_TYPE, place.at("from"), message)
    if is_empty(f"{shape.from_} <{shape.upgrade}"):
        message = Sentence(
            f"No version before {shape.upgrade} is in {shape.from_}, so the steps would never run.",
            f"{shape.upgrade} 之前没有版本在 {shape.from_} 内，步骤永远不会执行。",
        )
        bench.find(codes.WRONG_TYPE, place.at("from"), message)
    steps = [_step(bench, place.at("do", number), step) for number, step in enumerate(shape.do)]
    return Upgrade(shape.upgrade, shape.from_, place.at("upgrade").span, tuple(step for step in steps if step is not None))


def _step(bench: Workbench, place: Place, shape: SetStepShape | MapCodesStepShape | ConvertStepShape) -> UpgradeStep | None:
    entity = bench.entity(place.at("entity"), shape.entity)
    if entity is None:
        return None
    span = place.key_span
    scope = bench.scope(FILTER, bench.record_types(entity), without_user=True)
    match shape:
        case SetStepShape():
            where = bench.expression(place.at("where"), shape.where, scope, BOOLEAN, entity) if shape.where else None
            values = build_values(bench, place.at("set"), shape.set, scope, entity)
            return UpgradeStep("set", entity.name, span, values=values, where=where)
        case ConvertStepShape():
            here = place.at("convert")
            target = _writable(bench, here.at("field"), shape.convert.field, entity)
            if not target:
                return None
            type = entity.types()[shape.convert.field]
            value = bench.expression(here.at("value"), shape.convert.value, scope, type, entity)
            return UpgradeStep("convert", entity.name, span, values={shape.convert.field: value}) if value is not None else None
        case MapCodesStepShape():
            for field, mapped in shape.map_codes.items():
                _codes(bench, place.at("map_codes", field), field, mapped, entity)
            return UpgradeStep("map_codes", entity.name, span, codes={name: dict(each) for name, each in shape.map_codes.items()})


def _writable(bench: Workbench, place: Place, name: str, entity: EntitySignature) -> bool:
    type = find_path(bench, place, name, entity)
    found = entity.fields.get(name)
    if type is not None and (found is None or found.computed or type.name == "rows"):
        bench.find(codes.WRONG_TYPE, place, Sentence(f"{name!r} cannot be written.", f"“{name}”不能写入。"))
        return False
    return type is not None


def _codes(bench: Workbench, place: Place, field: str, mapped: dict[str, str], entity: EntitySignature) -> None:
    type = find_path(bench, place, field, entity)
    if type is None:
        return
    if type.name not in _CODED:
        bench.find(codes.WRONG_TYPE, place, Sentence(f"{field!r} has no codes.", f"“{field}”没有代码。"), key=True)
        return
    for old, new in mapped.items():
        if new not in type.codes:
            message = Sentence(f"{new!r} is not a code of {field!r}.", f"“{new}”不是“{field}”的代码。")
            bench.find(expression_codes.NOT_A_CHOICE, place.at(old), message, suggestion(new, type.codes))
