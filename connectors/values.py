"""Values between JSON and Python: exact numbers, real dates, nothing guessed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal

from connectors.definition import ResultField, TypeWord

_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]{1,4})\]")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,21})(\.[0-9]{1,16})?")
_MISSING = object()


class Unfit(Exception):
    """A value does not have the type that the definition gives it."""


def at_path(body: object, path: str) -> object:
    """The value at a path like `$.account.balance[0]`; None where there is none."""
    value = body
    for key, index in _STEP.findall(path):
        if key:
            value = value.get(key, _MISSING) if isinstance(value, Mapping) else _MISSING
        else:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else _MISSING
        if value is _MISSING:
            return None
    return value


def map_result(body: object, fields: Mapping[str, ResultField]) -> dict[str, object]:
    """The values of an answer by name; raises `Unfit` when the answer does not have the declared form."""
    if fields and not isinstance(body, Mapping | list):
        raise Unfit("the answer is not an object")
    values: dict[str, object] = {}
    for name, field in fields.items():
        raw = at_path(body, field.path)
        if raw is None or raw == "":
            if not field.optional:
                raise Unfit(f"{name}: nothing at {field.path}")
            values[name] = None
            continue
        try:
            values[name] = parse_value(field.type, raw)
        except Unfit as unfit:
            raise Unfit(f"{name}: {unfit}") from unfit
    return values


def parse_value(type: TypeWord, raw: object) -> object:
    """The Python value of a JSON value or text; raises `Unfit` when it does not fit."""
    match type:
        case "text":
            if isinstance(raw, str) and len(raw) <= 4000:
                return raw
        case "integer":
            number = _number(raw)
            if number == number.to_integral_value():
                return number
        case "decimal":
            return _number(raw)
        case "boolean":
            if isinstance(raw, bool) or raw in ("true", "false"):
                return raw is True or raw == "true"
        case "date":
            return _date(raw)
        case "datetime":
            return _instant(raw)
        case "record":
            if isinstance(raw, Mapping):
                return dict(raw)
    raise Unfit(f"not a {type}")


def fits(type: TypeWord, value: object) -> bool:
    """Whether an argument, as Python holds it or as its text, has the declared type."""
    match type:
        case "text":
            return isinstance(value, str)
        case "date":
            if isinstance(value, dt.datetime):
                return False
            if isinstance(value, dt.date):
                return True
        case "datetime":
            if isinstance(value, dt.datetime):
                return value.tzinfo is not None
        case "integer" | "decimal" | "boolean" | "record":
            pass
    try:
        parse_value(type, value)
    except Unfit:
        return False
    return True


def last_four(value: object) -> str:
    """A value with all but its last four characters covered."""
    text = str(value)
    return "*" * max(len(text) - 4, 0) + text[-4:]


def _number(raw: object) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        raise Unfit("not a number")
    text = format(raw, "f") if isinstance(raw, Decimal) else str(raw)
    if not _NUMBER.fullmatch(text):
        raise Unfit("not a number of at most 22 digits and 16 decimals")
    return Decimal(text)


def _date(raw: object) -> dt.date:
    if not isinstance(raw, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", raw):
        raise Unfit("not a date like 2026-03-31")
    try:
        return dt.date.fromisoformat(raw)
    except ValueError as invalid:
        raise Unfit("not a day of the calendar") from invalid


def _instant(raw: object) -> dt.datetime:
    try:
        instant = dt.datetime.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError as invalid:
        raise Unfit("not an instant") from invalid
    if instant is None or instant.tzinfo is None:
        raise Unfit("not an instant with a time zone")
    return instant.astimezone(dt.UTC)
