"""All field types by name: the modules of this folder that declare one, and a bank's own by entry point."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from forms_dsl import fieldtypes
from forms_dsl.fieldtypes.protocol import FieldType, ShortForm

ENTRY_POINT = "qiqiao.fieldtypes"

#: The order in which people meet them; types that are not listed follow by name.
_ORDER = (
    "text",
    "integer",
    "decimal",
    "money",
    "boolean",
    "date",
    "datetime",
    "choice",
    "multi_choice",
    "reference",
    "rows",
    "status",
    "percent",
    "person",
    "branch",
    "any_reference",
    "rich_text",
    "time",
    "year_month",
    "duration",
    "email",
    "phone",
    "mobile_cn",
    "url",
    "id_card",
    "uscc",
    "bank_card",
    "iban",
    "swift_bic",
    "cnaps",
    "lei",
    "region",
    "geopoint",
    "sequence",
    "file",
    "image",
    "signature",
    "json",
)


def _declared(name: str) -> Iterator[Any]:
    """What the modules of this folder declare as `name`."""
    for module in pkgutil.iter_modules(fieldtypes.__path__):
        declared = importlib.import_module(f"{fieldtypes.__name__}.{module.name}")
        if hasattr(declared, name):
            yield getattr(declared, name)


def _order(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def _load() -> Mapping[str, FieldType]:
    types = {type.name: type for type in _declared("TYPE")}
    for point in entry_points(group=ENTRY_POINT):
        if point.name in types:
            raise ValueError(f"the field type {point.name} is declared twice")
        types[point.name] = point.load()
    return MappingProxyType(dict(sorted(types.items(), key=lambda pair: _order(pair[0]))))


FIELD_TYPES: Mapping[str, FieldType] = _load()
#: Names that files may write for another type with chosen options.
SHORT_FORMS: Mapping[str, ShortForm] = MappingProxyType({form.name: form for form in _declared("SHORT_FORM")})
#: Every name that `type` of a field may have.
TYPE_NAMES = tuple(sorted((*FIELD_TYPES, *SHORT_FORMS), key=_order))
