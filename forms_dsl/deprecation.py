"""What is deprecated goes on working; whoever refers to it is told what to use instead (R010)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from forms_dsl.diagnostics import Sentence
from forms_dsl.source import Document, Pointer

#: The key that marks a thing as deprecated.
KEY = "deprecated"

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]+)?\Z")


def deprecated_words(name: str, instead: Mapping[str, str]) -> tuple[Sentence, Sentence]:
    """The message about a use of `name`, and as hint what its author says of it."""
    first = next(iter(instead.values()))
    message = Sentence(f"{name!r} is deprecated.", f"“{name}”已弃用。")
    return message, Sentence(instead.get("en", first), instead.get("zh", first))


def stands_in_deprecated(document: Document, pointer: Pointer) -> bool:
    """Whether a place lies within a thing that is deprecated itself, which may refer to others."""
    value: Any = document.data
    for part in (*pointer, None):
        if isinstance(value, dict):
            if _is_words(value.get(KEY)):
                return True
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
    return False


def _is_words(value: object) -> bool:
    """Whether a value is a sentence, and not a field or code that is called `deprecated`."""
    return isinstance(value, str) or (isinstance(value, dict) and all(_LANGUAGE.match(str(key)) for key in value))
