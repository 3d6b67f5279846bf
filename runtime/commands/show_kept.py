"""What a person maintains of an app at run time: the things, what holds of each, and its changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy.engine import Connection

from forms_dsl.maintained import rows_of
from forms_dsl.model import DecisionTable, DecisionValue, Label
from forms_dsl.overlay.effective import read_effective
from runtime.commands.kept_changes import opened
from runtime.compile.app import CompiledApp
from runtime.compile.kept import value_at
from runtime.context import Context
from runtime.failures import NotFound
from runtime.process.persons import Person, persons_of
from runtime.process.shadows import shadow_report
from runtime.query.late import held_roles, today_in
from runtime.records.access import NOT_THERE
from runtime.releases import published_apps
from runtime.store.database import Database
from runtime.store.kept_changes import KeptChange, KeptKind, KeptThing, changes_of, kept_rows, released_changes
from runtime.store.types import format_instant

#: Earlier changes that a page shows.
_SHOWN = 30


def maintained(database: Database, context: Context, app: str) -> list[dict[str, object]]:
    """The parameters and tables that this person may change, with the change that waits, if one does."""
    compiled = context.releases.get(app)
    things = list(_things(compiled, held_roles(context, compiled))) if compiled is not None else []
    if not things:
        return []
    with database.read() as connection:
        open_changes = {each.thing: each for each in changes_of(connection, app) if each.state == "open"}
        people = persons_of(connection, {each.proposed_by for each in open_changes.values()})
    return [
        {
            "kind": kind,
            "name": name,
            "label": label,
            "open": _change(context, waits, people) if (waits := open_changes.get(KeptThing(app, kind, name))) else None,
        }
        for kind, name, label in things
    ]


def maintained_thing(database: Database, context: Context, thing: KeptThing) -> dict[str, object]:
    """One thing: what holds now, the change that waits, and earlier ones."""
    compiled = opened(context, thing.app, thing.kind, thing.name)
    with database.read() as connection:
        changes = changes_of(connection, thing.app, thing)[:_SHOWN]
        people = persons_of(connection, {id for each in changes for id in (each.proposed_by, each.decided_by or "")})
        own = _table(connection, compiled, thing) if thing.kind == "decision" else _parameter(context, compiled, thing.name)
    return {
        "kind": thing.kind,
        "name": thing.name,
        **own,
        "open": next((_change(context, each, people) for each in changes if each.state == "open"), None),
        "changes": [_change(context, each, people) for each in changes if each.state != "open"],
    }


def shadow_of_live(database: Database, context: Context, app: str, name: str) -> dict[str, object]:
    """What a shadow gave so far, for the people who maintain one of the app's tables or parameters, and for designers."""
    compiled = context.releases.get(app)
    decision = compiled.app.decisions.get(name) if compiled is not None else None
    if compiled is None or decision is None or decision.shadow_of is None:
        raise NotFound(NOT_THERE)
    is_maintainer = any(True for _ in _things(compiled, held_roles(context, compiled)))
    if not is_maintainer and "designer" not in context.principal.platform_roles:
        raise NotFound(NOT_THERE)
    with database.read() as connection:
        return {"shadow": name, "live": decision.shadow_of, "label": decision.label, **shadow_report(connection, app, name)}


def _things(compiled: CompiledApp, roles: frozenset[str]) -> Iterator[tuple[KeptKind, str, Label]]:
    for name, decision in compiled.app.decisions.items():
        if isinstance(decision, DecisionTable) and decision.maintained_by in roles:
            yield "decision", name, decision.label
    for name, parameter in compiled.app.parameters.items():
        if parameter.changed_by in roles:
            yield "parameter", name, parameter.label


def _table(connection: Connection, compiled: CompiledApp, thing: KeptThing) -> dict[str, object]:
    decision = compiled.app.decisions[thing.name]
    if not isinstance(decision, DecisionTable):
        raise NotFound(NOT_THERE)
    released = kept_rows(released_changes(connection, thing.app), thing.app)
    files = published_apps(connection)(thing.app) or {}
    seed = rows_of(read_effective(files).documents, thing.name)
    return {
        "label": decision.label,
        "hit": decision.hit,
        "inputs": [_value(compiled, each) for each in decision.inputs.values()],
        "outputs": [_value(compiled, each) for each in decision.outputs.values()],
        "rows": released.get(thing.name, seed),
        "is_shipped": thing.name not in released,
    }


def _value(compiled: CompiledApp, value: DecisionValue) -> dict[str, object]:
    """An input or output; called like the field of that name where the app has one."""
    label = next((e.entity.fields[value.name].label for e in compiled.entities.values() if value.name in e.entity.fields), None)
    choices = [{"code": choice.code, "label": choice.label} for choice in value.options.choices]
    return {"name": value.name, "label": label, "type": value.type, "choices": choices, "codes": list(value.value_type.codes)}


def _parameter(context: Context, compiled: CompiledApp, name: str) -> dict[str, object]:
    parameter, today = compiled.app.parameters[name], today_in(context, compiled)
    values = compiled.kept.parameters.get(name, ())
    holds = value_at(values, today, None)
    return {
        "label": parameter.label,
        "type": parameter.type,
        "by": list(parameter.by),
        "shipped": parameter.value,
        "value": parameter.value if holds is None else None if holds.value is None else str(holds.value),
        "values": [
            {
                "value": None if each.value is None else str(each.value),
                "valid_from": each.valid_from.isoformat(),
                "unit": each.unit,
            }
            for each in reversed(values)
        ],
    }


def _change(context: Context, change: KeptChange, people: Mapping[str, Person]) -> dict[str, object]:
    is_own = change.proposed_by == context.principal.id
    can = [] if change.state != "open" else ["withdraw"] if is_own else ["release", "return"]
    return {
        "id": change.id,
        "state": change.state,
        "body": change.body,
        "note": change.note,
        "proposed_by": people.get(change.proposed_by),
        "proposed_at": format_instant(change.proposed_at),
        "decided_by": people.get(change.decided_by or ""),
        "decided_at": format_instant(change.decided_at) if change.decided_at else None,
        "decision_note": change.decision_note,
        "can": can,
    }
