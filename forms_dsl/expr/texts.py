"""Functions over texts; lengths and positions count code points, and a result without characters is missing."""

from __future__ import annotations

from forms_dsl.expr.numbers import Number

#: The white space that `trim` removes, the same list in every target.
WHITE_SPACE = (
    "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)


def lower(value: str) -> str | None:
    """Small letters, by the full Unicode mapping of each character: Σ becomes σ at the end of a word too."""
    return value.replace("Σ", "σ").lower() or None


def upper(value: str) -> str | None:
    """Capital letters, by the full Unicode mapping."""
    return value.upper() or None


def trim(value: str) -> str | None:
    """Without white space at both ends."""
    return value.strip(WHITE_SPACE) or None


def concat(*values: str | None) -> str | None:
    """The texts one after the other; missing ones are nothing."""
    return "".join(value for value in values if value) or None


def left(value: str, count: Number) -> str | None:
    """The first characters."""
    return value[: max(int(count), 0)] or None


def right(value: str, count: Number) -> str | None:
    """The last characters."""
    cut = int(count)
    return value[-cut:] if cut > 0 else None


def middle(value: str, start: Number, count: Number) -> str | None:
    """The characters at positions start … start + count − 1 that exist; the first is 1."""
    first = int(start) - 1
    return value[max(first, 0) : max(first + max(int(count), 0), 0)] or None


def replace(value: str | None, old: str | None, new: str | None) -> str | None:
    """Every `old` replaced; a missing `new` removes it."""
    if value is None or old is None:
        return None
    return value.replace(old, new or "") or None


def contains(value: str | None, part: str | None) -> bool:
    """Whether the part stands in the text; missing counts as the empty text."""
    return (part or "") in (value or "")


def starts_with(value: str | None, part: str | None) -> bool:
    """Whether the text begins so; missing counts as the empty text."""
    return (value or "").startswith(part or "")


def ends_with(value: str | None, part: str | None) -> bool:
    """Whether the text ends so; missing counts as the empty text."""
    return (value or "").endswith(part or "")


def in_tree(value: str | None, path: str | None) -> bool:
    """Whether a unit's path lies in the unit at `path` or below; false when either is missing."""
    return value is not None and path is not None and value.startswith(path)
