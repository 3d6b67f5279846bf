"""The steps at which nobody acts, from shapes to values: call, copy, wait, sub_flow."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature
from forms_dsl.build.calls import CONTRACT, check_save, check_send
from forms_dsl.build.flow_context import FlowContext
from forms_dsl.build.paths import find_path
from forms_dsl.build.people import build_people
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import BOOLEAN, PROCESS, SEGMENT
from forms_dsl.expr.tree import Expression, ValueType
from forms_dsl.files.human_steps import OnRejectShape
from forms_dsl.files.service_steps import CallShape, CopyShape, SubFlowShape, WaitShape
from forms_dsl.model import BindingOperation, CallStep, CopyStep, Duration, SubFlowStep, WaitStep

_OPERATION = Sentence("operation", "操作")
_EVENT = Sentence("event", "事件")
_WORKFLOW = Sentence("workflow", "流程")
_COUNT = ValueType("number", scale=0, limit=Decimal(10**6), optional=False)
#: What is known when a sub-flow has ended: how many of its runs were approved, and how many were not.
SUB_FLOW_RESULT: Mapping[str, ValueType] = {"approved": _COUNT, "rejected": _COUNT}


def build_call(flow: FlowContext, place: Place, shape: CallShape) -> CallStep | None:
    """A service task; None with a finding about its operation."""
    bench = flow.bench
    operation = bench.look_up(bench.operations, place.at("connector"), shape.connector, _OPERATION)
    undo = _beside(
        flow, place.at("undo"), shape.undo, shape, frozenset(operation.output) if operation is not None else frozenset()
    )
    if undo is not None and undo.kind == "query":
        message = Sentence("A query takes nothing back.", "查询不能冲正。")
        bench.find(codes.WRONG_TYPE, place.at("undo"), message, Sentence("Name a command.", "请指定命令类操作。"))
    if shape.unknown_result:
        here = place.at("unknown_result", "ask")
        inquiry = _beside(flow, here, shape.unknown_result.ask, shape)
        if inquiry is not None and inquiry.kind != "query":
            message = Sentence("An inquiry changes nothing, but this is a command.", "查询不得改变对方系统，但这是命令。")
            bench.find(codes.WRONG_TYPE, here, message)
    when = flow.condition(place.at("when"), shape.when)
    by_hand = None
    if shape.on_error:
        by_hand = build_people(bench, place.at("on_error", "assign"), shape.on_error.assign, flow.scope, flow.entity)
    if operation is None:
        return None
    send = check_send(bench, place.at("send"), shape.send, operation, flow.scope, flow.entity)
    answer = bench.scope(PROCESS, flow.scope.fields, result=operation.output)
    save = check_save(bench, place.at("save"), shape.save, answer, flow.entity)
    retry = shape.retry
    return CallStep(
        name=shape.call,
        title=shape.title,
        span=place.key_span,
        connector=shape.connector,
        send=send,
        save=save,
        when=when,
        retry_times=retry.times if retry else 5,
        retry_first_wait=(retry.first_wait if retry else None) or Duration(1, "minute"),
        retry_grow=retry.grow if retry else 2,
        undo=shape.undo,
        ask=shape.unknown_result.ask if shape.unknown_result else None,
        on_error=by_hand,
        on_error_title=shape.on_error.title if shape.on_error else None,
    )


def _beside(
    flow: FlowContext, place: Place, name: str | None, shape: CallShape, answers: frozenset[str] = frozenset()
) -> BindingOperation | None:
    """An operation that takes what it needs from what the call sent, or of an undo from what was answered: undo or inquiry."""
    if name is None:
        return None
    found = flow.bench.look_up(flow.bench.operations, place, name, _OPERATION)
    missing = [each for each in found.input if each not in shape.send and each not in answers] if found is not None else []
    if missing and place.file.is_whole(place.pointer):
        words = ", ".join(missing)
        message = Sentence(f"It takes {words}, which the call does not send.", f"它需要 {words}，但本调用没有发送。")
        hint = Sentence("It gets what the call has sent under the same names.", "它按同名取用本调用发送的值。")
        flow.bench.find(CONTRACT, place, message, hint)
    return found


def build_copy(flow: FlowContext, place: Place, shape: CopyShape) -> CopyStep:
    """A copy; people with findings are left out."""
    here = place.at("copy")
    found = (
        build_people(flow.bench, here.at("to", n), people, flow.scope, flow.entity) for n, people in enumerate(shape.copy_.to)
    )
    hide = flow.field_list(here.at("fields", "hide"), shape.copy_.fields.hide) if shape.copy_.fields else ()
    return CopyStep(
        name=flow.name_of(shape.name, "copy"),
        span=place.key_span,
        to=tuple(people for people in found if people is not None),
        when=flow.condition(place.at("when"), shape.when),
        hide=hide,
        at=shape.copy_.at,
        must_read=shape.copy_.must_read,
    )


def build_wait(flow: FlowContext, place: Place, shape: WaitShape) -> WaitStep | None:
    """A wait for a time or an event; None with a finding about what it waits for."""
    said = [key for key, value in (("for", shape.for_), ("until", shape.until), ("event", shape.event)) if value is not None]
    if len(said) != 1:
        if place.file.is_whole(place.pointer):
            message = Sentence("Exactly one of for, until and event is needed.", "for、until、event 必须且只能有一个。")
            flow.bench.find(codes.WRONG_TYPE, place, message, key=True)
        return None
    when = flow.condition(place.at("when"), shape.when)
    until = _moment(flow, place.at("until"), shape.until)
    if shape.event is None:
        for key in ("match", "save", "due"):
            if getattr(shape, key):
                message = Sentence(f"{key} goes only with event.", f"{key} 只能与 event 同用。")
                flow.bench.find(codes.WRONG_TYPE, place.at(key), message, key=True)
        return WaitStep(shape.wait, shape.title, place.key_span, when, shape.for_, until)
    event = flow.bench.look_up(flow.bench.events, place.at("event"), shape.event, _EVENT)
    if event is None:
        return None
    answer = flow.bench.scope(PROCESS, flow.scope.fields, result=event.output)
    if shape.match is None and place.file.is_whole(place.pointer):
        message = Sentence("An event needs match: which of them is this record's.", "event 需要 match：哪个事件属于本记录。")
        hint = Sentence("Write it like match: number == result.number", "写法示例：match: number == result.number")
        flow.bench.find(codes.MISSING_KEY, place.at("event"), message, hint, key=True)
    match = flow.bench.expression(place.at("match"), shape.match, answer, BOOLEAN, flow.entity) if shape.match else None
    save = check_save(flow.bench, place.at("save"), shape.save, answer, flow.entity)
    due = shape.due
    return WaitStep(
        shape.wait,
        shape.title,
        place.key_span,
        when,
        event=shape.event,
        match=match,
        save=save,
        within=due.within if due else None,
        then=due.then if due else "hold",
    )


def _moment(flow: FlowContext, place: Place, source: str | None) -> Expression | None:
    """A day (its beginning in the app's time zone) or an instant."""
    found = flow.bench.expression(place, source, flow.scope, None, flow.entity) if source else None
    if found is not None and found.type.name not in ("date", "datetime"):
        message = Sentence("It is waited until a day or a moment.", "until 应为日期或时刻。")
        flow.bench.find(codes.WRONG_TYPE, place, message)
        return None
    return found


def build_sub_flow(flow: FlowContext, place: Place, shape: SubFlowShape) -> SubFlowStep | None:
    """A run of another workflow; None with a finding about which, or on what."""
    bench = flow.bench
    when = flow.condition(place.at("when"), shape.when)
    if shape.record is not None and shape.each is not None:
        message = Sentence("record and each exclude each other.", "record 与 each 不能同时使用。")
        bench.find(codes.WRONG_TYPE, place.at("each"), message, key=True)
        return None
    target = _target(flow, place, shape)
    if not bench.has_file("workflow", place.at("workflow"), shape.workflow, _WORKFLOW) or target is None:
        return None
    entity = bench.entity_of.get(("workflow", shape.workflow))
    if entity is not None and bench.full(entity) != target.full_name:
        message = Sentence(
            f"{shape.workflow!r} is a workflow for {entity}, but it would run on {target.name}.",
            f"“{shape.workflow}”用于“{entity}”，但此处会对“{target.name}”运行。",
        )
        hint = Sentence(
            "Name the record by record: FIELD, or the records by each: RELATED.",
            "请用 record: 字段 或 each: 关联记录 指明针对哪条记录。",
        )
        bench.find(codes.WRONG_TYPE, place.at("workflow"), message, hint)
        return None
    where = None
    if shape.where is not None and shape.each is None:
        message = Sentence("where goes only with each.", "where 只能与 each 同用。")
        bench.find(codes.WRONG_TYPE, place.at("where"), message, key=True)
    elif shape.where is not None:
        scope = bench.scope(SEGMENT, bench.record_types(target), outer=flow.scope.fields, without_user=True)
        where = bench.expression(place.at("where"), shape.where, scope, BOOLEAN, target)
    on_reject, back = shape.on_reject, None
    if isinstance(on_reject, OnRejectShape):
        back = on_reject.return_to
        flow.returns.append((place.at("on_reject", "return_to"), back))
    if shape.detached and on_reject is not None:
        message = Sentence(
            "A detached sub-flow is not waited for, so its refusal does nothing here.", "不等待的子流程被拒绝时不影响本流程。"
        )
        bench.find(codes.WRONG_TYPE, place.at("on_reject"), message, key=True)
    if shape.detached and shape.save:
        message = Sentence("A detached sub-flow gives nothing back.", "不等待的子流程没有结果可写入。")
        bench.find(codes.WRONG_TYPE, place.at("save"), message, key=True)
    ended = bench.scope(PROCESS, flow.scope.fields, result=SUB_FLOW_RESULT)
    return SubFlowStep(
        name=shape.sub_flow,
        title=shape.title,
        span=place.key_span,
        workflow=shape.workflow,
        when=when,
        record=shape.record,
        each=shape.each,
        where=where,
        detached=shape.detached,
        on_reject="return" if back else on_reject if isinstance(on_reject, str) else "reject",
        return_to=back,
        save=check_save(bench, place.at("save"), shape.save, ended, flow.entity),
    )


def _target(flow: FlowContext, place: Place, shape: SubFlowShape) -> EntitySignature | None:
    """The entity whose records the sub-flow runs on."""
    bench = flow.bench
    if shape.record is not None:
        found = find_path(bench, place.at("record"), shape.record, flow.entity)
        if found is not None and found.name != "reference":
            message = Sentence(f"{shape.record!r} refers to no record.", f"“{shape.record}”没有引用记录。")
            bench.find(codes.WRONG_TYPE, place.at("record"), message)
            return None
        return bench.entities.get(found.entity or "") if found is not None else None
    if shape.each is None:
        return flow.entity
    if shape.each not in flow.entity.related:
        if not flow.entity.open:
            what = Sentence(f"related of {flow.entity.name}", f"{flow.entity.name} 的关联记录")
            bench.unknown(place.at("each"), shape.each, what, flow.entity.related)
        return None
    related = flow.entity.related[shape.each]
    return bench.entities.get(bench.full(related[0])) if related is not None else None
