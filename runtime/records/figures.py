"""Figures: groups and measures over the records that a reader may see, with what each column is and what references are called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sqlalchemy.engine import Dialect

from forms_dsl.expr.tree import Expression, Ref, ValueType
from forms_dsl.model import Label
from runtime.context import Context
from runtime.failures import Invalid
from runtime.query.group import GroupPlan, compile_groups
from runtime.query.plans import AccessPlan, EveryRow
from runtime.query.rights import CASE_PERSON
from runtime.query.run import question
from runtime.query.select import LIMIT
from runtime.records.codes import TOO_MANY_GROUPS
from runtime.records.reach import LEADING, Reached, leads_to, reach
from runtime.records.request import MOST_GROUPS
from runtime.records.titles import asking_titles, asking_titles_of_all
from runtime.store.asking import Asking
from runtime.store.types import format_instant

_TOO_MANY: Label = {
    "zh": f"分组超过 {MOST_GROUPS} 个，请收窄范围。",
    "en": f"There are more than {MOST_GROUPS} groups; narrow what is counted.",
}


@dataclass(frozen=True, slots=True)
class FigureColumn:
    """A group or measure of figures: `axis` says along which side a group stands, a measure has none."""

    name: str
    label: Label
    value: Expression
    axis: Literal["rows", "columns"] | None = None

    @property
    def is_group(self) -> bool:
        """Whether it is a group rather than a measure."""
        return self.axis is not None


@dataclass(frozen=True, slots=True)
class FigurePlan:
    """A question for figures under a reader's access plan; groups stand before measures."""

    access: AccessPlan
    columns: tuple[FigureColumn, ...]
    groups: GroupPlan


def asking_figures(
    dialect: Dialect,
    context: Context,
    key: Hashable,
    plan: FigurePlan,
    sort: Sequence[str],
    values: Mapping[str, object] = {},
    param: Mapping[str, Mapping[str, object]] = {},
) -> Asking[dict[str, object]]:
    """The figures as REST answers them, in the order of `sort`, else of the groups; `key` stands for the plan in the cache.

    Raises Invalid when there are more groups than anybody reads.
    """
    cache = plan.access.compiled.cache
    statement = cache.get_or_make((key, dialect.name), lambda: compile_groups(plan.groups, dialect))
    bound = {CASE_PERSON: context.principal.id, LIMIT: MOST_GROUPS + 1, **values}
    found = yield question(context, statement, bound, param=param)
    if len(found) > MOST_GROUPS:
        raise Invalid(_TOO_MANY, code=TOO_MANY_GROUPS.id)
    columns = plan.columns
    rows = [{c.name: _wire(value, c.value.type) for c, value in zip(columns, row, strict=True)} for row in found]
    titles = yield from _titles(dialect, context, plan.access, columns, rows)
    return {
        "as_of": format_instant(context.now),
        "columns": [_drawn(context, plan.access, column) for column in columns],
        "rows": _sorted(rows, sort or tuple(column.name for column in columns if column.is_group), columns, titles),
        "_titles": titles,
    }


def _drawn(context: Context, access: AccessPlan, column: FigureColumn) -> dict[str, object]:
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
        drawn["axis"] = column.axis
    if column.is_group and reached is not None:
        drawn["missing"] = _missing(access, reached)
    if type.name == "choice" and reached is not None:
        drawn["choices"] = [{"code": choice.code, "label": choice.label} for choice in reached.field.options.choices]
    return drawn


def _field(context: Context, access: AccessPlan, column: FigureColumn) -> Reached | None:
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


def _titles(
    dialect: Dialect, context: Context, access: AccessPlan, columns: Sequence[FigureColumn], rows: Sequence[Mapping[str, object]]
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
    rows: list[dict[str, object]], sort: Sequence[str], columns: Sequence[FigureColumn], titles: Mapping[str, Mapping[str, str]]
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


def _rank(value: str, column: FigureColumn, titles: Mapping[str, Mapping[str, str]]) -> tuple[Decimal, str]:
    type = column.value.type
    match type.name:
        case "number":
            return Decimal(value), ""
        case "choice" if value in type.codes:
            return Decimal(type.codes.index(value)), value
        case _:
            return Decimal(0), titles.get(column.name, {}).get(value, value)
