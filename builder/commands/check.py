"""`qiqiao check`: every mistake in a folder of definitions at once, with its place."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from builder.commands import Mistake, Verbs
from builder.folder import (
    NotTaken,
    add_apps_argument,
    add_base_argument,
    add_folder_argument,
    apps_beside,
    look_at_folder,
    name_finding,
    open_folder,
    read_mapping_files,
    shown,
)
from builder.watching import changes_in
from forms_dsl.diagnostics import Diagnostic, has_errors
from forms_dsl.model import App
from forms_dsl.render import render_json, render_terminal
from forms_dsl.render_sarif import render_sarif
from forms_dsl.required import load_required
from runtime.commands.import_mapping import UNKNOWN_TARGET, read_mapping
from workflow_engine.verify import load_verified

_EXAMPLES = """\
  qiqiao check app_definitions/bank_customer
  qiqiao check app_definitions/bank_customer --watch
  qiqiao check app_definitions/bank_customer --sarif > findings.sarif
  qiqiao check app_definitions/bank_customer --json | jq '.[] | select(.severity == "error")'"""

_AGAIN = {"en": "── checking {path} ──", "zh": "── 检查 {path} ──"}
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
    add_base_argument(parser)
    add_apps_argument(parser)
    parser.add_argument("--json", action="store_true", help="print the findings as a JSON list")
    parser.add_argument("--sarif", action="store_true", help="print the findings as SARIF 2.1.0, for code hosts and editors")
    parser.add_argument("--watch", action="store_true", help="check again whenever a file changes, until Ctrl-C")


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Check and print, again and again with --watch."""
    if not arguments.watch:
        try:
            return _check(arguments, locale)
        except NotTaken as refused:
            return _say(refused.diagnostics, {}, arguments, locale, root=refused.root)
    for _ in changes_in(_watched(arguments)):
        print(_AGAIN[locale].format(path=arguments.folder), flush=True)
        try:
            _check(arguments, locale)
        except Mistake as mistake:  # a file that is being written may be gone for a moment
            print(mistake.words[locale])
        sys.stdout.flush()
    return 0


def _watched(arguments: argparse.Namespace) -> list[Path]:
    """The folder, and that of the app which it extends."""
    base = open_folder(arguments.folder, arguments.base).base
    return [arguments.folder, *([base] if base else [])]


def _check(arguments: argparse.Namespace, locale: str) -> int:
    folder = look_at_folder(arguments.folder, arguments.base)
    find = apps_beside(folder.path, arguments.apps)
    loaded = load_verified(folder.files, others=load_required(folder.files, find), publishing=False)
    mappings = read_mapping_files(folder.path)
    unread = {one.span.file for one in folder.strange}
    own = (one for one in loaded.diagnostics if one.span.file not in unread)
    found, texts = shown((*folder.strange, *own, *name_finding(folder), *mapping_findings(mappings, loaded.app)), folder)
    return _say(found, {**texts, **mappings}, arguments, locale)


def _say(
    found: Sequence[Diagnostic],
    texts: Mapping[str, str],
    arguments: argparse.Namespace,
    locale: str,
    *,
    root: Path | None = None,
) -> int:
    """Print the findings; `root` is the folder that their files are in, that of the definitions if not given."""
    path, prefix = arguments.folder, f"{root or arguments.folder}/"
    if arguments.json or arguments.sarif:
        rendered = render_sarif(found, locale=locale, prefix=prefix) if arguments.sarif else render_json(found, locale=locale)
        print(json.dumps(rendered, ensure_ascii=False, indent=1))
    elif found:
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        print(render_terminal(found, texts, locale=locale, colour=colour, prefix=prefix))
        counts = {name: sum(one.severity == name for one in found) for name in ("error", "warning", "hint")}
        print(_COUNTS[locale].format(errors=counts["error"], warnings=counts["warning"], hints=counts["hint"]))
    else:
        print(_NONE[locale].format(path=path))
    return 1 if has_errors(found) else 0


def mapping_findings(mappings: Mapping[str, str], app: App | None) -> Iterator[Diagnostic]:
    """What is wrong with the app's import mappings; against the app itself only when it has no error."""
    for path, text in mappings.items():
        found = read_mapping(path, text, {app.name: app} if app is not None else {}).diagnostics
        yield from (one for one in found if app is not None or one.code != UNKNOWN_TARGET.id)
