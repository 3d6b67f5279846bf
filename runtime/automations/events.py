"""Automations set off by an event: after a write or the end of an approval, and by what another system reports."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy.engine import Connection

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import BindingEvent, Choice, FieldOptions
from forms_dsl.source import escape_pointer
from runtime.audit.trail import record_event
from runtime.automations.actions import carry_out
from runtime.automations.messages import Send
from runtime.context import Context, Principal
from runtime.failures import Conflict, Fault, Invalid, NotAllowed, NotFound
from runtime.identity.principal import resolve_principal
from runtime.jobs.automations import Run, take
from runtime.jobs.queue import add_job
from runtime.process.received import find_received, show_received, write_received
from runtime.process.record import platform_context
from runtime.records.codes import NOT_VALID_NOW, REQUIRED, UNKNOWN_FIELD
from runtime.records.facts import value_of
from runtime.records.matching import matching_ids

_LOG = logging.getLogger("qiqiao.automations")
#: The kind of the job that a received event becomes.
RECEIVED = "received"
#: Records that one event may take: all of them in one transaction.
_MOST = 1000
_TYPES = {"number": "decimal", "boolean": "boolean", "date": "date", "datetime": "datetime"}


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an event: whether it is new, how many automations wait for it, and how it stands with approvals."""

    is_new: bool
    automations: int
    shown: Mapping[str, object]


def act_after(connection: Connection, context: Context, payload: Mapping[str, object], *, send: Send | None = None) -> None:
    """Do what an automation does after a write, as its job says; nothing when rule or record are gone by now."""
    run, record_id, chain = _run(context, payload), str(payload["record"]), cast("list[str]", payload["chain"])
    kept = cast("Mapping[str, object] | None", payload["kept"])
    if run is None:
        _LOG.info("automation %s of %s is no longer there", payload["automation"], payload["app"])
        return
    context = replace(platform_context(context, run.compiled), caused_by=tuple(chain))
    if kept is None and not _is_there(connection, context, run, record_id):
        return
    _act(connection, context, run, record_id, kept, payload["person"], send)


def receive(connection: Connection, context: Context, app: str, name: str, body: Mapping[str, object]) -> Received:
    """Take an event (`binding.event`) that another system reports; a repeat changes nothing. Raises NotFound or Invalid."""
    compiled, (binding, _, event) = context.releases.get(app), name.partition(".")
    bound = compiled.app.bindings.get(binding) if compiled is not None else None
    declared = bound.events.get(event) if bound is not None else None
    if compiled is None or declared is None:
        raise NotFound({"zh": f"没有事件“{name}”。", "en": f"There is no event {name}."})
    values = _read(declared, body)
    # Without a value that tells repeats apart, each report is one of its own.
    same = context.request_id if declared.once_by is None else str(values[declared.once_by])
    once = hashlib.sha256(same.encode()).hexdigest()[:40]
    waiting = [rule for rule in compiled.app.automations.values() if rule.receive == name]
    key = f"{RECEIVED}:{app}:{name}:{once}"
    payload = {"app": app, "event": name, "values": values, "key": key}
    is_new = write_received(connection, context, app, name, values, key)
    # Its job outlives the row of an event that was reported before there were such rows.
    is_new = is_new and add_job(connection, RECEIVED, key, payload, context.now)
    if is_new:
        said = {} if declared.once_by is None else {declared.once_by: values[declared.once_by]}
        record_event(connection, context, "event_received", app=app, body={"event": name, **said})
    row = find_received(connection, key)
    if row is None:
        raise ValueError(f"the event {key} was not noted")
    return Received(is_new, len(waiting), show_received(row))


