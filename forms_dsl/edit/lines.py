"""Lines of a text: where they begin and end, how deep they are, and edits on them."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: From and to (offsets in the text before the edit), and what stands there afterwards.
Edit = tuple[int, int, str]

_COMMENT = re.compile(r" *#")
_LINE = re.compile(r"^[^\r\n]+", re.MULTILINE)


def line_start(text: str, at: int) -> int:
    """The offset where the line of `at` begins."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """The offset behind the line end of the line of `at`."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def depth(line: str) -> int:
    """The spaces before the first other character."""
    return len(line) - len(line.lstrip(" "))


def is_comment(line: str) -> bool:
    """Whether nothing but a comment stands on the line."""
    return _COMMENT.match(line) is not None


def newline(text: str) -> str:
    """The line end of the file."""
    return "\r\n" if "\r\n" in text else "\n"


def shift(lines: str, by: int) -> str:
    """Every non-empty line moved to the right, or to the left as far as its own spaces go."""

    def moved(match: re.Match[str]) -> str:
        line = match.group()
        return " " * by + line if by > 0 else line[min(-by, depth(line)) :]

    return _LINE.sub(moved, lines)


def whole_lines(text: str, at: int, lines: str) -> str:
    """Whole lines put at a place that may be the end of a file without a last line end."""
    end = newline(text)
    closed = lines if lines.endswith("\n") else lines + end
    return end + closed if at > 0 and text[at - 1] != "\n" else closed


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """All edits on one text; edits at the same place come out in the order given."""
    for start, end, inserted in sorted(edits, key=lambda edit: (-edit[0], -edit[1])):
        text = text[:start] + inserted + text[end:]
    return text
