"""`qiqiao simulate`: the way of a case through a workflow, who is asked and why, by the engine of real approvals."""

from __future__ import annotations

import argparse
import json
import os
import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from builder.commands import Mistake, Verbs
from builder.folder import Folder, add_apps_argument, add_base_argument, add_folder_argument, apps_beside, open_folder, shown
from forms_dsl.diagnostics import Diagnostic, has_errors, nearest
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.model import App, Case, Workflow
from forms_dsl.render import render_terminal
from forms_dsl.required import load_required
from forms_dsl.workflow_tree import steps_of
from runtime.compile.app import CompiledApp, compile_app
from runtime.process.words import asked_because, held_because, left_out_because
from workflow_engine.preview import Preview, preview
from workflow_engine.scenario import unplayable
from workflow_engine.simulate import TrialStep
from workflow_engine.verify import load_verified
from workflow_engine.worked_case import WorkedCase, worked_case

_EXAMPLES = """\
  qiqiao simulate app_definitions/bank_customer loan_approval --example small_loan
  qiqiao simulate app_definitions/bank_customer loan_approval --given case.yaml
  echo 'given: {product: consumer, amount: 400000, term: 24}' | qiqiao simulate app_definitions/bank_customer loan_approval --given -"""

#: The file under which the given case stands among those of the app, and how deep.
_NAME, _HEAD, _DEPTH = "simulated", "tests: simulated\nentity: {entity}\ncases:\n  given:\n", 4
_WORDS = {
    "call": {"en": "the other system answers", "zh": "由对方系统应答"},
    "ends": {"en": "It ends approved.", "zh": "流程通过。"},
    "ended": {"en": "It ended {state}.", "zh": "流程已结束：{state}。"},
    "refused": {"en": "{act} cannot be done: {reason}", "zh": "无法执行 {act}：{reason}"},
    "due": {"en": "     due {at}", "zh": "     期限 {at}"},
    "done": {"en": "done: {steps}", "zh": "已办：{steps}"},
}


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the words of a preview need."""

    worked: WorkedCase
    compiled: CompiledApp
    locale: str


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "simulate",
        "show the way of a case through a workflow, without a database",
        "Plays a case through a workflow of a folder of definitions: its acts first, then everybody approves. For each step it\n"
        "tells who is asked and why, who is left out, when it is due, and where the flow stops. The file holds what an\n"
        "example of a workflow holds (given, answers, user, clock, limits, do); docs/kinds.md names the keys.\n"
        "The trial run over real people is POST /api/APP/workflows/WORKFLOW/simulate. Exit code 1 when it does not come through.",
        _EXAMPLES,
        run,
    )
    add_folder_argument(parser)
    parser.add_argument("workflow", metavar="WORKFLOW", help="name of the workflow")
    case = parser.add_mutually_exclusive_group(required=True)
    case.add_argument("--given", metavar="FILE", help="the case; - reads it from standard input")
    case.add_argument("--example", metavar="NAME", help="an example of the workflow")
    add_base_argument(parser)
    add_apps_argument(parser)
    parser.add_argument("--json", action="store_true", help="print the steps as JSON")


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Play and print."""
    folder = open_folder(arguments.folder, arguments.base)
    text = _read(arguments.given) if arguments.given else None
    app = _load(folder, arguments, None)
    workflow = _workflow(app, arguments.workflow)
    if text is not None:
        app = _load(folder, arguments, _HEAD.format(entity=workflow.entity) + textwrap.indent(text, " " * _DEPTH))
        workflow = app.workflows[workflow.name]
    case = _example(workflow, arguments.example) if text is None else app.tests[_NAME].cases[0]
    word = unplayable(replace(case, expect=None, expect_error=None))
    if word is not None:
        raise Mistake({"en": f"{word} is nothing of one workflow.", "zh": f"{word} 不属于单个流程的案例。"})
    try:
        worked = worked_case(app, workflow, case)
        seen = preview(worked)
    except ValueRefused as refused:
        raise Mistake(refused.message) from refused
    said = _Shown(worked, compile_app(app, 0), locale)
    steps = [_as_json(said, step) for step in seen.trial.steps]
    if arguments.json:
        body = {"done": list(seen.done), "steps": steps, "ends": seen.ends, "refused": _refused(seen)}
        print(json.dumps(body, ensure_ascii=False, indent=1))
    else:
        print("\n".join(_lines(said, seen, steps)))
    return 0 if seen.ends == "approved" else 1


