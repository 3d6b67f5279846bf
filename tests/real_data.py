"""Real data of banks: not in the repository; in QIQIAO_TEST_DATA, else in `../shared/data` beside it."""

from __future__ import annotations

import os
from pathlib import Path

DATA = Path(os.environ.get("QIQIAO_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


def absent(name: str) -> str:
    """The reason why a test on this data did not run."""
    return f"NOT CHECKED: {DATA / name} is not there; set QIQIAO_TEST_DATA to the folder that holds {name}"
