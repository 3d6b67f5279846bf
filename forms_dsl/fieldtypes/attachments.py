"""Attached files by their ids: the common part of file, image and signature."""

from __future__ import annotations

import re
from dataclasses import dataclass

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import refusals
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import FileStorage

_ID = re.compile(r"[0-9A-Za-z_-]{1,36}\Z", re.ASCII)


@dataclass(eq=False)
class Attachments:
    """A field type whose values are ids of files; `accept` and `max_mb` hold where the field says nothing."""

    name: str
    label: Label
    icon: str
    widget: str
    option_keys: frozenset[str] = frozenset({"accept", "max_mb", "count"})
    accept: tuple[str, ...] = ()
    max_mb: int | None = None

    def widget_for(self, options: FieldOptions) -> str:
        """Its one widget."""
        return self.widget

    def storage(self, options: FieldOptions) -> FileStorage:
        """A list of ids."""
        return FileStorage()

    def value_type(self, options: FieldOptions) -> ValueType:
        """A set without codes of its own, so that `len` and `is_missing` can be asked."""
        return ValueType("multi_choice")

    def parse(self, raw: object, options: FieldOptions) -> tuple[str, ...] | None:
        """The ids, each once, in their order; one file where the field does not say how many."""
        if raw is None or raw in ("", [], ()):
            return None
        parts = [raw] if isinstance(raw, str) else raw
        if not isinstance(parts, list | tuple) or not all(isinstance(part, str) and _ID.match(part) for part in parts):
            raise refusals.wrong_kind("ids of uploaded files", "已上传文件的标识")
        ids = tuple(dict.fromkeys(parts))
        most, least = most_files(options), options.count_min or 0
        if len(ids) > most:
            raise refusals.too_large(str(most))
        if len(ids) < least:
            raise refusals.too_small(str(least))
        return ids

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        """A list of ids."""
        items = {"type": "string", "maxLength": 36}
        return {"type": "array", "items": items, "uniqueItems": True, "maxItems": most_files(options)}


def most_files(options: FieldOptions) -> int:
    """How many files a field holds at most."""
    return options.count_max or max(1, options.count_min or 0)
