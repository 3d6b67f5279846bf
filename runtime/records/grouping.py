"""Groups of a list: what `group` and `measures` ask, resolved against what the reader may know, as figures of a report are."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.engine import Connection, Dialect

from forms_dsl.expr.scope import MEASURE
from forms_dsl.expr.tree import Expression, Ref, is_of_group
from forms_dsl.model import Label
from runtime.context import Context
from runtime.failures import Fault
from runtime.query.group import GroupPlan
from runtime.query.plans import AccessPlan
from runtime.records.access import access_plan
from runtime.records.codes import BAD_PARAMETER
from runtime.records.figures import FigureColumn, FigurePlan, asking_figures
from runtime.records.planning import Targets, check_asked, not_whole, plan_rows, sealed_paths
from runtime.records.reach import reach
from runtime.records.read import bound_values, seal_stamp
from runtime.records.request import GroupRequest, fault, refused
from runtime.store.asking import Asking, answer

#: Values that are several, or none: records do not fall into groups by them.
_UNGROUPED = frozenset({"rows", "multi_choice", "list", "missing"})
_MEASURED = frozenset({"number", "date", "datetime"})


def group_records(connection: Connection, context: Context, app: str, entity: str, request: GroupRequest) -> dict[str, object]:
    """The groups of the records that this person may read, with their measures (docs/rest.md 2)."""
    return answer(connection, asking_groups(connection.dialect, context, app, entity, request))


def asking_groups(dialect: Dialect, context: Context, app: str, entity: str, request: GroupRequest) -> Asking[dict[str, object]]:
    """The groups of records, as `group_records`; raises BadRequest with every fault of the query."""
    access = access_plan(context, app, entity, "read")
    rows = request.rows
    if rows.deleted:
        access_plan(context, app, entity, "delete")
    which = (rows.where, rows.words, rows.deleted, rows.segment, seal_stamp(access, rows))
    key = ("groups", access.fingerprint, which, request.group, request.measures)
    plan = access.compiled.cache.get_or_make(key, lambda: _plan(context, access, request))
    figures = yield from asking_figures(dialect, context, key, plan, request.order, bound_values(context, rows))
    found = figures["rows"]
    assert isinstance(found, list)  # noqa: S101 - as figures have them
    return {**figures, "rows": found[: request.limit], "count": len(found)}


def _plan(context: Context, access: AccessPlan, request: GroupRequest) -> FigurePlan:
    faults: list[Fault] = []
    targets: Targets = {}
    groups = tuple(_groups(context, access, request, targets, faults))
    measures = tuple(_measures(context, access, request, targets, faults))
    read = plan_rows(context, access, request.rows, targets, faults)
    if faults:
        raise refused(faults)
    plan = GroupPlan(read, tuple(each.value for each in groups), tuple(each.value for each in measures))
    return FigurePlan(access, (*groups, *measures), plan)


def _groups(
    context: Context, access: AccessPlan, request: GroupRequest, targets: Targets, faults: list[Fault]
) -> Iterator[FigureColumn]:
    for text in request.group:
        value, found = check_asked(context, access, "group", text, targets)
        faults += found or (_sealed(context, access, "group", value) if value is not None else [])
        if value is None:
            continue
        if value.type.name in _UNGROUPED or not value.reads:
            zh, en = f"不能按 {text} 分组。", f"Records do not fall into groups by {text}."
            faults.append(fault(BAD_PARAMETER, "group", zh, en))
        yield FigureColumn(text, _label(context, access, text, value), value, "rows")


def _measures(
    context: Context, access: AccessPlan, request: GroupRequest, targets: Targets, faults: list[Fault]
) -> Iterator[FigureColumn]:
    for text in request.measures:
        # A bare word counts records: nobody means a field of this name, for a field is no measure.
        written = "count()" if text == "count" else text
        value, found = check_asked(context, access, "measures", written, targets, place=MEASURE)
        faults += found or (_sealed(context, access, "measures", value) if value is not None else [])
        if value is None:
            continue
        if value.type.name not in _MEASURED or not is_of_group(value.tree):
            zh = f"{text} 不是整组数据的数值或日期，例如 count、sum(x)、avg(x)、max(x)。"
            en = f"{text} is no number or date of a whole group, as count, sum(x), avg(x) or max(x) are."
            faults.append(fault(BAD_PARAMETER, "measures", zh, en))
        yield FigureColumn(text, _label(context, access, text, value), value)


def _sealed(context: Context, access: AccessPlan, parameter: str, value: Expression) -> list[Fault]:
    return [not_whole(parameter, ".".join(path)) for path in sorted(sealed_paths(context, access, value))]


def _label(context: Context, access: AccessPlan, text: str, value: Expression) -> Label:
    """A column is called like its field, or as it is written."""
    reached = reach(context, access, ".".join(value.tree.path)) if isinstance(value.tree, Ref) else None
    return reached.field.label if reached is not None else dict.fromkeys(access.compiled.app.languages, text)
