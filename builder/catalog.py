"""What an analyst may build with: field types, blocks, pieces, functions and the JSON Schema of every file."""

from __future__ import annotations

from functools import cache

from builder.pieces import pieces
from forms_dsl.expr.functions import FUNCTIONS
from forms_dsl.fieldtypes.registry import FIELD_TYPES, SHORT_FORMS, TYPE_NAMES
from forms_dsl.jsonschema import schemas

#: The kinds of block and item that a form is laid out with, as `model.FormBlock` and `model.FormItem` know them.
BLOCKS = ("section", "tab", "page")
ITEMS = ("field", "rows", "text", "button")


def _field_type(name: str) -> dict[str, object]:
    """A field type; a short form takes what its type takes, without the keys that it has chosen."""
    form = SHORT_FORMS.get(name)
    type = FIELD_TYPES[form.type if form else name]
    shown = form or type
    keys = type.option_keys - set(form.chosen) if form else type.option_keys
    return {
        "name": name,
        "label": dict(shown.label),
        "widget": shown.widget,
        "icon": shown.icon,
        "option_keys": sorted(keys),
    }


@cache
def catalog() -> dict[str, object]:
    """The catalog, the same for everybody."""
    return {
        "field_types": [_field_type(name) for name in TYPE_NAMES],
        "blocks": list(BLOCKS),
        "items": list(ITEMS),
        "kinds": pieces(),
        "functions": [
            {"name": function.name, "label": dict(function.meaning), "signature": function.signature}
            for function in FUNCTIONS.values()
        ],
        "schemas": dict(schemas()),
    }
