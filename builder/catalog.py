"""What an analyst may build with: field types, blocks, pieces, functions and the JSON Schema of every file."""

from __future__ import annotations

from functools import cache

from builder.pieces import pieces
from forms_dsl.expr.functions import FUNCTIONS
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.jsonschema import schemas

#: The kinds of block and item that a form is laid out with, as `model.FormBlock` and `model.FormItem` know them.
BLOCKS = ("section", "tab", "page")
ITEMS = ("field", "rows", "text", "button")


@cache
def catalog() -> dict[str, object]:
    """The catalog, the same for everybody."""
    return {
        "field_types": [
            {
                "name": type.name,
                "label": dict(type.label),
                "widget": type.widget,
                "icon": type.icon,
                "option_keys": sorted(type.option_keys),
            }
            for type in FIELD_TYPES.values()
        ],
        "blocks": list(BLOCKS),
        "items": list(ITEMS),
        "kinds": pieces(),
        "functions": [
            {"name": function.name, "label": dict(function.meaning), "signature": function.signature}
            for function in FUNCTIONS.values()
        ],
        "schemas": dict(schemas()),
    }
