"""Days without a zone, 0001-01-01 to 9999-12-31."""

from __future__ import annotations

import datetime as dt
import re

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading, refusals
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import DateStorage

_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)


def read_day(raw: object) -> dt.date:
    """A day written YYYY-MM-DD that exists."""
    text = reading.read_text(raw) if isinstance(raw, str) else ""
    if not _FORM.match(text):
        raise refusals.wrong_kind("a date like 2026-01-31", "日期，如 2026-01-31")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise refusals.wrong_kind("a day that exists", "存在的日期") from None


class _Date:
    name = "date"
    label: Label = {"zh": "日期", "en": "Date"}
    icon = "日"
    widget = "date"
    option_keys = frozenset({"min", "max"})

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> DateStorage:
        return DateStorage()

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("date")

    def parse(self, raw: object, options: FieldOptions) -> dt.date | None:
        if reading.is_missing(raw):
            return None
        day = read_day(raw)
        if options.min is not None and day < dt.date.fromisoformat(options.min):
            raise refusals.too_small(options.min)
        if options.max is not None and day > dt.date.fromisoformat(options.max):
            raise refusals.too_large(options.max)
        return day

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        return {"type": "string", "format": "date"}


TYPE: FieldType = _Date()
