"""Keeps Python's collector of cycles still while many values are built that all stay."""

from __future__ import annotations

import gc
import threading
from types import TracebackType


class _Pause:
    """How many wait; the collector goes on when the last one leaves, unless it stood still before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting = 0
        self._was_running = False

    def __enter__(self) -> None:
        with self._lock:
            if not self._waiting:
                self._was_running = gc.isenabled()
                gc.disable()
            self._waiting += 1

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        with self._lock:
            self._waiting -= 1
            if not self._waiting and self._was_running:
                gc.enable()


#: No search for cycles within it, by whichever thread.
#:
#: A large app is hundreds of thousands of values that are all kept: each search goes over them in vain, which takes up
#: to half of the time of a check. What a file may hold is limited, so that little can gather meanwhile.
COLLECTOR_PAUSED = _Pause()
