"""The class under which an API refuses a definition: every error has one, hints and warnings have none."""

from __future__ import annotations

import pytest

from forms_dsl.diagnostics import CODES
from forms_dsl.load import load_app
from forms_dsl.render import render_json
from tests.forms_dsl.small_app import FILES

HEAD = "app: a\nformat: 1\nversion: 1.0.0\nlabel: {zh: 甲, en: A}\nlanguages: [zh, en]\n"
FIELDS = "entity: thing\nlabel: {zh: 物, en: Thing}\nfields:\n"

CASES = [
    ("app.yaml", "", "DEF-SHAPE"),
    ("app.yaml", "- a\n", "DEF-SHAPE"),
    ("app.yaml", HEAD + "note: &x 1\nmeta: *x\n", "DEF-YAML-ALIAS"),
    ("app.yaml", HEAD + "<<: {a: 1}\n", "DEF-YAML-ALIAS"),
    ("app.yaml", HEAD + "Note: x\nnote: x\n", "DEF-DUP-KEY"),
    ("app.yaml", HEAD + "note: 'a\\0'\n".replace("'", '"'), "DEF-UNICODE"),
    ("app.yaml", HEAD + "1: x\n", "DEF-KEY-TYPE"),
    ("app.yaml", HEAD + "requird: true\n", "DEF-UNKNOWN-KEY"),
    ("app.yaml", HEAD + "meta: " + "[" * 40 + "]" * 40 + "\n", "DEF-DEPTH"),
    ("entities/thing.yaml", FIELDS + "  amount: {type: money, label: {zh: 额, en: Amount}, min: " + "9" * 60 + "}\n", "DEF-NUMBER"),
    ("entities/thing.yaml", FIELDS + "  amount: {type: money, label: {zh: 额, en: Amount}, required: 1}\n", "DEF-TYPE"),
    ("entities/thing.yaml", FIELDS + "  version: {type: text, label: {zh: 版, en: V}}\n", "DEF-RESERVED"),
    ("entities/thing.yaml", FIELDS + "  Аmount: {type: text, label: {zh: 额, en: A}}\n", "DEF-NAME"),
    ("entities/thing.yaml", FIELDS + "  a: {type: text, label: {zh: 额, en: '  '}}\n", "DEF-LABEL"),
    ("entities/thing.yaml", FIELDS + '  a: {type: text, label: {zh: 额, en: "A\\u200Bb"}}\n', "DEF-UNICODE"),
    ("entities/thing.yaml", FIELDS + "  a: {type: text, label: {zh: 额, fr: A}}\n", "DEF-LOCALE"),
    ("entities/thing.yaml", FIELDS + "  a: {type: reference, to: nothing, label: {zh: 额, en: A}}\n", "DEF-REF"),
    ("entities/thing.yaml", FIELDS + "  a: {type: reference, to: thing, required: true, label: {zh: 额, en: A}}\n", "DEF-CYCLE-REQUIRED"),
    ("entities/thing.yaml", FIELDS + "  a: {type: text, pattern: '(a{1000}){1000}', label: {zh: 额, en: A}}\n", "DEF-REGEX"),
    ("entities/thing.yaml", FIELDS + "  a: {type: text, label: {zh: 额, en: A}, visible: ().__class__}\n", "EXPR-SYNTAX"),
    ("entities/thing.yaml", FIELDS + "  a: {type: text, label: {zh: 额, en: A}, visible: a.ljust(9) == a}\n", "EXPR-SYNTAX"),
    ("entities/thing.yaml", FIELDS + "  a: {type: text, label: {zh: 额, en: A}, visible: ljust(a) == a}\n", "EXPR-CALL"),
    ("entities/thing.yaml", FIELDS + "  a: {type: text, label: {zh: 额, en: A}, visible: a + 1 == 2}\n", "EXPR-TYPE"),
    ("entities/thing.yaml", FIELDS + "  a: {type: text, label: {zh: 额, en: A}, visible: '" + "not " * 200 + "True'}\n", "EXPR-LIMIT"),
    ("bindings.yaml", "bindings:\n  b: {label: {zh: 核, en: B}, connector: x, version: '>=1', password: x}\n", "DEF-UNKNOWN-KEY"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "refusal"), CASES, ids=range(len(CASES)))
def test_each_class_of_bad_definition_has_its_refusal(path: str, text: str, refusal: str) -> None:
    """Among the errors of a bad text is one of the class that security's list expects."""
    loaded = load_app({"app.yaml": HEAD, path: text})

    assert loaded.app is None
    found = {one["refusal"] for one in render_json(loaded.diagnostics) if one["severity"] == "error"}
    assert refusal in found, [(one.code, one.message) for one in loaded.diagnostics]


def test_only_errors_refuse() -> None:
    """Warnings and hints carry no class, and every kind of error has one."""
    loaded = load_app({**FILES, "lists/unused.yaml": FILES["lists/orders.yaml"].replace("list: orders", "list: unused")})

    assert all((found.refusal is None) == (found.severity != "error") for found in loaded.diagnostics)
    assert all(code.refusal for code in CODES.codes.values())
