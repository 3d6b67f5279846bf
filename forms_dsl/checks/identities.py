"""Ids: two things of one kind that share one would be the same thing to the tables, the plan and the history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from forms_dsl.checks.registry import Site, check
from forms_dsl.codes import NAME_TWICE
from forms_dsl.diagnostics import Diagnostic, Sentence


@check
def ids_differ(site: Site) -> Iterator[Diagnostic]:
    """No two things of one kind have the same id; fields and rows are compared where they are built."""
    for part in fields(site.app):
        things = getattr(site.app, part.name)
        seen: dict[str, str] = {}
        for name, thing in things.items() if isinstance(things, Mapping) else ():
            first = seen.setdefault(thing.id, name) if hasattr(thing, "id") else name
            if first != name:
                message = Sentence(f"The id {thing.id!r} is already that of {first!r}.", f"标识“{thing.id}”已被“{first}”使用。")
                yield NAME_TWICE.at(thing.span, message, pointer=site.around(thing.span).pointer)
