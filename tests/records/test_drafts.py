"""A draft may be incomplete; what is submitted may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.commands.create_record import create_record
from runtime.commands.submit_record import submit_record
from runtime.failures import Invalid
from runtime.store.database import Database
from tests.shipped_bank import APP, add_customer, open_bank

LOAN = "loan_application"
FULL = {"product": "consumer", "amount": "150000", "term": 24, "annual_rate": "4.35", "monthly_income": "20000"}


def test_an_empty_draft_is_kept_and_judged_in_full_when_submitted(database: Database, database_url: str, tmp_path: Path) -> None:
    """Nothing is asked of a draft but that its values fit; submitting it meets required fields and rules, all at once."""
    bank = open_bank(database, database_url, tmp_path)
    clerk = bank.context(bank.person("clerk"))
    customer = add_customer(bank)

    draft = create_record(database, clerk, APP, LOAN, {"customer": customer}, submit=False)
    with pytest.raises(Invalid) as refused:
        submit_record(database, clerk, APP, LOAN, draft.id, {}, None)

    assert {"/product", "/amount", "/term", "/annual_rate", "/monthly_income"} <= {f.pointer for f in refused.value.faults}
    assert "in_review" == submit_record(database, clerk, APP, LOAN, draft.id, FULL, None).values["status"]


def test_a_draft_that_breaks_a_rule_cannot_be_submitted(database: Database, database_url: str, tmp_path: Path) -> None:
    """A rule over several fields waits for the submission, and then holds."""
    bank = open_bank(database, database_url, tmp_path)
    clerk = bank.context(bank.person("clerk"))
    values = {**FULL, "customer": add_customer(bank), "term": 72}

    draft = create_record(database, clerk, APP, LOAN, values, submit=False)
    with pytest.raises(Invalid) as refused:
        submit_record(database, clerk, APP, LOAN, draft.id, {}, None)

    assert ["/term"] == [fault.pointer for fault in refused.value.faults]
    with pytest.raises(Invalid):
        create_record(database, clerk, APP, LOAN, values, submit=True)
