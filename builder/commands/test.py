"""`qiqiao test`: runs the worked cases of an app, those of its tests and those of its workflows."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from builder.commands import Verbs
from builder.folder import (
    Folder,
    add_apps_argument,
    add_base_argument,
    add_folder_argument,
    apps_beside,
    open_folder,
    shown,
    shown_span,
)
from forms_dsl.diagnostics import Diagnostic, has_errors
from forms_dsl.model import App
from forms_dsl.render import render_terminal
from forms_dsl.required import load_required
from runtime.publish.cases.coverage import not_reached
from runtime.publish.cases.paths import run_examples
from runtime.publish.cases.results import FAILED, CaseResult
from runtime.publish.cases.run import run_cases
from workflow_engine.verify import load_verified

_EXAMPLES = """\
  qiqiao test app_definitions/bank_customer
  qiqiao test app_definitions/bank_customer --coverage
  qiqiao test app_definitions/bank_customer --json | jq '.[] | select(.state != "passed")'"""

_STATES = {
    "passed": {"en": "passed", "zh": "通过"},
    "failed": {"en": "FAILED", "zh": "未通过"},
    "not_run": {"en": "not run", "zh": "未执行"},
}
_COUNTS = {
    "en": "{passed} passed, {failed} failed, {not_run} not run.",
    "zh": "通过 {passed} 个，未通过 {failed} 个，未执行 {not_run} 个。",
}
_NONE = {"en": "{path} has no cases: put some under tests/.", "zh": "{path} 没有案例：请在 tests/ 下编写。"}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "test",
        "run the worked cases of a folder of definitions",
        "Runs the cases under tests/ and the examples of the workflows over a database of their own, which is gone\n"
        "afterwards. A case that this version cannot run is told as not run, never as passed.\n"
        "Exit code 1 when a case fails or the definitions have errors.",
        _EXAMPLES,
        run,
    )
    add_folder_argument(parser)
    add_base_argument(parser)
    add_apps_argument(parser)
    parser.add_argument("--coverage", action="store_true", help="also tell what no case comes to")
    parser.add_argument("--json", action="store_true", help="print every case as a JSON list")


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Run and print."""
    folder = open_folder(arguments.folder, arguments.base)
    others = load_required(folder.files, apps_beside(folder.path, arguments.apps))
    loaded = load_verified(folder.files, others=others, publishing=False)
    if loaded.app is None or has_errors(loaded.diagnostics):
        found, texts = shown(loaded.diagnostics, folder)
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        print(render_terminal(found, texts, locale=locale, colour=colour, prefix=f"{folder.path}/"))
        return 1
    results = _placed([*run_cases(loaded.app), *run_examples(loaded.app)], folder)
    missed = _missed(loaded.app, folder) if arguments.coverage else []
    if arguments.json:
        told: object = [_as_json(result, locale) for result in results]
        if arguments.coverage:
            told = {"cases": told, "not_reached": [_as_place(one, locale) for one in missed]}
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for one in missed:
            print(f"{folder.path}/{one.span.file}:{one.span.line}:{one.span.column}: {one.message_in(locale)}")
        print("\n".join(_lines(results, f"{folder.path}/", locale)) or _NONE[locale].format(path=folder.path))
    return 1 if any(result.state == "failed" for result in results) else 0


def _missed(app: App, folder: Folder) -> list[Diagnostic]:
    """What no case comes to, with the real paths of the base's files."""
    return shown((FAILED.at(found.span, found.said) for found in not_reached(app)), folder)[0]


def _as_place(found: Diagnostic, locale: str) -> dict[str, object]:
    return {"file": found.span.file, "line": found.span.line, "column": found.span.column, "message": found.message_in(locale)}


def _placed(results: Sequence[CaseResult], folder: Folder) -> list[CaseResult]:
    """The results with the real paths of the base's files, as seen from an overlay's folder."""
    return [
        replace(
            result,
            span=shown_span(result.span, folder),
            faults=tuple(fault._replace(span=shown_span(fault.span, folder)) for fault in result.faults),
        )
        for result in results
    ]


def _lines(results: Sequence[CaseResult], prefix: str, locale: str) -> list[str]:
    """A line for each case that did not pass, with what is wrong below it, and the counts."""
    lines = []
    for result in results:
        if result.state != "passed":
            place = f"{prefix}{result.span.file}:{result.span.line}:{result.span.column}"
            lines.append(f"{place}: {_STATES[result.state][locale]} {result.name}")
            lines += [f"    {fault.span.line}:{fault.span.column} {getattr(fault, locale)}" for fault in result.faults]
    if results:
        counts = {state: sum(result.state == state for result in results) for state in _STATES}
        lines.append(_COUNTS[locale].format(**counts))
    return lines


def _as_json(result: CaseResult, locale: str) -> dict[str, object]:
    return {
        "file": result.span.file,
        "line": result.span.line,
        "column": result.span.column,
        "case": result.name,
        "state": result.state,
        "faults": [
            {"line": fault.span.line, "column": fault.span.column, "message": getattr(fault, locale)} for fault in result.faults
        ],
    }
