"""Running cases: each kind by the core that real records, decisions and approvals go through."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from forms_dsl.decide import decide_table
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import App, Case, DecisionTable, DecisionValue, Entity, Expected
from forms_dsl.subjects import tested_entity, tested_table
from runtime.failures import Invalid
from runtime.publish.cases.access import access_faults
from runtime.publish.cases.acts import do_acts
from runtime.publish.cases.bench import Bench, open_bench
from runtime.publish.cases.expected_error import error_fault
from runtime.publish.cases.forms import form_differences, value_differences
from runtime.publish.cases.paths import flow_differences, is_about_a_flow
from runtime.publish.cases.reading import GIVEN
from runtime.publish.cases.record import effect_differences, output_differences, record_differences
from runtime.publish.cases.results import CaseResult, NotRun, fault_said, findings, not_run, passed_or, said
from workflow_engine.differences import Difference
from workflow_engine.worked_case import moment_of

#: What a case may expect of a running approval, which a case over records alone has none of.
_OF_FLOWS = ("at", "state", "reason", "held_for", "next", "superseded", "people")


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
        return passed_or(file, case, _differences(bench, case))
    except NotRun as why:
        return not_run(file, case, why)
    except ValueRefused as refused:
        return passed_or(file, case, [Difference(said(refused.message), ("given",))])
    except Invalid as invalid:
        faults = [Difference(fault_said(fault, colon=True), ("given",)) for fault in invalid.faults]
        return passed_or(file, case, faults or [Difference(said(invalid.message), ("given",))])


def _differences(bench: Bench, case: Case) -> list[Difference]:
    """What differs from what the case expects; raises NotRun for what cannot be run."""
    app, expect, error = bench.app, case.expect or Expected(), case.expect_error
    table = tested_table(app, case)
    if table is not None:
        return _table(table, case, expect, moment_of(app, case).date())
    if is_about_a_flow(case) and not case.records and (error is None or error.reason is not None):
        return flow_differences(app, case)
    for word in _OF_FLOWS:
        if getattr(expect, word) not in (None, (), {}):
            raise NotRun(f"expect: {word} without a flow")
    with bench.case(moment_of(app, case)) as sitting:
        for name, record in case.records.items():
            kept = _entity(app, record.entity)
            sitting.records[name] = (sitting.insert(kept, record.values).id, kept)
        entity = tested_entity(app, case)
        if not case.records and entity is None:
            raise NotRun("a case without given or records")
        if error is not None and entity is not None:
            return error_fault(sitting, entity, case)
        given = sitting.insert(entity, case.given).id if entity is not None and not case.records else None
        if given is not None and entity is not None:
            sitting.records[GIVEN] = (given, entity)
        outputs = do_acts(sitting, case)
        seen = [*access_faults(sitting, case, expect), *record_differences(sitting, expect), *effect_differences(sitting, expect)]
        seen += [*form_differences(sitting, case, expect), *value_differences(sitting, case, expect)]
        return [*output_differences(outputs.declared, outputs.values, expect), *seen]


def _table(table: DecisionTable, case: Case, expect: Expected, day: dt.date) -> list[Difference]:
    given = {name: _read(table.inputs[name], raw) for name, raw in case.given.items()}
    outcome = decide_table(table, given, day)
    if outcome.outputs is None:
        rows = ", ".join(outcome.rows) or "-"
        said = Sentence(f"No single row applies: {rows}.", f"没有唯一命中的规则行：{rows}。")
        return [Difference(said, ("expect", "output"))] if expect.output else []
    return output_differences(table.outputs, outcome.outputs, expect)


def _read(value: DecisionValue, raw: object) -> object:
    return FIELD_TYPES[value.type].parse(raw, value.options)


def _entity(app: App, name: str) -> Entity:
    found = next((entity for entity in app.entities.values() if name in (entity.name, f"{app.name}.{entity.name}")), None)
    if found is None:
        raise NotRun(f"records of {name}")
    return found
