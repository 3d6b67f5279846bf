"""Proves the audit trail on demand, and records that it was done and how it ended."""

from __future__ import annotations

from pathlib import Path

from runtime.audit.notary import open_notary
from runtime.audit.trail import record_event
from runtime.audit.verify import Verified, verify_trail
from runtime.context import Context
from runtime.store.database import Database


def verify_audit(database: Database, context: Context, data_folder: Path) -> Verified:
    """Verify the whole trail against the keys of the data folder."""
    with database.read() as connection:
        result = verify_trail(connection, open_notary(data_folder))
    with database.write() as connection:
        outcome = {"sealed": result.sealed, "root": result.root, "passed": result.wrong is None}
        record_event(connection, context, "audit_verified", body=outcome)
    return result
