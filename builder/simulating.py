"""A case through a workflow of definitions, looked at ahead: the same for the command line and for drafts over REST."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from builder.trial_people import Surround
from forms_dsl.diagnostics import Diagnostic, has_errors, nearest
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.load import Loaded
from forms_dsl.model import App, Case, Workflow
from forms_dsl.source import Span
from forms_dsl.workflow_tree import steps_of
from runtime.compile.app import CompiledApp, compile_app
from runtime.failures import Fault, Invalid, NotFound
from runtime.process.words import asked_because, held_because, left_out_because
from workflow_engine.preview import Preview, preview
from workflow_engine.scenario import unplayable
from workflow_engine.simulate import TrialStep
from workflow_engine.worked_case import WorkedCase, worked_case

#: Reads and checks texts, with the apps that they require.
Load = Callable[[Mapping[str, str]], Loaded]
#: The file under which the given case stands among those of the app, what stands above it, and how deep it stands.
_NAME, _HEAD, _DEPTH = "simulated", "tests: simulated\nentity: {entity}\ncases:\n  given:\n", 4
_PATH = f"tests/{_NAME}.yaml"


class Broken(Exception):
    """The definitions or the case have errors: those of the case in its own lines, under `file` "", else those of the app."""

    def __init__(self, found: Iterable[Diagnostic], *, about_case: bool) -> None:
        super().__init__("errors")
        self.found, self.about_case = tuple(found), about_case


@dataclass(frozen=True, slots=True)
class Simulated:
    """A case that was looked at ahead."""

    worked: WorkedCase
    compiled: CompiledApp
    seen: Preview

    @property
    def people(self) -> frozenset[str]:
        """Everybody whom the steps name."""
        steps = self.seen.trial.steps
        return frozenset({person for step in steps for person in (*step.people, *(out.person for out in step.left_out))})

    def as_json(self, locale: str) -> dict[str, object]:
        """The steps with people and reasons, in the shape of docs/rest.md."""
        refused = self.seen.refused
        return {
            "done": list(self.seen.done),
            "steps": [self._step(step, locale) for step in self.seen.trial.steps],
            "ends": self.seen.ends,
            "refused": None if refused is None else {"act": refused.act.kind, "step": refused.act.step, "reason": refused.reason},
        }

    def _step(self, step: TrialStep, locale: str) -> dict[str, object]:
        found = next(each for each in steps_of(self.worked.workflow) if each.name == step.step)
        by, table = getattr(found, "by", None), self.worked.workflow.authority
        due = step.due_at.astimezone(self.worked.zone).isoformat(timespec="minutes") if step.due_at is not None else None
        authority = None
        if table is not None and step.authority is not None:
            authority = {"table": table.table, "rows": list(step.authority.rows), "value": step.authority.value}
        return {
            "step": step.step,
            "title": dict(getattr(found, "title", None) or {}),
            "people": list(step.people),
            "because": asked_because(self.compiled, by, locale) if by is not None and step.people else None,
            "left_out": [
                {"person": out.person, "because": left_out_because(self.worked.definition, out, locale)} for out in step.left_out
            ],
            "due_at": due,
            "authority": authority,
            "stuck": held_because(step.stuck, locale),
        }


def simulate_case(
    files: Mapping[str, str],
    load: Load,
    workflow: str,
    *,
    case: str | None,
    example: str | None,
    surround: Surround | None = None,
) -> Simulated:
    """Look at a case ahead: the text of one, or an example by name. Raises Broken, NotFound or Invalid.

    With `surround` people of the bank stand for those whom the case would name or invent.
    """
    app = _loaded(files, load, None)
    flow = _workflow(app, workflow)
    if case is None:
        chosen = _example(flow, example or "")
    else:
        app = _loaded(files, load, _HEAD.format(entity=flow.entity) + textwrap.indent(case, " " * _DEPTH))
        flow, chosen = app.workflows[workflow], app.tests[_NAME].cases[0]
    word = unplayable(replace(chosen, expect=None, expect_error=None))
    if word is not None:
        raise _wrong(f"{word} 不属于单个流程的案例。", f"{word} is nothing of one workflow.")
    try:
        worked = worked_case(app, flow, chosen)
        compiled = compile_app(app, 0)
        if surround is None:
            return Simulated(worked, compiled, preview(worked))
        worked, around = surround(worked, compiled)
        return Simulated(worked, compiled, preview(worked, around))
    except ValueRefused as refused:
        raise _wrong(refused.message.get("zh", refused.code), refused.message.get("en", refused.code)) from refused


def _loaded(files: Mapping[str, str], load: Load, case: str | None) -> App:
    kept = {name: text for name, text in files.items() if name != _PATH}
    loaded = load(kept if case is None else {**kept, _PATH: case})
    if loaded.app is None or has_errors(loaded.diagnostics):
        mine = [found for found in loaded.diagnostics if found.severity == "error" and found.span.file == _PATH]
        raise Broken(map(_in_its_lines, mine) if mine else loaded.diagnostics, about_case=bool(mine))
    return loaded.app


def _in_its_lines(found: Diagnostic) -> Diagnostic:
    """A finding about the case, in the lines and columns of its own text and at its place in it."""
    down, span = _HEAD.count("\n"), found.span
    start = (max(1, span.line - down), max(1, span.column - _DEPTH))
    end = (max(1, span.end_line - down), max(1, span.end_column - _DEPTH))
    moved = Span("", *start, *end)
    return replace(found, span=moved, pointer=found.pointer[2:])


def _workflow(app: App, name: str) -> Workflow:
    found = app.workflows.get(name)
    if found is None:
        near = nearest(name, app.workflows) or ", ".join(app.workflows) or "-"
        raise NotFound({"en": f"There is no workflow {name}; there is {near}.", "zh": f"没有流程“{name}”；可用：{near}。"})
    return found


def _example(workflow: Workflow, name: str) -> Case:
    found = next((example for example in workflow.examples if example.name == name), None)
    if found is None:
        known = [example.name for example in workflow.examples]
        near = nearest(name, known) or ", ".join(known) or "-"
        raise NotFound({"en": f"There is no example {name}; there is {near}.", "zh": f"没有案例“{name}”；可用：{near}。"})
    return found


def _wrong(zh: str, en: str) -> Invalid:
    message = {"zh": zh, "en": en}
    return Invalid(message, faults=(Fault(Invalid.code, message, pointer="/case"),))
