"""What the decision of a step changes in the record: its outputs, and the computed fields that read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.model import App, Entity, HumanStep, Label
from workflow_engine.decisions import Run, compile_decision, read_by


@dataclass(frozen=True, slots=True)
class StepRun:
    """The decision that a step runs when its visit starts, ready to run."""

    label: Label
    ask: Run
    #: Computed fields that the outputs change, each after those that it reads.
    computed: tuple[tuple[str, Callable[[Facts], object]], ...]
    #: The paths of the record that it and its shadows need.
    reads: frozenset[tuple[str, ...]]
    #: Decisions that run beside it and decide nothing, by name.
    shadows: Mapping[str, Run]


def build_runs(app: App, entity: Entity, steps: tuple[HumanStep, ...]) -> dict[str, StepRun]:
    """The decisions of these steps, by step."""
    return {step.name: _build(app, entity, step.run) for step in steps if step.run is not None}


def run_over(run: StepRun, facts: Facts) -> tuple[Mapping[str, object], Mapping[str, object]] | None:
    """The outputs of a decision and the record's values with them; None when it settles nothing."""
    outputs = run.ask(facts)
    if outputs is None:
        return None
    values = {**facts.record, **outputs}
    for name, evaluate in run.computed:
        values[name] = evaluate(replace(facts, record=values))
    return outputs, values


def computed_from(entity: Entity, changed: frozenset[str]) -> tuple[str, ...]:
    """Computed fields that read one of these fields, directly or through others, each after those that it reads."""
    ordered: dict[str, None] = {}

    def is_touched(name: str) -> bool:
        found = entity.fields.get(name)
        if name in changed or name in ordered or found is None or found.compute is None:
            return name in changed or name in ordered
        # All of them, so that each computed field that it reads stands before it.
        touched = [is_touched(path[0]) for path in sorted(found.compute.reads)]
        if any(touched):
            ordered[name] = None
        return name in ordered

    for name in entity.fields:
        is_touched(name)
    return tuple(ordered)


def _build(app: App, entity: Entity, name: str) -> StepRun:
    decision = app.decisions[name]
    outputs = frozenset(decision.outputs)
    found = [(each, entity.fields[each].compute) for each in computed_from(entity, outputs)]
    computed = [(each, compute) for each, compute in found if compute is not None]
    reads = {(each,) for each in (*outputs, *(each for each, _ in computed))} | read_by(decision)
    reads |= {path for _, compute in computed for path in compute.reads}
    beside = {each.name: each for each in app.decisions.values() if each.shadow_of == name}
    reads |= {path for each in beside.values() for path in read_by(each)}
    ready = tuple((each, compile_python(compute.tree)) for each, compute in computed)
    shadows = {each: compile_decision(shadow) for each, shadow in beside.items()}
    return StepRun(decision.label, compile_decision(decision), ready, frozenset(reads), shadows)
