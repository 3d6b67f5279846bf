"""A small app to import into, really published, and files to import."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from runtime.commands.import_mapping import read_mapping
from runtime.commands.import_records import Request, import_file
from runtime.commands.import_result import StepResult
from runtime.context import SYSTEM, Context
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from tests.imports.batches import FILES, Floor
from tests.kept.conftest import Bank as Served
from tests.kept.conftest import bank
from tests.shipped_bank import Bank, open_bank

__all__ = ["bank"]

NOW = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)

CUSTOMERS = """
mapping: test
app: bank_customer
steps:
  - entity: customer
    file: customers.csv
    key: [customer_no]
    fields:
      customer_no: no
      full_name: name
      id_no: id
      monthly_income: income
      birth_date: {column: born, format: YYYYMMDD}
      branch: {column: unit, lookup: {entity: org.branch, by: code}}
"""


@dataclass
class Desk:
    """The place of the tests: a bank, a folder of files, and an import."""

    bank: Bank
    folder: Path

    @property
    def database(self) -> Database:
        return self.bank.database

    def write(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def context(self) -> Context:
        return Context(SYSTEM, self.bank.releases.current(), NOW, NOW.date(), new_id(NOW), channel="import")

    def run(self, mapping: str = CUSTOMERS, progress: Callable[[StepResult], None] = lambda _result: None) -> list[StepResult]:
        apps = {name: live.app for name, live in self.bank.releases.current().items()}
        request = Request(read_mapping("test.yaml", mapping, apps), self.folder, self.folder / "rejects")
        return import_file(self.database, self.context(), request, progress)

    def rows(self, entity: str) -> list[dict[str, object]]:
        table = self.bank.compiled.entities[entity].table
        with self.database.read() as connection:
            return [dict(row) for row in connection.execute(sa.select(table).order_by(table.c.id)).mappings()]

    def count(self, table: sa.Table) -> int:
        with self.database.read() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


@pytest.fixture
def floor(bank: Served, tmp_path: Path) -> Floor:
    """A desk whose roles import, behind a server."""
    bank.publish(FILES)
    return Floor(bank, tmp_path)


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Desk:
    """The shipped app over a fresh database, with an empty folder."""
    return Desk(open_bank(database, database_url, tmp_path / "data"), tmp_path)
