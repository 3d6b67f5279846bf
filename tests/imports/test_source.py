"""Files are read in their own way of writing; a broken row is one row, a broken header is the whole file."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.commands.import_source import guess_delimiter, open_source
from runtime.failures import Invalid


def cells(path: Path, delimiter: str, encoding: str) -> list[tuple[int, dict[str, str], bool]]:
    source = open_source(path, delimiter, encoding)
    return [(row.number, dict(row.cells), row.fault is not None) for row in source.rows()]


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8", ","), ("utf-8", "tab"), ("gbk", ";"), ("gb18030", "|")])
def test_encodings_and_separators(tmp_path: Path, encoding: str, delimiter: str) -> None:
    """Chinese text is read in UTF-8 and GBK, with each separator, quoted cells with separators and new lines included."""
    separator = "\t" if delimiter == "tab" else delimiter
    path = tmp_path / "x.csv"
    path.write_bytes(
        separator.join(["编号", "姓名"]).encode(encoding) + b"\r\n" + f'1{separator}"周{separator}\n敏"\r\n'.encode(encoding)
    )

    assert [(2, {"编号": "1", "姓名": f"周{separator}\n敏"}, False)] == cells(path, delimiter, encoding)


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    """Files from spreadsheets begin with a mark, which is left out."""
    path = tmp_path / "x.csv"
    path.write_bytes(b"\xef\xbb\xbfa,b\n1,2\n")

    assert [(2, {"a": "1", "b": "2"}, False)] == cells(path, ",", "utf-8")


def test_broken_rows_are_told_and_the_others_read(tmp_path: Path) -> None:
    """Too few or too many cells and bytes of another encoding spoil their own row only; empty lines are no rows."""
    path = tmp_path / "x.csv"
    path.write_bytes(b"a,b\n1,2\n3\n\n4,5,6\n" + "周,敏\n".encode("gbk") + b"7,8\n")

    assert [(2, False), (3, True), (5, True), (6, True), (7, False)] == [
        (n, broken) for n, _, broken in cells(path, ",", "utf-8")
    ]


@pytest.mark.parametrize("content", ["", "a,a\n1,2\n", "a,,c\n1,2,3\n", '"a\n'])
def test_a_header_that_names_nothing_is_refused(tmp_path: Path, content: str) -> None:
    """Without a header, with a column twice or without a name, nothing is imported."""
    path = tmp_path / "x.csv"
    path.write_text(content)
    if content == '"a\n':
        assert [] == cells(path, ",", "utf-8")
        return

    with pytest.raises(Invalid):
        open_source(path, ",", "utf-8")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(Invalid, match="no file"):
        open_source(tmp_path / "none.csv", ",", "utf-8")


def test_the_separator_is_seen_in_the_header(tmp_path: Path) -> None:
    """Without a mapping the separator is the one that the header uses."""
    for separator in ",;|\t":
        path = tmp_path / "x.csv"
        path.write_text(separator.join("abc"))
        assert separator == guess_delimiter(path, "utf-8")


def test_an_endless_cell_is_one_broken_row(tmp_path: Path) -> None:
    """A missing quote does not take the memory of the machine."""
    path = tmp_path / "x.csv"
    path.write_text('a,b\n1,2\n3,"' + "x" * 200_000 + '"\n4,5\n')
    read = cells(path, ",", "utf-8")

    assert [False, True] == [broken for _, _, broken in read[:2]]
    assert ({"a": "4", "b": "5"}, False) == read[-1][1:]
