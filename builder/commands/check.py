"""`qiqiao check`: every mistake in a folder of definitions at once, with its place."""

from __future__ import annotations

import argparse
import json
import os
import sys

from builder.commands import Verbs
from builder.folder import add_folder_argument, open_folder
from forms_dsl.diagnostics import has_errors
from forms_dsl.load import load_app
from forms_dsl.render import render_json, render_terminal

_EXAMPLES = """\
  qiqiao check app_definitions/bank_customer
  qiqiao check app_definitions/bank_customer --json | jq '.[] | select(.severity == "error")'"""

_NONE = {"en": "{path}: nothing to complain about.", "zh": "{path}：没有发现问题。"}
_COUNTS = {
    "en": "{errors} error(s), {warnings} warning(s), {hints} hint(s).",
    "zh": "{errors} 处错误，{warnings} 处警告，{hints} 处提示。",
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "check",
        "find every mistake in a folder of definitions",
        "Reads the folder and prints all findings at once: file:line:column, a code, a sentence, and what to do about it.\n"
        "Needs no database and no server. Exit code 1 when there is an error; warnings and hints do not count.",
        _EXAMPLES,
        run,
    )
    add_folder_argument(parser)
    parser.add_argument("--json", action="store_true", help="print the findings as a JSON list")


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Check and print."""
    folder = open_folder(arguments.folder)
    found = load_app(folder.files).diagnostics
    if arguments.json:
        print(json.dumps(render_json(found, locale=locale), ensure_ascii=False, indent=1))
    elif found:
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        prefix = f"{folder.path}/"
        print(render_terminal(found, folder.files, locale=locale, colour=colour, prefix=prefix))
        counts = {name: sum(one.severity == name for one in found) for name in ("error", "warning", "hint")}
        print(_COUNTS[locale].format(errors=counts["error"], warnings=counts["warning"], hints=counts["hint"]))
    else:
        print(_NONE[locale].format(path=folder.path))
    return 1 if has_errors(found) else 0
