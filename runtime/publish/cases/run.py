"""Running cases: decisions by themselves, records and rules, what a scorecard gives, and what a person may read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from forms_dsl.decide import decide_score, decide_table
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.expr.facts import Facts
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import App, Case, CaseAct, DecisionTable, DecisionValue, Entity, Expected, Scorecard
from forms_dsl.names import SYSTEM_FIELDS
from forms_dsl.subjects import tested_entity, tested_table
from runtime.failures import Invalid
from runtime.publish.cases.access import access_faults
from runtime.publish.cases.bench import DEFAULT_CLOCK, Bench, Sitting, open_bench
from runtime.publish.cases.expected_error import error_fault
from runtime.publish.cases.paths import path_fault, submitted
from runtime.publish.cases.results import CaseResult, NotRun, fault_said, findings, not_run, passed_or, said
from runtime.query.late import context_facts
from runtime.records.facts import facts_of, value_of
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.records.write import update_record

#: What a case may expect of a flow or its effects, which no run of this version looks at.
_OF_FLOWS = ("at", "state", "reason", "held_for", "next", "superseded", "work_items", "messages", "record_count")


def run_cases(app: App) -> Iterator[CaseResult]:
    """Every case of the app's tests, in order."""
    if not app.tests:
        return
    with open_bench(app) as bench:
        for file in app.tests.values():
            for case in file.cases:
                yield _run(bench, file.name, case)


#: What came of the cases of the apps that were planned last, by their texts and those of the apps that they require.
_JUDGED: dict[tuple[str, ...], tuple[Diagnostic, ...]] = {}
_MOST_JUDGED = 16


def failed_cases(app: App) -> tuple[Diagnostic, ...]:
    """A finding for each case that fails; a plan and its publication judge the same texts, so they are run once."""
    key = (app.checksum, *(each.checksum for _, each in sorted(app.requires.items())))
    if key not in _JUDGED:
        while len(_JUDGED) >= _MOST_JUDGED:
            _JUDGED.pop(next(iter(_JUDGED)), None)
        _JUDGED[key] = tuple(findings(run_cases(app)))
    return _JUDGED[key]


def _run(bench: Bench, file: str, case: Case) -> CaseResult:
    try:
        return passed_or(file, case.name, case.span, _faults(bench, case))
    except NotRun as why:
        return not_run(file, case.name, case.span, why)
    except ValueRefused as refused:
        return passed_or(file, case.name, case.span, [said(refused.message)])
    except Invalid as invalid:
        faults = [fault_said(fault, colon=True) for fault in invalid.faults]
        return passed_or(file, case.name, case.span, faults or [said(invalid.message)])


def _faults(bench: Bench, case: Case) -> list[Sentence]:
    """What differs from what the case expects; raises NotRun for what cannot be run."""
    expect = case.expect or Expected()
    is_submitted = any(act.kind == "submit" for act in case.do)
    for word in _OF_FLOWS:
        if getattr(expect, word) not in (None, ()) and not (word == "at" and is_submitted):
            raise NotRun(f"expect: {word}")
    table = tested_table(bench.app, case)
    if table is not None:
        return _table(table, case, expect, _now(bench.app, case))
    if case.path:
        return path_fault(bench.app, case)
    for act in case.do:
        _must_be_known(bench.app, act)
    with bench.case(_now(bench.app, case)) as sitting:
        for name, record in case.records.items():
            kept = _entity(bench.app, record.entity)
            sitting.records[name] = (sitting.insert(kept, record.values).id, kept)
        if case.records:
            if case.do:
                raise NotRun(f"do: {case.do[0].kind} over records")
            found = access_faults(sitting, case, expect)
            return [*found, *_records(sitting, expect)]
        entity = tested_entity(bench.app, case)
        if entity is None:
            raise NotRun("a case without given or records")
        if case.expect_error is not None:
            return error_fault(sitting, entity, case)
        return _given(sitting, entity, case, expect)


def _must_be_known(app: App, act: CaseAct) -> None:
    if act.kind in ("edit", "submit") or (act.kind == "run" and isinstance(app.decisions.get(act.name or ""), Scorecard)):
        return
    raise NotRun(f"do: {act.kind}" + (f" {act.name}" if act.name else ""))


# Decisions -----------------------------------------------------------------------------------------------------------


