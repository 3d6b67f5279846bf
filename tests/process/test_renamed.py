"""An entity that gets another name keeps what happened to its records; on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forms_dsl.load import load_app
from runtime.compile.app import compile_app
from runtime.failures import Conflict
from runtime.process.detail import task_detail
from runtime.process.editors import editors_of
from runtime.process.view import process_of_record
from runtime.records.history import record_history
from runtime.records.write import delete_record
from runtime.store.database import Database
from tests.process.bank import APP, FILES, WORKFLOW, Bank, open_bank


def renamed(bank: Bank) -> Bank:
    """The same bank once `loan` is called `application` in a new release."""
    files = {
        path.replace("loan", "application"): text.replace("entity: loan", "entity: application\nid: loan").replace(
            "      loan:", "      application:"
        )
        for path, text in FILES.items()
    }
    loaded = load_app({**files, "workflows/approval.yaml": WORKFLOW.replace("for: loan", "for: application")})
    assert loaded.app is not None
    return replace(bank, compiled=compile_app(loaded.app, 2))


def test_what_happened_to_a_record_outlives_the_name_of_its_entity(database: Database) -> None:
    """History, editors, the running approval and the task are those of the record, not of a name."""
    bank = open_bank(database)
    record, instance = bank.submit()
    live = renamed(bank)
    entity = live.compiled.entities["application"].entity

    with database.read() as connection:
        history = record_history(connection, live.context("clerk"), APP, "application", record, None)
        assert ["process_decided", "process_started", "record.changed", "record.created"] == sorted(
            item["kind"]
            for item in history["items"]  # type: ignore[attr-defined]
        )
        assert bank.people["clerk"] in editors_of(connection, entity, record, ["amount"])
        process = process_of_record(connection, live.context("clerk"), APP, "application", record)
        assert process is not None
        assert "running" == process["state"]
        task = task_detail(connection, live.context("ann"), bank.work(instance, "check")[0])
        assert ("application", "100000.00") == (task["entity"], task["record"]["amount"])  # type: ignore[index]
    with pytest.raises(Conflict), database.write() as connection:
        delete_record(connection, live.context("clerk"), APP, "application", record, 2)
