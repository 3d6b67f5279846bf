"""`qiqiao imports`: files into records as batches, by the rights of a person: staged, checked, released, written, taken back."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from builder.commands import Mistake, Verbs
from builder.operator import add_database_argument, context_for, operator, person_by_username, settings_of
from builder.second_person import approver_who_agrees
from runtime.commands.decide_import import Act, decide_import
from runtime.commands.export_records import KINDS
from runtime.commands.import_mapping import ENCODINGS
from runtime.commands.run_automation import Site
from runtime.commands.run_import import run_phase
from runtime.commands.scan_file import scan_with
from runtime.commands.show_import import list_imports, rejects_file, show_import, show_left, show_preview
from runtime.commands.stage_import import Staging, assigned_by, check_size, stage_import
from runtime.context import Context
from runtime.jobs.queue import Lost
from runtime.settings import Settings
from runtime.start import Started, start
from runtime.store.blobs import PIECE, Arriving

_EXAMPLES = """\
  qiqiao imports stage bank_customer.customer customers.xlsx --as zhou     keep and check a file; nothing is written
  qiqiao imports stage bank_customer.customer old.csv --as zhou --map 客户姓名=full_name --map 备注=
  qiqiao imports preview bank_customer.customer ID --as zhou
  qiqiao imports errors bank_customer.customer ID reasons.xlsx --as zhou
  qiqiao imports release bank_customer.customer ID --as li                 the second person, who shows who they are
  qiqiao imports write bank_customer.customer ID --as zhou
  qiqiao imports undo bank_customer.customer ID --as zhou"""

_ACTS: tuple[Act, ...] = ("release", "refuse", "write", "cancel", "undo")
_WHAT = ("stage", "list", "show", "preview", "errors", "left", *_ACTS)
#: State → the phase that brings a batch out of it.
_PHASES = {"staged": "check", "writing": "write", "undoing": "undo"}
_PAUSE_SECONDS = 0.5

_LINE = {
    "en": "{id}  {state}  {file}: {rows:,} rows, {created:,} new, {changed:,} changed, {unchanged:,} unchanged, {rejected:,} rejected",
    "zh": "{id}  {state}  {file}：{rows:,} 行，新增 {created:,}，更新 {changed:,}，未变 {unchanged:,}，拒绝 {rejected:,}",
}
_UNDONE = {
    "en": "{undone:,} taken back, {left:,} left since they were changed",
    "zh": "已撤销 {undone:,}，因已被修改而保留 {left:,}",
}
_WAITS = {"en": "Waits for the release of another person: {roles}", "zh": "须由另一人批准：{roles}"}
_READ = {"en": "Read as {how}", "zh": "按 {how} 读取"}
_WRITTEN = {"en": "{rows:,} reasons in {file}", "zh": "{file} 含 {rows:,} 条原因"}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "imports",
        "bring a file of records in as a batch that is checked, released and can be undone",
        "A CSV file (UTF-8, GBK, GB18030; found out) or Excel workbook is kept as evidence and checked row by row under the\n"
        "rights of the person who brings it; then it is written, after the release of a second person where the role wants one,\n"
        "and can be taken back as a whole. The worker does the same for what is staged over REST or on the screen. Exit code 1\n"
        "when a row is rejected or the batch stopped. See docs/imports.md.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("what", choices=_WHAT, metavar="WHAT", help=", ".join(_WHAT))
    parser.add_argument("entity", metavar="APP.ENTITY", help="the records")
    parser.add_argument("batch", nargs="?", metavar="FILE|ID", help="the file to stage, or the batch")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="where reasons go, .csv or .xlsx")
    parser.add_argument("--as", dest="person", required=True, metavar="USERNAME", help="by whose rights")
    parser.add_argument("--note", help="what is told to the other person")
    parser.add_argument("--encoding", choices=ENCODINGS, help="of a CSV file, where it is not found out")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help="for a column that is called otherwise; COLUMN= leaves it out",
    )
    parser.add_argument("--release", action="store_true", help="ask another person even where a role lets it in without")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Do it and say how the batch stands."""
    settings, now = settings_of(arguments), dt.datetime.now(dt.UTC)
    started = start(settings, now)
    app, _, entity = arguments.entity.partition(".")
    context = _context(arguments, settings, started, now, locale)
    if arguments.what == "list":
        for known in list_imports(started.database, context, app, entity):
            _say(known, locale)
        return 0
    if arguments.batch is None:
        raise Mistake({"en": "Name the file or the batch.", "zh": "请指明文件或批次。"})
    if arguments.what == "stage":
        id = _stage(
            started,
            context,
            settings,
            Staging(
                app,
                entity,
                Path(arguments.batch).name,
                arguments.note,
                arguments.encoding,
                arguments.release,
                assigned_by(arguments.map),
            ),
            Path(arguments.batch),
        )
    else:
        id = arguments.batch
    match arguments.what:
        case "preview" | "left":
            return _print_rows(started, context, settings, (app, entity, id), arguments.what, locale)
        case "errors":
            return _keep_reasons(started, context, settings, (app, entity, id), arguments.file, locale)
        case act if act in _ACTS:
            decide_import(started.database, context, app, entity, id, cast("Act", act), arguments.note)
    batch = _carried_on(started, settings, context, app, entity, id)
    _say(batch, locale)
    return (
        1
        if batch["error"] or batch["state"] == "failed" or (arguments.what in {"stage", "write"} and batch["counts"]["rejected"])
        else 0
    )


