"""`qiqiao people`: who is there with which unit, posts, groups and roles; add, move and shut out people; give them posts."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.engine import Connection

from builder.commands import Mistake, Verbs
from builder.moments import day_of
from builder.operator import Acting, acting, add_database_argument
from runtime.commands.manage_people import (
    Days,
    PersonChange,
    change_person,
    end_group,
    end_post,
    give_group,
    give_post,
    new_person,
    set_password,
)
from runtime.commands.manage_units import NewUnit, UnitChange, change_unit, new_unit
from runtime.commands.show_people import PeopleWanted, find_person, find_unit, list_people, list_units, show_person
from runtime.failures import Failure

_EXAMPLES = """\
  qiqiao people list --role loan.clerk
  qiqiao people show zhou
  qiqiao people add zhou 周敏 --unit CX --reason "new colleague"
  qiqiao people password zhou
  qiqiao people move zhou BJ --reason "rotation"
  qiqiao people shut-out zhou --reason "left the bank"
  qiqiao people post zhou 复核岗 --unit CX --to 2026-12-31
  qiqiao people group zhou 贷审会
  qiqiao people units
  qiqiao people unit CX --leader zhou"""

#: So many people stand in one list; a search narrows it.
_MOST = 200
_DONE = {"en": "Done.", "zh": "已完成。"}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "people",
        "look after people, units, posts and groups",
        "Shows and changes who is in the bank: people with their unit, posts (from day to day, several for one person), groups\n"
        "and roles (given with `qiqiao grant`), and the tree of units with its leaders. Every change stands in the audit trail\n"
        "under the name of the account at this machine. Nothing is deleted: what ended stays with who ended it and why.",
        _EXAMPLES,
        run,
    )
    whats = parser.add_subparsers(dest="what", required=True, metavar="WHAT")

    def what(name: str, help: str, *names: str, change: bool = True) -> argparse.ArgumentParser:
        one: argparse.ArgumentParser = whats.add_parser(name, help=help)
        for each in names:
            one.add_argument(each.lower(), metavar=each)
        if change:
            one.add_argument("--reason", help="why, for those who look at it later")
        add_database_argument(one)
        return one

    listing = what("list", "people by user name, with what they hold now", change=False)
    listing.add_argument("--search", help="a part of the name or user name")
    listing.add_argument("--unit", metavar="CODE", help="of a unit and all below it")
    listing.add_argument("--role", metavar="APP.ROLE")
    listing.add_argument("--shut-out", action="store_true", help="those who may not act")
    what("show", "one person with all that was ever granted, as JSON", "USERNAME", change=False)
    what("add", "add a person", "USERNAME", "NAME").add_argument("--unit", metavar="CODE")
    what("password", "set a password, typed at the terminal or given on standard input", "USERNAME")
    what("move", "put a person into another unit", "USERNAME", "UNIT")
    what("shut-out", "let a person act no more, from the next request on", "USERNAME")
    what("let-in", "let a person act again", "USERNAME")
    post = what("post", "give a person a post in a unit", "USERNAME", "POST")
    post.add_argument("--unit", metavar="CODE", help="the unit (default: his own)")
    group = what("group", "make a person a member of a group", "USERNAME", "GROUP")
    for one in (post, group):
        one.add_argument("--from", dest="valid_from", metavar="DAY", help="the first day")
        one.add_argument("--to", dest="valid_to", metavar="DAY", help="the last day")
        one.add_argument("--end", action="store_true", help="take it away")
    what("units", "the tree of units", change=False)
    unit = what("unit", "add a unit, or change one", "CODE")
    unit.add_argument("--name", help="what it is called; needed for a new one")
    unit.add_argument("--parent", metavar="CODE", help="the unit above")
    unit.add_argument("--leader", metavar="USERNAME", help="who leads it; an empty text for nobody")
    unit.add_argument("--close", action="store_true", help="close it, when nobody is in it any more")


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Do it, and say so."""
    act = acting(arguments, dt.datetime.now(dt.UTC))
    try:
        if arguments.what in _SHOWN:
            with act.database.read() as connection:
                print(_SHOWN[arguments.what](connection, act, arguments))
            return 0
        typed = _password(arguments.username) if arguments.what == "password" else None
        with act.database.write() as connection:
            if typed is not None:
                set_password(connection, act.context, _person(connection, act, arguments), typed, arguments.reason)
            else:
                _CHANGES[arguments.what](connection, act, arguments)
    except Failure as failure:
        raise Mistake(failure.faults[0].message if failure.faults else failure.message) from failure
    print(_DONE[locale])
    return 0


def _list(connection: Connection, act: Acting, arguments: argparse.Namespace) -> str:
    app, _, role = (arguments.role or "").partition(".")
    unit = find_unit(connection, arguments.unit) if arguments.unit else None
    wanted = PeopleWanted(arguments.search, unit, app or None, role or None, arguments.shut_out)
    items, _, count = list_people(connection, act.context, wanted, _MOST, None)
    lines = ["\t".join(_line(item)) for item in items]
    return "\n".join([*lines, *([f"… {count - len(items)}"] if count > len(items) else [])])