def _table(table: DecisionTable, case: Case, expect: Expected, now: dt.datetime) -> list[Sentence]:
    given = {name: _read(table.inputs[name], raw) for name, raw in case.given.items()}
    outcome = decide_table(table, given, now.date())
    if outcome.outputs is None:
        rows = ", ".join(outcome.rows) or "-"
        return [Sentence(f"No single row applies: {rows}.", f"没有唯一命中的规则行：{rows}。")] if expect.output else []
    return _outputs(table.outputs, outcome.outputs, expect)


def _outputs(declared: Mapping[str, DecisionValue], given: Mapping[str, object], expect: Expected) -> list[Sentence]:
    faults = []
    for name, raw in expect.output.items():
        output, actual = declared[name], given.get(name)
        wanted: object = tuple(str(each) for each in raw) if isinstance(raw, list) else _read(output, raw)
        if wanted != actual:
            faults.append(differs(name, wanted, actual))
    return faults


def _read(value: DecisionValue, raw: object) -> object:
    return FIELD_TYPES[value.type].parse(raw, value.options)


def differs(name: str, wanted: object, actual: object) -> Sentence:
    """That a value is not the expected one."""
    there, zh = ("missing", "缺失") if actual is None else (str(actual), str(actual))
    return Sentence(f"{name} is {there}, not {wanted}.", f"{name} 为 {zh}，应为 {wanted}。")


# Records -------------------------------------------------------------------------------------------------------------


def _given(sitting: Sitting, entity: Entity, case: Case, expect: Expected) -> list[Sentence]:
    """One record: made, changed and scored as the case says, then looked at."""
    written = sitting.insert(entity, case.given)
    record_id, version = written.id, written.version
    outputs: dict[str, object] = {}
    declared: dict[str, DecisionValue] = {}
    faults: list[Sentence] = []
    for number, act in enumerate(case.do):
        if act.kind == "submit":
            if number + 1 < len(case.do):
                raise NotRun(f"do: {case.do[number + 1].kind} after submit")
            version = _submit(sitting, entity, case, expect, record_id, version, faults)
            continue
        if act.kind == "edit":
            version = update_record(
                sitting.connection, sitting.context(), entity.app, entity.name, record_id, act.values, version
            ).version
            continue
        card = sitting.bench.app.decisions[act.name or ""]
        if not isinstance(card, Scorecard):
            raise TypeError(card.name)
        scored = decide_score(card, _facts(sitting, entity, record_id, card)).outputs
        outputs |= scored or {}
        declared |= card.outputs
        fields = {name: _spelled(value) for name, value in (scored or {}).items() if name in entity.fields}
        if fields:
            context = sitting.context()
            done = update_record(
                sitting.connection, context, entity.app, entity.name, record_id, fields, version, by_platform=True
            )
            version = done.version
    return [*faults, *_outputs(declared, outputs, expect), *_fields(sitting, entity, record_id, expect.fields)]


def _submit(
    sitting: Sitting, entity: Entity, case: Case, expect: Expected, record_id: str, version: int, faults: list[Sentence]
) -> int:
    """Where the flow waits, and the record as the submission leaves it: its version."""
    came = submitted(sitting.bench.app, entity, case)
    unseen = came.saved & expect.fields.keys()
    if unseen:
        raise NotRun(f"expect: fields: {min(unseen)}, which a call fills")
    if expect.at and expect.at != came.at:
        faults.append(differs("at", ", ".join(expect.at), ", ".join(came.at) or None))
    if not came.values:
        return version
    context = sitting.context()
    done = update_record(sitting.connection, context, entity.app, entity.name, record_id, came.values, version, by_platform=True)
    return done.version


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


def _records(sitting: Sitting, expect: Expected) -> list[Sentence]:
    faults = []
    for name, values in expect.records.items():
        record_id, entity = sitting.records[name]
        faults += [Sentence(f"{name}: {each.en}", f"{name}：{each.zh}") for each in _fields(sitting, entity, record_id, values)]
    return faults


def _fields(sitting: Sitting, entity: Entity, record_id: str, wanted: Mapping[str, object]) -> list[Sentence]:
    """The values of a record that differ from the expected ones."""
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
            faults.append(differs(name, value, actual))
    return faults


def _entity(app: App, name: str) -> Entity:
    found = next((entity for entity in app.entities.values() if name in (entity.name, f"{app.name}.{entity.name}")), None)
    if found is None:
        raise NotRun(f"records of {name}")
    return found


def _now(app: App, case: Case) -> dt.datetime:
    if case.clock is None:
        return DEFAULT_CLOCK
    return dt.datetime.fromisoformat(case.clock).replace(tzinfo=ZoneInfo(app.timezone)).astimezone(dt.UTC)
