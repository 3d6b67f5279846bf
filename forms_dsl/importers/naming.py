"""Names of the language for the names and headers of a source."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable
from functools import lru_cache

from forms_dsl.importers.words import is_chinese
from forms_dsl.names import ADVISED_LENGTH, CODE_LENGTH, code_fault, folded_code, name_fault

_WORD = re.compile(r"[A-Za-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_CODE = re.compile(r"[^\w.\-]+")


def proposed_name(
    text: str, taken: Container[str], *, fallback: str, owner: str = "", field: bool = True, reserved: bool = True
) -> str:
    """A free name for `text`: its own words, Chinese by pinyin, else `fallback` with a number; a reserved one after its owner."""
    words = [word.lower() for part in _latin(text) for word in _WORD.findall(part)]
    name = _within("_".join(words))
    if name and not name[0].isalpha():
        name = _within(f"{fallback}_{name}")
    if not name or name_fault(name, field=field, reserved=False):
        name = _within(f"{name}_{fallback}") if name and not name_fault(f"{name}_{fallback}", field=field) else fallback
        if name == fallback:
            return _free(name, taken, numbered=True)
    if name_fault(name, field=field, reserved=reserved):
        name = _within(f"{owner}_{name}" if owner else f"{name}_{fallback}")
    return _free(name, taken)


def is_name_of(name: str, text: str) -> bool:
    """Whether the name is plainly that of the source: the same letters, but for case and marks between words."""
    return name.replace("_", "") == re.sub(r"[^a-z0-9]", "", text.lower())


def proposed_codes(values: Iterable[str]) -> dict[str, str]:
    """A code for each value of a source, all different after folding; values that are codes keep theirs."""
    codes: dict[str, str] = {}
    taken: set[str] = set()
    every = list(dict.fromkeys(values))
    for value in sorted(every, key=lambda value: code_fault(value) is not None):
        code = unicodedata.normalize("NFC", value)
        if code_fault(code) is not None:
            code = _NOT_CODE.sub("_", code).strip("_.")[:CODE_LENGTH].strip("_.")
            code = code if code and code_fault(code) is None else f"code_{every.index(value) + 1}"
        stem, number = code, 2
        while folded_code(code) in taken:
            code, number = f"{stem[: CODE_LENGTH - 4]}_{number}", number + 1
        taken.add(folded_code(code))
        codes[value] = code
    return {value: codes[value] for value in every}


def _latin(text: str) -> list[str]:
    """The text in pieces that can be read as ASCII words."""
    plain = unicodedata.normalize("NFKC", text)
    if is_chinese(plain):
        return [_ascii(piece) for piece in _pinyin(plain)]
    return [_ascii(piece) for piece in _CAMEL.split(plain)]


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


@lru_cache(maxsize=4096)
def _pinyin(text: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin  # loaded only for Chinese: its tables take a moment

    return tuple(lazy_pinyin(text[:80], v_to_u=False))


def _within(name: str) -> str:
    """At most as long as advised, cut between words."""
    if len(name) <= ADVISED_LENGTH:
        return name.strip("_")
    return name[: ADVISED_LENGTH + 1].rpartition("_")[0].strip("_") or name[:ADVISED_LENGTH].strip("_")


def _free(name: str, taken: Container[str], *, numbered: bool = False) -> str:
    number = 1 if numbered else 2
    found = f"{name}_{number}" if numbered else name
    while found in taken:
        found = f"{name[: ADVISED_LENGTH - 4].strip('_')}_{number}"
        number += 1
    return found
