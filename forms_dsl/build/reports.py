"""Reports: groups and measures over the records of one entity."""

from __future__ import annotations

import re
from collections.abc import Mapping

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.paths import find_path, label_of_path
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.build.report_parameters import build_parameters, build_send, with_parameters
from forms_dsl.diagnostics import Sentence, code
from forms_dsl.expr.scope import BOOLEAN, MEASURE, SEGMENT, Scope
from forms_dsl.expr.tree import ValueType, is_of_group
from forms_dsl.files.report import GroupingShape, ReportShape
from forms_dsl.model import Chart, Grouping, Measure, Report
from forms_dsl.names import NAME_LENGTH

UNLABELLED = code("L307", "A group of a report that is no bare field has no label of its own.", "hint")

_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*\Z")


def build_report(bench: Workbench, file: SourceFile) -> Report | None:
    """The report of a file; groups and measures with findings are left out."""
    shape = file.shape
    if not isinstance(shape, ReportShape):
        return None
    place = Place(file)
    entity = bench.entity(place.at("entity"), shape.entity)
    if entity is None:
        return None
    types = bench.record_types(entity, related=True)
    parameters = build_parameters(bench, place.at("parameters"), shape.parameters)
    if len(parameters) < len(shape.parameters):
        # What may use a parameter of unknown type is not judged.
        bench.incomplete.add(file.path)
        return None
    given = {name: parameter.value_type for name, parameter in parameters.items()}
    scope = with_parameters(bench.scope(SEGMENT, types), given)
    condition = bench.expression(place.at("filter"), shape.filter, scope, BOOLEAN, entity) if shape.filter else None
    rows = _groupings(bench, place.at("rows"), shape.rows, entity, given)
    columns = _groupings(bench, place.at("columns"), shape.columns, entity, given)
    for number, column in enumerate(columns):
        if any(row.value.source == column.value.source for row in rows):
            message = Sentence("This already stands in rows.", "该分组已在 rows 中。")
            bench.find(codes.NAME_TWICE, place.at("columns", number), message)
    measures = []
    for name, measure in shape.measures.items():
        here = place.at("measures", name)
        value = bench.expression(
            here.at("value"), measure.value, with_parameters(bench.scope(MEASURE, types), given), None, entity
        )
        if value is not None and value.type.name not in ("number", "date", "datetime", "missing"):
            message = Sentence("A measure is a number or a date.", "度量必须是数值或日期。")
            bench.find(codes.WRONG_TYPE, here.at("value"), message)
        elif value is not None and not is_of_group(value.tree):
            message = Sentence(
                "A measure is a value of a whole group, not of one record.", "度量是整组数据的值，不是单条数据的值。"
            )
            hint = Sentence(
                "Write count(), count_if(…), sum(…), avg(…), min(…) or max(…).",
                "请写 count()、count_if(…)、sum(…)、avg(…)、min(…) 或 max(…)。",
            )
            bench.find(codes.WRONG_TYPE, here.at("value"), message, hint)
        elif value is not None:
            measures.append(Measure(name, measure.label, value, measure.format))
    _check_names(bench, place, shape, {group.name for group in (*rows, *columns)})
    if shape.drill and bench.has_file("list", place.at("drill"), shape.drill, Sentence("list", "列表")):
        other = bench.entity_of.get(("list", shape.drill))
        if other is not None and other != entity.name:
            message = Sentence(
                f"The list {shape.drill!r} shows {other}, not {entity.name}.",
                f"列表“{shape.drill}”显示的是“{other}”，不是“{entity.name}”。",
            )
            bench.find(codes.WRONG_TYPE, place.at("drill"), message)
    return Report(
        id=shape.id or file.name,
        name=file.name,
        entity=entity.name,
        label=shape.label,
        span=place.at("report").span,
        rows=rows,
        columns=columns,
        measures=tuple(measures),
        filter=condition,
        sort=tuple(shape.sort),
        chart=Chart(shape.chart.kind, shape.chart.x, shape.chart.y) if shape.chart else None,
        drill=shape.drill,
        parameters=parameters,
        send=build_send(bench, place.at("send"), shape.send, entity) if shape.send else None,
    )


def _groupings(
    bench: Workbench,
    place: Place,
    shapes: list[str | GroupingShape],
    entity: EntitySignature,
    given: Mapping[str, ValueType],
) -> tuple[Grouping, ...]:
    scope = with_parameters(bench.scope(SEGMENT, bench.record_types(entity)), given)
    built = (_grouping(bench, place.at(number), shape, entity, scope) for number, shape in enumerate(shapes))
    found = [group for group in built if group is not None]
    seen: set[str] = set()
    for group in found:
        if group.name in seen:
            bench.find(
                codes.NAME_TWICE,
                place,
                Sentence(f"The group {group.name!r} stands twice.", f"分组“{group.name}”重复。"),
                key=True,
            )
        seen.add(group.name)
    return tuple(found)


def _grouping(
    bench: Workbench, place: Place, shape: str | GroupingShape, entity: EntitySignature, scope: Scope
) -> Grouping | None:
    if isinstance(shape, GroupingShape):
        value = bench.expression(place.at("value"), shape.value, scope, None, entity)
        return Grouping(shape.name, shape.label, value) if value is not None else None
    if _PATH.match(shape):
        if find_path(bench, place, shape, entity) is None:
            return None
        value = bench.expression(place, shape, scope, None, entity)
        return Grouping(shape, label_of_path(bench, shape, entity), value) if value is not None else None
    value = bench.expression(place, shape, scope, None, entity)
    if value is None:
        return None
    hint = Sentence("Write {value: …, name: …, label: …}.", "请写作 {value: …, name: …, label: …}。")
    message = Sentence("Readers see the formula as the heading of this group.", "该分组没有标签，读者看到的列标题是公式本身。")
    bench.find(UNLABELLED, place, message, hint)
    name = re.sub("[^a-z0-9]+", "_", shape.lower()).strip("_")[:NAME_LENGTH]
    return Grouping(name, dict.fromkeys(bench.languages, shape), value)


def _check_names(bench: Workbench, place: Place, shape: ReportShape, groups: set[str]) -> None:
    """Chart and sort name groups and measures of the report itself."""
    whole = (
        place.file.is_whole(("rows",))
        and place.file.is_whole(("columns",))
        and len(groups) == len(shape.rows) + len(shape.columns)
    )
    known = groups | set(shape.measures)
    what = Sentence("group or measure of the report", "报表分组或度量")
    for number, name in enumerate(shape.sort):
        if whole and name.removeprefix("-") not in known and place.file.is_whole(("measures",)):
            bench.unknown(place.at("sort", number), name.removeprefix("-"), what, known)
    if shape.chart:
        if whole and shape.chart.x not in groups:
            bench.unknown(place.at("chart", "x"), shape.chart.x, Sentence("group of the report", "报表分组"), groups)
        if shape.chart.y not in shape.measures and not place.file.is_open(("measures",)):
            lost = place.file.lost_names(("measures",))
            if shape.chart.y not in lost:
                bench.unknown(
                    place.at("chart", "y"), shape.chart.y, Sentence("measure of the report", "报表度量"), shape.measures
                )
