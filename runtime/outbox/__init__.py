"""What leaves the building: rows written in the business transaction, delivered at least once, effective once."""

from __future__ import annotations

from runtime.outbox.rows import OutboxRow, enqueue

__all__ = ["OutboxRow", "enqueue"]
