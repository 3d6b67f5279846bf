"""`qiqiao approvals`: running approvals by release, moving them to another one, and the reports that reviewers ask for."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from builder.commands import Mistake, Verbs
from builder.operator import Acting, acting, add_database_argument
from forms_dsl.model import Label
from runtime.commands.export_records import Format
from runtime.commands.migrate_approvals import Migration, migrate_approvals, running_by_release
from runtime.commands.report_approvals import Question, export_report, read_report
from runtime.failures import Invalid
from runtime.process.evidence.registry import REPORTS
from workflow_engine.upgrade import Plan

_EXAMPLES = """\
  qiqiao approvals list                                                   running approvals by release
  qiqiao approvals migrate bank_customer.approval --to 5 --dry-run        what would become of each
  qiqiao approvals migrate bank_customer.approval --to 5 --map check=review --reason "rule 2026/14"
  qiqiao approvals report four_eyes --from 2026-01-01 --to 2026-03-31 --unit CX
  qiqiao approvals report versions --from 2026-03-01 --to 2026-03-31 --file versions.xlsx"""

_STANDS: Label = {"en": "{name}\trelease {release}\t{running} running", "zh": "{name}\t版本 {release}\t{running} 笔在办"}
_NONE: Label = {"en": "No approval is running.", "zh": "没有在办的审批。"}
_GROUP: Label = {"en": "{count} of release {old}: {what}", "zh": "版本 {old} 的 {count} 笔：{what}"}
_FITS: Mapping[bool, Label] = {
    True: {"en": "can go over to release {to}", "zh": "可以迁移到版本 {to}"},
    False: {"en": "went over to release {to}", "zh": "已迁移到版本 {to}"},
}
_STAYS: Label = {"en": "stay as they are", "zh": "保持不变"}
_OPEN: Mapping[bool, Label] = {
    True: {
        "en": "  {title} → {to_title}: kept with its seats, votes and times",
        "zh": "  {title} → {to_title}：席位、票和期限保持不变",
    },
    False: {"en": "  {title} → {to_title}: its people are asked anew", "zh": "  {title} → {to_title}：重新指派"},
}
_LEFT: Label = {"en": "  not in that release, stays in the history: {steps}", "zh": "  该版本没有、保留在历史中：{steps}"}
_OVER: Label = {
    "en": "  new before the open step, not made up for: {steps}",
    "zh": "  排在当前步骤之前的新步骤，不再补办：{steps}",
}
_RECORDS: Label = {"en": "  records: {titles}", "zh": "  记录：{titles}"}
_TAKEN: Label = {"en": "{rows} row(s) in {file}", "zh": "{rows} 行，已写入 {file}"}
_TOTAL: Label = {"en": "{fitting} fit, {refused} refused.", "zh": "可迁移 {fitting} 笔，不能迁移 {refused} 笔。"}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "approvals",
        "list running approvals by release, move them to another one; reports for reviewers",
        "A running approval stays on the release that it started on. `migrate` moves those of a workflow that fit to another\n"
        "release, each in a transaction of its own: steps that are called the same are the same, others are named with --map.\n"
        "Open seats, votes and due times stay as they are; with --ask-anew the people of a step are asked anew. What does not\n"
        "fit is refused with the reason and is not touched. Every approval that is moved has it in its history and in the trail.\n"
        "`report` prints one of the reports that a bank's reviewers ask for, or writes it to a file.",
        _EXAMPLES,
        run,
    )
    whats = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    add_database_argument(whats.add_parser("list", help="running approvals by release"))
    move = whats.add_parser("migrate", help="move the running approvals of a workflow to a release that is in use")
    move.add_argument("workflow", metavar="WORKFLOW", help="APP.WORKFLOW; the workflow alone where only one app has it")
    move.add_argument("--to", type=int, required=True, metavar="RELEASE", help="number of the release")
    move.add_argument(
        "--map", action="append", default=[], metavar="OLD=NEW", help="which step an old one becomes; repeat for more"
    )
    move.add_argument("--ask-anew", action="append", default=[], metavar="STEP", help="an open step whose people are asked anew")
    move.add_argument("--reason", default="", metavar="TEXT", help="why, for the history of each approval")
    move.add_argument("--dry-run", action="store_true", help="only say what would become of each")
    add_database_argument(move)
    report = whats.add_parser("report", help="a report for reviewers: " + ", ".join(REPORTS))
    report.add_argument("name", metavar="NAME", choices=list(REPORTS), help="which report")
    report.add_argument("--from", dest="first", type=dt.date.fromisoformat, required=True, metavar="DAY", help="first day")
    report.add_argument("--to", dest="last", type=dt.date.fromisoformat, required=True, metavar="DAY", help="last day, included")
    report.add_argument("--unit", metavar="CODE", help="a unit with all below it")
    report.add_argument("--workflow", metavar="WORKFLOW", help="APP.WORKFLOW")
    report.add_argument("--file", type=Path, metavar="FILE", help="write all of it to FILE.xlsx or FILE.csv")
    add_database_argument(report)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """List, or move and say what became of each; 1 when something was refused."""
    act = acting(arguments, dt.datetime.now(dt.UTC))
    act = replace(act, context=replace(act.context, locale=locale))
    if arguments.what == "list":
        print("\n".join(_list(act, locale)) or _NONE[locale])
        return 0
    return _report(act, arguments, locale) if arguments.what == "report" else _migrate(act, arguments, locale)


def _list(act: Acting, locale: str) -> list[str]:
    with act.database.read() as connection:
        found = running_by_release(connection, act.context)
    offers: Sequence[Mapping[str, Any]] = found
    return [
        _STANDS[locale].format(name=f"{offer['app']}.{offer['workflow']}", **stand)
        for offer in offers
        for stand in offer["running"]
    ]


def _migrate(act: Acting, arguments: argparse.Namespace, locale: str) -> int:
    app, workflow = _named(act, arguments.workflow)
    plan = Plan(dict(_pair(each) for each in arguments.map), frozenset(arguments.ask_anew))
    wanted = Migration(app, workflow, arguments.to, plan, arguments.reason, arguments.dry_run)
    fitting, refused, after = 0, 0, None
    while True:
        try:
            told: Mapping[str, Any] = migrate_approvals(act.database, act.context, replace(wanted, after=after))
        except Invalid as wrong:
            raise Mistake(wrong.faults[0].message if wrong.faults else wrong.message) from wrong
        print("\n".join(line for group in told["groups"] for line in _lines(group, told, locale)))
        fitting, refused, after = fitting + told["fitting"], refused + told["refused"], told["next"]
        if after is None:
            break
    print(_TOTAL[locale].format(fitting=fitting, refused=refused))
    return 1 if refused else 0


def _report(act: Acting, arguments: argparse.Namespace, locale: str) -> int:
    """Print every row, or write the file."""
    app, workflow = _named(act, arguments.workflow) if arguments.workflow else (None, None)
    question = Question(arguments.name, arguments.first, arguments.last, arguments.unit, app, workflow)
    zone, place = act.settings.timezone, 0
    try:
        if arguments.file is not None:
            format: Format = "csv" if arguments.file.suffix == ".csv" else "xlsx"
            with export_report(act.database, act.context, zone, question, format, act.settings.data_folder) as made:
                arguments.file.write_bytes(made.file.read())
            print(_TAKEN[locale].format(rows=made.rows, file=arguments.file))
            return 0
        while place is not None:
            told: Mapping[str, Any] = read_report(act.database, act.context, zone, question, place, 500)
            if place == 0:
                print("\t".join(column["label"][locale] for column in told["columns"]))
            for row in told["items"]:
                print("\t".join(str(row[column["name"]] or "") for column in told["columns"]))
            place = told["next"]
    except Invalid as wrong:
        raise Mistake(wrong.faults[0].message if wrong.faults else wrong.message) from wrong
    return 0


def _lines(group: Mapping[str, Any], told: Mapping[str, Any], locale: str) -> list[str]:
    what = _STAYS[locale] if group["refused"] else _FITS[told["dry_run"]][locale].format(to=told["to"])
    lines = [_GROUP[locale].format(count=group["count"], old=group["from"], what=what)]
    lines += [f"  {reason}" for reason in group["refused"]]
    lines += [] if group["refused"] else [_OPEN[moved["kept"]][locale].format(**moved) for moved in group["open"]]
    lines += [_LEFT[locale].format(steps=", ".join(group["left"]))] if group["left"] else []
    lines += [_OVER[locale].format(steps=", ".join(group["passed_over"]))] if group["passed_over"] else []
    return [*lines, _RECORDS[locale].format(titles=", ".join(each["title"] for each in group["records"]))]


def _named(act: Acting, named: str) -> tuple[str, str]:
    app, dot, workflow = named.rpartition(".")
    if dot:
        return app, workflow
    apps = [name for name, compiled in act.context.releases.items() if named in compiled.app.workflows]
    if len(apps) != 1:
        raise Mistake({"en": f"Say whose {named} it is: APP.{named}", "zh": f"请写明应用：APP.{named}"})
    return apps[0], named


def _pair(text: str) -> tuple[str, str]:
    old, sign, new = text.partition("=")
    if not sign or not old or not new:
        raise Mistake({"en": f"--map is OLD=NEW, not {text!r}.", "zh": f"--map 应为 旧=新，而不是“{text}”。"})
    return old, new
