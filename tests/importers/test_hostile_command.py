"""`qiqiao import-definition` with hostile sources: in time, with a finding, exit code 1, and nothing in the folder."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.cli import main
from tests.importers.sources import imported
from tests.importers.test_hostile import with_part
from tests.yardstick import in_time


def parts_of_parts(depth: int, wide: int) -> bytes:
    """A schema whose parts are merged of parts, `wide` to the power of `depth` in all."""
    made: dict[str, object] = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * wide} for n in range(depth)}
    made[f"d{depth}"] = {"type": "object", "properties": {"a": {"type": "string"}}}
    return json.dumps({"title": "x", "type": "object", "$defs": made, "properties": {"a": {"$ref": "#/$defs/d0"}}}).encode()


def conditions(count: int) -> bytes:
    """A schema with so many conditions that they are more than one note holds."""
    parts = [{"if": {"properties": {"a": {"const": str(n)}}}, "then": {"required": ["a"]}} for n in range(count)]
    return json.dumps({"title": "x", "type": "object", "properties": {"a": {"type": "string"}}, "allOf": parts}).encode()


def doctype(**more: object) -> bytes:
    """A DocType of one field, or with other keys."""
    return json.dumps({"doctype": "DocType", "name": "T", "fields": [{"fieldname": "a", "fieldtype": "Data"}], **more}).encode()


REFUSED: dict[str, tuple[str, str, Callable[[], bytes], str]] = {
    "parts of parts": ("jsonschema", "a.json", lambda: parts_of_parts(6, 20), "I002"),
    "more than a note holds": ("jsonschema", "a.json", lambda: conditions(4_000), "I002"),
    "deep schema": ("jsonschema", "a.json", lambda: b'{"properties":{"a":' * 100_000 + b"1" + b"}}" * 100_000, "I002"),
    "a schema of itself": ("jsonschema", "a.json", lambda: b'{"$ref": "#"}', "I005"),
    "a DocType of many fields": ("frappe", "a.json", lambda: doctype(fields=[{"fieldname": f"f{n}", "fieldtype": "Data"} for n in range(9_000)]), "I002"),
    "values without end": ("frappe", "a.json", lambda: doctype(fields=[{"fieldname": f"f{n}", "fieldtype": "Select", "options": "\n".join(f"o{m}" for m in range(9_000))} for n in range(60)]), "I002"),
    "deep form": ("form-js", "a.json", lambda: b'{"components":[' * 10_000 + b"]}" * 10_000, "I002"),
    "constants": ("form-js", "a.json", lambda: b'{"components":[{"type":"number","key":"a","validate":{"min":NaN}}]}', "I001"),
    "halves of characters": ("form-js", "a.json", lambda: b'{"components":[{"type":"textfield","key":"a","label":"\\ud800"}]}', "I001"),
    "one line": ("excel", "a.csv", lambda: b"x" * 50_000_000, "I001"),
    "short lines": ("excel", "a.csv", lambda: b"\n" * 50_000_000, "I005"),
    "columns": ("excel", "a.csv", lambda: b",".join(b"c%d" % n for n in range(100_000)), "I001"),
    "a cell at the far end": ("excel", "a.xlsx", lambda: with_part("xl/worksheets/sheet1.xml", '<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'), "I005"),
    "entities in UTF-16": ("xlsform", "a.xlsx", lambda: with_part("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>'.encode("utf-16")), "I003"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_the_command_refuses_and_writes_nothing(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kind, file, make, code = REFUSED[name]
    (tmp_path / file).write_bytes(make())
    start = time.process_time()
    answer = main(["import-definition", kind, str(tmp_path / file), "--into", str(tmp_path / "app")])
    taken = time.process_time() - start

    assert 1 == answer
    assert f": {code} error: " in capsys.readouterr().out
    assert not (tmp_path / "app").exists()
    assert in_time(taken, 2), taken


DIGITS = "9" * 6_000


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("jsonschema", {"title": "x", "type": "object", "properties": {"a": {"$ref": "#/x/²"}, "b": {"$ref": f"#/x/{DIGITS}"}}, "x": [1]}),
        ("frappe", {"doctype": "DocType", "name": "T", "fields": [{"fieldname": "a", "fieldtype": "Int", "default": DIGITS}]}),
        ("form-js", {"components": [{"type": "number", "key": "a", "defaultValue": DIGITS, "validate": {"min": DIGITS}}]}),
    ],
)  # fmt: skip
def test_numbers_that_no_field_holds_become_notes(kind: str, source: dict[str, object]) -> None:
    result = imported(kind, "a.json", source)

    assert result.findings
    assert all(DIGITS not in line for text in result.files.values() for line in text.splitlines() if not line.startswith("note"))


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("frappe", {"doctype": "DocType", "name": "T", "fields": [{"fieldname": f"f{n}", "fieldtype": "HTML", "options": "<" * 60_000} for n in range(60)]}),
        ("form-js", {"components": [{"type": "text", "text": "<!--" * 10_000 + "<a" * 10_000 + "&" * 3_000} for _ in range(60)]}),
        ("form-js", {"components": [{"type": "textfield", "key": f"k{n}", "conditional": {"hide": "=" + "(" * 20_000}} for n in range(90)]}),
    ],
    ids=["brackets", "comments and tags", "conditions"],
)  # fmt: skip
def test_many_findings_on_one_line_of_megabytes_are_shown_in_time(
    kind: str, source: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.json").write_text(json.dumps(source))
    start = time.process_time()
    main(["import-definition", kind, str(tmp_path / "a.json"), "--into", str(tmp_path / "app")])

    assert in_time(time.process_time() - start, 2)
    assert capsys.readouterr().out


def test_formats_that_open_brackets_without_end_are_read_in_time() -> None:
    formats = "".join(f'<numFmt numFmtId="{n + 200}" formatCode="{"[" * 200}{n}"/>' for n in range(60_000))
    used = "".join(f'<xf numFmtId="{n + 200}"/>' for n in range(60_000))
    body = f"<styleSheet><numFmts>{formats}</numFmts><cellXfs>{used}</cellXfs></styleSheet>"
    data = with_part("xl/styles.xml", body)
    start = time.process_time()
    result = imported("excel", "a.xlsx", data)

    assert result.files
    assert in_time(time.process_time() - start, 2)
