"""How the values of a field become those of another type: one table of pairs, each exact or no value at all.

Written in SQL for both databases, since what either release writes is converted by the database itself. A value that the
other type cannot hold as it is becomes missing; with `rounds` decimals are rounded half up and a time of day is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from forms_dsl.fieldtypes.reading import DIGITS, WHOLE_DIGITS
from forms_dsl.model import Field
from forms_dsl.storage import (
    BooleanStorage,
    DateStorage,
    DecimalStorage,
    IntegerStorage,
    JsonStorage,
    Storage,
    TextStorage,
    TimestampStorage,
)
from runtime.compile.tables import storage_of


@dataclass(frozen=True, slots=True)
class Terms:
    """What a conversion depends on beside the value: scales, the bank's zone, the database, whether it rounds."""

    before: int
    after: int
    zone: str
    is_sqlite: bool
    rounds: bool = False


@dataclass(frozen=True, slots=True)
class Conversion:
    """The way from one type to another and back, as SQL over the SQL of a value."""

    there: Callable[[str], str]
    back: Callable[[str], str]
    #: Whether every value of the one has one in the other.
    is_total: bool
    #: What a value is that says as little as none, or nothing.
    nothing: str | None = None

    def is_unfit(self, value: str) -> str:
        """The condition that a value has none in the other type."""
        some = f" AND {value} <> '{self.nothing}'" if self.nothing is not None else ""
        return f"{value} IS NOT NULL{some} AND ({self.there(value)}) IS NULL"


def conversion(old: Field, new: Field, zone: str, *, is_sqlite: bool) -> Conversion | None:
    """How stored values of `old` become those of `new`; None where there is no exact way."""
    before, after = _kind(old), _kind(new)
    there, back = _TABLE.get((before, after)), _TABLE.get((after, before))
    if old.encrypted or new.encrypted or there is None or back is None or new.type not in _TARGETS:
        return None
    scales = _scale(old), _scale(new)
    terms = Terms(*scales, zone, is_sqlite, new.unfit == "round")
    reverse = Terms(scales[1], scales[0], zone, is_sqlite)
    total = (before, after) in _TOTAL or (terms.rounds and (before, after) in _ROUNDED) or _only_widens(before, after, scales)
    nothing = "[]" if before == "codes" else None
    return Conversion(lambda value: there(value, terms), lambda value: back(value, reverse), total, nothing)


def _kind(field: Field) -> str:
    storage: Storage = storage_of(field)
    match storage:
        case TextStorage():
            return "code" if field.type == "choice" else "" if field.type in _NO_PLAIN_TEXT else "text"
        case IntegerStorage():
            return "integer" if field.type == "integer" else ""
        case DecimalStorage():
            return "decimal"
        case BooleanStorage():
            return "boolean"
        case DateStorage():
            return "date"
        case TimestampStorage():
            return "instant"
        case JsonStorage():
            return "codes" if field.type == "multi_choice" else ""
        case _:
            return ""


#: Texts that the platform makes itself, or that lead to something.
_NO_PLAIN_TEXT = frozenset({"any_reference", "sequence", "json", "status", "geopoint"})
#: The types that a field may become; every other one is read by rules that a converted value does not know.
_TARGETS = frozenset({"text", "choice", "multi_choice", "integer", "decimal", "money", "boolean", "date", "datetime"})


def _scale(field: Field) -> int:
    storage = storage_of(field)
    return storage.scale if isinstance(storage, DecimalStorage) else 0


def _only_widens(before: str, after: str, scales: tuple[int, int]) -> bool:
    return (before, after) == ("integer", "decimal") and DIGITS - scales[1] >= WHOLE_DIGITS


