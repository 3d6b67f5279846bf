"""Values as people read them in one line: titles, work items, histories. The browser formats everything else itself."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from forms_dsl.model import Field

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿", "亿亿")
_YES = {"zh": ("否", "是"), "en": ("no", "yes")}


def display(field: Field, value: object, format: str, locale: str, timezone: str) -> str:
    """The wire value of a field as text; `format` is that of a placeholder, empty for the usual one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _YES.get(locale, _YES["en"])[value]
    if isinstance(value, list):
        return "、".join(display(field, part, "", locale, timezone) for part in value)
    text = str(value)
    match format:
        case "money" if _is_number(text):
            return f"{Decimal(text):,}"
        case "percent" if _is_number(text):
            return f"{(Decimal(text) * 100).normalize():f}%"
        case "capital" if _is_number(text):
            return capital_amount(Decimal(text))
        case "upper":
            return text.upper()
        case "last4":
            return text[-4:]
        case "date" if field.type == "datetime":
            return _local(text, timezone)[:10]
    if field.type == "datetime":
        return _local(text, timezone)
    return _choice_label(field, text, locale)


def capital_amount(amount: Decimal) -> str:
    """An amount in the characters that Chinese banking documents use, like 壹仟贰佰元伍角整."""
    cents = int(abs(amount).scaleb(2).to_integral_value())
    whole, rest = divmod(cents, 100)
    jiao, fen = divmod(rest, 10)
    said = "负" if amount < 0 else ""
    if whole or not rest:
        said += _whole(whole) + "元"
    if jiao:
        said += _DIGITS[jiao] + "角"
    elif fen and whole:
        said += "零"
    return said + (_DIGITS[fen] + "分" if fen else "整")


def _whole(number: int) -> str:
    if number == 0:
        return "零"
    said, group, gap = "", 0, False
    while number:
        number, part = divmod(number, 10_000)
        if part:
            words = _four(part)
            joint = "零" if gap and said else ""
            said = words + _GROUPS[group] + joint + said
            gap = part < 1_000
        elif said:
            gap = True
        group += 1
    return said


def _four(part: int) -> str:
    words, zero = "", False
    for position, digit in reversed(list(enumerate(reversed(str(part))))):
        if digit == "0":
            zero = True
            continue
        words += ("零" if zero and words else "") + _DIGITS[int(digit)] + _UNITS[position]
        zero = False
    return words


def _choice_label(field: Field, text: str, locale: str) -> str:
    for choice in field.options.choices:
        if choice.code == text:
            return choice.label.get(locale) or next(iter(choice.label.values()), text)
    return text


def _local(text: str, timezone: str) -> str:
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:  # a mask
        return text
    return f"{instant.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()
