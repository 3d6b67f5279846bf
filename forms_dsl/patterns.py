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

from stdnum import iban, lei, luhn

from forms_dsl.diagnostics import Sentence
from forms_dsl.nfa import Automaton, PatternFault, parse_pattern

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
#: A label of a host name, without looking at which ends exist.
_HOST_WORD = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#: First two digits of GB/T 2260: the provinces, and 83 for residents from Taiwan (GA 467).
_PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)


@dataclass(frozen=True, slots=True)
class NamedPattern:
    """A pattern with a name: what it looks like, and whether its check digits agree."""

    regex: str
    label: Sentence
    agrees: Callable[[str], bool] = lambda _text: True


def _id_card(text: str) -> bool:
    """Province, date and check digit of a resident identity number (GB 11643; the check digit is ISO 7064 MOD 11-2).

    The county code is not looked up: codes that were abolished decades ago are still valid in a number.
    """
    if text[:2] not in _PROVINCES:
        return False
    try:
        dt.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return _ID_CHECK[sum(int(digit) * weight for digit, weight in zip(text, _ID_WEIGHTS, strict=False)) % 11] == text[17]


def _uscc(text: str) -> bool:
    """Check character of a unified social credit code (GB 32100): weights are powers of 3, the weighted sum is 0 mod 31.

    The first character may be a letter: N for rural collectives, Y for others, A for the army.
    """
    return (
        sum(_USCC.index(character) * pow(3, at, 31) for at, character in enumerate(text[:17])) % 31 == -_USCC.index(text[17]) % 31
    )


def _luhn(text: str) -> bool:
    return bool(luhn.is_valid(text))


def _iban(text: str) -> bool:
    return bool(iban.is_valid(text))


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
        "iban": NamedPattern("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", Sentence("an IBAN", "国际银行账号（IBAN）"), _iban),
        "swift_bic": NamedPattern("[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", Sentence("a SWIFT code", "SWIFT 代码")),
        "phone": NamedPattern(
            "1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?|[48]00-?[0-9]{3}-?[0-9]{4}|9[0-9]{4,5}|\\+[1-9][0-9]{6,14}",
            Sentence("a telephone number", "电话号码"),
        ),
        "email": NamedPattern(
            f"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_HOST_WORD}(\\.{_HOST_WORD}){{1,8}}",
            Sentence("an e-mail address", "电子邮箱地址"),
        ),
        "url": NamedPattern(
            f'https?://{_HOST_WORD}(\\.{_HOST_WORD}){{0,8}}(:[0-9]{{1,5}})?([/?#][^\\s<>"\\\\^`{{|}}]{{0,1900}})?',
            Sentence("a web address with http:// or https://", "以 http:// 或 https:// 开头的网址"),
        ),
        "time": NamedPattern(
            "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?", Sentence("a time of day like 09:30", "时间，如 09:30")
        ),
        "year_month": NamedPattern("[0-9]{4}-(0[1-9]|1[0-2])", Sentence("a month like 2026-01", "年月，如 2026-01")),
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
