"""Segments: windows over related records, the conditions that may use them, and the rank."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.paths import find_path
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import Sentence
from forms_dsl.durations import SECONDS
from forms_dsl.expr.scope import BOOLEAN, NUMBER, SEGMENT, Scope
from forms_dsl.expr.tree import ValueType
from forms_dsl.files.segment import RankShape, SegmentShape, WindowShape
from forms_dsl.model import Duration, Segment, SegmentRank, SegmentWindow


def build_segment(bench: Workbench, file: SourceFile) -> Segment | None:
    """The segment of a file; None with findings when its entity or its condition is wrong."""
    shape = file.shape
    if not isinstance(shape, SegmentShape):
        return None
    place = Place(file)
    entity = bench.entity(place.at("entity"), shape.entity)
    if entity is None:
        return None
    types = bench.record_types(entity, related=True)
    windows = {}
    for name, each in shape.windows.items():
        window = _window(bench, place.at("windows", name), name, each, entity)
        if window is not None:
            windows[name] = window
            types[name] = types[window.of]
    scope = bench.scope(SEGMENT, types, without_user=True)
    lost = len(windows) < len(shape.windows)
    where = bench.expression(place.at("where"), shape.where, scope, BOOLEAN, entity) if not lost else None
    exclude = bench.expression(place.at("exclude"), shape.exclude, scope, BOOLEAN, entity) if shape.exclude and not lost else None
    rank = _rank(bench, place.at("rank"), shape.rank, scope, entity) if shape.rank and not lost else None
    if shape.every is not None and shape.mode != "snapshot":
        message = Sentence("Only a snapshot is made at times.", "只有快照才按时间生成。")
        bench.find(
            codes.WRONG_TYPE, place.at("every"), message, Sentence("Write mode: snapshot", "请写 mode: snapshot"), key=True
        )
    if shape.mode == "snapshot" and shape.every is None and place.file.is_whole():
        message = Sentence("A snapshot is made at times: every is missing.", "快照按时间生成：缺少 every。")
        bench.find(
            codes.MISSING_KEY,
            place.at("mode"),
            message,
            Sentence('Write every: "03:00 day"', '请写 every: "03:00 day"'),
            key=True,
        )
    if where is None:
        return None
    return Segment(
        id=shape.id or file.name,
        name=file.name,
        entity=entity.name if entity.full_name.startswith(f"{bench.app}.") else entity.full_name,
        label=shape.label,
        span=place.at("segment").span,
        where=where,
        exclude=exclude,
        windows=windows,
        rank=rank,
        mode=shape.mode,
        every=shape.every,
        sample=Decimal(shape.sample) if shape.sample else None,
    )


def _window(bench: Workbench, place: Place, name: str, shape: WindowShape, entity: EntitySignature) -> SegmentWindow | None:
    if name in entity.types() or name in entity.related:
        message = Sentence(
            f"{name!r} is already a field or relation of {entity.name}.", f"“{name}”已是 {entity.name} 的字段或关联。"
        )
        bench.find(codes.NAME_TWICE, place, message, key=True)
        return None
    if shape.of not in entity.related:
        if entity.open:
            bench.incomplete.add(place.file.path)
        else:
            bench.unknown(place.at("of"), shape.of, Sentence("related record set", "关联记录"), entity.related)
        return None
    found = entity.related[shape.of]
    target = bench.entities.get(found[0]) if found else None
    type = find_path(bench, place.at("at"), shape.at, target) if target is not None else None
    if type is None or not _is_time(bench, place.at("at"), shape.at, type):
        return None
    whole = _lengths(bench, place, shape, type)
    by_day = (shape.from_ is None) == (shape.to is None)
    if not by_day:
        message = Sentence("A time of day has from and to.", "时段须同时有 from 和 to。")
        bench.find(codes.MISSING_KEY, place, message, key=True)
    elif shape.from_ is not None and type.name != "datetime":
        message = Sentence(f"{shape.at!r} is a day without a time of day.", f"“{shape.at}”只有日期，没有时刻。")
        bench.find(codes.WRONG_TYPE, place.at("from"), message, key=True)
    elif shape.from_ is not None and shape.from_ == shape.to:
        message = Sentence("The time of day is empty.", "时段为空。")
        bench.find(codes.WRONG_TYPE, place.at("to"), message)
    elif whole:
        return SegmentWindow(name, shape.of, shape.at, shape.last, shape.skip, _time(shape.from_), _time(shape.to))
    return None


def _is_time(bench: Workbench, place: Place, path: str, type: ValueType) -> bool:
    if type.name in ("date", "datetime"):
        return True
    bench.find(codes.WRONG_TYPE, place, Sentence(f"{path!r} is neither a date nor a time.", f"“{path}”既不是日期也不是时间。"))
    return False


def _lengths(bench: Workbench, place: Place, shape: WindowShape, type: ValueType) -> bool:
    """Windows are counted in plain time, over a date in whole days; one that ends before today also begins."""
    for key in ("last", "skip"):
        length: Duration | None = getattr(shape, key)
        if length is not None and (length.working or (type.name == "date" and length.amount * SECONDS[length.unit] % 86_400)):
            message = Sentence(
                "A window counts plain time, over a date in whole days.", "时间窗口按自然时间计算；对日期须为整天。"
            )
            bench.find(codes.WRONG_TYPE, place.at(key), message)
            return False
    if shape.last is None and shape.skip is None and shape.from_ is None:
        message = Sentence("A window has last, skip or a time of day.", "时间窗口须有 last、skip 或时段。")
        bench.find(codes.MISSING_KEY, place, message, key=True)
        return False
    return True


def _time(text: str | None) -> dt.time | None:
    """A time of day; the end of the day is its beginning, over midnight."""
    return None if text is None else dt.time() if text == "24:00" else dt.time.fromisoformat(text)


def _rank(bench: Workbench, place: Place, shape: RankShape, scope: Scope, entity: EntitySignature) -> SegmentRank | None:
    by = bench.expression(place.at("by"), shape.by, scope, NUMBER, entity)
    if shape.within is not None and find_path(bench, place.at("within"), shape.within, entity) is None:
        return None
    if by is None:
        return None
    rank = SegmentRank(by, shape.within, shape.order == "highest")
    if shape.top.endswith("%"):
        return replace(rank, percent=Decimal(shape.top[:-1]))
    return replace(rank, count=int(shape.top))
