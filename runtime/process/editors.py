"""Who changed a field of a record, ever: read from the audit trail, which no route of writing goes around."""

from __future__ import annotations
