"""All field types by name: the modules of this folder that declare one, and a bank's own by entry point."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from types import MappingProxyType

from forms_dsl import fieldtypes
from forms_dsl.fieldtypes.protocol import FieldType

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
)


def _own() -> Iterator[FieldType]:
    for module in pkgutil.iter_modules(fieldtypes.__path__):
        declared = importlib.import_module(f"{fieldtypes.__name__}.{module.name}")
        if hasattr(declared, "TYPE"):
            yield declared.TYPE


def _load() -> Mapping[str, FieldType]:
    types = {type.name: type for type in _own()}
    for point in entry_points(group=ENTRY_POINT):
        if point.name in types:
            raise ValueError(f"the field type {point.name} is declared twice")
        types[point.name] = point.load()
    place = {name: number for number, name in enumerate(_ORDER)}
    return MappingProxyType(dict(sorted(types.items(), key=lambda pair: (place.get(pair[0], len(place)), pair[0]))))


FIELD_TYPES: Mapping[str, FieldType] = _load()
