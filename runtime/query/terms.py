"""The words under which a text is found: its own from each beginning, the pinyin of Chinese ones and their initials.

A search is a beginning of such a word, so that an index answers it: 张伟明 is found by 张, 伟明, zhangwei, weiming and zwm,
C0004711 by its digits with and without the zeros and by the last four of them. Folded before: full-width and traditional characters, capitals and accents make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from opencc import OpenCC

from runtime.query.pinyin import readings_of, syllables_of

#: Behind these characters of a word nothing is told apart.
LONGEST = 32
#: Beginnings within one text, and terms of one text in all.
_STARTS, _MOST = 24, 48
#: Beginnings of Chinese of which also the pinyin is kept; how long a name of a person is, and ways to read it.
_PINYIN_STARTS, _NAME, _WAYS = 8, 4, 4
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
#: What has no accents to take away.
_PLAIN = re.compile(r"[\x00-\x7f\u3400-\u9fff\U00020000-\U0003ffff]*")
#: Letters, digits and single signs where there is nothing but ASCII.
_RUNS = re.compile(r"[a-z]+|[0-9]+|.", re.DOTALL)
#: The blocks of the characters in common use, the first two of Unicode.
_COMMON_HAN = range(0x3400, 0xA000)
_NUMBERED = re.compile(r"[a-z]*0*([1-9][0-9]{2,})\Z")
_LAST_DIGITS = 4
_ASKED = 5


def folded(text: str) -> str:
    """A text as searches compare it: without differences of width, case, accent and script."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).translate(_simplified()).casefold()
    if _PLAIN.fullmatch(plain):
        return plain
    return unicodedata.normalize(
        "NFC", "".join(each for each in unicodedata.normalize("NFD", plain) if not unicodedata.combining(each))
    )


@dataclass(frozen=True, slots=True)
class AskedWord:
    """One word of what somebody searches for: as terms are compared, and as it was typed."""

    folded: str
    typed: str


def asked_words(text: str) -> tuple[AskedWord, ...]:
    """The words of what somebody searches for, each of which must be found; those behind the fifth do not count."""
    words: dict[str, str] = {}
    for typed in unicodedata.normalize("NFKC", text).split():
        words.setdefault(folded(typed)[:LONGEST], typed)
    return tuple(AskedWord(word, typed) for word, typed in words.items())[:_ASKED]


def after_all(word: str) -> str:
    """What stands behind everything that begins with this word."""
    return word + "\U0010ffff"


@lru_cache(maxsize=2048)
def terms_of(text: str) -> frozenset[str]:
    """The terms under which a text is found."""
    found: dict[str, None] = {}
    for term in _terms(folded(text)):
        found.setdefault(term[:LONGEST])
        if len(found) >= _MOST:
            break
    return frozenset(found)


def _terms(text: str) -> Iterator[str]:
    words = text.split()
    for word in words:
        for start in _starts(word):
            yield word[start:]
        numbered = _NUMBERED.match(word)
        if numbered:
            yield numbered[1]
            yield word[-_LAST_DIGITS:]
    for word in words:
        for run in _HAN.findall(word):
            yield from _spoken(run)


def _starts(word: str) -> list[int]:
    """Where something begins: each Chinese character, each sign, the first of some letters or of some digits."""
    if _HAN.fullmatch(word):
        return list(range(min(len(word), _STARTS)))
    if word.isascii():
        return [run.start() for run in _RUNS.finditer(word)][:_STARTS]
    starts = [at for at, each in enumerate(word) if at == 0 or not _is_inside(word[at - 1], each)]
    return starts[:_STARTS]


def _is_inside(before: str, here: str) -> bool:
    if before.isdigit() or here.isdigit():
        return before.isdigit() and here.isdigit()
    return before.isalpha() and here.isalpha() and not _HAN.match(before) and not _HAN.match(here)


def _spoken(run: str) -> Iterator[str]:
    """The pinyin of a run of Chinese and its initials, from each of its first characters."""
    if len(run) <= _NAME:
        readings = [_readings_of(character) for character in run]
        syllables = [each[0] for each in readings]
        yield from _ways(readings)
    else:
        syllables = syllables_of(run[:LONGEST])
    for start in range(min(len(syllables), _PINYIN_STARTS)):
        rest = syllables[start:]
        yield "".join(rest)
        if len(rest) > 1:
            yield "".join(each[:1] for each in rest)


def _ways(readings: list[tuple[str, ...]]) -> Iterator[str]:
    """What a name may be called: a surname is often read otherwise than the word that is written like it."""
    full, initials = [""], [""]
    for each in readings:
        some = each if len(full) * len(each) <= _WAYS else each[:1]
        full = [before + one for before in full for one in some]
        initials = list(dict.fromkeys(before + one[:1] for before in initials for one in some))
    yield from full
    yield from (each for each in initials if len(each) > 1)


@cache
def _simplified() -> dict[int, str]:
    """Each traditional character as the simplified one, for itself: a word is cut anywhere, so its neighbours may not count."""
    convert = OpenCC("t2s").convert
    pairs = ((chr(code), convert(chr(code))) for code in _COMMON_HAN)
    return {ord(character): simplified for character, simplified in pairs if simplified != character}


@cache
def _readings_of(character: str) -> tuple[str, ...]:
    """What a character may be called, the usual one first; the character itself where none is known."""
    plain = dict.fromkeys(readings_of(character))
    if not plain:
        return (character,)
    for each in list(plain):
        if "v" in each:
            plain.setdefault(each.replace("v", "u"))
    return tuple(plain)[:2]


def get_ready() -> None:
    """Read the dictionaries now, so that whoever writes the first record does not wait for them."""
    syllables_of("")
    _simplified()
