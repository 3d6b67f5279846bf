"""Child rows; the values in them are read by the types of the row's own fields."""

from __future__ import annotations

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import refusals
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import RowsStorage

LIMIT = 10_000


class _Rows:
    name = "rows"
    label: Label = {"zh": "明细", "en": "Rows"}
    icon = "▦"
    widget = "rows"
    option_keys = frozenset({"of"})

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> RowsStorage:
        return RowsStorage(options.of or "")

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("rows", optional=False)

    def parse(self, raw: object, options: FieldOptions) -> tuple[dict[str, object], ...]:
        if raw is None:
            return ()
        if not isinstance(raw, list | tuple) or not all(isinstance(row, dict) for row in raw):
            raise refusals.wrong_kind("a list of rows", "明细行列表")
        if len(raw) > LIMIT:
            raise refusals.too_large(str(LIMIT))
        return tuple(dict(row) for row in raw)

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        return {"type": "array", "items": {"type": "object"}, "maxItems": LIMIT}


TYPE: FieldType = _Rows()
