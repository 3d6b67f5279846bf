"""The path of a case through the workflow of its entity, by the same trial run as the examples of the workflow."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Sentence
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.model import App, Case, Workflow
from forms_dsl.subjects import tested_entity
from runtime.publish.cases.results import CaseResult, NotRun, not_run, passed_or
from workflow_engine.carried_out import not_carried_out
from workflow_engine.examples import run_example


def path_fault(app: App, case: Case) -> list[Sentence]:
    """How the path differs from the expected one."""
    entity = tested_entity(app, case)
    flows = [flow for flow in app.workflows.values() if entity is not None and flow.entity == entity.name]
    if len(flows) != 1:
        raise NotRun("path without exactly one workflow of the entity")
    return _compare(app, flows[0], case)


def run_examples(app: App) -> Iterator[CaseResult]:
    """Every example of every workflow."""
    for flow in app.workflows.values():
        for example in flow.examples:
            try:
                faults = _compare(app, flow, example)
            except NotRun as why:
                yield not_run(flow.name, example.name, example.span, why)
            except ValueRefused as refused:
                yield passed_or(flow.name, example.name, example.span, [Sentence(refused.message["en"], refused.message["zh"])])
            else:
                yield passed_or(flow.name, example.name, example.span, faults)


def _compare(app: App, flow: Workflow, case: Case) -> list[Sentence]:
    """The path that the engine takes against the path that the case says."""
    left_out = next(iter(not_carried_out(flow, {})), None)
    if left_out is not None:
        raise NotRun(Sentence(f"{flow.name}: {left_out.message}", f"{flow.name}：{left_out.message_zh}"))
    if case.do:
        raise NotRun(f"do: {case.do[0].kind}")
    if not case.path or case.expect is not None or case.expect_error is not None:
        raise NotRun("expectations about a workflow other than its path")
    trial = run_example(app, flow, case)
    taken, wanted = ", ".join(trial.path), ", ".join(case.path)
    if trial.path != case.path:
        return [Sentence(f"The path is {taken}, not {wanted}.", f"实际经过 {taken}，应为 {wanted}。")]
    if trial.ends != "approved":
        stuck = trial.steps[-1].stuck if trial.steps else None
        return [Sentence(f"It stops at {taken}: {stuck}.", f"流程停在 {taken}：{stuck}。")]
    return []
