"""What the audit trail says of a record at an earlier moment: pure, from the events of its writes to the fields that were otherwise.

The trail is read from both ends. Taking later changes back gives what a field was before the next of them, adding up the earlier
ones what it was after the last: where the two differ, something wrote it without a trace (a publication fills and converts
columns), and what it was at that moment cannot be told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CREATED, CHANGED, DELETED, RESTORED = "record.created", "record.changed", "record.deleted", "record.restored"
#: The events that make one version of a record each.
WRITES = (CREATED, CHANGED, DELETED, RESTORED)


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a record as the trail keeps it; `changes` are before and after by the field's id."""

    version: int
    kind: str
    at: dt.datetime
    actor: str
    changes: Mapping[str, tuple[object, object]]


@dataclass(frozen=True, slots=True)
class Past:
    """A record at an earlier moment, in the form of the trail and by the ids of fields."""

    #: The last write until then.
    write: Write
    #: What each field was by the writes until then; a field that none of them names was missing.
    until_then: Mapping[str, object]
    #: What each field was that a later write changed.
    since_then: Mapping[str, object]


class Gap(Exception):
    """The trail does not hold every write of the record."""


def past_of(writes: Sequence[Write], version: int, moment: dt.datetime) -> Past | None:
    """The record as it was at the end of a moment; None when it was not made yet, or was deleted.

    `version` is that of the record now. Raises Gap where a write is not in the trail.
    """
    # What was written after the record was read is not among what is taken back.
    ordered = sorted((write for write in writes if write.version <= version), key=lambda write: write.version)
    if [write.version for write in ordered] != list(range(1, version + 1)) or ordered[0].kind != CREATED:
        raise Gap
    # By the version: of two servers one may be a little behind with its clock.
    last = max((place for place, write in enumerate(ordered) if write.at <= moment), default=None)
    if last is None or ordered[last].kind == DELETED:
        return None
    until_then: dict[str, object] = {}
    for write in ordered[: last + 1]:
        if write.kind in {CREATED, CHANGED}:
            until_then |= {field: after for field, (_, after) in write.changes.items()}
    since_then: dict[str, object] = {}
    for write in ordered[last + 1 :]:
        # A record comes back as it went: taking both back would only lose what the trail keeps masked.
        if write.kind == CHANGED:
            since_then = {field: before for field, (before, _) in write.changes.items()} | since_then
    return Past(ordered[last], until_then, since_then)
