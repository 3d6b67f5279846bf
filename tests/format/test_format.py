"""The canonical form: one text for the same data, idempotent, nothing lost."""

from __future__ import annotations

import random
from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType
from typing import cast

import pytest

from forms_dsl.edit.comments import comments_in
from forms_dsl.edit.tree import UnreadableText, data_of, parse_tree
from forms_dsl.format.canonical import canonical_finding, format_text
from forms_dsl.load import load_app, read_folder
from forms_dsl.model import App
from forms_dsl.source import Span
from tests.definitions import SHIPPED, definition_texts


def formatted(text: str, path: str = "entities/x.yaml") -> str:
    """The canonical text, which must exist and be its own canonical form."""
    first = format_text(path, text)
    assert first.text is not None, first.findings
    assert first.text == format_text(path, first.text).text
    return first.text


def within_app(path: str) -> str:
    """The path of a definition within its app."""
    parts = path.split("/")
    return "/".join(parts[2:] if parts[0] == "app_definitions" else parts[3:])


def test_every_definition_keeps_its_meaning_and_comments() -> None:
    """The shipped app, the example app and its overlay: same data, same comments in number and words, idempotent."""
    for path, text in definition_texts().items():
        made = formatted(text, within_app(path))

        assert data_of(parse_tree(text)) == data_of(parse_tree(made)), path
        words = [sorted(comment for _, comment in comments_in(one, parse_tree(one))) for one in (text, made)]
        assert words[0] == words[1], path


def test_all_shipped_files_are_canonical() -> None:
    """The shipped apps, the example app and its overlay stand in canonical form: `qiqiao fmt` changes no byte of them."""
    changed = {path for path, text in definition_texts().items() if formatted(text, within_app(path)) != text}

    assert set() == changed


def test_formatting_changes_no_app() -> None:
    """The shipped app, its texts disarranged in every way that keeps their data: the same app is loaded after formatting."""
    folder = next(path for path in SHIPPED.iterdir() if path.name == "bank_customer")
    files = read_folder(folder)
    messy = {path: _disarranged(text) for path, text in files.items()}
    made = {path: formatted(text, path) for path, text in messy.items()}

    assert messy != files
    assert {path: data_of(parse_tree(text)) for path, text in files.items()} == {
        path: data_of(parse_tree(text)) for path, text in made.items()
    }
    first, second = (load_app(texts).app for texts in (files, made))
    assert first is not None
    assert second is not None
    assert without_places(first) == without_places(second)


def test_a_trigger_is_no_place() -> None:
    """`after` of an automation says when it acts; of an overlay's step it says where it stands, and comes first."""
    rule = "automation: told\nlabel: {zh: 甲}\nafter: {create: true}\nentity: x\n"
    step = "extend: base.w\nsteps:\n  x_look:\n    approve: x_look\n    after: check\n"

    assert rule == formatted(rule, "automations/told.yaml")
    assert rule == formatted(rule.replace("automation: told\n", "") + "automation: told\n", "automations/told.yaml")
    assert step == formatted(step, "workflows/w.yaml")


def test_what_a_thing_is_stands_first() -> None:
    """The key that tells the kind of a file or of an element of a list comes first; all others stay where they were written."""
    text = "fields:\n  b: {label: {zh: 乙}, type: text}\nlabel: {zh: 客户}\nentity: x\n"
    steps = "title: {zh: 甲}\nworkflow: w\nsteps:\n  - title: {zh: 乙}\n    approve: s\n    by: starter\n"

    assert "entity: x\nfields:\n  b: {label: {zh: 乙}, type: text}\nlabel: {zh: 客户}\n" == formatted(text)
    assert "workflow: w\ntitle: {zh: 甲}\nsteps:\n  - approve: s\n    title: {zh: 乙}\n    by: starter\n" == formatted(
        steps, "workflows/w.yaml"
    )


