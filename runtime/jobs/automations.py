"""Which automations are due, and which records one takes: decided by the keys of `job` and `automation_run`.

A due moment is queued once, whoever looks first; a record is taken once in its cooldown, by one conditional statement,
so two workers that run the same automation at the same time divide the records and double none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.durations import Schedule, parse_schedule, seconds
from forms_dsl.model import Automation
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.jobs.queue import add_job
from runtime.jobs.schedules import last_due, next_due
from runtime.records.matching import matching_ids
from runtime.store.database import Database
from runtime.store.tables import automation_run, job
from runtime.store.types import format_instant
from runtime.store.upsert import upsert

KIND = "automation"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an automation: of which release, and for which due moment."""

    compiled: CompiledApp
    automation: Automation
    due: dt.datetime
    #: What another system reported, as expressions read it.
    result: Mapping[str, object] = field(default_factory=dict)


def schedule_of(automation: Automation) -> Schedule | None:
    """When an automation runs by the clock; None when something else starts it."""
    return parse_schedule(automation.every) if automation.every else None


def plan_runs(database: Database, apps: Mapping[str, CompiledApp], now: dt.datetime) -> int:
    """Queue the next run of every automation that runs by the clock; returns how many are new."""
    wanted: dict[str, tuple[dict[str, object], dt.datetime]] = {}
    for compiled in apps.values():
        for automation in compiled.app.automations.values():
            schedule = schedule_of(automation)
            if schedule is not None:
                due = next_due(schedule, compiled.app.timezone, now)
                payload: dict[str, object] = {"app": compiled.app.name, "automation": automation.id, "due": format_instant(due)}
                wanted[f"automation:{compiled.app.name}:{automation.id}:{format_instant(due)}"] = (payload, due)
    # Looked up first, so that the usual look, which finds everything queued, writes nothing.
    with database.read() as connection:
        known = set(connection.scalars(sa.select(job.c.key).where(job.c.key.in_(list(wanted)))))
    missing = {key: what for key, what in wanted.items() if key not in known}
    if not missing:
        return 0
    with database.write() as connection:
        return sum(add_job(connection, KIND, key, payload, due, now=now) for key, (payload, due) in missing.items())


def run_of(apps: Mapping[str, CompiledApp], payload: Mapping[str, object]) -> Run | None:
    """The run that a job stands for; None when the live release has no such automation any more."""
    compiled = apps.get(str(payload["app"]))
    found = [one for one in compiled.app.automations.values() if one.id == payload["automation"]] if compiled else []
    if compiled is None or not found:
        return None
    return Run(compiled, found[0], dt.datetime.fromisoformat(str(payload["due"])))


def run_now(compiled: CompiledApp, automation: Automation, now: dt.datetime) -> Run:
    """The run that a person asks for: it counts as the one of the last due moment, so it doubles nothing."""
    schedule = schedule_of(automation)
    return Run(compiled, automation, last_due(schedule, compiled.app.timezone, now) if schedule else now)


def next_records(
    connection: Connection, context: Context, run: Run, after: str | None, limit: int = 200
) -> tuple[list[str], str | None]:
    """The next records that meet the condition and are not in their cooldown; and where to go on, None at the end."""
    entity = run.compiled.entities[run.automation.entity]
    found = matching_ids(connection, context, run.compiled, entity, run.automation.where, after=after, limit=limit)
    free = _without_cooling(connection, context, run, found)
    return free, found[-1] if len(found) == limit else None


def still_matches(connection: Connection, context: Context, run: Run, record_id: str) -> bool:
    """Whether a record meets the condition in this transaction too."""
    entity = run.compiled.entities[run.automation.entity]
    return bool(matching_ids(connection, context, run.compiled, entity, run.automation.where, only=record_id))


def take(connection: Connection, context: Context, run: Run, record_id: str) -> bool:
    """Take a record for this automation; false when it was taken within the cooldown, or in this very run."""
    values = {
        "app": run.compiled.app.name,
        "automation_id": run.automation.id,
        "record_id": record_id,
        "taken_on": context.business_date,
        "taken_at": context.now,
    }
    key = ("app", "automation_id", "record_id")
    statement = upsert(connection, automation_run, values, key=key, where=sa.not_(_cooling(context, run)))
    return connection.execute(statement).rowcount == 1


def _without_cooling(connection: Connection, context: Context, run: Run, ids: Sequence[str]) -> list[str]:
    cooling = sa.select(automation_run.c.record_id).where(
        automation_run.c.app == run.compiled.app.name,
        automation_run.c.automation_id == run.automation.id,
        automation_run.c.record_id.in_(ids),
        _cooling(context, run),
    )
    left_alone = set(connection.scalars(cooling))
    return [id for id in ids if id not in left_alone]


def _cooling(context: Context, run: Run) -> sa.ColumnElement[bool]:
    """Whether a record was taken too lately: days are counted by business dates, shorter times by the clock.

    Without a cooldown a record is taken once for each due moment.
    """
    cooldown = run.automation.cooldown
    if cooldown is None:
        return automation_run.c.taken_at >= run.due
    if cooldown.unit == "day":
        return automation_run.c.taken_on > context.business_date - dt.timedelta(days=cooldown.amount)
    return automation_run.c.taken_at > context.now - dt.timedelta(seconds=seconds(cooldown))
