"""Who owns which lines: an item or pair of a block collection with the comments that belong to it (ui.md 4.3, O1 to O6)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from forms_dsl.edit.lines import depth, is_comment, line_end, line_start
from forms_dsl.edit.tree import Map, Sequence

_DASHES = re.compile(r" *(- +)+\Z")


@dataclass(frozen=True, slots=True)
class Owned:
    """A stretch of lines; `column` is that of the dash or key; `on_dash` when a key shares the line of a list's dash."""

    start: int
    end: int
    column: int
    on_dash: bool = False


def tail(text: str, at: int, column: int) -> int:
    """O2: the end of the lines of something in `column` whose last character is at `at`."""
    end = place = line_end(text, at)
    while place < len(text):
        after = line_end(text, place)
        line = text[place:after]
        if is_comment(line) and depth(line) > column:
            end = after
        elif line.strip():
            break
        place = after
    return end


def head(text: str, start: int, column: int, floor: int) -> int:
    """O3: the comment lines directly above, in exactly the same column, belong to what follows."""
    while start > floor:
        above = line_start(text, start - 1)
        line = text[above:start]
        if above < floor or not is_comment(line) or depth(line) != column:
            break
        start = above
    return start


def item_lines(text: str, items: Sequence, index: int) -> Owned | None:
    """The lines of one item of a block list; None when its dash is not the first thing on its line."""
    item = items.items[index]
    if item.dash < 0:
        return None
    line = line_start(text, item.dash)
    column = item.dash - line
    if text[line : item.dash].strip():
        return None
    floor = tail(text, items.items[index - 1].end - 1, column) if index else 0
    return Owned(head(text, line, column, floor), tail(text, item.end - 1, column), column)


def pair_lines(text: str, holder: Map, index: int) -> Owned | None:
    """The lines of one pair of a block map; None when its key stands behind something else."""
    pair = holder.pairs[index]
    if holder.flow:
        return None
    line = line_start(text, pair.key.start)
    column = pair.key.start - line
    lead = text[line : pair.key.start]
    on_dash = bool(lead.strip())
    if on_dash and not _DASHES.match(lead):
        return None
    end = tail(text, pair.end - 1, column)
    floor = line_end(text, holder.pairs[index - 1].end - 1) if index else 0
    return Owned(pair.key.start if on_dash else head(text, line, column, floor), end, column, on_dash)
