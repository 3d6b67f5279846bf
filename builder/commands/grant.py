"""`qiqiao grant`: give a person a role of an app or of the platform, or take it away."""

from __future__ import annotations

import argparse
import datetime as dt

from builder.commands import Mistake, Verbs
from builder.operator import add_database_argument, context_for, operator, person_by_username, settings_of
from runtime.commands.grant_roles import PLATFORM, RoleName, give_role, take_role
from runtime.failures import Failure
from runtime.start import start

_EXAMPLES = """\
  qiqiao grant zhou loan.clerk
  qiqiao grant zhou loan.clerk --to 2026-12-31
  qiqiao grant sun platform.auditor
  qiqiao grant zhou loan.clerk --revoke"""

_DONE = {
    "given": {"en": "{person} now holds {role}.", "zh": "{person} 现有角色 {role}。"},
    "taken": {"en": "{person} no longer holds {role}.", "zh": "{person} 已不再有角色 {role}。"},
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "grant",
        "give a person a role, or take it away",
        "Gives a person a role of a live app (APP.ROLE) or of the platform (platform.ROLE). It counts from the next request on\n"
        "and stands in the audit trail under the name of the account at this machine.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("person", metavar="USERNAME")
    parser.add_argument("role", metavar="APP.ROLE")
    parser.add_argument("--from", dest="valid_from", metavar="DAY", type=dt.date.fromisoformat, help="the first day of it")
    parser.add_argument("--to", dest="valid_to", metavar="DAY", type=dt.date.fromisoformat, help="the last day of it")
    parser.add_argument("--revoke", action="store_true", help="take the role away")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Give or take, and say so."""
    app, dot, role = arguments.role.partition(".")
    if not dot or not role:
        raise Mistake({"en": f"Name the role as APP.ROLE or {PLATFORM}.ROLE.", "zh": f"请写明 应用.角色 或 {PLATFORM}.角色。"})
    settings, now = settings_of(arguments), dt.datetime.now(dt.UTC)
    started = start(settings, now)
    context = context_for(operator(), settings, started.releases, now)
    with started.database.read() as connection:
        person = person_by_username(connection, arguments.person, settings, now)
    try:
        if arguments.revoke:
            take_role(started.database, context, person, RoleName(app, role))
        else:
            give_role(started.database, context, person, RoleName(app, role), arguments.valid_from, arguments.valid_to)
    except Failure as failure:
        raise Mistake(failure.message) from failure
    print(_DONE["taken" if arguments.revoke else "given"][locale].format(person=person.name, role=arguments.role))
    return 0
