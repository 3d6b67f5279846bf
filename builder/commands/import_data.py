"""`qiqiao import-data`: files into records, by a mapping or by the names of their columns."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from pathlib import Path

from builder.commands import Mistake, Verbs
from builder.operator import add_database_argument, operator, settings_of
from forms_dsl.diagnostics import Diagnostic
from forms_dsl.model import App
from forms_dsl.render import render_terminal
from forms_dsl.source import Document
from runtime.commands.import_guess import guess_mapping
from runtime.commands.import_mapping import ENCODINGS, read_mapping
from runtime.commands.import_records import BrokenMapping, Request, import_file
from runtime.commands.import_result import StepResult
from runtime.context import SYSTEM, Context
from runtime.settings import Settings
from runtime.start import Started, start
from runtime.store.identifiers import new_id

_EXAMPLES = """\
  qiqiao import-data bank_customer.customer customers.csv             columns called like the fields
  qiqiao import-data bank_customer.customer list.csv --encoding gbk
  qiqiao import-data --mapping app_definitions/bank_customer/imports/berka.yaml --source ../shared/data/berka
  qiqiao import-data bank_customer.loan loans.csv --mapping imports/synthetic.yaml     one step of a mapping"""

_TABLE = {
    "en": ("entity", "rows", "created", "changed", "unchanged", "left out", "rejected"),
    "zh": ("实体", "行数", "新增", "更新", "未变", "略过", "拒绝"),
}
_REJECTED = {
    "en": "{count} rejected row(s) of {file}; the first reasons:",
    "zh": "{file} 有 {count} 行被拒绝，前几条原因：",
}
_ALL = {"en": "All reasons: {path}", "zh": "全部原因：{path}"}
_ROW = {"en": "  row {row}, {column} = {value}: {reason}", "zh": "  第 {row} 行，{column} = {value}：{reason}"}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "import-data",
        "bring files of data into records",
        "Reads CSV files and makes records of their rows, by the same checks as every form and request. A record that is\n"
        "there already is found by its key and changed only where the file differs, so a second import changes nothing.\n"
        "A row that breaks a rule is listed with its column, value and reason; the other rows go in. Exit code 1 when a\n"
        "row was rejected.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("entity", nargs="?", metavar="APP.ENTITY", help="where the rows go; not needed with a whole mapping")
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="the CSV file (.csv, .asc, .txt); its first row names the columns"
    )
    parser.add_argument("--mapping", type=Path, metavar="FILE", help="a mapping file: which column becomes which field")
    parser.add_argument(
        "--source", type=Path, metavar="FOLDER", help="where the mapping's files are (default: beside FILE, or here)"
    )
    parser.add_argument("--encoding", choices=ENCODINGS, default="utf-8", help="of FILE without a mapping (default utf-8)")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Import and print the counts."""
    settings, now = settings_of(arguments), dt.datetime.now(dt.UTC)
    started = start(settings, now)
    context = import_context(started, settings, now)
    request = _request(arguments, context, settings)
    try:
        results = import_file(started.database, context, request, _progress)
    except BrokenMapping as broken:
        print(_findings(broken.diagnostics, broken.document, locale))
        return 1
    print_results(results, locale)
    return 1 if any(result.rejected for result in results) else 0


def import_context(started: Started, settings: Settings, now: dt.datetime) -> Context:
    """The platform imports, on behalf of the account at this machine."""
    return Context(
        principal=SYSTEM,
        releases=started.releases.current(),
        now=now,
        business_date=settings.business_date(now),
        request_id=new_id(now),
        on_behalf_of=operator().id,
        channel="import",
        demo=settings.demo,
    )


def print_results(results: list[StepResult], locale: str) -> None:
    """The counts of every file, and the first reasons of those with rejected rows."""
    table: list[tuple[str, ...]] = [_TABLE[locale]]
    for result in results:
        figures = (result.rows, result.created, result.updated, result.unchanged, result.left_out, result.rejected)
        table.append((result.entity, *(f"{figure:,}" for figure in figures)))
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for name, *counts in table:
        print(name.ljust(widths[0]), *(count.rjust(width) for count, width in zip(counts, widths[1:], strict=True)), sep="  ")
    for result in results:
        if result.rejected:
            print(_REJECTED[locale].format(count=result.rejected, file=result.file))
            for reject in result.first_rejects:
                reason = reject.reason.get(locale) or next(iter(reject.reason.values()), "")
                print(_ROW[locale].format(row=reject.row, column=reject.column or "-", value=reject.value or "-", reason=reason))
            print(_ALL[locale].format(path=result.reject_file))


def _request(arguments: argparse.Namespace, context: Context, settings: Settings) -> Request:
    apps = {name: live.app for name, live in context.releases.items()}
    rejects = settings.data_folder / "imports"
    app, entity = _target(arguments, apps)
    if arguments.mapping is None:
        if app is None or entity is None or arguments.file is None:
            raise Mistake(
                {
                    "en": "Say what goes where: APP.ENTITY FILE, or --mapping.",
                    "zh": "请指明 APP.ENTITY 和 FILE，或使用 --mapping。",
                }
            )
        reading = guess_mapping(app, entity, arguments.file, arguments.encoding)
        return Request(reading, arguments.file.parent, rejects)
    if not arguments.mapping.is_file():
        raise Mistake({"en": f"There is no file {arguments.mapping}.", "zh": f"没有文件 {arguments.mapping}。"})
    text = arguments.mapping.read_bytes().decode("utf-8", "surrogateescape")
    reading = read_mapping(str(arguments.mapping), text, apps)
    if arguments.file is None:
        return Request(reading, arguments.source or Path(), rejects)
    only = (entity, arguments.file) if entity is not None else None
    if only is None or (reading.mapping is not None and entity not in {step.entity for step in reading.mapping.steps}):
        raise Mistake(
            {"en": f"The mapping has no step for {arguments.entity}.", "zh": f"映射文件中没有 {arguments.entity} 的步骤。"}
        )
    return Request(reading, arguments.source or arguments.file.parent, rejects, only)


def _target(arguments: argparse.Namespace, apps: dict[str, App]) -> tuple[App | None, str | None]:
    if arguments.entity is None:
        return None, None
    name, _, entity = arguments.entity.partition(".")
    if name not in apps or not entity:
        known = ", ".join(sorted(apps))
        raise Mistake(
            {
                "en": f"{arguments.entity!r} is no APP.ENTITY of a live app ({known}).",
                "zh": f"“{arguments.entity}”不是已上线应用（{known}）的 APP.ENTITY。",
            }
        )
    return apps[name], entity


def _progress(result: StepResult) -> None:
    if sys.stderr.isatty():
        print(f"\r{result.entity}  {result.rows:,}", end="\n" if result.rows < 500 else "", file=sys.stderr)


def _findings(found: tuple[Diagnostic, ...], document: Document | None, locale: str) -> str:
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    texts = {document.file: document.text} if document is not None else {}
    return render_terminal(found, texts, locale=locale, colour=colour)
