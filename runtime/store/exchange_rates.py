"""The bank's exchange rates, and the mark that tells every process when something that is kept at run time has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.identifiers import new_id
from runtime.store.kept_tables import exchange_rate
from runtime.store.tables import setting
from runtime.store.upsert import upsert

_MARK = "kept"


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """What one unit of `currency` is worth in `base` from a day on."""

    base: str
    currency: str
    valid_from: dt.date
    rate: str
    source: str | None = None


def kept_mark(connection: Connection) -> str | None:
    """A text that is another one after each change of what is kept at run time."""
    found: object = connection.scalar(sa.select(setting.c.value).where(setting.c.name == _MARK))
    return found if isinstance(found, str) else None


def mark_kept(connection: Connection, now: dt.datetime) -> None:
    """Say that something that is kept has changed; part of the transaction that changes it."""
    connection.execute(upsert(connection, setting, {"name": _MARK, "value": new_id(now)}, key=("name",)))


def all_rates(connection: Connection) -> dict[str, dict[str, tuple[tuple[dt.date, Decimal], ...]]]:
    """Every rate by base and currency, in order of the days."""
    columns = exchange_rate.c
    query = sa.select(columns.base, columns.currency, columns.valid_from, columns.rate)
    found: dict[str, dict[str, list[tuple[dt.date, Decimal]]]] = {}
    for row in connection.execute(query.order_by(columns.base, columns.currency, columns.valid_from)):
        found.setdefault(row.base, {}).setdefault(row.currency, []).append((row.valid_from, Decimal(row.rate)))
    return {base: {currency: tuple(pairs) for currency, pairs in each.items()} for base, each in found.items()}


def list_rates(
    connection: Connection, *, base: str | None, currency: str | None, after: tuple[dt.date, str, str] | None, limit: int
) -> list[sa.Row[tuple[object, ...]]]:
    """Rates, the newest day first, from behind a place on."""
    columns = exchange_rate.c
    query = sa.select(exchange_rate).order_by(columns.valid_from.desc(), columns.base, columns.currency).limit(limit)
    if base is not None:
        query = query.where(columns.base == base)
    if currency is not None:
        query = query.where(columns.currency == currency)
    if after is not None:
        day, its_base, its_currency = after
        later = sa.or_(columns.base > its_base, sa.and_(columns.base == its_base, columns.currency > its_currency))
        query = query.where(sa.or_(columns.valid_from < day, sa.and_(columns.valid_from == day, later)))
    return list(connection.execute(query).all())


def rates_on(connection: Connection, keys: Iterable[tuple[str, str, dt.date]]) -> dict[tuple[str, str, dt.date], str]:
    """The rates that stand under these keys already."""
    wanted, columns, found = list(keys), exchange_rate.c, dict[tuple[str, str, dt.date], str]()
    for start in range(0, len(wanted), 300):
        each = wanted[start : start + 300]
        matches = sa.tuple_(columns.base, columns.currency, columns.valid_from).in_(each)
        query = sa.select(columns.base, columns.currency, columns.valid_from, columns.rate).where(matches)
        found |= {(row.base, row.currency, row.valid_from): row.rate for row in connection.execute(query)}
    return found


def put_rate(connection: Connection, rate: ExchangeRate, *, by: str, now: dt.datetime) -> None:
    """Enter a rate, in the place of one that stands there."""
    values = {
        "base": rate.base,
        "currency": rate.currency,
        "valid_from": rate.valid_from,
        "rate": rate.rate,
        "source": rate.source,
        "set_by": by,
        "set_at": now,
    }
    connection.execute(upsert(connection, exchange_rate, values, key=("base", "currency", "valid_from")))
