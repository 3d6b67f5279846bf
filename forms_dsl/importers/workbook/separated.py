"""Reads a file of separated values as a sheet: encoding and separator are found out, every value is a text."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import ENCODING, TOO_LARGE, UNREADABLE
from forms_dsl.importers.report import refused, start_of
from forms_dsl.importers.workbook.cells import CELL_LIMIT, COLUMN_LIMIT, ROW_LIMIT, Cell, Sheet

#: So many bytes are looked at.
BYTES_READ = 8 * 1024 * 1024
_SEPARATORS = ",;\t|"
_CHINESE_SEPARATORS = "，；"
#: So many rows are looked at, and no further ones.
_ROWS_READ = 1_000_000
#: Rows at the beginning that are kept in any case, and values by column that are looked for everywhere.
_HEAD = 200
_DISTINCT = 25


def read_separated(file: str, name: str, data: bytes, encoding: str | None = None) -> Sheet:
    """The rows of the file; raises ImportRefused when the bytes are no text or a value has no end."""
    head = data[:BYTES_READ]
    is_cut = len(data) > len(head)
    if is_cut:
        head = head[: head.rfind(b"\n") + 1] or head
    text = _decoded(file, head, encoding)
    if "\x00" in text:
        message = Sentence("The file holds NUL characters: it is no text.", "文件含有 NUL 字符，不是文本。")
        raise refused(UNREADABLE, start_of(file), message)
    lines = text[:200_000].splitlines()[:200]
    lines_of: dict[int, int] = {}
    sheet = Sheet(file, name, is_text=True, is_cut=is_cut)
    # Every so-many-th row is kept, and every row with a value that its column did not have yet, so that rare codes are seen.
    step = max(1, text.count("\n") // ROW_LIMIT)
    seen: dict[int, set[str]] = {}
    before = cells = 0
    try:
        for number, (line, values) in enumerate(_rows(text, _separator(lines)), 1):
            if number > _ROWS_READ:
                sheet.is_cut = True
                break
            if len(values) > COLUMN_LIMIT:
                message = Sentence(f"Row {number} has {len(values):,} columns.", f"第 {number} 行有 {len(values):,} 列。")
                raise refused(TOO_LARGE, start_of(file), message)
            is_new = _has_new(values, seen)
            if number < _HEAD or number % step == 0 or is_new:
                row = {column: Cell(value.strip()) for column, value in enumerate(values, 1) if value.strip()}
                if row and cells < CELL_LIMIT:
                    cells += len(row)
                    sheet.rows[number] = row
                    lines_of[number] = before + 1
            elif values:
                sheet.is_cut = True
            before = line
    except csv.Error as failure:
        message = Sentence(f"The rows cannot be told apart: {failure}", f"无法分辨各行：{failure}")
        raise refused(UNREADABLE, start_of(file), message) from None
    sheet.lines = lines_of
    return sheet


def _has_new(values: list[str], seen: dict[int, set[str]]) -> bool:
    """Whether a column has a value for the first time, among the first so many of it."""
    found = False
    for column, value in enumerate(values):
        known = seen.setdefault(column, set())
        if value not in known and len(known) <= _DISTINCT:
            known.add(value)
            found = True
    return found


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    if separator == " ":
        yield from ((number, line.split()) for number, line in enumerate(text.splitlines(), 1))
        return
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    for row in reader:
        yield reader.line_num, row


def _decoded(file: str, data: bytes, encoding: str | None) -> str:
    if encoding:
        known: tuple[str, ...] = (encoding,)
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        known = ("utf-16",)
    else:
        known = ("utf-8-sig", "gb18030")
    for one in known:
        try:
            return data.decode("utf-8-sig" if one == "utf-8" else one)
        except (UnicodeDecodeError, LookupError):
            continue
    names = " / ".join(known)
    message = Sentence(f"The bytes are not {names}.", f"文件编码不是 {names}。")
    hint = Sentence("Name the encoding: --encoding latin-1", "请指定编码：--encoding latin-1")
    raise refused(ENCODING, start_of(file), message, hint)


def _separator(lines: list[str]) -> str:
    """The separator that gives most rows the same number of values, more than one."""
    sample = [line for line in lines if line.strip()][:50]
    best, score = ",", 0
    for candidate in (*_SEPARATORS, *_CHINESE_SEPARATORS):
        counts = Counter(len(row) for row in csv.reader(sample, delimiter=candidate))
        width, rows = counts.most_common(1)[0] if counts else (1, 0)
        if width > 1 and rows * width > score:
            best, score = candidate, rows * width
    if score == 0 and sample:
        widths = Counter(len(line.split()) for line in sample)
        width, rows = widths.most_common(1)[0]
        if width > 2 and rows == len(sample) and not any(re.search(r"[\u3400-\u9fff]", line) for line in sample):
            return " "
    return best
