"""The path of a case through the workflow of its entity, by the same trial run as the examples of the workflow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from forms_dsl.diagnostics import Sentence
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.model import App, CallStep, Case, Entity, HumanStep, Workflow, WorkflowStep
from forms_dsl.subjects import tested_entity
from forms_dsl.workflow_tree import parallel_branch_of, steps_of
from runtime.publish.cases.results import CaseResult, NotRun, not_run, passed_or, said
from workflow_engine.carried_out import not_carried_out
from workflow_engine.examples import run_example


@dataclass(frozen=True, slots=True)
class Submitted:
    """The open steps after a submission, the values that it writes, and the fields that calls have filled."""

    at: tuple[str, ...]
    values: Mapping[str, str]
    saved: frozenset[str]


def path_fault(app: App, case: Case) -> list[Sentence]:
    """How the path differs from the expected one."""
    return _compare(app, _flow(app, tested_entity(app, case)), case)


def _flow(app: App, entity: Entity | None) -> Workflow:
    """The one workflow of an entity, when the engine carries it out."""
    flows = [flow for flow in app.workflows.values() if entity is not None and flow.entity == entity.name]
    if len(flows) != 1:
        raise NotRun("a flow without exactly one workflow of the entity")
    _must_be_carried_out(app, flows[0])
    return flows[0]


def submitted(app: App, entity: Entity, case: Case) -> Submitted:
    """Where the case waits once its starter has submitted it; calls go through with the answers of the case."""
    flow = _flow(app, entity)
    values = {name: value for name, value in flow.start_set.items() if isinstance(value, str)}
    if len(values) < len(flow.start_set):
        raise NotRun("start.set with an expression")
    trial = run_example(app, flow, replace(case, do=()))
    steps, branches = {step.name: step for step in steps_of(flow)}, parallel_branch_of(flow)
    saved: set[str] = set()
    for number, name in enumerate(trial.path):
        step = steps[name]
        if isinstance(step, CallStep):
            saved |= set(step.save)
        elif number or not _is_entry(step):
            if branches[name]:
                raise NotRun("submit into branches at the same time")
            return Submitted((name,), values, frozenset(saved))
    return Submitted((), values, frozenset(saved))


def _is_entry(step: WorkflowStep) -> bool:
    """Whether a step is what the starter fills in before it is submitted."""
    return isinstance(step, HumanStep) and step.verb == "fill" and step.by.kind == "starter"


def run_examples(app: App) -> Iterator[CaseResult]:
    """Every example of every workflow."""
    for flow in app.workflows.values():
        for example in flow.examples:
            try:
                faults = _compare(app, flow, example)
            except NotRun as why:
                yield not_run(flow.name, example.name, example.span, why)
            except ValueRefused as refused:
                yield passed_or(flow.name, example.name, example.span, [said(refused.message)])
            else:
                yield passed_or(flow.name, example.name, example.span, faults)


def _must_be_carried_out(app: App, flow: Workflow) -> None:
    left_out = next(iter(not_carried_out(app, flow, {})), None)
    if left_out is not None:
        raise NotRun(Sentence(f"{flow.name}: {left_out.message}", f"{flow.name}：{left_out.message_zh}"))


def _compare(app: App, flow: Workflow, case: Case) -> list[Sentence]:
    """The path that the engine takes against the path that the case says."""
    _must_be_carried_out(app, flow)
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
