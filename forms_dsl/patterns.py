"""Patterns of text: named ones with their check digits, and a small checked language of regular expressions.

A pattern of a person's own is matched by following all states at once, so its time is linear whatever it says;
classes are ASCII and the whole text must match, as in the browser.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from stdnum import lei, luhn
from stdnum.cn import uscc

from forms_dsl.diagnostics import Sentence
from forms_dsl.nfa import Automaton, PatternFault, parse_pattern

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"


@dataclass(frozen=True, slots=True)
class NamedPattern:
    """A pattern with a name: what it looks like, and whether its check digits agree."""

    regex: str
    label: Sentence
    agrees: Callable[[str], bool] = lambda _text: True


def _id_card(text: str) -> bool:
    """Date and check digit of a resident identity number (GB 11643).

    The county code is not looked up: codes that were abolished decades ago are still valid in a number.
    """
    try:
        dt.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return _ID_CHECK[sum(int(digit) * weight for digit, weight in zip(text, _ID_WEIGHTS, strict=False)) % 11] == text[17]


def _uscc(text: str) -> bool:
    return bool(uscc.is_valid(text))


def _luhn(text: str) -> bool:
    return bool(luhn.is_valid(text))


def _lei(text: str) -> bool:
    return bool(lei.is_valid(text))


NAMED: Mapping[str, NamedPattern] = MappingProxyType(
    {
        "id_card": NamedPattern("[1-9][0-9]{16}[0-9X]", Sentence("an ID card number", "身份证号"), _id_card),
        "uscc": NamedPattern(
            "[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}",
            Sentence("a unified social credit code", "统一社会信用代码"),
            _uscc,
        ),
        "phone_cn": NamedPattern("1[3-9][0-9]{9}", Sentence("a mobile number of mainland China", "中国大陆手机号")),
        "bank_card": NamedPattern("[1-9][0-9]{11,18}", Sentence("a bank card number", "银行卡号"), _luhn),
        "cnaps": NamedPattern("[0-9]{12}", Sentence("a CNAPS bank code", "联行号")),
        "lei": NamedPattern("[0-9A-Z]{18}[0-9]{2}", Sentence("a legal entity identifier", "法人识别编码（LEI）"), _lei),
    }
)


@lru_cache(maxsize=512)
def _automaton(pattern: str) -> Automaton:
    return parse_pattern(pattern)


def pattern_fault(pattern: str) -> Sentence | None:
    """Why `pattern` is neither a name nor a pattern of the language, or None."""
    if pattern in NAMED:
        return None
    if re.fullmatch("[a-z_]+", pattern):
        names = ", ".join(NAMED)
        return Sentence(
            f"There is no pattern {pattern!r}; named patterns are {names}.", f"没有名为“{pattern}”的格式；可用：{names}。"
        )
    try:
        _automaton(pattern)
    except PatternFault as found:
        return found.sentence
    return None


def matches(text: str, pattern: str) -> bool:
    """Whether the whole `text` has the form of `pattern`, check digits included."""
    named = NAMED.get(pattern)
    if named:
        return re.fullmatch(named.regex, text) is not None and named.agrees(text)
    return _automaton(pattern).matches(text)


def regex_of(pattern: str) -> str:
    """The regular expression of `pattern` for JSON Schema and the browser, which do not know check digits."""
    named = NAMED.get(pattern)
    return f"^(?:{named.regex if named else pattern})$"
