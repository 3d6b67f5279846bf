"""A reference that may lead to records of several entities, kept as `app.entity/id`."""

from __future__ import annotations

import re

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading, refusals
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import TextStorage

_ID = re.compile(r"[0-9A-Za-z_-]{1,36}\Z", re.ASCII)


def parts_of(value: str) -> tuple[str, str]:
    """The full name of the entity, and the id of the record in it."""
    entity, _, id = value.partition("/")
    return entity, id


class _AnyReference:
    name = "any_reference"
    label: Label = {"zh": "多实体引用", "en": "Reference to several entities"}
    icon = "⇉"
    widget = "any_reference"
    option_keys = frozenset({"to"})

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> TextStorage:
        return TextStorage(140)

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("text")

    def parse(self, raw: object, options: FieldOptions) -> str | None:
        """The form; whether the record is there and may be chosen is seen when it is written."""
        if reading.is_missing(raw):
            return None
        text = reading.read_text(raw)
        entity, id = parts_of(text)
        if entity not in options.targets or not _ID.match(id):
            kinds = ", ".join(options.targets)
            raise refusals.wrong_kind(f"a record of {kinds}, as entity/id", f"{kinds} 的记录，写作 实体/标识")
        return text

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        return {"type": "string", "maxLength": 140, "x-entities": list(options.targets)}


TYPE: FieldType = _AnyReference()
