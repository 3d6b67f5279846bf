"""A place on earth as `latitude,longitude` in degrees (WGS 84), six decimals, which is a tenth of a metre."""

from __future__ import annotations

from decimal import Decimal

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading, refusals
from forms_dsl.fieldtypes.protocol import FieldType, ValueRefused
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import TextStorage

_SCALE = 6


class _GeoPoint:
    name = "geopoint"
    label: Label = {"zh": "地理坐标", "en": "Place on the map"}
    icon = "⌖"
    widget = "geopoint"
    option_keys: frozenset[str] = frozenset()

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> TextStorage:
        return TextStorage(23)

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("text")

    def parse(self, raw: object, options: FieldOptions) -> str | None:
        if reading.is_missing(raw):
            return None
        parts = reading.read_text(raw).split(",")
        refused = refusals.wrong_kind("latitude,longitude like 31.2304,121.4737", "“纬度,经度”，如 31.2304,121.4737")
        if len(parts) != 2:
            raise refused
        try:
            latitude, longitude = (reading.read_number(part.strip(), _SCALE, 3) for part in parts)
        except ValueRefused:
            raise refused from None
        if abs(latitude) > Decimal(90) or abs(longitude) > Decimal(180):
            raise refusals.wrong_kind(
                "a place with latitude up to 90 and longitude up to 180", "有效坐标：纬度不超过 90、经度不超过 180"
            )
        return f"{latitude},{longitude}"

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        return {"type": "string", "pattern": r"^-?[0-9]{1,2}(\.[0-9]{1,6})?,-?[0-9]{1,3}(\.[0-9]{1,6})?$"}


TYPE: FieldType = _GeoPoint()
