"""Dashboards for one person: those that are his, with the tiles whose report or list he may open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_dsl.durations import parse_duration, seconds
from forms_dsl.expr.json_values import to_json
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Aggregate, Expr
from forms_dsl.model import Dashboard, Label, Tile, TileBound
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.query.late import context_facts, param_facts

_DAY = 86_400
#: How often a tile that is live asks again while it is looked at.
_LIVE = 60


def dashboards_for(compiled: CompiledApp, context: Context, drawn: Mapping[str, Any]) -> dict[str, dict[str, object]]:
    """The dashboards by name; `drawn` holds the lists and reports that this person may open."""
    found: dict[str, dict[str, object]] = {}
    for name, dashboard in compiled.app.dashboards.items():
        tiles = [each for each in dashboard.tiles if each.report in drawn["reports"] or each.list in drawn["lists"]]
        if tiles and _is_visible(compiled, context, dashboard):
            shown = [_tile(compiled, context, each) for each in tiles]
            found[name] = {"name": name, "label": dashboard.label, "tiles": shown}
    return found


def adds_up(measure: Expr) -> bool:
    """Whether the figures of groups make the figure of all by their sum."""
    return isinstance(measure, Aggregate) and measure.function in ("count", "sum")


def _is_visible(compiled: CompiledApp, context: Context, dashboard: Dashboard) -> bool:
    if dashboard.visible is None:
        return True
    return compile_python(dashboard.visible.tree)(context_facts(context, compiled)) is True


def _tile(compiled: CompiledApp, context: Context, tile: Tile) -> dict[str, object]:
    words = {"label": tile.label or _measured(compiled, tile), "definition": tile.definition}
    bounds = {"target": _bound(compiled, context, tile.target), "limit": _bound(compiled, context, tile.limit)}
    return {
        "name": tile.name,
        "report": tile.report,
        "measure": tile.measure,
        "list": tile.list,
        "show": tile.show,
        "width": tile.width,
        "refresh": _seconds(tile.refresh),
        "owner": _owner(compiled, tile.owner),
        **{key: value for key, value in {**words, **bounds}.items() if value is not None},
    }


def _measured(compiled: CompiledApp, tile: Tile) -> Label | None:
    """What the figure of a tile is called; a tile of a whole report or list has the heading of that."""
    report = compiled.app.reports.get(tile.report or "")
    return next((each.label for each in report.measures if each.name == tile.measure), None) if report else None


def _bound(compiled: CompiledApp, context: Context, bound: TileBound | None) -> dict[str, object] | None:
    if bound is None:
        return None
    if bound.measure is not None:
        return {"measure": bound.measure}
    if bound.number is not None:
        return {"value": to_json(bound.number)}
    return {"value": to_json(param_facts(context, compiled).get(bound.parameter or ""))}


def _owner(compiled: CompiledApp, owner: str | None) -> object:
    """The role in its words; a post by its own."""
    if owner is None:
        return None
    role = compiled.app.roles.get(owner.removeprefix("role."))
    return role.label if role is not None else dict.fromkeys(("zh", "en"), owner)


def _seconds(refresh: str) -> int:
    if refresh == "live":
        return _LIVE
    if refresh == "daily":
        return _DAY
    length = parse_duration(refresh)
    return _LIVE if length is None else max(seconds(length), _LIVE)
