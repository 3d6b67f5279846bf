"""Direct changes where definitions come by promotions only: opened for a reason and some hours, and told with all that follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.failures import NotAllowed
from runtime.publish.codes import PROMOTIONS_ONLY
from runtime.settings import Settings
from runtime.store.identifiers import new_id
from runtime.store.tables import direct_change


def open_change(connection: Connection, app: str, now: dt.datetime) -> Row[Any] | None:
    """The direct change of an app that is open at a moment."""
    query = sa.select(direct_change).where(direct_change.c.app == app, direct_change.c.until > now)
    return connection.execute(query.order_by(direct_change.c.until.desc()).limit(1)).one_or_none()


def open_direct_change(connection: Connection, context: Context, app: str, reason: str, hours: int) -> None:
    """Let the draft of an app be edited here for some hours, for a reason that the second person and the trail will see."""
    until = context.now + dt.timedelta(hours=hours)
    row = {
        "id": new_id(context.now),
        "app": app,
        "reason": reason,
        "opened_by": context.principal.id,
        "opened_at": context.now,
        "until": until,
    }
    connection.execute(sa.insert(direct_change), row)
    body = {"change": row["id"], "reason": reason, "until": until}
    record_event(connection, context, "direct_change_opened", app=app, body=body)


def direct_origin(connection: Connection, settings: Settings, context: Context, app: str) -> Mapping[str, Any] | None:
    """What a change of the draft says of itself: nothing where everybody may, the reason where it was opened; raises NotAllowed."""
    if not settings.promotions_only:
        return None
    found = open_change(connection, app, context.now)
    if found is None:
        raise promotions_only(app)
    return {"kind": "direct", "reason": found.reason, "by": found.opened_by}


def promotions_only(app: str) -> NotAllowed:
    """Nobody edits here, unless for a reason."""
    return NotAllowed(
        {
            "zh": f"本服务器的定义只经由其他环境推送而来：请在测试环境修改 {app} 后推送，紧急时先说明原因再直接修改。",
            "en": f"Definitions change on this server by promotions only: change {app} on the test server and promote it, or open a "
            f"direct change with its reason when it is urgent.",
        },
        code=PROMOTIONS_ONLY.id,
    )
