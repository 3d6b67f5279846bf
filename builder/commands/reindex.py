"""`qiqiao reindex`: fills in the words of the search again, for records that came into the tables by another way."""

from __future__ import annotations

import argparse
import datetime as dt

from builder.commands import Mistake, Verbs
from builder.operator import add_database_argument, settings_of
from runtime.compile.app import searched_numbers
from runtime.publish.search_words import note_words
from runtime.records.filling import fill_words
from runtime.start import start

_EXAMPLES = """\
  qiqiao reindex                   all apps
  qiqiao reindex bank_customer     one app"""

_DONE = {"en": "{app}: the words of {fields} fields are filled in.", "zh": "{app}：{fields} 个字段的搜索词已重新生成。"}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "reindex",
        "fill in the words of the search again",
        "Every write keeps the words by which its record is found, and publishing fills in those of older records. Records\n"
        "that were loaded into the tables by SQL have none: this fills them in, some at a time, beside running servers.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("app", nargs="?", metavar="APP", help="the app (default: all)")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Fill in the words of one app or of all, and say of how many fields."""
    now = dt.datetime.now(dt.UTC)
    started = start(settings_of(arguments), now)
    live = started.releases.current()
    if arguments.app is not None and arguments.app not in live:
        raise Mistake({"en": f"There is no app {arguments.app!r}.", "zh": f"没有应用“{arguments.app}”。"})
    for name in [arguments.app] if arguments.app is not None else sorted(live):
        pilot = started.releases.pilots().get(name)
        fields = searched_numbers(live[name])
        if not fields:
            continue
        fill_words(started.database.write, live[name], fields)
        if pilot is not None:
            fill_words(started.database.write, pilot.compiled, searched_numbers(pilot.compiled) - fields)
        with started.database.write() as connection:
            note_words(connection, live[name], now)
        print(_DONE[locale].format(app=name, fields=len(fields)))
    return 0
