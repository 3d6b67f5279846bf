"""The checks of a whole app: found by listing this folder, run over every thing that could be built."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from forms_dsl import checks
from forms_dsl.build.bench import Workbench
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import Code, Diagnostic, Sentence
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
        start, end = (span.line, span.column), (span.end_line, span.end_column)
        holding = [
            pointer
            for pointer, each in file.document.spans.items()
            if each.file == span.file and (each.line, each.column) <= start and end <= (each.end_line, each.end_column)
        ]
        return Place(file, max(holding, key=len, default=()))

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
