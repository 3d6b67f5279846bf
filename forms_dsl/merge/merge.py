"""Three texts to one: what theirs changed since the base is spliced onto ours; what both changed is a conflict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from forms_dsl.edit.commit import edit
from forms_dsl.edit.operations import InsertItem, InsertKey, MoveItem, MoveKey, Operation, RemoveItem, RemoveKey, SetKey, SetValue
from forms_dsl.edit.pieces import piece_at
from forms_dsl.edit.tree import Node, UnreadableText, data_of, parse_tree
from forms_dsl.merge.changes import Conflict, Step, compare, names_at, path_text, resolve
from forms_dsl.merge.comments import carry_comments
from forms_dsl.source import Document, Pointer, Span
from forms_dsl.yaml_source import read_document

#: Texts with more lines or characters are not compared: a definition has at most 2,000 lines before it should be split.
_LINES, _CHARACTERS = 6_000, 400_000
#: Each step reads the text once more: so many lines are read in about two seconds.
_LINES_READ = 200_000


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
    try:
        trees = [parse_tree(text) if text.strip() else None for text in (base, ours, theirs)]
    except UnreadableText:
        return Merged(_marked(ours, theirs, labels), (MergeConflict("unreadable", ".", None, None),))
    if trees[1] is None or trees[2] is None:
        return Merged(_marked(ours, theirs, labels), (MergeConflict("deleted", ".", None, None),))
    changes = compare(data_of(trees[0]) if trees[0] else {}, data_of(trees[1]), data_of(trees[2]))
    if (len(changes.steps) + len(changes.conflicts)) * max(text.count("\n") for text in (ours, theirs)) > _LINES_READ:
        return too_large
    text, left = _taken(ours, theirs, trees[2], changes.steps)
    conflicts = [*changes.conflicts, *left]
    text = carry_comments(base, theirs, text)
    if not conflicts:
        return Merged(text)
    other, rest = _taken(text, theirs, trees[2], [conflict.step for conflict in conflicts if conflict.step])
    other = theirs if rest or other == text else other
    documents = [read_document(label, text)[0] for label, text in zip(labels, (ours, theirs), strict=True)]
    return Merged(_marked(text, other, labels), tuple(_placed(conflict, documents) for conflict in conflicts))


def _taken(text: str, theirs: str, tree: Node, steps: Iterable[Step]) -> tuple[str, list[Conflict]]:
    """The text after the steps, and those that its layout did not allow."""
    left: list[Conflict] = []
    for step in steps:
        operation = _operation(text, theirs, tree, step)
        if operation is None:
            continue
        after = edit(text, [operation], rearrange=True)
        if isinstance(after, str):
            text = after
        elif not isinstance(operation, MoveKey):  # a key on a dash's line keeps its place
            left.append(Conflict("layout", step.path, None, step.theirs or None, step))
    return text, left


def _operation(text: str, theirs: str, tree: Node, step: Step) -> Operation | None:
    """The splice that does a step on the text as it is now; None when there is nothing left to do."""
    data = data_of(parse_tree(text))
    holder = resolve(data, step.path[:-1])
    if holder is None or not step.path:
        return None
    last = step.path[-1]
    names = list(names_at(data, holder))
    pointer = resolve(data, step.path)
    if step.kind == "add" and pointer is None:
        index = _place(names, step)
        value = piece_at(theirs, tree, step.theirs)
        return InsertKey(holder, last, value, index) if isinstance(last, str) else InsertItem(holder, index, value)
    if pointer is None:
        return None
    if step.kind in ("set", "add"):
        value = piece_at(theirs, tree, step.theirs)
        return SetKey(holder, last, value) if isinstance(last, str) else SetValue(pointer, value)
    if step.kind == "remove":
        return RemoveKey(pointer, leaves_empty=True) if isinstance(last, str) else RemoveItem(pointer)
    own = last if isinstance(last, str) else last[0]
    rest = [name for name in names if name != own]
    index = _place(rest, step)
    return MoveKey(pointer, index) if isinstance(last, str) else MoveItem(pointer, (*holder, index))


def _place(names: list[str], step: Step) -> int:
    """The index behind the nearest name that is there; new things of both sides at one place stand in the order of their names."""
    anchor = next((names.index(name) for name in step.after if name in names), -1)
    index = anchor + 1
    if index < len(names) and names[index] in step.new_here and names[index] < step.group:
        while index < len(names) and names[index] in step.new_here:
            index += 1
    return index


def _marked(ours: str, theirs: str, labels: tuple[str, str]) -> str:
    """The lines of both, with Git's marks around those that differ."""
    mine, other = ours.splitlines(keepends=True), theirs.splitlines(keepends=True)
    made: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, mine, other, autojunk=False).get_opcodes():
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
