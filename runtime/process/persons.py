"""People and units as answers show them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.tables import org_branch, org_person
from workflow_engine.commands import SYSTEM

#: {"id", "name", "unit"}
Person = Mapping[str, object]

_PEOPLE = sa.select(org_person.c.id, org_person.c.f_name, org_branch.c.f_name.label("unit")).select_from(
    org_person.outerjoin(org_branch, org_branch.c.id == org_person.c.f_branch)
)


def persons_of(connection: Connection, ids: Collection[str]) -> dict[str, Person]:
    """People by id, with the name of their unit; ids that are no person are left out."""
    wanted = {person for person in ids if not person.startswith(SYSTEM)}
    if not wanted:
        return {}
    rows = connection.execute(_PEOPLE.where(org_person.c.id.in_(wanted)))
    return {row.id: {"id": row.id, "name": row.f_name, "unit": row.unit} for row in rows}


def names_of(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """The names of people by id."""
    return {id: str(person["name"]) for id, person in persons_of(connection, ids).items()}


def unit_names(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """The names of units by id."""
    if not ids:
        return {}
    rows = connection.execute(sa.select(org_branch.c.id, org_branch.c.f_name).where(org_branch.c.id.in_(set(ids))))
    return {row.id: row.f_name for row in rows}
