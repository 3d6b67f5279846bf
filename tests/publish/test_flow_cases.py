"""Cases that go through a workflow: who decides what when, what it writes, and each difference at its line."""

from __future__ import annotations

import textwrap

import pytest

from runtime.publish.cases.results import CaseResult
from runtime.publish.cases.run import run_cases
from tests.publish.test_app_cases import BANK, bank_with, outcome, whole

GIVEN = "{product: consumer, amount: 120000, term: 24, annual_rate: 4.35, monthly_income: 20000}"


def played(more: str, given: str = GIVEN) -> CaseResult:
    body = textwrap.indent(textwrap.dedent(more).strip(), "    ")
    return outcome(f"  own:\n    clock: 2026-03-02T10:00\n    given: {given}\n{body}\n")


@pytest.mark.parametrize(
    "more",
    [
        # Everybody who is asked decides, or one by name; calls answer as their contract's mock.
        """
        do: [submit, approve check, approve decide@branch]
        expect: {state: approved, fields: {status: approved, core_loan_no: "0000001234"}}
        """,
        """
        do: [submit, {approve: check, by: li_si}]
        expect: {at: decide@branch, people: {check: [li_si, check_1], decide@branch: [decide.branch_1]}, work_items: 1}
        """,
        # A call that is refused goes to people, who fill in what it would have brought.
        """
        answers: {booking: rejected}
        do: [submit, approve check, approve decide@branch]
        expect: {at: booking, fields: {status: in_review}}
        """,
        """
        answers: {booking: unknown}
        do:
          - submit
          - approve check
          - approve decide@branch
          - {approve: booking, set: {core_loan_no: X1}, opinion: booked by hand}
        expect: {state: approved, fields: {core_loan_no: X1}}
        """,
        """
        do: [submit, {reject: check, opinion: too much}]
        expect: {state: rejected, fields: {status: rejected}}
        """,
        # A changed amount takes another way after the return.
        """
        do:
          - submit
          - approve check
          - {return: decide@branch, to: apply}
          - {edit: {amount: 400000, monthly_income: 90000}}
          - resubmit
          - approve check
        expect: {at: decide@officer, superseded: [check]}
        """,
        """
        do: [submit, recall]
        expect: {fields: {status: draft}}
        """,
        # Nobody acts twice where four eyes are asked for, and nobody above his limit.
        """
        do: [submit, {approve: check, by: li_si}, {approve: decide@branch, by: li_si}]
        expect_error: {reason: four_eyes}
        """,
        """
        limits: {wang_wu: 100000}
        do: [submit, approve check, {approve: decide@branch, by: wang_wu}]
        expect_error: {reason: over_limit}
        """,
        """
        user: {role: auditor, branch: CX}
        do: [submit]
        expect_error: {reason: may_not_start}
        """,
        """
        user: {role: integrator, branch: CX, name: zhang}
        do: [submit]
        expect: {at: check, people: {apply: [zhang]}, fields: {branch: CX}}
        """,
        # Time goes by: a reminder changes nothing but that it is late.
        """
        do: [submit, {wait: 5 hours}]
        expect: {at: check}
        """,
        """
        do: [{edit: {amount: 400000, monthly_income: 90000}}, submit, approve check]
        expect: {at: decide@officer, fields: {amount: 400000}}
        """,
    ],
)
def test_a_flow_case_comes_out_as_the_engine_says(more: str) -> None:
    result = played(more)

    assert ("passed", ()) == (result.state, result.faults)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("do: [submit]\nexpect: {at: decide@branch}", {("at is check, not decide@branch.", 8)}),
        (
            "do: [submit, approve check]\nexpect:\n  at: decide@branch\n  fields: {payment: 1}\n  work_items: 2",
            {("payment is 5229.70, not 1.00.", 10), ("work_items is 1, not 2.", 11)},
        ),
        (
            "do:\n  - submit\n  - approve decide@branch",
            {("'approve decide@branch' cannot be done (not_open); it waits at check.", 9)},
        ),
        (
            "do:\n  - submit\n  - {approve: check, set: {amount: 1}}",
            {("'approve check' cannot be done (not_writable); it waits at check.", 9)},
        ),
        (
            "do: [submit, {approve: check, by: li}]\nexpect_error: {reason: four_eyes}",
            {("expect_error: reason is missing, not four_eyes.", 8)},
        ),
        ("do: [submit]\nexpect: {people: {check: [li_si]}}", {("people: check is check_1, not li_si.", 8)}),
        ("path: [apply, check, decide@branch]", {("The path is apply, check, decide@branch, booking, not apply, check, decide@branch.", 7)}),
    ],
)  # fmt: skip
def test_a_difference_stands_at_its_line_with_what_was_seen(more: str, expected: set[tuple[str, int]]) -> None:
    result = played(more)

    assert "failed" == result.state
    assert expected == {(fault.en, fault.span.line) for fault in result.faults}


