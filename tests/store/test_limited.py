"""Statements with so many seconds: ended when they are over, without the transaction around them."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from runtime.store.database import Database
from runtime.store.limited import TookTooLong, limited

#: Counts so far that no machine is done within the test.
ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100000000) SELECT count(*) FROM n"


def test_what_takes_too_long_is_ended_and_the_transaction_goes_on(database: Database) -> None:
    """The statement ends near its time; the next one of the same transaction answers, without a limit."""
    began = time.monotonic()
    with database.read() as connection:
        with pytest.raises(TookTooLong), limited(connection, 0.2):
            connection.execute(sa.text(ENDLESS)).scalar()
        took = time.monotonic() - began
        with limited(connection, 30):
            inside = connection.execute(sa.text("SELECT 1")).scalar()
        after = connection.execute(sa.text("SELECT 2")).scalar()

    assert (1, 2) == (inside, after)
    assert 0.2 <= took < 10


def test_other_failures_are_those_of_the_database(database: Database) -> None:
    """What is wrong with a statement is not told as a lack of time."""
    with database.read() as connection, pytest.raises(sa.exc.DBAPIError), limited(connection, 5):
        connection.execute(sa.text("SELECT * FROM nothing_of_the_kind"))
