"""Sentences of publishing in both languages of the product, filled with labels of the app."""

from __future__ import annotations

from forms_dsl.diagnostics import Sentence
from forms_dsl.model import Label


def label_in(label: Label, language: str) -> str:
    """The label in a language, in the app's first one where it has no other."""
    return label.get(language) or next(iter(label.values()), "")


def say(*labels: Label, en: str, zh: str) -> Label:
    """A sentence whose `{0}`, `{1}` … are labels, each in the language of its sentence."""
    return {
        "en": en.format(*(label_in(label, "en") for label in labels)),
        "zh": zh.format(*(label_in(label, "zh") for label in labels)),
    }


def sentence(*labels: Label, en: str, zh: str) -> Sentence:
    """The same as `say`, as the message of a finding."""
    said = say(*labels, en=en, zh=zh)
    return Sentence(said["en"], said["zh"])
