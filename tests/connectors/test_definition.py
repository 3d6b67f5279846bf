"""What a connector file must be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from connectors.contract import check_contract
from connectors.read import read_connector
from connectors.registry import SHIPPED, load_definitions
from connectors.testing.conformance import example_faults
from forms_dsl.versions import in_range

TEXT = (SHIPPED / "core_bank" / "connector.yaml").read_text(encoding="utf-8")
APP = Path(__file__).resolve().parents[2] / "app_definitions" / "bank_customer"


@pytest.mark.parametrize(
    ("right", "wrong", "code", "line_of"),
    [
        ("metadata:", "metadta:", "S001", "metadta:"),
        ("path: /health", "pth: /health", "S001", "pth:"),
        ("  timeout: {connect: 1s", "  timeout: {conect: 1s", "S001", "conect"),
        (", total: 5s", "", "C002", "timeout: {connect"),
        ("total: 5s", "total: 5x", "S002", "5x"),
        ("total: 5s", "total: 5m", "S002", "total: 5m"),
        ("as: DUPLICATE", "as: DUPLICAT", "S002", "DUPLICAT"),
        ("x-secret: true", "x-secret: yes", "S002", "x-secret: yes"),
        ('token: "{{ conn.api_key }}"', "token: s3cret", "C101", "s3cret"),
        ("format: uri,", "format: uri, default: 'http://core',", "C101", "default: 'http"),
        ("{{ args.amount }}", "{{ args.amout }}", "C102", "amout"),
        ("operation: loan_by_request\n", "operation: loan_by_req\n", "C102", "loan_by_req\n"),
        ("X-Correlation-Id: \"{{ ctx.trace_id }}\"", "X-Correlation-Id: \"{{ ctx.trace }}\"", "C102", "ctx.trace }}"),
        ("result: {loan_no: {from: $.loan_no, type: text}}\n    on_unknown", "result: {number: {from: $.loan_no, type: text}}\n    on_unknown", "C102", "operation: loan_by_request"),
        ("    kind: command\n    method: POST\n    path: /loans\n", "    method: POST\n    path: /loans\n", "C104", "method: POST"),
        ("cache: {ttl: 5s, stale_if_error: 7d}", "cache: {ttl: 5s}\n    kind: command", "C103", "customer_balance:"),
        ("type: decimal}\n      currency", "type: decimal, pii: high}\n      currency", "C104", "cache:"),
        ('path: "/customers/{{ args.customer_no }}/balance"', 'path: "/customers/{{ args.customer_no | raw }}/balance"', "C106", "| raw"),
    ],
)  # fmt: skip
def test_each_mistake_is_found_at_its_place(right: str, wrong: str, code: str, line_of: str) -> None:
    """A mistake in a definition is a finding with its code, in both languages, at its line."""
    assert right in TEXT
    text = TEXT.replace(right, wrong, 1)

    found = read_connector("core_bank/connector.yaml", text)

    place = text[: text.index(line_of)].count("\n") + 1
    assert found.definition is None
    assert [] != [d for d in found.diagnostics if d.code == code and d.span.line == place], found.diagnostics
    assert all(d.message_zh for d in found.diagnostics)


def test_a_call_has_limits_of_time() -> None:
    """C002 stands at the defaults that lack all limits, or at the timeout that lacks one."""
    start = TEXT.index("  timeout:")
    line, other = TEXT[start : TEXT.index("\n", start) + 1], ", total: 5s"

    without = read_connector("core_bank/connector.yaml", TEXT.replace(line, "", 1)).diagnostics
    part = read_connector("core_bank/connector.yaml", TEXT.replace(other, "", 1)).diagnostics

    assert [("C002", ("defaults",))] == [(d.code, d.pointer) for d in without]
    assert [("C002", ("defaults", "timeout"))] == [(d.code, d.pointer) for d in part]


def test_all_mistakes_of_a_file_are_found_at_once() -> None:
    """Two mistakes far apart are both reported."""
    found = read_connector("x/connector.yaml", TEXT.replace("total: 5s", "total: 5x").replace("path: /health", "pth: /health"))

    assert {"S001", "S002", "S003"} == {d.code for d in found.diagnostics}


def test_an_operation_without_an_example_is_a_warning() -> None:
    """Without an example nothing checks the mapping; it is said and does not stop."""
    found = read_connector("x/connector.yaml", TEXT.replace("  - {operation: health, body: {status: ok}}\n", ""))

    assert ["C105"] == [d.code for d in found.diagnostics]
    assert found.definition is not None


@pytest.mark.parametrize("name", sorted(load_definitions()))
def test_the_examples_of_each_shipped_connector_fit(name: str) -> None:
    """Example answers fit mapping and error table."""
    assert [] == list(example_faults(load_definitions()[name]))


def test_the_shipped_app_and_the_shipped_connector_agree() -> None:
    """Every binding of the shipped app finds its operations, arguments and results in the definition."""
    from forms_dsl.load import load_app, read_folder

    app = load_app(read_folder(APP)).app
    assert app is not None

    findings = [
        d for binding in app.bindings.values() for d in check_contract(binding, load_definitions().get(binding.connector))
    ]

    assert [] == [d.message for d in findings]


def test_a_binding_that_expects_more_than_its_connector_gives_is_a_finding() -> None:
    """Another version, an operation that is not there and no such connector are told, each with its sentence."""
    from forms_dsl.load import load_app, read_folder

    app = load_app(read_folder(APP)).app
    assert app is not None
    binding = next(iter(app.bindings.values()))
    definition = load_definitions()[binding.connector]
    lost = replace(definition, operations={})

    assert ["C107"] == [d.code for d in check_contract(binding, None)]
    assert ["C107"] == [d.code for d in check_contract(replace(binding, version=">=9.0"), definition)]
    assert {"C107"} == {d.code for d in check_contract(binding, lost)}


@pytest.mark.parametrize(
    ("version", "wanted", "fits"),
    [
        ("1.0.0", ">=1.0 <2", True),
        ("2.0.0", ">=1.0 <2", False),
        ("1.9.9", ">=1.0 <2", True),
        ("0.9.0", ">=1.0 <2", False),
        ("1.2.0", "1.2", True),
    ],
)
def test_versions_are_compared_by_their_numbers(version: str, wanted: str, fits: bool) -> None:
    """A range holds the versions that it says."""
    assert fits is in_range(version, wanted)
