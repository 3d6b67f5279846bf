"""The six examples of the example app, run through the engine: decisions, authority table, four eyes and returns."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_dsl.load import load_app, read_folder
from forms_dsl.model import App
from workflow_engine.examples import run_example
from workflow_engine.verify import load_verified

ROOT = Path(__file__).parents[2]
FLOW = "workflows/loan_approval.yaml"
TABLE = "decisions/loan_authority.yaml"


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return read_folder(ROOT / "tests" / "example_app" / "loan")


@pytest.fixture(scope="module")
def others() -> dict[str, App]:
    app = load_app(read_folder(ROOT / "app_definitions" / "customer360")).app
    assert app is not None
    return {app.name: app}


def found(files: dict[str, str], others: dict[str, App], path: str, old: str, new: str) -> list[tuple[str, str]]:
    """Code of each finding about an example, with the example that it names."""
    assert 1 == files[path].count(old), (old, files[path].count(old))
    changed = {**files, path: files[path].replace(old, new)}
    loaded = load_verified(changed, others=others, publishing=False)
    about = [each for each in loaded.diagnostics if each.code in ("W110", "W111", "W112")]
    assert [] == [each for each in loaded.diagnostics if each.severity == "error" and each not in about]
    return list(dict.fromkeys((each.code, each.message.split("'")[1]) for each in about))


def test_every_example_comes_out_as_it_says(files: dict[str, str], others: dict[str, App]) -> None:
    """Paths through the scorecard and the authority table are those that the examples name."""
    loaded = load_verified(files, others=others, publishing=False)

    assert loaded.app is not None
    assert [] == [each.message for each in loaded.diagnostics if each.code.startswith("W11")]
    flow = loaded.app.workflows["loan_approval"]
    paths = {example.name: run_example(loaded.app, flow, example).path for example in flow.examples if example.path}
    assert {example.name: example.path for example in flow.examples if example.path} == paths
    assert 4 == len(paths)


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        # The authority table decides who decides: the boundary moves the case to the officers.
        (
            TABLE,
            "{exposure: exposure <= 200000, grade: [A, B], product: [consumer, business]}",
            "{exposure: exposure <= 100000, grade: [A, B], product: [consumer, business]}",
            None,
        ),
        # The scorecard gives the grade that the table reads.
        ("decisions/loan_score.yaml", "start: 500", "start: 300", "grade"),
        # An answer of the example goes before the mock.
        (FLOW, "answers: {kyc: {status: hit}}", "answers: {kyc: {status: clear}}", [("W110", "large_loan_with_a_hit")]),
        # What is expected is compared, key by key.
        (FLOW, "reason: four_eyes, held_for: admin}", "reason: limit, held_for: admin}", [("W112", "checker_cannot_be_branch_manager")]),
        (FLOW, "check_by: zhang_san", "check_by: li_si", [("W112", "checker_cannot_be_branch_manager")]),
        (FLOW, "expect: {next: check, superseded: [check]}", "expect: {next: review, superseded: [check]}", [("W112", "changed_amount_is_checked_again")]),
        (FLOW, "expect: {next: check, superseded: [check]}", "expect: {next: check, superseded: []}", [("W112", "changed_amount_is_checked_again")]),
        # Without a change of a material field nothing is asked again: the check stands.
        (FLOW, "{edit: {amount: 180000}}", "{edit: {purpose: more}}", [("W112", "changed_amount_is_checked_again")]),
        # What cannot be done there is said.
        (FLOW, "do: [submit, approve check,", "do: [submit, approve review,", [("W112", "changed_amount_is_checked_again")]),
        (FLOW, "{return: review, to: apply}", "{return: review, to: review}", [("W112", "changed_amount_is_checked_again")]),
    ],
)  # fmt: skip
def test_an_example_that_comes_out_otherwise_is_a_finding(
    files: dict[str, str], others: dict[str, App], path: str, old: str, new: str, expected: list[tuple[str, str]] | str | None
) -> None:
    """Changing the flow, a decision or the example makes the file say so at the very example."""
    if path == TABLE:
        # The rows of the officers follow, so that the table has neither gap nor overlap.
        files = {**files, TABLE: files[TABLE].replace("{exposure: 200000 < exposure", "{exposure: 100000 < exposure")}
        assert ("W110", "small_consumer_loan") in found(files, others, path, old, new)
    elif isinstance(expected, list):
        assert expected == found(files, others, path, old, new)
    else:
        changed = {**files, path: files[path].replace(old, new)}
        diagnostics = load_verified(changed, others=others, publishing=False).diagnostics
        assert "W110" in [each.code for each in diagnostics]
