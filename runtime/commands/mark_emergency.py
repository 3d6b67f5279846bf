"""What is done under a role that was taken in an emergency stands in the trail, reads too, before it is answered."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.audit.trail import NewEvent, record_events
from runtime.context import Context
from runtime.store.database import Database


@dataclass(frozen=True, slots=True)
class Act:
    """What is asked for: the method, the path with the names of its query, and the record where the path has one."""

    method: str
    path: str
    query: tuple[str, ...] = ()
    app: str | None = None
    entity: str | None = None
    record_id: str | None = None


def emergencies(context: Context) -> list[str]:
    """The apps in which this person holds a role now that is taken in an emergency only."""
    found = []
    for app, names in context.principal.roles.items():
        compiled = context.releases.get(app)
        roles = compiled.app.roles if compiled is not None else {}
        if any(name in roles and roles[name].emergency is not None for name in names):
            found.append(app)
    return sorted(found)


def mark_act(database: Database, context: Context, apps: list[str], act: Act) -> None:
    """Write the act down, once for each app with such a role; it is answered only if this succeeds."""
    body = {"method": act.method, "path": act.path, "query": sorted(set(act.query))}
    with database.write() as connection:
        record_events(
            connection,
            context,
            [
                NewEvent("emergency_act", body, app, *((act.entity, act.record_id) if act.app == app else (None, None)))
                for app in apps
            ],
        )
