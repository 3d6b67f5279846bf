"""Findings about what a person wrote: collected, positioned, coded, with a hint; never raised."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from forms_dsl.source import Pointer, Span

Severity = Literal["error", "warning", "hint"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding; `pointer` is the place in the data, `span` the place in the text."""

    code: str
    severity: Severity
    message: str
    span: Span
    pointer: Pointer = ()
    hint: str | None = None
    related: tuple[tuple[str, Span], ...] = ()
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding: its identifier, never reused, and the sentence that explains it."""

    id: str
    meaning: str
    severity: Severity = "error"

    def at(
        self,
        span: Span,
        message: str,
        *,
        pointer: Pointer = (),
        hint: str | None = None,
        related: tuple[tuple[str, Span], ...] = (),
        fix: str | None = None,
    ) -> Diagnostic:
        """A finding of this kind at `span`."""
        return Diagnostic(self.id, self.severity, message, span, pointer, hint, related, fix)


@dataclass(frozen=True, slots=True)
class Registry:
    """All declared codes by identifier; the reference page and the tests read it."""

    codes: dict[str, Code] = field(default_factory=dict)

    def code(self, id: str, meaning: str, severity: Severity = "error") -> Code:
        """Declare a code; a second declaration of the same identifier raises ValueError."""
        if id in self.codes:
            raise ValueError(f"code {id} is declared twice")
        self.codes[id] = Code(id, meaning, severity)
        return self.codes[id]


CODES = Registry()
code = CODES.code


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The sentence that offers the nearest known word, or None when nothing is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"Did you mean {near[0]!r}?" if near else None


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any finding forbids publishing."""
    return any(d.severity == "error" for d in diagnostics)
