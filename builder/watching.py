"""Waits for changes of files in folders, by looking at them: no service of the system is needed, and none is missed on a share."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

#: Seconds between two looks.
INTERVAL = 0.4

_State = dict[Path, tuple[int, int]]


def changes_in(folders: Sequence[Path], interval: float = INTERVAL) -> Iterator[None]:
    """Yields at once, then whenever a file came, went or changed and all have been still for one look; never ends."""
    seen: _State | None = None
    while True:
        now = _state(folders)
        if now != seen:
            time.sleep(interval / 4)
            if _state(folders) != now:
                continue  # somebody is still writing
            seen = now
            yield
        time.sleep(interval)


def _state(folders: Sequence[Path]) -> _State:
    """Size and time of change, in nanoseconds, of every file."""
    state: _State = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            try:
                found = path.stat()
            except FileNotFoundError:
                continue  # gone between the listing and the look
            if path.is_file():
                state[path] = (found.st_mtime_ns, found.st_size)
    return state
