"""Splices change what they are about and leave every other byte alone."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from forms_dsl.edit.comments import comments_in
from forms_dsl.edit.commit import Refused, edit
from forms_dsl.edit.operations import (
    InsertItem,
    InsertKey,
    MoveItem,
    MoveKey,
    Operation,
    RemoveItem,
    RemoveKey,
    RenameKey,
    SetKey,
    SetValue,
)
from forms_dsl.edit.tree import Map, Node, Sequence, UnreadableText, data_of, parse_tree
from forms_dsl.source import Pointer
from forms_dsl.yaml_source import read_document
from tests.definitions import definition_texts
from tests.edit.cases import CASES, operation_of

HARD = """\
# banner

form: a.b     # what it is
layout:
  # the first section
  - section: one
    label: {zh: 一, en: One}
    items:
      # belongs to customer
      - customer
      - {field: amount, span: 2}   # aligned
        # deeper: belongs to amount
      - "012"

  # the second
  - section: two
    label: {zh: 二, en: "Two: b"}
    items: [a, 'b', {field: c}]
  - section: three
    label: {zh: 三, en: Three}
    items: []
  # at the end of the list
note: >-
  folded text
  of two lines
text: |
  # no comment

  but text
empty:
"""

VALUES = (
    "plain",
    "a: b # c",
    "x]",
    "NO",
    "012",
    "1:30",
    'it\'s "so"',
    "金额，不超过 500 万",
    "- dash",
    "a > 5 and t < 3",
    "",
    " padded ",
    "{x}",
    "#",
    "a,b",
    "\t",
    "x:",
    "2026-01-02",
    "0b1",
    ".inf",
    "@a",
    "`",
    "%",
    "---",
    "? x",
    "😀",
    "\u2028",
)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_shared_table(case: dict) -> None:  # type: ignore[type-arg]
    """The text afterwards is exactly the one of the table that the browser's engine is held to as well."""
    result = edit(case["text"], [operation_of(case)])
    if case.get("refused"):
        assert isinstance(result, Refused) and result.reason == "layout"
    else:
        assert case["result"] == result


def test_the_tree_reads_what_the_loader_reads() -> None:
    """Data of the tree and data of the loader are the same for every definition."""
    for text in (*definition_texts().values(), HARD):
        document, _ = read_document("a.yaml", text)

        assert document is not None
        assert document.data == data_of(parse_tree(text))


@pytest.mark.parametrize(
    "text", ["a: &x 1\n", "a: *x\n", "a: !t 1\n", "", "a: 1\n---\nb: 2\n", "a: [\n", "a: 1\na: 2\n", "? {a: 1}\n: b\n"]
)
def test_what_the_dialect_refuses_is_not_edited(text: str) -> None:
    """Anchors, tags, second documents, doubled keys and syntax errors leave the text alone."""
    result = edit(text, [SetValue(("a",), "b")])

    assert isinstance(result, Refused) and result.reason == "syntax"


def test_nothing_is_done_when_one_of_several_operations_is_refused() -> None:
    """All operations or none."""
    result = edit("m:\n  a: 1\nn: 2\n", [SetValue(("n",), "3"), RemoveKey(("m", "a"))])

    assert isinstance(result, Refused)
    assert ("m", "a") == result.operation.path  # type: ignore[union-attr]


def test_inline_collections_are_opened_where_lines_are_needed() -> None:
    """With `rearrange` an inline list over several lines becomes a block, its elements as they were."""
    result = edit("l: [a,\n  {b: 1},  'c']   # why\nm: 1\n", [InsertItem(("l",), 1, "x")], rearrange=True)

    assert "l:   # why\n  - a\n  - x\n  - {b: 1}\n  - 'c'\nm: 1\n" == result


def test_random_edits_leave_all_other_bytes_alone() -> None:
    """4,000 random edits of the shipped and the example definitions: the data is exactly as expected, other lines are identical."""
    corpus = [*definition_texts().values(), HARD]
    corpus += [text.replace("\n", "\r\n") for text in corpus]
    seed = int(os.environ.get("QIQIAO_SEED", "20"))
    chance = random.Random(seed)
    done = refused = 0
    while done < 4000:
        text = chance.choice(corpus)
        operation = _any_operation(text, chance)
        if operation is None:
            continue
        result = edit(text, [operation])
        if isinstance(result, Refused):
            assert "layout" == result.reason, (seed, operation, text)
            refused += 1
            continue
        done += 1
        _only_the_place_changed(text, result, operation)

    assert refused < 0.25 * done


def _only_the_place_changed(text: str, result: str, operation: Operation) -> None:
    """Byte by byte: what was taken out and put in lies where the operation is about, everything before and behind it is the same."""
    start, gone, come = _stretch(text, result)
    about = (operation, gone, come)
    match operation:
        case SetValue(path):
            node = _node(text, path)
            empty = node.start == node.end  # written behind its colon or dash, which may be some spaces before
            assert gone == "" if empty else node.start <= start and start + len(gone) <= node.end, about
        case RenameKey(path):
            key = _key(text, path)
            assert key.start <= start and start + len(gone) <= key.end, about
        case SetKey(path, name) if name in _at(data_of(parse_tree(text)), path):
            node = _node(text, (*path, name))
            assert node.start == node.end or (node.start <= start and start + len(gone) <= node.end), about
        case InsertItem() | InsertKey() | SetKey():
            assert set(gone.strip()) <= set("[]{}"), about
        case RemoveItem() | RemoveKey():
            assert set(come.strip()) <= set("[]{}"), about
        case MoveItem() | MoveKey():
            assert _content([gone]) == _content([come]), about
            lines, moved = _whole_lines(text, start, gone), _whole_lines(result, start, come)
            # Between blocks whole lines change places, and of their bytes the indentation only.
            if len(lines) > 1 and not any(mark in line for line in lines for mark in "[{"):
                assert sorted(map(_unindented, lines)) == sorted(map(_unindented, moved)), about


