"""The shipped app behind a real server, with a token of its clerk."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.identity.tokens import create_token
from runtime.store.database import Database
from tests.serving import PLAIN, serving
from tests.shipped_bank import APP, NOW, open_bank


@dataclass(frozen=True, slots=True)
class Served:
    """An address, the token of a person, and the document for that person as a file."""

    base: str
    token: str
    document: Path


@pytest.fixture
def served(database: Database, database_url: str, tmp_path: Path) -> Iterator[Served]:
    """The shipped app with a few records that the clerk sees."""
    bank = open_bank(database, database_url, tmp_path / "data")
    unit = bank.unit("CX")
    for number in range(3):
        bank.put("customer", customer_no=f"C{number:07}", full_name=f"张伟{number}", branch=unit, lifecycle="01")
    with database.write() as connection:
        _, token = create_token(connection, bank.person("clerk").id, "client", dt.timedelta(days=1), NOW)
    # Time passes with each question, so that nobody is told to wait.
    moments = (NOW + dt.timedelta(milliseconds=50 * number) for number in itertools.count())
    with serving(build_app(Services(bank.settings, database, bank.releases, clock=moments.__next__))) as base:
        document = tmp_path / "openapi.json"
        answer = httpx.get(
            f"{base}/api/{APP}/openapi.json", headers={"Authorization": f"Bearer {token}"}, timeout=30, verify=PLAIN
        )
        document.write_bytes(answer.raise_for_status().content)
        yield Served(base, token, document)
