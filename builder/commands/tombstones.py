"""`qiqiao tombstones`: what releases left behind; bring it back into the draft, or have it purged by two people."""

from __future__ import annotations

import argparse
import datetime as dt

from builder.bringing_back import bring_back
from builder.commands import Mistake, Verbs
from builder.operator import add_database_argument, context_for, operator, settings_of
from builder.second_person import approver_who_agrees
from forms_dsl.model import Label
from forms_dsl.reading import ReadOnce
from runtime.context import Context
from runtime.publish.direct import direct_origin
from runtime.publish.purge import PURGER, approve_purge, ask_purge, purges_of, withdraw_purge
from runtime.publish.tombstones import Tombstone, tombstones
from runtime.settings import Settings
from runtime.start import Started, start

_EXAMPLES = """\
  qiqiao tombstones bank_customer                                       what is out of use, the oldest first
  qiqiao tombstones bank_customer --bring-back customer.fax --person shen    the field is in the draft again
  qiqiao tombstones bank_customer --purge customer.fax --person wang    asks for the column to be dropped for good
  qiqiao tombstones bank_customer --approve ID --person zhao            somebody else lets it be done
  qiqiao tombstones bank_customer --withdraw ID --person wang           it is not done"""

_LINE: Label = {
    "en": "{id}  {thing}{retyped}  out of use since {since}, kept until {until}  {rows} row(s), {bytes} byte(s)",
    "zh": "{id}  {thing}{retyped}  停用于 {since}，保留至 {until}  {rows} 行，{bytes} 字节",
}
_RETYPED: Label = {"en": " (as it was before its type changed)", "zh": "（更改类型前的值）"}
_PURGE: Label = {"en": "purge {id}  {state}  {things}", "zh": "清除 {id}  {state}  {things}"}
_STATES: dict[str, Label] = {
    "open": {"en": "waits for a second person", "zh": "待复核"},
    "done": {"en": "done", "zh": "已清除"},
    "withdrawn": {"en": "withdrawn", "zh": "已撤回"},
}
_NONE: Label = {"en": "Nothing of {app} is out of use.", "zh": "{app} 没有已停用的列或表。"}
_BACK: Label = {
    "en": "{thing} is in the draft again; publishing it brings its data back.",
    "zh": "“{thing}”已放回草稿；发布后数据随之恢复。",
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "tombstones",
        "list what releases left behind; bring it back, or purge it with a second person",
        "Without an act: the columns and tables that no release in use has any more. Bringing back saves the text in the draft\n"
        "and takes a designer. Purging drops for good: two people with the platform role `purger`, and only what has been out of\n"
        "use for QIQIAO_PURGE_AFTER_DAYS days (90) and nobody needs. There is no way back from it.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("app", metavar="APP", help="name of the app")
    acts = parser.add_mutually_exclusive_group()
    acts.add_argument("--bring-back", metavar="THING", help="put it back into the draft, by its name or id")
    acts.add_argument("--purge", action="append", metavar="THING", help="ask for it to be dropped for good; may be repeated")
    acts.add_argument("--approve", metavar="ID", help="let a purge be done that somebody else asked for")
    acts.add_argument("--withdraw", metavar="ID", help="take back a purge that is not done yet")
    parser.add_argument("--note", metavar="TEXT", help="why it is purged")
    parser.add_argument("--person", metavar="USER", help="user name of the person whose act it is")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """List, or act and list what became of it."""
    settings, now = settings_of(arguments), dt.datetime.now(dt.UTC)
    started, app = start(settings, now), arguments.app
    held = dt.timedelta(days=settings.purge_after_days)
    database = started.database
    if arguments.bring_back:
        context = _context(started, settings, arguments, now, "designer")
        found = _found(started, app, arguments.bring_back)
        with database.read() as connection:
            direct_origin(connection, settings, context, app)
        bring_back(database, context, app, found.id, ReadOnce())
        print(_BACK[locale].format(thing=found.thing))
        return 0
    if arguments.purge:
        context = _context(started, settings, arguments, now, PURGER)
        ids = [_found(started, app, each).id for each in arguments.purge]
        with database.write() as connection:
            ask_purge(connection, context, app, ids, arguments.note, held)
    elif arguments.approve:
        approve_purge(database, _context(started, settings, arguments, now, PURGER), app, arguments.approve, held)
    elif arguments.withdraw:
        context = _context(started, settings, arguments, now, PURGER)
        with database.write() as connection:
            withdraw_purge(connection, context, app, arguments.withdraw)
    print("\n".join(_lines(started, app, held, locale)))
    return 0


def _lines(started: Started, app: str, held: dt.timedelta, locale: str) -> list[str]:
    with started.database.read() as connection:
        found, purges = tombstones(connection, app), purges_of(connection, app)
    lines = [_line(one, held, locale) for one in found]
    lines += [_PURGE[locale].format(id=row.id, state=_STATES[row.state][locale], things=", ".join(row.things)) for row in purges]
    return lines or [_NONE[locale].format(app=app)]


def _line(one: Tombstone, held: dt.timedelta, locale: str) -> str:
    since = one.since.date().isoformat() if one.since is not None else "?"
    until = (one.since + held).date().isoformat() if one.since is not None else "?"
    retyped = _RETYPED[locale] if one.is_retyped else ""
    return _LINE[locale].format(
        id=one.id, thing=one.thing, retyped=retyped, since=since, until=until, rows=one.rows, bytes=one.bytes
    )


def _found(started: Started, app: str, named: str) -> Tombstone:
    """The tombstone of this id, or of this name where only one has it."""
    with started.database.read() as connection:
        found = [one for one in tombstones(connection, app) if named in {one.id, one.thing}]
    if len(found) != 1:
        words = {
            "en": f"There is no {named} out of use, or more than one: say its id.",
            "zh": f"没有停用的 {named}，或不止一个：请写 id。",
        }
        raise Mistake(words)
    return found[0]


def _context(started: Started, settings: Settings, arguments: argparse.Namespace, now: dt.datetime, role: str) -> Context:
    """Whose act it is: a person who agrees and holds the role; a demonstration's operator may bring back."""
    if not arguments.person:
        if not settings.demo or role == PURGER:
            raise Mistake({"en": "Say whose act it is: --person USER.", "zh": "请指明由谁执行：--person USER。"})
        return context_for(operator(), settings, started.releases, now)
    person = approver_who_agrees(started.database, settings, arguments.person, now)
    if role not in person.platform_roles:
        raise Mistake({"en": f"{arguments.person} does not hold {role}.", "zh": f"{arguments.person} 没有 {role} 角色。"})
    return context_for(person, settings, started.releases, now)
