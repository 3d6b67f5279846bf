"""Cases of an app's tests: each kind passes, fails and says why, or is told as not run; a plan refuses failing ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_dsl.folder import read_folder
from forms_dsl.load import load_app
from forms_dsl.model import App
from runtime.publish.cases.paths import run_examples
from runtime.publish.cases.results import CaseResult, findings
from runtime.publish.cases.run import run_cases
from runtime.publish.plan import plan_publish
from runtime.store.database import Database
from tests.forms_dsl.kinds_app import FILES as KINDS
from tests.publish.desk import NOW

ROOT = Path(__file__).resolve().parents[2]
BANK = read_folder(ROOT / "app_definitions" / "bank_customer")
LOAN = read_folder(ROOT / "tests" / "example_app" / "loan")


def bank_with(cases: str) -> App:
    files = {path: text for path, text in BANK.items() if not path.startswith("tests/")}
    return whole({**files, "tests/own.yaml": f"tests: own\nentity: loan_application\ncases:\n{cases}"})


def whole(files: dict[str, str]) -> App:
    customers = load_app(read_folder(ROOT / "app_definitions" / "customer360")).app
    loaded = load_app(files, others={"customer360": customers} if customers is not None else {})
    assert loaded.app is not None, loaded.diagnostics
    return loaded.app


def outcome(cases: str) -> CaseResult:
    (result,) = run_cases(bank_with(cases))
    return result


def test_every_case_of_the_shipped_app_passes() -> None:
    app = whole(BANK)
    results = [*run_cases(app), *run_examples(app)]
    assert len(results) > 10
    assert [result for result in results if result.state != "passed"] == []


def test_every_case_and_example_of_the_example_app_passes() -> None:
    """The values of the language's reference come out (490 C, 600, 660 A), also those that only the flow can tell."""
    app = whole(LOAN)
    results = [*run_cases(app), *run_examples(app)]
    assert [] == [(result.name, result.faults) for result in results if result.state != "passed"]
    assert 18 == len(results)


def test_a_default_of_the_user_is_missing_where_the_platform_writes() -> None:
    """The platform is no person: what it makes has no manager, and is not refused for it."""
    customer = "entities/customer.yaml"
    manager = "  manager: {type: reference, to: org.person, default: user.id, label: {zh: 客户经理, en: Manager}}\n"
    files = {**BANK, customer: BANK[customer].replace("related:\n", f"{manager}related:\n", 1)}
    case = (
        "  made_by_the_platform:\n    entity: customer\n    given: {full_name: 张伟}\n    expect: {fields: {full_name: 张伟}}\n"
    )
    files = {path: text for path, text in files.items() if not path.startswith("tests/")}
    (result,) = run_cases(whole({**files, "tests/own.yaml": f"tests: own\ncases:\n{case}"}))

    assert ("passed", ()) == (result.state, result.faults)


@pytest.mark.parametrize(
    ("path", "old", "new", "case", "words"),
    [
        ("tests/approval.yaml", "score: 660, grade: A", "score: 661, grade: A", "score_of_a_sound_customer", "score is 660, not 661."),
        ("tests/approval.yaml", "score: 660, grade: A", "score: 660, grade: B", "score_of_a_sound_customer", "grade is A, not B."),
        ("tests/approval.yaml", "dti: 0.0812", "dti: 0.0813", "score_of_a_sound_customer", "dti is 0.0812, not 0.0813."),
        ("tests/approval.yaml", "{level: credit_officers}", "{level: committee}", "exposure_just_above_the_boundary", "level is credit_officers, not committee."),
        ("tests/approval.yaml", "2008-03-03", "2008-03-02", "minor_is_refused", "The error adult was not found"),
        ("tests/approval.yaml", "term: 72", "term: 60", "long_consumer_loan_is_refused", "The error mortgage_term, term was not found"),
        ("tests/approval.yaml", "rule: mortgage_term, at: term", "rule: mortgage_term, at: amount", "long_consumer_loan_is_refused", "was not found"),
        ("tests/access.yaml", "can_read: [ours], cannot_read: [theirs]", "can_read: [theirs]", "clerk_sees_own_branch_only", "clerk cannot read theirs."),
        ("tests/access.yaml", "can_read: [ours], cannot_read: [theirs]", "cannot_read: [ours]", "clerk_sees_own_branch_only", "clerk can read ours."),
        ("tests/access.yaml", "138****5678", '"13812345678"', "auditor_sees_masked_phones", "ours.phone is shown as 138****5678"),
        ("tests/access.yaml", "[id_photo]", "[amount]", "auditor_sees_masked_phones", "ours.amount is not hidden."),
        ("roles.yaml", "create: true, read: branch == user.branch", "create: true, read: true", "clerk_sees_own_branch_only", "clerk can read theirs."),
        ("roles.yaml", "{phone: masked, id_photo: hidden}", "{phone: masked}", "auditor_sees_masked_phones", "ours.id_photo is not hidden."),
        ("decisions/loan_score.yaml", "points: 120}", "points: 110}", "score_of_a_sound_customer", "score is 650, not 660."),
    ],
)  # fmt: skip
def test_a_case_fails_where_app_and_case_disagree(path: str, old: str, new: str, case: str, words: str) -> None:
    assert old in LOAN[path]
    results = [*run_cases(whole({**LOAN, path: LOAN[path].replace(old, new)}))]
    failed = {result.name: " ".join(fault.en for fault in result.faults) for result in results if result.state == "failed"}
    assert words in failed[case]


