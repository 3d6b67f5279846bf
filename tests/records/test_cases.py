"""Open work gives its holder the record, and nothing else; lists follow the roles."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import orjson
import pytest

from forms_dsl.load import load_app, read_folder
from runtime.compile.app import CompiledApp, compile_app, wanted_tables
from runtime.context import Context
from runtime.failures import Failure, NotFound
from runtime.records.read import get_record, list_records
from runtime.records.request import ListRequest
from runtime.records.write import insert_record
from runtime.store.database import Database
from runtime.store.tables import wf_work, wf_work_person
from tests.records.lab import NOW, context, person, prepare, refusal, system

APP = Path(__file__).resolve().parents[2] / "app_definitions" / "bank_customer"


@cache
def bank() -> CompiledApp:
    """The shipped app."""
    loaded = load_app(read_folder(APP))
    assert loaded.app is not None
    return compile_app(loaded.app, 1)


def on(who: Context) -> Context:
    """A request against the shipped app."""
    roles = {"bank_customer": who.principal.roles_in("lab")}
    principal = who.principal if who.principal.id == "system" else replace(who.principal, roles=roles)
    return replace(who, principal=principal, releases={**who.releases, "bank_customer": bank()})


@pytest.fixture
def applications(database: Database) -> tuple[Database, list[str]]:
    """Two applications of a customer at one branch."""
    prepare(database)
    with database.write() as connection:
        bank().metadata.create_all(connection, tables=list(wanted_tables(bank())))
        customer = {"customer_no": "1", "full_name": "Zhang", "branch": "cx", "monthly_income": "20000"}
        made = insert_record(connection, on(system()), "bank_customer", "customer", customer)
        body = {
            "customer": made.id,
            "branch": "cx",
            "product": "consumer",
            "amount": "1000",
            "term": 12,
            "annual_rate": "4",
            "monthly_income": "20000",
        }
        ids = [insert_record(connection, on(system()), "bank_customer", "loan_application", body).id for _ in range(2)]
    return database, ids


def open_work(database: Database, person_id: str, record_id: str, state: str = "open") -> None:
    with database.write() as connection:
        work = {"id": f"w-{person_id}-{record_id}"[:36], "app": "bank_customer", "release": 1, "entity": "loan_application"}
        connection.execute(
            wf_work.insert().values(
                **work, record_id=record_id, workflow_id="loan_approval", step="decide", state=state, created_at=NOW
            )
        )
        connection.execute(wf_work_person.insert().values(work_id=work["id"], person_id=person_id))


def listed(database: Database, who: Context) -> list[str]:
    with database.read() as connection:
        page = list_records(connection, who, "bank_customer", "loan_application", ListRequest())
    return [orjson.loads(item)["id"] for item in page.items]


def opened(database: Database, who: Context, id: str) -> str | type[Failure]:
    with database.read() as connection:
        try:
            return get_record(connection, who, "bank_customer", "loan_application", id).id
        except Failure as failure:
            return type(failure)


def test_an_officer_without_rows_sees_the_records_of_his_open_work(applications: tuple[Database, list[str]]) -> None:
    """Before and after the work the record is not there for him; another record never is."""
    database, (first, second) = applications
    officer = on(context(person("ann", "credit_officer", unit="ho")))

    assert ([], NotFound) == (listed(database, officer), opened(database, officer, first))
    open_work(database, "ann", first)
    assert ([first], first, NotFound) == (
        listed(database, officer),
        opened(database, officer, first),
        opened(database, officer, second),
    )
    with database.write() as connection:
        connection.execute(wf_work.update().values(state="done"))
    assert ([], NotFound) == (listed(database, officer), opened(database, officer, first))


def test_the_work_of_others_opens_nothing(applications: tuple[Database, list[str]]) -> None:
    """Work is offered to named people."""
    database, (first, _) = applications
    open_work(database, "eve", first)
    officer = on(context(person("ann", "credit_officer", unit="ho")))
    assert ([], NotFound) == (listed(database, officer), opened(database, officer, first))


def test_a_role_that_gives_other_rows_does_not_stand_in_the_way(applications: tuple[Database, list[str]]) -> None:
    """A checker of another branch opens the record that he has work on; his list stays that of his branch."""
    database, (first, second) = applications
    checker = on(context(person("ann", "checker", unit="bj")))
    open_work(database, "ann", first)
    assert ([], first, NotFound) == (
        listed(database, checker),
        opened(database, checker, first),
        opened(database, checker, second),
    )


def test_without_any_part_in_the_flow_there_is_nothing_to_know(applications: tuple[Database, list[str]]) -> None:
    """An analyst neither lists nor opens applications, even if work were offered to him by mistake."""
    database, (first, _) = applications
    nobody = on(context(person("ann", unit="ho")))
    open_work(database, "ann", first)
    assert isinstance(refusal(lambda: listed(database, nobody)), NotFound)
    assert NotFound is opened(database, nobody, first)
