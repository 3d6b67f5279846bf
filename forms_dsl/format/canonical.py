"""The canonical form of one file: what is not its writer's choice is always the same, and no data and no comment is lost."""

from __future__ import annotations

from dataclasses import dataclass

from forms_dsl.codes import CUT_BY_COMMA, KEY_TYPE, LEADING_ZERO
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.edit.comments import comment_texts
from forms_dsl.edit.tree import UnreadableText, data_of, parse_tree
from forms_dsl.format.codes import NOT_CANONICAL
from forms_dsl.format.cuts import mend_cuts
from forms_dsl.format.entries import entries_of
from forms_dsl.format.layout import Source, lines_of
from forms_dsl.format.order import order_entries, put_first
from forms_dsl.kinds import kind_of
from forms_dsl.source import Span
from forms_dsl.yaml_source import read_document

#: What formatting itself mends.
_MENDED = frozenset({CUT_BY_COMMA.id, KEY_TYPE.id, LEADING_ZERO.id})


class FormatMistake(AssertionError):
    """The canonical text would not mean the same: a mistake of ours, nothing may be written."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """The canonical text, or None with the findings that stand in the way."""

    text: str | None
    findings: tuple[Diagnostic, ...] = ()


def format_text(path: str, text: str, *, by_hand: bool = True) -> Formatted:
    """The canonical form of the file at `path` within its app; a file that is not YAML stays as it is.

    What a person chose is kept (`by_hand`); of a text made from data, layout and order follow from the data alone.
    """
    if not path.endswith(".yaml"):
        return Formatted(text)
    text = text.replace("\r\n", "\n")
    _, findings = read_document(path, text)
    kept = tuple(finding for finding in findings if finding.code not in _MENDED)
    if kept:
        return Formatted(None, kept)
    try:
        mended = mend_cuts(text)
        root = parse_tree(mended)
    except UnreadableText as failure:
        message = Sentence(f"The text cannot be formatted: {failure}", f"无法格式化该文本：{failure}")
        return Formatted(None, (NOT_CANONICAL.at(Span(path, 1, 1, 1, 1), message),))
    top = entries_of(mended, root)
    kind = kind_of(path)
    (put_first if by_hand else order_entries)(top, kind[0].shape if kind else None)
    made = "\n".join(lines_of(Source(mended, by_hand), top)) + "\n"
    after = parse_tree(made)
    if data_of(after) != data_of(root) or comment_texts(made, after) != comment_texts(mended, root):
        raise FormatMistake(path)
    return Formatted(made)


def canonical_finding(path: str, text: str, canonical: str) -> Diagnostic | None:
    """The finding about a text that is not in canonical form, at the first line that differs."""
    if text == canonical:
        return None
    before, after = text.split("\n"), canonical.split("\n")
    line = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
    wanted = after[line] if line < len(after) else ""
    width = len(before[line]) if line < len(before) else 0
    message = Sentence("The text is not in canonical form.", "文本不是规范格式。")
    hint = Sentence(f"Run qiqiao fmt; this line becomes: {wanted}", f"请运行 qiqiao fmt；此行将变为：{wanted}")
    return NOT_CANONICAL.at(Span(path, line + 1, 1, line + 1, width + 1), message, hint=hint)