def act_on_received(connection: Connection, context: Context, payload: Mapping[str, object], *, send: Send | None = None) -> int:
    """Do what the automations of a received event do, for each record that meets their condition; how many were taken."""
    compiled, name = context.releases.get(str(payload["app"])), str(payload["event"])
    if compiled is None:
        return 0
    binding, _, event = name.partition(".")
    declared = compiled.app.bindings[binding].events[event]
    wire = cast("Mapping[str, object]", payload["values"])
    result = {key: value_of(type, wire.get(key)) for key, type in declared.output.items()}
    platform, taken = platform_context(context, compiled), 0
    for rule in compiled.app.automations.values():
        if rule.receive != name:
            continue
        run = Run(compiled, rule, context.now, result)
        entity = compiled.entities[rule.entity]
        found = matching_ids(connection, platform, compiled, entity, rule.where, limit=_MOST + 1, result=result)
        if len(found) > _MOST:
            raise Conflict({"zh": "一个事件命中的记录过多。", "en": "One event meets too many records."})
        for record_id in found:
            taken += _act(connection, platform, run, record_id, None, None, send)
    return taken


def _act(
    connection: Connection,
    context: Context,
    run: Run,
    record_id: str,
    kept: Mapping[str, object] | None,
    person: object,
    send: Send | None,
) -> bool:
    if run.automation.cooldown is not None and not take(connection, context, run, record_id):
        return False
    principal = _principal(connection, context, run, person)
    carry_out(connection, replace(context, principal=principal), run, record_id, kept, send=send)
    app, entity = run.compiled.app.name, run.automation.entity
    body = {"automation": run.automation.id}
    record_event(connection, context, "automation_taken", app=app, entity=entity, record_id=record_id, body=body)
    return True


def _run(context: Context, payload: Mapping[str, object]) -> Run | None:
    compiled = context.releases.get(str(payload["app"]))
    rules = compiled.app.automations.values() if compiled is not None else ()
    found = next((rule for rule in rules if rule.id == payload["automation"]), None)
    return None if compiled is None or found is None else Run(compiled, found, context.now)


def _principal(connection: Connection, context: Context, run: Run, person: object) -> Principal:
    """Who acts: the person whose write it was, where the rule runs in his name; he must still be one who may."""
    if run.automation.run_as != "user" or person is None:
        return context.principal
    found = resolve_principal(connection, str(person), context.now, demo=context.demo)
    if found is None:
        raise NotAllowed(
            {
                "zh": "触发规则的人员已停用，规则不能以其名义执行。",
                "en": "Whoever set the automation off may not act any more, so it does not act for him.",
            }
        )
    return found


def _is_there(connection: Connection, context: Context, run: Run, record_id: str) -> bool:
    entity = run.compiled.entities[run.automation.entity]
    return bool(matching_ids(connection, context, run.compiled, entity, None, only=record_id))


def _read(declared: BindingEvent, body: Mapping[str, object]) -> dict[str, object]:
    """The values of an event in the form in which jobs keep them; raises Invalid with every fault."""
    faults, values = [], dict[str, object]()
    for name in body:
        if name not in declared.output:
            message = {"zh": f"事件没有名为 {name} 的内容。", "en": f"The event has no value {name}."}
            faults.append(Fault(UNKNOWN_FIELD.id, message, f"/{escape_pointer(name)}"))
    for name, type in declared.output.items():
        try:
            found = _parsed(type, body.get(name))
        except ValueRefused as refused:
            faults.append(Fault(NOT_VALID_NOW.id, refused.message, f"/{name}"))
            continue
        if found is None and name == declared.once_by:
            message = {"zh": "缺少用于去重的内容。", "en": "The value that makes a repeat harmless is missing."}
            faults.append(Fault(REQUIRED.id, message, f"/{name}"))
        values[name] = found if found is None or isinstance(found, bool) else _spelled(found)
    if faults:
        raise Invalid({"zh": "事件内容有误。", "en": "Something in the event is wrong."}, faults=tuple(faults))
    return values


def _parsed(type: ValueType, raw: object) -> object:
    options = FieldOptions(choices=tuple(Choice(code, {}) for code in type.codes), scale=8)
    return FIELD_TYPES["choice" if type.codes else _TYPES.get(type.name, "text")].parse(raw, options)


def _spelled(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)
