"""Markup of a source as plain text: nothing of HTML comes into a definition."""

from __future__ import annotations

import html
import re

_HIDDEN = frozenset({"script", "style", "iframe", "object", "template", "noscript"})
_BREAKS = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4"})
_LONGEST = 100_000
#: A tag ends before the next one begins, so that a text of nothing but brackets is read once.
_MARK = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*)[^<>]*>|<!--|<[!?][^<>]*>")


def plain_text(markup: str) -> tuple[str, bool]:
    """The words of a markup, and whether anything else was taken away."""
    text, at, hidden, has_markup = markup[:_LONGEST], 0, 0, False
    parts: list[str] = []
    while (mark := _MARK.search(text, at)) is not None:
        has_markup = True
        if not hidden:
            parts.append(text[at : mark.start()])
        at = mark.end()
        name = (mark["name"] or "").lower()
        if mark[0] == "<!--":
            end = text.find("-->", at)
            at = len(text) if end < 0 else end + 3
        elif name in _HIDDEN:
            hidden = max(0, hidden - 1) if mark["end"] else hidden + 1
        elif name in _BREAKS and not mark["end"]:
            parts.append(" ")
    if not hidden:
        parts.append(text[at:])
    return " ".join(html.unescape("".join(parts)).split()), has_markup
