"""Three texts to one: what theirs changed since the base is spliced onto ours; what both changed is a conflict."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from forms_dsl.edit.tree import UnreadableText, data_of, parse_tree
from forms_dsl.json_source import read_json
from forms_dsl.merge.changes import Conflict, compare, path_text
from forms_dsl.merge.comments import carry_comments
from forms_dsl.merge.json_texts import json_data, json_text, merge_json
from forms_dsl.merge.renames import with_one_name
from forms_dsl.merge.taking import taken
from forms_dsl.source import Document, Pointer, Span
from forms_dsl.yaml_source import read_document

#: Texts with more lines or characters are not compared: no file of a definition is larger than a mebibyte.
_LINES, _CHARACTERS = 30_000, 1_048_576
#: Texts that cannot be read are compared line by line, up to so many.
_LINES_COMPARED = 6_000
#: Lines that stand everywhere in a larger text are no help to find what belongs together, and make the search slow.
_LINES_ALIKE = 2_000


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """A place that both sides changed, with where it stands in each; None on the side that deleted it."""

    kind: str
    path: str
    ours: Span | None
    theirs: Span | None


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged text, with marks of Git around what is in conflict."""

    text: str
    conflicts: tuple[MergeConflict, ...] = ()


def merge_texts(base: str, ours: str, theirs: str, *, labels: tuple[str, str] = ("ours", "theirs")) -> Merged:
    """Merge by structure; texts that cannot be read as definitions are merged as lines with a conflict.

    Texts that are too large, or too far apart, stand whole beside each other between Git's marks, with a conflict.
    """
    if theirs in (ours, base):
        return Merged(ours)
    if ours == base:
        return Merged(theirs)
    too_large = Merged(_beside(ours, theirs, labels), (MergeConflict("too_large", ".", None, None),))
    if any(text.count("\n") > _LINES or len(text) > _CHARACTERS for text in (base, ours, theirs)):
        return too_large
    as_json = [json_data(text) for text in (base or "{}", ours, theirs)]
    if all(data is not None for data in as_json):
        return _merged_json(as_json, (ours, theirs), labels)
    try:
        (base, ours, theirs), clashes = with_one_name(base, ours, theirs)
        trees = [parse_tree(text) if text.strip() else None for text in (base, ours, theirs)]
    except UnreadableText:
        if any(text.count("\n") > _LINES_COMPARED for text in (ours, theirs)):
            return too_large
        return Merged(_marked(ours, theirs, labels), (MergeConflict("unreadable", ".", None, None),))
    if trees[1] is None or trees[2] is None:
        return Merged(_marked(ours, theirs, labels), (MergeConflict("deleted", ".", None, None),))
    changes = compare(data_of(trees[0]) if trees[0] else {}, data_of(trees[1]), data_of(trees[2]))
    done = taken(ours, theirs, trees[2], changes.steps)
    if done is None:
        return too_large
    text, left = done
    conflicts = [*clashes, *changes.conflicts, *left]
    text = carry_comments(base, theirs, text)
    if not conflicts:
        return Merged(text)
    put = taken(text, theirs, trees[2], [conflict.step for conflict in conflicts if conflict.step])
    other = theirs if put is None or put[1] or put[0] == text else put[0]
    documents = [read_document(label, text)[0] for label, text in zip(labels, (ours, theirs), strict=True)]
    return Merged(_marked(text, other, labels), tuple(_placed(conflict, documents) for conflict in conflicts))


def _merged_json(data: list[Any], texts: tuple[str, str], labels: tuple[str, str]) -> Merged:
    """The merge of JSON; positions are those of the texts."""
    made, other, changes = merge_json(*data)
    text = json_text(made, texts[0])
    if not changes.conflicts:
        return Merged(text)
    documents = [read_json(label, each)[0] for label, each in zip(labels, texts, strict=True)]
    marked = _marked(text, json_text(other, texts[0]), labels)
    return Merged(marked, tuple(_placed(conflict, documents) for conflict in changes.conflicts))


def _marked(ours: str, theirs: str, labels: tuple[str, str]) -> str:
    """The lines of both, with Git's marks around those that differ."""
    mine, other = ours.splitlines(keepends=True), theirs.splitlines(keepends=True)
    made: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, mine, other, autojunk=len(other) > _LINES_ALIKE).get_opcodes():
        if kind == "equal":
            made += mine[a:b]
        else:
            made += [f"<<<<<<< {labels[0]}\n", *_closed(mine[a:b]), "=======\n", *_closed(other[c:d]), f">>>>>>> {labels[1]}\n"]
    return "".join(made)


def _beside(ours: str, theirs: str, labels: tuple[str, str]) -> str:
    """Both texts whole, between Git's marks."""
    mine, other = _closed([ours] if ours else []), _closed([theirs] if theirs else [])
    return "".join([f"<<<<<<< {labels[0]}\n", *mine, "=======\n", *other, f">>>>>>> {labels[1]}\n"])


def _closed(lines: list[str]) -> list[str]:
    return [line if line.endswith("\n") else line + "\n" for line in lines]


def _placed(conflict: Conflict, documents: list[Document | None]) -> MergeConflict:
    def span(document: Document | None, pointer: Pointer | None) -> Span | None:
        return document.key_span(pointer) if document is not None and pointer is not None else None

    return MergeConflict(
        conflict.kind, path_text(conflict.path), span(documents[0], conflict.ours), span(documents[1], conflict.theirs)
    )
