"""Decisions inside a flow, as functions of the facts: what the authority table (授权矩阵) says, what a step's `run` gives.

The worked cases, the trial run and a real approval all ask here, so none of them can say other than the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from forms_dsl.decide import compile_scorecard, compile_table
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.model import App, Decision, DecisionTable, Workflow
from workflow_engine.world import Settled

Authorise = Callable[[Facts], Settled]
Run = Callable[[Facts], Mapping[str, object] | None]


def compile_authority(app: App, workflow: Workflow) -> Authorise | None:
    """The workflow's authority table as a function of the facts; None without one."""
    authority = workflow.authority
    table = app.decisions.get(authority.table) if authority is not None else None
    if authority is None or not isinstance(table, DecisionTable):
        return None
    gives, ask = authority.gives, compile_table(table)
    given = {name: compile_python(expression.tree) for name, expression in authority.given.items()}

    def settle(facts: Facts) -> Settled:
        outcome = ask({name: evaluate(facts) for name, evaluate in given.items()}, _day(facts))
        return Settled(outcome.rows, None if outcome.outputs is None else outcome.outputs[gives])

    return settle


def compile_decision(decision: Decision) -> Run:
    """A decision that a step runs, as a function of the facts; it gives None when it settles nothing."""
    if isinstance(decision, DecisionTable):
        inputs, ask = tuple(decision.inputs), compile_table(decision)
        return lambda facts: ask({name: facts.record.get(name) for name in inputs}, _day(facts)).outputs
    score = compile_scorecard(decision)
    return lambda facts: score(facts).outputs


def read_by(decision: Decision) -> frozenset[tuple[str, ...]]:
    """The paths of the record that a decision reads."""
    if isinstance(decision, DecisionTable):
        return frozenset((name,) for name in decision.inputs)
    conditions = (row.condition for factor in decision.factors for row in factor.rows)
    return frozenset(path for condition in conditions if condition is not None for path in condition.reads)


def _day(facts: Facts) -> dt.date:
    if facts.today is None:
        raise ValueError("a decision needs the day")
    return facts.today
