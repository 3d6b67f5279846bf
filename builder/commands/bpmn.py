"""`qiqiao bpmn`: workflows from BPMN 2.0 of other products, and to it."""

from __future__ import annotations

import argparse
from pathlib import Path

from builder.commands import Mistake, Verbs
from builder.exchange import give_bpmn, take_bpmn
from builder.folder import add_apps_argument, open_folder
from builder.models import folder_and_name, loaded, print_model, read_model, write_taken

_EXAMPLES = """\
  qiqiao bpmn import loan.bpmn                                       shows the workflow and what is to be added
  qiqiao bpmn import loan.bpmn --into app_definitions/bank_customer --for loan_application
  qiqiao bpmn export app_definitions/bank_customer/workflows/loan_approval.yaml --out loan.bpmn"""


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "bpmn",
        "import and export workflows as BPMN 2.0",
        "Imports a process that reduces to blocks as a workflow; each element that does not is named with its place, and what\n"
        "the model leaves open is told. Exports a workflow with its layout; importing it again gives the very same workflow.\n"
        "docs/bpmn-dmn.md tells what becomes what. Exit code 1 when a finding is an error.",
        _EXAMPLES,
        run,
    )
    whats = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    taking = whats.add_parser("import", help="a workflow of a BPMN file")
    taking.add_argument("file", metavar="FILE", type=Path, help="the BPMN file")
    taking.add_argument("--into", metavar="APP", type=Path, help="folder of the app; without it the workflow is printed")
    taking.add_argument(
        "--for", metavar="ENTITY", dest="entity", help="the entity that it decides on (default: the app's only one)"
    )
    taking.add_argument("--process", metavar="ID", help="which of several processes of the file")
    taking.add_argument("--replace", action="store_true", help="write over a workflow that is there")
    taking.add_argument("--json", action="store_true", help="print file and findings as JSON")
    add_apps_argument(taking)
    giving = whats.add_parser("export", help="a workflow as a BPMN file")
    giving.add_argument("workflow", metavar="WORKFLOW", type=Path, help="the workflow's file, in the folder of its app")
    giving.add_argument("--out", metavar="FILE", type=Path, help="where it is written (default: printed)")
    giving.add_argument("--language", metavar="CODE", help="language of the titles (default: the first of each)")


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Import or export."""
    if arguments.what == "import":
        source = read_model(arguments.file)
        folder = open_folder(arguments.into) if arguments.into is not None else None
        files = folder.files if folder is not None else {}
        app = loaded(folder, arguments.apps).app if folder is not None else None
        taken = take_bpmn(arguments.file.name, source, files, app, entity=arguments.entity, process=arguments.process)
        return write_taken(arguments, taken, locale)
    folder, name = folder_and_name(arguments.workflow, "workflows")
    text = give_bpmn(folder.files, name, arguments.language)
    if text is None:
        raise Mistake({"en": f"{arguments.workflow} holds no workflow.", "zh": f"{arguments.workflow} 中没有流程。"})
    return print_model(text, arguments.out)
