"""One bad example for each rule about names, references, forms, access, numbers, labels and connections, with its good twin.

Each example stands alone in a small app; the finding must be of the code, at the line and column of the text that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from forms_dsl.load import load_app

APP = """\
app: one
format: 1
version: 1.0.0
label: {zh: 一, en: One}
requires: {apps: {org: ">=1.0"}}
languages: [zh, en]
"""
ENTITY = """\
entity: thing
label: {zh: 物, en: Thing}
fields:
  title: {type: text, max: 60, label: {zh: 标题, en: Title}}
  rate: {type: percent, label: {zh: 比例, en: Rate}}
  unit: {type: branch, label: {zh: 机构, en: Unit}}
"""
ROLES = """\
roles:
  clerk:
    label: {zh: 经办, en: Clerk}
    access:
      thing: {create: true, read: true}
"""
FORM = """\
form: thing.edit
entity: thing
label: {zh: 录入, en: Entry}
layout:
  - section: main
    label: {zh: 主要, en: Main}
    items: [title, rate]
"""
LIST = """\
list: things
entity: thing
label: {zh: 物, en: Things}
columns: [title]
open_with: thing.edit
"""
CHOICES = """\
choices:
  size:
    label: {zh: 大小, en: Size}
    values:
      S: {label: {zh: 小, en: Small}}
      L: {label: {zh: 大, en: Large}}
"""
PARAMS = """\
params:
  most: {type: text, label: {zh: 上限, en: Most}, value: abc}
"""
BINDINGS = """\
bindings:
  core:
    label: {zh: 核心, en: Core}
    connector: core_bank
    version: ">=1.0"
    operations:
      find: {operation: find, in: {code: text}, out: {name: text}, mock: {name: a}}
