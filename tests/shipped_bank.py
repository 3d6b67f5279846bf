"""The shipped app, really published over a test's database, with its demo people and a few customers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from forms_dsl.folder import read_folder
from runtime.compile.app import CompiledApp
from runtime.context import SYSTEM, Context, Principal
from runtime.identity.demo import ensure_demo
from runtime.identity.principal import resolve_principal
from runtime.publish.apply import Publication, publish
from runtime.publish.consent import Consent
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.start import open_releases
from runtime.store.business_day import set_business_date
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.store.tables import org_branch, org_person
from tests.templates import fill

FOLDER = Path(__file__).resolve().parents[1] / "app_definitions" / "bank_customer"
APP = "bank_customer"
NOW = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)
PUBLISHER = Principal("publisher", "publisher", "赵琳", None, None, None, None, platform_roles=frozenset({"publisher"}))


@dataclass
class Bank:
    """A database with the shipped app live."""

    database: Database
    settings: Settings
    releases: Releases

    @property
    def compiled(self) -> CompiledApp:
        return self.releases.current()[APP]

    def publish(self, files: Mapping[str, str]) -> None:
        """Make other texts of the app live."""
        live = self.releases.current().get(APP)
        publication = Publication(APP, files, Consent("analyst"), live.release if live else None)
        publish(self.database, self.releases, publication, self.context(PUBLISHER))
        self.releases.refresh(self.database)

    def context(self, person: Principal = SYSTEM, now: dt.datetime = NOW) -> Context:
        return Context(person, self.releases.current(), now, self.settings.business_date(now), new_id(now), demo=True)

    def person(self, username: str) -> Principal:
        with self.database.read() as connection:
            found = connection.scalar(sa.select(org_person.c.id).where(org_person.c.f_username == username))
            person = resolve_principal(connection, found, NOW, demo=True)
        assert person is not None
        return person

    def unit(self, code: str) -> str:
        with self.database.read() as connection:
            return str(connection.scalar(sa.select(org_branch.c.id).where(org_branch.c.f_code == code)))

    def put(self, entity: str, **values: object) -> str:
        """A record straight in its table, as an import of long ago left it."""
        id = new_id(NOW)
        row = {"id": id, "version": 1, "created_at": NOW, "created_by": "system", "changed_at": NOW, "changed_by": "system"}
        with self.database.write() as connection:
            connection.execute(
                sa.insert(self.compiled.entities[entity].table), {**row, **{f"f_{name}": value for name, value in values.items()}}
            )
        return id

    def set_business_date(self, day: dt.date) -> None:
        with self.database.write() as connection:
            set_business_date(connection, day)


def open_bank(database: Database, url: str, folder: Path, files: Mapping[str, str] | None = None) -> Bank:
    """The shipped app, or other texts of it, published over a fresh database."""
    settings = Settings(database_url=url, data_folder=folder, demo=True, demo_password="a good demo password")

    def put() -> None:
        with database.write() as connection:
            ensure_demo(connection, settings, NOW)
        Bank(database, settings, open_releases(database)).publish(files or read_folder(FOLDER))

    if files is None:
        fill(database, APP, put)
    else:
        put()
    return Bank(database, settings, open_releases(database))


def add_customer(bank: Bank, number: str = "C0001", unit: str = "CX") -> str:
    """A customer of a branch."""
    return bank.put("customer", customer_no=number, full_name="张伟", branch=bank.unit(unit))


def add_account(bank: Bank, number: str, customer: str, *inflows: dt.date, unit: str = "CX", status: str = "active") -> str:
    """An account with inflows on these days."""
    opened = dt.date(2020, 1, 1)
    account = bank.put("account", account_no=number, customer=customer, branch=bank.unit(unit), opened_on=opened, status=status)
    for position, day in enumerate(inflows):
        add_transaction(bank, account, f"{number}-{position}", day)
    return account


def add_transaction(
    bank: Bank, account: str, number: str, day: dt.date, direction: str = "credit", purpose: str | None = None
) -> None:
    """One transaction of an account."""
    amount = Decimal("100.00")
    bank.put(
        "transaction", transaction_no=number, account=account, booked_on=day, direction=direction, amount=amount, purpose=purpose
    )
