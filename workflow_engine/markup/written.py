"""Data of a definition as the text of its file: what a person would not put in quotes has none."""

from __future__ import annotations

import re
from collections.abc import Mapping

from forms_dsl.edit.printing import Piece, Value
from forms_dsl.importers.emit import written

#: Flags and numbers: every scalar of a definition is text, so nothing is lost without quotes.
_PLAIN = re.compile(r"(true|false|-?(0|[1-9][0-9]*)(\.[0-9]+)?)\Z")


def written_data(path: str, data: Mapping[str, object]) -> str:
    """The canonical text of the file at `path`; raises ImportRefused for more than a definition may hold."""
    return written(path, {key: _value(value) for key, value in data.items()})


def _value(value: object) -> Value:
    if isinstance(value, Mapping):
        return {str(key): _value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    text = str(value)
    return Piece(text, inline=text) if _PLAIN.match(text) else text