"""
FILES = {
    "app.yaml": APP, "entities/thing.yaml": ENTITY, "roles.yaml": ROLES, "forms/thing.edit.yaml": FORM, "lists/things.yaml": LIST,
}  # fmt: skip
SIZE = {
    "choices.yaml": CHOICES,
    "entities/thing.yaml": ENTITY + "  size: {type: choice, choices_from: size, label: {zh: 大小, en: Size}}\n",
}
ROWS = {
    "entities/thing.yaml": ENTITY
    + "  parts: {type: rows, of: part, label: {zh: 件, en: Parts}}\nrows:\n  part:\n    fields:\n      what: {type: text, max: 9, label: {zh: 名, en: What}}\n"
}
SUM = {
    "entities/thing.yaml": ENTITY
    + "  parts: {type: rows, of: part, label: {zh: 件, en: Parts}}\n"
    + "  all: {type: integer, stored: true, compute: sum(parts.size), label: {zh: 总数, en: All}}\n"
    + "rows:\n  part:\n    fields:\n      size: {type: integer, label: {zh: 数, en: Size}}\n"
}
ASK = {
    "bindings.yaml": BINDINGS,
    "forms/thing.edit.yaml": FORM.replace(
        "[title, rate]",
        "[title, rate, {button: ask, label: {zh: 查, en: Ask}, call: core.find, send: {code: title}, save: {title: result.name}}]",
    ),
}
THING, FORM_PATH, LONG = "entities/thing.yaml", "forms/thing.edit.yaml", "n" * 41
LIST_PATH, COLUMNS = "lists/things.yaml", "columns:"
TWO_CURRENCIES = {
    THING: ENTITY
    + "  one: {type: money, currency: CNY, label: {zh: 甲, en: One}}\n"
    + "  two: {type: money, currency: USD, label: {zh: 乙, en: Two}}\n"
}
MANY = "".join(f"  f{n}: {{type: text, max: 9, label: {{zh: 栏{n}, en: F{n}}}}}\n" for n in range(40))

#: Code, further files of the example, file, good text, bad text, and the text at which the finding stands.
CASES: list[tuple[str, Mapping[str, str], str, str, str, str]] = [
    ("S001", {}, THING, "max: 60", "mxa: 60", "mxa"),
    ("S002", {}, THING, "max: 60", "max: sixty", "sixty"),
    ("S003", {}, THING, ", label: {zh: 标题, en: Title}", "", "title:"),
    ("S004", {}, THING, "entity: thing", "entity: thin", "thin\n"),
    ("S005", {}, THING, "  rate:", "  Rate:", "Rate:"),
    ("S006", {}, THING, "  rate:", f"  {LONG}:", LONG),
    ("S007", {}, "lists/things.yaml", "[title]", "[title, unit.parent.parent.parent.parent.name]", "unit.parent"),
    ("S008", SIZE, "choices.yaml", "      L:", "      Ｓ:", "Ｓ: {label"),
    ("S010", {}, THING, "fields:", "fields:" + "\n" * 2001, "entity"),
    ("S011", SIZE, THING, "choices_from: size", "choices: {S: {label: {zh: 小, en: Small}}}", "size:\n    label"),
    ("S012", ROWS, THING, "\nrows:", "\n  more: {type: rows, of: part, label: {zh: 更多, en: More}}\nrows:", "more:"),
    ("R001", {}, FORM_PATH, "[title, rate]", "[titel, rate]", "titel"),
    ("R002", {}, THING, "fields:", "like: thing\nfields:", "thing\nfields"),
    ("R003", {}, "app.yaml", 'requires: {apps: {org: ">=1.0"}}\n', "", "{type: branch"),
    ("R004", {}, "app.yaml", 'org: ">=1.0"', 'org: ">=2.0"', '">=2.0"'),
    ("R010", {}, THING, "max: 60,", "max: 60, deprecated: {zh: 请改用 rate, en: Use rate},", "title, rate]"),
    ("Q002", SUM, THING, "    fields:\n", "    expected: 1001\n    fields:\n", "sum(parts.size)"),
    ("F001", {}, FORM_PATH, "[title, rate]", "[title, rate, title]", "title]"),
    ("F002", {}, THING, "type: branch,", "type: branch, required: true,", "unit:"),
    ("F003", {}, THING, "max: 60,", "max: 60, required: true, visible: rate > 0.5,", "title, rate"),
    ("F004", {}, FORM_PATH, "[title, rate]", f"[title, rate, {', '.join(f'f{n}' for n in range(40))}]", "layout"),
    ("F005", {}, THING, "type: text, max: 60,", "type: file, max_mb: 5,", "title:"),
    ("P001", {}, "roles.yaml", ", read: true", "", "thing\nlabel"),
    ("P002", {}, "roles.yaml", "read: true}", "read: true, fields: {title: read}}", "title: read"),
    ("P003", {}, "roles.yaml", "read: true", "read: unit == user.brnch", "brnch"),
    ("P004", {}, "roles.yaml", "{create: true, read: true}", "{create: true}\n  boss: {label: {zh: 主管, en: Boss}, access: {thing: {read: true}}}", "create"),
    ("P005", {}, "roles.yaml", "read: true", "read: true, export: true, unmask: [title]", "export"),
    ("P009", {}, "roles.yaml", "roles:\n", "roles:\n  rescue: {label: {zh: 应急, en: Rescue}, emergency: {taken_by: [role.boss], reviewed_by: role.boss}}\n  boss: {label: {zh: 主管, en: Boss}}\n", "role.boss}"),
    ("P011", {}, "roles.yaml", "read: true", "read: true, merge: true", "merge"),
    ("N201", {}, THING, "  unit:", "  half: {type: decimal, scale: 2, compute: round(rate / 2, 2), label: {zh: 半, en: Half}}\n  unit:", ""),
    ("N202", {}, THING, "type: percent,", "type: integer, max: 9999999999999999,", "9999999999999999"),
    ("N203", TWO_CURRENCIES, THING, "max: 60,", "max: 60, check: one + two > 0, message: {zh: 高, en: High},", "one + two"),
    ("N204", {}, THING, "type: percent,", "type: percent, check: rate < 5, message: {zh: 高, en: High},", "5, message"),
    ("X001", {}, LIST_PATH, COLUMNS, f"filter: {'not (' * 31}rate > 1{')' * 31}\ncolumns:", "(rate"),
    ("X002", {}, LIST_PATH, COLUMNS, "filter: rate > 0 and\ncolumns:", "and\n"),
    ("X003", {}, LIST_PATH, COLUMNS, "filter: title == lambda\ncolumns:", "lambda"),
    ("X004", {}, LIST_PATH, COLUMNS, "filter: rate > 1e5\ncolumns:", "1e5"),
    ("X005", {}, LIST_PATH, COLUMNS, "filter: ratte > 0\ncolumns:", "ratte"),
    ("X006", {}, LIST_PATH, COLUMNS, "filter: flor(rate) > 0\ncolumns:", "flor"),
    ("X011", {}, LIST_PATH, COLUMNS, "filter: title > 1\ncolumns:", "> 1"),
    ("X012", {}, LIST_PATH, COLUMNS, "filter: len() > 1\ncolumns:", "len"),
    ("X013", {}, LIST_PATH, COLUMNS, "filter: round(rate, unit) > 0\ncolumns:", "unit)"),
    ("X014", ROWS, THING, "max: 60,", "max: 60, check: sum(sum(1 for q in parts) for p in parts) > 0, message: {zh: 高, en: High},", "sum(1"),
    ("X020", SIZE, LIST_PATH, COLUMNS, 'filter: size == "M"\ncolumns:', '"M"'),
    ("X030", {}, LIST_PATH, COLUMNS, 'filter: matches(title, "uscc")\ncolumns:', "matches"),
    ("X040", {}, THING, "type: percent,", "type: percent, compute: rate / 2,", "rate:"),
    ("X050", {}, THING, "max: 60,", 'max: 60, pattern: "(",', '"("'),
    ("X301", {}, LIST_PATH, COLUMNS, "filter: not (rate < 1)\ncolumns:", "not ("),
    ("X302", {}, LIST_PATH, COLUMNS, "filter: rate > 0.5 and rate < 0.4\ncolumns:", "rate >"),
    ("X304", {}, LIST_PATH, COLUMNS, "filter: rate * 2 > 1\ncolumns:", "rate *"),
    ("X302", {}, LIST_PATH, COLUMNS, 'filter: rate < 0.4 and "a" == "b"\ncolumns:', '"a" =='),
    ("X302", {}, LIST_PATH, COLUMNS, 'filter: rate < (1 if "b" > "a" else 0)\ncolumns:', '"b" >'),
    ("X306", {}, LIST_PATH, COLUMNS, "filter: rate < 1 / 0\ncolumns:", "1 / 0"),
    ("X306", {}, LIST_PATH, COLUMNS, "filter: rate < 7 // 0\ncolumns:", "7 // 0"),
    ("X306", {}, LIST_PATH, COLUMNS, "filter: rate < 7 % 0\ncolumns:", "7 % 0"),
    ("X303", {}, LIST_PATH, COLUMNS, 'filter: title == ""\ncolumns:', '""\ncolumns'),
    ("X305", {}, LIST_PATH, COLUMNS, 'filter: unit.parent.parent.name == "a"\ncolumns:', "unit.parent"),
    ("L301", {}, THING, "{zh: 标题, en: Title}", "{zh: 标题}", "{zh: 标题}"),
    ("L303", {}, THING, "{zh: 比例, en: Rate}", "{zh: 标题, en: Rate}", "rate]"),
    ("L304", {}, THING, "en: Title", "en: The title of this very thing", "The title"),
    ("L305", {}, THING, "en: Title", 'en: "T\u200bitle"', "{zh: 标题"),
    ("L306", {}, THING, "en: Rate", "en: Тitle", "{zh: 比例"),
    ("C001", {"params.yaml": PARAMS}, "params.yaml", "value: abc", "value: https://core.bank.example/api", "https://"),
    ("C001", {"params.yaml": PARAMS}, "params.yaml", "most:", "core_password:", "core_password"),
    ("C001", {"params.yaml": PARAMS}, "params.yaml", "value: abc", "value: 10.1.2.3:8080", "10.1.2.3"),
    ("C003", ASK, "bindings.yaml", ", mock: {name: a}", "", "find: {"),
    ("C004", ASK, FORM_PATH, "send: {code: title}", "send: {code: rate}", "rate}, save"),
]  # fmt: skip
#: Rules whose finding stands in another file than the mistake.
ELSEWHERE = {"S011": "choices.yaml", "R003": THING, "F003": FORM_PATH, "P001": THING, "R010": FORM_PATH, "L303": FORM_PATH}


def _example(code: str, more: Mapping[str, str]) -> dict[str, str]:
    files = {**FILES, **more}
    if code == "P002":
        files[THING] = files[THING].replace("max: 60,", "max: 60, class: C2,")
    if code == "F004":
        files[THING] += MANY
    return files


def _found(files: Mapping[str, str]) -> list[tuple[str, str, int, int]]:
    return [(d.code, d.span.file, d.span.line, d.span.column) for d in load_app(files).diagnostics]


@pytest.mark.parametrize(("code", "more", "path", "good", "bad", "text"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
def test_a_rule_finds_its_bad_example(code: str, more: Mapping[str, str], path: str, good: str, bad: str, text: str) -> None:
    """The finding stands at its line and column; the good twin has none of this code."""
    files = _example(code, more)
    assert good in files[path]
    broken = {**files, path: files[path].replace(good, bad, 1)}
    if code == "N201":
        broken[path] = broken[path].replace("round(rate / 2, 2)", "rate / 2")
        text = "rate / 2"
        files = {**files, path: files[path].replace(good, bad, 1)}
    where = ELSEWHERE.get(code, path)
    whole = broken[where]
    at = whole.index(
        text, whole.index(bad) if where == path and bad in whole and code not in {"S010", "S011"} and text in bad else 0
    )
    line, column = whole[:at].count("\n") + 1, at - whole.rfind("\n", 0, at)

    assert code not in {found[0] for found in _found(files)}
    assert (code, where, line, column) in _found(broken)
