"""Values as our files write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from workflow_engine.dmn.feel import Value


def literal_text(value: Value) -> str:
    """A value as the text of a cell or output."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dt.date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
    return value
