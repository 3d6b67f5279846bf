"""Reading a text: data as texts, a place for everything, and what the dialect refuses."""

from __future__ import annotations

import re

import pytest

from forms_dsl.positions import spans_within
from forms_dsl.render import render_json, render_terminal
from forms_dsl.render_sarif import render_sarif
from forms_dsl.source import Document, Pointer
from forms_dsl.yaml_source import read_document


def read(text: str, file: str = "a.yaml") -> Document:
    """A document that must be readable without findings."""
    document, findings = read_document(file, text)
    assert () == findings
    assert document is not None
    return document


def findings(text: str, file: str = "a.yaml") -> list[tuple[str, int, int]]:
    """Code, line and column of each finding."""
    return [(d.code, d.span.line, d.span.column) for d in read_document(file, text)[1]]


def test_every_scalar_is_text() -> None:
    """Nothing is guessed: NO, 1.10 and a date stay what was written."""
    text = 'country: NO\nrate: 1.10\nday: 2026-01-31\nflag: true\nempty:\ncode: "0010"\ntime: 12:30\n'
    expected = {
        "country": "NO",
        "rate": "1.10",
        "day": "2026-01-31",
        "flag": "true",
        "empty": "",
        "code": "0010",
        "time": "12:30",
    }

    assert expected == read(text).data


def test_json_gives_the_same_data() -> None:
    """A JSON file holds the same texts as a YAML file."""
    assert read("a: {b: [1.10, true, x], c: 文}\n").data == read('{"a": {"b": [1.10, true, "x"], "c": "文"}}', "a.json").data


def test_places_count_characters() -> None:
    """Lines and columns count from 1 in characters, also behind Chinese and beyond the basic plane."""
    document = read("客户:\n  名称: {zh: 😀客, en: x}\n")

    assert (2, 12) == (document.span(("客户", "名称", "zh")).line, document.span(("客户", "名称", "zh")).column)
    assert (2, 20) == (document.span(("客户", "名称", "en")).line, document.span(("客户", "名称", "en")).column)
    assert (2, 16) == (document.key_span(("客户", "名称", "en")).line, document.key_span(("客户", "名称", "en")).column)


def test_a_block_ends_where_its_last_value_ends() -> None:
    """The place of a block map does not reach into the lines behind it."""
    document = read("a:\n  b: 1\n\n\nc: 2\n")

    assert (2, 7) == (document.span(("a",)).end_line, document.span(("a",)).end_column)


FOLDED = """\
plain: one == two
folded: one
  two

  three
single: 'it''s one
  two'
double: "a \\"b\\" \\u4e2d c"
block: |
    one
      two
short: >-
  one two
  three
list: [x, "one two"]
"""


@pytest.mark.parametrize(
    "pointer", [("plain",), ("folded",), ("single",), ("double",), ("block",), ("short",), ("list", 1)], ids=str
)
def test_offsets_lead_to_the_very_word(pointer: Pointer) -> None:
    """Whatever quotes, escapes and folds stand between, a word of the value is found in the file."""
    document = read(FOLDED)
    value: object = document.data
    for part in pointer:
        value = value[part]  # type: ignore[index]
    assert isinstance(value, str)
    span_of = spans_within(document, pointer, value)
    lines = FOLDED.split("\n")
    for match in re.finditer("[a-z]+", value):
        span = span_of(match.start(), match.end())
        assert match.group() == lines[span.line - 1][span.column - 1 : span.end_column - 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("Y001", 1, 1)]),
        ("# only a comment\n", [("Y001", 1, 1)]),
        ("- a\n", [("Y001", 1, 1)]),
        ("just a text\n", [("Y001", 1, 1)]),
        ("a: {b: {c: d}\ne: f\n", [("Y001", 1, 4)]),
        ("a: [x, y\nb: z\n", [("Y001", 1, 4)]),
        ("a: 'b\ne: f\n", [("Y001", 1, 4)]),
        ('a: "b\nc: "d"\n', [("Y001", 1, 4)]),
        ("a b\ne: f\n", [("Y001", 1, 1)]),
        ("a:\n  b: 1\n   c: 2\n", [("Y001", 3, 5)]),
        ("a: {{x}}\n", [("Y001", 1, 5)]),
        ("a: &x {b: c}\n", [("Y002", 1, 4)]),
        ("a: *x\n", [("Y002", 1, 4)]),
        ("a: !!int 5\n", [("Y002", 1, 4)]),
        ("<<: {a: b}\n", [("Y002", 1, 1)]),
        ("a: 1\n---\nb: 2\n", [("Y002", 2, 1)]),
        ("%YAML 1.1\n---\na: 1\n", [("Y002", 1, 1)]),
        ("a: 1\nA: 2\n", [("Y003", 2, 1)]),
        ("é: 1\ne\u0301: 2\n", [("Y003", 2, 1)]),
        ("a:\n\tb: 1\n", [("Y004", 2, 1)]),
        ("\ufeffa: 1\n", [("Y004", 1, 1)]),
        ("a: x\x00y\n", [("Y004", 1, 5)]),
        ("a: x\ry: 1\n", [("Y004", 1, 5)]),
        ("a\u2028b: 1\n", [("Y004", 1, 2)]),
        ("a: \udcff\n", [("Y004", 1, 4)]),
        ("a: 0010\n", [("Y006", 1, 4)]),
        ("1: a\n", [("Y007", 1, 1)]),
        ("on: a\n", [("Y007", 1, 1)]),
        ("null: a\n", [("Y007", 1, 1)]),
        ("a: {b: round(x, 2), c: d}\n", [("Y012", 1, 8)]),
        ("a: [x, round(y, 2)]\n", [("Y012", 1, 8)]),
        ("a: " + "[" * 40 + "]" * 40, [("S007", 1, 35)]),
        ("a: " + "x" * 70_000, [("S007", 1, 4)]),
    ],
)
def test_what_the_dialect_refuses(text: str, expected: list[tuple[str, int, int]]) -> None:
    """Each thing that other tools read differently, or that hides something, is refused at its place."""
    assert expected == findings(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1,\n "a": 2}', [("Y003", 2, 2)]),
        ('{"a": 1\n "b": 2}', [("Y001", 1, 7)]),
        ('{"a": 01}', [("Y001", 1, 7)]),
        ('{"a": tru}', [("Y001", 1, 7)]),
        ('{"a": "x', [("Y001", 1, 7)]),
        ('["a"]', [("Y001", 1, 1)]),
        ('{"a": ' + "[" * 100_000, [("S007", 1, 38)]),
        ('{"a": "\\ud800"}', [("Y001", 1, 7)]),
        ('{"a": "x\\u0000"}', [("Y004", 1, 7)]),
    ],
)
def test_what_json_refuses(text: str, expected: list[tuple[str, int, int]]) -> None:
    """JSON is read strictly, with the same codes."""
    assert expected == findings(text, "a.json")


