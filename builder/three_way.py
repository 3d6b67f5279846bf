"""What a folder says against what a server has, file by file, given what the folder last took in from that server; pure.

A text of the server is known when the folder holds it or was made from it. What is not known was changed there since, and
is never overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from forms_dsl.merge.merge import Merged, merge_texts
from runtime.publish.types import Files

#: Whether the folder was made from this text of the server at a path; None stands for no file.
Known = Callable[[str, str | None], bool]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a folder asks of a server: texts to be saved there (None: gone), and the paths that stand in its way."""

    texts: Mapping[str, str | None]
    #: Changed here, and on the server too, since the folder last looked; or published there and missing here.
    moved: tuple[str, ...]

    @property
    def gone(self) -> tuple[str, ...]:
        """The files that the folder no longer has."""
        return tuple(sorted(path for path, text in self.texts.items() if text is None))


@dataclass(frozen=True, slots=True)
class Taken:
    """One file of the folder as it is after taking in what the server changed; None when it goes."""

    path: str
    how: Literal["written", "removed", "merged"]
    text: str | None
    merged: Merged | None = None


def wish_of(ours: Files, draft: Files, live: Files, known: Known) -> Wish:
    """What the folder changes in the draft of the server."""
    texts: dict[str, str | None] = {}
    moved = set[str]()
    for path in sorted({*ours, *draft}):
        mine, there = ours.get(path), draft.get(path)
        if mine == there:
            continue
        if known(path, there):
            texts[path] = mine
        elif not known(path, mine):
            moved.add(path)
    # Somebody published since: what is checked here is not what would be reviewed there.
    moved |= {path for path in {*ours, *live} if live.get(path) != ours.get(path) and not known(path, live.get(path))}
    return Wish(texts, tuple(sorted(moved)))


def taken_in(ours: Files, base: Files, theirs: Files, known: Known) -> Iterator[Taken]:
    """Each file of the folder that changes when it takes in what the server changed; its own changes stay."""
    for path in sorted({*ours, *theirs}):
        mine, there = ours.get(path), theirs.get(path)
        if mine == there or known(path, there):
            continue
        if known(path, mine):
            yield Taken(path, "removed" if there is None else "written", there)
        else:
            merged = merge_texts(base.get(path, ""), mine or "", there or "", labels=("folder", "server"))
            yield Taken(path, "merged", merged.text, merged)
