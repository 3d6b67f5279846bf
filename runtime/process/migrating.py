"""版本迁移: one running approval to another release of its workflow; looked at, or done in a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.failures import NotFound
from runtime.process.effects import carry_out
from runtime.process.flows import Flow, pinned_flow
from runtime.process.journal import Journal, lock_instance, read_instance, write_progress
from runtime.process.notify import notify
from runtime.process.record import lock_record, read_case
from runtime.process.rows import Frame
from runtime.process.world import make_world
from runtime.records.access import NOT_THERE
from runtime.store.tables import wf_instance, wf_seat, wf_visit, wf_work
from workflow_engine.apply import apply
from workflow_engine.state import Instance
from workflow_engine.upgrade import Fit, Misfit, Plan, fit, upgrade

_WORK_OF_STEP = sa.update(wf_work).where(
    wf_work.c.instance_id == sa.bindparam("key"), wf_work.c.step == sa.bindparam("old"), wf_work.c.seat_id.is_not(None)
)
#: Opinions that were asked for have no seat, and neither have copies, which stay with the release that gave them.
_REQUESTS_OF_STEP = sa.update(wf_work).where(
    wf_work.c.instance_id == sa.bindparam("key"),
    wf_work.c.step == sa.bindparam("old"),
    wf_work.c.seat_id.is_(None),
    wf_work.c.state != "copied",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether an approval goes over, from which release, and at which version of it that was said."""

    instance_id: str
    record_id: str
    entity: str
    old: Flow
    new: Flow
    found: Fit | tuple[Misfit, ...]

    @property
    def is_same(self) -> bool:
        """Whether it stands on the release already: then there is nothing to do."""
        return self.old.compiled.release == self.new.compiled.release


def judge_migration(connection: Connection, context: Context, instance_id: str, to: int, plan: Plan) -> Judged:
    """What would become of an approval that goes over to a release; nothing is locked or changed."""
    journal = read_instance(connection, instance_id)
    if journal is None or not journal.state.is_running:
        raise NotFound(NOT_THERE)
    return _judge(connection, context, journal, to, plan)


def migrate(connection: Connection, context: Context, instance_id: str, to: int, plan: Plan, reason: str) -> Judged:
    """Take an approval over, or leave it as it is with the reasons; raises NotFound when it has ended meanwhile."""
    journal = lock_instance(connection, instance_id)
    if journal is None or not journal.state.is_running:
        raise NotFound(NOT_THERE)
    judged = _judge(connection, context, journal, to, plan)
    if not judged.is_same and isinstance(judged.found, Fit):
        _go_over(connection, context, journal, judged, judged.found, reason)
    return judged


def _judge(connection: Connection, context: Context, journal: Journal, to: int, plan: Plan) -> Judged:
    frame = journal.frame
    old = pinned_flow(connection, context, frame.app, frame.release, frame.workflow_id)
    new = pinned_flow(connection, context, frame.app, to, frame.workflow_id)
    found = fit(old.definition, new.definition, journal.state, plan)
    return Judged(frame.instance_id, frame.record_id, frame.entity, old, new, found)


def _go_over(connection: Connection, context: Context, journal: Journal, judged: Judged, found: Fit, reason: str) -> None:
    frame, flow, state = journal.frame, judged.new, journal.state
    lock_record(connection, flow, frame.record_id)
    record = read_case(connection, context, flow, frame.record_id)
    world = make_world(connection, context, flow, record, (state.starter, state.starter_unit), state.record_version)
    releases = (frame.release, flow.compiled.release)
    outcome = upgrade(flow.definition, world, state, found, releases, context.principal.id, reason)
    later = replace(frame, release=flow.compiled.release, entity=flow.workflow.entity)
    _rename(connection, later, state, found)
    # From here on the rows are those of the state under its new names: only what happened besides is written.
    renamed = replace(journal, frame=later, state=apply(state, outcome.entries[0]))
    write_progress(connection, renamed, outcome.state, outcome.entries)
    notify(connection, context, later, outcome.state, outcome.entries, world.proxies)
    carry_out(connection, context, flow, later, record, outcome.entries)


def _rename(connection: Connection, frame: Frame, state: Instance, found: Fit) -> None:
    """Lead the rows of the approval to the release: what stands at a step that it has no more stays with the old one."""
    instance = frame.instance_id
    connection.execute(
        sa.update(wf_instance).where(wf_instance.c.id == instance).values(release=frame.release, entity=frame.entity)
    )
    steps = {visit.step: found.steps.get(visit.step, visit.step) for visit in state.visits if visit.step not in found.left}
    keys: list[Mapping[str, object]] = [{"key": instance, "old": old, "step": new} for old, new in steps.items() if old != new]
    for table in (wf_visit, wf_seat) if keys else ():
        change = sa.update(table).where(table.c.instance_id == sa.bindparam("key"), table.c.step == sa.bindparam("old"))
        connection.execute(change, keys)
    to = {"release": frame.release, "entity": frame.entity}
    works: list[Mapping[str, object]] = [{"key": instance, "old": old, "step": new, **to} for old, new in steps.items()]
    connection.execute(_WORK_OF_STEP, works)
    connection.execute(_REQUESTS_OF_STEP, works)
