"""What no case comes to is named at its place; the shipped app has a case for everything."""

from __future__ import annotations

import pytest

from runtime.publish.cases.coverage import not_reached
from tests.publish.test_app_cases import BANK, LOAN, whole


def test_the_shipped_app_has_a_case_for_everything() -> None:
    assert [] == [found.said.en for found in not_reached(whole(BANK))]


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        # The large example and the case that leads to the officer are made small: nobody comes to the officer.
        (
            "workflows/loan_approval.yaml",
            "amount: 800000",
            "amount: 80000",
            [
                ("branch 'otherwise' of 'loan_approval'", "workflows/loan_approval.yaml", "- choose:"),
                ("step 'decide@officer' of 'loan_approval'", "workflows/loan_approval.yaml", "- approve: decide@officer"),
            ],
        ),
        (
            "tests/applications.yaml",
            "rule: term_of_product, at",
            "at",
            [("rule 'term_of_product' of 'loan_application'", "entities/loan_application.yaml", 'check: product == "mortgage"')],
        ),
        (
            "tests/automations.yaml",
            "[{run: silent_account}, {wait: 29 days}, {run: silent_account}]",
            "[{wait: 1 day}]",
            [("automation 'silent_account'", "automations/silent_account.yaml", "automation: silent_account")],
        ),
        ("tests/access.yaml", "role: analyst", "role: clerk", [("role 'analyst'", "roles.yaml", "analyst:")]),
    ],
)
def test_what_loses_its_case_is_named_at_its_place(path: str, old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    assert old in BANK[path]
    files = {**BANK, path: BANK[path].replace(old, new)}
    found = list(not_reached(whole(files)))

    assert sorted(f"No case comes to {what}." for what, _, _ in expected) == sorted(one.said.en for one in found)
    lines = {one.said.en: files[one.span.file].split("\n")[one.span.line - 1].strip() for one in found}
    for what, file, line in expected:
        assert lines[f"No case comes to {what}."].startswith(line)
        assert file in {one.span.file for one in found}


def test_rows_of_the_authority_table_are_reached_by_flows_and_by_cases_of_the_table() -> None:
    said = " ".join(found.said.en for found in not_reached(whole(LOAN)))

    assert "officers_general" not in said and "committee_large" not in said
    assert "row 'officers_weak_grade' of 'loan_authority'" in said
