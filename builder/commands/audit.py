"""`qiqiao audit`: the audit trail at the command line, as who revealed what and why."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from builder.commands import Verbs
from builder.operator import add_database_argument, context_for, operator, settings_of
from runtime.audit.read import EventFilter
from runtime.commands.show_audit import audit_page, records_called
from runtime.commands.show_people import find_person
from runtime.settings import Settings
from runtime.start import start

_EXAMPLES = """\
  qiqiao audit --kind record.revealed                   who saw what in clear, and why
  qiqiao audit --kind record.revealed --person zhou
  qiqiao audit --record LA2026110001 --json"""

#: As many events as one page of the trail has.
_PAGE = 200


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "audit",
        "list events of the audit trail",
        "Lists events, newest first: when, who, what, which record, and what the event says beside its changes. The values of\n"
        "masked fields that somebody revealed (record.revealed) stand nowhere, only which fields and for which reason.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("--kind", help="only events of this kind, as record.revealed or role_granted")
    parser.add_argument("--person", metavar="USERNAME", help="only what this person did")
    parser.add_argument("--record", metavar="RECORD", help="only events of a record, by its id, number or unique value")
    parser.add_argument("--most", type=int, default=_PAGE, metavar="N", help="at most so many (default: 200)")
    parser.add_argument("--json", action="store_true", help="one event a line, as REST answers it")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Print the events."""
    settings, now = settings_of(arguments), dt.datetime.now(dt.UTC)
    started = start(settings, now)
    context = context_for(operator(), settings, started.releases, now)
    with started.database.read() as connection:
        person = find_person(connection, context, arguments.person) if arguments.person else None
        records = records_called(connection, context, arguments.record) if arguments.record else None
        wanted = EventFilter(record_ids=records, actor=person, kind=arguments.kind)
        left, cursor = max(arguments.most, 0), None
        while left > 0:
            items, cursor = audit_page(connection, context, wanted, min(left, _PAGE), cursor)
            for item in items:
                print(json.dumps(item, ensure_ascii=False) if arguments.json else "\t".join(_line(item, settings)))
            left = left - len(items) if cursor is not None else 0
    return 0


def _line(item: Mapping[str, Any], settings: Settings) -> list[str]:
    at = dt.datetime.fromisoformat(item["at"]).astimezone(ZoneInfo(settings.timezone))
    record = item["record_title"] or item["record_id"] or "—"
    place = ".".join(part for part in (item["app"], item["entity"]) if part)
    said = {name: value for name, value in item["body"].items() if name != "changes" and value not in (None, [], {})}
    words = "; ".join(f"{name}: {_text(value)}" for name, value in said.items())
    return [f"{at:%Y-%m-%d %H:%M:%S}", item["actor"]["name"], item["kind"], f"{place} {record}".strip(), words]


def _text(value: object) -> str:
    """A value of an event in one line: a text cannot break out of it."""
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return " ".join(str(value).split()) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
