"""The screens of an app as the browser draws them (docs/rest.md 5), for what one person may know; pure."""

from __future__ import annotations

import datetime as dt

from forms_dsl.fieldtypes.registry import FIELD_TYPES
from runtime.compile.app import CompiledApp
from runtime.compile.screens.entities import draw_entity, draw_options
from runtime.compile.screens.forms import draw_form
from runtime.compile.screens.lists import draw_list
from runtime.compile.screens.pages import draw_page
from runtime.compile.screens.view import View
from runtime.compile.window import draw_tables


def compile_screens(compiled: CompiledApp, view: View, today: dt.date) -> dict[str, object]:
    """Everything that is drawn of an app for the person behind the view; what they may not know of is absent."""
    app = compiled.app
    seen = {name: found for name, entity in compiled.entities.items() if (found := view(f"{app.name}.{name}"))}
    lists = {
        name: draw_list(compiled, each, view, today)
        for name, each in app.lists.items()
        if each.entity in seen and seen[each.entity].reads
    }
    reports: dict[str, dict[str, object]] = {
        name: {
            "name": name,
            "label": report.label,
            "parameters": [
                {
                    "name": each.name,
                    "label": each.label,
                    "type": each.type,
                    "widget": FIELD_TYPES[each.type].widget_for(each.options),
                    "options": draw_options(compiled, each.options, view, today),
                }
                for each in report.parameters.values()
            ],
            "chart": None if report.chart is None else {"kind": report.chart.kind, "x": report.chart.x, "y": report.chart.y},
            "drill": report.drill if report.drill in lists else None,
        }
        for name, report in app.reports.items()
        if report.entity in seen and seen[report.entity].reads
    }
    return {
        "app": app.name,
        "label": app.label,
        "release": {"version": app.version, "checksum": compiled.checksum},
        "languages": list(app.languages),
        "timezone": app.timezone,
        "currency": app.currency,
        "menu": [
            {"kind": kind, "name": name, "label": (lists if kind == "list" else reports)[name]["label"]}
            for kind, name in menu_of(compiled)
            if kind != "dashboard" and name in (lists if kind == "list" else reports)
        ],
        "entities": {name: draw_entity(compiled, compiled.entities[name], found, view, today) for name, found in seen.items()},
        "lists": lists,
        "forms": {
            name: draw_form(form, compiled, seen[form.entity], view) for name, form in app.forms.items() if form.entity in seen
        },
        "pages": {
            page.entity: draw_page(compiled, page, seen[page.entity], view, today)
            for page in app.pages.values()
            if page.entity in seen and seen[page.entity].reads
        },
        "reports": reports,
        "tables": draw_tables(compiled, today),
    }


def menu_of(compiled: CompiledApp) -> tuple[tuple[str, str], ...]:
    """The entries of the menu as (kind, name): those that the app names, else all lists and reports in their order."""
    kinds = {"lists": "list", "reports": "report", "list": "list", "report": "report"}
    named = tuple((kinds[kind], name) for kind, name in compiled.app.menu if kind in kinds)
    return named or (*(("list", name) for name in compiled.app.lists), *(("report", name) for name in compiled.app.reports))
