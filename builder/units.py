"""Units of the bank, by id, as the builder shows where a pilot runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.tables import org_branch

UnitJson = Mapping[str, object]


def units(connection: Connection, ids: Iterable[str]) -> dict[str, UnitJson]:
    """The units of these ids, ready for JSON."""
    query = sa.select(org_branch.c.id, org_branch.c.f_code, org_branch.c.f_name).where(org_branch.c.id.in_(set(ids)))
    rows = connection.execute(query.order_by(org_branch.c.f_path))
    return {row.id: {"id": row.id, "code": row.f_code, "name": row.f_name} for row in rows}