def test_edited_values_are_computed_anew_and_judged() -> None:
    given = "{product: consumer, amount: 12000, term: 12, annual_rate: 0, monthly_income: 8000, customer: {customer_no: C1, full_name: A, branch: CX}, branch: CX}"
    passed = outcome(
        f"  edited:\n    given: {given}\n    do: [{{edit: {{amount: 24000}}}}]\n    expect: {{fields: {{payment: 2000}}}}\n"
    )
    assert passed.state == "passed", passed.faults
    refused = outcome(
        f"  edited:\n    given: {given}\n    do: [{{edit: {{amount: -1}}}}]\n    expect: {{fields: {{payment: 2000}}}}\n"
    )
    assert refused.state == "failed" and "/amount" in refused.faults[0].en


@pytest.mark.parametrize(
    ("expect", "state", "words"),
    [
        ("{at: check, fields: {status: in_review}}", "passed", ""),
        ("{at: apply}", "failed", "at is check, not apply."),
        ("{fields: {status: draft}}", "failed", "status is in_review, not draft."),
    ],
)
def test_a_submitted_case_waits_where_the_engine_says(expect: str, state: str, words: str) -> None:
    given = "{product: consumer, amount: 12000, term: 12, annual_rate: 4, monthly_income: 8000}"
    result = outcome(f"  sent:\n    given: {given}\n    do: [submit]\n    expect: {expect}\n")
    assert (result.state, " ".join(fault.en for fault in result.faults)) == (state, words)


def test_a_path_is_compared_with_the_engine() -> None:
    example = next(iter(whole(BANK).workflows.values())).examples[0]
    given = ", ".join(f"{name}: {value}" for name, value in example.given.items() if isinstance(value, str))
    right = outcome(f"  way:\n    given: {{{given}}}\n    path: [{', '.join(example.path)}]\n")
    wrong = outcome(f"  way:\n    given: {{{given}}}\n    path: [{example.path[0]}]\n")
    assert (right.state, wrong.state) == ("passed", "failed")
    assert wrong.faults[0].en.startswith("The path is ")


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ("records: {one: {entity: district, code: D1, name: A}}\n    do: [approve check]", "do: approve check"),
        ("do: [approve check]\n    expect_error: {rule: affordable}", "do before expect_error"),
        ("expect: {at: check}", "expect: at without a flow"),
    ],
)
def test_what_cannot_be_run_is_named_and_never_passes(more: str, word: str) -> None:
    result = outcome(f"  own:\n    given: {{amount: 1}}\n    {more}\n")
    assert result.state == "not_run"
    assert word in result.faults[0].en


def test_cases_do_not_see_each_others_records() -> None:
    app = whole(KINDS | {"tests/orders.yaml": KINDS["tests/orders.yaml"]})
    assert {result.name: result.state for result in run_cases(app)} == {
        "large_needs_size": "passed",
        "small_is_scored": "passed",
        "clerk_sees_own": "passed",
    }


def test_a_failing_case_is_a_finding_at_its_place() -> None:
    cases = "  wrong:\n    given: {amount: 12000, term: 12, annual_rate: 0}\n    expect: {fields: {payment: 999}}\n"
    (found,) = findings(run_cases(bank_with(cases)))
    assert (found.code, found.severity, found.span.file, found.span.line) == ("M417", "error", "tests/own.yaml", 6)
    assert found.message == "The case 'wrong' fails: payment is 1000.00, not 999.00."


def test_a_plan_with_a_failing_case_is_refused(database: Database) -> None:
    wrong = {**BANK, "tests/applications.yaml": BANK["tests/applications.yaml"].replace("payment: 1000,", "payment: 1001,")}
    with database.read() as connection:
        good = plan_publish(connection, "bank_customer", BANK, NOW).plan
        bad = plan_publish(connection, "bank_customer", wrong, NOW).plan
    assert not good.blocked
    assert bad.blocked and [one.code for one in bad.diagnostics if one.severity == "error"] == ["M417"]


@pytest.mark.parametrize("key", ["template of a message", "upgrade", "send"])
def test_what_is_not_carried_out_is_refused_by_name(database: Database, key: str) -> None:
    with database.read() as connection:
        plan = plan_publish(connection, "small", KINDS, NOW).plan
    assert any(one.code == "M416" and f"carry out {key}" in one.message for one in plan.diagnostics)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("expected", ["{rule: other}", None])
def test_a_case_of_an_app_with_one_language_is_told_in_it(language: str, expected: str | None) -> None:
    """A rule's message has only the languages of its app; the readers of the others get the one that there is."""
    edited = "do: [{edit: {name: abcd}}]\n    expect: {fields: {name: abcd}}"
    case = f"given: {{name: abcd}}\n    expect_error: {expected}" if expected else f"given: {{name: a}}\n    {edited}"
    label = f"label: {{{language}: Word}}"
    files = {
        "app.yaml": f'app: small\nformat: "1"\nversion: 1.0.0\n{label}\nlanguages: [{language}]\ntimezone: UTC\n',
        "entities/note.yaml": (
            f"entity: note\n{label}\nfields:\n  name: {{type: text, {label}}}\n  other: {{type: text, {label}}}\n"
            "rules:\n"
            f"  short: {{check: len(name) < 3, at: name, message: {{{language}: Far too long}}}}\n"
            f"  other: {{check: is_missing(other), at: other, message: {{{language}: No q}}}}\n"
        ),
        "tests/own.yaml": f"tests: own\nentity: note\ncases:\n  long:\n    {case}\n",
    }
    (result,) = run_cases(whole(files))
    assert result.state == "failed"
    assert all("Far too long" in said for fault in result.faults for said in (fault.en, fault.zh))
