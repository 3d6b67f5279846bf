"""Who did something, by id, as screens show people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.tables import org_branch, org_person

#: The ids of people at the command line: this and the name of their account on the machine.
OPERATOR = "operator:"

PersonJson = Mapping[str, object]


def people(connection: Connection, ids: Iterable[str | None]) -> dict[str, PersonJson]:
    """The people of these ids, ready for JSON; an operator at the command line has no row and is named by account."""
    wanted = {id for id in ids if id is not None}
    query = (
        sa.select(org_person.c.id, org_person.c.f_name, org_branch.c.f_name.label("unit"))
        .select_from(org_person.outerjoin(org_branch, org_branch.c.id == org_person.c.f_branch))
        .where(org_person.c.id.in_(wanted))
    )
    found: dict[str, PersonJson] = {
        row.id: {"id": row.id, "name": row.f_name, "unit": row.unit} for row in connection.execute(query)
    }
    for id in wanted - found.keys():
        found[id] = {"id": id, "name": id.removeprefix(OPERATOR), "unit": None}
    return found
