"""Comments that theirs wrote beside things that did not change: they are put beside the same things of the merged text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from forms_dsl.edit.comments import comment_texts
from forms_dsl.edit.lines import Edit, apply_edits, line_end, line_start, newline
from forms_dsl.edit.tree import Map, Node, Sequence, UnreadableText, data_of, parse_tree
from forms_dsl.elements import element_name
from forms_dsl.format.entries import Entry, entries_of

_Path = tuple[str, ...]


def carry_comments(base: str, theirs: str, merged: str) -> str:
    """The merged text with the comments that theirs has, the base has not, and the merge did not bring."""
    before, wanted = _tree(base), _tree(theirs)
    now = _tree(merged)
    if wanted is None or now is None:
        return merged
    missing = Counter(comment_texts(theirs, wanted)) - Counter(comment_texts(base, before) if before else ())
    missing -= Counter(comment_texts(merged, now))
    if not missing:
        return merged
    places = dict(_by_path(entries_of(merged, now), ()))
    edits: list[Edit] = []
    for path, entry in _by_path(entries_of(theirs, wanted), ()):
        beside = places.get(path)
        if beside is None or beside.flow:
            continue
        for words in entry.lead:
            if words and missing[words] > 0:
                missing[words] -= 1
                edits.append(_above(merged, beside, words))
        if entry.trail and not beside.trail and missing[entry.trail] > 0 and _has_a_line_end(merged, beside):
            missing[entry.trail] -= 1
            end = line_end(merged, beside.start)
            at = end - len(newline(merged)) if merged[:end].endswith("\n") else end
            edits.append((at, at, f"  {entry.trail}"))
    after = apply_edits(merged, edits)
    made = _tree(after)
    return after if made is not None and data_of(made) == data_of(now) else merged


def _has_a_line_end(text: str, entry: Entry) -> bool:
    """Whether a comment can stand at the end of its first line."""
    return isinstance(entry.node, Map | Sequence) or "\n" not in text[entry.start : entry.node.end]


def _above(text: str, entry: Entry, words: str) -> Edit:
    start = line_start(text, entry.start)
    lead = text[start : entry.start]
    return (start, start, " " * (len(lead) - len(lead.lstrip(" "))) + words + newline(text))


def _tree(text: str) -> Node | None:
    try:
        return parse_tree(text)
    except UnreadableText:
        return None


def _by_path(entry: Entry, path: _Path) -> Iterator[tuple[_Path, Entry]]:
    """Every entry by the names that lead to it."""
    for at, child in enumerate(entry.children):
        name = child.key.value if child.key else element_name(data_of(child.node)) or str(at)
        here = (*path, name)
        yield here, child
        yield from _by_path(child, here)
