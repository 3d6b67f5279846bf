"""Which keys of a component have been carried out, so that none is lost in silence."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.importers.documents import Node

#: Read by the import, or words for the designer of the source only.
_READ = frozenset(
    {
        "id", "type", "key", "path", "label", "description", "components", "values", "valuesExpression", "valuesKey", "defaultValue",
        "disabled", "readonly", "decimalDigits", "subtype", "accept", "multiple", "expression", "text", "content", "alt", "url",
        "dataSource", "columns", "columnsExpression", "action", "dateLabel", "timeLabel", "disallowPassedDates", "showOutline",
    }
)  # fmt: skip
_READ_WITHIN = {
    "layout": frozenset({"row", "columns"}),
    "conditional": frozenset({"hide"}),
    "validate": frozenset({"required", "min", "max", "minLength", "maxLength", "pattern", "validationType"}),
}


def left_of(node: Node) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each key with a value that nothing was made of, with the value as text."""
    for key, value in node.data.items():
        if key in _READ or value in (None, "", [], {}, "false"):
            continue
        if key in _READ_WITHIN and isinstance(value, dict):
            for inner, said in value.items():
                if inner not in _READ_WITHIN[key] and said not in (None, "", [], {}):
                    yield (key, inner), str(said)
        else:
            yield (key,), str(value)
