"""Checkpoints: the tree's root at a size, chained to the one before and signed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.tables import audit_checkpoint
from runtime.store.types import format_instant


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One signed state of the trail."""

    size: int
    root: str
    frontier: tuple[str, ...]
    previous: str | None
    at: dt.datetime
    key_id: str
    signature: str = ""

    def text(self) -> str:
        """What is signed."""
        return "\n".join(
            ["qiqiao/audit", str(self.size), self.root, self.previous or "", format_instant(self.at), self.key_id, ""]
        )

    def digest(self) -> str:
        """What the next checkpoint names as the one before it."""
        return hashlib.sha256((self.text() + self.signature).encode()).hexdigest()


def last_checkpoint(connection: Connection) -> Checkpoint | None:
    """The newest checkpoint, or None before the first."""
    row = (
        connection.execute(sa.select(audit_checkpoint).order_by(audit_checkpoint.c.size.desc()).limit(1)).mappings().one_or_none()
    )
    return _checkpoint(row) if row else None


def all_checkpoints(connection: Connection) -> Iterator[Checkpoint]:
    """Every checkpoint, the oldest first."""
    for row in connection.execute(sa.select(audit_checkpoint).order_by(audit_checkpoint.c.size)).mappings().all():
        yield _checkpoint(row)


def keep_checkpoint(connection: Connection, checkpoint: Checkpoint) -> None:
    """Write a signed checkpoint."""
    connection.execute(
        audit_checkpoint.insert().values(
            size=checkpoint.size,
            root=checkpoint.root,
            frontier=list(checkpoint.frontier),
            previous=checkpoint.previous,
            at=checkpoint.at,
            key_id=checkpoint.key_id,
            signature=checkpoint.signature,
        )
    )


def _checkpoint(row: sa.RowMapping) -> Checkpoint:
    return Checkpoint(
        size=row["size"],
        root=row["root"],
        frontier=tuple(row["frontier"]),
        previous=row["previous"],
        at=row["at"],
        key_id=row["key_id"],
        signature=row["signature"],
    )
