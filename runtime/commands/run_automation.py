"""Runs an automation: each record that meets its condition in a transaction of its own, and no record twice."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from forms_dsl.diagnostics import nearest
from runtime.audit.trail import record_event
from runtime.automations.actions import carry_out
from runtime.automations.work_items import offer_waiting
from runtime.commands.platform import platform_context
from runtime.context import Context
from runtime.failures import Failure, NotFound
from runtime.jobs.automations import Run, next_records, run_now, run_of, still_matches, take
from runtime.jobs.queue import Job, is_conflict
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.away import DatabaseAway
from runtime.store.database import Database
from runtime.store.identifiers import new_id

_LOG = logging.getLogger("qiqiao.automations")
#: A record that loses against another transaction is tried this often in one run.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run did: records that met the condition outside their cooldown, how many were taken, and which failed.

    `waiting` are the open work items of this automation that nobody fits; they are offered as soon as somebody does.
    """

    due: int
    taken: int
    failed: tuple[tuple[str, str], ...] = ()
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Site:
    """Where a run happens."""

    database: Database
    releases: Releases
    settings: Settings
    clock: Callable[[], dt.datetime]


def run_automation(site: Site, app: str, automation: str) -> Ran:
    """Run an automation now, as an operator asks; records in their cooldown are left alone as always."""
    compiled = site.releases.current().get(app)
    found = compiled.app.automations.get(automation) if compiled else None
    if compiled is None or found is None:
        known = sorted(f"{name}.{rule}" for name, live in site.releases.current().items() for rule in live.app.automations)
        near = nearest(f"{app}.{automation}", known) or ", ".join(known)
        raise NotFound(
            {
                "zh": f"没有规则“{app}.{automation}”；可用：{near or '无'}。",
                "en": f"There is no automation {app}.{automation}; there is {near or 'none'}.",
            }
        )
    return run_records(site, run_now(compiled, found, site.clock()), lambda: None)


def run_automation_job(site: Site, job: Job, keep: Callable[[], None]) -> None:
    """The run that the clock asked for; a rule that was taken out of the app meanwhile does nothing.

    A run of which not a single record could be taken is a failed job; single ones that failed are tried in the next run.
    """
    run = run_of(site.releases.current(), job.payload)
    if run is None:
        _LOG.info("automation %s of %s is no longer there", job.payload["automation"], job.payload["app"])
        return
    ran = run_records(site, run, keep)
    if ran.failed and not ran.taken:
        raise RunFailed(f"{len(ran.failed)} records, the first: {ran.failed[0][1]}")


class RunFailed(Exception):
    """Not one record of a run could be taken."""


def run_records(site: Site, run: Run, keep: Callable[[], None]) -> Ran:
    """Take all records of a run; `keep` is called between them to keep hold of the job."""
    now = site.clock()
    with site.database.read() as connection:
        # One moment and one business date for the whole run (language.md 10).
        context = platform_context(connection, site.releases, site.settings, now, new_id(now))
    after: str | None = None
    due, taken, failed = 0, 0, list[tuple[str, str]]()
    while True:
        with site.database.read() as connection:
            ids, after = next_records(connection, context, run, after)
        due += len(ids)
        for record_id in ids:
            keep()
            try:
                taken += _take_one(site, context, run, record_id)
            except DatabaseAway:
                raise  # says nothing about the record: the job is tried again
            except Failure as failure:
                _LOG.warning("automation %s left record %s as it was: %s", run.automation.name, record_id, failure)
                failed.append((record_id, str(failure)))
        if after is None:
            break
    with site.database.write() as connection:
        ran = Ran(due, taken, tuple(failed), offer_waiting(connection, context, run))
        body = {
            "automation": run.automation.id,
            "due": run.due,
            "records": ran.due,
            "taken": ran.taken,
            "failed": len(ran.failed),
            "waiting": ran.waiting,
            "first_failure": ran.failed[0][1] if ran.failed else None,
        }
        record_event(connection, context, "automation_ran", app=run.compiled.app.name, entity=run.automation.entity, body=body)
    if ran.waiting:
        _LOG.warning("automation %s: %s open work item(s) wait because nobody fits", run.automation.name, ran.waiting)
    return ran


def _take_one(site: Site, context: Context, run: Run, record_id: str) -> bool:
    for attempt in range(1, _TRIES + 1):
        try:
            with site.database.write() as connection:
                return _take(connection, context, run, record_id)
        except (DBAPIError, DatabaseAway) as failure:
            if attempt == _TRIES or not is_conflict(failure):
                raise
    return False


def _take(connection: Connection, context: Context, run: Run, record_id: str) -> bool:
    """Everything for one record in one transaction: the look whether it still fits, the claim on it, the actions, the trail."""
    if not still_matches(connection, context, run, record_id) or not take(connection, context, run, record_id):
        return False
    carry_out(connection, context, run, record_id)
    app, entity = run.compiled.app.name, run.automation.entity
    body = {"automation": run.automation.id, "due": run.due}
    record_event(connection, context, "automation_taken", app=app, entity=entity, record_id=record_id, body=body)
    return True
