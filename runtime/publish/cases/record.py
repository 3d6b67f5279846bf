"""Cases over records: one is made, changed and scored as the case says, then looked at; several are looked at by name."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl.decide import decide_score
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.facts import Facts
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Case, CaseAct, DecisionValue, Entity, Expected, Scorecard
from forms_dsl.names import SYSTEM_FIELDS
from forms_dsl.source import Pointer
from runtime.publish.cases.bench import Sitting
from runtime.publish.cases.results import NotRun
from runtime.query.late import context_facts
from runtime.records.facts import facts_of, value_of
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.records.write import update_record
from workflow_engine.differences import Difference, differs


def record_differences(sitting: Sitting, entity: Entity, case: Case, expect: Expected) -> list[Difference]:
    """What differs once the record of a case was made and its acts are done."""
    written = sitting.insert(entity, case.given)
    record_id, version = written.id, written.version
    outputs: dict[str, object] = {}
    declared: dict[str, DecisionValue] = {}
    context = sitting.context()
    for act in case.do:
        if act.kind == "edit":
            done = update_record(sitting.connection, context, entity.app, entity.name, record_id, act.values, version)
            version = done.version
            continue
        card = _card(sitting, act)
        scored = decide_score(card, _facts(sitting, entity, record_id, card)).outputs
        outputs |= scored or {}
        declared |= card.outputs
        fields = {name: _spelled(value) for name, value in (scored or {}).items() if name in entity.fields}
        if fields:
            done = update_record(
                sitting.connection, context, entity.app, entity.name, record_id, fields, version, by_platform=True
            )
            version = done.version
    seen = fields_differences(sitting, entity, record_id, expect.fields, ("expect", "fields"))
    return [*output_differences(declared, outputs, expect), *seen]


def records_differences(sitting: Sitting, expect: Expected) -> list[Difference]:
    """The values of named records that are other than expected."""
    found = []
    for name, values in expect.records.items():
        record_id, entity = sitting.records[name]
        for said, at in fields_differences(sitting, entity, record_id, values, ("expect", "records", name)):
            found.append(Difference(Sentence(f"{name}: {said.en}", f"{name}：{said.zh}"), at))
    return found


def output_differences(declared: Mapping[str, DecisionValue], given: Mapping[str, object], expect: Expected) -> list[Difference]:
    """The outputs of a decision that are other than expected."""
    found = []
    for name, raw in expect.output.items():
        output, actual = declared[name], given.get(name)
        listed = isinstance(raw, list)
        wanted: object = tuple(map(str, raw)) if isinstance(raw, list) else FIELD_TYPES[output.type].parse(raw, output.options)
        if wanted != (tuple(actual) if listed and isinstance(actual, list) else actual):
            found.append(differs(name, wanted, actual, ("expect", "output", name)))
    return found


def fields_differences(
    sitting: Sitting, entity: Entity, record_id: str, wanted: Mapping[str, object], at: Pointer
) -> list[Difference]:
    """The values of a record that differ from the expected ones, read like any record."""
    if not wanted:
        return []
    context = sitting.context()
    found = get_record(sitting.connection, context, entity.app, entity.name, record_id, GetRequest(select=tuple(wanted))).values
    faults = []
    for name, raw in wanted.items():
        declared = entity.fields.get(name) or SYSTEM_FIELDS[name]
        value = FIELD_TYPES[declared.type].parse(raw, declared.options)
        actual = value_of(declared.value_type, found.get(name))
        if value != actual:
            faults.append(differs(name, value, actual, (*at, name)))
    return faults


def _card(sitting: Sitting, act: CaseAct) -> Scorecard:
    card = sitting.bench.app.decisions.get(act.name or "") if act.kind == "run" else None
    if not isinstance(card, Scorecard):
        raise NotRun(f"do: {act.kind}" + (f" {act.name}" if act.name else ""))
    return card


def _spelled(value: object) -> object:
    return value if isinstance(value, str | bool) or value is None else str(value)


def _facts(sitting: Sitting, entity: Entity, record_id: str, card: Scorecard) -> Facts:
    """What the conditions of a card read of a record, through the planner."""
    compiled, context = sitting.bench.releases[entity.app], sitting.context()
    conditions = [row.condition for factor in card.factors for row in factor.rows if row.condition is not None]
    paths = {path for condition in conditions for path in condition.reads}
    if any(path[0] not in entity.fields and path[0] not in SYSTEM_FIELDS for path in paths):
        raise NotRun("related records in a scorecard")
    rows = {name for name, declared in entity.fields.items() if declared.type == "rows"}
    names = sorted({path[0] if path[0] in rows else ".".join(path) for path in paths})
    found = get_record(
        sitting.connection, context, entity.app, entity.name, record_id, GetRequest(select=tuple(names) or ("id",))
    )
    return context_facts(context, compiled, record=facts_of(compiled, entity, found.values, names), old={})
