"""What an automation does with a record: set, create, work_item, start, call; in the caller's transaction, in order."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from connectors.templates import to_json
from forms_dsl.durations import seconds
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Expression
from forms_dsl.masks import masked
from forms_dsl.model import Action, Entity, Label, Value
from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.jobs.automations import Run
from runtime.outbox.rows import OutboxRow, enqueue
from runtime.process.calls import answer_of
from runtime.process.people import Case, Directory, describe, find_people
from runtime.process.plain_work import NewWork, add_work
from runtime.process.record import on_release
from runtime.process.service import running_instance, start_process
from runtime.query.late import context_facts
from runtime.records.display import display
from runtime.records.facts import facts_of
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.records.titles import titles_of
from runtime.records.write import insert_record, update_record

_PLACEHOLDER = re.compile(r"\{([^{}|]+)(?:\|([a-z0-9]+))?\}")


class NobodyFound(Exception):
    """A work item has nobody to stand with: the record is left as it was and the run says so."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The record in hand: its version, and its values as far as the actions read them."""

    run: Run
    record_id: str
    version: int
    wire: Mapping[str, object]
    values: Mapping[str, object]

    @property
    def entity(self) -> Entity:
        """The record's entity."""
        return self.run.compiled.entities[self.run.automation.entity].entity


def carry_out(connection: Connection, context: Context, run: Run, record_id: str) -> None:
    """Do all actions of an automation for one record; raises `NobodyFound` or a Failure, and then nothing was done."""
    taken = _read(connection, context, run, record_id)
    for position, action in enumerate(run.automation.do):
        match action.kind:
            case "set":
                _set(connection, context, taken, action)
                taken = _read(connection, context, run, record_id)  # what comes after sees what was set
            case "create":
                _create(connection, context, taken, action)
            case "work_item":
                _work_item(connection, context, taken, action)
            case "start":
                _start(connection, context, taken, action)
            case "call":
                _call(connection, context, taken, action, position)
            case other:
                raise ValueError(f"no automation does {other!r}")


def _read(connection: Connection, context: Context, run: Run, record_id: str) -> Taken:
    app, name = run.compiled.app.name, run.automation.entity
    entity = run.compiled.entities[name].entity
    paths = tuple(sorted(_paths(run, entity)))
    found = get_record(connection, context, app, name, record_id, GetRequest(select=paths))
    return Taken(run, record_id, found.version, found.values, facts_of(run.compiled, entity, found.values, paths))


def _paths(run: Run, entity: Entity) -> set[str]:
    """Every path of the record that some action reads."""
    paths = {name for name in (entity.owner_branch, entity.owner_user) if name}
    for action in run.automation.do:
        for value in (*action.values.values(), *action.save.values()):
            if isinstance(value, Expression):
                paths |= {".".join(path) for path in value.reads}
        if action.to is not None and action.to.kind == "field" and action.to.name:
            paths.add(action.to.name)
        for text in (action.text or {}).values():
            paths |= {found[1] for found in _PLACEHOLDER.finditer(text)} - {"user.name", "now"}
    return paths


def _facts(context: Context, taken: Taken) -> Facts:
    return context_facts(context, taken.run.compiled, record=taken.values)


def _evaluated(context: Context, taken: Taken, values: Mapping[str, Value]) -> dict[str, object]:
    facts = _facts(context, taken)
    return {
        name: to_json(compile_python(value.tree)(facts)) if isinstance(value, Expression) else value
        for name, value in values.items()
    }


def _set(connection: Connection, context: Context, taken: Taken, action: Action) -> None:
    update_record(
        connection,
        context,
        taken.run.compiled.app.name,
        taken.entity.name,
        taken.record_id,
        _evaluated(context, taken, action.values),
        taken.version,
        by_platform=True,
    )


def _create(connection: Connection, context: Context, taken: Taken, action: Action) -> None:
    values = _evaluated(context, taken, action.values)
    insert_record(connection, context, taken.run.compiled.app.name, action.entity or "", values, by_platform=True)


def _work_item(connection: Connection, context: Context, taken: Taken, action: Action) -> None:
    """A task without a seat; it stands with everybody who fits now, until one of them does it."""
    if action.to is None:
        raise ValueError("a work item names the people it is for")
    entity, compiled = taken.entity, taken.run.compiled
    unit = _text(taken.values.get(entity.owner_branch or ""))
    owner = _text(taken.values.get(entity.owner_user or ""))
    case = Case(context.principal.id, unit, unit, owner, taken.values)
    people = find_people(Directory(connection, context, compiled, case), action.to).candidates
    if not people:
        raise NobodyFound(f"nobody is {describe(action.to)}")
    due = context.now + dt.timedelta(seconds=seconds(action.due)) if action.due else None
    text = _filled(connection, context, taken, action.text or {})
    names = [person.person for person in people]
    add_work(
        connection, context, NewWork(compiled.app.name, compiled.release, entity.name, taken.record_id, text, names, unit, due)
    )


