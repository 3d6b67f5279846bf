"""`qiqiao explain`: who may see or change a record, and by which rule."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from typing import cast

from builder.commands import Mistake, Verbs
from builder.operator import add_database_argument, settings_of
from forms_dsl.model import Label
from runtime.commands.explain_access import Asked, Moments, entitled, explain_for
from runtime.commands.show_audit import records_called
from runtime.compile.access import Action
from runtime.context import SYSTEM, Context, Principal
from runtime.failures import Failure
from runtime.records.explain import ACTIONS, Explained, Reason
from runtime.start import Started, start
from runtime.store.identifiers import new_id

_EXAMPLES = """\
  qiqiao explain bank_customer loan_application LA2026110001
  qiqiao explain bank_customer loan_application LA2026110001 --person zhou --action update
  qiqiao explain bank_customer customer C0000001 --field id_no --on 2026-03-31"""

_PAGE = 200
_WORDS: dict[str, Label] = {
    "may": {"en": "{person} may {action} this record.", "zh": "{person} 可以{action}这条记录。"},
    "may_not": {"en": "{person} may not {action} this record.", "zh": "{person} 不可以{action}这条记录。"},
    "no_rule": {"en": "no role of theirs has a rule for it (roles: {roles})", "zh": "其角色均无此项规则（角色：{roles}）"},
    "holds": {"en": "holds", "zh": "成立"},
    "fails": {"en": "does not hold", "zh": "不成立"},
    "denied": {"en": "denied", "zh": "禁止"},
    "all": {"en": "all records", "zh": "全部记录"},
    "nobody": {"en": "Nobody may.", "zh": "无人可以。"},
    "nothing": {"en": "hidden", "zh": "不可见"},
    "masked": {"en": "masked", "zh": "脱敏"},
    "clear": {"en": "in clear", "zh": "原值"},
    "as_of": {
        "en": "Roles, posts, unit of the person and rules (release {release}) of {day}; record, tree of units, leaders and open work of today.",
        "zh": "角色、岗位、所属机构和规则（版本 {release}）为 {day} 当日；记录内容、机构树、负责人和在办事项为今天。",
    },
    "none": {"en": "none", "zh": "无"},
}
_ACTIONS: dict[str, Label] = {
    "read": {"en": "read", "zh": "查看"},
    "update": {"en": "change", "zh": "修改"},
    "delete": {"en": "delete", "zh": "删除"},
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "explain",
        "say who may see or change a record, and why",
        "Says by which rule of which role a person may (not) do something with a record, and which fields they see.\n"
        "Without --person it lists everybody whose roles allow it.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("app", metavar="APP")
    parser.add_argument("entity", metavar="ENTITY")
    parser.add_argument("record", metavar="RECORD", help="the record's id, number or unique value")
    parser.add_argument("--person", metavar="USERNAME", help="the person to explain it for")
    parser.add_argument("--action", choices=ACTIONS, default="read", help="read (default), update or delete")
    parser.add_argument("--field", metavar="NAME", help="who sees this field of it, and how")
    parser.add_argument("--on", metavar="DAY", type=dt.date.fromisoformat, help="with roles, posts, units and rules of this day")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Print the reasons; 0 when the person may (or somebody may), 1 when not."""
    now = dt.datetime.now(dt.UTC)
    settings = settings_of(arguments)
    started = start(settings, now)
    day = settings.business_date(now)
    context = Context(SYSTEM, started.releases.current(), now, day, new_id(now), locale, channel="cli", demo=settings.demo)
    try:
        return _say(started, context, arguments, locale)
    except Failure as failure:
        raise Mistake(failure.message) from failure


def _say(started: Started, context: Context, arguments: argparse.Namespace, locale: str) -> int:
    action = cast("Action", arguments.action)
    with started.database.read() as connection:
        table = context.releases[arguments.app].entities[arguments.entity].table if _known(context, arguments) else None
        ids = records_called(connection, context, arguments.record)
        here = [id for id in ids if table is not None and connection.execute(table.select().where(table.c.id == id)).first()]
        if not here:
            raise Mistake(
                {
                    "en": f"There is no {arguments.app}.{arguments.entity} {arguments.record!r}.",
                    "zh": f"没有 {arguments.app}.{arguments.entity} “{arguments.record}”。",
                }
            )
        asked = Asked(arguments.app, arguments.entity, here[0], action, arguments.on, arguments.field)
        if arguments.person:
            person, found, moments = explain_for(connection, context, started.releases, asked, arguments.person)
            print("\n".join((*_lines(person, found, arguments.field, locale), *_as_of(asked, moments, locale))))
            return 0 if found.may else 1
        anybody, after = False, None
        while True:
            people, after, moments = entitled(connection, context, started.releases, asked, after, _PAGE)
            for each in people:
                anybody = True
                unit = each.person.unit_name or ""
                seen = f"\t{_WORDS[each.field.shows][locale]}" if each.field is not None else ""
                print(f"{each.person.username}\t{each.person.name}\t{unit}\t{', '.join(reason.role for reason in each.by)}{seen}")
            if after is None:
                break
        for line in _as_of(asked, moments, locale):
            print(line, file=sys.stderr)
        if not anybody:
            print(_WORDS["nobody"][locale])
    return 0 if anybody else 1


def _known(context: Context, arguments: argparse.Namespace) -> bool:
    compiled = context.releases.get(arguments.app)
    return compiled is not None and arguments.entity in compiled.entities


def _as_of(asked: Asked, moments: Moments, locale: str) -> list[str]:
    """Of which day an answer about the past is, and what of it is of today."""
    if asked.on is None:
        return []
    release = _WORDS["none"][locale] if moments.release is None else str(moments.release)
    return [_WORDS["as_of"][locale].format(day=asked.on, release=release)]


def _lines(person: Principal, found: Explained, field: str | None, locale: str) -> list[str]:
    name = f"{person.name} ({person.username}{', ' + person.unit_name if person.unit_name else ''})"
    action = _ACTIONS[found.action][locale]
    lines = [_WORDS["may" if found.may else "may_not"][locale].format(person=name, action=action)]
    lines += [f"  {_rule(reason, locale)}: {_WORDS['holds' if reason.holds else 'fails'][locale]}" for reason in found.reasons]
    lines += [f"  {_rule(reason, locale)}: {_WORDS['denied'][locale]}" for reason in found.denied_by]
    if not found.reasons:
        roles = ", ".join(found.roles) or _WORDS["none"][locale]
        lines.append("  " + _WORDS["no_rule"][locale].format(roles=roles))
    if field is not None:
        return lines + [f"  {each.name}: {_WORDS[each.shows][locale]}" for each in found.fields if each.name == field]
    for level in ("masked", "nothing"):
        names = [each.name for each in found.fields if each.shows == level]
        if names:
            lines.append(f"  {_WORDS[level][locale]}: {', '.join(names)}")
    return lines


def _rule(reason: Reason, locale: str) -> str:
    return f"{reason.role}: {reason.rule or _WORDS['all'][locale]}"
