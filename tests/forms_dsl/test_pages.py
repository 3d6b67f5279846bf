"""What is made of the language for its readers: findings on a terminal and as JSON, schemas, the page of codes."""

from __future__ import annotations

from dataclasses import fields

import pytest
from jsonschema import Draft202012Validator

from forms_dsl.codes_page import page
from forms_dsl.jsonschema import schemas
from forms_dsl.kinds import KINDS, kind_of, path_of
from forms_dsl.load import BUILDERS
from forms_dsl.model import App
from forms_dsl.render import render_json, render_terminal
from forms_dsl.shape_tree import keys_of
from tests.forms_dsl.small_app import FILES, changed, load

GOLDEN = """\
entities/customer.yaml:6:37: S001 error: The key 'mxa' is not known here.
    6 |   full_name: {type: text, mxa: 60, required: true, label: {zh: 名称, en: Name}}
      |                           ^^^
      Hint: Did you mean 'max'?
"""


def test_a_terminal_shows_the_line_and_the_place() -> None:
    """A reader sees file, line, column, code, sentence, the line itself with a mark, and what to do."""
    loaded = load("entities/customer.yaml", "max: 60", "mxa: 60")
    golden = GOLDEN.replace(":6:37:", ":6:27:")

    assert golden == render_terminal(loaded.diagnostics, changed("entities/customer.yaml", "max: 60", "mxa: 60"))


def test_marks_stand_under_chinese() -> None:
    """A Chinese character takes two columns of a terminal."""
    loaded = load("entities/customer.yaml", "{zh: 生日, en: Born on}", '{zh: 生日, en: "  "}')
    lines = render_terminal(
        loaded.diagnostics, changed("entities/customer.yaml", "{zh: 生日, en: Born on}", '{zh: 生日, en: "  "}')
    ).split("\n")

    assert lines[1].index("{zh") == lines[2].index("^")
    assert "^" * len("{zh: 1234, en: '  '}") in lines[2]


def test_a_terminal_can_speak_chinese_and_colour() -> None:
    """The same finding in Chinese, coloured by its severity."""
    loaded = load("entities/customer.yaml", "max: 60", "mxa: 60")
    text = render_terminal(loaded.diagnostics, FILES, locale="zh", colour=True)

    assert "此处没有键“mxa”" in text
    assert "建议：是否想写“max”？" in text
    assert "\x1b[31m" in text


def test_control_characters_of_a_file_do_not_reach_the_terminal() -> None:
    """A file cannot paint on the reader's terminal."""
    loaded = load("entities/customer.yaml", "生日", "\x1b[31m生日")

    assert "\x1b" not in render_terminal(loaded.diagnostics, changed("entities/customer.yaml", "生日", "\x1b[31m生日"))


def test_json_has_every_part_of_a_finding() -> None:
    """Programs get the place in the text and in the data."""
    found = render_json(load("forms/order.intake.yaml", "- amount\n", "- amont\n").diagnostics)

    assert {
        "file": "forms/order.intake.yaml",
        "line": 12,
        "column": 9,
        "end_line": 12,
        "end_column": 14,
        "code": "R001",
        "refusal": "DEF-REF",
        "severity": "error",
        "message": "There is no field of order 'amont'.",
        "hint": "Did you mean 'amount'?",
        "pointer": "/layout/0/items/3",
        "related": [],
    } == found[0]


@pytest.mark.parametrize("name", list(schemas()))
def test_schemas_are_valid_and_describe_every_key(name: str) -> None:
    """Each file kind has a schema of the 2020-12 dialect, with every key described in both languages."""
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)
    for each in (schema, *schema.get("$defs", {}).values()):
        for key, value in each.get("properties", {}).items():
            # Where key and shape say the same, it stands at the shape only.
            said = value if "description" in value else schema["$defs"][value["$ref"].rpartition("/")[2]]
            assert said.get("description"), (each["title"], key)
            assert value.get("x-zh"), (each["title"], key)
        assert list(each.get("properties", {})) == each.get("x-order", list(each.get("properties", {})))


def test_keys_stand_in_the_order_of_the_reference() -> None:
    """The key that tells the kind is first, what everything may have is last."""
    for kind in KINDS.values():
        keys = keys_of(kind.shape)
        assert kind.first_key == keys[0]
        assert ("note", "meta") == keys[-2:]


def test_every_kind_finds_its_file() -> None:
    """Kind and name lead to a path, and the path back to both."""
    for kind in KINDS.values():
        name = "x" if kind.folder else str(kind.file)
        assert (kind, name) == kind_of(path_of(kind.name, name))


def test_the_page_of_codes_has_all_areas() -> None:
    """Codes of findings, values and requests stand on one page."""
    text = page()

    assert all(f"| {code} |" in text for code in ("Y001", "S001", "X005", "V001", "W004", "Q404", "P403"))


def test_every_kind_has_its_builder_and_its_place_in_the_app() -> None:
    """A kind with a folder is built by an entry of the loader, and the app holds its things under the kind's group."""
    attributes = {each.name for each in fields(App)}
    folders = {kind.name for kind in KINDS.values() if kind.folder}

    assert folders - {"fragment", "i18n"} == set(BUILDERS)
    assert {kind.name for kind in KINDS.values() if kind.group not in attributes} == {"app", "choices", "fragment"}