def _stretch(text: str, result: str) -> tuple[int, str, str]:
    """Where the texts differ: the offset, and what stood and stands there."""
    start = len(os.path.commonprefix([text, result]))
    rest = min(len(text), len(result)) - start
    end = len(os.path.commonprefix([text[::-1][:rest], result[::-1][:rest]]))
    return start, text[start : len(text) - end], result[start : len(result) - end]


def _whole_lines(text: str, start: int, stretch: str) -> list[str]:
    """The lines that a stretch touches, whole."""
    end = text.find("\n", start + len(stretch))
    return text[text.rfind("\n", 0, start) + 1 : end if end >= 0 else len(text)].split("\n")


def _unindented(line: str) -> str:
    return line.strip("\r\n").lstrip()


def _node(text: str, path: Pointer) -> Node:
    """The value at a place, as it stands in the text."""
    node: Node = parse_tree(text)
    for part in path:
        found = node.pair(str(part)) if isinstance(node, Map) else node.items[int(part)] if isinstance(node, Sequence) else None
        assert found is not None
        node = found.value
    return node


def _key(text: str, path: Pointer) -> Node:
    holder = _node(text, path[:-1])
    assert isinstance(holder, Map)
    pair = holder.pair(str(path[-1]))
    assert pair is not None
    return pair.key


def _content(lines: list[str]) -> list[str]:
    """The characters of lines without spaces and the marks of lists and quotes, which a move may change."""
    return sorted(character for line in lines for character in line if character not in " \r\n[]{},-\"'")


@cache
def _read(text: str) -> tuple[object, tuple[tuple[Pointer, object], ...]]:
    data = data_of(parse_tree(text))
    return data, tuple(_places(data, ()))


def _any_operation(text: str, chance: random.Random) -> Operation | None:
    data, places = _read(text)
    lists = [path for path, value in places if isinstance(value, list)]
    maps = [path for path, value in places if isinstance(value, dict)]
    items = [path for path, _ in places if path and isinstance(path[-1], int)]
    keys = [path for path, _ in places if path and isinstance(path[-1], str)]
    scalars = [path for path, value in places if isinstance(value, str)]
    value = chance.choice(VALUES)
    kind = chance.randrange(10)
    if kind == 0 and items and lists:
        path, target = chance.choice(items), chance.choice(lists)
        length = len(_at(data, target)) - (target == path[:-1])
        shifts = target != path[:-1] and target[: len(path) - 1] == path[:-1]
        return None if shifts else MoveItem(path, (*target, chance.randint(0, length)))
    if kind == 1 and lists:
        target = chance.choice(lists)
        item: object = {"field": "amount", "span": 2, "label": {"zh": value or "空"}} if chance.random() < 0.5 else value
        return InsertItem(target, chance.randint(0, len(_at(data, target))), item)  # type: ignore[arg-type]
    if kind == 2 and items:
        return RemoveItem(chance.choice(items))
    if kind == 3:
        return SetKey(chance.choice(maps), chance.choice(("visible", "label", "x_new")), value, ("section", "label", "visible"))
    if kind == 4:
        target = chance.choice(maps)
        return InsertKey(target, "x_own", {"a": value, "b": [value, 1]}, chance.randint(0, len(_at(data, target))))
    if kind == 5:
        return RemoveKey(chance.choice(keys), leaves_empty=chance.random() < 0.5)
    if kind == 6:
        path = chance.choice(keys)
        return MoveKey(path, chance.randrange(len(_at(data, path[:-1]))))
    if kind == 7:
        return RenameKey(chance.choice(keys), chance.choice(("x_other", "NO", "a b", "12")))
    return SetValue(chance.choice(scalars), value) if scalars else None


def _places(data: object, path: Pointer) -> Iterator[tuple[Pointer, object]]:
    yield path, data
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        yield from _places(value, (*path, key))


def _at(data: object, path: Pointer):  # type: ignore[no-untyped-def]
    for part in path:
        data = data[part]  # type: ignore[index]
    return data


def test_comments_are_told_from_hashes_in_values() -> None:
    """A hash within a quoted, block or plain value is no comment."""
    text = "a: 'x # y'\nb: x#y\nc: |  # head\n  # text\nd: 1 # real\n"

    assert ["# head", "# real"] == [comment for _, comment in comments_in(text, parse_tree(text))]


def test_a_text_that_cannot_be_read_says_so() -> None:
    """The tree of a broken text is a failure with a name."""
    with pytest.raises(UnreadableText):
        parse_tree("a: [1\n")


def test_the_corpus_is_there() -> None:
    """The definitions of the shipped app are part of the corpus."""
    assert any("loan_application" in name for name in definition_texts())
    assert Path(__file__).with_name("splice_cases.yaml").exists()
