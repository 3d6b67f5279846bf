"""The way of a loan through the outbox, as the shipped definition and app give it."""

from __future__ import annotations

import datetime as dt

from connectors.protocol import Outcome
from runtime.outbox.policy import Asking, Repeat, Route
from runtime.outbox.rows import OutboxRow


def loan_route(row: OutboxRow) -> Route:
    """Keyed, with an inquiry after 5, 30, 300 and 1800 seconds."""
    waits = tuple(dt.timedelta(seconds=seconds) for seconds in (5, 30, 300, 1800))
    asking = Asking("loan_by_request", {"request_id": row.arguments["request_id"]}, frozenset({Outcome.NOT_FOUND}), waits)
    return Route("core_bank", "create_loan", Repeat(), asking, repeatable=True)
