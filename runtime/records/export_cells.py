"""Records as rows of a spreadsheet: the columns that are asked for, and each cell as the list shows it or as it is kept."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from forms_dsl.model import Field
from forms_dsl.names import SYSTEM_FIELDS
from runtime.context import Context
from runtime.query.plans import AccessPlan
from runtime.records.display import display
from runtime.records.planning import column_of_path
from runtime.records.reach import LEADING, field_of, has_system_field, target_plan
from runtime.records.request import ListRequest
from runtime.spreadsheets.cells import Cell

_NUMBER = re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,30})?\Z", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: its path in a record, what it is called, and the field at its end."""

    path: str
    name: str
    field: Field


def columns_to_export(context: Context, access: AccessPlan, request: ListRequest, *, labels: bool) -> tuple[SheetColumn, ...]:
    """The columns of an export: those asked for, else every field that this plan shows; called by label, or by path.

    A name that is not there, or not this person's to know, is left to the planner, which refuses it.
    """
    paths = request.select
    if paths is None:
        number = ("number",) if has_system_field(access.entity, "number") else ()
        own = (name for name in access.entity.entity.fields if column_of_path(context, access, name, {}) is not None)
        paths = (*number, *own)
    found = [(path, column.field) for path in paths if (column := column_of_path(context, access, path, {})) is not None]
    if not labels:
        return tuple(SheetColumn(path, path, field) for path, field in found)
    named = [_label(context, access, path) for path, _ in found]
    return tuple(
        SheetColumn(path, name if named.count(name) == 1 else f"{name} ({path})", field)
        for (path, field), name in zip(found, named, strict=True)
    )


def cells_of(item: bytes, columns: tuple[SheetColumn, ...], context: Context, timezone: str, *, labels: bool) -> list[Cell]:
    """One record as cells; what it does not show stays empty."""
    record: dict[str, Any] = orjson.loads(item)
    titles: Mapping[str, str] = record.get("_titles") or {}
    if not labels:
        return [_kept(column.field, record.get(column.path)) for column in columns]
    return [_shown(column, record.get(column.path), titles.get(column.path), context.locale, timezone) for column in columns]


def _shown(column: SheetColumn, value: Any, title: str | None, locale: str, timezone: str) -> Cell:
    if value is None:
        return None
    if column.field.type in LEADING:
        return title if title is not None else str(value)
    if isinstance(value, list | dict) and column.field.type == "rows":
        return orjson.dumps(value).decode()
    plain = _plain(column.field, value)
    return plain if plain is not None else display(column.field, value, "", locale, timezone)


def _kept(field: Field, value: Any) -> Cell:
    """The value as a request or a file of an import may give it back."""
    if value is None:
        return None
    plain = _plain(field, value)
    if plain is not None:
        return plain
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(part, str) for part in value) and field.type == "multi_choice":
        return ",".join(value)
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _plain(field: Field, value: Any) -> Cell:
    """A number or day as the spreadsheet's own, None for everything else and for masks."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        return None
    if field.value_type.name == "number" and _NUMBER.match(value):
        return Decimal(value)
    if field.value_type.name == "date" and _DAY.match(value):
        return dt.date.fromisoformat(value)
    return None


def _label(context: Context, access: AccessPlan, path: str) -> str:
    plan: AccessPlan | None = access
    words = []
    for name in path.split("."):
        field = field_of(plan.entity, name) if plan is not None else None
        if field is None:
            return path
        words.append(field.label.get(context.locale) or next(iter(field.label.values()), name))
        plan = None if SYSTEM_FIELDS.get(name) is field and field.type not in LEADING else target_plan(context, field)
    return " · ".join(words)
