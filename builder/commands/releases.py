"""`qiqiao releases`: the releases of an app, and the acts on them: a pilot for all, other units, its end, the way back, no longer waiting."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Row

from builder.commands import Mistake, Verbs
from builder.folder import version_of
from builder.operator import add_database_argument, context_for, operator, settings_of
from builder.review import approve_late
from builder.second_person import approver_who_agrees
from builder.units import units
from forms_dsl.model import Label
from runtime.context import Context
from runtime.publish.apply import activate
from runtime.publish.history import list_releases
from runtime.publish.pilot import change_units, end_pilot, extend_pilot, unit_ids
from runtime.publish.scheduled import cancel, late, leave_late, not_done, waiting
from runtime.publish.types import Release
from runtime.settings import Settings
from runtime.start import Started, start

_EXAMPLES = """\
  qiqiao releases bank_customer                                    all releases, newest first
  qiqiao releases bank_customer --extend --approver zhao           the pilot becomes live for the whole bank
  qiqiao releases bank_customer --end --approver zhao              everybody is back on the release before
  qiqiao releases bank_customer --pilot BJ01 --pilot BJ02 --approver zhao    the pilot is for these units now
  qiqiao releases bank_customer --back-to 3 --approver zhao        an earlier release is live again
  qiqiao releases bank_customer --cancel --approver zhao           what waits for its time is not published
  qiqiao releases bank_customer --late --approver zhao             what no worker published at its time is published now"""

_STATES: dict[str, Label] = {
    "active": {"en": "live", "zh": "在用"},
    "pilot": {"en": "pilot", "zh": "试点"},
    "applying": {"en": "being published", "zh": "正在发布"},
    "superseded": {"en": "superseded", "zh": "已替换"},
    "failed": {"en": "failed", "zh": "失败"},
}
_WAITS: dict[str, Label] = {
    "scheduled": {"en": "{app} {version} waits for {at}", "zh": "{app} {version} 将于 {at} 发布"},
    "not_started": {"en": "{app} {version} was not published at {at}: {why}", "zh": "{app} {version} 未能在 {at} 发布：{why}"},
    "cancelled": {"en": "{app} {version} is not published at {at}", "zh": "{app} {version} 不再于 {at} 发布"},
}
_DONE = {"en": "{app} {version}, release {release}: {state}{units}", "zh": "{app} {version}，版本 {release}：{state}{units}"}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "releases",
        "list the releases of an app; extend or end a pilot; go back",
        "Without an act: the releases of the app, newest first. An act takes a person with the platform role `publisher`,\n"
        "who agrees as for `qiqiao publish`; in a demonstration the operator is enough. Making a pilot live for more people\n"
        "takes somebody who did not make the change. Nothing is lost by any act: columns and records stay.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("app", metavar="APP", help="name of the app")
    acts = parser.add_mutually_exclusive_group()
    acts.add_argument("--extend", action="store_true", help="make the pilot live for the whole bank")
    acts.add_argument("--end", action="store_true", help="end the pilot: everybody uses the active release again")
    acts.add_argument("--pilot", action="append", metavar="UNIT", help="code of a unit of the pilot; may be repeated")
    acts.add_argument("--back-to", type=int, metavar="NUMBER", help="make an earlier release live again")
    acts.add_argument("--cancel", action="store_true", help="take back what waits for its time, or leave what was not done then")
    acts.add_argument("--late", action="store_true", help="publish now what no worker published at its time")
    parser.add_argument("--approver", metavar="USER", help="user name of the person whose act it is")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """List, or act and say what became of it."""
    settings, now = settings_of(arguments), dt.datetime.now(dt.UTC)
    started = start(settings, now)
    if arguments.cancel or arguments.late:
        return _settle(started, settings, arguments, locale, now)
    acts = arguments.extend or arguments.end or arguments.pilot or arguments.back_to
    if acts:
        print(_line(started, _act(started, settings, arguments, now), locale))
        return 0
    with started.database.read() as connection:
        found = list_releases(connection, arguments.app)
        timed = (*waiting(connection, arguments.app), *not_done(connection, arguments.app))
    if not found and not timed:
        raise Mistake({"en": f"There is no app {arguments.app}.", "zh": f"没有应用 {arguments.app}。"})
    for row in timed:
        print(_timed(row, row.state, settings, locale))
    for release in found:
        print(_line(started, release, locale))
    return 0


def _settle(started: Started, settings: Settings, arguments: argparse.Namespace, locale: str, now: dt.datetime) -> int:
    """What becomes of a publication that waits for its time or was not done then."""
    context = _context(started, settings, arguments, now)
    nothing = Mistake({"en": f"Nothing of {arguments.app} waits for a time.", "zh": f"{arguments.app} 没有定时发布。"})
    if arguments.late:
        with started.database.read() as connection:
            rows = late(connection, arguments.app)
        done = approve_late(started.database, started.releases, context, rows[0].id, None) if rows else None
        if done is None:
            raise nothing
        print(_line(started, done.release, locale))
        return 0
    with started.database.write() as connection:
        rows = waiting(connection, arguments.app)
        missed = late(connection, arguments.app) if not rows else ()
        is_settled = cancel(connection, context, rows[0]) if rows else bool(missed) and leave_late(connection, context, missed[0])
        if not is_settled:
            raise nothing
        rows = rows or missed
    print(_timed(rows[0], "cancelled", settings, locale))
    return 0


def _timed(row: Row[Any], state: str, settings: Settings, locale: str) -> str:
    at = row.publish_at.astimezone(ZoneInfo(settings.timezone)).strftime("%Y-%m-%d %H:%M")
    why = f"{row.failure['code']} {row.failure[locale]}" if row.failure else ""
    return _WAITS[state][locale].format(app=row.app, version=version_of(row.files), at=at, why=why)


def _act(started: Started, settings: Settings, arguments: argparse.Namespace, now: dt.datetime) -> Release:
    database, releases, app, alone = started.database, started.releases, arguments.app, not arguments.approver
    context = _context(started, settings, arguments, now)
    if arguments.extend:
        return extend_pilot(database, releases, app, context, alone=alone).release
    if arguments.end:
        return end_pilot(database, releases, app, context)
    if arguments.pilot:
        with database.read() as connection:
            ids = unit_ids(connection, arguments.pilot)
        return change_units(database, releases, app, ids, context, alone=alone)
    return activate(database, releases, app, arguments.back_to, context).release


def _context(started: Started, settings: Settings, arguments: argparse.Namespace, now: dt.datetime) -> Context:
    """Whose act it is: a publisher who agrees, or the operator of a demonstration."""
    if not arguments.approver:
        if not settings.demo:
            raise Mistake({"en": "Say whose act it is: --approver USER.", "zh": "请指明由谁执行：--approver USER。"})
        return context_for(operator(), settings, started.releases, now)
    person = approver_who_agrees(started.database, settings, arguments.approver, now)
    if "publisher" not in person.platform_roles:
        words = {"en": f"{arguments.approver} is no publisher.", "zh": f"{arguments.approver} 没有发布人角色。"}
        raise Mistake(words)
    return context_for(person, settings, started.releases, now)


def _line(started: Started, release: Release, locale: str) -> str:
    with started.database.read() as connection:
        names = [f"{unit['code']} {unit['name']}" for unit in units(connection, release.units).values()]
    where = f" ({', '.join(names)})" if names else ""
    state = _STATES[release.state][locale]
    return _DONE[locale].format(app=release.app, version=release.version, release=release.release, state=state, units=where)
