"""Reading raw values from JSON or files: text, numbers, codes; no number ever becomes binary."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from forms_dsl.expr.texts import WHITE_SPACE
from forms_dsl.fieldtypes import refusals
from forms_dsl.model import FieldOptions

_REFUSED = re.compile("[\x00\ud800-\udfff]")
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?\Z", re.ASCII)
#: Digits of an exact number, and of a whole one (safe in JSON and spreadsheets).
DIGITS = 18
WHOLE_DIGITS = 15


def is_missing(raw: object) -> bool:
    """Whether nothing was sent: null, or a text of white space only."""
    return raw is None or (isinstance(raw, str) and not raw.strip(WHITE_SPACE))


def read_text(raw: object) -> str:
    """One text in NFC, without white space around it."""
    if not isinstance(raw, str):
        raise refusals.wrong_kind("a text", "文本")
    if raw.isascii() and "\0" not in raw:
        return raw.strip(WHITE_SPACE)  # in NFC already
    if _REFUSED.search(raw):
        raise refusals.refused_character()
    return unicodedata.normalize("NFC", raw).strip(WHITE_SPACE)


def read_number(raw: object, scale: int, digits: int) -> Decimal:
    """An exact number with at most `scale` decimals and `digits` before the point, with exactly `scale` decimals.

    A JSON number with a fraction arrives as binary; only its shortest spelling is looked at.
    """
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise refusals.wrong_kind("a number", "数字")
    text = read_text(raw) if isinstance(raw, str) else f"{raw:f}" if isinstance(raw, Decimal) else repr(raw)[:100]
    if not _NUMBER.match(text):
        raise refusals.wrong_kind("a number", "数字")
    whole, _, decimals = text.partition(".")
    if isinstance(raw, float) and not scale:
        raise refusals.too_many_decimals(0)
    if len(decimals.rstrip("0")) > scale:
        raise refusals.too_many_decimals(scale)
    if len(whole.lstrip("-").lstrip("0")) > digits:
        raise refusals.too_many_digits(digits)
    number = Decimal(f"{whole}.{decimals[:scale].ljust(scale, '0')}" if scale else whole)
    return number or abs(number)


def within(number: Decimal, options: FieldOptions) -> Decimal:
    """The number, refused when it is outside of the field's range."""
    if options.min is not None and number < Decimal(options.min):
        raise refusals.too_small(options.min)
    if options.max is not None and number > Decimal(options.max):
        raise refusals.too_large(options.max)
    return number


def read_code(raw: object, options: FieldOptions) -> str:
    """One of the field's codes."""
    text = read_text(raw)
    if all(choice.code != text for choice in options.choices):
        raise refusals.not_a_choice(text)
    return text


def choices_schema(options: FieldOptions) -> dict[str, object]:
    """The JSON Schema of one code."""
    return {"type": "string", "enum": [choice.code for choice in options.choices]}
