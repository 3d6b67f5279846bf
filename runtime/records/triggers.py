"""Automations around a write: those before it set values or refuse it, those after it are left as jobs of its transaction."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlalchemy.engine import Connection

from connectors.templates import to_json
from forms_dsl.expr.facts import Facts
from forms_dsl.field_paths import field_at
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.fitting import fit_value
from forms_dsl.masks import masked
from forms_dsl.model import Automation, Label, Trigger
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.names import PLACEHOLDER
from runtime.compile.tables import storage_of
from runtime.compile.triggers import WriteRule
from runtime.context import Context
from runtime.query.late import context_facts
from runtime.query.values import to_column
from runtime.records.codes import REFUSED_BY_RULE
from runtime.records.display import display
from runtime.records.draft import Draft
from runtime.store.add_job import add_job

_LOG = logging.getLogger("qiqiao.automations")
#: The kind of the job that an automation leaves behind.
AFTER = "automation_event"
#: So many automations may set each other off; a longer chain is cut.
LONGEST_CHAIN = 5


def act_before(entity: CompiledEntity, draft: Draft, facts: Facts, kind: str) -> bool:
    """Let the automations inside the write set values and refuse it; whether any value was set."""
    is_set = False
    for rule in entity.triggers.before:
        if not _is_set_off(rule, draft.before or {}, draft.record, kind) or not _holds(rule, facts):
            continue
        for position, action in enumerate(rule.automation.do):
            if action.kind == "refuse":
                draft.say(REFUSED_BY_RULE.id, "", _filled(entity, draft, action.text or rule.automation.label, facts))
                continue
            for name, value in action.values.items():
                field, evaluate = entity.entity.fields[name], rule.values[position].get(name)
                found = FIELD_TYPES[field.type].parse(value, field.options) if evaluate is None else evaluate(facts)
                draft.record[name] = fit_value(storage_of(field), found)
                is_set = True
    return is_set


def announce(
    connection: Connection,
    context: Context,
    compiled: CompiledApp,
    entity: CompiledEntity,
    kind: str,
    version: int,
    before: Mapping[str, object],
    record: Mapping[str, object],
) -> None:
    """Leave a job for every automation that this write sets off; it runs after the commit, once."""
    facts: Facts | None = None
    for rule in entity.triggers.after:
        if not _is_set_off(rule, before, record, kind):
            continue
        facts = facts or context_facts(context, compiled, record=record, old=before)
        if _holds(rule, facts):
            kept = dict(_kept(compiled, entity, record)) if kind == "delete" else None
            leave_event(connection, context, compiled, rule.automation, str(record["id"]), f"{kind}/{version}", kept)


def leave_event(
    connection: Connection,
    context: Context,
    compiled: CompiledApp,
    automation: Automation,
    record_id: str,
    event: str,
    kept: Mapping[str, object] | None = None,
) -> None:
    """Leave the job of one event; an automation does not set itself off, and a chain is at most `LONGEST_CHAIN` deep."""
    app, me = compiled.app.name, f"{compiled.app.name}.{automation.id}"
    if me in context.caused_by:
        return
    if len(context.caused_by) >= LONGEST_CHAIN:
        _LOG.warning("automation %s does not act on %s: the chain %s is cut", me, record_id, " → ".join(context.caused_by))
        return
    payload = {
        "app": app,
        "release": compiled.release,
        "automation": automation.id,
        "record": record_id,
        "person": None if "system" in context.principal.platform_roles else context.principal.id,
        "chain": [*context.caused_by, me],
        "kept": kept,
    }
    add_job(connection, AFTER, f"{AFTER}:{me}:{record_id}:{event}", payload, context.now)


def _is_set_off(rule: WriteRule, before: Mapping[str, object], record: Mapping[str, object], kind: str) -> bool:
    trigger: Trigger = rule.trigger
    if trigger.kind != kind:
        return False
    return kind != "change" or any(record.get(name) != before.get(name) for name in trigger.fields)


def _holds(rule: WriteRule, facts: Facts) -> bool:
    if rule.where is None:
        return True
    return rule.where(facts if rule.automation.run_as == "user" else replace(facts, user={})) is True


def _filled(entity: CompiledEntity, draft: Draft, text: Label, facts: Facts) -> Label:
    """The reason of a refusal with the values of the record in it; personal ones stand in their masked form."""

    def shown(found: re.Match[str], language: str) -> str:
        field, value = entity.entity.fields.get(found[1]), draft.record.get(found[1])
        if field is None or value is None:
            return ""
        words = display(field, to_json(value), found[2] or "", language, str(facts.timezone))
        return words if field.classification == "C1" else str(masked(words, field.mask))

    return {
        language: PLACEHOLDER.sub(lambda found, spoken=language: shown(found, spoken), words)  # type: ignore[misc]
        for language, words in text.items()
    }


def _kept(compiled: CompiledApp, entity: CompiledEntity, record: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """What is known of a record that is gone, for the actions: its own values, and those that they read beyond them.

    Jobs stay in the database, so what is kept encrypted is so there too.
    """
    for path, value in record.items():
        root = path.partition(".")[0]
        if (root in entity.entity.fields and entity.entity.fields[root].type != "rows") or root in ("number", "created_by"):
            field = field_at(compiled.app, entity.entity.name, path)
            yield path, to_column(field, value) if field is not None and field.encrypted else to_json(value)
