"""The id of a record of another entity; persons and units are references too."""

from __future__ import annotations

import re

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading, refusals
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import ReferenceStorage

_ID = re.compile(r"[0-9A-Za-z_-]{1,36}\Z", re.ASCII)


class _Reference:
    name = "reference"
    label: Label = {"zh": "引用", "en": "Reference"}
    icon = "→"
    widget = "reference"
    option_keys = frozenset({"to", "where"})

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> ReferenceStorage:
        return ReferenceStorage(options.to or "")

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("reference", entity=options.to)

    def parse(self, raw: object, options: FieldOptions) -> str | None:
        """The form of an id; whether the record is there and may be chosen is seen when it is written."""
        if reading.is_missing(raw):
            return None
        text = reading.read_text(raw) if isinstance(raw, str) else ""
        if not _ID.match(text):
            raise refusals.wrong_kind("the id of a record", "记录的标识")
        return text

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        return {"type": "string", "maxLength": 36, "x-entity": options.to}


TYPE: FieldType = _Reference()
