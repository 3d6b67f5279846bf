"""States of approvals that this process knows, so that a command reads the events again only where another process wrote them.

What is known is found by the key of the write that left it (`wf_instance.last_write`). A write that was rolled back leaves its
key nowhere, so its state is never found again; and a state is a value that nothing changes.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass

from workflow_engine.events import Entry
from workflow_engine.state import Instance

#: So many approvals are known, the longest unused goes first: each takes some ten kilobytes.
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Known:
    """A state and all events that made it."""

    state: Instance
    entries: tuple[Entry, ...]


#: By instance: the last write, and what it left.
_known: OrderedDict[str, tuple[str, Known]] = OrderedDict()
_guard = threading.Lock()


def new_write() -> str:
    """The key of one write."""
    return secrets.token_hex(16)


def keep_state(instance_id: str, write: str | None, known: Known) -> None:
    """Keep what a write left, in the place of what was known of the instance; without a key nothing is kept."""
    if write is None:
        return
    with _guard:
        _known[instance_id] = (write, known)
        _known.move_to_end(instance_id)
        while len(_known) > _MOST:
            _known.popitem(last=False)


def known_state(instance_id: str, write: str | None) -> Known | None:
    """What this write left; None where that is not known."""
    with _guard:
        found = _known.get(instance_id)
        if found is None or found[0] != write:
            return None
        _known.move_to_end(instance_id)
        return found[1]


def forget_states() -> None:
    """Know nothing, as a process that has just begun."""
    with _guard:
        _known.clear()
