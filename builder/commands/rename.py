"""`qiqiao rename`: a field under another name, with everything that refers to it, and its data."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping

from builder.commands import Mistake, Verbs
from builder.commands.check import mapping_findings
from builder.findings import print_findings
from builder.folder import add_apps_argument, add_folder_argument, apps_beside, open_folder, read_mapping_files, shown
from forms_dsl.diagnostics import Diagnostic
from forms_dsl.rename import NotRenamed, rename_field
from forms_dsl.required import load_required
from workflow_engine.verify import load_verified

_EXAMPLES = """\
  qiqiao rename app_definitions/bank_customer customer.phone mobile
  qiqiao rename app_definitions/bank_customer loan_application.incomes.amount monthly_amount --dry-run"""

_DONE = {
    "en": "{thing} is now {name}; {count} reference(s) rewritten. Its id stays {id}, so the data stays.",
    "zh": "{thing} 已改名为 {name}，改写引用 {count} 处。id 仍为 {id}，数据不变。",
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "rename",
        "rename a field with everything that refers to it",
        "Gives a field another name and rewrites every reference: expressions, forms, lists, roles, workflows, reports. The\n"
        "old name is kept as `id:`, so the records keep their data. All texts change by splices; comments stay. When a\n"
        "reference cannot be rewritten nothing is changed and the exit code is 1.",
        _EXAMPLES,
        run,
    )
    add_folder_argument(parser)
    parser.add_argument("thing", metavar="ENTITY.FIELD", help="the field; entity.rows.field for one of a row type")
    parser.add_argument("name", metavar="NEW_NAME", help="its new name")
    parser.add_argument("--dry-run", action="store_true", help="only tell where references are")
    add_apps_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Rename, write what changed, and tell where."""
    folder = open_folder(arguments.folder)
    others = load_required(folder.files, apps_beside(folder.path, arguments.apps))

    mappings = read_mapping_files(folder.path)

    def check(files: Mapping[str, str]) -> Iterable[Diagnostic]:
        loaded = load_verified(
            {path: text for path, text in files.items() if path not in mappings}, others=others, publishing=False
        )
        return (*loaded.diagnostics, *mapping_findings({path: files[path] for path in mappings}, loaded.app))

    before = {**folder.files, **mappings}
    try:
        renamed = rename_field(before, arguments.thing, arguments.name, check)
    except NotRenamed as refused:
        found, texts = shown(refused.findings, folder)
        print_findings(found, texts, locale=locale, prefix=f"{folder.path}/", stream=sys.stderr)
        raise Mistake({"en": refused.reason, "zh": f"{arguments.thing} 无法改名为 {arguments.name}。{refused.reason}"}) from None
    for span in renamed.references:
        print(f"{folder.path}/{span.file}:{span.line}:{span.column}")
    if not arguments.dry_run:
        for path, text in renamed.files.items():
            if text != before[path]:
                (folder.path / path).write_bytes(text.encode("utf-8", "surrogateescape"))
    print(
        _DONE[locale].format(
            thing=arguments.thing, name=arguments.name, count=len(renamed.references), id=arguments.thing.rpartition(".")[2]
        )
    )
    return 0
