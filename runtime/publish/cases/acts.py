"""What a case does with its records: changes, decisions, automations and the time that goes by, each as in real life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from forms_dsl.decide import decide_score
from forms_dsl.model import Automation, Case, CaseAct, DecisionValue, Entity, Scorecard
from forms_dsl.working_time import end_of
from runtime.automations.actions import carry_out, take_answer
from runtime.automations.events import RECEIVED, act_after, act_on_received, receive
from runtime.compile.app import CompiledApp
from runtime.context import Principal
from runtime.jobs.automations import next_records, run_now, take
from runtime.outbox.rows import find_row
from runtime.process.office_time import clock_of
from runtime.publish.cases.bench import Sitting
from runtime.publish.cases.reading import GIVEN, facts_over
from runtime.publish.cases.results import NotRun
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.records.triggers import AFTER
from runtime.records.write import delete_record, update_record
from runtime.store.tables import job, outbox

#: Jobs of one case; loops of automations are cut long before.
_MOST_JOBS = 1000


@dataclass(slots=True)
class Outputs:
    """What decisions gave."""

    values: dict[str, object] = field(default_factory=dict)
    declared: dict[str, DecisionValue] = field(default_factory=dict)


def do_acts(sitting: Sitting, case: Case) -> Outputs:
    """Do the acts of a case in order, and after each what it sets off; raises NotRun for what cannot be done here."""
    outputs, app = Outputs(), sitting.bench.app
    _work(sitting)
    for act in case.do:
        automation = app.automations.get(act.name or "") if act.kind == "run" else None
        if act.kind == "edit":
            _edit(sitting, case, act)
        elif act.kind == "delete":
            _delete(sitting, case, act)
        elif act.kind == "wait":
            _wait(sitting, act)
        elif act.kind == "receive":
            receive(sitting.connection, sitting.context(), app.name, act.name or "", act.values)
        elif automation is not None:
            _run(sitting, automation)
        elif act.kind == "run" and isinstance(app.decisions.get(act.name or ""), Scorecard) and GIVEN in sitting.records:
            _score(sitting, act, outputs)
        else:
            raise NotRun(f"do: {act.kind}" + (f" {act.name or act.step}" if act.name or act.step else ""))
        _work(sitting)
    return outputs


def _person(sitting: Sitting, case: Case) -> Principal | None:
    """Who acts: the person of the case, the platform where it names none."""
    user = case.user
    return None if user is None or user.role is None else sitting.user(user.role, user.branch, user.name)


def _edit(sitting: Sitting, case: Case, act: CaseAct) -> None:
    record_id, entity = _named(sitting, act)
    person = _person(sitting, case) if act.name is not None else None
    context = sitting.context() if person is None else sitting.context(person)
    version = _version(sitting, record_id, entity)
    update_record(sitting.connection, context, entity.app, entity.name, record_id, act.values, version)


def _delete(sitting: Sitting, case: Case, act: CaseAct) -> None:
    record_id, entity = _named(sitting, act)
    person = _person(sitting, case)
    context = sitting.context() if person is None else sitting.context(person)
    delete_record(sitting.connection, context, entity.app, entity.name, record_id, _version(sitting, record_id, entity))


def _named(sitting: Sitting, act: CaseAct) -> tuple[str, Entity]:
    found = sitting.records.get(act.name or GIVEN)
    if found is None:
        raise NotRun(f"do: {act.kind} without of")
    return found


def _version(sitting: Sitting, record_id: str, entity: Entity) -> int:
    only = GetRequest(select=("id",))
    return get_record(sitting.connection, sitting.context(), entity.app, entity.name, record_id, only).version


def _wait(sitting: Sitting, act: CaseAct) -> None:
    compiled = sitting.bench.releases[sitting.bench.app.name]
    until = None if act.length is None else end_of(act.length, sitting.now, clock_of(sitting.bench.releases, compiled))
    if until is None:
        raise NotRun("do: wait in working time without a calendar")
    sitting.now = until


# Automations ----------------------------------------------------------------------------------------------------------


def _run(sitting: Sitting, automation: Automation) -> None:
    """An automation as the clock would run it: every record that meets its condition and is not in its cooldown."""
    context, after = sitting.context(), None
    run = run_now(_compiled(sitting), automation, sitting.now)
    while True:
        found, after = next_records(sitting.connection, context, run, after)
        for record_id in found:
            if take(sitting.connection, context, run, record_id):
                carry_out(sitting.connection, context, run, record_id, send=sitting.messages.append)
        if after is None:
            return


def _work(sitting: Sitting) -> None:
    """Do what the acts so far have left behind, as the worker would: automations, and calls with their mock answers."""
    for _ in range(_MOST_JOBS):
        waiting = sa.select(job).where(job.c.kind.in_([AFTER, RECEIVED]), job.c.state == "waiting").order_by(job.c.id).limit(1)
        one = sitting.connection.execute(waiting).one_or_none()
        if one is not None:
            act = act_after if one.kind == AFTER else act_on_received
            act(sitting.connection, sitting.context(), one.payload, send=sitting.messages.append)
            sitting.connection.execute(sa.update(job).where(job.c.id == one.id).values(state="done"))
        elif not _answer(sitting):
            return


def _answer(sitting: Sitting) -> bool:
    """Let the next call of an automation be answered; false when there is none."""
    mine = (outbox.c.state == "pending", outbox.c.instance_id.is_(None))
    key = sitting.connection.scalar(sa.select(outbox.c.key).where(*mine).order_by(outbox.c.id).limit(1))
    row = find_row(sitting.connection, key) if key is not None else None
    if row is None:
        return False
    binding, _, operation = row.operation.partition(".")
    mock = sitting.bench.app.bindings[binding].operations[operation].mock
    done = replace(row, state="confirmed", result={"outcome": "ok", "values": dict(mock)})
    sitting.connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(state="confirmed"))
    take_answer(sitting.connection, sitting.context(), _compiled(sitting), done)
    return True


def _compiled(sitting: Sitting) -> CompiledApp:
    return sitting.bench.releases[sitting.bench.app.name]


# Scorecards -----------------------------------------------------------------------------------------------------------


def _score(sitting: Sitting, act: CaseAct, outputs: Outputs) -> None:
    """Score the given record and keep what the card gives in its fields."""
    card = sitting.bench.app.decisions[act.name or ""]
    if not isinstance(card, Scorecard):
        raise TypeError(card.name)
    record_id, entity = sitting.records[GIVEN]
    conditions = [row.condition for factor in card.factors for row in factor.rows if row.condition is not None]
    scored = decide_score(card, facts_over(sitting, sitting.context(), conditions)).outputs
    outputs.values |= scored or {}
    outputs.declared |= card.outputs
    fields: Mapping[str, object] = {name: _spelled(value) for name, value in (scored or {}).items() if name in entity.fields}
    if fields:
        version = _version(sitting, record_id, entity)
        context = sitting.context()
        update_record(sitting.connection, context, entity.app, entity.name, record_id, fields, version, by_platform=True)


def _spelled(value: object) -> object:
    return value if isinstance(value, str | bool) or value is None else str(value)