def _line(item: Mapping[str, Any]) -> list[str]:
    roles = ", ".join(f"{each['app']}.{each['role']}" for each in item["roles"])
    posts = ", ".join(f"{each['post']} ({each['unit']['name']})" for each in item["posts"])
    unit = item["unit"]["name"] if item["unit"] else "—"
    return [item["username"], item["name"], unit, posts or "—", ", ".join(item["groups"]) or "—", roles or "—"]


def _show(connection: Connection, act: Acting, arguments: argparse.Namespace) -> str:
    shown = show_person(connection, act.context, _person(connection, act, arguments))
    return json.dumps(shown, ensure_ascii=False, indent=2)


def _units(connection: Connection, act: Acting, arguments: argparse.Namespace) -> str:
    lines = []
    for unit in list_units(connection, act.context):
        leader: Any = unit["leader"]
        depth: Any = unit["depth"]
        lines.append(f"{'  ' * depth}{unit['code']}\t{unit['name']}\t{leader['name'] if leader else '—'}\t{unit['people']}")
    return "\n".join(lines)


def _add(connection: Connection, act: Acting, arguments: argparse.Namespace) -> None:
    unit = find_unit(connection, arguments.unit) if arguments.unit else None
    new_person(connection, act.context, arguments.username, arguments.name, unit, arguments.reason)


def _move(connection: Connection, act: Acting, arguments: argparse.Namespace) -> None:
    _change(connection, act, arguments, PersonChange(unit=find_unit(connection, arguments.unit)))


def _shut_out(connection: Connection, act: Acting, arguments: argparse.Namespace) -> None:
    _change(connection, act, arguments, PersonChange(active=False))


def _let_in(connection: Connection, act: Acting, arguments: argparse.Namespace) -> None:
    _change(connection, act, arguments, PersonChange(active=True))


def _change(connection: Connection, act: Acting, arguments: argparse.Namespace, change: PersonChange) -> None:
    change_person(connection, act.context, _person(connection, act, arguments), change, arguments.reason)


def _post(connection: Connection, act: Acting, arguments: argparse.Namespace) -> None:
    shown = show_person(connection, act.context, _person(connection, act, arguments))
    own: Any = shown["unit"]
    unit = find_unit(connection, arguments.unit) if arguments.unit else own["id"] if own else None
    if unit is None:
        raise Mistake({"en": "Say in which unit: --unit CODE.", "zh": "请用 --unit 指明机构。"})
    if not arguments.end:
        give_post(connection, act.context, str(shown["id"]), unit, arguments.post, _days(arguments), arguments.reason)
        return
    held: Any = shown["posts"]
    for id in _open(each for each in held if each["post"] == arguments.post and each["unit"]["id"] == unit):
        end_post(connection, act.context, id, arguments.reason)


def _group(connection: Connection, act: Acting, arguments: argparse.Namespace) -> None:
    shown = show_person(connection, act.context, _person(connection, act, arguments))
    if not arguments.end:
        give_group(connection, act.context, str(shown["id"]), arguments.group, _days(arguments), arguments.reason)
        return
    held: Any = shown["groups"]
    for id in _open(each for each in held if each["group"] == arguments.group):
        end_group(connection, act.context, id, arguments.reason)


def _unit(connection: Connection, act: Acting, arguments: argparse.Namespace) -> None:
    known = {str(each["code"]): str(each["id"]) for each in list_units(connection, act.context)}
    parent = find_unit(connection, arguments.parent) if arguments.parent else None
    id = known.get(arguments.code)
    if id is None:
        if not arguments.name:
            raise Mistake({"en": "A new unit needs --name.", "zh": "新机构需要 --name。"})
        id = new_unit(connection, act.context, NewUnit(arguments.code, arguments.name, parent), arguments.reason)
        arguments.name = parent = None
    leader = find_person(connection, act.context, arguments.leader) if arguments.leader else arguments.leader
    change = UnitChange(arguments.name, None, parent, leader, arguments.close)
    change_unit(connection, act.context, id, change, arguments.reason)


def _open(held: Any) -> list[str]:
    found = [str(each["id"]) for each in held if each["state"] in ("holds", "ahead")]
    if not found:
        raise Mistake({"en": "The person does not hold this.", "zh": "该人员没有这项任职。"})
    return found


def _person(connection: Connection, act: Acting, arguments: argparse.Namespace) -> str:
    return find_person(connection, act.context, arguments.username)


def _days(arguments: argparse.Namespace) -> Days:
    return Days(day_of(arguments.valid_from), day_of(arguments.valid_to))


def _password(username: str) -> str:
    """Never an argument: those stand in the list of processes and in the shell's history."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{username}: ")
    return sys.stdin.readline().rstrip("\n")


_SHOWN: Mapping[str, Callable[[Connection, Acting, argparse.Namespace], str]] = {
    "list": _list,
    "show": _show,
    "units": _units,
}
_CHANGES: Mapping[str, Callable[[Connection, Acting, argparse.Namespace], None]] = {
    "add": _add,
    "move": _move,
    "shut-out": _shut_out,
    "let-in": _let_in,
    "post": _post,
    "group": _group,
    "unit": _unit,
}
