"""Files as banks have them: encodings that are found out and told, workbooks, digits and zeros that must survive."""

from __future__ import annotations

import datetime as dt
import io
import tracemalloc
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from runtime.commands.import_recognise import Recognised, open_rows, recognise
from runtime.commands.import_source import Rows
from runtime.failures import Invalid
from runtime.spreadsheets.xlsx_file import XlsxWriter
from tests.imports.batches import HEAD, Floor, workbook

TEXT = "编号,主题,级别\n007,客户张三,高\n"


def opened(path: Path, content: bytes, name: str = "x") -> tuple[Recognised, Rows]:
    path.write_bytes(content)
    return (how := recognise(path)), open_rows(path, how, name)


@pytest.mark.parametrize(
    ("content", "encoding", "bom"),
    [
        (TEXT.encode(), "utf-8", False),
        (TEXT.encode("utf-8-sig"), "utf-8", True),
        (TEXT.encode("gbk"), "gb18030", False),
        ((TEXT + "008,㐀𠀀,低\n").encode("gb18030"), "gb18030", False),
    ],
)
def test_the_encoding_is_found_out(tmp_path: Path, content: bytes, encoding: str, bom: bool) -> None:
    """UTF-8 with and without its mark, GBK and all of GB18030, whatever the columns are separated by."""
    how, rows = opened(tmp_path / "a.csv", content.replace(b",", b"\t"))

    assert Recognised("csv", encoding, "\t", bom) == how
    assert {"编号": "007", "主题": "客户张三", "级别": "高"} == next(rows.rows()).cells


def test_a_broken_character_costs_its_row_only(tmp_path: Path) -> None:
    """A file that is UTF-8 but for some bytes is read as such; the row is told, the others come."""
    _, rows = opened(tmp_path / "a.csv", TEXT.encode() + b"008,\xff\xff,x\n009,y,z\n")

    assert [None, "The row is not valid utf-8.", None] == [row.fault and row.fault["en"] for row in rows.rows()]


def test_a_bank_file_goes_in_and_says_how_it_was_read(floor: Floor) -> None:
    """A GBK file with Chinese headers and labels; leading zeros and eighteen digits are texts."""
    person = floor.bank.caller("wu", "importer")
    batch = floor.written(person, "编号,主题,级别,费用\n000123456789012345,张三,高,00012.50\n".encode("gbk"))

    assert ("csv", "gb18030", ",", False) == tuple(batch["file"][name] for name in ("kind", "encoding", "delimiter", "bom"))
    [row] = floor.rows()
    assert ("000123456789012345", "张三", "high", Decimal("12.50")) == (
        row["f_code"],
        row["f_subject"],
        row["f_level"],
        row["f_cost"],
    )


def test_a_workbook_goes_in(floor: Floor) -> None:
    """Texts stay texts, numbers and days are exact; a number that the spreadsheet has cut is a fault of its row, never a guess."""
    person = floor.bank.caller("wu", "importer")
    content = workbook(
        [
            ["code", "subject", "level", "cost"],
            ["330106199001011237", "一", "high", 0.1 + 0.2],
            [330106199001011237, "二", "high", 1],
            ["007", dt.date(2026, 3, 2), "高", 12],
            [],
            [8, "三", "high", "12.5"],
        ]
    )
    batch = floor.checked(person, content, "tickets.xlsx")
    written = floor.act(person, batch["id"], "write")

    assert ("xlsx", None) == (batch["file"]["kind"], batch["file"]["encoding"])
    assert {"rows": 4, "created": 3, "changed": 0, "unchanged": 0, "rejected": 1} == written["counts"]
    assert [("007", "2026-03-02", "12.00"), ("330106199001011237", "一", "0.30"), ("8", "三", "12.50")] == [
        (row["f_code"], row["f_subject"], str(row["f_cost"])) for row in floor.rows()
    ]
    assert "more than 15 digits" in person.get(f"/api/apps/desk/ticket/imports/{batch['id']}/errors").text


def test_an_export_comes_back(tmp_path: Path) -> None:
    """A workbook of our own is read as it was written: zeros of a format, days, shielded texts."""
    out = io.BytesIO()
    writer = XlsxWriter(out, "a", "about")
    writer.head(["no", "day", "text", "sum"])
    writer.row(["007", dt.date(2026, 3, 2), "=1+1", Decimal("12.50")])
    writer.close([("who", "wu")])
    _, rows = opened(tmp_path / "a.xlsx", out.getvalue())

    assert [{"no": "007", "day": "2026-03-02", "text": "=1+1", "sum": "12.5"}] == [row.cells for row in rows.rows()]


def packed(sheet: str, **more: str) -> bytes:
    """A workbook whose sheet is this XML."""
    out = io.BytesIO()
    parts = {
        "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<R><Relationship Id="1" Target="worksheets/sheet1.xml"/></R>',
        "xl/worksheets/sheet1.xml": sheet,
        **more,
    }
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (packed("<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet>&b;</worksheet>"), "document type"),
        (packed("<worksheet><row>"), "no XML"),
        (packed(f"<worksheet><!--{' ' * 3_000_000}--></worksheet>"), "unpacks to far more"),
        (packed("<worksheet>" + "<a>" * 50 + "</a>" * 50 + "</worksheet>"), "too deeply"),
        (packed("<worksheet/>").replace(b"PK\x01\x02", b"PK\x01\x03"), "damaged"),
        (packed("<worksheet/>"), "does not name every column"),
    ],
)
def test_a_hostile_workbook_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """Entities, bombs, depth, damage and no header each say what is wrong; nothing of them is read further."""
    with pytest.raises(Invalid) as refused:
        opened(tmp_path / "a.xlsx", content)
    assert said in refused.value.message["en"]


def test_a_long_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    """Rows come one by one: twenty megabytes of separated values and a workbook of as many rows take a few."""
    csv_file, book = tmp_path / "a.csv", tmp_path / "a.xlsx"
    with csv_file.open("w", encoding="utf-8") as out:
        out.write(HEAD)
        for number in range(200_000):
            out.write(f"A{number},主题主题主题主题主题主题主题主题主题主题,high,1.00\n")
    with book.open("wb") as out_book:
        writer = XlsxWriter(out_book, "a", "about")
        writer.head(["code", "subject"])
        for number in range(30_000):
            writer.row([f"A{number}", "主题主题主题主题主题主题主题主题主题主题"])
        writer.close([])
    for path, expected in ((csv_file, 200_000), (book, 30_000)):
        rows = open_rows(path, recognise(path), "a")
        tracemalloc.start()
        count = sum(1 for _ in rows.rows())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (expected, True) == (count, peak < 4_000_000), peak
