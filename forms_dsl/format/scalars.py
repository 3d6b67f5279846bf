"""How a text is quoted in canonical form: not at all where every reader takes it as text, else by the simpler quotes."""

from __future__ import annotations

import re

from forms_dsl.edit.printing import breaks_plain, double_quoted, is_special
from forms_dsl.edit.tree import Scalar

_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+(\.[0-9]*)?\Z")
_WORDS = re.compile(r"[^\W\d_]\w*(?: \w+)*\Z")
_NEEDS_ESCAPE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


def quoted(text: str) -> str:
    """In double quotes; in single ones where double ones would need escapes."""
    if ('"' in text or "\\" in text) and not _NEEDS_ESCAPE.search(text):
        return "'" + text.replace("'", "''") + "'"
    return double_quoted(text)


def keeps_quotes(scalar: Scalar, written: str) -> bool:
    """Whether quotes that a person wrote stay as they are: around all but plain words, which need none."""
    return scalar.style in ("'", '"') and "\n" not in written and (not _WORDS.match(scalar.value) or is_special(scalar.value))


def canonical_scalar(scalar: Scalar, *, inline: bool) -> str:
    """A value: what was plain stays plain where it can (a number stays one), what was quoted without need becomes plain."""
    text = scalar.value
    if scalar.is_empty:
        return ""
    if breaks_plain(text, inline=inline):
        return quoted(text)
    if scalar.style:
        return quoted(text) if is_special(text) else text
    return quoted(text) if _LEADING_ZERO.match(text) or _NEEDS_ESCAPE.search(text) else text


def canonical_key(key: Scalar, *, inline: bool) -> str:
    """A key: quoted where other tools would not read a text."""
    if not key.style and key.value in ("x", "y", "n"):  # axes of a chart; the dialect knows no short booleans
        return key.value
    return quoted(key.value) if is_special(key.value) or breaks_plain(key.value, inline=inline) else key.value
