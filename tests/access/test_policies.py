"""Compiled access against a naive reading of the same definition: random apps, roles, rows and people."""

from __future__ import annotations

import pytest

from runtime.store.database import Database
from tests.access.comparing import differences, revealing_differences
from tests.access.random_apps import make
from tests.records.lab import prepare

_BLOCK = 6


@pytest.mark.parametrize("block", range(2))
def test_compiled_access_is_what_the_definition_says(database: Database, block: int) -> None:
    """Random policies over random rows and people, in both databases: rows and cells are the same; a seed names its app."""
    prepare(database)
    for seed in range(block * 1000, block * 1000 + _BLOCK):
        assert [] == list(differences(database, make(seed)))[:3]


@pytest.mark.parametrize("block", range(2))
def test_what_is_revealed_is_what_the_definition_says(database: Database, block: int) -> None:
    """Random policies with `unmask`: of each record exactly the fields that a role giving it masks and unmasks."""
    prepare(database)
    for seed in range(block * 1000, block * 1000 + 2):
        assert [] == list(revealing_differences(database, make(seed, unmasking=True)))[:3]
