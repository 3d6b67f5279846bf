"""The use cases of an approval, one function each: start, decide, claim, release, recall, retry, and what the worker reports.

Each runs in the caller's write transaction: it locks the instance, rebuilds its state from its events, asks the engine,
and writes what came of it. A refusal is a failure that rolls everything back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import CallStep, HumanStep
from runtime.context import Context
from runtime.failures import Changed, Conflict, Fault, Invalid, NotAllowed, NotFound
from runtime.process import codes, plain_work
from runtime.process.acts import NOTHING, About, ActWord, act
from runtime.process.beginning import begin
from runtime.process.calls import call_finished
from runtime.process.editors import changed_names
from runtime.process.effects import put
from runtime.process.flows import live_flow
from runtime.process.opened import Opened, apply_command, open_instance, with_record
from runtime.process.people import may_start
from runtime.process.record import CaseRecord, lock_record, on_release, read_case
from runtime.process.rows import find_seat
from runtime.process.signing import sign
from runtime.process.starting import refuse_all_but_drafts, refuse_while_cooling
from runtime.process.sub_flows import save_again
from runtime.process.timers import CLOSE
from runtime.records.access import NOT_THERE
from runtime.records.write import update_record
from runtime.store.direct import ask_one, ask_value
from runtime.store.tables import wf_instance, wf_work
from workflow_engine import commands as cmd
from workflow_engine.choosing import Choices
from workflow_engine.guards import Refusal, holder_of, refuse_acting
from workflow_engine.state import Seat, Visit

__all__ = [
    "Decided",
    "DecisionBody",
    "Word",
    "act_on",
    "call_finished",
    "decide",
    "recall",
    "retry",
    "running_instance",
    "start_process",
    "timer_due",
]

Word = Literal["approve", "reject", "return", "abstain", "complete", "claim", "release"]
#: Decisions with which a person may enter fields, and after which the required ones must be there.
_ENTERING: frozenset[Word] = frozenset({"approve", "complete"})


#: Nobody is chosen.
NO_CHOICES: Choices = {}

_WORK = sa.select(wf_work.c.instance_id, wf_work.c.step).where(wf_work.c.id == sa.bindparam("work"))
_RUNNING = (
    sa.select(wf_instance.c.id)
    .where(
        wf_instance.c.app == sa.bindparam("of"),
        wf_instance.c.record_id == sa.bindparam("record"),
        wf_instance.c.state.in_(("running", "held")),
    )
    # Where sub-flows run over the same record, the flow that began them.
    .order_by(wf_instance.c.parent_id.is_not(None), wf_instance.c.started_at, wf_instance.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class DecisionBody:
    """What a person sends with a decision."""

    opinion: str | None = None
    to: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    #: The version of the record that the person has seen.
    version: int | None = None
    #: Whom an act with the seat is about, or the seat or request.
    about: About = NOTHING
    #: Whether the person has just proved again who he is: the decision is signed.
    signed: bool = False
    #: Whom the person chooses for later steps (自选), by step.
    choices: Choices = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decided:
    """The task that was decided and the approval it belongs to, None for a plain work item."""

    work_id: str
    instance_id: str | None


def start_process(
    connection: Connection, context: Context, app: str, workflow: str, record_id: str, choices: Choices = NO_CHOICES
) -> str:
    """Start an approval of a draft; returns its id. Submitting completes the first fill step, also after a return to it.

    `choices` says whom the starter chooses for later steps (自选). Raises Invalid for a choice that is not his to make.
    """
    flow = live_flow(context, app, workflow)
    if flow.workflow.reverses is not None or not may_start(connection, context, flow.compiled, flow.workflow.start_by):
        # A reversal is started from the approval that it takes back, by a person who says why.
        raise NotAllowed({"zh": "您不能发起此审批。", "en": "You may not start this approval."}, code=codes.MAY_NOT_START.id)
    running = running_instance(connection, app, record_id)
    if running is not None:
        return _submit_again(connection, context, running, choices)
    lock_record(connection, flow, record_id)
    record = read_case(connection, context, flow, record_id)
    refuse_all_but_drafts(connection, flow, record)
    refuse_while_cooling(connection, context, flow, record_id)
    first = flow.definition.first_fill()
    if first is not None:
        _require(first, record, "")
    return begin(connection, context, flow, record, choices)


def decide(connection: Connection, context: Context, work_id: str, word: Word, body: DecisionBody) -> Decided:
    """Decide, claim or give back a task; the loser of a race hears who decided what and when."""
    work = ask_one(connection, _WORK, {"work": work_id})
    if work is None:
        raise NotFound(NOT_THERE)
    if work.instance_id is None:
        plain_work.decide(connection, context, work_id, word)
        return Decided(work_id, None)
    opened = open_instance(connection, context, work.instance_id)
    seat = find_seat(opened.journal.state, work.instance_id, work.step, work_id)
    if seat is None:
        raise NotFound(NOT_THERE)
    command = _command(opened, *seat, word, body)
    _refuse_early(opened, command, seat[0], body)
    opened = _for_the_holder(opened, command, *seat)
    opened = _enter(opened, command, word, body)
    apply_command(opened, command if isinstance(command, cmd.Claim | cmd.Release) else _seen(opened, command, signed=body.signed))
    return Decided(work_id, work.instance_id)


def act_on(connection: Connection, context: Context, work_id: str, word: ActWord, body: DecisionBody) -> Decided:
    """Do something with a task beside deciding it: transfer it, ask others, add or remove seats, answer who asked."""
    work = ask_one(connection, _WORK, {"work": work_id})
    if work is None or work.instance_id is None:
        raise NotFound(NOT_THERE)
    act(open_instance(connection, context, work.instance_id), work.step, work_id, word, body.opinion, body.about)
    return Decided(work_id, work.instance_id)


def recall(connection: Connection, context: Context, instance_id: str) -> None:
    """Take a submission back: work items vanish, what the start wrote is undone, the record is a draft again."""
    opened = open_instance(connection, context, instance_id)
    if context.principal.id != opened.journal.state.starter:
        raise NotFound(NOT_THERE)
    record = apply_command(opened, cmd.Recall(context.principal.id))
    put(connection, context, opened.flow, record, opened.journal.state.before)


def retry(connection: Connection, context: Context, instance_id: str) -> None:
    """Try again where an approval is held; for administrators, once the organisation or the other system is mended."""
    opened = save_again(open_instance(connection, context, instance_id))
    apply_command(opened, cmd.Retry(context.principal.id))


def timer_due(connection: Connection, context: Context, due: Mapping[str, object]) -> None:
    """Do what a step says for when its time has passed; `due` is what the visit wrote into its job.

    A timer of a closed visit changes nothing.
    """
    opened = open_instance(connection, context, str(due["instance"]))
    step, visit = str(due["step"]), int(str(due["visit"]))
    late = cmd.TimerDue(step, visit, reminder=int(str(due.get("reminder", 1))))
    apply_command(opened, cmd.CloseBallot(step, visit) if due.get("what") == CLOSE else late)


def running_instance(connection: Connection, app: str, record_id: str) -> str | None:
    """The approval that is running over a record."""
    instance: str | None = ask_value(connection, _RUNNING, {"of": app, "record": record_id})
    return instance


def _submit_again(connection: Connection, context: Context, instance_id: str, choices: Choices) -> str:
    """Complete the first step of a case that was returned to its starter; anything else is running already."""
    opened = open_instance(connection, context, instance_id)
    first, person = opened.flow.definition.first_fill(), context.principal.id
    visit = opened.journal.state.latest(first.name) if first else None
    mine = [seat for seat in visit.seats if person in visit.entitled(seat)] if visit else []
    if first is None or visit is None or not mine:
        message = {"zh": "该记录已有审批在进行中。", "en": "An approval of this record is running already."}
        raise Conflict(message, code=codes.RUNNING.id)
    _require(first, opened.record, "")
    version = opened.record.version
    again = cmd.Decide(person, first.name, visit.number, mine[0].number, "complete", record_version=version, choices=choices)
    apply_command(opened, again)
    return instance_id


def _for_the_holder(opened: Opened, command: cmd.Decide | cmd.Claim | cmd.Release, visit: Visit, seat: Seat) -> Opened:
    """The same with the person in whose place somebody acts (代理): the whole trail of the act names both."""
    holder = holder_of(opened.flow.definition, opened.journal.state, opened.world, command, visit, seat)
    if holder is None or holder == command.actor:
        return opened
    return replace(opened, context=replace(opened.context, on_behalf_of=holder))


def _command(opened: Opened, visit: Visit, seat: Seat, word: Word, body: DecisionBody) -> cmd.Decide | cmd.Claim | cmd.Release:
    person = opened.context.principal.id
    if word == "claim":
        return cmd.Claim(person, visit.step, visit.number, seat.number)
    if word == "release":
        return cmd.Release(person, visit.step, visit.number, seat.number)
    return cmd.Decide(person, visit.step, visit.number, seat.number, word, body.opinion, body.to, choices=body.choices)


def _seen(opened: Opened, command: cmd.Decide, *, signed: bool) -> cmd.Decide:
    """The decision with the version of the record that it is about, and with the signature under both."""
    seen = replace(command, record_version=opened.record.version)
    return sign(opened, seen) if signed else seen


def _refuse_early(opened: Opened, command: cmd.Decide | cmd.Claim | cmd.Release, visit: Visit, body: DecisionBody) -> None:
    """Whether the person may act at all comes before the version, and both before anything is written."""
    acting = refuse_acting(opened.flow.definition, opened.journal.state, opened.world, command)
    if isinstance(acting, Refusal):
        raise opened.failure(acting)
    if body.version is not None and body.version != opened.record.version:
        message = {
            "zh": "记录在您打开之后已被修改，请重新查看后再决定。",
            "en": "The record was changed since you opened it; look again before you decide.",
        }
        raise Changed(message, extra={"version": opened.record.version})
    if body.version is None and isinstance(command, cmd.Decide):
        _refuse_unseen(opened, visit)


def _refuse_unseen(opened: Opened, visit: Visit) -> None:
    """A decision without a version is one on the record as it was put before the step: its material fields must be the same."""
    asked, material = visit.record_version, opened.flow.workflow.replay_if_changed
    if asked is None or asked == opened.record.version or not material:
        return
    entity = opened.flow.entity.entity
    changed = changed_names(opened.connection, entity, opened.record.id, asked, material)
    if not changed:
        return
    hidden = opened.flow.definition.human(visit.step).fields.hide
    shown = [entity.fields[name] for name in changed if name not in hidden]
    zh, en = ("、".join(field.label.get("zh", field.name) for field in shown), ", ".join(field.name for field in shown))
    message = {
        "zh": f"待办送达之后要素已被修改（{zh}），请重新查看后再决定。",
        "en": f"Material fields changed since you were asked ({en}); look again and decide with the version you see.",
    }
    extra = {"version": opened.record.version, "fields": [field.name for field in shown]}
    raise Conflict(message, code=codes.UNSEEN_CHANGE.id, extra=extra)


def _enter(opened: Opened, command: cmd.Decide | cmd.Claim | cmd.Release, word: Word, body: DecisionBody) -> Opened:
    """Write the fields that came with the decision, under the rights of the step."""
    step = opened.flow.definition.human(command.step)
    if body.fields and word not in _ENTERING:
        message = {"zh": "此操作不接受字段。", "en": "This decision takes no fields."}
        raise Invalid(message, faults=(Fault(codes.NO_FIELDS_HERE.id, message, pointer="/fields"),))
    if body.fields:
        _write_fields(opened, step, body.fields)
        record = read_case(opened.connection, opened.context, opened.flow, opened.record.id)
        opened = with_record(opened, record)
    if word in _ENTERING:
        _require(step, opened.record, "/fields")
    return opened


def _write_fields(opened: Opened, step: HumanStep, fields: Mapping[str, object]) -> None:
    entity, record = opened.flow.workflow.entity, opened.record
    compiled = opened.flow.compiled
    person = on_release(opened.context, compiled)
    # The answer of a call goes into fields that nobody else enters; by hand it is entered in the platform's place.
    by_hand = isinstance(opened.flow.definition.places[step.name].step, CallStep)
    foreign = sorted(set(fields) - set(step.fields.write)) if by_hand else []
    if foreign:
        message = {"zh": "此处只填写调用的结果。", "en": "Only the result of the call is entered here."}
        raise Invalid(message, faults=tuple(Fault(codes.NO_FIELDS_HERE.id, message, f"/fields/{name}") for name in foreign))
    try:
        update_record(
            opened.connection,
            person,
            compiled.app.name,
            entity,
            record.id,
            fields,
            record.version,
            by_step=step.fields,
            by_platform=by_hand,
        )
    except Invalid as wrong:
        # The faults point into the record; in the body of a decision it stands under `fields`.
        faults = tuple(replace(fault, pointer=f"/fields{fault.pointer}") for fault in wrong.faults)
        raise Invalid(wrong.message, code=wrong.code, faults=faults) from wrong


def _require(step: HumanStep, record: CaseRecord, place: str) -> None:
    missing = [name for name in step.fields.require if record.values.get(name) in (None, "", [])]
    if missing:
        message = {"zh": "本步骤须填写此项。", "en": "This step needs a value here."}
        faults = tuple(Fault(codes.VALUE_MISSING.id, message, pointer=f"{place}/{name}") for name in missing)
        raise Invalid({"zh": "还有必填项。", "en": "Required values are missing."}, faults=faults)
