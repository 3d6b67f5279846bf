"""Finds out how a file of an import is written: a workbook or separated values, in which encoding, with which separator."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from runtime.commands.import_source import Rows, guess_delimiter, invalid_source, open_source
from runtime.commands.import_workbook import open_workbook

Kind = Literal["csv", "xlsx"]

_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Recognised:
    """How a file is read; `encoding` and `delimiter` are those of separated values, `bom` whether a byte order mark begins it."""

    kind: Kind
    encoding: str | None = None
    delimiter: str | None = None
    bom: bool = False


def recognise(path: Path, encoding: str | None = None) -> Recognised:
    """Look at all bytes of a file; with `encoding` only for its kind and separator. Raises Invalid for what is neither."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(_OLD):
        raise invalid_source(
            "文件已加密，或为旧的 .xls 格式；请另存为不带密码的 .xlsx。",
            "The file is encrypted, or an old .xls; save it as .xlsx without a password.",
        )
    if head.startswith(_ZIP):
        return Recognised("xlsx")
    if head.startswith(_UTF_16):
        raise invalid_source("文件为 UTF-16 编码；请另存为“CSV UTF-8”。", "The file is UTF-16; save it as CSV UTF-8.")
    bom = head.startswith(codecs.BOM_UTF8)
    found = encoding or ("utf-8" if bom else _encoding(path))
    return Recognised("csv", found, guess_delimiter(path, found), bom)


def open_rows(path: Path, how: Recognised, name: str) -> Rows:
    """The rows of a file that was recognised; `name` is what its person calls it. Raises Invalid without a usable header."""
    if how.kind == "xlsx":
        return open_workbook(path, name)
    return open_source(path, how.delimiter or ",", how.encoding or "utf-8", name)


def _encoding(path: Path) -> str:
    """UTF-8 where all of it is, else GB18030 where all of it is; broken rows are told one by one in what the header is written in."""
    for encoding in ("utf-8", "gb18030"):
        if _is_valid(path, encoding):
            return encoding
    with path.open("rb") as file:
        header = file.readline(_PIECE)
    try:
        header.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "gb18030" if header.isascii() else "utf-8"


def _is_valid(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                if b"\x00" in piece:
                    raise invalid_source("文件含有 NUL 字符，不是文本。", "The file holds NUL characters: it is no text.")
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
