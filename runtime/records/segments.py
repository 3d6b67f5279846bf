"""Segments as their readers may know them: by name, when every field that decides on membership is shown to them in clear."""

from __future__ import annotations

from forms_dsl.expr.tree import Expression
from forms_dsl.model import Segment
from runtime.context import Context
from runtime.query.plans import AccessPlan
from runtime.records.access import possible_plan
from runtime.records.reach import reach


def segment_of(context: Context, access: AccessPlan, name: str, targets: dict[tuple[str, ...], AccessPlan]) -> Segment | None:
    """The segment of this name over the plan's entity, when this person may use it; what it reads is added to the targets.

    Membership tells of the values that decide it, so who may not read one of them in clear may not ask.
    """
    segment = access.compiled.app.segments.get(name)
    if segment is None or segment.entity != access.entity.entity.name:
        return None
    known = all(_is_known(context, access, segment, path, targets) for path in sorted(_reads(segment)))
    return segment if known else None


def _reads(segment: Segment) -> frozenset[tuple[str, ...]]:
    rank = segment.rank
    expressions: list[Expression | None] = [segment.where, segment.exclude, rank.by if rank is not None else None]
    read = frozenset(path for each in expressions if each is not None for path in each.reads)
    within = frozenset({tuple(rank.within.split("."))}) if rank is not None and rank.within is not None else frozenset()
    ats = frozenset((name, window.at) for name, window in segment.windows.items())
    return read | within | ats


def _is_known(
    context: Context, access: AccessPlan, segment: Segment, path: tuple[str, ...], targets: dict[tuple[str, ...], AccessPlan]
) -> bool:
    window = segment.windows.get(path[0])
    related = access.entity.entity.related.get(window.of if window is not None else path[0])
    if related is None:
        found = reach(context, access, ".".join(path))
        if found is None or found.shows == "masked":
            return False
        targets.update(found.targets)
        return True
    app, _, entity = related.entity.rpartition(".")
    plan = possible_plan(context, app or access.compiled.app.name, entity, "read")
    if plan is None or len(path) == 1:
        return plan is not None
    inner = reach(context, plan, ".".join(path[1:]))
    return inner is not None and inner.shows != "masked"
