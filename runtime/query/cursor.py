"""The place in a list: the order's values of the last record shown, opaque and bound to the question it came from."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b

from forms_dsl.storage import BooleanStorage, DateStorage, DecimalStorage, IntegerStorage, Storage, TimestampStorage

#: Cursors are short; whatever is longer was not made here.
_LONGEST = 4_096
_TEXT = re.compile("[^\x00\ud800-\udfff]*")
_HUGE = Decimal(10) ** 40

#: What a cursor is bound to, in texts, so that every process seals it alike.
Question = tuple[str, ...]


class NotACursor(ValueError):
    """The text is no cursor of this question."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Values of the order's keys, the key of the record last."""

    values: tuple[object, ...]

    @property
    def missing(self) -> tuple[bool, ...]:
        """Which of the values are missing; decides the shape of the question for the next page."""
        return tuple(value is None for value in self.values)


def write_cursor(question: Question, values: Sequence[object]) -> str:
    """The cursor after the record with these values, for exactly this question."""
    body = json.dumps([_write(value) for value in values], ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_seal(question, body) + body).decode().rstrip("=")


def read_cursor(question: Question, text: str) -> Cursor:
    """The cursor of this text; raises NotACursor for anything that was not made for this question."""
    if len(text) > _LONGEST:
        raise NotACursor(text)
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as broken:
        raise NotACursor(text) from broken
    seal, body = raw[:8], raw[8:]
    if seal != _seal(question, body):
        raise NotACursor(text)
    try:
        return Cursor(tuple(_read(value) for value in json.loads(body)))
    except (ValueError, ArithmeticError, TypeError, RecursionError) as broken:
        raise NotACursor(text) from broken


def fits(value: object, storage: Storage, *, ordered: bool, dialect: str) -> bool:
    """Whether the database could have given this value for a key of the order: else it would fail on it, or compare nonsense."""
    if value is None:
        return True
    if isinstance(value, str) and not _TEXT.fullmatch(value):
        return False
    if isinstance(value, int) and abs(value) >= 2**63:
        return False
    if dialect == "sqlite":
        return isinstance(value, str | int)  # it compares values of any kind, and gives no others
    number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    match storage:
        case IntegerStorage() | DecimalStorage():
            return number and Decimal(value).is_finite() and abs(Decimal(value)) < _HUGE  # type: ignore[arg-type]
        case BooleanStorage():
            return isinstance(value, bool)
        case TimestampStorage():
            return isinstance(value, dt.datetime)
        case DateStorage():
            return isinstance(value, dt.date) and not isinstance(value, dt.datetime)
        case _:
            return number if ordered else isinstance(value, str)


def _seal(question: Question, body: bytes) -> bytes:
    # Not a secret: a forged cursor only starts the page elsewhere, its values are bound like any other.
    return blake2b(repr(question).encode() + b"\0" + body, digest_size=8).digest()


def _write(value: object) -> list[str] | None:
    match value:
        case None:
            return None
        case bool():
            return ["b", "1" if value else "0"]
        case int():
            return ["i", str(value)]
        case Decimal():
            return ["n", str(value)]
        case dt.datetime():
            return ["t", value.isoformat()]
        case dt.date():
            return ["d", value.isoformat()]
        case str():
            return ["s", value]
        case _:
            raise TypeError(f"{type(value).__name__} is no key of an order")


def _read(entry: object) -> object:
    match entry:
        case None:
            return None
        case ["b", str(text)]:
            return text == "1"
        case ["i", str(text)]:
            return int(text)
        case ["n", str(text)]:
            return Decimal(text)
        case ["t", str(text)]:
            return dt.datetime.fromisoformat(text)
        case ["d", str(text)]:
            return dt.date.fromisoformat(text)
        case ["s", str(text)]:
            return text
        case _:
            raise NotACursor(str(entry))
