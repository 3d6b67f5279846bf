"""Enters exchange rates: read from JSON or CSV, every fault at once, written with their trail in one transaction."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from forms_dsl.diagnostics import code
from forms_dsl.expr.numbers import canonical, spelled
from forms_dsl.model import Label
from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.failures import Fault, Invalid
from runtime.store.database import Database
from runtime.store.exchange_rates import ExchangeRate, list_rates, mark_kept, put_rate, rates_on
from runtime.store.types import format_instant

BAD_RATE = code("E101", "A value of an exchange rate does not have the form it needs.")
RATE_TWICE = code("E102", "Two exchange rates of one request are for the same currencies and day.")
BAD_RATE_FILE = code("E103", "A file of exchange rates has no header with the columns it needs, or too many rows.")

#: More rates than this are sent in several requests.
MOST_RATES = 20_000
_CURRENCY = re.compile("[A-Z]{3}")
#: Columns of a file: their name, and how Chinese files head them.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "currency": ("currency", "币种", "货币"),
    "base": ("base", "本位币", "折算币种"),
    "valid_from": ("valid_from", "date", "生效日", "日期"),
    "rate": ("rate", "汇率", "折算价"),
    "source": ("source", "来源"),
}
_NEEDED = ("currency", "base", "valid_from", "rate")


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of rates: new, changed, and those that stood there just so."""

    created: int
    changed: int
    unchanged: int


def enter_rates(database: Database, context: Context, items: Sequence[object]) -> Entered:
    """Enter all of these rates, or raise Invalid with every fault and enter none."""
    read = _read(items)
    with database.write() as connection:
        stood = rates_on(connection, read)
        changes = []
        for key, rate in read.items():
            before = stood.get(key)
            if before != rate.rate:
                put_rate(connection, rate, by=context.principal.id, now=context.now)
                changes.append(_trace(rate, before))
        if changes:
            mark_kept(connection, context.now)
            record_event(connection, context, "rates_entered", body={"rates": changes})
    created = sum(change["before"] is None for change in changes)
    return Entered(created, len(changes) - created, len(read) - len(changes))


def read_rate_file(text: str) -> list[object]:
    """The rows of a CSV file with a header, as `enter_rates` takes them; raises Invalid."""
    rows = csv.reader(io.StringIO(text.removeprefix("﻿")))
    header = [name.strip().lower() for name in next(rows, [])]
    places = {
        name: next((header.index(each) for each in spellings if each in header), None) for name, spellings in _COLUMNS.items()
    }
    missing = [name for name in _NEEDED if places[name] is None]
    if missing:
        listed = ", ".join(missing)
        raise _invalid({"zh": f"缺少列：{listed}。", "en": f"These columns are missing: {listed}."})
    return [
        {name: row[at].strip() for name, at in places.items() if at is not None and at < len(row) and row[at].strip()}
        for row in rows
        if any(cell.strip() for cell in row)
    ]


def show_rates(
    database: Database, *, base: str | None, currency: str | None, after: tuple[dt.date, str, str] | None, limit: int
) -> list[dict[str, object]]:
    """Rates as REST answers them, the newest day first."""
    with database.read() as connection:
        found = list_rates(connection, base=base, currency=currency, after=after, limit=limit)
    return [
        {
            "base": row.base,
            "currency": row.currency,
            "valid_from": row.valid_from.isoformat(),
            "rate": row.rate,
            "source": row.source,
            "set_by": row.set_by,
            "set_at": format_instant(row.set_at),
        }
        for row in found
    ]


def _read(items: Sequence[object]) -> dict[tuple[str, str, dt.date], ExchangeRate]:
    if len(items) > MOST_RATES:
        raise _invalid({"zh": f"一次最多 {MOST_RATES} 条汇率。", "en": f"At most {MOST_RATES} rates at a time."})
    faults: list[Fault] = []
    read: dict[tuple[str, str, dt.date], ExchangeRate] = {}
    for position, item in enumerate(items):
        own = list(_faults(item, f"/items/{position}"))
        faults += own
        if own or not isinstance(item, dict):
            continue
        rate = _rate_of(item)
        key = (rate.base, rate.currency, rate.valid_from)
        if key in read:
            message = {"zh": "同一币种同一天出现了两次。", "en": "These currencies stand twice for this day."}
            faults.append(Fault(RATE_TWICE.id, message, pointer=f"/items/{position}"))
        read[key] = rate
    if faults:
        raise Invalid(faults[0].message, code=faults[0].code, faults=tuple(faults))
    return read


def _faults(item: object, pointer: str) -> Iterator[Fault]:
    if not isinstance(item, dict):
        yield _fault(pointer, "应为对象。", "This must be an object.")
        return
    for name in sorted(item.keys() - _COLUMNS.keys()):
        yield _fault(f"{pointer}/{name}", "没有名为此的项。", "There is no such name here.")
    for name in ("currency", "base"):
        if not _CURRENCY.fullmatch(str(item.get(name) or "")):
            yield _fault(f"{pointer}/{name}", "应为三位大写币种代码，如 USD。", "Give the currency as three capitals, like USD.")
    if item.get("currency") == item.get("base") and item.get("base"):
        yield _fault(f"{pointer}/currency", "本位币对自身的汇率恒为 1。", "A currency is always worth 1 of itself.")
    if _day(item.get("valid_from")) is None:
        yield _fault(f"{pointer}/valid_from", "应为日期，如 2026-01-31。", "Give a day, like 2026-01-31.")
    if _number(item.get("rate")) is None:
        yield _fault(
            f"{pointer}/rate",
            '应为大于 0 的精确数字，以文本发送，如 "7.1234"。',
            'Give a number above 0 as a text, like "7.1234".',
        )
    if not isinstance(item.get("source"), str | None) or len(str(item.get("source") or "")) > 120:
        yield _fault(f"{pointer}/source", "来源最多 120 个字符。", "The source is a text of at most 120 characters.")


def _rate_of(item: Mapping[str, object]) -> ExchangeRate:
    day, number = _day(item["valid_from"]), _number(item["rate"])
    if day is None or number is None:
        raise ValueError(item)
    source = item.get("source")
    return ExchangeRate(str(item["base"]), str(item["currency"]), day, canonical(number), str(source) if source else None)


def _day(raw: object) -> dt.date | None:
    if not isinstance(raw, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", raw):
        return None
    try:
        return dt.date.fromisoformat(raw)
    except ValueError:
        return None


def _number(raw: object) -> Decimal | None:
    """A rate in strict form; a JSON number has lost digits on its way, so only a text is one."""
    found = spelled(raw) if isinstance(raw, str) else None
    return found if found is not None and found > 0 else None


def _trace(rate: ExchangeRate, before: str | None) -> dict[str, object]:
    return {
        "pair": f"{rate.currency}/{rate.base}",
        "valid_from": rate.valid_from.isoformat(),
        "before": before,
        "after": rate.rate,
        "source": rate.source,
    }


def _fault(pointer: str, zh: str, en: str) -> Fault:
    return Fault(BAD_RATE.id, {"zh": zh, "en": en}, pointer=pointer)


def _invalid(message: Label) -> Invalid:
    return Invalid(message, code=BAD_RATE_FILE.id, faults=(Fault(BAD_RATE_FILE.id, message, pointer=""),))
