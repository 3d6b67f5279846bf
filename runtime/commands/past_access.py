"""What access was made of on a day: the release that was live, and where a person was, by the trail.

Roles and posts keep their own time. Of today stay the records, the tree of units, who leads them, and open work.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import code
from runtime.compile.app import CompiledApp
from runtime.context import Context, Principal
from runtime.failures import Conflict
from runtime.identity.principal import resolve_principal
from runtime.publish.state import read_state
from runtime.publish.steps import wanted_tables
from runtime.query.plans import AccessPlan
from runtime.records.access_difference import NotThereYet, given_by
from runtime.store.tables import audit_event, org_branch, org_person

RULES_LOST = code("P465", "A day whose rules read a field that the database no longer has.")

#: The events that make a release the live one.
_ACTIVATED = ("published", "release_activated", "pilot_extended")


def moments_of(context: Context, app: str, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The first and the last moment of a day where the app is; of the running day, up to now."""
    zone = ZoneInfo(context.releases[app].app.timezone)
    first = dt.datetime.combine(day, dt.time(), zone)
    last = first + dt.timedelta(days=1, milliseconds=-1)
    return first, min(last, context.now) if first <= context.now else last


def release_at(connection: Connection, live: CompiledApp, moment: dt.datetime) -> int | None:
    """The release of an app that was live at a moment; None where none was yet."""
    # Without a record: few events have none, and an index finds them.
    of_app = (audit_event.c.record_id.is_(None), audit_event.c.app == live.app.name, audit_event.c.kind.in_(_ACTIVATED))
    latest = sa.select(audit_event.c.body).where(*of_app, audit_event.c.at <= moment).order_by(audit_event.c.id.desc()).limit(1)
    body = connection.execute(latest).scalar()
    if body is not None:
        return int(json.loads(body)["release"])
    ever = connection.execute(sa.select(audit_event.c.id).where(*of_app).limit(1)).first()
    return None if ever is not None else live.release


def person_at(connection: Connection, person_id: str, since: dt.datetime, moment: dt.datetime, *, demo: bool) -> Principal | None:
    """A person as they were at a moment, with the roles that counted at some time from `since` on; None when they could not act."""
    principal = resolve_principal(connection, person_id, moment, demo=demo, since=since, shut_out_too=True)
    now = connection.execute(sa.select(org_person).where(org_person.c.id == person_id)).one()
    if principal is None or now.created_at > moment:
        return None
    then: dict[str, object] = {"unit": now.f_branch, "active": now.active}
    mine = (audit_event.c.record_id == person_id, audit_event.c.kind == "person_changed", audit_event.c.at > moment)
    for body in connection.scalars(sa.select(audit_event.c.body).where(*mine).order_by(audit_event.c.id.desc())):
        then |= {name: before for name, (before, _) in json.loads(body)["changes"].items()}
    if not then["active"]:
        return None
    unit = connection.execute(sa.select(org_branch).where(org_branch.c.id == then["unit"])).one_or_none()
    if unit is None:
        return replace(principal, unit_id=None, unit_code=None, unit_name=None, unit_path=None)
    return replace(principal, unit_id=unit.id, unit_code=unit.f_code, unit_name=unit.f_name, unit_path=unit.f_path)


def refuse_lost_rules(connection: Connection, plan: AccessPlan) -> None:
    """Raise Conflict where the rules of an older release read a column that is gone."""
    names = sorted(wanted.table.name for wanted in wanted_tables(plan.compiled))
    tables = read_state(connection, plan.compiled.app.name, names).tables
    columns = {name: frozenset(tables[name].columns) if name in tables else frozenset() for name in names}
    try:
        given_by(connection, plan, "then_", columns)
    except NotThereYet as lost:
        message = {
            "zh": "当日的规则所用的字段，数据库中已不存在，无法解释。",
            "en": "The rules of that day read a field that the database no longer has: they cannot be tried.",
        }
        raise Conflict(message, code=RULES_LOST.id) from lost