def _start(connection: Connection, context: Context, taken: Taken, action: Action) -> None:
    """Start an approval in the place of the record's unit; one that is running already is left alone."""
    app = taken.run.compiled.app.name
    if running_instance(connection, app, taken.entity.name, taken.record_id) is None:
        unit = _text(taken.values.get(taken.entity.owner_branch or ""))
        platform = replace(context, principal=replace(context.principal, unit_id=unit))
        start_process(connection, platform, app, action.workflow or "", taken.record_id)


def _call(connection: Connection, context: Context, taken: Taken, action: Action, position: int) -> None:
    key = call_key(taken.run, taken.record_id, position)
    arguments: dict[str, object] = {}
    for name, value in action.values.items():
        if value == "$request_id":
            arguments[name] = key
        elif value == "$record":
            app, entity = taken.run.compiled.app.name, taken.entity.name
            arguments[name] = dict(get_record(connection, context, app, entity, taken.record_id).values)
        else:
            arguments[name] = _evaluated(context, taken, {name: value})[name]
    enqueue(
        connection,
        key=key,
        app=taken.run.compiled.app.name,
        release=taken.run.compiled.release,
        operation=action.connector or "",
        arguments=arguments,
        due_at=context.now,
        step=taken.run.automation.id,
    )


def call_key(run: Run, record_id: str, position: int) -> str:
    """The business key of a call: one for each record, run and place among the actions."""
    return f"rule/{run.automation.id}/{record_id}/{run.due:%Y%m%dT%H%M%S}/{position}"


def take_answer(connection: Connection, context: Context, compiled: CompiledApp, row: OutboxRow) -> None:
    """Save the answer of a call that an automation made, as its `save` says; one that was refused or is unknown saves nothing."""
    _, automation_id, record_id, _, position = row.key.split("/")
    automation = next(one for one in compiled.app.automations.values() if one.id == automation_id)
    action = automation.do[int(position)]
    if row.state != "confirmed" or not action.save:
        return
    entity = compiled.entities[automation.entity].entity
    context = on_release(context, compiled)
    paths = tuple(sorted({".".join(path) for value in action.save.values() for path in value.reads}))
    found = get_record(connection, context, compiled.app.name, entity.name, record_id, GetRequest(select=paths))
    record = facts_of(compiled, entity, found.values, paths)
    facts = context_facts(context, compiled, record=record, result=answer_of(compiled.app, row.operation, row.result or {}))
    values = {name: to_json(compile_python(value.tree)(facts)) for name, value in action.save.items()}
    update_record(connection, context, compiled.app.name, entity.name, record_id, values, found.version, by_platform=True)


def _filled(connection: Connection, context: Context, taken: Taken, text: Label) -> dict[str, str]:
    """The text in each language with its placeholders; a personal value stands in its masked form, for the text is kept."""

    def fill(found: re.Match[str], language: str) -> str:
        path, format = found[1], found[2] or ""
        if path == "user.name":
            return context.principal.name
        if path == "now":
            return display(SYSTEM_FIELDS["created_at"], to_json(context.now), format, language, taken.run.compiled.app.timezone)
        return _shown(connection, context, taken, path, format, language)

    return {
        language: _PLACEHOLDER.sub(lambda found, spoken=language: fill(found, spoken), words)  # type: ignore[misc]
        for language, words in text.items()
    }


def _shown(connection: Connection, context: Context, taken: Taken, path: str, format: str, language: str) -> str:
    entity, value = taken.entity, taken.wire.get(path)
    *hops, name = path.split(".")
    for hop in hops:
        entity = taken.run.compiled.entity(entity.fields[hop].value_type.entity or "").entity
    field = entity.fields.get(name) or SYSTEM_FIELDS[name]
    if value is None:
        return ""
    if field.type == "reference":
        app, _, target = (field.value_type.entity or "").partition(".")
        return titles_of(connection, context, app, target, [str(value)]).get(str(value), "")
    shown = display(field, value, format, language, taken.run.compiled.app.timezone)
    return shown if field.classification == "C1" else str(masked(shown, field.mask))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
