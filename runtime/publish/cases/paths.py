"""Cases of a flow and the examples of workflows, played by the engine; what differs stands at its line."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.model import App, Case, Workflow
from forms_dsl.subjects import tested_entity
from runtime.publish.cases.results import CaseResult, NotRun, not_run, passed_or, said
from workflow_engine.carried_out import not_carried_out
from workflow_engine.differences import Difference
from workflow_engine.examples import outcome_of
from workflow_engine.scenario import PLAYED, unplayable

#: The keys of times that a calendar would tell.
_TIMES = frozenset({(key,) for key in ("within", "every", "first_wait", "open_for", "cooldown")})


def is_about_a_flow(case: Case) -> bool:
    """Whether a case goes through a workflow: it names a path, submits, or does what only a running approval can."""
    return bool(case.path) or any(act.kind in PLAYED - {"edit", "wait", "receive"} for act in case.do)


def flow_differences(app: App, case: Case) -> list[Difference]:
    """What differs from what a case expects of the one workflow of its entity."""
    entity = tested_entity(app, case)
    flows = [
        flow for flow in app.workflows.values() if entity is not None and flow.entity == entity.name and flow.reverses is None
    ]
    if len(flows) != 1:
        raise NotRun("a flow without exactly one workflow of the entity")
    return _differences(app, flows[0], case)


def run_examples(app: App) -> Iterator[CaseResult]:
    """Every example of every workflow."""
    for flow in app.workflows.values():
        for example in flow.examples:
            try:
                found = _differences(app, flow, example)
            except NotRun as why:
                yield not_run(flow.name, example, why)
            except ValueRefused as refused:
                yield passed_or(flow.name, example, [Difference(said(refused.message), ("given",))])
            else:
                yield passed_or(flow.name, example, found)


def _differences(app: App, flow: Workflow, case: Case) -> list[Difference]:
    # Publishing refuses all of them; a case is played where they cannot change what it looks at.
    left_out = next((found for found in not_carried_out(app, flow, {}) if not _leaves_alone(found, case)), None)
    if left_out is not None:
        raise NotRun(Sentence(f"{flow.name}: {left_out.message}", f"{flow.name}：{left_out.message_zh}"))
    word = unplayable(case)
    if word is not None:
        raise NotRun(f"{word} in a flow")
    return list(outcome_of(app, flow, case))


def _leaves_alone(found: Diagnostic, case: Case) -> bool:
    """Whether a part that is not carried out has no say in a case: who gets a copy of what, and deadlines when no time goes by."""
    if "copy" in found.pointer:
        return True
    return found.pointer[-1:] in _TIMES and not any(act.kind == "wait" for act in case.do)
