"""Dashboards: tiles that show one report or list each."""

from __future__ import annotations

import re
from decimal import Decimal

from forms_dsl import codes
from forms_dsl.build.bench import Workbench
from forms_dsl.build.people import role_name
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import BOOLEAN
from forms_dsl.expr.scope import Place as ExpressionPlace
from forms_dsl.files.dashboard import DashboardShape, TileShape
from forms_dsl.model import Dashboard, Tile, TileBound

_DASHBOARD = ExpressionPlace("dashboard", Sentence("a dashboard", "仪表盘"), frozenset({"P"}), frozenset({"user"}))
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,8})?\Z")
#: Keys that need a measure, for a figure is what they speak about.
_ABOUT_FIGURES = ("target", "limit", "compare")


def build_dashboard(bench: Workbench, file: SourceFile) -> Dashboard | None:
    """The dashboard of a file; tiles with findings are left out."""
    shape = file.shape
    if not isinstance(shape, DashboardShape):
        return None
    place = Place(file)
    seen: set[str] = set()
    for number, each in enumerate(shape.tiles):
        if each.tile in seen:
            message = Sentence(f"The tile {each.tile!r} stands twice.", f"卡片“{each.tile}”重复。")
            bench.find(codes.NAME_TWICE, place.at("tiles", number, "tile"), message)
        seen.add(each.tile)
    tiles = [_tile(bench, place.at("tiles", number), each) for number, each in enumerate(shape.tiles)]
    scope = bench.scope(_DASHBOARD, {})
    return Dashboard(
        id=shape.id or file.name,
        name=file.name,
        label=shape.label,
        span=place.at("dashboard").span,
        tiles=tuple(tile for tile in tiles if tile is not None),
        visible=bench.expression(place.at("visible"), shape.visible, scope, BOOLEAN) if shape.visible else None,
    )


def _tile(bench: Workbench, place: Place, shape: TileShape) -> Tile | None:
    if (shape.report is None) == (shape.list is None):
        if place.file.is_whole(place.pointer):
            message = Sentence("A tile shows either a report or a list.", "卡片须显示一个报表或一个列表。")
            bench.find(codes.MISSING_KEY, place, message, key=True)
        return None
    if shape.report is not None and not bench.has_file("report", place.at("report"), shape.report, Sentence("report", "报表")):
        return None
    if shape.list is not None and not bench.has_file("list", place.at("list"), shape.list, Sentence("list", "列表")):
        return None
    _fits(bench, place, shape)
    if shape.owner is not None and shape.owner.startswith("role."):
        role_name(bench, place.at("owner"), shape.owner)
    return Tile(
        name=shape.tile,
        span=place.key_span,
        label=shape.label,
        report=shape.report,
        measure=shape.measure,
        list=shape.list,
        show=shape.show,
        width=shape.span,
        refresh=shape.refresh,
        target=_bound(bench, place.at("target"), shape.target),
        limit=_bound(bench, place.at("limit"), shape.limit),
        compare=shape.compare,
        definition=shape.definition,
        owner=shape.owner,
    )


def _fits(bench: Workbench, place: Place, shape: TileShape) -> None:
    """What is shown and how go together."""
    if shape.list is not None and (shape.measure is not None or shape.show != "table"):
        message = Sentence("A list is shown as a table.", "列表只能以表格显示。")
        bench.find(codes.WRONG_TYPE, place.at("measure" if shape.measure is not None else "show"), message, key=True)
    elif shape.show == "number" and shape.measure is None and place.file.is_whole(place.pointer):
        message = Sentence("A number is one measure of the report.", "显示数字须指明报表的一个度量。")
        bench.find(codes.MISSING_KEY, place, message, Sentence("Add measure: NAME", "请加上 measure: 度量名"), key=True)
    for key in _ABOUT_FIGURES:
        if getattr(shape, key) is not None and shape.measure is None and shape.list is None:
            message = Sentence(f"{key!r} speaks about a measure.", f"“{key}”针对的是度量。")
            bench.find(codes.WRONG_TYPE, place.at(key), message, key=True)
        elif getattr(shape, key) is not None and shape.list is not None:
            message = Sentence(f"A list has no {key!r}.", f"列表没有“{key}”。")
            bench.find(codes.WRONG_TYPE, place.at(key), message, key=True)


def _bound(bench: Workbench, place: Place, text: str | None) -> TileBound | None:
    if text is None:
        return None
    if _NUMBER.match(text):
        return TileBound(number=Decimal(text))
    if not text.startswith("param."):
        return TileBound(measure=text)
    name = text.removeprefix("param.")
    type = bench.look_up(bench.params, place, name, Sentence("parameter", "参数"))
    if type is not None and type.name != "number":
        bench.find(codes.WRONG_TYPE, place, Sentence(f"{text!r} is not a number.", f"“{text}”不是数值。"))
    return TileBound(parameter=name)
