"""Merge by structure: what only one side changed is taken, comments stay, what both changed is a conflict with both places."""

from __future__ import annotations

import copy
import json
import random
import re
import time
from typing import Any

import pytest

from forms_dsl.edit.comments import comment_texts
from forms_dsl.edit.commit import edit
from forms_dsl.edit.operations import InsertItem, InsertKey, Operation, RemoveItem, RemoveKey, SetKey, SetValue, edited
from forms_dsl.edit.tree import data_of, parse_tree
from forms_dsl.elements import element_keys
from forms_dsl.merge.merge import merge_texts
from forms_dsl.source import Pointer
from tests.definitions import definition_texts
from tests.yardstick import in_time

BASE = """\
# the customer
entity: customer
label: {zh: 客户, en: Customer}
fields:
  # who it is
  name: {type: text, label: {zh: 姓名, en: Name}}
  phone:
    type: text   # as dialled
    label: {zh: 电话, en: Phone}
unique: [[name]]
"""


def both(one: str, other: str, base: str = BASE) -> str:
    """The merge of two sides, the same in either order."""
    merged, turned = merge_texts(base, one, other), merge_texts(base, other, one)
    assert () == merged.conflicts == turned.conflicts
    assert data_of(parse_tree(merged.text)) == data_of(parse_tree(turned.text))
    return merged.text


def test_two_fields_at_the_same_place() -> None:
    """Both sides add a field at the end of the same map: both are there, with their comments, in either order."""
    ours = BASE.replace("unique:", "  # since May\n  email: {type: text, label: {zh: 邮箱, en: Mail}}\nunique:")
    theirs = BASE.replace("unique:", "  city:   {type: text, label: {zh: 城市, en: City}}  # home\nunique:")
    merged = both(ours, theirs)

    assert ["name", "phone", "city", "email"] == list(data_of(parse_tree(merged))["fields"])  # type: ignore[index, call-overload]
    assert "  city:   {type: text, label: {zh: 城市, en: City}}  # home\n" in merged
    assert "  # since May\n  email:" in merged


def test_changes_of_different_keys_of_one_inline_map() -> None:
    """One line, two sides, two keys: Git would see a conflict, structure has none."""
    ours = BASE.replace("{type: text, label: {zh: 姓名", "{type: text, required: true, label: {zh: 姓名")
    theirs = BASE.replace("en: Name}}", "en: Full name}}")

    assert "  name: {type: text, required: true, label: {zh: 姓名, en: Full name}}\n" in both(ours, theirs)


def test_a_true_conflict_has_both_places() -> None:
    """Both sides gave one key another value: marks of Git around this line only, and where it stands on either side."""
    ours = BASE.replace("zh: 电话", "zh: 手机")
    theirs = "# more\n" + BASE.replace("zh: 电话", "zh: 座机").replace("[[name]]", "[[name], [phone]]")
    merged = merge_texts(BASE, ours, theirs)

    assert [("changed", "fields.phone.label.zh", 9, 10)] == [
        (c.kind, c.path, c.ours and c.ours.line, c.theirs and c.theirs.line) for c in merged.conflicts
    ]
    assert (
        "<<<<<<< ours\n    label: {zh: 手机, en: Phone}\n=======\n    label: {zh: 座机, en: Phone}\n>>>>>>> theirs\n"
        in merged.text
    )
    assert 1 == merged.text.count("<<<<<<<")
    assert "unique: [[name], [phone]]" in merged.text
    assert "# more\n" in merged.text


def test_what_one_side_deletes_and_the_other_changes() -> None:
    """Neither is done silently."""
    ours = BASE.replace("zh: 电话", "zh: 手机")
    theirs = BASE[: BASE.index("  phone:")] + "unique: [[name]]\n"

    for merged, kind in ((merge_texts(BASE, ours, theirs), "deleted_there"), (merge_texts(BASE, theirs, ours), "deleted_here")):
        assert [(kind, "fields.phone")] == [(c.kind, c.path) for c in merged.conflicts]
        assert "<<<<<<< ours\n" in merged.text and "手机" in merged.text


