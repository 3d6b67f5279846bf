"""Reports: figures by groups over exactly the rows and fields that the reader may see."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.engine import Connection, Dialect

from forms_dsl.model import Label, Report
from runtime.context import Context
from runtime.failures import NotAllowed, NotFound
from runtime.query.group import GroupPlan
from runtime.query.plans import AccessPlan, ReadPlan
from runtime.records.access import NOT_THERE, access_plan
from runtime.records.codes import NOT_THIS_REPORT
from runtime.records.figures import FigureColumn, FigurePlan, asking_figures
from runtime.records.planning import Targets
from runtime.records.reach import reach
from runtime.records.report_parameters import given_parameters, shown_parameters
from runtime.store.asking import Asking, answer

_NOT_IN_CLEAR: Label = {
    "zh": "这张报表用到了您不能明文查看的字段。",
    "en": "This report uses fields that you may not read in clear.",
}


def run_report(connection: Connection, context: Context, app: str, name: str, asked: Mapping[str, str] = {}) -> dict[str, object]:
    """The answer of a report for this reader (docs/rest.md 2); NotFound when there is none for him, NotAllowed when it needs hidden fields."""
    return answer(connection, asking_report(connection.dialect, context, app, name, asked))


def asking_report(
    dialect: Dialect, context: Context, app: str, name: str, asked: Mapping[str, str] = {}
) -> Asking[dict[str, object]]:
    """The answer of a report, as `run_report`; `asked` are its parameters as the reader gave them."""
    compiled = context.releases.get(app)
    report = compiled.app.reports.get(name) if compiled is not None else None
    if compiled is None or report is None:
        raise NotFound(NOT_THERE)
    access = access_plan(context, app, report.entity, "read")
    given = given_parameters(context, compiled, report, asked)
    key = ("report", access.fingerprint, name)
    plan = compiled.cache.get_or_make(key, lambda: _plan(context, access, report))
    figures = yield from asking_figures(dialect, context, key, plan, report.sort, param={app: given})
    return {
        "report": name,
        "label": report.label,
        "parameters": shown_parameters(given),
        **figures,
        "chart": None if report.chart is None else {"kind": report.chart.kind, "x": report.chart.x, "y": report.chart.y},
    }


def _columns(report: Report) -> tuple[FigureColumn, ...]:
    return (
        *(FigureColumn(each.name, each.label, each.value, "rows") for each in report.rows),
        *(FigureColumn(each.name, each.label, each.value, "columns") for each in report.columns),
        *(FigureColumn(each.name, each.label, each.value) for each in report.measures),
    )


def _plan(context: Context, access: AccessPlan, report: Report) -> FigurePlan:
    columns = _columns(report)
    targets: Targets = {}
    read = [column.value for column in columns] + ([report.filter] if report.filter is not None else [])
    for path in sorted(path for expression in read for path in expression.reads):
        reached = reach(context, access, ".".join(path))
        if reached is None or reached.shows == "masked" or reached.field.encrypted:
            raise NotAllowed(_NOT_IN_CLEAR, code=NOT_THIS_REPORT.id)
        targets.update(reached.targets)
    # The filter is the report's, but it counts only over what its reader sees.
    groups = GroupPlan(
        ReadPlan(access, where=report.filter, targets=targets),
        tuple(column.value for column in columns if column.is_group),
        tuple(column.value for column in columns if not column.is_group),
    )
    return FigurePlan(access, columns, groups)
