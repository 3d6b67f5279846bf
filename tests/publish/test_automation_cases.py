"""Cases over automations: what they set, make, tell and refuse, with time and other systems played, all in one file."""

from __future__ import annotations

import textwrap

import pytest

from runtime.publish.cases.results import CaseResult
from runtime.publish.cases.run import run_cases
from tests.publish.test_app_cases import BANK, whole

RULES = {
    "small": "after: {create: true}\nentity: loan_application\nwhere: amount < 5000\nrun_as: system\n"
    "do:\n  - work_item: {to: role.checker in record.branch, text: {zh: 小额, en: Small}}",
    "guarantee": "before: {change: [amount]}\nentity: loan_application\ndo:\n  - set: {guarantee: credit}",
    "low": "before: {create: true}\nentity: loan_application\nwhere: amount < 100\ndo:\n  - refuse: {zh: 太少, en: Too little}",
    "district": "after: {delete: true}\nentity: loan_application\nrun_as: system\n"
    "do:\n  - create: {entity: district, set: {code: D1, name: {value: text(product)}}}",
    "booked": "receive: core.loan_booked\nentity: loan_application\nwhere: purpose == result.purpose\nrun_as: system\n"
    "do:\n  - set: {core_loan_no: {value: result.loan_no}}\n",
    "asked": "after: {change: [term]}\nentity: loan_application\nrun_as: system\n"
    "do:\n  - call: {connector: core.loan_by_request, send: {request_id: $request_id}, save: {core_loan_no: result.loan_no}}",
}
EVENTS = "    events:\n      loan_booked: {event: loan.booked, out: {loan_no: text, purpose: text}, once_by: loan_no}\n"
VALUES = "product: consumer, amount: 4000, term: 12, annual_rate: 4, monthly_income: 9000, branch: CX"


def outcome(case: str) -> CaseResult:
    files = {path: text for path, text in BANK.items() if not path.startswith("tests/")}
    head = "label: {zh: 规则, en: Rule}"
    files |= {f"automations/{name}.yaml": f"automation: {name}\n{head}\n{text}\n" for name, text in RULES.items()}
    body = textwrap.indent(textwrap.dedent(case).strip(), "    ")
    files["bindings.yaml"] += EVENTS
    files["tests/own.yaml"] = f"tests: own\nentity: loan_application\ncases:\n  own:\n{body}\n"
    (result,) = run_cases(whole(files))
    return result


@pytest.mark.parametrize(
    "case",
    [
        f"given: {{{VALUES}}}\nexpect: {{work_items: 1, messages: 0, records: 0}}",
        f"given: {{{VALUES}}}\ndo: [{{edit: {{amount: 6000}}}}]\nexpect: {{work_items: 1, fields: {{guarantee: credit}}}}",
        f"given: {{{VALUES}}}\ndo: [{{edit: {{term: 24}}}}]\nexpect: {{fields: {{core_loan_no: '0000001234'}}}}",
        f"records:\n  one: {{entity: loan_application, {VALUES}}}\ndo: [{{delete: one}}]\nexpect: {{records: 1}}",
        f"""
        records:
          one: {{entity: loan_application, {VALUES}, purpose: car}}
          two: {{entity: loan_application, {VALUES}, purpose: house}}
        do:
          - {{receive: core.loan_booked, values: {{loan_no: L1, purpose: car}}}}
          - {{receive: core.loan_booked, values: {{loan_no: L1, purpose: house}}}}
        expect: {{records: {{one: {{core_loan_no: L1}}, two: {{core_loan_no: ""}}}}}}
        """,
        # Time: the early warning of the shipped app, once in its cooldown.
        """
        clock: 2026-03-02T09:00
        records:
          ours: {entity: customer, customer_no: C1, full_name: A, branch: CX}
          silent: {entity: account, account_no: A1, customer: ours, branch: CX, opened_on: 2020-01-01}
          paid: {entity: transaction, transaction_no: T1, account: silent, booked_on: 2025-12-01, direction: credit, amount: 1}
        do: [{run: silent_account}, {run: silent_account}, {wait: 29 days}, {run: silent_account}]
        expect: {work_items: 1}
        """,
        """
        clock: 2026-03-02T09:00
        records:
          ours: {entity: customer, customer_no: C1, full_name: A, branch: CX}
          silent: {entity: account, account_no: A1, customer: ours, branch: CX, opened_on: 2020-01-01}
          paid: {entity: transaction, transaction_no: T1, account: silent, booked_on: 2025-12-01, direction: credit, amount: 1}
        do: [{run: silent_account}, {wait: 30 days}, {run: silent_account}]
        expect: {work_items: 2}
        """,
    ],
)
def test_what_automations_do_is_seen(case: str) -> None:
    result = outcome(case)

    assert ("passed", ()) == (result.state, result.faults)


@pytest.mark.parametrize(
    ("case", "state", "words"),
    [
        (f"given: {{{VALUES}}}\nexpect: {{work_items: 2}}", "failed", "work_items is 1, not 2."),
        (f"given: {{{VALUES}}}\nexpect: {{records: 3}}", "failed", "records is 0, not 3."),
        ("given: {product: consumer, amount: 50}\nexpect: {work_items: 0}", "failed", "Too little"),
        (f"given: {{{VALUES}}}\ndo: [{{delete: x}}]", None, ""),
    ],
)
def test_what_differs_is_said(case: str, state: str | None, words: str) -> None:
    if state is None:
        with pytest.raises(AssertionError, match="record of the case"):
            outcome(case)
        return
    result = outcome(case)
    assert state == result.state
    assert any(words in fault.en for fault in result.faults), result.faults


def test_a_refused_creation_is_an_expected_error() -> None:
    """Whoever makes the record: the rule inside the write refuses it."""
    result = outcome("given: {product: consumer, amount: 50}\nexpect_error: {rule: low}")

    assert "passed" == result.state, result.faults
