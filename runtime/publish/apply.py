"""Publishing: refuses whole, or leads the database and every process to the new release without a pause.

SQLite does all of it in one transaction. PostgreSQL claims the app, records the release and its steps, carries the steps
out one by one beside running readers and writers, and activates the release in one transaction; what a crash leaves is
finished or taken back by `recover`.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from forms_dsl.model import Label
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.failures import Conflict, Failure, NotFound
from runtime.publish import activation
from runtime.publish.claim import claim
from runtime.publish.codes import BUSY, IN_USE, PLAN_CHANGED
from runtime.publish.consent import Consent, check_consent
from runtime.publish.execute import Patience, Progress, Runner, StepRefused, database_gone, run_step, step_failed
from runtime.publish.history import StepRow, active_release, files_of, pilot_release, release_by_number, steps_of
from runtime.publish.plan import Planned, plan_publish
from runtime.publish.refused import Refused
from runtime.publish.search_words import note_words
from runtime.publish.types import Files, PublishPlan, Release
from runtime.records.filling import fill_changed, fill_words, unfilled
from runtime.releases import Releases
from runtime.store.away import DatabaseAway
from runtime.store.database import Database

_LOG = logging.getLogger("qiqiao.publish")
#: How far apart the clocks of two servers may be.
_CLOCKS_DIFFER = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Publication:
    """What is to be published and on whose word; `plan_checksum` is the plan that was looked at, if one was."""

    app: str
    files: Files
    consent: Consent
    base: int | None
    note: str | None = None
    plan_checksum: str | None = None
    #: Ids of the units of a pilot; none for the whole bank.
    units: tuple[str, ...] = ()
    #: Where it came from, other than from the draft.
    origin: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """A release that is live now, and the plan that led to it."""

    release: Release
    plan: PublishPlan


@dataclass(frozen=True, slots=True)
class _Aim:
    """A release to be made active: how it is planned and how its row comes to be `applying`."""

    app: str
    base: int | None
    kind: str
    operator: str | None
    plan: Callable[[Connection], Planned]
    open: Callable[[Connection, Planned], int]


def silent(event: str, position: int, because: Label) -> None:
    """A progress report that nobody reads."""


def publish(
    database: Database,
    releases: Releases,
    publication: Publication,
    context: Context,
    *,
    progress: Progress = silent,
    patience: Patience = Patience(),
) -> Published:
    """Make a definition live, for the whole bank or for some units, or raise Refused, Conflict, NotAllowed or Unavailable and change nothing."""

    def open_release(connection: Connection, planned: Planned) -> int:
        author, note = publication.consent.author, publication.note
        activation.insert_release(connection, planned, publication.files, author, note, context, publication.origin)
        return planned.plan.to

    def plan(connection: Connection) -> Planned:
        consent = publication.consent
        makers = {consent.author, *consent.editors}
        app, files, units = publication.app, publication.files, publication.units
        planned = plan_publish(connection, app, files, context.now, makers=makers, units=units)
        if publication.plan_checksum not in {None, planned.plan.checksum}:
            raise plan_changed()
        return planned

    with database.read() as connection:
        check_consent(connection, publication.app, publication.consent, context)
    aim = _Aim(publication.app, publication.base, "published", publication.consent.operator, plan, open_release)
    return _make_live(database, releases, aim, context, progress, patience)


def activate(
    database: Database,
    releases: Releases,
    app: str,
    number: int,
    context: Context,
    *,
    progress: Progress = silent,
    patience: Patience = Patience(),
) -> Published:
    """Go back to an earlier release: its indexes are made again, no column is lost, running approvals stay where they are."""
    with database.read() as connection:
        target = release_by_number(connection, app, number)
        active = active_release(connection, app)
    if target is None or target.activated_at is None:
        raise NotFound({"zh": f"应用 {app} 没有可恢复的版本 {number}。", "en": f"{app} has no release {number} to go back to."})
    if target.state != "superseded":
        raise Conflict({"zh": f"版本 {number} 正在使用中。", "en": f"Release {number} is in use now."}, code=IN_USE.id)
    base = active.release if active is not None else None
    return _reopen(database, releases, target, base, "release_activated", context, progress, patience)


def activate_pilot(
    database: Database,
    releases: Releases,
    target: Release,
    context: Context,
    *,
    progress: Progress = silent,
    patience: Patience = Patience(),
) -> Published:
    """Make a pilot live for the whole bank: what it held back for the sake of the others is done now."""
    with database.read() as connection:
        active = active_release(connection, target.app)
    base = active.release if active is not None else None
    return _reopen(database, releases, target, base, "pilot_extended", context, progress, patience)


def _reopen(
    database: Database,
    releases: Releases,
    target: Release,
    base: int | None,
    kind: str,
    context: Context,
    progress: Progress,
    patience: Patience,
) -> Published:
    app, number = target.app, target.release
    with database.read() as connection:
        files = files_of(connection, app, number)

    def reopen(connection: Connection, planned: Planned) -> int:
        activation.reopen_release(connection, target, planned.plan.steps)
        return number

    def plan(connection: Connection) -> Planned:
        return plan_publish(connection, app, files, context.now, back_to=number)

    aim = _Aim(app, base, kind, None, plan, reopen)
    return _make_live(database, releases, aim, context, progress, patience)


def _make_live(
    database: Database, releases: Releases, aim: _Aim, context: Context, progress: Progress, patience: Patience
) -> Published:
    if database.is_sqlite:
        published = _at_once(database, aim, context, progress)
    else:
        published = _step_by_step(database, aim, context, progress, patience)
    releases.refresh(database)
    return published


def _at_once(database: Database, aim: _Aim, context: Context, progress: Progress) -> Published:
    with database.read() as connection:
        planned = aim.plan(connection)
        compiled = _accepted(planned)
    with database.write() as connection:
        target = _open(connection, aim, planned)
        for row in steps_of(connection, aim.app, target.release):
            if row.done_at is None:
                progress("step", row.position, row.because)
                _run_here(connection, row.sql, row.because)
                progress("done", row.position, row.because)
        fill_words(lambda: nullcontext(connection), compiled, unfilled(connection, compiled))
        activation.mark_done(connection, target, context.now)
        activation.activate_release(connection, target, aim.base, compiled, context, aim.kind, aim.operator)
        note_words(connection, compiled, context.now)
        return Published(_reread(connection, target), planned.plan)


def _step_by_step(database: Database, aim: _Aim, context: Context, progress: Progress, patience: Patience) -> Published:
    with claim(database, aim.app) as online:
        if online is None:
            raise activation.busy(aim.app)
        with database.read() as connection:
            planned = aim.plan(connection)
            compiled = _accepted(planned)
        with database.write() as connection:
            target = _open(connection, aim, planned)
        runner = Runner(database, online, aim.app, target.release, context.now, progress, patience)
        target = finish(runner, target, aim.base, compiled, context, aim.kind, aim.operator)
        return Published(target, planned.plan)


def finish(
    runner: Runner,
    target: Release,
    base: int | None,
    compiled: CompiledApp,
    context: Context,
    kind: str,
    operator: str | None = None,
) -> Release:
    """Carry out what is left of an `applying` release on PostgreSQL and activate it, or take it back and raise."""
    database = runner.database
    try:
        runner.run(_steps(database, target, contract=False))
    except StepRefused as refused:
        take_back(runner, target, refused.failure, context)
        raise refused.failure from refused
    with database.read() as connection:
        fields = unfilled(connection, compiled)
    try:
        fill_words(database.write, compiled, fields)
        with database.write() as connection:
            activation.activate_release(connection, target, base, compiled, context, kind, operator)
    except Conflict as lost:
        # Somebody else's release became active meanwhile. One that is busy is finished by another runner: its columns stay.
        if lost.code != BUSY.id:
            take_back(runner, target, lost, context)
        raise
    except DatabaseAway as gone:
        raise database_gone() from gone
    # The release before kept no words of these fields, and was written with until now.
    fill_changed(database.write, compiled, fields, context.now - _CLOCKS_DIFFER)
    with database.write() as connection:
        note_words(connection, compiled, context.now)
    contract(runner, target)
    with database.read() as connection:
        return _reread(connection, target)


def take_back(runner: Runner, target: Release, failure: Failure, context: Context) -> None:
    """Undo what was done for a release that cannot be made active, and note why."""
    runner.take_back(_steps(runner.database, target, contract=False))
    with runner.database.write() as connection:
        activation.fail_release(connection, target, failure, context)


def contract(runner: Runner, target: Release) -> None:
    """Clear up behind an active release; what cannot be done now is done at the next start."""
    try:
        runner.run(_steps(runner.database, target, contract=True))
    except StepRefused as refused:
        _LOG.warning("%s release %s is live; clearing up waits for the next start: %s", target.app, target.release, refused)


def _steps(database: Database, target: Release, *, contract: bool) -> tuple[StepRow, ...]:
    with database.read() as connection:
        rows = steps_of(connection, target.app, target.release)
    return tuple(row for row in rows if (row.phase == "contract") is contract)


def _accepted(planned: Planned) -> CompiledApp:
    if planned.compiled is None or planned.plan.blocked:
        raise Refused(planned.plan.app, planned.plan.diagnostics)
    return planned.compiled


def _open(connection: Connection, aim: _Aim, planned: Planned) -> Release:
    active = active_release(connection, aim.app)
    if (active.release if active is not None else None) != aim.base:
        raise activation.base_moved(aim.app, active)
    pilot = pilot_release(connection, aim.app)
    if pilot is not None and pilot.release != planned.plan.to:
        raise activation.pilot_runs(aim.app, pilot)
    number = aim.open(connection, planned)
    found = release_by_number(connection, aim.app, number)
    if found is None:
        raise activation.busy(aim.app)
    return found


def _reread(connection: Connection, target: Release) -> Release:
    return release_by_number(connection, target.app, target.release) or target


def _run_here(connection: Connection, sql: str, because: Label) -> None:
    try:
        run_step(connection, sql, because)
    except StepRefused as refused:
        raise refused.failure from refused
    except DBAPIError as failure:
        raise step_failed(because, failure) from failure


def plan_changed() -> Conflict:
    """The plan is not the one that people agreed to."""
    return Conflict(
        {
            "zh": "发布计划与提交时看到的不同，请重新查看后再决定。",
            "en": "The plan is no longer the one that was looked at. Look at it again, then decide.",
        },
        code=PLAN_CHANGED.id,
    )
