"""`qiqiao simulate`: the way of a case through a workflow, who is asked and why, by the engine of real approvals."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from builder.commands import Mistake, Verbs
from builder.folder import Folder, add_apps_argument, add_base_argument, add_folder_argument, apps_beside, open_folder, shown
from builder.simulating import Broken, Simulated, simulate_case
from forms_dsl.load import Loaded
from forms_dsl.render import render_terminal
from forms_dsl.required import load_required
from runtime.process.words import asked_because, held_because, left_out_because
from workflow_engine.verify import load_verified

_EXAMPLES = """\
  qiqiao simulate app_definitions/bank_customer loan_approval --example small_loan
  qiqiao simulate app_definitions/bank_customer loan_approval --given case.yaml
  echo 'given: {product: consumer, amount: 400000, term: 24}' | qiqiao simulate app_definitions/bank_customer loan_approval --given -"""

_WORDS = {
    "call": {"en": "the other system answers", "zh": "由对方系统应答"},
    "ends": {"en": "It ends approved.", "zh": "流程通过。"},
    "ended": {"en": "It ended {state}.", "zh": "流程已结束：{state}。"},
    "refused": {"en": "{act} cannot be done: {reason}", "zh": "无法执行 {act}：{reason}"},
    "due": {"en": "     due {at}", "zh": "     期限 {at}"},
    "done": {"en": "done: {steps}", "zh": "已办：{steps}"},
}


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

    def load(files: Mapping[str, str]) -> Loaded:
        others = load_required(files, apps_beside(folder.path, arguments.apps))
        return load_verified(files, others=others, publishing=False, cases=False)

    try:
        found = simulate_case(folder.files, load, arguments.workflow, case=text, example=arguments.example)
    except Broken as broken:
        print(_rendered(broken, folder, arguments.given or "", text or "", locale))
        return 1
    if arguments.json:
        print(json.dumps(found.as_json(locale), ensure_ascii=False, indent=1))
    else:
        print("\n".join(_lines(found, locale)))
    return 0 if found.seen.ends == "approved" else 1


def _read(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        raise Mistake({"en": f"{name} cannot be read: {failure}", "zh": f"无法读取 {name}：{failure}"}) from failure


def _rendered(broken: Broken, folder: Folder, file: str, text: str, locale: str) -> str:
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    if broken.about_case:
        found = [replace(one, span=one.span._replace(file=file)) for one in broken.found]
        return render_terminal(found, {file: text}, locale=locale, colour=colour)
    found, texts = shown(broken.found, folder)
    return render_terminal(found, texts, locale=locale, colour=colour, prefix=f"{folder.path}/")


def _lines(found: Simulated, locale: str) -> Iterable[str]:
    seen, worked = found.seen, found.worked
    if seen.done:
        yield _WORDS["done"][locale].format(steps=", ".join(seen.done))
    if seen.refused is not None:
        act = " ".join(word for word in (seen.refused.act.kind, seen.refused.act.step) if word)
        yield _WORDS["refused"][locale].format(act=act, reason=held_because(seen.refused.reason, locale))
    for number, step in enumerate(seen.trial.steps, 1):
        by = getattr(worked.definition.places[step.step].step, "by", None)
        because = f" ({asked_because(found.compiled, by, locale)})" if by is not None and step.people else ""
        yield f"{number}. {step.step}: {', '.join(step.people) or _WORDS['call'][locale]}{because}"
        for out in step.left_out:
            yield f"     - {out.person}: {left_out_because(worked.definition, out, locale)}"
        if step.authority is not None and worked.workflow.authority is not None:
            yield f"     {worked.workflow.authority.table}: {', '.join(step.authority.rows)} → {step.authority.value}"
        if step.due_at is not None:
            yield _WORDS["due"][locale].format(at=step.due_at.astimezone(worked.zone).isoformat(timespec="minutes"))
        if step.stuck is not None:
            yield f"     !! {held_because(step.stuck, locale)}"
    if seen.ends != "stuck":
        yield _WORDS["ends" if seen.ends == "approved" else "ended"][locale].format(state=seen.ends)
