"""`qiqiao plan`: what publishing a folder would do; reads and changes nothing."""

from __future__ import annotations

import argparse
import datetime as dt
import json

from builder.commands import Verbs
from builder.folder import add_apps_argument, add_folder_argument, apps_beside, open_folder
from builder.operator import add_database_argument, opened_to_look, settings_of
from builder.plan_text import plan_lines
from builder.shapes import plan_json
from runtime.publish.effect import Moment, effect_of
from runtime.publish.history import files_of
from runtime.publish.plan import plan_publish

_EXAMPLES = """\
  qiqiao plan app_definitions/bank_customer
  qiqiao plan app_definitions/bank_customer --database postgresql://qiqiao@db/qiqiao
  qiqiao plan app_definitions/bank_customer --json | jq .steps"""


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "plan",
        "show what publishing a folder would do",
        "Compares the folder with the active release and shows the changes in words, the SQL with its locks, the records\n"
        "that do not fit the new rules, the approvals that are running, and how many people gain or lose how many records.\n"
        "Changes nothing.\n"
        "Exit code 1 when the plan is blocked by an error.",
        _EXAMPLES,
        run,
    )
    add_folder_argument(parser)
    add_apps_argument(parser)
    parser.add_argument("--json", action="store_true", help="print the plan as JSON, in the shape of docs/rest.md 6")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Plan and print."""
    folder = open_folder(arguments.folder)
    settings, now = settings_of(arguments), dt.datetime.now(dt.UTC)
    with opened_to_look(settings) as database, database.read() as connection:
        find = apps_beside(folder.path, arguments.apps)
        planned = plan_publish(connection, folder.app, folder.files, now, find=find)
        effect = effect_of(connection, planned, Moment(now, settings.business_date(now), settings.demo))
        plan = planned.plan
        before = files_of(connection, folder.app, plan.from_)
    if arguments.json:
        print(json.dumps(plan_json(plan, before, folder.files, locale, effect), ensure_ascii=False, indent=1))
    else:
        print("\n".join(plan_lines(plan, locale, effect)))
    return 1 if plan.blocked else 0