def _read(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        raise Mistake({"en": f"{name} cannot be read: {failure}", "zh": f"无法读取 {name}：{failure}"}) from failure


def _load(folder: Folder, arguments: argparse.Namespace, case: str | None) -> App:
    """The app, with the case among its tests; ends the command after printing what is wrong."""
    path = f"tests/{_NAME}.yaml"
    files = {name: text for name, text in folder.files.items() if name != path} | ({path: case} if case is not None else {})
    others = load_required(files, apps_beside(folder.path, arguments.apps))
    loaded = load_verified(files, others=others, publishing=False)
    errors = [found for found in loaded.diagnostics if found.severity == "error"]
    mine = [found for found in errors if found.span.file == path]
    if loaded.app is None or has_errors(loaded.diagnostics):
        found, texts = shown(_as_given(mine, str(arguments.given)) if mine else loaded.diagnostics, folder)
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        given = {str(arguments.given): textwrap.dedent(case.split("given:\n", 1)[1])} if case is not None else {}
        print(render_terminal(found, {**texts, **given}, colour=colour))
        raise SystemExit(1)
    return loaded.app


def _as_given(found: Iterable[Diagnostic], file: str) -> list[Diagnostic]:
    """Findings about the case, in the lines and columns of its own file."""
    down = _HEAD.count("\n")

    def moved(one: Diagnostic) -> Diagnostic:
        span = one.span
        line, column = max(1, span.line - down), max(1, span.column - _DEPTH)
        end = (max(1, span.end_line - down), max(1, span.end_column - _DEPTH))
        return replace(one, span=replace(span, file=file, line=line, column=column, end_line=end[0], end_column=end[1]))

    return [moved(one) for one in found]


def _workflow(app: App, name: str) -> Workflow:
    found = app.workflows.get(name)
    if found is None:
        near = nearest(name, app.workflows) or ", ".join(app.workflows) or "-"
        raise Mistake({"en": f"There is no workflow {name}; there is {near}.", "zh": f"没有流程“{name}”；可用：{near}。"})
    return found


def _example(workflow: Workflow, name: str) -> Case:
    found = next((example for example in workflow.examples if example.name == name), None)
    if found is None:
        known = [example.name for example in workflow.examples]
        near = nearest(name, known) or ", ".join(known) or "-"
        raise Mistake({"en": f"There is no example {name}; there is {near}.", "zh": f"没有案例“{name}”；可用：{near}。"})
    return found


def _refused(seen: Preview) -> dict[str, object] | None:
    refused = seen.refused
    return None if refused is None else {"act": refused.act.kind, "step": refused.act.step, "reason": refused.reason}


def _as_json(said: _Shown, step: TrialStep) -> dict[str, object]:
    found = next(each for each in steps_of(said.worked.workflow) if each.name == step.step)
    by = getattr(found, "by", None)
    table = said.worked.workflow.authority
    return {
        "step": step.step,
        "title": dict(getattr(found, "title", None) or {}),
        "people": list(step.people),
        "because": asked_because(said.compiled, by, said.locale) if by is not None and step.people else None,
        "left_out": [
            {"person": out.person, "because": left_out_because(said.worked.definition, out, said.locale)} for out in step.left_out
        ],
        "due_at": step.due_at.astimezone(said.worked.zone).isoformat(timespec="minutes") if step.due_at is not None else None,
        "authority": {"table": table.table, "rows": list(step.authority.rows), "value": step.authority.value}
        if table is not None and step.authority is not None
        else None,
        "stuck": step.stuck,
    }


def _lines(said: _Shown, seen: Preview, steps: list[dict[str, object]]) -> Iterable[str]:
    locale = said.locale
    if seen.done:
        yield _WORDS["done"][locale].format(steps=", ".join(seen.done))
    if seen.refused is not None:
        act = " ".join(word for word in (seen.refused.act.kind, seen.refused.act.step) if word)
        yield _WORDS["refused"][locale].format(act=act, reason=held_because(seen.refused.reason, locale))
    for number, (step, trial) in enumerate(zip(steps, seen.trial.steps, strict=True), 1):
        people = ", ".join(trial.people)
        because = f" ({step['because']})" if step["because"] else ""
        yield f"{number}. {trial.step}: {people}{because}" if people else f"{number}. {trial.step}: {_WORDS['call'][locale]}"
        for out in trial.left_out:
            yield f"     - {out.person}: {left_out_because(said.worked.definition, out, locale)}"
        if trial.authority is not None and said.worked.workflow.authority is not None:
            yield f"     {said.worked.workflow.authority.table}: {', '.join(trial.authority.rows)} → {trial.authority.value}"
        if step["due_at"]:
            yield _WORDS["due"][locale].format(at=step["due_at"])
        if trial.stuck is not None:
            yield f"     !! {held_because(trial.stuck, locale)}"
    if seen.ends != "stuck":
        yield _WORDS["ends" if seen.ends == "approved" else "ended"][locale].format(state=seen.ends)