def test_named_elements_of_lists() -> None:
    """Steps and items merge by their names at any depth, blocks without a name by what they are about."""
    base = (
        "steps:\n  - fill: apply\n    by: starter\n  - choose: kind\n    a: []\n    b:\n      - approve: check\n        by: owner\n"
        "  - copy: {to: [starter]}\n"
    )
    ours = base.replace("        by: owner\n", "        by: owner\n        limit: amount\n").replace(
        "  - copy", "  - approve: last\n    by: owner\n  - copy"
    )
    theirs = base.replace("    a: []\n", "    a:\n      - fill: more\n        by: starter\n").replace(
        "    by: starter\n  - ch", "    by: role.x\n  - ch"
    )
    merged = data_of(parse_tree(both(ours, theirs, base)))
    steps = merged["steps"]  # type: ignore[index, call-overload]

    assert [{"fill": "apply", "by": "role.x"}, {"approve": "last", "by": "owner"}] == [steps[0], steps[2]]
    assert {
        "choose": "kind",
        "a": [{"fill": "more", "by": "starter"}],
        "b": [{"approve": "check", "by": "owner", "limit": "amount"}],
    } == steps[1]


def test_items_of_plain_lists() -> None:
    """Columns that either side adds are all there; one that a side removed is gone."""
    base = "columns: [a, b, c]\n"

    assert "columns: [a, x, c, y]\n" == both("columns: [a, b, x, c]\n", "columns: [a, c, y]\n", base).replace("b, ", "")
    assert {"columns": ["a", "x", "c", "y"]} == data_of(parse_tree(both("columns: [a, b, x, c]\n", "columns: [a, c, y]\n", base)))


def test_moves() -> None:
    """An order that one side changed is taken; when both changed it, it is a conflict."""
    base, moved, other = (
        "l:\n  - a\n  - b  # of b\n  - c\n",
        "l:\n  - c\n  - a\n  - b  # of b\n",
        "l:\n  - b  # of b\n  - a\n  - c\n",
    )

    assert moved == merge_texts(base, base.replace("of b", "still of b"), moved).text.replace("still of b", "of b")
    assert ["order"] == [conflict.kind for conflict in merge_texts(base, moved, other).conflicts]


def test_comments_of_both_sides() -> None:
    """A comment that theirs wrote beside an unchanged thing comes along."""
    ours = BASE.replace("zh: 客户", "zh: 零售客户")
    theirs = BASE.replace("unique: ", "# as the law says\nunique: ").replace("en: Phone}", "en: Phone}  # of the office")
    merged = both(ours, theirs)

    assert "# as the law says\nunique: [[name]]\n" in merged
    assert "en: Phone}  # of the office\n" in merged
    assert "zh: 零售客户" in merged


def test_texts_that_are_no_definitions() -> None:
    """A syntax error leaves both sides in the text, with a conflict, and loses nothing."""
    merged = merge_texts("a: 1\n", "a: [\n", "a: 2\n")

    assert ["unreadable"] == [conflict.kind for conflict in merged.conflicts]
    assert "<<<<<<< ours\na: [\n=======\na: 2\n>>>>>>> theirs\n" == merged.text


def test_both_sides_add_the_same_file() -> None:
    """Without a base the keys are merged; equal ones are no conflict."""
    assert "a: 1\nb: 2\nc: 3\n" == merge_texts("", "a: 1\nb: 2\n", "a: 1\nc: 3\n").text


@pytest.mark.parametrize("seed", range(4))
def test_random_edits_of_different_keys(seed: int) -> None:
    """Edits of different parts never conflict and come out the same in either order: both edits are there, and all comments."""
    chance = random.Random(seed)
    texts = [text for text in definition_texts().values() if text.count("\n") > 12]
    tried = 0
    while tried < 40:
        base = chance.choice(texts)
        top = data_of(parse_tree(base))
        keys = list(_holders(top, ()))
        if len(keys) < 4:
            continue
        chance.shuffle(keys)
        half = len(keys) // 2
        one, mine = _edited(base, keys[:half], chance, "x_one")
        other, theirs = _edited(base, keys[half:], chance, "x_two")
        if not mine or not theirs or _overlap(mine, theirs):
            continue
        tried += 1
        merged = merge_texts(base, one, other)
        assert () == merged.conflicts, (seed, mine, theirs)
        expected = _on_data(_on_data(top, mine), theirs)
        assert expected == data_of(parse_tree(merged.text)), (seed, mine, theirs)
        turned = merge_texts(base, other, one)
        assert () == turned.conflicts
        assert data_of(parse_tree(merged.text)) == data_of(parse_tree(turned.text)), (seed, mine, theirs)
        if not any(isinstance(each, RemoveKey | RemoveItem) for each in (*mine, *theirs)):
            assert comment_texts(base, parse_tree(base)) == comment_texts(merged.text, parse_tree(merged.text))


