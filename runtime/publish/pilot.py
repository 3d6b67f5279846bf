"""A pilot under way: for other units, for the whole bank, or over, each by one act and without a pause for anybody.

A pilot is a release that only the people of its units and those below them use, over the tables that all share. What the
others go on writing by is untouched until it is live for all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.audit.trail import record_event
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.failures import Conflict, Fault, Invalid
from runtime.publish.activation import base_moved, busy, insert_steps, mark_done, remember_columns, state_change
from runtime.publish.apply import Published, activate_pilot, contract, silent
from runtime.publish.claim import claim
from runtime.publish.codes import NO_PILOT, NO_UNIT
from runtime.publish.consent import Consent, check_consent
from runtime.publish.execute import Patience, Runner, run_statement
from runtime.publish.history import active_release, pilot_release, steps_of
from runtime.publish.search_words import note_words
from runtime.publish.state import read_state
from runtime.publish.steps import plan_steps, wanted_tables
from runtime.publish.types import Release, Step
from runtime.releases import Releases, compile_stored
from runtime.store.database import Database
from runtime.store.tables import org_branch, release, review


def unit_ids(connection: Connection, codes: Collection[str]) -> tuple[str, ...]:
    """The ids of units by their codes; raises Invalid with every code that no unit has."""
    query = sa.select(org_branch.c.f_code, org_branch.c.id).where(org_branch.c.f_code.in_(set(codes)))
    found = {row.f_code: row.id for row in connection.execute(query.where(org_branch.c.deleted_at.is_(None)))}
    unknown = [code for code in codes if code not in found]
    if unknown:
        said = ", ".join(unknown)
        message = {"zh": f"没有机构：{said}。", "en": f"There is no unit {said}."}
        raise Invalid(message, code=NO_UNIT.id, faults=(Fault(NO_UNIT.id, message, pointer="/units"),))
    return tuple(sorted(set(found.values())))


def running_pilot(connection: Connection, app: str) -> Release:
    """The pilot of an app; raises Conflict when none runs."""
    found = pilot_release(connection, app)
    if found is None:
        raise no_pilot(app)
    return found


def extend_pilot(database: Database, releases: Releases, app: str, context: Context, *, alone: bool = False) -> Published:
    """Make a pilot live for the whole bank; takes a person who may approve it, as publishing does."""
    with database.read() as connection:
        target = running_pilot(connection, app)
        check_consent(connection, app, _consent(connection, target, alone=alone), context)
    return activate_pilot(database, releases, target, context)


def change_units(
    database: Database, releases: Releases, app: str, units: Sequence[str], context: Context, *, alone: bool = False
) -> Release:
    """Let a pilot be live for these units (their ids) from now on."""
    with database.write() as connection:
        target = running_pilot(connection, app)
        check_consent(connection, app, _consent(connection, target, alone=alone), context)
        _change_pilot(connection, target, units, context)
    releases.refresh(database)
    return replace(target, units=tuple(sorted(units)))


def end_pilot(database: Database, releases: Releases, app: str, context: Context) -> Release:
    """Put everybody on the active release again, at once; what was entered in new fields stays in its columns.

    Cases that began under the pilot go on under it.
    """
    if database.is_sqlite:
        with database.write() as connection:
            target, active = _end(connection, app, context)
            for row in steps_of(connection, app, active.release):
                if row.done_at is None:
                    run_statement(connection, row.sql)
            mark_done(connection, active, context.now)
    else:
        with claim(database, app) as online:
            if online is None:
                raise busy(app)
            with database.write() as connection:
                target, active = _end(connection, app, context)
            releases.refresh(database)
            contract(Runner(database, online, app, active.release, context.now, silent, Patience()), active)
    releases.refresh(database)
    return replace(target, state="superseded")


def _end(connection: Connection, app: str, context: Context) -> tuple[Release, Release]:
    target, active = running_pilot(connection, app), active_release(connection, app)
    if active is None:
        raise base_moved(app, None)
    compiled = compile_stored(connection, app, active.release)
    _note_end(connection, target, compiled, context)
    note_words(connection, compiled, context.now)
    insert_steps(connection, app, active.release, _clearing(connection, app, target, compiled))
    return target, active


def _clearing(connection: Connection, app: str, target: Release, active: CompiledApp) -> list[Step]:
    """What clears up behind a pilot: indexes that nobody wants any more, defaults that nobody needs."""
    pilot = compile_stored(connection, app, target.release)
    state = read_state(connection, app, [wanted.table.name for wanted in wanted_tables(active)])
    return [step for step in plan_steps(pilot, active, state) if step.phase == "contract" and not step.batched]


def _consent(connection: Connection, target: Release, *, alone: bool) -> Consent:
    """On whose word a pilot was begun: its author, and everybody who edited what was reviewed."""
    reviewed = sa.select(review.c.editors).where(review.c.app == target.app, review.c.checksum == target.checksum)
    editors = {id for row in connection.execute(reviewed).scalars() for id in row}
    return Consent(target.author or "", frozenset(editors), alone=alone)


def _note_end(connection: Connection, target: Release, active: CompiledApp, context: Context) -> None:
    if not connection.execute(state_change(target, "pilot", state="superseded")).rowcount:
        raise no_pilot(target.app)
    remember_columns(connection, active, target, context.now)
    body = {"release": target.release, "version": target.version, "units": list(target.units)}
    record_event(connection, context, "pilot_ended", app=target.app, body=body)


def _change_pilot(connection: Connection, target: Release, units: Collection[str], context: Context) -> None:
    kept = connection.execute(
        sa.select(release.c.pilot).where(release.c.app == target.app, release.c.release == target.release)
    ).scalar_one()
    if not connection.execute(state_change(target, "pilot", pilot={**kept, "units": sorted(units)})).rowcount:
        raise no_pilot(target.app)
    body = {"release": target.release, "version": target.version, "units": sorted(units), "before": list(target.units)}
    record_event(connection, context, "pilot_changed", app=target.app, body=body)


def no_pilot(app: str) -> Conflict:
    """No release of the app is live for some units only."""
    return Conflict({"zh": f"应用 {app} 没有试点版本。", "en": f"No pilot of {app} runs."}, code=NO_PILOT.id)