def _read_number(value: str, scale: int, digits: int, terms: Terms) -> str:
    if not terms.is_sqlite:
        type = f"numeric({DIGITS}, {scale})" if scale or digits == DIGITS else "bigint"
        number = f"CAST({value} AS numeric)"
        fits = f"round({number}, {scale}) = {number} AND abs({number}) < {10**digits}"
        cast = f"CAST({value} AS {type})" if type != "bigint" else f"CAST({number} AS bigint)"
        return f"CASE WHEN {value} ~ '^-?[0-9]{{1,40}}([.][0-9]{{1,40}})?$' THEN CASE WHEN {fits} THEN {cast} END END"
    is_negative = f"substr({value}, 1, 1) = '-'"
    signed = (
        f"SELECT CASE WHEN {is_negative} THEN '-' ELSE '' END AS sign, "
        f"CASE WHEN {is_negative} THEN substr({value}, 2) ELSE {value} END AS body"
    )
    split = (
        "SELECT sign, CASE WHEN instr(body, '.') > 0 THEN substr(body, 1, instr(body, '.') - 1) ELSE body END AS whole, "
        f"CASE WHEN instr(body, '.') > 0 THEN substr(body, instr(body, '.') + 1) ELSE '0' END AS rest FROM ({signed})"
    )
    fits = (
        "whole <> '' AND rest <> '' AND whole || rest NOT GLOB '*[^0-9]*' AND length(whole) <= 40 AND length(rest) <= 40 "
        f"AND length(ltrim(whole, '0')) <= {digits} AND length(rtrim(rest, '0')) <= {scale}"
    )
    exact = f"CAST(sign || '0' || ltrim(whole, '0') || substr(rest || '{'0' * scale}', 1, {scale}) AS INTEGER)"
    return f"(SELECT CASE WHEN {fits} THEN {exact} END FROM ({split}))"


def _text_to_integer(value: str, terms: Terms) -> str:
    return _read_number(value, 0, WHOLE_DIGITS, terms)


def _text_to_decimal(value: str, terms: Terms) -> str:
    return _read_number(value, terms.after, DIGITS - terms.after, terms)


def _text_to_boolean(value: str, terms: Terms) -> str:
    return f"CASE {value} WHEN 'true' THEN true WHEN 'false' THEN false END"


def _text_to_date(value: str, terms: Terms) -> str:
    if terms.is_sqlite:
        form = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
        return f"CASE WHEN {value} GLOB '{form}' AND substr({value}, 1, 4) <> '0000' AND date({value}, '+0 days') = {value} THEN {value} END"
    return _real_day(value, "", f"CAST({value} AS date)")


def _text_to_instant(value: str, terms: Terms) -> str:
    if not terms.is_sqlite:
        return _real_day(value, "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{3})?Z", f"CAST({value} AS timestamptz)")
    day = f"substr({value}, 1, 10)"
    form = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
    is_day = f"substr({value}, 1, 4) <> '0000' AND date({day}, '+0 days') = {day} AND substr({value}, 12, 2) < '24'"
    return (
        f"CASE WHEN NOT ({is_day}) THEN NULL WHEN {value} GLOB '{form}Z' THEN substr({value}, 1, 19) || '.000Z' "
        f"WHEN {value} GLOB '{form}.[0-9][0-9][0-9]Z' THEN {value} END"
    )


def _real_day(value: str, more: str, cast: str) -> str:
    """On PostgreSQL: the cast, where the text begins with a day that exists."""
    form = f"^[0-9]{{4}}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]){more}$"
    month = f"make_date(CAST(left({value}, 4) AS integer), CAST(substr({value}, 6, 2) AS integer), 1)"
    last = f"CAST(date_part('day', {month} + interval '1 month -1 day') AS integer)"
    is_real = f"CAST(substr({value}, 9, 2) AS integer) <= {last}"
    return f"CASE WHEN {value} ~ '{form}' AND left({value}, 4) <> '0000' THEN CASE WHEN {is_real} THEN {cast} END END"


def _as_text(value: str, terms: Terms) -> str:
    return f"CAST({value} AS text)"


def _boolean_to_text(value: str, terms: Terms) -> str:
    return f"CASE WHEN {value} THEN 'true' WHEN NOT {value} THEN 'false' END"


def _decimal_to_text(value: str, terms: Terms) -> str:
    if not terms.is_sqlite or not terms.before:
        return f"CAST({value} AS text)"
    one = 10**terms.before
    decimals = f"substr('{'0' * terms.before}' || (abs({value}) % {one}), -{terms.before})"
    return f"CASE WHEN {value} < 0 THEN '-' ELSE '' END || (abs({value}) / {one}) || '.' || {decimals}"


def _instant_to_text(value: str, terms: Terms) -> str:
    if terms.is_sqlite:
        return value
    return f"to_char({value} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"


def _date_to_text(value: str, terms: Terms) -> str:
    return value if terms.is_sqlite else f"to_char({value}, 'YYYY-MM-DD')"


def _integer_to_decimal(value: str, terms: Terms) -> str:
    fits = f"abs({value}) < {10 ** (DIGITS - terms.after)}"
    exact = f"{value} * {10**terms.after}" if terms.is_sqlite else f"CAST({value} AS numeric({DIGITS}, {terms.after}))"
    return f"CASE WHEN {fits} THEN {exact} END"


