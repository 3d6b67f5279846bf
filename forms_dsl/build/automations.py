"""Automations, from shapes to values: what sets them off, which records they take, what they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.calls import check_save, check_send
from forms_dsl.build.paths import check_placeholders, find_path
from forms_dsl.build.people import build_people, build_values
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import BOOLEAN, FILTER, PROCESS, SEGMENT, Scope
from forms_dsl.expr.tree import Expression, ValueType
from forms_dsl.files.automation import (
    ActionShape,
    AfterShape,
    AutomationShape,
    BeforeShape,
    ConnectorActionShape,
    CreateActionShape,
    ImportActionShape,
    RefuseActionShape,
    SendActionShape,
    SetActionShape,
    StartActionShape,
    WorkItemActionShape,
)
from forms_dsl.model import Action, Automation, Trigger

TRIGGERS = ("every", "after", "before", "receive")
_OPERATION = Sentence("operation", "操作")
_WORKFLOW = Sentence("workflow", "流程")


@dataclass(frozen=True, slots=True)
class _Rule:
    """One automation under way; `result` is what an event or the last call brought."""

    bench: Workbench
    entity: EntitySignature
    trigger: str
    as_user: bool
    #: Whether the record is deleted when it acts.
    gone: bool
    result: Mapping[str, ValueType]

    def scope(self) -> Scope:
        """The scope of the actions."""
        types = self.bench.record_types(self.entity)
        return self.bench.scope(PROCESS, types, result=self.result, without_user=not self.as_user)


def build_automation(bench: Workbench, file: SourceFile) -> Automation | None:
    """The automation of a file; actions with findings are left out."""
    shape = file.shape
    if not isinstance(shape, AutomationShape):
        return None
    place = Place(file)
    entity = bench.entity(place.at("entity"), shape.entity)
    said = [key for key in TRIGGERS if getattr(shape, key) is not None]
    if len(said) != 1:
        if file.is_whole():
            message = Sentence(f"Exactly one of {', '.join(TRIGGERS)} is needed.", f"{'、'.join(TRIGGERS)} 必须且只能有一个。")
            bench.find(codes.WRONG_TYPE if said else codes.MISSING_KEY, place, message, key=True)
        return None
    if entity is None:
        return None
    trigger = said[0]
    _names_system(bench, place, shape, trigger)
    after = _trigger(bench, place.at("after"), shape.after, entity)
    before = _trigger(bench, place.at("before"), shape.before, entity)
    event = bench.look_up(bench.events, place.at("receive"), shape.receive, Sentence("event", "事件")) if shape.receive else None
    if shape.receive and event is None:
        return None
    rule = _Rule(
        bench,
        entity,
        trigger,
        shape.run_as != "system",
        after is not None and after.kind == "delete",
        event.output if event else {},
    )
    where = _where(rule, place.at("where"), shape.where)
    if shape.cooldown is not None and trigger == "before":
        message = Sentence("What acts inside each write has no cooldown.", "写入时执行的规则没有间隔时间。")
        bench.find(codes.WRONG_TYPE, place.at("cooldown"), message, key=True)
    actions = []
    for number, action in enumerate(shape.do):
        built = _action(rule, place.at("do", number), action)
        if isinstance(action, ConnectorActionShape):
            called = bench.operations.known.get(action.call.connector)
            rule = replace(rule, result=called.output if called else {})
        if built is not None:
            actions.append(built)
    return Automation(
        id=shape.id or file.name,
        name=file.name,
        label=shape.label,
        entity=entity.name,
        span=place.at("automation").span,
        do=tuple(actions),
        every=shape.every,
        after=after,
        before=before,
        receive=shape.receive,
        where=where,
        cooldown=shape.cooldown,
        run_as=shape.run_as or "user",
    )


def _names_system(bench: Workbench, place: Place, shape: AutomationShape, trigger: str) -> None:
    """Nobody stands behind the clock and other systems, and the file says so."""
    if trigger in ("every", "receive") and shape.run_as != "system" and place.file.is_whole():
        message = Sentence(
            "What runs by the clock or by an event runs as the system; say so.", "定时或由事件触发的规则以系统身份运行，须写明。"
        )
        bench.find(codes.MISSING_KEY, place, message, Sentence("Write run_as: system", "请写 run_as: system"), key=True)


def _trigger(bench: Workbench, place: Place, shape: BeforeShape | None, entity: EntitySignature) -> Trigger | None:
    if shape is None:
        return None
    finish = shape.finish if isinstance(shape, AfterShape) else None
    said = {"create": shape.create, "change": shape.change is not None, "delete": shape.delete, "finish": finish is not None}
    kinds = [kind for kind, is_said in said.items() if is_said]
    if len(kinds) != 1:
        if place.file.is_whole(place.pointer):
            words = ", ".join(said) if isinstance(shape, AfterShape) else "create, change, delete"
            message = Sentence(f"Exactly one of {words} is needed.", f"{words} 必须且只能有一个。")
            bench.find(codes.WRONG_TYPE, place, message, key=True)
        return None
    for number, name in enumerate(shape.change or ()):
        find_path(bench, place.at("change", number), name, entity)
    if finish is not None:
        _workflow_of(bench, place.at("finish"), finish, entity)
    return Trigger(kinds[0], tuple(shape.change or ()), finish)


def _workflow_of(bench: Workbench, place: Place, name: str, entity: EntitySignature) -> bool:
    """Whether there is a workflow of this name, for this entity."""
    if not bench.has_file("workflow", place, name, _WORKFLOW):
        return False
    of = bench.entity_of.get(("workflow", name))
    if of is None or bench.full(of) == entity.full_name:
        return True
    message = Sentence(f"{name!r} is a workflow for {of}, not for {entity.name}.", f"“{name}”用于“{of}”，而不是“{entity.name}”。")
    bench.find(codes.WRONG_TYPE, place, message)
    return False


def _where(rule: _Rule, place: Place, source: str | None) -> Expression | None:
    """Which records: found by SQL for the clock and for events, seen in hand for a write."""
    if source is None:
        return None
    found_by_sql = rule.trigger in ("every", "receive")
    types = rule.bench.record_types(rule.entity, related=found_by_sql)
    kind = SEGMENT if found_by_sql else FILTER
    scope = rule.bench.scope(kind, types, result=rule.result, without_user=not rule.as_user)
    return rule.bench.expression(place, source, scope, BOOLEAN, rule.entity)


def _action(rule: _Rule, place: Place, shape: ActionShape) -> Action | None:
    bench, entity, scope, span = rule.bench, rule.entity, rule.scope(), place.key_span
    if not _belongs(rule, place, shape):
        return None
    match shape:
        case SetActionShape():
            return Action("set", span, build_values(bench, place.at("set"), shape.set, scope, entity))
        case CreateActionShape():
            target = bench.entity(place.at("create", "entity"), shape.create.entity)
            if target is None:
                return None
            values = build_values(bench, place.at("create", "set"), shape.create.set, scope, target, reads=entity)
            return Action("create", span, values, entity=target.name)
        case WorkItemActionShape():
            item = shape.work_item
            people = build_people(bench, place.at("work_item", "to"), item.to, scope, entity)
            for language, text in item.text.items():
                check_placeholders(bench, place.at("work_item", "text", language), text, entity)
            return Action("work_item", span, to=people, text=item.text, due=item.due) if people else None
        case SendActionShape():
            people = build_people(bench, place.at("send", "to"), shape.send.to, scope, entity)
            known = bench.has_file("template", place.at("send", "template"), shape.send.template, Sentence("template", "模板"))
            if people is None or not known:
                return None
            return Action("send", span, to=people, channel=shape.send.channel, template=shape.send.template)
        case StartActionShape():
            return (
                Action("start", span, workflow=shape.start)
                if _workflow_of(bench, place.at("start"), shape.start, entity)
                else None
            )
        case ConnectorActionShape():
            return _call(rule, place.at("call"), shape)
        case ImportActionShape():
            return _import(rule, place.at("import"), shape)
        case RefuseActionShape():
            for language, text in shape.refuse.items():
                check_placeholders(bench, place.at("refuse", language), text, entity)
            return Action("refuse", span, text=shape.refuse)


def _belongs(rule: _Rule, place: Place, shape: ActionShape) -> bool:
    """Inside a write only values are set or the write is refused, and nothing else refuses."""
    if isinstance(shape, RefuseActionShape) and rule.trigger != "before":
        message = Sentence("Only what acts before a write can refuse it.", "只有 before 规则可以拒绝写入。")
        rule.bench.find(codes.WRONG_TYPE, place.at("refuse"), message, key=True)
        return False
    if rule.gone and isinstance(shape, SetActionShape | StartActionShape | WorkItemActionShape):
        message = Sentence("The record is gone: nothing can be done with it.", "记录已被删除，无法再处理它。")
        hint = Sentence("Create another record, or call.", "可以新建其他记录，或发起调用。")
        rule.bench.find(codes.WRONG_TYPE, place, message, hint, key=True)
        return False
    if rule.trigger == "before" and not isinstance(shape, SetActionShape | RefuseActionShape):
        message = Sentence("Inside a write only set and refuse are possible.", "before 规则只能使用 set 与 refuse。")
        rule.bench.find(codes.WRONG_TYPE, place, message, Sentence("Use after.", "请改用 after。"), key=True)
        return False
    return True


def _call(rule: _Rule, place: Place, shape: ConnectorActionShape) -> Action | None:
    bench, scope = rule.bench, rule.scope()
    operation = bench.look_up(bench.operations, place.at("connector"), shape.call.connector, _OPERATION)
    if operation is None:
        return None
    send = check_send(bench, place.at("send"), shape.call.send, operation, scope, rule.entity)
    answer = replace(rule, result=operation.output).scope()
    save = check_save(bench, place.at("save"), shape.call.save, answer, rule.entity)
    return Action("call", place.parent.key_span, send, connector=shape.call.connector, save=save)


def _import(rule: _Rule, place: Place, shape: ImportActionShape) -> Action | None:
    bench = rule.bench
    if rule.trigger != "every":
        message = Sentence("Data is fetched by the clock: every.", "导入按时间安排运行：every。")
        bench.find(codes.WRONG_TYPE, place, message, key=True)
    operation = bench.look_up(bench.operations, place.at("connector"), shape.import_.connector, _OPERATION)
    target = bench.entity(place.at("into"), shape.import_.into)
    if operation is not None and operation.kind != "query":
        message = Sentence("A command is not for fetching data.", "命令不能用于导入数据。")
        bench.find(codes.WRONG_TYPE, place.at("connector"), message)
        return None
    if operation is None or target is None:
        return None
    return Action("import", place.parent.key_span, entity=target.name, connector=shape.import_.connector)
