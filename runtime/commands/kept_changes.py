"""Parameters and maintained tables at run time: one person with the role proposes, another with the role releases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from forms_dsl.diagnostics import code
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.load import load_app
from forms_dsl.model import DecisionTable, Label
from forms_dsl.required import load_required
from forms_dsl.source import Pointer, escape_pointer
from runtime.audit.trail import record_event
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.failures import Conflict, Fault, Invalid, NotAllowed, NotFound
from runtime.identity.organisation import has_unit
from runtime.query.late import held_roles, today_in
from runtime.records.access import NOT_THERE
from runtime.releases import published_apps
from runtime.store.database import Database
from runtime.store.exchange_rates import mark_kept
from runtime.store.kept_changes import (
    ChangeState,
    KeptChange,
    KeptKind,
    KeptThing,
    add_change,
    change_by_id,
    close_change,
    kept_rows,
    released_changes,
)

BAD_VALUE = code("E201", "A value or a row of a change does not have the form it needs.")
BAD_ROWS = code(
    "E202", "Rows of a maintained table with which the definition is no longer sound: a gap, an overlap, a wrong cell."
)
OPEN_CHANGE = code("E203", "Another change of the same thing waits for its release.")
SAME_PERSON = code("E204", "Who proposed a change cannot release it.")
DECIDED = code("E205", "A change was decided already.")
NOTHING_CHANGED = code("E206", "A change that changes nothing.")

#: More rows than this are no table that a person maintains.
MOST_ROWS = 2_000
_ROW_KEYS = frozenset({"row", "if", "then", "valid_from", "valid_to"})


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to hold from now or from a day on."""

    body: Mapping[str, object]
    note: str | None


def maintainer_of(compiled: CompiledApp, kind: KeptKind, name: str) -> tuple[Label, str]:
    """The label of a thing and the role that changes it; NotFound when there is no such thing, or nobody changes it."""
    if kind == "decision":
        decision = compiled.app.decisions.get(name)
        role, label = (decision.maintained_by, decision.label) if isinstance(decision, DecisionTable) else (None, {})
    else:
        parameter = compiled.app.parameters.get(name)
        role, label = (parameter.changed_by, parameter.label) if parameter is not None else (None, {})
    if role is None:
        raise NotFound(NOT_THERE)
    return label, role


def opened(context: Context, app: str, kind: KeptKind, name: str) -> CompiledApp:
    """The live app, when this person holds the role that changes the thing; NotFound else."""
    compiled = context.releases.get(app)
    if compiled is None or maintainer_of(compiled, kind, name)[1] not in held_roles(context, compiled):
        raise NotFound(NOT_THERE)
    return compiled


def propose(database: Database, context: Context, thing: KeptThing, wish: Wish) -> str:
    """Propose a change, checked as far as it can be now; the id of the change."""
    compiled = opened(context, thing.app, thing.kind, thing.name)
    try:
        with database.write() as connection:
            body = _checked(connection, context, compiled, thing, wish.body)
            id = add_change(connection, thing, body, wish.note, by=context.principal.id, now=context.now)
            _record(connection, context, "kept_proposed", thing, {"change": id, "note": wish.note, **body})
            return id
    except IntegrityError as taken:
        message = {"zh": "已有一项变更待发布，请先处理。", "en": "Another change waits for its release; decide that one first."}
        raise Conflict(message, code=OPEN_CHANGE.id) from taken


def decide(database: Database, context: Context, app: str, id: str, state: ChangeState, note: str | None) -> None:
    """Release or return a change as the second person, or withdraw one's own."""
    with database.write() as connection:
        change = change_by_id(connection, app, id)
        if change is None:
            raise NotFound(NOT_THERE)
        compiled = opened(context, app, change.thing.kind, change.thing.name)
        _require_person(context, change, state)
        if change.state != "open":
            raise _decided()
        if state == "released":
            _checked(connection, context, compiled, change.thing, change.body, again=True)
        if not close_change(connection, id, state, note, by=context.principal.id, now=context.now):
            raise _decided()
        if state == "released":
            mark_kept(connection, context.now)
        trace = {"change": id, "note": note, "proposed_by": change.proposed_by}
        _record(connection, context, f"kept_{state}", change.thing, trace)


def _require_person(context: Context, change: KeptChange, state: ChangeState) -> None:
    is_own = change.proposed_by == context.principal.id
    if state == "withdrawn" and not is_own:
        raise NotAllowed({"zh": "只有提出人可以撤回。", "en": "Only who proposed it takes it back."}, code=SAME_PERSON.id)
    if state != "withdrawn" and is_own:
        message = {"zh": "提出人不能自己发布，请由另一人处理。", "en": "Who proposed it cannot release it; another person does."}
        raise NotAllowed(message, code=SAME_PERSON.id)


