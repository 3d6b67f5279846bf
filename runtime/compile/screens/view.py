"""What one person may see and do of the entities, as far as screens show it; made by the records layer from access plans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from forms_dsl.expr.available import targets_of
from forms_dsl.expr.ir import to_ir
from forms_dsl.expr.tree import Expression
from forms_dsl.names import SYSTEM_FIELDS


@dataclass(frozen=True, slots=True)
class Letting:
    """On which terms records leave, or come in: so many at once at most, and so many without another person's release."""

    rows: int
    alone: int


@dataclass(frozen=True, slots=True)
class EntityView:
    """Fields by path with how they are shown ("rows field.row field" for child rows); an absent one is not known of."""

    shows: Mapping[str, Literal["clear", "masked"]]
    writes: frozenset[str]
    reads: bool
    create: bool
    update: bool
    delete: bool
    #: Workflows over the entity that the person may start.
    starts: frozenset[str] = frozenset()
    #: How the person may take lists of the entity out as files; None when he may not.
    export: Letting | None = None
    #: Whether he releases what others want to take out.
    releases_exports: bool = False
    #: The fields that he may reveal on some record where they are shown masked.
    reveals: frozenset[str] = frozenset()
    #: How the person may bring records in as a file; None when he may not.
    imports: Letting | None = None
    #: Whether he releases what others want to bring in.
    releases_imports: bool = False
    #: Whether he merges records of the entity.
    merges: bool = False

    def is_clear(self, path: str) -> bool:
        """Whether the field is shown in clear; system fields always are."""
        return path in SYSTEM_FIELDS or self.shows.get(path) == "clear"


#: The view of an entity by "app.entity"; None when the person may not know of it.
View = Callable[[str], EntityView | None]


def browser_form(expression: Expression | None, seen: EntityView, view: View, reach: Mapping[str, str]) -> list[object] | None:
    """The expression for the browser, or None when it needs the server: a function it lacks, a value that is not shown in clear.

    `reach` gives the "app.entity" that each reference field leads to.
    """
    if expression is None or "J" not in targets_of(expression.tree):
        return None
    return to_ir(expression.tree) if all(may_read(path, seen, view, reach) for path in expression.reads) else None


def may_read(path: Iterable[str], seen: EntityView, view: View, reach: Mapping[str, str]) -> bool:
    """Whether a path of at most one reference is shown in clear at both ends; longer ones are the server's."""
    first, *rest = path
    if not seen.is_clear(first):
        return False
    if not rest:
        return True
    if f"{first}.{rest[0]}" in seen.shows:
        return seen.is_clear(f"{first}.{rest[0]}")
    target = view(reach[first]) if first in reach else None
    return target is not None and len(rest) == 1 and target.is_clear(rest[0])
