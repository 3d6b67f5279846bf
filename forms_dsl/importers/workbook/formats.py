"""Number formats of cells: which numbers are dates, percentages or amounts, and what a serial number means as a day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from forms_dsl.importers.workbook.cells import PLAIN, CellKind, Format

#: Formats that every workbook has by number (ECMA-376 18.8.30); those of East Asian versions for dates included.
_BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    49: "@",
    **dict.fromkeys((5, 6), "¥#,##0"),
    **dict.fromkeys((7, 8, 42, 44), "¥#,##0.00"),
    **dict.fromkeys((14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56), "h:mm:ss"),
    22: "yyyy-mm-dd h:mm",
}
#: Styles of a workbook, and formats of its own; spreadsheets make at most 250.
_FORMATS, _CODES = 70_000, 1_000
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_BRACKETS = re.compile(r"\[(?!h+\]|m+\]|s+\])[^\[\]]*\]", re.IGNORECASE)
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[0-9A-F]+)?\]|(HK\$|NT\$|[¥￥$€£]|CNY|RMB|元)")
#: Currencies by the signs that formats show; of `¥` it is the yuan, unless the format is of Japan.
_SIGNS = {
    "¥": "CNY",
    "￥": "CNY",
    "RMB": "CNY",
    "元": "CNY",
    "$": "USD",
    "US$": "USD",
    "HK$": "HKD",
    "NT$": "TWD",
    "€": "EUR",
    "£": "GBP",
}
_JAPAN = re.compile(r"\[\$[¥￥]-(?:804)?411\]", re.IGNORECASE)
_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A format: what kind of value it makes of a number, and how it is shown."""

    kind: CellKind = "number"
    format: Format = PLAIN


class StylePart:
    """The formats that the style part of a workbook gives its cells, told element by element as its XML is read."""

    def __init__(self) -> None:
        self.codes: dict[int, str] = {}
        #: The format of each style of a cell, by its number.
        self.identifiers: list[int] = []
        self._inside = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if name == "numFmt" and len(self.codes) < _CODES:
            self.codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "General")[:255]
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside and len(self.identifiers) < _FORMATS:
            self.identifiers.append(_whole(attributes.get("numFmtId")))

    def ended(self, name: str, text: str) -> None:
        """An element ends."""
        self._inside = self._inside and name != "cellXfs"

    def formats(self) -> list[NumberFormat]:
        """The formats by the numbers of the styles."""
        known: dict[int, NumberFormat] = {}
        return [known.setdefault(one, number_format(one, self.codes)) for one in self.identifiers]


def _whole(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else 0


def number_format(identifier: int, codes: dict[int, str]) -> NumberFormat:
    """The format of a number in a workbook with its own `codes`."""
    return parsed_format(codes.get(identifier) or _BUILT_IN.get(identifier, "General"))


def parsed_format(code: str) -> NumberFormat:
    """What a format code says."""
    first = code.partition(";")[0]
    currency = _currency(first)
    bare = _BRACKETS.sub("", _LITERAL.sub("", first)).lower()
    if bare == "@":
        return NumberFormat("text")
    if "general" not in bare and re.search(r"[ymdhs]", bare):
        has_day, has_time = re.search(r"[yd]", bare), re.search(r"[hs]", bare)
        if has_day:
            return NumberFormat("datetime" if has_time else "date")
        return NumberFormat("time" if has_time else "date")
    point = re.search(r"\.([0#?]+)", bare)
    decimals = len(point[1]) if point else 0 if re.search(r"[0#]", bare) else None
    return NumberFormat("number", Format("%" in bare, decimals, currency))


def _currency(code: str) -> str | None:
    if _JAPAN.search(code):
        return "JPY"
    for match in _CURRENCY.finditer(code):
        sign = (match[1] if match[1] is not None else match[2]).strip()
        if sign in _SIGNS or _CODE.fullmatch(sign):
            return _SIGNS.get(sign, sign)
    return None


def as_moment(text: str, kind: CellKind, *, since_1904: bool) -> tuple[str, CellKind] | None:
    """A serial number as ISO text and what it really is (a date format with a time of day is a moment), or None."""
    try:
        serial = Decimal(text)
    except InvalidOperation:
        return None
    if not 0 <= serial < 2_958_466:
        return None
    days = int(serial)
    seconds = int((serial - days) * 86_400 + Decimal("0.5"))
    if kind == "time" and days == 0:
        return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}", "time"
    start = dt.datetime(1904, 1, 1) if since_1904 else dt.datetime(1899, 12, 30)
    moment = start + dt.timedelta(days=days, seconds=seconds)
    if seconds == 0 and kind != "datetime":
        return moment.date().isoformat(), "date"
    return moment.isoformat(sep=" "), "datetime"
