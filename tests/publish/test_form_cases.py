"""Cases over forms and expressions: what is shown, asked for and open at given values, for the person who fills in."""

from __future__ import annotations

import pytest

from runtime.publish.cases.results import CaseResult
from tests.publish.test_app_cases import outcome

SMALL = "{product: consumer, amount: 120000, term: 24, annual_rate: 4.35, monthly_income: 20000, branch: CX}"
LARGE = SMALL.replace("120000", "600000").replace("consumer", "business")
CLERK, AUDITOR = "{role: clerk, branch: CX}", "{role: auditor, branch: HO}"


def filled(given: str, user: str, expect: str) -> CaseResult:
    form = "form: loan_application.intake"
    return outcome(f"  own:\n    {form}\n    given: {given}\n    user: {user}\n    expect: {expect}\n")


@pytest.mark.parametrize(
    ("given", "user", "item", "word", "seen"),
    [
        # Where its block, the item or the field is hidden, or the role knows nothing of it.
        (SMALL, CLERK, "collateral", "hidden", "visible"),
        (LARGE, CLERK, "collateral", "visible", "hidden"),
        (SMALL, CLERK, "collateral_kind", "hidden", "visible"),
        (SMALL, AUDITOR, "amount", "hidden", "visible"),
        # Asked for by the field, or by the form under these values.
        (SMALL, CLERK, "amount", "required", "optional"),
        (SMALL, CLERK, "purpose", "optional", "required"),
        (LARGE, CLERK, "purpose", "required", "optional"),
        # Computed, kept by the flow, or not the role's to enter.
        (SMALL, CLERK, "payment", "read_only", "editable"),
        (SMALL, CLERK, "term", "editable", "read_only"),
        (SMALL, AUDITOR, "term", "read_only", "editable"),
    ],
)
def test_each_state_of_an_item_is_judged_both_ways(given: str, user: str, item: str, word: str, seen: str) -> None:
    right = filled(given, user, f"{{form: {{{item}: {word}}}}}")
    wrong = filled(given, user, f"{{form: {{{item}: [{seen}]}}}}")

    assert ("passed", ()) == (right.state, right.faults)
    assert [f"intake: {item} is {word}, not {seen}."] == [fault.en for fault in wrong.faults]
    assert [8] == [fault.span.line for fault in wrong.faults]


@pytest.mark.parametrize(
    ("expression", "right", "wrong", "seen"),
    [
        ("round(amount / term, 2)", "5000", "5001", "5000"),
        ("amount > 100000", "true", "false", "True"),
        ("is_missing(purpose)", "true", "false", "True"),
        ("user.branch", "CX", "BJ", "CX"),
        ("purpose", '""', "x", "missing"),
    ],
)
def test_expressions_give_what_is_expected(expression: str, right: str, wrong: str, seen: str) -> None:
    assert "passed" == filled(SMALL, CLERK, f"{{values: {{{expression!r}: {right}}}}}").state
    failed = filled(SMALL, CLERK, f"{{values: {{{expression!r}: {wrong}}}}}")
    assert "failed" == failed.state
    assert f"{expression} is {seen}" in failed.faults[0].en


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("form: loan_application.intaek\n    given: {amount: 1}", "no form 'loan_application.intaek'"),
        ("form: loan_application.intake\n    expect: {form: {amuont: hidden}}", "no item of the form 'amuont'"),
        ("form: loan_application.intake\n    expect: {form: {amount: gone}}", "no way to show an item"),
        ("given: {amount: 1}\n    expect: {form: {amount: hidden}}", "which form is filled in"),
        ("given: {amount: 1}\n    expect: {values: {amuont > 1: true}}", "amuont"),
    ],
)
def test_wrong_names_are_findings(more: str, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        outcome(f"  own:\n    {more}\n")
