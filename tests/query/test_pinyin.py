"""The syllables by which Chinese is found are those of pypinyin, though its phrases are kept otherwise."""

from __future__ import annotations

import random
import unicodedata

import pytest

from runtime.query.pinyin import readings_of, syllables_of

pypinyin = pytest.importorskip("pypinyin")


def test_every_phrase_is_read_as_the_package_reads_it() -> None:
    """All phrases of the dictionary have the same syllables."""
    phrases = pypinyin.constants.PHRASES_DICT
    assert len(phrases) > 40_000
    assert [] == [each for each in phrases if syllables_of(each) != _theirs(each)]


def test_every_character_has_the_readings_of_the_package() -> None:
    """All characters have the same readings in the same order, each once."""
    characters = pypinyin.constants.PINYIN_DICT
    assert len(characters) > 40_000
    expected = {code: tuple(dict.fromkeys(_plain(each) for each in said.split(","))) for code, said in characters.items()}
    assert [] == [code for code, readings in expected.items() if readings_of(chr(code)) != readings]


def test_texts_are_cut_into_the_same_phrases() -> None:
    """Where phrases meet, overlap or break off, they are told apart as the package does it."""
    chance = random.Random(7)  # noqa: S311 - a repeatable choice of texts
    phrases = sorted(pypinyin.constants.PHRASES_DICT)
    for _ in range(5_000):
        text = "".join(chance.choice(phrases) for _ in range(chance.randint(1, 4)))
        start = chance.randrange(len(text))
        text = text[start : start + chance.randint(1, 20)] + chr(chance.randrange(0x4E00, 0x9FA5))
        assert _theirs(text) == syllables_of(text), text


def test_what_has_no_reading_says_nothing() -> None:
    """A sign that nobody reads has no readings, and no syllable within a text."""
    assert () == readings_of("a") == readings_of("\u3000")
    assert ["zhong", ""] == syllables_of("中\U0003fffd")


def _theirs(text: str) -> list[str]:
    return [_plain(each) for each in pypinyin.lazy_pinyin(text)]


def _plain(syllable: str) -> str:
    letters = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(each for each in letters if "a" <= each <= "z")
