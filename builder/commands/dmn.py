"""`qiqiao dmn`: decision tables from DMN of other products, to it, and asked with given values."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from decimal import Decimal
from pathlib import Path

from builder.commands import Mistake, Verbs
from builder.exchange import give_dmn, take_dmn
from builder.findings import print_findings
from builder.folder import add_apps_argument, open_folder
from builder.models import folder_and_name, loaded, print_model, read_model, write_taken
from workflow_engine.dmn.evaluating import ValueUnfit, asked, built
from workflow_engine.dmn.importing import import_dmn

_EXAMPLES = """\
  qiqiao dmn import authority.dmn --into app_definitions/bank_customer
  qiqiao dmn export tests/example_app/loan/decisions/loan_authority.yaml --out authority.dmn
  qiqiao dmn eval authority.dmn --given '{"exposure": 300000, "grade": "A", "product": "consumer"}'"""


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "dmn",
        "import, export and ask decision tables as DMN",
        "Imports the decision tables of a DMN file; hit policies, cells and decisions without a counterpart are named with\n"
        "their place. Exports a table; importing it again gives the very same table. docs/bpmn-dmn.md tells what becomes what.\n"
        "Exit code 1 when a finding is an error; of eval also when the table settles nothing.",
        _EXAMPLES,
        run,
    )
    whats = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    taking = whats.add_parser("import", help="the decision tables of a DMN file")
    taking.add_argument("file", metavar="FILE", type=Path, help="the DMN file")
    taking.add_argument("--into", metavar="APP", type=Path, help="folder of the app; without it the tables are printed")
    taking.add_argument("--replace", action="store_true", help="write over decisions that are there")
    taking.add_argument("--json", action="store_true", help="print files and findings as JSON")
    add_apps_argument(taking)
    giving = whats.add_parser("export", help="a decision table as a DMN file")
    giving.add_argument("decision", metavar="DECISION", type=Path, help="the decision's file, in the folder of its app")
    giving.add_argument("--out", metavar="FILE", type=Path, help="where it is written (default: printed)")
    giving.add_argument("--language", metavar="CODE", help="language of its title (default: the first)")
    add_apps_argument(giving)
    asking = whats.add_parser("eval", help="what a table of a DMN file gives")
    asking.add_argument("file", metavar="FILE", type=Path, help="the DMN file")
    asking.add_argument("--given", metavar="JSON", required=True, help="a map of its inputs; days as 2026-01-31")
    asking.add_argument("--decision", metavar="NAME", help="which of several tables of the file")
    asking.add_argument("--day", metavar="DAY", type=dt.date.fromisoformat, help="the day on which it is asked (default: today)")


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Import, export or ask."""
    if arguments.what == "import":
        source = read_model(arguments.file)
        files = open_folder(arguments.into).files if arguments.into is not None else {}
        return write_taken(arguments, take_dmn(arguments.file.name, source, files), locale)
    return _export(arguments) if arguments.what == "export" else _evaluate(arguments, locale)


def _export(arguments: argparse.Namespace) -> int:
    folder, name = folder_and_name(arguments.decision, "decisions")
    app = loaded(folder, arguments.apps).app
    if app is None:
        words = {"en": f"{folder.path} has errors; see qiqiao check.", "zh": f"{folder.path} 中有错误，请先运行 qiqiao check。"}
        raise Mistake(words)
    text = give_dmn(folder.files, app, name, arguments.language)
    if text is None:
        raise Mistake({"en": f"{arguments.decision} is no decision table.", "zh": f"{arguments.decision} 不是决策表。"})
    return print_model(text, arguments.out)


def _evaluate(arguments: argparse.Namespace, locale: str) -> int:
    try:
        given = json.loads(arguments.given, parse_float=Decimal, parse_int=Decimal)
    except json.JSONDecodeError as failure:
        raise Mistake({"en": f"--given is no JSON: {failure}", "zh": f"--given 不是 JSON：{failure}"}) from None
    if not isinstance(given, dict):
        raise Mistake({"en": "--given is a map of inputs.", "zh": "--given 应为各输入的映射。"})
    found = import_dmn(arguments.file.name, read_model(arguments.file), alone=True)
    tables = [table for table in found.tables if arguments.decision in (None, table.name)]
    if not tables:
        print_findings(found.findings, {}, locale=locale, stream=sys.stderr)
        return 1
    table, wrong = built(tables[0])
    if table is None:
        print_findings(wrong, {}, locale=locale, stream=sys.stderr)
        return 1
    try:
        outcome = asked(table, given, arguments.day or dt.datetime.now().astimezone().date())
    except ValueUnfit as unfit:
        raise Mistake({language: f"{unfit.name}: {text}" for language, text in unfit.words.items()}) from None
    print(json.dumps({"rows": outcome.rows, "outputs": outcome.outputs}, ensure_ascii=False, default=str))
    return 0 if outcome.outputs is not None else 1
