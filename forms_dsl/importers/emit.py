"""The one writer of definitions from data: canonical text, as `qiqiao fmt` writes it."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl.edit.printing import Value, print_pair
from forms_dsl.format.canonical import FormatMistake, format_text


def written(path: str, data: Mapping[str, Value]) -> str:
    """The text of the file at `path`; raises FormatMistake for data that is no definition's."""
    text = "".join(print_pair(key, value, 0, "\n") for key, value in data.items())
    formatted = format_text(path, text, by_hand=False)
    if formatted.text is None:
        raise FormatMistake(f"{path}: {formatted.findings[0].message}")
    return formatted.text
