"""`qiqiao grant`: give a person a role of an app or of the platform for a time, or take it away."""

from __future__ import annotations

import argparse
import datetime as dt

from builder.commands import Mistake, Verbs
from builder.moments import moment_after, moment_of
from builder.operator import acting, add_database_argument
from runtime.commands.grant_roles import PLATFORM, Period, RoleName, give_role, take_role
from runtime.commands.show_people import find_person
from runtime.failures import Failure

_EXAMPLES = """\
  qiqiao grant zhou loan.clerk
  qiqiao grant zhou loan.clerk --to 2026-12-31 --reason "stands in for Li"
  qiqiao grant zhou loan.clerk --from 2026-12-01T09:00 --to 2026-12-01T17:30
  qiqiao grant sun platform.auditor
  qiqiao grant zhou loan.clerk --revoke --reason "moved to another branch\""""

_DONE = {
    "given": {"en": "{person} now holds {role}.", "zh": "{person} 现有角色 {role}。"},
    "taken": {"en": "{person} no longer holds {role}.", "zh": "{person} 已不再有角色 {role}。"},
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "grant",
        "give a person a role, or take it away",
        "Gives a person a role of a live app (APP.ROLE) or of the platform (platform.ROLE). It counts from the next request on,\n"
        "no longer from the moment that it ends, and stands in the audit trail under the name of the account at this machine.\n"
        "A moment is a day, or a day and a time where the bank is (2026-12-01T09:00); a day that ends a grant is included.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("person", metavar="USERNAME")
    parser.add_argument("role", metavar="APP.ROLE")
    parser.add_argument("--from", dest="valid_from", metavar="MOMENT", help="when it begins (default: now)")
    parser.add_argument("--to", dest="valid_to", metavar="MOMENT", help="when it ends (default: never)")
    parser.add_argument("--reason", help="why, for those who look at it later")
    parser.add_argument("--revoke", action="store_true", help="take the role away")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Give or take, and say so."""
    app, dot, role = arguments.role.partition(".")
    if not dot or not role:
        raise Mistake({"en": f"Name the role as APP.ROLE or {PLATFORM}.ROLE.", "zh": f"请写明 应用.角色 或 {PLATFORM}.角色。"})
    act = acting(arguments, dt.datetime.now(dt.UTC))
    period = Period(moment_of(arguments.valid_from, act.settings), moment_after(arguments.valid_to, act.settings))
    try:
        with act.database.write() as connection:
            person = find_person(connection, act.context, arguments.person)
            if arguments.revoke:
                take_role(connection, act.context, person, RoleName(app, role), arguments.reason)
            else:
                give_role(connection, act.context, person, RoleName(app, role), period, arguments.reason)
    except Failure as failure:
        raise Mistake(failure.message) from failure
    print(_DONE["taken" if arguments.revoke else "given"][locale].format(person=arguments.person, role=arguments.role))
    return 0
