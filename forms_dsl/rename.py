"""Renames a field and everything that refers to it; its `id` keeps the data.

The loader checks every reference with its place, so it is what finds them: the field is renamed first, then each finding that this
causes is a reference to be rewritten, until none is left. What cannot be rewritten so leaves all texts as they were.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from forms_dsl.codes import UNKNOWN_REFERENCE
from forms_dsl.diagnostics import Diagnostic
from forms_dsl.edit.commit import Refused, edit
from forms_dsl.edit.lines import Edit, apply_edits
from forms_dsl.edit.operations import InsertKey, Operation, RemoveKey, RenameKey
from forms_dsl.edit.tree import UnreadableText, data_of, node_at, parse_tree
from forms_dsl.source import BASE_FOLDER, Pointer, Span
from forms_dsl.yaml_source import read_document

_ROUNDS = 60


class NotRenamed(Exception):
    """The thing cannot be renamed; `findings` are what would be wrong afterwards, if the loader says so."""

    def __init__(self, reason: str, findings: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Renamed:
    """The texts afterwards, and where references were rewritten (places in the texts before)."""

    files: Mapping[str, str]
    references: tuple[Span, ...]


Check = Callable[[Mapping[str, str]], Iterable[Diagnostic]]


def rename_field(files: Mapping[str, str], thing: str, name: str, check: Check) -> Renamed:
    """Rename `entity.field` or `entity.rows.field`; `check` gives all findings of texts. Raises NotRenamed."""
    entity, *rest = thing.split(".")
    path = next((path for path in (f"entities/{entity}.yaml",) if path in files), None)
    pointer: Pointer = ("fields", *rest) if len(rest) == 1 else ("rows", rest[0], "fields", *rest[1:]) if len(rest) == 2 else ()
    if path is None or not pointer:
        raise NotRenamed(f"There is no file entities/{entity}.yaml, or {thing} is no field.")
    old = str(pointer[-1])
    before = _counted(check(files))
    made = {**files, path: _with_name(files[path], pointer, name)}
    references: list[Span] = []
    for _ in range(_ROUNDS):
        new = _beyond(check(made), before)
        edits = _rewrites(made, new, old, name)
        if not edits:
            break
        references += [span for each in edits.values() for span in each]
        made = {file: _rewritten(text, edits.get(file, {}), file) for file, text in made.items()}
    left = tuple(finding for finding in _beyond(check(made), before) if finding.severity == "error")
    if left:
        raise NotRenamed(f"{thing} cannot be renamed to {name}: something would be wrong afterwards.", left)
    return Renamed(made, tuple(sorted(references, key=lambda span: (span.file, span.line, span.column))))


def _with_name(text: str, pointer: Pointer, name: str) -> str:
    """The entity's text with the field under its new name, and the old one as its id (none when that is its name again)."""
    try:
        data = data_of(parse_tree(text))
        field = data_of(found) if (found := node_at(parse_tree(text), pointer)) is not None else None
    except UnreadableText as failure:
        raise NotRenamed(f"The text cannot be read: {failure}") from None
    if not isinstance(field, dict) or not isinstance(data, dict):
        raise NotRenamed(f"There is no field {pointer[-1]}.")
    here = (*pointer[:-1], name)
    operations: list[Operation] = [RenameKey(pointer, name)]
    if field.get("id") == name:
        operations.append(RemoveKey((*here, "id")))
    elif "id" not in field:
        operations.append(InsertKey(here, "id", str(pointer[-1]), 0))
    made = edit(text, operations)
    if isinstance(made, Refused):
        raise NotRenamed(f"There is already something called {name}, or the text does not allow to rename {pointer[-1]}.")
    return made


def _counted(findings: Iterable[Diagnostic]) -> Counter[tuple[str, str, str]]:
    return Counter(_key(finding) for finding in findings)


def _key(finding: Diagnostic) -> tuple[str, str, str]:
    return finding.code, finding.span.file, finding.message


def _beyond(findings: Iterable[Diagnostic], before: Counter[tuple[str, str, str]]) -> list[Diagnostic]:
    """The findings that were not there before."""
    left = Counter(before)
    new = []
    for finding in findings:
        if left[_key(finding)] > 0:
            left[_key(finding)] -= 1
        else:
            new.append(finding)
    return new


#: Place of a reference in a text → what is put there.
_Places = dict[Span, Edit]


def _rewrites(files: Mapping[str, str], findings: list[Diagnostic], old: str, name: str) -> dict[str, _Places]:
    """The places of the findings that stand at exactly one mention of the old name."""
    word = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(old)}(?![A-Za-z0-9_])")
    edits: dict[str, _Places] = {}
    for finding in findings:
        span = finding.span
        if span.file not in files or span.file.startswith(BASE_FOLDER):
            continue
        if finding.code == UNKNOWN_REFERENCE.id and finding.pointer and finding.pointer[-1] == old:
            # The key is the reference, wherever the finding points.
            document, _ = read_document(span.file, files[span.file])
            span = document.key_spans.get(finding.pointer, span) if document is not None else span
        start, end = _offsets(files[span.file], span)
        found = list(word.finditer(files[span.file], start, end))
        if len(found) == 1:
            at = found[0]
            edits.setdefault(span.file, {})[span] = (at.start(), at.end(), name)
    return edits


def _rewritten(text: str, places: _Places, file: str) -> str:
    """The text with the references rewritten; it must read as it did but for them."""
    if not places:
        return text
    made = apply_edits(text, set(places.values()))
    document, findings = read_document(file, made)
    if document is None or findings:
        raise NotRenamed(f"{file} would not be readable afterwards.", tuple(findings))
    return made


def _offsets(text: str, span: Span) -> tuple[int, int]:
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    return starts[span.line - 1] + span.column - 1, starts[min(span.end_line, len(lines)) - 1] + span.end_column - 1
