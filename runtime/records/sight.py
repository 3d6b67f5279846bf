"""Which fields of given records a person sees in clear: what a value may be found by, or compared with, without telling too much."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from runtime.compile.access import field_paths
from runtime.context import Context
from runtime.query.load import granted_on
from runtime.records.access import possible_plan


def clear_fields(
    connection: Connection, context: Context, app: str, entity: str, ids: Sequence[str]
) -> dict[str, frozenset[str]]:
    """Of these records those that this person may read, each with the fields that he sees in clear."""
    plan = possible_plan(context, app, entity, "read")
    if plan is None or not ids:
        return {}
    paths = field_paths(plan.entity.entity)
    known: dict[tuple[bool, ...], frozenset[str]] = {}
    found = {}
    for id, flags in granted_on(connection, context, plan, ids).items():
        if not any(flags):
            continue
        if flags not in known:
            held = [grant for grant, holds in zip(plan.grants, flags, strict=True) if holds]
            known[flags] = frozenset(path for path in paths if any(plan.right(g, path).shows == "clear" for g in held))
        found[id] = known[flags]
    return found
