"""`qiqiao run-automation`: an automation now, as the clock would run it."""

from __future__ import annotations

import argparse
import datetime as dt

from builder.commands import Mistake, Verbs
from builder.operator import add_database_argument, settings_of
from runtime.commands.run_automation import Site, run_automation
from runtime.start import start

_EXAMPLES = """\
  qiqiao run-automation bank_customer.silent_account"""

_DONE = {
    "en": "{due} record(s) met the condition, {taken} were taken, {failed} could not be.",
    "zh": "{due} 条记录符合条件，已处理 {taken} 条，{failed} 条无法处理。",
}


_WAITING = {
    "en": "{n} open work item(s) of it wait: nobody holds the role in the unit yet. They are offered as soon as somebody does.",
    "zh": "其中 {n} 项待办暂无人可办（机构内无人持有该角色），有人任职后自动分派。",
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "run-automation",
        "run an automation now",
        "Runs an automation of a live app at once instead of at its time. It counts as the run of the last due moment:\n"
        "records in their cooldown are left alone, so running it twice does nothing twice.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("automation", metavar="APP.NAME", help="the app and the name of the automation")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Run it and say what it did."""
    app, dot, name = arguments.automation.partition(".")
    if not dot:
        raise Mistake({"en": "Name the app and the automation: APP.NAME.", "zh": "请写明应用和规则：应用.规则。"})
    settings = settings_of(arguments)
    started = start(settings, dt.datetime.now(dt.UTC))
    site = Site(started.database, started.releases, settings, lambda: dt.datetime.now(dt.UTC))
    ran = run_automation(site, app, name)
    print(_DONE[locale].format(due=ran.due, taken=ran.taken, failed=len(ran.failed)))
    if ran.waiting:
        print(_WAITING[locale].format(n=ran.waiting))
    for record_id, why in ran.failed[:20]:
        print(f"  {record_id}: {why}")
    return 1 if ran.failed else 0
