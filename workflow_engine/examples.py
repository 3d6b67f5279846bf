"""The worked cases of a workflow, run through the engine: the file itself says what must come out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from forms_dsl.build.cases import WRONG_VALUE
from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.model import App, Case, Workflow
from workflow_engine.differences import Difference, differences
from workflow_engine.preview import preview
from workflow_engine.scenario import can_be_played, play
from workflow_engine.simulate import Trial
from workflow_engine.worked_case import worked_case

OTHERWISE_THAN_EXPECTED = code("W112", "An example of a workflow comes out otherwise than it expects.")
WRONG_PATH = code("W110", "An example of a workflow takes another path than it says.")


def check_examples(app: App, workflow: Workflow) -> tuple[Diagnostic, ...]:
    """Run every example that the engine can do; a finding for each expectation that does not hold, at its place."""
    able = (example for example in workflow.examples if can_be_played(example))
    return tuple(found for example in able for found in _check(app, workflow, example))


def run_example(app: App, workflow: Workflow, example: Case) -> Trial:
    """The trial run of one example: everybody approves, whatever it does; raises ValueRefused for a value that its field does not take."""
    return preview(worked_case(app, workflow, replace(example, do=()))).trial


def outcome_of(app: App, workflow: Workflow, case: Case) -> Iterator[Difference]:
    """Everything in which a case comes out otherwise than it says; raises ValueRefused."""
    worked = worked_case(app, workflow, case)
    yield from differences(worked, play(worked))


def _check(app: App, workflow: Workflow, example: Case) -> Iterator[Diagnostic]:
    try:
        found = tuple(outcome_of(app, workflow, example))
    except ValueRefused as refused:
        en, zh = refused.message.get("en", refused.code), refused.message.get("zh", refused.code)
        yield WRONG_VALUE.at(example.span, Sentence(f"Example {example.name!r}: {en}", f"案例“{example.name}”：{zh}"))
        return
    for said, at in found:
        message = Sentence(f"Example {example.name!r}: {said.en}", f"案例“{example.name}”：{said.zh}")
        kind = WRONG_PATH if at[:1] == ("path",) else OTHERWISE_THAN_EXPECTED
        yield kind.at(example.place(at), message, hint=Sentence("Mend the flow or the example.", "请更正流程或案例。"))
