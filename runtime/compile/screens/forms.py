"""Forms as screens know them: blocks and items in order, with the conditions that the browser can answer."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl.expr.tree import Expression
from forms_dsl.model import Form, FormBlock, FormItem
from runtime.compile.app import CompiledApp
from runtime.compile.screens.targets import reach_of
from runtime.compile.screens.view import EntityView, View, browser_form


def draw_form(form: Form, compiled: CompiledApp, seen: EntityView, view: View) -> dict[str, object]:
    """One form with the items that this person may know of; a block without any is left out."""
    reach = reach_of(compiled.entities[form.entity].entity, compiled.app.name)
    return {
        "name": f"{form.entity}.{form.name}",
        "entity": form.entity,
        "label": form.label,
        "actions": list(form.actions),
        "layout": [drawn for block in form.layout if (drawn := _block(block, seen, view, reach)) is not None],
    }


def _block(block: FormBlock, seen: EntityView, view: View, reach: Mapping[str, str]) -> dict[str, object] | None:
    items = [item for each in block.items if (item := _item(each, seen, view, reach)) is not None]
    blocks = [inner for each in block.blocks if (inner := _block(each, seen, view, reach)) is not None]
    if not items and not blocks:
        return None
    drawn: dict[str, object] = {
        "kind": block.kind,
        "name": block.name,
        "label": block.label,
        "columns": block.columns,
        "items": items,
        "blocks": blocks,
    }
    visible = browser_form(block.visible, seen, view, reach)
    if visible is not None:
        drawn["visible"] = visible
    return drawn


def _item(item: FormItem, seen: EntityView, view: View, reach: Mapping[str, str]) -> dict[str, object] | None:
    is_field = item.kind in {"field", "rows"}
    if item.kind == "button" or (is_field and item.name not in seen.shows):
        return None
    drawn: dict[str, object] = {"kind": item.kind, "field" if is_field else "name": item.name, "span": item.columns_span}
    for key, words in (("label", item.label), ("help", item.help)):
        if words is not None:
            drawn[key] = words
    conditions: tuple[tuple[str, Expression | bool | None], ...] = (
        ("visible", item.visible),
        ("required_when", item.required_when),
        ("read_only", item.read_only),
    )
    for key, condition in conditions:
        if condition is True:
            drawn[key] = True
        elif isinstance(condition, Expression):
            form = browser_form(condition, seen, view, reach)
            if form is not None:
                drawn[key] = form
    if item.kind == "rows":
        drawn |= {"columns": list(item.columns), "totals": list(item.totals), "min": item.min, "max": item.max}
    return drawn
