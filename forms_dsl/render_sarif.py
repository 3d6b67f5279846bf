"""Findings as SARIF 2.1.0 (OASIS), which code hosts and editors show beside the lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from forms_dsl.diagnostics import CODES, Diagnostic, Severity, in_locale
from forms_dsl.source import Span, pointer_text

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "hint": "note"}


def render_sarif(diagnostics: Iterable[Diagnostic], *, locale: str = "en", prefix: str = "") -> dict[str, object]:
    """One run with all findings and the rules that they are of; `prefix` leads from the reader to the files."""
    found = list(diagnostics)
    rules = sorted({one.code for one in found})
    driver = {
        "name": "qiqiao check",
        "rules": [{"id": code, **_meaning(code)} for code in rules],
    }
    results = [_result(one, rules.index(one.code), locale, prefix) for one in found]
    # Columns count characters, not the 16-bit units that SARIF would assume.
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _meaning(code: str) -> dict[str, object]:
    declared = CODES.codes.get(code)
    return {"shortDescription": {"text": declared.meaning}} if declared else {}


def _result(found: Diagnostic, rule: int, locale: str, prefix: str) -> dict[str, object]:
    hint = found.hint_in(locale)
    text = f"{found.message_in(locale)}\n{hint}" if hint else found.message_in(locale)
    result: dict[str, object] = {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": _LEVELS[found.severity],
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": _place(found.span, prefix),
                "logicalLocations": [{"fullyQualifiedName": pointer_text(found.pointer), "kind": "member"}],
            }
        ],
    }
    if found.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": in_locale(said, locale)}, "physicalLocation": _place(span, prefix)}
            for number, (said, span) in enumerate(found.related)
        ]
    return result


def _place(span: Span, prefix: str) -> dict[str, object]:
    """Lines and columns count from 1; the end column is exclusive here as there."""
    region = {"startLine": span.line, "startColumn": span.column, "endLine": span.end_line, "endColumn": span.end_column}
    return {"artifactLocation": {"uri": quote(f"{prefix}{span.file}")}, "region": region}
