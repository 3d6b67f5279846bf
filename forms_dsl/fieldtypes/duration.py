"""A length of time in whole minutes; people may write `1h 30m`, `2d` or `90`."""

from __future__ import annotations

import re
from decimal import Decimal

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading, refusals
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import IntegerStorage

_FORM = re.compile(r"(?:([0-9]{1,6})d)?\s*(?:([0-9]{1,6})h)?\s*(?:([0-9]{1,8})m)?\Z", re.ASCII | re.IGNORECASE)
#: Ten years.
_LONGEST = 10 * 366 * 24 * 60


class _Duration:
    name = "duration"
    label: Label = {"zh": "时长", "en": "Length of time"}
    icon = "⌛"
    widget = "duration"
    option_keys: frozenset[str] = frozenset({"min", "max"})

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> IntegerStorage:
        return IntegerStorage()

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("number", scale=0, limit=Decimal(_LONGEST))

    def parse(self, raw: object, options: FieldOptions) -> Decimal | None:
        if reading.is_missing(raw):
            return None
        minutes = self._minutes(raw)
        for bound, refuse, is_beyond in (
            (options.min, refusals.too_small, minutes.__lt__),
            (options.max, refusals.too_large, minutes.__gt__),
        ):
            if bound is not None and is_beyond(self._minutes(bound)):
                raise refuse(bound)
        if minutes > _LONGEST:
            raise refusals.too_large("3660d")
        return minutes

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        return {"type": "integer", "minimum": 0, "maximum": _LONGEST}

    @staticmethod
    def _minutes(raw: object) -> Decimal:
        match = _FORM.match(reading.read_text(raw)) if isinstance(raw, str) and not raw.strip().isdigit() else None
        if match is not None and any(match.groups()):
            days, hours, minutes = (int(part or 0) for part in match.groups())
            return Decimal((days * 24 + hours) * 60 + minutes)
        number = reading.read_number(raw, 0, reading.WHOLE_DIGITS)
        if number < 0:
            raise refusals.too_small("0")
        return number


TYPE: FieldType = _Duration()
