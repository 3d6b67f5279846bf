"""What attached bytes and names are taken for, and that kept bytes are those that were sent."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from runtime.commands.keep_file import safe_name
from runtime.records.content import is_accepted, kind_of
from runtime.store.blobs import Arriving, open_blob
from tests.records.box import PNG, keep


def kind(content: bytes) -> str:
    return kind_of(io.BytesIO(content))


def test_kinds_are_told_by_the_bytes() -> None:
    """Beginnings of pictures and pages, office files by their parts, text with no marks however long it is."""
    word = io.BytesIO()
    with zipfile.ZipFile(word, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", "<x/>")

    assert "image/jpeg" == kind(b"\xff\xd8\xff\xe0")
    assert "image/webp" == kind(b"RIFF\0\0\0\0WEBPVP8 ")
    assert kind(word.getvalue()).endswith("wordprocessingml.document")
    assert "application/octet-stream" == kind(b"PK\x03\x04broken")
    # An archive whose list of contents says that it is enormous is not opened.
    assert "application/octet-stream" == kind(word.getvalue()[:-10] + b"\xff\xff\xff\x7f" + word.getvalue()[-6:])
    assert ["text/plain", "text/plain"] == [kind("甲,乙\n".encode()), kind("甲,乙\n".encode("gb18030"))]
    # Characters that stand across the pieces in which the file is read.
    assert ["text/plain", "text/plain"] == [kind(("a" + "甲" * 100_000).encode(code)) for code in ("utf-8", "gb18030")]
    assert ["application/octet-stream"] * 3 == [kind(b"a\0b"), kind(b"a" * 100_000 + b"\0"), kind(b" " * 100_000 + b"<svg>")]
    assert "application/octet-stream" == kind("甲".encode("gb18030") * 50_000 + b"\xff")
    assert is_accepted("image/png", ["image/*"])
    assert is_accepted("text/plain", ["text/csv"])
    assert not is_accepted("image/svg+xml", ["image/png"])


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\报告.pdf", "报告.pdf"),
        ("a\x00b\r\n.pdf", "ab.pdf"),
        ("evil\u202efdp.exe", "evilfdp.exe"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_are_harmless(name: str, safe: str) -> None:
    """No folder, no control character, no turned direction, not too long."""
    assert safe == safe_name(name)


def test_bytes_that_were_changed_are_not_given(tmp_path: Path) -> None:
    """The hash is looked at again on reading; the same bytes are kept once; what is not kept goes."""
    name = keep(tmp_path, PNG)
    assert name == keep(tmp_path, PNG)
    with Arriving(tmp_path) as arriving:
        arriving.write(b"lost")
    with open_blob(tmp_path, name) as file:
        assert PNG == file.read()
    [place] = [path for path in tmp_path.rglob("*") if path.is_file()]
    place.write_bytes(b"other")
    for wrong in (name, "../secrets"):
        with pytest.raises(ValueError), open_blob(tmp_path, wrong):
            pass
