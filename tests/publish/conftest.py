"""What the publishing tests share: live releases over the test's database."""

from __future__ import annotations

import pytest

from runtime.releases import Releases
from runtime.store.database import Database


@pytest.fixture
def releases(database: Database) -> Releases:
    """The releases of this process, none live yet."""
    return Releases(database, {})
