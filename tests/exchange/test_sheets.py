"""The files of spreadsheets: what is written is read again, and no cell ever computes."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.spreadsheets.cells import Cell, is_formula, shielded, unshielded
from runtime.spreadsheets.csv_file import CsvWriter
from runtime.spreadsheets.xlsx_file import LONGEST_TEXT, XlsxWriter

TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=30)
DANGEROUS = st.builds(
    lambda mark, text: mark + text, st.sampled_from(["=", "+", "-", "@", "\t", "\r", "＝", "'=", "''-", "#qiqiao#"]), TEXTS
)


def workbook(rows: list[list[Cell]], about: list[tuple[str, str]]) -> bytes:
    file = io.BytesIO()
    writer = XlsxWriter(file, "客户/清单", "说明")
    writer.head([f"c{number}" for number in range(len(rows[0]))])
    for row in rows:
        writer.row(row)
    writer.close(about)
    return file.getvalue()


@given(st.one_of(TEXTS, DANGEROUS))
def test_shields_are_taken_off_again(text: str) -> None:
    """Every text comes back, and none that could be a formula stands without its apostrophe."""
    assert text == unshielded(shielded(text))
    assert not is_formula(shielded(text)) or shielded(text).startswith("'")


@given(st.lists(st.lists(st.one_of(TEXTS, DANGEROUS), min_size=2, max_size=2), min_size=1, max_size=5))
def test_separated_values_come_back(rows: list[list[str]]) -> None:
    """What is written as CSV is read by any reader of CSV, once the shields are off."""
    file = io.BytesIO()
    writer = CsvWriter(file)
    writer.head(["a", "b"])
    for row in rows:
        writer.row(row)
    writer.close([("who", "tom")])

    found = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))

    assert rows == [[unshielded(cell) for cell in row] for row in found[1:-1]]
    assert ["#qiqiao# who: tom"] == found[-1]
    assert all(not is_formula(cell) or cell.startswith("'") for row in found[:-1] for cell in row)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "＝1+1", '=HYPERLINK("http://x")'])
def test_no_cell_of_a_workbook_computes(text: str) -> None:
    """A text that looks like a formula is a text, marked so that it stays one when somebody saves the file again."""
    data = workbook([[text]], [("who", text)])
    sheets = zipfile.ZipFile(io.BytesIO(data))

    assert b"<f>" not in b"".join(sheets.read(name) for name in sheets.namelist())
    found = openpyxl.load_workbook(io.BytesIO(data))
    cell = found.worksheets[0]["A2"]
    assert (text, "s") == (cell.value, cell.data_type)
    assert cell.quotePrefix


def test_numbers_and_days_are_those_of_the_spreadsheet(tmp_path: object) -> None:
    """Numbers with all their digits, else as text; days as days, those that a spreadsheet does not have as text."""
    row: list[Cell] = [
        Decimal("12.50"),
        7,
        10**17 + 1,
        Decimal("-0.0001"),
        dt.date(2026, 1, 31),
        dt.date(1899, 12, 31),
        None,
        "x" * 40_000,
    ]
    file = io.BytesIO()
    writer = XlsxWriter(file, "t", "t")
    writer.head([str(number) for number in range(len(row))])
    writer.row(row)
    writer.close([("n", "1")])

    book = openpyxl.load_workbook(file)
    found = [cell.value for cell in book.worksheets[0][2]]

    assert [12.5, 7, "100000000000000001", -0.0001, dt.datetime(2026, 1, 31), "1899-12-31", None] == found[:7]
    assert LONGEST_TEXT == len(str(found[7]))
    assert 1 == writer.cut
    assert "#,##0.00" == book.worksheets[0]["A2"].number_format
    assert ["t", "t 2"] == book.sheetnames
