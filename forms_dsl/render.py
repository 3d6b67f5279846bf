"""Findings for a reader at a terminal and for a program."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from forms_dsl.diagnostics import Diagnostic, Severity, in_locale
from forms_dsl.source import Span, pointer_text

_COLOURS: Mapping[Severity, str] = {"error": "31", "warning": "33", "hint": "36"}
_WORDS: Mapping[str, Mapping[Severity, str]] = {
    "en": {"error": "error", "warning": "warning", "hint": "hint"},
    "zh": {"error": "错误", "warning": "警告", "hint": "提示"},
}
_HINT = {"en": "Hint: ", "zh": "建议："}
_LINE_WIDTH = 160


def render_terminal(
    diagnostics: Iterable[Diagnostic], texts: Mapping[str, str], *, locale: str = "en", colour: bool = False, prefix: str = ""
) -> str:
    """Each finding as `file:line:column`, code and sentence, with the line of the source and a mark under the place."""
    lines = {file: text.split("\n") for file, text in texts.items()}
    blocks = ("\n".join(_block(d, lines.get(d.span.file, []), locale, colour, prefix)) for d in diagnostics)
    return "\n".join(f"{block}\n" for block in blocks)


def render_json(diagnostics: Iterable[Diagnostic], *, locale: str = "en") -> list[dict[str, object]]:
    """Each finding as an object for programs."""
    return [
        {
            "file": d.span.file,
            "line": d.span.line,
            "column": d.span.column,
            "end_line": d.span.end_line,
            "end_column": d.span.end_column,
            "code": d.code,
            "refusal": d.refusal,
            "severity": d.severity,
            "message": d.message_in(locale),
            "hint": d.hint_in(locale),
            "pointer": pointer_text(d.pointer),
            "related": [
                {"message": in_locale(said, locale), "file": at.file, "line": at.line, "column": at.column}
                for said, at in d.related
            ],
        }
        for d in diagnostics
    ]


def _block(found: Diagnostic, lines: list[str], locale: str, colour: bool, prefix: str) -> Iterator[str]:
    def paint(text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if colour else text

    span = found.span
    severity = _WORDS.get(locale, _WORDS["en"])[found.severity]
    where = f"{prefix}{span.file}:{span.line}:{span.column}"
    yield f"{paint(where, '1')}: {paint(f'{found.code} {severity}', _COLOURS[found.severity])}: {found.message_in(locale)}"
    if span.line <= len(lines) and lines[span.line - 1].strip():
        line, marks = _marked(lines[span.line - 1].rstrip("\r"), span)
        number = f"{span.line:>5} | "
        yield f"{number}{line}"
        yield " " * (len(number) - 2) + "| " + paint(marks, _COLOURS[found.severity])
    for said, at in found.related:
        yield f"      {in_locale(said, locale)}: {prefix}{at.file}:{at.line}:{at.column}"
    hint = found.hint_in(locale)
    if hint:
        yield f"      {_HINT.get(locale, _HINT['en'])}{hint}"


def _marked(line: str, span: Span) -> tuple[str, str]:
    """The line and the marks under its place; a long line is cut around the place, control characters are shown as spaces."""
    start = min(span.column - 1, len(line))
    end = min(span.end_column - 1, len(line)) if span.end_line == span.line else len(line)
    cut = max(0, start - _LINE_WIDTH // 2) if len(line) > _LINE_WIDTH else 0
    # Cut first: a file may be one line of megabytes, with a finding at each of its parts.
    shown = "".join(character if character.isprintable() else " " for character in line[cut : cut + _LINE_WIDTH])
    start, end = start - cut, min(end - cut, len(shown))
    marks = " " * _width(shown[:start]) + "^" * max(1, _width(shown[start:end]))
    return shown, marks


def _width(text: str) -> int:
    """How many columns a terminal needs: Chinese characters take two."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