def test_block_or_inline_is_the_writers_choice() -> None:
    """A block stays a block with its indent made two spaces; an inline map stays inline, without padding, while it fits."""
    block = "entity: x\nlabel:\n    zh: 客户\nfields:\n    a:\n        type: text\n"
    inline = "entity: x\nlabel: { zh: 客户 }\nfields: {a:   {type: text,label: {zh: 甲}}}\n"
    long = f"entity: x\nlabel: {{zh: {'客' * 100}, en: x}}\n"

    assert "entity: x\nlabel:\n  zh: 客户\nfields:\n  a:\n    type: text\n" == formatted(block)
    assert "entity: x\nlabel: {zh: 客户}\nfields: {a: {type: text, label: {zh: 甲}}}\n" == formatted(inline)
    assert f"entity: x\nlabel:\n  zh: {'客' * 100}\n  en: x\n" == formatted(long)


def test_columns_stay() -> None:
    """Values below each other and comments in one column stay there; a value that stands alone gets one space."""
    text = (
        "a:    1              # one\n"
        "long: 2              # two\n"
        "b:      {x: 1}  # close\n"
        "c:\n"
        "    d: 1             # indented\n"
        "e: 1 # too close\n"
    )

    assert (
        "a:    1              # one\n"
        "long: 2              # two\n"
        "b: {x: 1}       # close\n"
        "c:\n"
        "  d: 1               # indented\n"
        "e: 1  # too close\n"
    ) == formatted(text, "other.yaml")


def test_texts_made_from_data_have_one_layout() -> None:
    """Of a text that no person wrote, layout and order follow from the data alone, and the result is canonical too."""
    block = "entity: x\nfields:\n    a:\n        label:\n            zh: 甲\n        type: text\nlabel:\n    zh: 客户\n"
    inline = "{entity: x, label: {zh: 客户}, fields: {a: {type: text, label: {zh: 甲}}}}\n"
    made = format_text("entities/x.yaml", block, by_hand=False).text

    assert "entity: x\nlabel: {zh: 客户}\nfields:\n  a: {type: text, label: {zh: 甲}}\n" == made
    assert made == format_text("entities/x.yaml", inline, by_hand=False).text
    assert made == formatted(made)


def test_expressions_in_inline_maps_are_quoted() -> None:
    """A value that a comma cuts in two (Y012) is put in quotes as one text."""
    text = "fields:\n  a: {type: money, compute: round(a / b, 4), label: {zh: 甲}}\n  c: {compute: 'sum(x)', default: max(1, min(2, 3))}\n"
    made = formatted(text, "other.yaml")

    assert {"type": "money", "compute": "round(a / b, 4)", "label": {"zh": "甲"}} == data_of(parse_tree(made))["fields"]["a"]  # type: ignore[index]
    assert 'default: "max(1, min(2, 3))"' in made
    assert "compute: 'sum(x)'" in made
    assert '["round(a, 2)", b]' in formatted("l: [round(a, 2), b]\n", "other.yaml")


def test_quotes_stand_where_a_reader_needs_them() -> None:
    """Quotes stay but around plain words, which need none; a leading zero and a key like a number get theirs."""
    text = "a: '012'\nb: 012\nc: \"plain words\"\nd: 'he said \"no\": x'\n12: x\ne: 5\nf: '5'\ng: \"true\"\nh: true\ni: 'it''s'\n"

    assert (
        "a: '012'\nb: \"012\"\nc: plain words\nd: 'he said \"no\": x'\n\"12\": x\ne: 5\nf: '5'\ng: \"true\"\nh: true\ni: 'it''s'\n"
        == formatted(text, "other.yaml")
    )


def test_comments_go_with_what_they_belong_to() -> None:
    """A comment above a key, beside it and below it moves with the key; a banner stays on top."""
    text = (
        "# banner\n\n"
        "# of the label\n"
        "label: {zh: 客户}   # beside\n"
        "# of the entity\n"
        "entity: x\n"
        "fields:\n"
        "  # of a\n"
        "  a:      # type of a\n"
        "    type: text\n"
        "    label: {zh: 甲}\n"
        "    # at the end of a\n"
        "  # at the end of the fields\n"
        "\n\n"
        "# at the end of the file\n"
    )

    assert (
        "# banner\n\n"
        "# of the entity\n"
        "entity: x\n"
        "# of the label\n"
        "label: {zh: 客户}   # beside\n"
        "fields:\n"
        "  # of a\n"
        "  a:      # type of a\n"
        "    type: text\n"
        "    label: {zh: 甲}\n"
        "    # at the end of a\n"
        "  # at the end of the fields\n"
        "\n"
        "# at the end of the file\n" == formatted(text)
    )


