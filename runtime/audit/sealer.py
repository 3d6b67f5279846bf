"""Seals waiting events into the tree: takes them from the queue, numbers them without a gap, signs the new root.

It empties a queue and never follows a number: an event that commits late is not lost (security.md 5.2).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.audit.checkpoints import Checkpoint, keep_checkpoint, last_checkpoint
from runtime.audit.notary import Anchor, Notary
from runtime.audit.tree import Tree, tree_from
from runtime.store.database import Database
from runtime.store.tables import audit_event, audit_leaf, audit_queue
from runtime.store.types import truncate_to_milliseconds

#: One transaction's worth of events.
BATCH = 5000
#: Any fixed number: one sealer at a time among all processes.
_ADVISORY_LOCK = 7_148_002


class TrailBroken(Exception):
    """The stored trail does not fit what was signed last: nothing more is signed until somebody looks."""


def seal(database: Database, notary: Notary, now: dt.datetime, limit: int = BATCH) -> int:
    """Seal up to `limit` waiting events in one transaction; returns how many. Raises TrailBroken."""
    with database.read() as connection:
        # An idle worker takes no lock: on SQLite a look would hold up every writer.
        if connection.execute(sa.select(audit_queue.c.event_id).limit(1)).first() is None:
            return 0
    with database.write() as connection:
        if not database.is_sqlite and not connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_ADVISORY_LOCK))):
            return 0
        events = _take(connection, limit)
        if not events:
            return 0
        last = last_checkpoint(connection)
        tree = _continue(last, notary)
        leaves = []
        for event in events:
            leaves.append({"leaf_index": tree.size, "event_id": event.id, "leaf": event.leaf})
            tree.append(bytes.fromhex(event.leaf))
        connection.execute(audit_leaf.insert(), leaves)
        unsigned = Checkpoint(
            size=tree.size,
            root=tree.root(),
            frontier=tuple(tree.frontier_text()),
            previous=last.digest() if last else None,
            at=truncate_to_milliseconds(now),
            key_id=notary.key_id,
        )
        keep_checkpoint(connection, replace(unsigned, signature=notary.sign(unsigned.text())))
    notary.remember(Anchor(tree.size, unsigned.root))
    return len(events)


def _take(connection: Connection, limit: int) -> list[sa.Row[tuple[str, str]]]:
    """Take waiting events out of the queue, in the order of their making; one without its event stays and is found."""
    waiting = (
        sa.select(audit_queue.c.event_id)
        .join(audit_event, audit_event.c.id == audit_queue.c.event_id)
        .order_by(audit_queue.c.event_id)
        .limit(limit)
    )
    taken = audit_queue.delete().where(audit_queue.c.event_id.in_(waiting)).returning(audit_queue.c.event_id)
    ids = list(connection.execute(taken).scalars())
    found: list[sa.Row[tuple[str, str]]] = []
    for start in range(0, len(ids), 500):
        some = audit_event.c.id.in_(ids[start : start + 500])
        found.extend(connection.execute(sa.select(audit_event.c.id, audit_event.c.leaf).where(some)))
    return sorted(found, key=lambda event: event.id)


def _continue(last: Checkpoint | None, notary: Notary) -> Tree:
    """The tree to grow on, after a look at the last signature: a forged past is not signed on."""
    anchor = notary.last()
    if last is None:
        if anchor is not None:
            raise TrailBroken(f"the trail is empty, but {anchor.size} events were sealed before")
        return Tree()
    tree = tree_from(last.size, last.frontier)
    if tree.root() != last.root or not notary.accepts(last.key_id, last.signature, last.text()):
        raise TrailBroken(f"the checkpoint of {last.size} events was changed, or signed by an unknown key")
    if anchor is not None and (last.size < anchor.size or (last.size == anchor.size and last.root != anchor.root)):
        raise TrailBroken(f"the trail ends at {last.size} events, but {anchor.size} were sealed before")
    return tree
