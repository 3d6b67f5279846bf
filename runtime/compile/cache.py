"""A bounded cache that lives and dies with a release, so that nothing of an old release is ever served."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

Kept = TypeVar("Kept")

#: Shapes of requests of one release: some hundred occur in practice, and hostile variety must not fill the memory.
_LIMIT = 2_000


class ShapeCache:
    """What was worked out once for a shape of request; the longest unused goes first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, object] = OrderedDict()
        self._guard = threading.Lock()

    def get_or_make(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """The value of a key, made when it is not there; two threads may both make it, the last stays."""
        with self._guard:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("Kept", self._kept[key])
        made = make()
        with self._guard:
            self._kept[key] = made
            while len(self._kept) > _LIMIT:
                self._kept.popitem(last=False)
        return made
