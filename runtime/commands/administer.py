"""What every act of administration keeps to: it has a reason and a trace, and nobody administers himself."""

from __future__ import annotations

from typing import Any, Final, TypedDict

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import code
from runtime.context import Context
from runtime.failures import NotAllowed, NotFound
from runtime.identity.holdings import Given
from runtime.store.tables import org_branch, org_person

ONESELF = code("P450", "Nobody gives himself anything, or takes it: somebody else who may does it.")


#: What an act of administration is done in: all of it or nothing.
Transaction = Connection


class _Place(TypedDict):
    app: str
    entity: str


#: Where the trail keeps what is done to a person and to a unit: they are records of the built-in app.
PERSON: Final[_Place] = {"app": "org", "entity": "person"}
UNIT: Final[_Place] = {"app": "org", "entity": "branch"}


def given_by(context: Context, reason: str | None) -> Given:
    """Who gives or takes, when and why, as rows keep it."""
    return Given(context.now, context.principal.id, reason)


def changing_person(connection: Connection, context: Context, person_id: str) -> sa.Row[Any]:
    """The person who is changed, locked until the transaction ends; NotFound for nobody, NotAllowed for oneself."""
    query = sa.select(org_person).where(org_person.c.id == person_id, org_person.c.deleted_at.is_(None))
    row = connection.execute(query.with_for_update()).one_or_none()
    if row is None or (row.demo and not context.demo):
        raise NotFound({"zh": "没有此人员。", "en": "There is no such person."})
    if row.id == context.principal.id:
        message = {
            "zh": "不能为自己授权或变更自己的任职，须由另一位管理员办理。",
            "en": "Nobody changes what he holds himself; another administrator does it.",
        }
        raise NotAllowed(message, code=ONESELF.id)
    return row


def changing_unit(connection: Connection, unit_id: str) -> sa.Row[Any]:
    """The unit that is changed, locked until the transaction ends; NotFound where there is none."""
    query = sa.select(org_branch).where(org_branch.c.id == unit_id, org_branch.c.deleted_at.is_(None))
    row = connection.execute(query.with_for_update()).one_or_none()
    if row is None:
        raise NotFound({"zh": "没有此机构。", "en": "There is no such unit."})
    return row
