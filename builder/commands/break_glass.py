"""`qiqiao break-glass`: the roles that people took in an emergency, and which of them wait for their review."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from builder.commands import Verbs
from builder.operator import add_database_argument, context_for, operator, settings_of
from runtime.commands.take_in_emergency import list_uses
from runtime.settings import Settings
from runtime.start import start

_EXAMPLES = """\
  qiqiao break-glass --open        what waits for its review
  qiqiao break-glass --json"""


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "break-glass",
        "list the roles that people took in an emergency",
        "Lists who took which role in an emergency, from when until when, whether it was reviewed, and why it was taken; the\n"
        "newest first. Taking one and reviewing it are acts of a person, in the browser or over REST.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("--open", action="store_true", help="only what waits for its review")
    parser.add_argument("--json", action="store_true", help="one a line, as REST answers it")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Print the uses."""
    settings, now = settings_of(arguments), dt.datetime.now(dt.UTC)
    started = start(settings, now)
    with started.database.read() as connection:
        context = context_for(operator(), settings, started.releases, now)
        found = list_uses(connection, context, only_open=arguments.open)
    for each in found:
        print(json.dumps(each, ensure_ascii=False) if arguments.json else "\t".join(_line(each, settings)))
    return 0


def _line(use: Mapping[str, Any], settings: Settings) -> list[str]:
    taken, until = (
        f"{dt.datetime.fromisoformat(use[name]).astimezone(ZoneInfo(settings.timezone)):%Y-%m-%d %H:%M}"
        for name in ("taken_at", "until")
    )
    person = use["person"]["name"] if use["person"] else "—"
    return [f"{taken} – {until}", person, f"{use['app']}.{use['role']}", use["state"], " ".join(use["reason"].split())]
