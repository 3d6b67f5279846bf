"""Where in a source something stands, and what an importer found there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from forms_dsl.diagnostics import Code, Diagnostic, Sentence, Severity
from forms_dsl.source import Document, Pointer, Span

#: On a terminal more findings of one code are counted, not listed.
LISTED_PER_CODE = 60


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a source: the file (of a workbook with sheet and cell), line and column, and the pointer for programs."""

    span: Span
    pointer: Pointer = ()


def start_of(file: str) -> Position:
    """The place for what concerns a whole source."""
    return Position(Span(file, 1, 1, 1, 1))


def at_pointer(document: Document, pointer: Pointer) -> Position:
    """The place of a value in a JSON or YAML source."""
    return Position(document.key_span(pointer) if pointer else Span(document.file, 1, 1, 1, 1), pointer)


class ImportRefused(Exception):
    """The source is not read further; holds the finding that says why."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(slots=True)
class Report:
    """The findings of one import, in the order in which they were made."""

    findings: list[Diagnostic] = field(default_factory=list)

    def add(self, code: Code, position: Position, message: Sentence, hint: Sentence | None = None) -> None:
        """One finding at a place of the source."""
        self.findings.append(code.at(position.span, message, pointer=position.pointer, hint=hint))

    def listed(self) -> tuple[Diagnostic, ...]:
        """All findings, errors first."""
        return _sorted(self.findings)


def shortened(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings for a person to read through: many of one code end with their number."""
    seen: dict[str, list[Diagnostic]] = {}
    for finding in findings:
        seen.setdefault(finding.code, []).append(finding)
    return _sorted(one for group in seen.values() for one in _shortened(group))


def refused(code: Code, position: Position, message: Sentence, hint: Sentence | None = None) -> ImportRefused:
    """The failure that ends an import with one finding."""
    return ImportRefused(code.at(position.span, message, pointer=position.pointer, hint=hint))


def joined(words: Iterable[str], most: int = 6) -> str:
    """Some words for a sentence, the rest as dots."""
    all_words = list(words)
    return ", ".join(all_words[:most]) + (" …" if len(all_words) > most else "")


def _shortened(group: list[Diagnostic]) -> list[Diagnostic]:
    if len(group) <= LISTED_PER_CODE:
        return group
    rest = len(group) - LISTED_PER_CODE
    first = group[0]
    more = Diagnostic(
        first.code,
        first.severity,
        f"… and {rest:,} more findings of this code; --json lists them all.",
        Span(first.span.file.partition("#")[0], 1, 1, 1, 1),
        message_zh=f"……另有 {rest:,} 条同类提示，--json 可全部列出。",
    )
    return [*group[:LISTED_PER_CODE], more]


def _sorted(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    ranks: dict[Severity, int] = {"error": 0, "warning": 1, "hint": 2}
    return tuple(sorted(findings, key=lambda one: (ranks[one.severity], _order(one))))


def _order(finding: Diagnostic) -> tuple[str, int, int]:
    return (finding.span.file.partition("#")[0], finding.span.line, finding.span.column)
