"""Numbers in cells: how many decimals they really have, and which have lost digits."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from forms_dsl.importers.excel.spellings import AMOUNT, NUMBER, PERCENT, SCIENTIFIC
from forms_dsl.importers.workbook.cells import Cell


def has_lost_digits(cell: Cell) -> bool:
    """Whether a number has more digits than a spreadsheet keeps."""
    if cell.kind == "text":
        return bool(SCIENTIFIC.match(cell.text))
    if cell.kind != "number":
        return False
    try:
        value = Decimal(cell.text)
    except InvalidOperation:
        return False
    return value.is_finite() and value.adjusted() >= 15


def decimals(text: str) -> int:
    """Decimals of a number; what binary fractions add at the end (0.1 + 0.2) does not count."""
    try:
        value = Decimal(text.replace(",", "").lstrip("¥￥$€£ "))
    except InvalidOperation:
        return 0
    digits = max(0, 14 - max(value.adjusted(), 0))
    rounded = round(value, min(digits, 12)).normalize()
    exponent = rounded.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def is_numeric(value: str) -> bool:
    """Whether a text spells a number, a percentage or an amount."""
    return bool(NUMBER.match(value) or PERCENT.match(value) or AMOUNT.match(value))


def is_code(values: list[str]) -> bool:
    """Whether the digits are codes: some have more than 15."""
    return any(len(value.replace(",", "")) > 15 and "." not in value for value in values)
