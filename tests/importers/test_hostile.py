"""Hostile sources are refused with a finding, quickly and in little memory."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.importers.sources import imported, workbook
from tests.yardstick import in_time

ROOT = Path(__file__).resolve().parents[2]


def zipped(**parts: bytes | str) -> bytes:
    """An archive with these parts, `__` for a slash."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name.replace("__", "/"), body)
    return data.getvalue()


def with_part(name: str, body: bytes | str) -> bytes:
    """A workbook one part of which is another."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook({"a": [["x", "y"], [1, 2]]}))) as good,
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for entry in good.namelist():
            if entry != name:
                bad.writestr(entry, good.read(entry))
        bad.writestr(name, body)
    return data.getvalue()


ENTITIES = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>'
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><sst/>'
ROWS = '<c r="A1"><v>1</v></c>' * 50

SOURCES: dict[str, tuple[str, str, Callable[[], bytes], str]] = {
    "bomb": ("excel", "a.xlsx", lambda: with_part("xl/sharedStrings.xml", b"<sst>" + b" " * 150_000_000 + b"</sst>"), "I002"),
    "bomb in a sheet": ("excel", "a.xlsx", lambda: with_part("xl/worksheets/sheet1.xml", b"<worksheet>" + b"<row/>" * 20_000_000), "I002"),
    "entities": ("excel", "a.xlsx", lambda: with_part("xl/sharedStrings.xml", ENTITIES), "I003"),
    "external entity": ("xlsform", "a.xlsx", lambda: with_part("xl/workbook.xml", EXTERNAL), "I003"),
    "path outward": ("excel", "a.xlsx", lambda: with_part("../../etc/x.xml", "x"), "I003"),
    "windows path": ("excel", "a.xlsx", lambda: with_part("a\\..\\..\\w", "x"), "I003"),
    "many parts": ("excel", "a.xlsx", lambda: zipped(**{f"p{n}": "x" for n in range(3_000)}), "I002"),
    "no workbook": ("excel", "a.xlsx", lambda: zipped(hello="x"), "I001"),
    "damaged": ("excel", "a.xlsx", lambda: workbook({"a": [["x"]]})[:900], "I001"),
    "encrypted": ("excel", "a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000, "I003"),
    "deep xml": ("excel", "a.xlsx", lambda: with_part("xl/worksheets/sheet1.xml", "<a>" * 50_000), "I002"),
    "many columns": ("excel", "a.csv", lambda: b"a," * 60_000 + b"\n" + b"1," * 60_000, "I002"),
    "no text": ("excel", "a.csv", lambda: b"a,b\n\x00\x01,2\n", "I001"),
    "an endless value": ("excel", "a.csv", lambda: b'a,b\n"' + b"x" * 3_000_000, "I001"),
    "no encoding": ("excel", "a.csv", lambda: b"a,b\n\xff\xff\xff,1\n", "I004"),
    "nothing": ("excel", "a.csv", lambda: b"", "I005"),
    "deep json": ("jsonschema", "a.json", lambda: b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "I002"),
    "deep lists": ("form-js", "a.json", lambda: b'{"a":' + b"[" * 100_000, "I002"),
    "many values": ("openapi", "a.json", lambda: b'{"openapi":"3","a":[' + b"1," * 400_000 + b"1]}", "I002"),
    "large json": ("frappe", "a.json", lambda: b'{"a":"' + b"x" * 10_000_000 + b'"}', "I002"),
    "aliases": ("openapi", "a.yaml", lambda: b"openapi: 3\na: &a [x,x]\nb: [*a,*a]\n", "I001"),
    "no json": ("frappe", "a.json", lambda: b"{]", "I001"),
    "long fields": ("form-js", "a.json", lambda: json.dumps({"components": [{"type": "textfield", "key": f"k{n}"} for n in range(2_000)]}).encode(), "I208"),
}  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_hostile_sources_are_refused(name: str) -> None:
    kind, file, make, code = SOURCES[name]
    data = make()
    start = time.process_time()
    result = imported(kind, file, data)
    taken = time.process_time() - start
    assert code in {finding.code for finding in result.findings}
    assert all(finding.message_zh for finding in result.findings)
    assert in_time(taken, 2), taken
    if code != "I208":
        assert result.files == {}


_MEMORY = """
import resource, sys
from forms_dsl.importers.kinds import Options, import_source
data = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
import_source(sys.argv[1], [(sys.argv[2], data)], Options("demo"))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("name", ["bomb", "bomb in a sheet", "many values", "a workbook of 100,000 rows", "choices"])
def test_they_need_little_memory(name: str) -> None:
    if name == "a workbook of 100,000 rows":
        body = "<worksheet><sheetData>" + "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 100_001))
        kind, file, data = "excel", "a.xlsx", with_part("xl/worksheets/sheet1.xml", body + "</sheetData></worksheet>")
    elif name == "choices":
        kind, file, data = "excel", "a.csv", b"a,b\n" + b"".join(b"%d,%d\n" % (n, n % 7) for n in range(400_000))
    else:
        kind, file, make, _ = SOURCES[name]
        data = make()
    made = subprocess.run([sys.executable, "-c", _MEMORY, kind, file], input=data, capture_output=True, check=True, cwd=ROOT)
    assert int(made.stdout) < 200_000  # kilobytes


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "{{7*7}}",
        "=1+1",
        "'; --",
        "\x1b[31m",
        "\u202eabc",
        "a" * 500,
        "'\"",
        "..",
        "../../x",
        "：",
        "%s",
    ],
)
def test_hostile_headers_and_names_stay_texts(text: str) -> None:
    from tests.importers.sources import assert_clean

    rows = f'"{text.replace(chr(34), chr(34) * 2)}",b\n1,2\n3,4\n'
    assert_clean(imported("excel", "x.csv", rows.encode()))
    doctype = {
        "doctype": "DocType",
        "name": text,
        "fields": [{"fieldname": text, "fieldtype": "Data", "label": text, "default": text, "options": text}],
    }
    result = imported("frappe", "x.json", doctype)
    assert_clean(result)
    assert all(part.isascii() and ".." not in part and "\\" not in part for path in result.files for part in path.split("/"))
