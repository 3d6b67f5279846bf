"""Lists as screens know them: columns with what each may do, saved views, the card of a phone."""

from __future__ import annotations

import datetime as dt

from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Label, ListView
from runtime.compile.app import CompiledApp
from runtime.compile.screens.entities import draw_options
from runtime.compile.screens.targets import field_at, placeholders
from runtime.compile.screens.view import View


def draw_list(compiled: CompiledApp, each: ListView, view: View, today: dt.date) -> dict[str, object]:
    """One list with the columns that this person may know of."""
    entity = each.entity
    group = [path for path in (each.group_by,) if path is not None and is_clear(compiled, entity, path, view)]
    dates = tuple(path for path in each.dates if is_clear(compiled, entity, path, view))
    # What a person may not know of arranges nothing for him.
    arranged = {"board": bool(group), "calendar": dates != (), "timeline": len(dates) == 2}.get(each.view, True)
    return {
        "name": each.name,
        "entity": entity,
        "label": each.label,
        "where": None if each.filter is None else each.filter.source,
        "columns": draw_columns(compiled, entity, each.columns, view, today),
        "order": [part for part in each.sort if is_clear(compiled, entity, part.removeprefix("-"), view)],
        "search": [path for path in each.search if is_clear(compiled, entity, path, view)],
        "quick_filters": [path for path in each.quick_filters if is_clear(compiled, entity, path, view)],
        "page_size": each.page_size,
        "card": None
        if each.card_title is None
        else {
            "title": each.card_title
            if all(shown_as(compiled, entity, path, view) for path in placeholders(each.card_title))
            else "{id}",
            "lines": [path for path in each.card_lines if shown_as(compiled, entity, path, view)],
        },
        "views": [
            {
                "name": saved.name,
                "label": saved.label,
                "where": None if saved.filter is None else saved.filter.source,
                "order": list(saved.sort) or None,
            }
            for saved in each.views
            if saved.filter is None or all(is_clear(compiled, entity, ".".join(path), view) for path in saved.filter.reads)
        ],
        "open_with": each.open_with,
        "view": each.view if arranged else "table",
        "group": next(iter(draw_columns(compiled, entity, tuple(group), view, today)), None),
        "dates": draw_columns(compiled, entity, dates, view, today),
        **_bulk(compiled, each, view),
    }


def _bulk(compiled: CompiledApp, each: ListView, view: View) -> dict[str, object]:
    """What this person may do with a selection, each record under its own row rules; the field that an assignment fills in."""
    seen, owner = view(f"{compiled.app.name}.{each.entity}"), compiled.entities[each.entity].entity.owner_user
    assigns = owner if seen is not None and seen.update and owner in seen.writes else None
    can = {"delete": seen is not None and seen.delete, "assign": assigns is not None}
    can["export"] = seen is not None and seen.export is not None
    return {"bulk": [name for name in each.bulk if can.get(name)], "assigns": assigns if "assign" in each.bulk else None}


def draw_columns(
    compiled: CompiledApp, entity: str, paths: tuple[str, ...], view: View, today: dt.date
) -> list[dict[str, object]]:
    """Columns by path; a path of references is labelled by all its parts."""
    return [column for path in paths if (column := _column(compiled, entity, path, view, today)) is not None]


def shown_as(compiled: CompiledApp, entity: str, path: str, view: View) -> str | None:
    """How the value at a path is shown, "clear" or "masked"; None when some part of it may not be known of."""
    shown = None
    for end in range(1, len(parts := path.split(".")) + 1):
        found = field_at(compiled, entity, ".".join(parts[:end]))
        seen = view(found[0]) if found else None
        if found is None or seen is None:
            return None
        shown = "clear" if seen.is_clear(found[1].name) else seen.shows.get(found[1].name)
        if shown is None or (end < len(parts) and shown != "clear"):
            return None
    return shown


def is_clear(compiled: CompiledApp, entity: str, path: str, view: View) -> bool:
    """Whether a path may be filtered and sorted by."""
    return shown_as(compiled, entity, path, view) == "clear"


def _column(compiled: CompiledApp, entity: str, path: str, view: View, today: dt.date) -> dict[str, object] | None:
    shown = shown_as(compiled, entity, path, view)
    found = field_at(compiled, entity, path)
    if shown is None or found is None:
        return None
    field = found[1]
    return {
        "path": path,
        "label": _label(compiled, entity, path),
        "type": field.type,
        "widget": FIELD_TYPES[field.type].widget_for(field.options),
        "options": draw_options(compiled, field.options, view, today, encrypted=field.encrypted),
        "sortable": shown == "clear"
        and not field.encrypted
        and field.type not in {"rows", "multi_choice", "file", "image", "signature"},
        "masked": shown == "masked",
    }


def _label(compiled: CompiledApp, entity: str, path: str) -> Label:
    parts = path.split(".")
    fields = [found[1] for end in range(1, len(parts) + 1) if (found := field_at(compiled, entity, ".".join(parts[:end])))]
    languages = dict.fromkeys(language for field in fields for language in field.label)
    return {language: " · ".join(field.label.get(language, field.name) for field in fields) for language in languages}
