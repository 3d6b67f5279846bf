"""The checks of a whole app: found by listing this folder, run over every thing that could be built."""

from __future__ import annotations

import importlib
import pkgutil
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import TypeVar

from forms_dsl import checks
from forms_dsl.build.bench import Workbench
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.checks.trees import named_expressions
from forms_dsl.diagnostics import Code, Diagnostic, Sentence
from forms_dsl.expr.tree import Expression
from forms_dsl.model import App
from forms_dsl.source import Pointer, Span, path_within_app


@dataclass(frozen=True, slots=True)
class Site:
    """The whole app under check, with the files that its parts stand in."""

    app: App
    files: Mapping[str, SourceFile]
    bench: Workbench
    #: File → where each key stands, made at the first question.
    keys: dict[str, dict[Span, Pointer]] = field(default_factory=dict, compare=False)
    #: Thing of the app (by identity) → its expressions, made at the first question.
    found: dict[int, list[tuple[str, Expression]]] = field(default_factory=dict, compare=False)
    #: File → its places in the order of the text, made at the first question.
    ordered: dict[str, list[tuple[tuple[int, int], Pointer]]] = field(default_factory=dict, compare=False)

    def place(self, path: str, *pointer: str | int) -> Place:
        """A place in a file, in the coordinates of the file."""
        return Place(self.files[path_within_app(path)], pointer)

    def at_key(self, span: Span) -> Place:
        """The place whose key stands at `span`."""
        path = path_within_app(span.file)
        file = self.files[path]
        if path not in self.keys:
            self.keys[path] = {each: pointer for pointer, each in reversed(list(file.document.key_spans.items()))}
        return Place(file, self.keys[path].get(span, ()))

    def around(self, span: Span) -> Place:
        """The innermost place that holds `span`."""
        file = self.files[path_within_app(span.file)]
        spans = file.document.spans
        if span.file not in self.ordered:
            there = ((each, pointer) for pointer, each in spans.items() if each.file == span.file)
            self.ordered[span.file] = sorted(((each.line, each.column), pointer) for each, pointer in there)
        ordered = self.ordered[span.file]
        # What begins last before the span's end holds it, or stands in what does: places lie in each other like their pointers.
        pointer = ordered[bisect_right(ordered, (span.line, span.column), key=itemgetter(0)) - 1][1] if ordered else ()
        while pointer and not _holds(spans.get(pointer), span):
            pointer = pointer[:-1]
        return Place(file, pointer)

    def named_expressions(self, thing: object) -> list[tuple[str, Expression]]:
        """The expressions of a thing of the app, however deep they stand, each with the attribute that holds it."""
        if id(thing) not in self.found:
            self.found[id(thing)] = named_expressions(thing)
        return self.found[id(thing)]

    def expressions(self, thing: object) -> Iterator[Expression]:
        """The same, without the attributes."""
        return (expression for _, expression in self.named_expressions(thing))

    def find(self, code: Code, place: Place, message: Sentence, hint: Sentence | None = None, *, key: bool = False) -> Diagnostic:
        """A finding at a place, or at its key."""
        return code.at(place.key_span if key else place.span, message, pointer=place.pointer, hint=hint)

    def is_whole(self, path: str) -> bool:
        """Whether all of a file could be built."""
        return path_within_app(path) not in self.bench.incomplete

    def is_known(self, entity: str) -> bool:
        """Whether all of an entity could be built."""
        found = self.app.entities.get(entity)
        return found is not None and self.is_whole(found.span.file)

    @property
    def is_all_whole(self) -> bool:
        """Whether all of every file could be built, so that what is absent is really absent."""
        return not self.bench.incomplete


def _holds(outer: Span | None, inner: Span) -> bool:
    return (
        outer is not None
        and outer.file == inner.file
        and (outer.line, outer.column) <= (inner.line, inner.column)
        and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    )


Check = Callable[[Site], Iterator[Diagnostic]]
CheckType = TypeVar("CheckType", bound=Check)

CHECKS: dict[str, Check] = {}


def check(function: CheckType) -> CheckType:
    """Declare a check of the whole app."""
    name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
    if name in CHECKS:
        raise ValueError(f"check {name} is declared twice")
    CHECKS[name] = function
    return function


@lru_cache(maxsize=1)
def all_checks() -> Mapping[str, Check]:
    """Every check by name."""
    for module in pkgutil.iter_modules(checks.__path__):
        importlib.import_module(f"{checks.__name__}.{module.name}")
    return CHECKS


def run_checks(app: App, files: Mapping[str, SourceFile], bench: Workbench) -> Iterator[Diagnostic]:
    """The findings of all checks; things that could not be built whole are left alone by the checks themselves."""
    site = Site(app, files, bench)
    for function in all_checks().values():
        yield from function(site)