def _checked(
    connection: Connection,
    context: Context,
    compiled: CompiledApp,
    thing: KeptThing,
    body: Mapping[str, object],
    *,
    again: bool = False,
) -> dict[str, object]:
    if thing.kind == "parameter":
        return _checked_value(connection, context, compiled, thing.name, body, again=again)
    rows = _checked_rows(body.get("rows"))
    released = kept_rows(released_changes(connection, thing.app), thing.app)
    if released.get(thing.name) == rows:
        raise _invalid(NOTHING_CHANGED.id, "", "与现行内容相同。", "This is what holds already.")
    _require_sound(connection, thing, {**released, thing.name: rows})
    return {"rows": rows}


def _require_sound(connection: Connection, thing: KeptThing, rows: Mapping[str, object]) -> None:
    """The definition with these rows must be as sound as when it was published; every fault is named at its cell."""
    find = published_apps(connection)
    files = find(thing.app)
    if files is None:
        raise NotFound(NOT_THERE)
    loaded = load_app(files, others=load_required(files, find), rows=rows)
    errors = [one for one in loaded.diagnostics if one.severity == "error"]
    if loaded.app is None:
        path = f"decisions/{thing.name}."
        faults = tuple(
            Fault(
                one.code,
                {"zh": one.message_in("zh"), "en": one.message_in("en")},
                pointer=_pointer(one.pointer) if one.span.file.startswith(path) and one.pointer[:1] == ("rows",) else "",
            )
            for one in errors
        )
        message = {"zh": "按这些行，定义不再成立。", "en": "With these rows the definition is no longer sound."}
        raise Invalid(message, code=BAD_ROWS.id, faults=faults)


def _pointer(place: Pointer) -> str:
    return "".join(f"/{escape_pointer(str(part))}" for part in place)


def _checked_rows(rows: object) -> list[object]:
    if not isinstance(rows, list) or not rows or len(rows) > MOST_ROWS:
        raise _invalid(BAD_VALUE.id, "/rows", f"应为 1 到 {MOST_ROWS} 行的列表。", f"Give a list of 1 to {MOST_ROWS} rows.")
    for position, row in enumerate(rows):
        fine = isinstance(row, dict) and row.keys() <= _ROW_KEYS and all(_is_plain(each) for each in row.values())
        if not fine:
            zh, en = (
                "应为含 row、if、then、valid_from、valid_to 的对象。",
                "A row has row, if, then, valid_from, valid_to, all of them texts.",
            )
            raise _invalid(BAD_VALUE.id, f"/rows/{position}", zh, en)
    return [{key: each for key, each in row.items() if each not in (None, "")} for row in rows]


def _is_plain(value: object) -> bool:
    """Texts, and lists and maps of texts: what a definition is made of."""
    if isinstance(value, dict):
        return all(isinstance(each, str) or (isinstance(each, list) and _is_plain(each)) for each in value.values())
    if isinstance(value, list):
        return all(isinstance(each, str) for each in value)
    return value is None or isinstance(value, str)


def _checked_value(
    connection: Connection, context: Context, compiled: CompiledApp, name: str, body: Mapping[str, object], *, again: bool
) -> dict[str, object]:
    parameter = compiled.app.parameters[name]
    if body.keys() - {"value", "valid_from", "unit"}:
        raise _invalid(BAD_VALUE.id, "", "只能有 value、valid_from、unit。", "There are value, valid_from and unit, and no more.")
    try:
        parsed = FIELD_TYPES[parameter.type].parse(body.get("value"), parameter.options)
    except ValueRefused as refused:
        raise Invalid(
            refused.message, code=refused.code, faults=(Fault(refused.code, refused.message, pointer="/value"),)
        ) from None
    if parsed is None:
        raise _invalid(BAD_VALUE.id, "/value", "请填写取值。", "Give a value.")
    today = today_in(context, compiled)
    day = _day(body.get("valid_from")) if body.get("valid_from") else today
    if day is None or (day < today and not again):
        raise _invalid(BAD_VALUE.id, "/valid_from", "生效日应为今天或以后的日期。", "It holds from today or a later day on.")
    unit = body.get("unit") or None
    if unit is not None:
        if "branch" not in parameter.by:
            raise _invalid(BAD_VALUE.id, "/unit", "此参数不分机构。", "This parameter is the same for all units.")
        if not has_unit(connection, str(unit)):
            raise _invalid(BAD_VALUE.id, "/unit", "没有这个机构。", "There is no such unit.")
    return {"value": body.get("value"), "valid_from": day.isoformat(), "unit": unit}


def _day(raw: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(raw) if isinstance(raw, str) and len(raw) == 10 else None
    except ValueError:
        return None


def _decided() -> Conflict:
    return Conflict({"zh": "这项变更已处理。", "en": "This change was decided already."}, code=DECIDED.id)


def _invalid(code: str, pointer: str, zh: str, en: str) -> Invalid:
    message = {"zh": zh, "en": en}
    return Invalid(message, code=code, faults=(Fault(code, message, pointer=pointer),))


def _record(connection: Connection, context: Context, kind: str, thing: KeptThing, body: Mapping[str, object]) -> None:
    record_event(connection, context, kind, app=thing.app, body={"kind": thing.kind, "name": thing.name, **body})
