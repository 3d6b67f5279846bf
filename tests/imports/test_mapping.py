"""A mapping is checked like a definition: every mistake at once, each at its place, before a row is written."""

from __future__ import annotations

import re

import pytest

from forms_dsl.folder import read_folder
from forms_dsl.load import load_app
from runtime.commands.import_mapping import read_mapping
from tests.imports.conftest import CUSTOMERS, Desk
from tests.shipped_bank import FOLDER

APP = load_app(read_folder(FOLDER)).app
assert APP is not None


def findings(text: str) -> list[tuple[str, int]]:
    return [(found.code, found.span.line) for found in read_mapping("test.yaml", text, {"bank_customer": APP}).diagnostics]


def test_the_shipped_mappings_are_clean() -> None:
    """Every mapping beside the shipped app is read without a finding."""
    files = sorted((FOLDER / "imports").glob("*.yaml"))

    assert ["berka", "synthetic"] == [file.stem for file in files]
    assert [[], []] == [findings(file.read_text()) for file in files]


def test_the_example_of_the_manual_is_clean() -> None:
    """The mapping in docs/imports.md is read without a finding."""
    manual = (FOLDER.parents[1] / "docs" / "imports.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(mapping:.*?)```", manual, re.DOTALL)

    assert example is not None
    assert [] == findings(example[1])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("app: bank_customer", "app: bank_custmer", ("D101", 3)),
        ("entity: customer\n", "entity: custmer\n", ("D101", 5)),
        ("file: customers.csv", "fiel: customers.csv", ("S001", 6)),
        ("key: [customer_no]", "key: [custmer_no]", ("D101", 7)),
        ("full_name: name", "full_nam: name", ("D101", 10)),
        ("full_name: name", "full_name: {column: name, value: x}", ("D102", 10)),
        ("full_name: name", "full_name: {map: {a: b}}", ("D102", 10)),
        ("format: YYYYMMDD", "format: YYYYMM", ("D104", 13)),
        ("entity: org.branch", "entity: org.brnch", ("D101", 14)),
        ("by: code", "by: cod", ("D101", 14)),
        ("mapping: test", "mapping: test\nmapping: again", ("Y003", 3)),
        ("mapping: test", "mapping: test\nencoding: utf8", ("S002", 3)),
    ],
)
def test_a_mistake_is_found_at_its_line(old: str, new: str, expected: tuple[str, int]) -> None:
    """Unknown names, missing and doubled sources, bad formats: each has a code, a line and a hint."""
    assert expected in findings(CUSTOMERS.replace(old, new))


def test_all_mistakes_are_told_at_once() -> None:
    """Three mistakes give three findings."""
    text = CUSTOMERS.replace("full_name: name", "full_nam: name").replace("by: code", "by: cod").replace("[customer_no]", "[no]")

    assert {7, 10, 14} == {line for _, line in findings(text)}


def test_columns_and_expressions_are_checked_before_the_first_row(desk: Desk) -> None:
    """A column that is not in the file and a wrong expression stop the import; nothing was written."""
    from runtime.commands.import_records import BrokenMapping
    from runtime.store.tables import import_batch

    desk.write("customers.csv", "no,name,id,income,born,unit\n1,周敏,,,,CX\n")
    broken = CUSTOMERS.replace("full_name: name", "full_name: nmae").replace("id_no: id", 'id_no: {expression: "idd + 1"}')
    with pytest.raises(BrokenMapping) as caught:
        desk.run(broken)

    assert {10, 11} == {found.span.line for found in caught.value.diagnostics}
    assert 0 == desk.count(import_batch)