def test_a_comment_within_brackets_opens_them() -> None:
    """An inline collection over several lines with comments becomes a block that has them beside its elements."""
    text = "columns: [a,  # first\n  # second\n  b]  # all\n"

    assert "columns:  # first\n" not in formatted(text, "other.yaml")
    assert "columns:  # all\n  - a  # first\n  # second\n  - b\n" == formatted(text, "other.yaml")


def test_block_texts_stay_as_they_are() -> None:
    """Literal and folded texts move with their key and keep every line."""
    text = "l:\n    - note: |   # why\n        one\n\n          two\n      b: >-\n        x\n        y  \nk: |+\n  a\n\n"
    made = formatted(text, "other.yaml")

    assert data_of(parse_tree(text)) == data_of(parse_tree(made))
    assert "  - note: |     # why\n      one\n\n        two\n" in made


def test_line_ends_and_tabs() -> None:
    """CRLF becomes LF and a missing last line end is added; what cannot be read is a finding, not a text."""
    assert "a: 1\nb: 2\n" == formatted("a: 1\r\nb: 2", "other.yaml")
    refused = format_text("other.yaml", "a:\n\tb: 1\n")

    assert refused.text is None
    assert ["Y004"] == [finding.code for finding in refused.findings]


def test_the_finding_points_at_the_first_line_that_differs() -> None:
    """Y010 stands at the line, and its hint shows the line as it will be."""
    text = "a: 1\nb:   2\n"
    finding = canonical_finding("other.yaml", text, formatted(text, "other.yaml"))

    assert finding is not None
    assert ("Y010", "warning", 2) == (finding.code, finding.severity, finding.span.line)
    assert "b: 2" in (finding.hint or "")
    assert canonical_finding("other.yaml", "a: 1\n", "a: 1\n") is None


@pytest.mark.parametrize("seed", range(3))
def test_comments_at_random_places_are_never_lost(seed: int) -> None:
    """Comments and blank lines put anywhere: formatting keeps each one, keeps the data and is idempotent."""
    chance = random.Random(seed)
    paths = list(definition_texts())
    tried = 0
    while tried < 150:
        path = chance.choice(paths)
        text = definition_texts()[path]
        lines = text.split("\n")
        for number in range(chance.randint(1, 6)):
            at = chance.randrange(len(lines))
            extra = chance.choice(["", "  ", "    ", "      "]) + f"# note {number}"
            if chance.random() < 0.3 and lines[at].strip() and "#" not in lines[at]:
                lines[at] += f"  # beside {number}"
            else:
                lines[at:at] = chance.choice([[extra], ["", extra], [extra, ""], [""]])
        changed = "\n".join(lines)
        try:
            if data_of(parse_tree(changed)) != data_of(parse_tree(text)):
                continue
        except UnreadableText:
            continue
        tried += 1
        formatted(changed, within_app(path))


def _disarranged(text: str) -> str:
    """The same data with other blank lines, gaps before comments, and needless spaces inside braces."""
    lines = []
    for line in text.split("\n"):
        if line.endswith("}") and ": {" in line and "'" not in line and '"' not in line:
            line = line.replace(": {", ":   { ", 1)
        if ": " in line and not line.lstrip().startswith("#"):
            line += "   "
        lines.append(line)
    return "\n\n" + "\n".join(lines).rstrip("\n") + "\n\n\n"


def without_places(app: App) -> App:
    """An app whose every part stands nowhere, to be compared with another."""
    return cast("App", _plain(replace(app, checksum="")))


def _plain(value: object) -> object:
    if isinstance(value, Span):
        return None
    if isinstance(value, dict | MappingProxyType):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return tuple(map(_plain, value))
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value).__name__, *(_plain(getattr(value, each.name)) for each in fields(value)))
    return value
