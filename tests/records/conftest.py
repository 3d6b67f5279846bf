"""The lab's tables in every database of these tests."""

from __future__ import annotations

import pytest

from runtime.store.database import Database
from tests.records import lab


@pytest.fixture
def db(database: Database) -> Database:
    """A database with the lab's tables, units and people."""
    lab.prepare(database)
    return database