def _context(arguments: argparse.Namespace, settings: Settings, started: Started, now: dt.datetime, locale: str) -> Context:
    """The person as on his screens; who decides shows that they are who they are said to be."""
    if arguments.what in {"release", "refuse"}:
        person = approver_who_agrees(started.database, settings, arguments.person, now)
    else:
        with started.database.read() as connection:
            person = person_by_username(connection, arguments.person, settings, now)
    usual = context_for(person, settings, started.releases, now)
    live = started.releases.for_unit(person.unit_path)
    return dataclasses.replace(usual, releases=live, locale=locale, on_behalf_of=operator().id)


def _stage(started: Started, context: Context, settings: Settings, staging: Staging, path: Path) -> str:
    if not path.is_file():
        raise Mistake({"en": f"There is no file {path}.", "zh": f"没有文件 {path}。"})
    with Arriving(settings.data_folder) as arriving, path.open("rb") as file:
        while piece := file.read(PIECE):
            check_size(arriving.size + len(piece))
            arriving.write(piece)
        return stage_import(started.database, context, staging, arriving, scan_with(settings.scan_command)).id


def _carried_on(started: Started, settings: Settings, context: Context, app: str, entity: str, id: str) -> dict[str, Any]:
    """The batch once what is to be done with it is done, here or by a worker that was faster."""
    site = Site(started.database, started.releases, settings, lambda: dt.datetime.now(dt.UTC))
    while True:
        batch = show_import(started.database, context, app, entity, id)
        phase = _PHASES.get(str(batch["state"]))
        if phase is None or batch["error"]:
            return batch
        try:
            run_phase(site, app, entity, id, phase, lambda: _progress(started, context, app, entity, id))
        except Lost:
            time.sleep(_PAUSE_SECONDS)


def _progress(started: Started, context: Context, app: str, entity: str, id: str) -> None:
    if sys.stderr.isatty():
        progress = cast("Mapping[str, object]", show_import(started.database, context, app, entity, id)["progress"])
        print(f"\r{progress['rows']:,} / {progress['of'] or '?'}", end="", file=sys.stderr)


def _say(batch: Mapping[str, Any], locale: str) -> None:
    file, counts = batch["file"], batch["counts"]
    print(_LINE[locale].format(id=batch["id"], state=batch["state"], file=file["name"], **counts))
    if batch["state"] in {"staged", "checked"}:
        how = " ".join(str(file[name]) for name in ("kind", "encoding", "delimiter") if file[name])
        print("  " + _READ[locale].format(how=how))
    if batch["state"] == "checked" and batch["released_by"]:
        print("  " + _WAITS[locale].format(roles=", ".join(label.get(locale, "") for label in batch["released_by"])))
    if batch["undone"] or batch["left"]:
        print("  " + _UNDONE[locale].format(undone=batch["undone"], left=batch["left"]))
    if batch["error"]:
        print("  " + str(batch["error"].get(locale)))


def _print_rows(
    started: Started, context: Context, settings: Settings, place: tuple[str, str, str], what: str, locale: str
) -> int:
    if what == "preview":
        rows = cast("list[dict[str, Any]]", show_preview(started.database, context, *place, settings.data_folder)["rows"])
        for row in rows:
            values = "  ".join(f"{name}={value}" for name, value in row["values"].items() if value is not None)
            print(f"{row['row']:>8}  {row['act']:<9}  {values}")
            for reason in row.get("reasons", ()):
                print(" " * 21 + ": ".join(str(reason[part]) for part in ("column", "code", "reason") if reason[part]))
        return 0
    after = 0
    while True:
        page = show_left(started.database, context, *place, after)
        for item in cast("list[dict[str, Any]]", page["items"]):
            print(f"{item['row']:>8}  {item['id']}  {', '.join(item['fields'])}  {item['reason'].get(locale, '')}")
        if page["next"] is None:
            return 0
        after = int(str(page["next"]))


def _keep_reasons(
    started: Started, context: Context, settings: Settings, place: tuple[str, str, str], file: Path | None, locale: str
) -> int:
    format = file.suffix.removeprefix(".").lower() if file is not None else ""
    if file is None or format not in KINDS:
        raise Mistake({"en": "FILE ends in .xlsx or .csv.", "zh": "FILE 须以 .xlsx 或 .csv 结尾。"})
    with rejects_file(started.database, context, *place, format, settings.data_folder) as reasons:
        try:
            with file.open("wb") as out:
                shutil.copyfileobj(reasons.file, out)
        except OSError as failure:
            said = f"{file}: {failure.strerror}"
            raise Mistake({"en": f"Cannot write {said}.", "zh": f"无法写入 {said}。"}) from failure
    print(_WRITTEN[locale].format(rows=reasons.rows, file=file))
    return 0
