"""The verbs for connections, automations and the business date of what they see, as an operator types them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from builder.cli import main
from runtime.outbox.connections import find_connection
from runtime.store.business_day import BusinessDay, business_date, set_business_date
from runtime.store.database import Database
from runtime.store.tables import audit_event, org_person, role_grant
from tests.core_bank import CoreBank, running_core_bank
from tests.shipped_bank import NOW, Bank, add_account, add_customer, open_bank


@pytest.fixture
def core_bank(tmp_path: Path) -> Iterator[CoreBank]:
    folder = tmp_path / "core_bank"
    folder.mkdir()
    with running_core_bank(folder) as bank:
        yield bank


@pytest.fixture
def bank(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bank:
    monkeypatch.setenv("QIQIAO_DATA", str(tmp_path))
    monkeypatch.setenv("QIQIAO_DATABASE_URL", database_url)
    monkeypatch.setenv("QIQIAO_LOCALE", "en")
    # The people of the shipped bank are those of the demonstration, who act only in one.
    monkeypatch.setenv("QIQIAO_DEMO", "1")
    return open_bank(database, database_url, tmp_path)


def test_connect_tries_saves_and_says_so(bank: Bank, core_bank: CoreBank, capsys: pytest.CaptureFixture[str]) -> None:
    """A connection that answers is saved; a wrong one is refused with every fault; one that does not answer is not saved."""
    wrong = main(["connect", "core_bank", "base_url=http://127.1:9", "chanel=x", "--allow", "127.0.0.1"])
    said_wrong = capsys.readouterr().err
    dead = main(["connect", "core_bank", "base_url=http://127.0.0.1:1", "--allow", "127.0.0.1:1"])
    capsys.readouterr()
    with bank.database.read() as connection:
        assert find_connection(connection, "core_bank") is None
    good = main(["connect", "core_bank", f"base_url={core_bank.base_url}", "--allow", core_bank.allowed])

    assert (1, 1, 0) == (wrong, dead, good)
    assert "'chanel'" in said_wrong and "Did you mean 'channel'?" in said_wrong and "HOST:PORT" in said_wrong
    assert "The connection core_bank is saved and answers." in capsys.readouterr().out
    with bank.database.read() as connection:
        saved = find_connection(connection, "core_bank")
    assert saved is not None and (core_bank.allowed,) == saved.settings.allowed_hosts


def test_run_automation_says_what_it_did(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    """The first run takes the silent account, the second none; a wrong name is refused with a hint."""
    bank.set_business_date(dt.date(2026, 3, 2))
    add_account(bank, "A1", add_customer(bank), dt.date(2026, 1, 1))

    first, second = (main(["run-automation", "bank_customer.silent_account"]) for _ in range(2))
    out = capsys.readouterr().out
    wrong = main(["run-automation", "bank_customer.silent"])

    assert (0, 0, 1) == (first, second, wrong)
    assert [
        "1 record(s) met the condition, 1 were taken, 0 could not be.",
        "0 record(s) met the condition, 0 were taken, 0 could not be.",
    ] == out.splitlines()
    assert "bank_customer.silent_account" in capsys.readouterr().err


def test_the_business_date_is_set_or_follows_the_calendar(bank: Bank) -> None:
    """Where nobody set it, it is the day in the bank's zone; every process knows a change within a second."""
    late = dt.datetime(2026, 3, 1, 17, 0, tzinfo=dt.UTC)
    day = BusinessDay(bank.database, bank.settings)
    assert dt.date(2026, 3, 2) == day.at(late)

    bank.set_business_date(dt.date(1999, 1, 31))
    with bank.database.read() as connection:
        assert dt.date(1999, 1, 31) == business_date(connection, bank.settings, NOW)
    assert dt.date(1999, 1, 31) == BusinessDay(bank.database, bank.settings).at(late)

    with bank.database.write() as connection:
        set_business_date(connection, None)
        assert dt.date(2026, 3, 2) == business_date(connection, bank.settings, late)


def test_explain_says_by_which_rule(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    """Everybody who may with their roles, one person's reasons, and what is not there named."""
    customer = add_customer(bank)

    everybody = main(["explain", "bank_customer", "customer", customer])
    listed = capsys.readouterr().out.splitlines()
    one = main(["explain", "bank_customer", "customer", customer, "--person", "clerk", "--action", "delete"])
    reasons = capsys.readouterr().out
    masked = main(["explain", "bank_customer", "customer", customer, "--field", "id_no", "--person", "clerk"])
    seen = capsys.readouterr().out
    past = main(["explain", "bank_customer", "customer", customer, "--person", "clerk", "--on", "2026-03-02"])
    then = capsys.readouterr().out
    wrong = main(["explain", "bank_customer", "customer", "none"])

    assert (0, 0) == (masked, past) and "id_no: masked" in seen and "mobile" not in seen
    assert "(release 1) of 2026-03-02" in then
    assert (0, 1, 1) == (everybody, one, wrong)
    assert all(len(line.split("\t")) == 4 for line in listed) and listed
    assert "may not delete this record" in reasons
    assert "There is no bank_customer.customer 'none'." in capsys.readouterr().err


def test_grant_gives_and_takes_roles_with_a_trace(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    """A role counts at once and for its days; what is not there, and what a held role excludes, is refused in a sentence."""
    given = main(["grant", "integrator", "bank_customer.auditor", "--to", "2099-12-31"])
    platform = main(["grant", "integrator", "platform.designer"])
    taken = main(["grant", "integrator", "bank_customer.auditor", "--revoke"])
    assert (0, 0, 0) == (given, platform, taken)
    capsys.readouterr()

    wrong = [main(["grant", *call]) for call in (
        ["integrator", "bank_customer.none"], ["nobody", "bank_customer.auditor"], ["integrator", "auditor"],
        ["integrator", "bank_customer.auditor", "--revoke"], ["integrator", "none.clerk"],
    )]  # fmt: skip
    said = capsys.readouterr().err
    assert [1] * 5 == wrong
    assert "There is no role bank_customer.none; known are:" in said
    with bank.database.read() as connection:
        kinds = list(
            connection.scalars(sa.select(audit_event.c.kind).where(audit_event.c.kind.like("role_%")).order_by(audit_event.c.id))
        )
        mine = (
            sa.select(role_grant.c.app, role_grant.c.role)
            .where(role_grant.c.ended_at.is_(None))
            .join(org_person, org_person.c.id == role_grant.c.person_id)
        )
        rows = connection.execute(mine.where(org_person.c.f_username == "integrator"))
        held = {(row.app, row.role) for row in rows}
    assert ["role_granted", "role_granted", "role_revoked"] == kinds
    assert {("bank_customer", "integrator"), ("", "integrator"), ("", "designer")} == held
