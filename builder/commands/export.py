"""`qiqiao export`: a list into a file, by the rights of a person."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import shutil
from pathlib import Path
from typing import cast

from builder.commands import Mistake, Verbs
from builder.operator import add_database_argument, context_for, operator, person_by_username, settings_of
from builder.second_person import approver_who_agrees
from runtime.commands.export_records import KINDS, Exported, Format, Wish, export_records
from runtime.commands.request_export import ask_export, decide_export, take_export
from runtime.context import Context
from runtime.records.request import parse_export
from runtime.start import start

_EXAMPLES = """\
  qiqiao export bank_customer.customer customers.xlsx --as zhou
  qiqiao export bank_customer.loan loans.csv --as zhou --where 'amount > 100000' --order=-amount --select account.account_no,amount
  qiqiao export bank_customer.customer all.xlsx --as zhou --approver li       with the release of a second person
  qiqiao export bank_customer.customer codes.csv --as zhou --codes            as kept: names of fields, codes, ids"""

_DONE = {"en": "{rows:,} records in {file} (SHA-256 {sha256})", "zh": "{file} 含 {rows:,} 条记录（SHA-256 {sha256}）"}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "export",
        "write a list to a file, by the rights of a person",
        "Writes the records that a person may take out to an Excel workbook or a CSV file: by their roles' export rights,\n"
        "with their masks, within their limits, with their name on it and an event in the audit trail. What needs the\n"
        "release of a second person is written when --approver gives an API token (QIQIAO_APPROVER_TOKEN) or a password.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("entity", metavar="APP.ENTITY", help="the records")
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write, .xlsx or .csv")
    parser.add_argument("--as", dest="person", required=True, metavar="USERNAME", help="by whose rights")
    parser.add_argument("--where", help="only records for which this holds, in the expression language")
    parser.add_argument("--order", help="fields to order by, with commas; a minus before one is falling")
    parser.add_argument("--select", help="columns, with commas (default: all fields that may leave)")
    parser.add_argument("--search", help="only records in whose texts this is found")
    parser.add_argument("--segment", help="only members of this segment")
    parser.add_argument("--codes", action="store_true", help="values as they are kept, under the names of fields")
    parser.add_argument("--approver", metavar="USERNAME", help="the second person, where the export needs a release")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Write the file and say what it holds."""
    settings, now = settings_of(arguments), dt.datetime.now(dt.UTC)
    wish = _wish(arguments)
    started = start(settings, now)
    with started.database.read() as connection:
        person = person_by_username(connection, arguments.person, settings, now)
    usual = context_for(person, settings, started.releases, now)
    live = started.releases.for_unit(person.unit_path)  # as he sees them on his screens
    context = dataclasses.replace(usual, releases=live, locale=locale, on_behalf_of=operator().id)
    if arguments.approver is None:
        with export_records(started.database, context, wish, settings.data_folder) as exported:
            _keep(exported, arguments.file, locale)
        return 0
    second = approver_who_agrees(started.database, settings, arguments.approver, now)
    approver: Context = context_for(second, settings, started.releases, now)
    asked = str(ask_export(started.database, context, wish, None)["id"])
    decide_export(started.database, approver, wish.app, asked, "released", None)
    with take_export(started.database, context, wish.app, asked, settings.data_folder) as exported:
        _keep(exported, arguments.file, locale)
    return 0


def _wish(arguments: argparse.Namespace) -> Wish:
    format = arguments.file.suffix.removeprefix(".").lower()
    if format not in KINDS:
        raise Mistake({"en": "FILE ends in .xlsx or .csv.", "zh": "FILE 须以 .xlsx 或 .csv 结尾。"})
    app, _, entity = arguments.entity.partition(".")
    given = {name: value for name in ("where", "order", "select", "search", "segment") if (value := getattr(arguments, name))}
    request, _ = parse_export(given.items(), tuple(KINDS))
    return Wish(app, entity, request, cast("Format", format), labels=not arguments.codes)


def _keep(exported: Exported, file: Path, locale: str) -> None:
    """Copy the bytes to where they are wanted, once all of them are there."""
    try:
        with file.open("wb") as out:
            shutil.copyfileobj(exported.file, out)
    except OSError as failure:
        said = f"{file}: {failure.strerror}"
        raise Mistake({"en": f"Cannot write {said}.", "zh": f"无法写入 {said}。"}) from failure
    print(_DONE[locale].format(rows=exported.rows, file=file, sha256=exported.sha256))
