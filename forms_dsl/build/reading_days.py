"""Days as they are written in a file."""

from __future__ import annotations

import datetime as dt

from forms_dsl import codes
from forms_dsl.build.bench import Workbench
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence


def read_day(bench: Workbench, place: Place, text: str | None) -> dt.date | None:
    """The day that a text of the right form means; None with a finding when there is no such day."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        bench.find(codes.WRONG_TYPE, place, Sentence(f"{text!r} is not a date.", f"“{text}”不是日期。"))
        return None
