"""Maps that come in several forms, told apart by a key or by being one text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import Discriminator

#: Error type of a map that has none of the keys that tell its form; `forms_dsl.salvage` makes the sentence.
NO_VERB = "no_verb"


def tag(word: str) -> str:
    """The tag of a form; brackets keep it apart from keys, since tags stand in the places of errors."""
    return f"<{word}>"


def by_verb(
    *verbs: str, later: tuple[str, ...] = (), bare: str | None = None, groups: dict[str, str] | None = None
) -> Discriminator:
    """Tells the form by the first of `verbs` among the keys; `bare` is the form of a single text.

    `groups` maps verbs to the tag of the form that they share; `later` are verbs that this version refuses.
    """
    shared = groups or {}

    def choose(value: Any) -> str | None:
        if isinstance(value, str):
            return tag(bare) if bare and value else None
        if isinstance(value, dict):
            found = next((verb for verb in value if verb in verbs), None)
            return tag(shared.get(found, found)) if found else None
        return None

    context = {"verbs": " ".join(verbs), "later": " ".join(later)}
    return Discriminator(choose, custom_error_type=NO_VERB, custom_error_message="{verbs}", custom_error_context=context)  # type: ignore[arg-type]


def by_kind(kind: type, matching: str, other: str) -> Discriminator:
    """Tells the form by the Python type that the value was read to."""
    choose: Callable[[Any], str] = lambda value: tag(matching) if isinstance(value, kind) else tag(other)  # noqa: E731
    return Discriminator(choose)
