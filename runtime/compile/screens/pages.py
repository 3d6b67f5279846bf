"""Record pages as screens know them: tags, facts, panels of related records and of live answers, actions."""

from __future__ import annotations

import datetime as dt

from forms_dsl.model import Page, PagePanel
from runtime.compile.app import CompiledApp
from runtime.compile.screens.lists import draw_columns, is_clear
from runtime.compile.screens.view import EntityView, View


def draw_page(compiled: CompiledApp, page: Page, seen: EntityView, view: View, today: dt.date) -> dict[str, object]:
    """One record page with what this person may know of; an action needs the right to create."""
    actions = []
    for action in page.actions:
        target = compiled.app.forms[action.form].entity
        made = view(f"{compiled.app.name}.{target}")
        if made is not None and made.create:
            actions.append({"name": action.name, "label": action.label, "form": action.form, "prefill": dict(action.prefill)})
    return {
        "entity": page.entity,
        "label": page.label,
        "tags": [name for name in page.tags if name in seen.shows],
        "facts": [name for name in page.facts if name in seen.shows],
        "panels": [drawn for panel in page.panels if (drawn := _panel(compiled, page, panel, view, today)) is not None],
        "actions": actions,
    }


def _panel(compiled: CompiledApp, page: Page, panel: PagePanel, view: View, today: dt.date) -> dict[str, object] | None:
    if panel.kind == "call":
        binding, _, operation = (panel.call or "").partition(".")
        contract = compiled.app.bindings[binding]
        output = contract.operations[operation].output
        values = [
            {"name": name, "label": label, "type": "money" if output[name].currency else output[name].name}
            for name, label in panel.values.items()
            if name in output
        ]
        return {"kind": "call", "name": panel.name, "label": panel.label, "source": contract.label, "values": values}
    related = compiled.entities[page.entity].entity.related[panel.related or ""]
    if (
        (seen := view(f"{compiled.app.name}.{related.entity}")) is None
        or not seen.reads
        or not is_clear(compiled, related.entity, related.by, view)
    ):
        return None
    return {
        "kind": "related",
        "name": panel.name,
        "label": panel.label,
        "entity": related.entity,
        "by": related.by,
        "where": None if related.where is None else related.where.source,
        "columns": draw_columns(compiled, related.entity, panel.columns, view, today),
        "order": [part for part in panel.sort if is_clear(compiled, related.entity, part.removeprefix("-"), view)],
    }