def _holders(data: object, path: Pointer) -> list[Pointer]:
    """Places of maps and of lists with named elements."""
    found: list[Pointer] = []
    if isinstance(data, dict):
        found.append(path)
        for key, value in data.items():
            found += _holders(value, (*path, key))
    elif isinstance(data, list) and data and element_keys(data):
        found.append(path)
        for at, value in enumerate(data):
            found += _holders(value, (*path, at))
    return found


def _edited(base: str, places: list[Pointer], chance: random.Random, name: str) -> tuple[str, list[Operation]]:
    """One or two edits at some of the places."""
    text, done = base, []
    for path in places[: chance.randint(1, 2)]:
        if any(_inside(each, path) for each in map(_place, done)):
            continue
        data = data_of(parse_tree(text))
        for part in path:
            data = data[part]  # type: ignore[index]
        operation = _operation(data, path, chance, name)
        after = edit(text, [operation], rearrange=True) if operation else None
        if isinstance(after, str) and operation:
            text, done = after, [*done, operation]
    return text, done


def _operation(data: object, path: Pointer, chance: random.Random, name: str) -> Operation | None:
    kind = chance.randrange(3)
    if isinstance(data, list):
        if kind == 0:
            return InsertItem(path, len(data), name)
        return RemoveItem((*path, chance.randrange(len(data)))) if len(data) > 2 and path[-1] != "steps" else None
    assert isinstance(data, dict)
    if kind == 0:
        return InsertKey(path, name, {"a": "1"}, chance.randint(1, len(data)) if data else 0)
    scalars = [key for key, value in data.items() if isinstance(value, str) and key not in _NAMES]
    if kind == 1 and scalars:
        return SetKey(path, chance.choice(scalars), f"{name} changed")
    return RemoveKey((*path, chance.choice(scalars))) if scalars and len(data) > 2 else None


_NAMES = {
    "name",
    "section",
    "field",
    "rows",
    "text",
    "fill",
    "approve",
    "vote",
    "call",
    "row",
    "tile",
    "choose",
    "facts",
    "table",
    "opinions",
    "signatures",
    "button",
    "set",
    "send",
}


def _place(operation: Operation) -> Pointer:
    match operation:
        case InsertKey(path, key) | SetKey(path, key):
            return (*path, key)
        case InsertItem(path):
            return path
        case RemoveItem(path):
            return path[:-1]
        case RemoveKey(path) | SetValue(path):
            return path
    raise AssertionError(operation)


def _inside(one: Pointer, other: Pointer) -> bool:
    return one[: len(other)] == other or other[: len(one)] == one


def _overlap(mine: list[Operation], theirs: list[Operation]) -> bool:
    """Whether the two sides touch one place; an edit of a list touches all of the list, since indexes shift."""
    return any(_inside(_place(each), _place(other)) for each in mine for other in theirs)


def _on_data(data: object, operations: list[Operation]) -> object:
    made: Any = copy.deepcopy(data)
    for operation in operations:
        if isinstance(operation, InsertKey):  # the other side may have changed how many keys there are
            holder = made
            for part in operation.map:
                holder = holder[part]
            holder[operation.key] = {"a": "1"}
            continue
        made = edited(made, operation)
    return made


def _keys(count: int, name: str, value: int = 1) -> str:
    return "".join(f"{name}{i}: {value}\n" for i in range(count))


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        (_keys(3000, "k"), _keys(3000, "k") + _keys(100, "o"), _keys(3000, "k") + _keys(3000, "t")),
        (_keys(90_000, "k"), _keys(90_000, "o"), _keys(90_000, "t")),
        ("[\n", "[\n" + _keys(9000, "o"), "[\n" + _keys(9000, "t")),
    ],
    ids=["added", "large", "unreadable"],
)
def test_texts_made_to_take_time_are_not_merged(base: str, ours: str, theirs: str) -> None:
    """Both stand whole between the marks within two seconds of work, and nothing of either is lost."""
    start = time.process_time()
    merged = merge_texts(base, ours, theirs)

    assert in_time(time.process_time() - start, 2)
    assert ["too_large"] == [conflict.kind for conflict in merged.conflicts]
    assert f"<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n" == merged.text


