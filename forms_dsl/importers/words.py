"""Texts for readers, taken from a source: cleaned, cut to what the language allows, by language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forms_dsl.characters import invisible_fault, refused_fault

LABEL_LENGTH = 120
SENTENCE_LENGTH = 300
NOTE_LENGTH = 4000
#: The language of a source that names none.
ANY = ""

_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Words:
    """A text by language; under `ANY` the text of a source that says no language."""

    texts: Mapping[str, str]

    def written(self, languages: tuple[str, ...]) -> str | dict[str, str]:
        """As a label of an app with these languages: one text, or a map with all of them."""
        texts = {language: self.in_language(language) for language in languages}
        return next(iter(texts.values())) if len(texts) == 1 else texts

    def in_language(self, language: str) -> str:
        """The text in a language, else the one without language, else the first."""
        return self.texts.get(language) or self.texts.get(ANY) or next(text for text in self.texts.values() if text)

    def every(self) -> Iterable[str]:
        """All its texts."""
        return self.texts.values()


def one(text: str) -> Words:
    """A text whose language the source does not say."""
    return Words({ANY: text})


def both(en: str, zh: str) -> Words:
    """A text of ours in both languages."""
    return Words({"en": en, "zh": zh})


def cleaned(text: str) -> str:
    """The text in NFC without invisible and control characters, white space as single spaces."""
    normal = _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()
    if invisible_fault(normal) or refused_fault(normal):
        normal = "".join(c for c in normal if not invisible_fault(c) and not refused_fault(c))
        normal = _SPACE.sub(" ", normal).strip()
    return normal


def cut(text: str, length: int) -> str:
    """The text, or its beginning with dots."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def is_chinese(text: str) -> bool:
    """Whether Chinese characters stand in the text."""
    return bool(_CHINESE.search(text))


def language_of(texts: Iterable[str]) -> str:
    """Zh when a fifth or more of the texts are Chinese, else en."""
    every = [text for text in texts if text]
    return "zh" if every and sum(map(is_chinese, every)) * 5 >= len(every) else "en"


def humanised(name: str) -> str:
    """A name as words: loan_amount → Loan amount, loanAmount → Loan amount."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name.replace("_", " ").replace("-", " "))
    words = _SPACE.sub(" ", spaced).strip()
    lowered = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words.split(" "))
    return lowered[:1].upper() + lowered[1:]