def test_no_depth_brings_the_parser_down() -> None:
    """Thousands of brackets are refused as too deep, at once."""
    assert [("S007", 1)] == [found[:2] for found in findings("a: " + "[" * 5000)]


def test_a_large_file_is_refused_unread() -> None:
    """A file above 1 MiB is not parsed at all."""
    assert [("S007", 1, 1)] == findings("a: b\n" * 300_000)


def test_reading_goes_on_behind_a_mistake() -> None:
    """Two broken places in one file are both told, and the keys between them are read."""
    document, found = read_document("a.yaml", "a: {x: 1\nb: 2\nc: @y\nd: 4\n")

    assert [("Y001", 1), ("Y001", 3)] == [(d.code, d.span.line) for d in found]
    assert document is not None
    assert {"b": "2", "d": "4"} == document.data
    assert {(), ("a",), ("c",)} <= document.damaged


@pytest.mark.parametrize(("file", "text"), [("a.yaml", "a: 1\na: 2\n"), ("a.json", '{"a": 1,\n "a": 2}')])
def test_the_first_place_of_a_key_is_told_in_the_readers_language(file: str, text: str) -> None:
    """No reader gets words of both languages, at the terminal, as JSON or as SARIF."""
    _, found = read_document(file, text)
    for locale, words, other in (("en", "first here", "首次"), ("zh", "首次出现于", "first")):
        for said in (
            render_terminal(found, {}, locale=locale),
            str(render_json(found, locale=locale)),
            str(render_sarif(found, locale=locale)["runs"][0]["results"]),  # type: ignore[index]
        ):
            assert words in said and other not in said.replace("首次出现在", "").replace("(first on", "")
    assert "键“a”重复" in found[0].message_in("zh")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_utf16_is_one_finding(encoding: str) -> None:
    """Not one for each line; the hint says how to save it."""
    text = "entity: customer\nlabel: {zh: 客户}\n".encode(encoding).decode("utf-8", "surrogateescape")
    _, (found,) = read_document("a.yaml", text)
    assert ("Y004", 1, True, True) == (found.code, found.span.line, "UTF-16" in found.message, "UTF-8" in (found.hint or ""))


def test_a_byte_order_mark_is_told_with_a_way_out() -> None:
    """Editors write it unasked; the reader learns which encoding to choose."""
    _, (found,) = read_document("a.yaml", "\ufeffa: 1\n")
    assert "without BOM" in (found.hint or "") and "不带 BOM" in (found.hint_zh or "")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: 1\nlabel：客户\nb: 2\n", "U+FF1A"),
        ("a:\n  b: 1\n\u00a0 c: 2\n", "U+00A0"),
        ("a:\n  b: 1\n\u3000c 2\nd: 1\n", "U+3000"),
        ("a: 1\n\u200bb c\nd: 1\n", "U+200B"),
    ],
)
def test_a_character_that_looks_like_another_is_named(text: str, hint: str) -> None:
    """Full-width colons, wrong spaces and what has no width come from Chinese input methods and copied pages."""
    _, found = read_document("a.yaml", text)
    assert any(hint in (each.hint or "") and hint in (each.hint_zh or "") for each in found), found
