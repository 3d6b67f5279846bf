"""Reports: figures by groups over exactly the rows and fields that the reader may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sqlalchemy.engine import Connection, Dialect

from forms_dsl.expr.tree import Expression, Ref, ValueType
from forms_dsl.model import Grouping, Label, Report
from runtime.context import Context
from runtime.failures import Invalid, NotAllowed, NotFound
from runtime.query.group import GroupPlan, compile_groups
from runtime.query.plans import AccessPlan, EveryRow
from runtime.query.rights import CASE_PERSON
from runtime.query.run import question
from runtime.query.select import LIMIT
from runtime.records.access import NOT_THERE, access_plan
from runtime.records.codes import NOT_THIS_REPORT, TOO_MANY_GROUPS
from runtime.records.planning import Targets
from runtime.records.reach import LEADING, Reached, leads_to, reach
from runtime.records.report_parameters import given_parameters, shown_parameters
from runtime.records.titles import asking_titles, asking_titles_of_all
from runtime.store.asking import Asking, answer
from runtime.store.types import format_instant

#: More groups than this are no table that a person reads.
MOST_GROUPS = 5_000

_NOT_IN_CLEAR: Label = {
    "zh": "这张报表用到了您不能明文查看的字段。",
    "en": "This report uses fields that you may not read in clear.",
}
_TOO_MANY: Label = {
    "zh": f"分组超过 {MOST_GROUPS} 个，请收窄报表的范围。",
    "en": f"There are more than {MOST_GROUPS} groups; narrow the report.",
}


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    label: Label
    value: Expression
    is_group: bool


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
    columns = _columns(report)
    key = ("report", access.fingerprint, name)
    plan = compiled.cache.get_or_make(key, lambda: _plan(context, access, report))
    statement = compiled.cache.get_or_make((key, dialect.name), lambda: compile_groups(plan, dialect))
    bound = {CASE_PERSON: context.principal.id, LIMIT: MOST_GROUPS + 1}
    found = yield question(context, statement, bound, param={app: given})
    if len(found) > MOST_GROUPS:
        raise Invalid(_TOO_MANY, code=TOO_MANY_GROUPS.id)
    rows = [{c.name: _wire(value, c.value.type) for c, value in zip(columns, row, strict=True)} for row in found]
    titles = yield from _titles(dialect, context, access, columns, rows)
    return {
        "report": name,
        "label": report.label,
        "as_of": format_instant(context.now),
        "parameters": shown_parameters(given),
        "columns": [_drawn(context, access, report, column) for column in columns],
        "rows": _sorted(rows, report.sort or tuple(column.name for column in columns if column.is_group), columns, titles),
        "_titles": titles,
        "chart": None if report.chart is None else {"kind": report.chart.kind, "x": report.chart.x, "y": report.chart.y},
    }


def _columns(report: Report) -> tuple[_Column, ...]:
    groups = [_Column(each.name, each.label, each.value, is_group=True) for each in (*report.rows, *report.columns)]
    return (*groups, *(_Column(each.name, each.label, each.value, is_group=False) for each in report.measures))


def _plan(context: Context, access: AccessPlan, report: Report) -> GroupPlan:
    columns = _columns(report)
    targets: Targets = {}
    read = [column.value for column in columns] + ([report.filter] if report.filter is not None else [])
    for path in sorted(path for expression in read for path in expression.reads):
        reached = reach(context, access, ".".join(path))
        if reached is None or reached.shows == "masked" or reached.field.encrypted:
            raise NotAllowed(_NOT_IN_CLEAR, code=NOT_THIS_REPORT.id)
        targets.update(reached.targets)
    return GroupPlan(
        access,
        tuple(column.value for column in columns if column.is_group),
        tuple(column.value for column in columns if not column.is_group),
        report.filter,
        targets,
    )


def _drawn(context: Context, access: AccessPlan, report: Report, column: _Column) -> dict[str, object]:
    type = column.value.type
    reached = _field(context, access, column)
    is_reference = column.is_group and reached is not None and reached.field.type in LEADING
    drawn: dict[str, object] = {
        "name": column.name,
        "label": column.label,
        "type": "reference" if is_reference else "money" if type.currency else type.name,
        "role": "group" if column.is_group else "measure",
    }
    if column.is_group:
        drawn["axis"] = "columns" if any(_is(each, column) for each in report.columns) else "rows"
    if column.is_group and reached is not None:
        drawn["missing"] = _missing(access, reached)
    if type.name == "choice" and reached is not None:
        drawn["choices"] = [{"code": choice.code, "label": choice.label} for choice in reached.field.options.choices]
    return drawn


def _field(context: Context, access: AccessPlan, column: _Column) -> Reached | None:
    """The field that a column is, where it is no more than one."""
    tree = column.value.tree
    return reach(context, access, ".".join(tree.path)) if isinstance(tree, Ref) else None


def _missing(access: AccessPlan, reached: Reached) -> Literal["unset", "hidden", "either"]:
    """Why a group has no value: nothing was entered, the reader may not see it, or one of the two."""
    plans = (access, *(reached.targets[reached.hops[: at + 1]] for at in range(len(reached.hops))))
    steps = [
        (plan, name)
        for plan, name in zip(plans, (*reached.hops, reached.field.name), strict=True)
        if name in plan.entity.entity.fields
    ]
    behind = [grant for plan in plans[1:] for grant in plan.grants]
    # The rows of the report are the reader's own; those that they refer to need not be.
    sees_rows = all(isinstance(grant.rows, EveryRow) for grant in behind) and not any(plan.denies for plan in plans[1:])
    if sees_rows and all(plan.right(grant, name).shows == "clear" for plan, name in steps for grant in plan.grants):
        return "unset"
    return "hidden" if all(plan.entity.entity.fields[name].required for plan, name in steps) else "either"


def _is(grouping: Grouping, column: _Column) -> bool:
    return grouping.name == column.name


def _titles(
    dialect: Dialect, context: Context, access: AccessPlan, columns: Sequence[_Column], rows: Sequence[Mapping[str, object]]
) -> Asking[dict[str, dict[str, str]]]:
    found: dict[str, dict[str, str]] = {}
    for column in columns:
        reached = _field(context, access, column) if column.is_group else None
        values = {str(row[column.name]) for row in rows if row[column.name] is not None}
        if reached is not None and reached.field.type in LEADING:
            leads = {value: leads_to(reached.field, value) for value in values}
            titles = yield from asking_titles_of_all(dialect, context, leads.values())
            found[column.name] = {value: titles[target] for value, target in leads.items() if target in titles}
        elif column.value.type.name == "reference" and column.value.type.entity is not None:
            app, _, entity = column.value.type.entity.partition(".")
            found[column.name] = yield from asking_titles(dialect, context, app, entity, sorted(values))
    return found


def _wire(value: object, type: ValueType) -> object:
    if value is None:
        return None
    match type.name:
        case "boolean":
            return bool(value)
        case "date":
            return value.isoformat() if isinstance(value, dt.date) else value
        case "datetime":
            return format_instant(value) if isinstance(value, dt.datetime) else value
        case "number" if type.currency:
            return f"{Decimal(str(value)):.{type.scale or 2}f}"
        case "number" if type.scale == 0:
            return int(str(value))
        case _:
            return str(value)


def _sorted(
    rows: list[dict[str, object]], sort: Sequence[str], columns: Sequence[_Column], titles: Mapping[str, Mapping[str, str]]
) -> list[dict[str, object]]:
    """The rows in order; references by what they are called, ordered choices by their place, missing last."""
    by_name = {column.name: column for column in columns}
    for part in reversed(sort):
        column = by_name[part.removeprefix("-")]
        falling = part.startswith("-")
        present = [row for row in rows if row[column.name] is not None]
        missing = [row for row in rows if row[column.name] is None]
        present.sort(key=lambda row, c=column: _rank(str(row[c.name]), c, titles), reverse=falling)  # type: ignore[misc]
        rows = present + missing
    return rows


def _rank(value: str, column: _Column, titles: Mapping[str, Mapping[str, str]]) -> tuple[Decimal, str]:
    type = column.value.type
    match type.name:
        case "number":
            return Decimal(value), ""
        case "choice" if value in type.codes:
            return Decimal(type.codes.index(value)), value
        case _:
            return Decimal(0), titles.get(column.name, {}).get(value, value)