def _large(count: int) -> str:
    fields = "".join(
        f"  # about {n}\n  f{n}: {{type: text, label: {{zh: 字{n}, en: F{n}}}, max: {n}}}\n" for n in range(1, count)
    )
    return f"entity: c\nfields:\n{fields}unique: [[f1]]\n"


def test_a_large_flat_file_is_merged() -> None:
    """Many changes far apart in thousands of fields merge, comments included, in the time that each piece around them takes."""
    base = _large(2000)
    ours = re.sub(r"zh: 字(\d*0),", r"zh: 改\1,", base).replace("unique:", "  # ours\n  own: {type: date}\nunique:")
    theirs = re.sub(r"max: (\d*5)}", r"max: \g<1>9}", base)
    theirs = re.sub(r"(  # about \d*50\n)", r"  # theirs\n  new: {type: date}\n\1", theirs, count=1).replace(
        "  f7: {type: text", "  f7: {type: url"
    )
    merged = both(ours, theirs, base)
    made: Any = data_of(parse_tree(merged))

    assert 2001 == len(made["fields"])
    assert ("改10", "159", "url") == (
        made["fields"]["f10"]["label"]["zh"],
        made["fields"]["f15"]["max"],
        made["fields"]["f7"]["type"],
    )
    assert "  # theirs\n  new: {type: date}\n  # about 50\n" in merged
    assert merged.count("# about") == 1999


def test_many_conflicts_of_a_flat_file_are_each_told() -> None:
    """Every key that both sides changed is a conflict of its own, however many there are."""
    merged = merge_texts(_keys(1000, "k"), _keys(1000, "k", 3), _keys(1000, "k", 2))

    assert 1000 == len(merged.conflicts)
    assert ("k7", 8, 8) == next(
        (c.path, c.ours.line, c.theirs.line) for c in merged.conflicts if c.path == "k7" and c.ours and c.theirs
    )


def test_a_rename_and_an_edit_of_the_same_field() -> None:
    """What one side renamed and the other edited is one field, by its `id`, in either order."""
    ours = BASE.replace("  phone:\n", "  mobile:\n    id: phone\n")
    theirs = BASE.replace("type: text   # as dialled", "type: phone   # as dialled")
    merged = both(ours, theirs)

    assert "  mobile:\n    id: phone\n    type: phone   # as dialled\n" in merged
    assert "  phone:" not in merged


def test_two_renames_of_the_same_field() -> None:
    """Two new names for one field are a conflict with both places; the same new name is none."""
    ours = BASE.replace("  phone:\n", "  mobile:\n    id: phone\n")
    theirs = BASE.replace("  phone:\n", "  cell:\n    id: phone\n")
    merged = merge_texts(BASE, ours, theirs)

    (conflict,) = merged.conflicts
    assert ("changed", "fields.phone", 7, 7) == (conflict.kind, conflict.path, conflict.ours.line, conflict.theirs.line)  # type: ignore[union-attr]
    assert "<<<<<<< ours\n" in merged.text
    assert () == merge_texts(BASE, ours, ours + "# theirs\n").conflicts


def test_json_is_merged_by_structure() -> None:
    """Two fields at one place of a JSON file merge; numbers stay as they are written; a conflict has its places."""
    base = '{\n  "entity": "c",\n  "fields": {\n    "a": {"type": "text", "max": 1.10}\n  }\n}\n'
    ours = base.replace("1.10}\n", '1.10},\n    "x": {"type": "date"}\n')
    theirs = base.replace("1.10}\n", '1.10},\n    "y": {"type": "time"}\n')
    merged = merge_texts(base, ours, theirs)

    assert () == merged.conflicts
    assert ["a", "x", "y"] == list(json.loads(merged.text)["fields"])
    assert '"max": 1.10\n' in merged.text
    (conflict,) = merge_texts(base, base.replace("text", "email"), base.replace("text", "phone")).conflicts
    assert ("fields.a.type", 4, 4) == (conflict.path, conflict.ours.line, conflict.theirs.line)  # type: ignore[union-attr]
