"""What of an app no case comes to: steps and branches of workflows, rows of decision tables, rules, automations, roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from forms_dsl.decide import decide_table
from forms_dsl.diagnostics import Sentence
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import App, CallStep, Case, ChooseStep, DecisionTable, HumanStep, Workflow
from forms_dsl.source import Span
from forms_dsl.subjects import tested_entity, tested_table
from forms_dsl.workflow_tree import steps_of
from runtime.publish.cases.paths import is_about_a_flow
from workflow_engine import events as ev
from workflow_engine.definition import step_branches
from workflow_engine.scenario import Played, can_be_played, play
from workflow_engine.worked_case import moment_of, worked_case


class NotReached(NamedTuple):
    """Something that no case comes to, and where it stands."""

    said: Sentence
    span: Span


def not_reached(app: App) -> Iterator[NotReached]:
    """Everything of an app that neither a case nor an example comes to; what cases do is played, nothing is guessed."""
    rows: set[tuple[str, str]] = set()
    for flow in app.workflows.values():
        runs = [played for case in _cases_of(app, flow) if (played := _played(app, flow, case)) is not None]
        yield from _of_flow(flow, runs)
        if flow.authority is not None:
            chosen = [entry.event for played in runs for entry in played.entries if isinstance(entry.event, ev.BranchChosen)]
            rows |= {(flow.authority.table, row) for event in chosen for row in event.rows}
    rows |= set(_rows_of_cases(app))
    for table in app.decisions.values():
        for row in table.rows if isinstance(table, DecisionTable) else ():
            if (table.name, row.name) not in rows:
                yield _said(f"row {row.name!r} of {table.name!r}", f"“{table.name}”的规则行“{row.name}”", row.span)
    yield from _of_names(app)


def _of_flow(flow: Workflow, runs: list[Played]) -> Iterator[NotReached]:
    visited = {visit.step for played in runs for visit in played.state.visits}
    happened = [entry.event for played in runs for entry in played.entries]
    taken = {(event.block, event.branch) for event in happened if isinstance(event, ev.BranchChosen)}
    for step in steps_of(flow):
        if isinstance(step, HumanStep | CallStep) and step.name not in visited:
            yield _said(f"step {step.name!r} of {flow.name!r}", f"“{flow.name}”的步骤“{step.name}”", step.span)
        for branch in step_branches(step) if isinstance(step, ChooseStep) else ():
            if (step.name, branch.name) not in taken:
                yield _said(f"branch {branch.name!r} of {flow.name!r}", f"“{flow.name}”的分支“{branch.name}”", step.span)


def _of_names(app: App) -> Iterator[NotReached]:
    """Rules that no case expects to be broken, automations that none runs, roles in whose place none looks."""
    cases = [case for file in app.tests.values() for case in file.cases]
    broken = {case.expect_error.rule for case in cases if case.expect_error is not None}
    run = {act.name for case in cases for act in case.do if act.kind in ("run", "receive")}
    looked = {case.user.role for case in cases if case.user is not None}
    for entity in app.entities.values():
        for rule in entity.rules:
            if rule.level == "error" and rule.name not in broken:
                yield _said(f"rule {rule.name!r} of {entity.name!r}", f"“{entity.name}”的规则“{rule.name}”", rule.check.tree.span)
    for automation in app.automations.values():
        started = automation.name if automation.every is not None else automation.receive
        if started is not None and started not in run:
            yield _said(f"automation {automation.name!r}", f"自动化规则“{automation.name}”", automation.span)
    for role in app.roles.values():
        if role.access and role.name not in looked:
            yield _said(f"role {role.name!r}", f"角色“{role.name}”", role.span)


def _cases_of(app: App, flow: Workflow) -> Iterator[Case]:
    yield from flow.examples
    for file in app.tests.values():
        for case in file.cases:
            entity = tested_entity(app, case) if is_about_a_flow(case) else None
            if entity is not None and entity.name == flow.entity:
                yield case


def _played(app: App, flow: Workflow, case: Case) -> Played | None:
    """The run of a case; None for one that cannot be played, which is told as not run."""
    if not can_be_played(case):
        return None
    try:
        return play(worked_case(app, flow, case))
    except ValueRefused:
        return None


def _rows_of_cases(app: App) -> Iterator[tuple[str, str]]:
    """The rows of tables that cases ask by their inputs."""
    for file in app.tests.values():
        for case in file.cases:
            table = tested_table(app, case)
            if table is None:
                continue
            try:
                given = {
                    name: FIELD_TYPES[table.inputs[name].type].parse(raw, table.inputs[name].options)
                    for name, raw in case.given.items()
                }
            except ValueRefused:
                continue
            for row in decide_table(table, given, moment_of(app, case).date()).rows:
                yield table.name, row


def _said(en: str, zh: str, span: Span) -> NotReached:
    return NotReached(Sentence(f"No case comes to {en}.", f"没有案例涉及{zh}。"), span)
