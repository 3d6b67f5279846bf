"""Findings about what a person wrote: collected, positioned, coded, with a hint; never raised."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from forms_dsl.source import Pointer, Span

#: No more findings are answered at once: when the texts alone have so many, reading stops.
FINDING_LIMIT = 100

Severity = Literal["error", "warning", "hint"]


class Sentence(NamedTuple):
    """One sentence for a reader, in both languages of the product."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding; `pointer` is the place in the data, `span` the place in the text.

    `message` and `hint` are English, `message_zh` and `hint_zh` the same in Chinese.
    """

    code: str
    severity: Severity
    message: str
    span: Span
    pointer: Pointer = ()
    hint: str | None = None
    #: Other places of the matter, each with what is there: a name, or words in both languages.
    related: tuple[tuple[str | Sentence, Span], ...] = ()
    fix: str | None = None
    message_zh: str | None = None
    hint_zh: str | None = None
    #: The class under which an API refuses a definition for it; None for what is no error.
    refusal: str | None = None

    def message_in(self, locale: str) -> str:
        """The message in `locale`, in English where there is no other."""
        return self.message_zh if locale == "zh" and self.message_zh else self.message

    def hint_in(self, locale: str) -> str | None:
        """The hint in `locale`, in English where there is no other."""
        return self.hint_zh if locale == "zh" and self.hint_zh else self.hint


def in_locale(said: str | Sentence, locale: str) -> str:
    """Words for a reader; a plain text is the same in both languages."""
    return said if isinstance(said, str) else said.zh if locale == "zh" else said.en


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding: its identifier, never reused, the sentence that explains it, and its class of refusal."""

    id: str
    meaning: str
    severity: Severity = "error"
    refusal: str = "DEF-LINT"

    def at(
        self,
        span: Span,
        message: Sentence,
        *,
        pointer: Pointer = (),
        hint: Sentence | None = None,
        related: tuple[tuple[str | Sentence, Span], ...] = (),
        fix: str | None = None,
    ) -> Diagnostic:
        """A finding of this kind at `span`."""
        return Diagnostic(
            self.id,
            self.severity,
            message.en,
            span,
            pointer,
            hint.en if hint else None,
            related,
            fix,
            message.zh,
            hint.zh if hint else None,
            self.refusal if self.severity == "error" else None,
        )

    def closer(self, refusal: str) -> Code:
        """The same kind of finding, of a closer class of refusal."""
        return replace(self, refusal=refusal)


@dataclass(frozen=True, slots=True)
class Registry:
    """All declared codes by identifier; the reference page and the tests read it."""

    codes: dict[str, Code] = field(default_factory=dict)

    def code(self, id: str, meaning: str, severity: Severity = "error", refusal: str = "DEF-LINT") -> Code:
        """Declare a code; a second declaration of the same identifier raises ValueError."""
        if id in self.codes:
            raise ValueError(f"code {id} is declared twice")
        self.codes[id] = Code(id, meaning, severity, refusal)
        return self.codes[id]


CODES = Registry()
code = CODES.code


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be."""
    words = list(known)
    near = [each for each in words if each.casefold() == word.casefold()]
    near = near or difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return near[0] if near else None


def suggestion(word: str, known: Iterable[str]) -> Sentence | None:
    """The sentence that offers the nearest known word, or None when nothing is near."""
    near = nearest(word, known)
    return Sentence(f"Did you mean {near!r}?", f"是否想写“{near}”？") if near else None


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any finding forbids publishing."""
    return any(d.severity == "error" for d in diagnostics)
