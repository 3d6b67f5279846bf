"""Instants, kept in UTC with milliseconds; a text without a zone is refused."""

from __future__ import annotations

import datetime as dt
import re

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading, refusals
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import TimestampStorage

_FORM = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?(Z|[-+][0-9]{2}:[0-9]{2})\Z", re.ASCII
)


def read_instant(raw: object) -> dt.datetime:
    """An instant written in ISO 8601 with its zone."""
    text = reading.read_text(raw) if isinstance(raw, str) else ""
    if not _FORM.match(text):
        raise refusals.wrong_kind("a time like 2026-01-31T09:30:00Z", "带时区的时间，如 2026-01-31T09:30:00Z")
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise refusals.wrong_kind("a time that exists", "存在的时间") from None


class _DateTime:
    name = "datetime"
    label: Label = {"zh": "日期时间", "en": "Date and time"}
    icon = "时"
    widget = "datetime"
    option_keys = frozenset({"min", "max"})

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> TimestampStorage:
        return TimestampStorage()

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("datetime")

    def parse(self, raw: object, options: FieldOptions) -> dt.datetime | None:
        if reading.is_missing(raw):
            return None
        instant = read_instant(raw)
        if options.min is not None and instant < read_instant(options.min):
            raise refusals.too_small(options.min)
        if options.max is not None and instant > read_instant(options.max):
            raise refusals.too_large(options.max)
        return instant

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        return {"type": "string", "format": "date-time"}


TYPE: FieldType = _DateTime()