def _integer_to_boolean(value: str, terms: Terms) -> str:
    return f"CASE {value} WHEN 1 THEN true WHEN 0 THEN false END"


def _boolean_to_integer(value: str, terms: Terms) -> str:
    return f"CASE WHEN {value} THEN 1 WHEN NOT {value} THEN 0 END"


def _decimal_to_integer(value: str, terms: Terms) -> str:
    return _to_scale(value, 0, WHOLE_DIGITS, terms, "bigint")


def _decimal_to_decimal(value: str, terms: Terms) -> str:
    return _to_scale(value, terms.after, DIGITS - terms.after, terms, f"numeric({DIGITS}, {terms.after})")


def _to_scale(value: str, scale: int, digits: int, terms: Terms, type: str) -> str:
    if not terms.is_sqlite:
        rounded = f"round({value}, {scale})"
        exact = "" if terms.rounds else f"{rounded} = {value} AND "
        return f"CASE WHEN {exact}abs({rounded}) < {10**digits} THEN CAST({rounded} AS {type}) END"
    if scale >= terms.before:
        more = 10 ** (scale - terms.before)
        return f"CASE WHEN abs({value}) < {10 ** (digits + terms.before)} THEN {value} * {more} END"
    less = 10 ** (terms.before - scale)
    if terms.rounds:
        rounded = f"(CASE WHEN {value} < 0 THEN -1 ELSE 1 END * ((abs({value}) + {less // 2}) / {less}))"
        return f"CASE WHEN abs({rounded}) < {10 ** (digits + scale)} THEN {rounded} END"
    return f"CASE WHEN {value} % {less} = 0 AND abs({value} / {less}) < {10 ** (digits + scale)} THEN {value} / {less} END"


def _date_to_instant(value: str, terms: Terms) -> str:
    if terms.is_sqlite:
        return f"lc_day_begins({value}, '{terms.zone}')"
    return f"(CAST({value} AS timestamp) AT TIME ZONE '{terms.zone}')"


def _instant_to_date(value: str, terms: Terms) -> str:
    day = f"lc_date_of({value}, '{terms.zone}')" if terms.is_sqlite else f"lc.date_of({value}, '{terms.zone}')"
    return day if terms.rounds else f"CASE WHEN {_date_to_instant(day, terms)} = {value} THEN {day} END"


def _code_to_codes(value: str, terms: Terms) -> str:
    return f"'[\"' || {value} || '\"]'"


def _codes_to_code(value: str, terms: Terms) -> str:
    inner = f"substr({value}, 3, length({value}) - 4)"
    marks = f"replace({value}, '\"', '')"
    return f"CASE WHEN length({value}) - length({marks}) = 2 THEN {inner} END"


_Make = Callable[[str, Terms], str]

#: Every pair of kinds that there is a way between, in both directions: what is not here is refused.
_TABLE: dict[tuple[str, str], _Make] = {
    ("text", "integer"): _text_to_integer,
    ("text", "decimal"): _text_to_decimal,
    ("text", "boolean"): _text_to_boolean,
    ("text", "date"): _text_to_date,
    ("text", "instant"): _text_to_instant,
    ("code", "integer"): _text_to_integer,
    ("code", "boolean"): _text_to_boolean,
    ("code", "codes"): _code_to_codes,
    ("codes", "code"): _codes_to_code,
    ("integer", "text"): _as_text,
    ("integer", "code"): _as_text,
    ("integer", "decimal"): _integer_to_decimal,
    ("integer", "boolean"): _integer_to_boolean,
    ("decimal", "text"): _decimal_to_text,
    ("decimal", "integer"): _decimal_to_integer,
    ("decimal", "decimal"): _decimal_to_decimal,
    ("boolean", "text"): _boolean_to_text,
    ("boolean", "code"): _boolean_to_text,
    ("boolean", "integer"): _boolean_to_integer,
    ("date", "text"): _date_to_text,
    ("date", "instant"): _date_to_instant,
    ("instant", "text"): _instant_to_text,
    ("instant", "date"): _instant_to_date,
}
_TOTAL = frozenset(
    {
        ("integer", "text"), ("integer", "code"), ("decimal", "text"), ("boolean", "text"), ("boolean", "code"),
        ("boolean", "integer"), ("date", "text"), ("date", "instant"), ("instant", "text"), ("code", "codes"),
    }
)  # fmt: skip
#: Pairs of which only what stands behind the point, or the time of day, does not fit.
_ROUNDED = frozenset({("instant", "date")})
