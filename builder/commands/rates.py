"""`qiqiao rates`: the bank's exchange rates, from a CSV file or as they are."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from builder.commands import Mistake, Verbs
from builder.operator import add_database_argument, context_for, operator, settings_of
from runtime.commands.exchange_rates import enter_rates, read_rate_file, show_rates
from runtime.failures import Invalid
from runtime.start import start

_EXAMPLES = """\
  qiqiao rates rates-2026-11-28.csv           currency,base,valid_from,rate,source
  qiqiao rates rates.csv --encoding gb18030   币种,本位币,生效日,汇率,来源
  qiqiao rates --currency USD --limit 5       the newest rates of a currency"""

_ENTERED = {
    "en": "{created} new, {changed} changed, {unchanged} unchanged.",
    "zh": "新增 {created} 条，更改 {changed} 条，未变 {unchanged} 条。",
}
_NONE = {"en": "There are no exchange rates.", "zh": "没有汇率。"}
_SHOWN_FAULTS = 20


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "rates",
        "enter exchange rates from a file, or list them",
        "Reads a CSV file with the columns currency, base, valid_from, rate and, if there is one, source; Chinese headers\n"
        "serve too. A rate says what one unit of the currency is worth in the base currency from that day on. All rows go in\n"
        "or none; a rate that stands there already is changed, and the trail keeps both. Without a file the rates are listed.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the CSV file")
    parser.add_argument("--encoding", choices=("utf-8", "gb18030"), default="utf-8", help="of the file (default utf-8)")
    parser.add_argument("--currency", metavar="CODE", help="list only this currency")
    parser.add_argument("--limit", type=int, default=20, help="how many are listed (default 20)")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Enter the rates of the file, or print those that are there."""
    settings, now = settings_of(arguments), dt.datetime.now(dt.UTC)
    started = start(settings, now)
    if arguments.file is None:
        limit = max(arguments.limit, 1)
        found = show_rates(started.database, base=None, currency=arguments.currency, after=None, limit=limit)
        for rate in found:
            print(rate["valid_from"], f"{rate['currency']}/{rate['base']}", rate["rate"], rate["source"] or "", sep="  ")
        if not found:
            print(_NONE[locale])
        return 0
    try:
        items = read_rate_file(arguments.file.read_text(encoding=arguments.encoding))
        entered = enter_rates(started.database, context_for(operator(), settings, started.releases, now), items)
    except (OSError, UnicodeDecodeError) as wrong:
        raise Mistake({"en": f"The file cannot be read: {wrong}", "zh": f"无法读取文件：{wrong}"}) from None
    except Invalid as wrong:
        said = [f"{fault.pointer or ''} {fault.message.get(locale, '')}".strip() for fault in wrong.faults[:_SHOWN_FAULTS]]
        raise Mistake({"en": "\n".join(said), "zh": "\n".join(said)}) from None
    print(_ENTERED[locale].format(created=entered.created, changed=entered.changed, unchanged=entered.unchanged))
    return 0
