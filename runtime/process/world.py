"""The facts of one command: the record, the organisation and the limits as this transaction sees them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.templates import to_json
from forms_dsl.expr.facts import Facts
from forms_dsl.model import HumanStep
from runtime.audit.canonical import canonical_json
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.process.editors import authors_of, editors_of
from runtime.process.flows import Flow
from runtime.process.known_people import is_known
from runtime.process.office_time import clock_of
from runtime.process.outputs import run_over
from runtime.process.people import Case, Directory, find_people, leader_of, still_fits
from runtime.process.proxies import proxies_of
from runtime.process.record import CaseRecord
from runtime.process.sub_flow_records import children_of
from runtime.query.late import context_facts
from runtime.store.direct import ask_value
from runtime.store.tables import person_limit
from workflow_engine.world import Ran, Settled, World, as_moment

_LIMIT = sa.select(person_limit.c.amount).where(
    person_limit.c.person_id == sa.bindparam("person"), person_limit.c.app == sa.bindparam("of")
)

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def make_world(
    connection: Connection,
    context: Context,
    flow: Flow,
    record: CaseRecord,
    starter: tuple[str, str | None],
    submitted: int | None,
) -> World:
    """The world of one command; each question is asked of the database at most once. `submitted` is the version submitted."""
    facts, settled = _with_authority(flow, facts_of(context, flow.compiled, record))
    directory = Directory(connection, context, flow.compiled, case_of(flow, record, starter))

    def run(step: HumanStep) -> Ran:
        ran = run_over(flow.runs[step.name], facts)
        if ran is None:
            return Ran(None, make_world(connection, context, flow, record, starter, submitted))
        outputs, values = ran
        is_changed = any(record.values.get(name) != value for name, value in outputs.items())
        after = CaseRecord(record.id, record.version + is_changed, values)
        wire = {name: to_json(value) for name, value in outputs.items()}
        return Ran(wire, make_world(connection, context, flow, after, starter, submitted))

    return World(
        now=context.now,
        evaluate=lambda expression: flow.value(expression, facts),
        people=_once(lambda by: find_people(directory, by)),
        still_fits=_once(lambda by, person: still_fits(directory, by, person)),
        limit_of=_once(lambda person: limit_of(connection, flow.compiled, person)),
        editors=_once(lambda names: editors_of(connection, flow.entity.entity, record.id, names)),
        authors=_once(lambda: authors_of(connection, flow.entity, record.id, submitted)),
        material=_once(lambda: _digest(record, flow.workflow.replay_if_changed)),
        digest=_once(lambda: _digest(record, flow.workflow.repeat_approver.unless_changed)),
        record_version=record.version,
        authority=lambda: settled,
        run=run,
        leader_of=_once(lambda person: leader_of(directory, person)),
        proxies=_once(lambda owner: proxies_of(connection, context, flow, record, owner)),
        clock=clock_of(context.releases, flow.compiled, flow.workflow.calendar),
        moment=lambda expression: as_moment(flow.value(expression, facts), ZoneInfo(flow.compiled.app.timezone)),
        children=lambda step, _again: children_of(connection, context, flow, record, step),
        is_known=_once(lambda person: is_known(connection, context, flow.compiled, person)),
    )


def _with_authority(flow: Flow, facts: Facts) -> tuple[Facts, Settled | None]:
    """The facts with what the authority table says about them, as `authority.<output>`."""
    authority = flow.workflow.authority
    if authority is None or flow.authorise is None:
        return facts, None
    settled = flow.authorise(facts)
    return replace(facts, authority={authority.gives: settled.value}), settled


def facts_of(context: Context, compiled: CompiledApp, record: CaseRecord, result: Mapping[str, object] | None = None) -> Facts:
    """What the expressions of a workflow see; `result` is the answer of a call."""
    return context_facts(context, compiled, record=record.values, result=result or {})


def case_of(flow: Flow, record: CaseRecord, starter: tuple[str, str | None]) -> Case:
    """What people specifications are resolved for."""
    entity = flow.entity.entity
    unit = record.values.get(entity.owner_branch) if entity.owner_branch else None
    owner = record.values.get(entity.owner_user) if entity.owner_user else None
    return Case(starter[0], starter[1], _text(unit), _text(owner), record.values)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _once(ask: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """The same function with its answers remembered for the length of one command."""
    answers: dict[Hashable, Answer] = {}

    def remember(*arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
        if arguments not in answers:
            answers[arguments] = ask(*arguments, **named)
        return answers[arguments]

    return remember


def limit_of(connection: Connection, compiled: CompiledApp, person: str) -> Decimal | None:
    """The amount up to which a person may decide in an app; None for somebody without a limit of his own."""
    amount: str | None = ask_value(connection, _LIMIT, {"person": person, "of": compiled.app.name})
    return None if amount is None else Decimal(amount)


def _digest(record: CaseRecord, names: tuple[str, ...]) -> str:
    if not names:
        return ""
    values = canonical_json({name: record.values.get(name) for name in names})
    return hashlib.sha256(values.encode()).hexdigest()[:16]
