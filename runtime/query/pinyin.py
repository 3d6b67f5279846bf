"""How Chinese is read: the syllables without tones of a character or of a text, by the dictionaries of pypinyin.

The package itself keeps its phrases as lists of lists, 57 MB of a process. Here they are one text that is searched, and only
those stay that are read otherwise than character by character; the results are the package's own.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import orjson

#: A phrase with what the dictionary says of it; read piece by piece, so that the lists of all never stand in memory.
_PHRASE = re.compile(r'"([^"]+)":\s*\[((?:[^\[\]]*\[[^\[\]]*\])+)\s*\]')
_SYLLABLES = re.compile(r'\[\s*"([^"]*)"')
#: The first character that has a reading.
_FIRST = 0x3007
_Readings = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Phrases:
    """All phrases, sorted, one behind the other and parted by line ends."""

    text: str
    #: Where the phrases that begin with a character stand.
    places: Mapping[str, tuple[int, int]]
    #: The syllables of those that are read otherwise than their characters.
    read: Mapping[str, _Readings]

    def begins(self, word: str) -> bool:
        """Whether a phrase begins with a word."""
        return self.text.find(f"\n{word}", *self.places.get(word[0], (0, 0))) >= 0

    def is_there(self, word: str) -> bool:
        """Whether a word is a phrase."""
        return self.text.find(f"\n{word}\n", *self.places.get(word[0], (0, 0))) >= 0


def readings_of(character: str) -> _Readings:
    """The syllables of a character, the usual one first and each once; none where it has no reading."""
    numbers, readings = _characters()
    place = ord(character) - _FIRST
    return readings[numbers[place]] if 0 <= place < len(numbers) else ()


def syllables_of(text: str) -> list[str]:
    """The syllables of a run of Chinese, phrases read as such; empty for a character without a reading."""
    phrases = _phrases()
    return [syllable for word in _words(text) for syllable in phrases.read.get(word) or _by_character(word)]


def _words(text: str) -> Iterator[str]:
    """The text in phrases and single characters: from the left, each phrase as long as possible."""
    phrases, at = _phrases(), 0
    while at < len(text):
        end = longest = at
        while end < len(text) and phrases.begins(text[at : end + 1]):
            end += 1
            if phrases.is_there(text[at:end]):
                longest = end
        if longest > at:
            yield text[at:longest]
            at = longest
        elif end == len(text) > at:
            # The beginning of a phrase that the text breaks off.
            yield from text[at:]
            return
        else:
            yield text[at]
            at += 1


def _by_character(word: str) -> _Readings:
    return tuple((readings_of(each) or ("",))[0] for each in word)


@cache
def _phrases() -> _Phrases:
    text = (_folder() / "phrases_dict.json").read_text("utf-8")
    read: dict[str, _Readings] = {}
    known: list[str] = []
    for found in _PHRASE.finditer(text):
        phrase = found[1]
        known.append(phrase)
        syllables = tuple(_plain(each) for each in _SYLLABLES.findall(found[2]))
        if syllables != _by_character(phrase):
            read[phrase] = syllables
    known.sort()
    places: dict[str, tuple[int, int]] = {}
    at = 0
    for phrase in known:
        end = at + len(phrase) + 1
        places[phrase[0]] = (places.get(phrase[0], (at, at))[0], end + 1)
        at = end
    return _Phrases("\n" + "\n".join(known) + "\n", places, read)


@cache
def _characters() -> tuple[array[int], list[_Readings]]:
    """For each character from the first one on the number of its readings, and the readings by number."""
    said: dict[str, str] = orjson.loads((_folder() / "pinyin_dict.json").read_bytes())
    numbers = array("H", bytes(2 * (max(map(int, said)) - _FIRST + 1)))
    readings: list[_Readings] = [()]
    known: dict[_Readings, int] = {(): 0}
    for code, text in said.items():
        found: _Readings = tuple(dict.fromkeys(_plain(each) for each in text.split(",")))
        if found not in known:
            known[found] = len(readings)
            readings.append(found)
        numbers[int(code) - _FIRST] = known[found]
    return numbers, readings


def _folder() -> Path:
    found = find_spec("pypinyin")  # looked for and not imported, which would load its phrases
    if found is None or found.origin is None:
        raise ModuleNotFoundError("pypinyin is not installed")
    return Path(found.origin).parent


@cache
def _plain(syllable: str) -> str:
    letters = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(each for each in letters if "a" <= each <= "z")