def test_acts_and_people_of_a_case_are_checked_by_name() -> None:
    with pytest.raises(AssertionError, match="not the end of a call|no end of a call"):
        bank_with(f"  own:\n    given: {GIVEN}\n    answers: {{booking: lost}}\n    path: [apply]\n")


def test_what_has_no_say_in_a_case_does_not_keep_it_from_running() -> None:
    """Publishing refuses copies of parts and working time without a calendar; a case in which time goes by is not run."""
    flow = "workflows/loan_approval.yaml"
    hiding = BANK[flow].replace("copy: {to: [starter]}", "copy: {to: [starter], fields: {hide: [purpose]}}")
    timely = hiding.replace("within: 4 hours", "within: 4 working hours")
    cases = "tests: own\nentity: loan_application\ncases:\n  own:\n    given: {amount: 1}\n"
    acts = {
        "still": "    do: [submit]\n    expect: {at: check}\n",
        "later": "    do: [submit, {wait: 1 hours}]\n    expect: {at: check}\n",
    }
    files = {path: text for path, text in BANK.items() if not path.startswith("tests/")}
    files["app.yaml"] += "calendar: cn_bank\n"

    def state(text: str, act: str) -> str:
        (result,) = run_cases(whole({**files, flow: text, "tests/own.yaml": cases + acts[act]}))
        return result.state

    assert hiding != BANK[flow] and timely != hiding
    assert ("passed", "passed") == (state(hiding, "still"), state(hiding, "later"))
    assert ("passed", "not_run") == (state(timely, "still"), state(timely, "later"))


WAITING = """\
  - wait: signed
    title: {zh: 等签约, en: Signed}
    event: core.signed
    match: result.purpose == purpose
    save: {core_loan_no: result.loan_no}
    due: {within: 10 days, then: reject}

  - wait: cooling
    title: {zh: 冷静期, en: Cooling}
    for: 3 days

  - approve: check
"""
SIGNED = "    events:\n      signed: {event: loan.signed, out: {loan_no: text, purpose: text}, once_by: loan_no}\n"


@pytest.mark.parametrize(
    ("acts", "expect"),
    [
        ("[submit]", "{at: signed, state: waiting, work_items: 0}"),
        # Another record's event changes nothing; its own is saved, then time goes by.
        ("[submit, {receive: core.signed, values: {loan_no: S1, purpose: house}}]", "{at: signed}"),
        ("[submit, {receive: core.signed, values: {loan_no: S1, purpose: car}}]", "{at: cooling, fields: {core_loan_no: S1}}"),
        ("[submit, {receive: core.signed, values: {loan_no: S1, purpose: car}}, {wait: 2 days}]", "{at: cooling}"),
        ("[submit, {receive: core.signed, values: {loan_no: S1, purpose: car}}, {wait: 3 days}]", "{at: check}"),
        ("[submit, {wait: 11 days}]", "{state: rejected}"),
    ],
)
def test_events_arrive_and_time_passes_where_a_flow_waits(acts: str, expect: str) -> None:
    flow = "workflows/loan_approval.yaml"
    files = {path: text for path, text in BANK.items() if not path.startswith("tests/")}
    files[flow] = files[flow].replace("  - approve: check\n", WAITING)
    files[flow] = files[flow][: files[flow].index("examples:")]
    files["bindings.yaml"] += SIGNED
    given = GIVEN.replace("}", ", purpose: car}")
    case = f"  own:\n    given: {given}\n    do: {acts}\n    expect: {expect}\n"
    files["tests/own.yaml"] = f"tests: own\nentity: loan_application\ncases:\n{case}"

    (result,) = run_cases(whole(files))

    assert ("passed", ()) == (result.state, result.faults)
