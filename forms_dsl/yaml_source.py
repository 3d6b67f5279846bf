"""Reads one file: text to a Document with a place for every key and value, and all findings about the text.

After a syntax error reading goes on at the next key of the first column, so that one mistake hides no other.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from forms_dsl.characters import encoding_finding, find_characters, size_finding, without_refused
from forms_dsl.codes import SYNTAX
from forms_dsl.diagnostics import FINDING_LIMIT, Diagnostic, Sentence
from forms_dsl.json_source import read_json
from forms_dsl.source import Document, Span
from forms_dsl.yaml_events import Composition
from forms_dsl.yaml_syntax import syntax_finding

_TOP_KEY = re.compile(r"[^\s#\-\]},]")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_TAB_INDENT = re.compile(r"[ \t]*\t[ \t]*\S")


def read_document(file: str, text: str) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    """The document that stands in `text`, as far as it can be read, and everything wrong with the text."""
    too_large = size_finding(file, text)
    if too_large:
        return None, (too_large,)
    wrong_encoding = encoding_finding(file, text)
    if wrong_encoding:
        return None, (wrong_encoding,)
    is_json = file.endswith(".json")
    findings = list(find_characters(file, text, tabs=not is_json))
    if _LONE_RETURN.search(text):
        return None, tuple(findings)  # what a line is would be a guess
    clean = without_refused(text.removeprefix("\ufeff"))
    if is_json:
        document, more = read_json(file, clean)
    else:
        document, more = _read_yaml(file, clean)
    findings.extend(more)
    return document, tuple(findings)


def _read_yaml(file: str, text: str) -> tuple[Document | None, list[Diagnostic]]:
    lines = text.split("\n")
    composition = Composition(file)
    # A tab in the indentation leaves open what the line belongs to: nothing more is read up to the next top key.
    tabs = [number for number, line in enumerate(lines) if "\t" in line and _TAB_INDENT.match(line)]
    start = 0
    while start < len(lines):
        if len(composition.findings) >= FINDING_LIMIT:  # nobody is told more at once
            composition.damaged.add(())
            break
        following = bisect_left(tabs, start)
        stop = tabs[following] if following < len(tabs) else len(lines)
        segment = "\n".join(lines[start:stop]) + "\n"
        error = composition.segment(segment.replace("\t", " "), start)
        if error is not None:
            finding = syntax_finding(file, error, lines[start:stop], start, composition.swallowed_line(error))
            composition.findings.append(finding)
            start = _next_top_key(lines, max(finding.span.line, start + 1))
        elif stop < len(lines):
            composition.cut_off()
            start = _next_top_key(lines, stop + 1)
        else:
            break
    if composition.root is None:
        if not composition.findings and not tabs:
            composition.findings.append(SYNTAX.at(Span(file, 1, 1, 1, 1), Sentence("The file is empty.", "文件为空。")))
        return None, composition.findings
    if composition.findings or tabs:
        composition.forget_lost()
    document = Document(file, text, composition.root, composition.spans, composition.key_spans, frozenset(composition.damaged))
    return document, composition.findings


def _next_top_key(lines: list[str], start: int) -> int:
    """The first line from `start` (from 0) on that begins a key in the first column."""
    return next((n for n in range(start, len(lines)) if _TOP_KEY.match(lines[n])), len(lines))
