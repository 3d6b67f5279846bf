"""More apps that are made to do harm: characters and encodings, numbers, circles between files, many of everything at once."""

from __future__ import annotations

from collections.abc import Callable

from tests.forms_dsl.hostile_apps import APPS, ENTITY, FLOW, HEAD, LABEL, ONE_FIELD, TITLE, Files, filled


def _app(**files: str) -> Files:
    return {"app.yaml": HEAD, **{path.replace("__", "/") + ".yaml": text for path, text in files.items()}}


def _thing(text: str, **more: str) -> Files:
    return _app(entities__thing=ENTITY + text, **more)


def _json(value: str) -> Files:
    return {"app.yaml": HEAD, "entities/thing.json": '{"entity": "thing", "label": {"zh": "物", "en": "Thing"}, ' + value + "}"}


def _field(options: str) -> Files:
    return _thing(f"  a: {{{options}, {LABEL}}}\n")


def _fields(count: int, line: Callable[[int], str]) -> str:
    return "".join(f"  f{i}: {{{line(i)}, {LABEL}}}\n" for i in range(count))


def _steps(count: int, line: Callable[[int], str]) -> Files:
    steps = "".join(f"  - approve: s{i}\n    {TITLE}\n    by: {{role: x}}\n    {line(i)}\n" for i in range(count))
    return _thing(ONE_FIELD, roles=f"roles:\n  x: {{{LABEL}}}\n", workflows__w=FLOW + steps)


def _score(count: int) -> Files:
    rows = "".join(f"      - {{if: a == 'x{i}', points: {i}}}\n" for i in range(count))
    return _thing(
        ONE_FIELD,
        decisions__d=f"decision: d\n{LABEL}\nkind: scorecard\nentity: thing\noutput: {{score: integer}}\nfactors:\n  f:\n{rows}"
        "      - {else: true, points: 0}\n",
    )


def _wide_table(rows: int, inputs: int) -> Files:
    given = ", ".join(f"x{j}: integer" for j in range(inputs))
    cells = "".join(
        f"  - {{row: r{i}, if: {{{', '.join(f'x{j}: {(i >> (j % 16)) & 1}' for j in range(inputs))}}}, then: {{o: 1}}}}\n"
        for i in range(rows)
    )
    return _app(decisions__d=f"decision: d\n{LABEL}\nkind: table\ngiven: {{{given}}}\noutput: {{o: integer}}\nrows:\n{cells}")


def _calendar(days: int) -> Files:
    listed = "".join(f"      - {2000 + i // 336}-{i // 28 % 12 + 1:02}-{i % 28 + 1:02}\n" for i in range(days))
    return {
        "app.yaml": HEAD + "calendar: c\n",
        "calendars/c.yaml": f"calendar: c\n{LABEL}\nyears:\n  2026:\n    holidays:\n{listed}",
    }


def _menu_of_many() -> Files:
    lists = {f"lists/l{i}.yaml": f"list: l{i}\nentity: thing\n{LABEL}\ncolumns: [a]\n" for i in range(900)}
    return {**_thing(ONE_FIELD), **lists, "app.yaml": HEAD + f"menu: [{', '.join(f'list.l{i}' for i in range(9000))}]\n"}


#: Class → the files of an app.
MORE: dict[str, Callable[[], Files]] = {
    "merge keys": lambda: {"app.yaml": HEAD + filled(lambda i: f"k{i}: {{<<: *a}}\n", 300_000)},
    "tags": lambda: {"app.yaml": HEAD + filled(lambda i: f"k{i}: !!python/object/apply:os.system [id]\n")},
    "billion laughs": lambda: {"app.yaml": HEAD + "a: &a [x, x]\n" + "".join(f"k{i}: &k{i} [*k{i - 1}, *k{i - 1}]\n" for i in range(1, 60))},
    "documents": lambda: {"app.yaml": HEAD + "---\na: 1\n" * 100_000},
    "flow maps in flow lists": lambda: {"app.yaml": HEAD + "meta: " + "[{a: " * 100_000 + "1" + "}]" * 100_000 + "\n"},
    "complex keys": lambda: {"app.yaml": HEAD + filled(lambda i: "? [a, b]\n: c\n")},
    "brackets that are not closed": lambda: {"app.yaml": HEAD + filled(lambda i: f"k{i}: [{{(\n")},
    "keys that stand twice": lambda: {"app.yaml": HEAD + filled(lambda i: "k: 1\n")},
    "json keys that stand twice": lambda: {"app.json": "{" + ",".join(f'"k{i}":1' for i in range(45_000)) + ',"k":1' * 45_000 + "}"},
    "json values in keys that stand twice": lambda: _json('"a": 1, ' + '"a": {"b": 1, "b": {"c": [1, 2]}}, ' * 12_000 + '"z": 1'),
    "a long json string": lambda: _json('"note": "' + "x" * 1_000_000 + '"'),
    "json escapes": lambda: _json('"note": "' + "\\u0041" * 150_000 + '"'),
    "json halves of characters": lambda: _json('"note": "' + "\\ud800" * 100 + '"'),
    "json NUL": lambda: _json('"note": "' + "\\u0000" * 1000 + '"'),
    "json spaces": lambda: {"app.json": " " * 1_000_000 + "{"},
    "json without an end": lambda: {"app.json": '{"a": "' + "\\\\" * 500_000},
    "json constants": lambda: _json('"a": NaN, "b": Infinity, "c": -Infinity'),
    "a million digits": lambda: _field(f"type: integer, min: {'9' * 60_000}"),
    "exponents": lambda: _field("type: decimal, scale: 2, min: 1e999999999, max: -1e-999999999"),
    "exponents in expressions": lambda: _field("type: decimal, scale: 2, compute: 1e999999999 + 1e-999999999"),
    "exponents in json": lambda: _json('"fields": {"a": {"type": "integer", "min": 1e999999999, "label": {"zh": "甲", "en": "A"}}}'),
    "endless sequences": lambda: _app(entities__thing=f"entity: thing\n{LABEL}\nnumber: 'N{{seq:999999999}}'\nfields:\n{ONE_FIELD}"),
    "many sequences": lambda: _app(entities__thing=f"entity: thing\n{LABEL}\nnumber: '{'{seq:6}' * 8000}'\nfields:\n{ONE_FIELD}"),
    "patterns that take forever": lambda: _thing(_fields(300, lambda i: "type: text, pattern: '^(a+)+$'")),
    "patterns that explode": lambda: _thing(_fields(300, lambda i: "type: text, pattern: '((a{1000}){1000}){1000}'")),
    "patterns in depth": lambda: _field(f"type: text, pattern: '{'(' * 20000}a{')' * 20000}'"),
    "patterns of many ways": lambda: _field(f"type: text, pattern: '{'|'.join(f'a{i}' for i in range(9000))}'"),
    "patterns of classes": lambda: _thing(_fields(300, lambda i: f"type: text, pattern: '[{''.join(chr(0x4E00 + j) for j in range(2000))}]{{1,50}}'")),
    "look behind": lambda: _thing(_fields(300, lambda i: r"type: text, pattern: '(?<=a)b\\1(?=c)(?P<x>d)'")),
    "templates of code": lambda: _app(
        entities__thing=ENTITY + ONE_FIELD,
        templates__t=f"template: t\nentity: thing\n{LABEL}\nkind: message\nsubject: {{zh: 甲, en: A}}\n"
        "body: {zh: \"{% for i in range(99999999) %}{{ ''.__class__.__mro__ }}{% endfor %}\", en: \"{{ 10**10000000 }}\"}\n",
    ),
    "placeholders of attributes": lambda: _app(entities__thing=f"entity: thing\n{LABEL}\ntitle: '{'{a.__class__.__init__}' * 2000}'\nfields:\n{ONE_FIELD}"),
    "format strings": lambda: _app(entities__thing=f"entity: thing\n{LABEL}\ntitle: '{'{0!r:>999999999}%s%n' * 3000}'\nfields:\n{ONE_FIELD}"),
    "bidi": lambda: _field("type: text, help: {zh: \u202e甲\u202c, en: A}"),
    "zero width": lambda: _thing("".join(f"  f{i}: {{type: text, label: {{zh: 物\u200b{i}, en: T}}}}\n" for i in range(300))),
    "names that look alike": lambda: _thing("".join(f"  {chr(0x0430)}{i}: {{type: text, {LABEL}}}\n  ａ{i}: {{type: text, {LABEL}}}\n" for i in range(150))),
    "names of SQL": lambda: _thing("".join(f"  {word}: {{type: text, {LABEL}}}\n" for word in "select user order table desc check drop union where group null".split())),
    "names cut alike": lambda: _thing("".join(f"  {'a' * 46}{chr(97 + i)}: {{type: text, {LABEL}}}\n" for i in range(26))),
    "names too long": lambda: _thing("".join(f"  {'a' * 5000}{i}: {{type: text, {LABEL}}}\n" for i in range(150))),
    "UTF-16": lambda: {"app.yaml": (HEAD * 2000).encode("utf-16").decode("utf-8", "surrogateescape")[:500_000]},
    "GBK": lambda: {"app.yaml": (HEAD * 3000).encode("gbk").decode("utf-8", "surrogateescape")},
    "byte order marks": lambda: {"app.yaml": "\ufeff" * 100_000 + HEAD},
    "NUL": lambda: {"app.yaml": HEAD + "note: " + "\0" * 100_000 + "\n"},
    "carriage returns": lambda: {"app.yaml": HEAD.replace("\n", "\r") * 5000},
    "line separators": lambda: {"app.yaml": HEAD + "note: " + "a\u2028b\u0085" * 50_000 + "\n"},
    "paths that lead out": lambda: {"app.yaml": HEAD, "../../etc/passwd.yaml": "a: 1\n", "/etc/x.yaml": "a: 1\n", "C:\\w\\x.yaml": "a: 1\n", "entities/con.yaml": f"entity: con\n{LABEL}\nfields:\n{ONE_FIELD}"},
    "paths of all lengths": lambda: {"app.yaml": HEAD, **{f"entities/{'a' * i}.yaml": "a: 1\n" for i in range(1, 1500)}},
    "languages": lambda: {**_thing(_fields(300, lambda i: "type: text")), "app.yaml": HEAD.replace("[zh, en]", f"[zh, en, {', '.join(f'l{i}' for i in range(60000))}]")},
    "languages of many labels": lambda: {**_thing(_fields(300, lambda i: "type: text")), "app.yaml": HEAD.replace("[zh, en]", f"[zh, en, {', '.join(chr(97 + i // 676) + chr(97 + i // 26 % 26) + chr(97 + i % 26) for i in range(9000))}]")},
    "chains of and": lambda: _thing(_fields(300, lambda i: f"type: boolean, visible: {' and '.join(['f1'] * 190)}")),
    "giant lists": lambda: _thing(_fields(150, lambda i: "type: integer, visible: \"f1 in [" + ",".join(str(j) for j in range(190)) + "]\"")),
    "computed fields of rounding": lambda: _thing(_fields(300, lambda i: "type: integer, compute: f0 / 3" if i else "type: integer")),
    "unrounded fields of all entities": lambda: {
        "app.yaml": HEAD,
        **{f"entities/t{n}.yaml": f"entity: t{n}\n{LABEL}\nfields:\n{_fields(60, lambda i: 'type: integer, compute: f0 / 3' if i else 'type: integer')}" for n in range(75)},
    },
    "percentages of all entities": lambda: {
        "app.yaml": HEAD,
        **{f"entities/t{n}.yaml": f"entity: t{n}\n{LABEL}\nfields:\n  a: {{type: decimal, scale: 2, percent: true, check: a > 5, message: {{zh: 甲, en: A}}, {LABEL}}}\n" for n in range(900)},
        **{f"lists/l{n}.yaml": f"list: l{n}\nentity: t{n}\n{LABEL}\ncolumns: [a]\nfilter: a > 5\n" for n in range(900)},
    },
    "a menu of what is not there beside many lists": _menu_of_many,
    "a table of all combinations": lambda: _wide_table(1000, 40),
    "a scorecard of many rows": lambda: _score(9000),
    "a calendar of many days": lambda: _calendar(50_000),
    "steps that return to each other": lambda: _steps(900, lambda i: f"on_reject: {{return_to: s{(i * 7) % 900}}}"),
    "four eyes over all steps": lambda: _thing(
        ONE_FIELD,
        roles=f"roles:\n  x: {{{LABEL}}}\n",
        workflows__w=FLOW.replace("steps:\n", "controls:\n  four_eyes:\n" + "".join(f"    - name: r{n}\n      different_people: [{', '.join(f's{i}' for i in range(400))}]\n" for n in range(60)) + "steps:\n")
        + "".join(f"  - approve: s{i}\n    {TITLE}\n    by: {{role: x}}\n" for i in range(400)),
    ),
    "choices in choices": lambda: _thing(ONE_FIELD, workflows__w=FLOW + "".join(f"  - choose: a\n    c{i}: []\n    otherwise: []\n" for i in range(5000))),
    "apps that require each other": lambda: {"app.yaml": HEAD + "requires: {apps: {" + ", ".join(f"b{i}: '>=1'" for i in range(9000)) + "}}\n"},
    "an app that requires itself": lambda: {"app.yaml": HEAD + "requires: {apps: {a: '>=1'}}\n"},
    "an app that extends itself": lambda: {"app.yaml": HEAD + "extends: {app: a, version: 1.0.0}\n", "extends/app.yaml": HEAD + "extends: {app: a, version: 1.0.0}\n"},
    "fragments that nobody knows": lambda: _app(entities__thing=f"entity: thing\n{LABEL}\nuse: [{', '.join(f'g{i}' for i in range(60000))}]\nfields: {{}}\n"),
    "translations of nothing": lambda: {"app.yaml": HEAD.replace("[zh, en]", "[zh, en, fr]"), "i18n/fr.yaml": "i18n: fr\n" + filled(lambda i: f"e{i}: x\n")},
    "durations": lambda: _steps(900, lambda i: f"due: {{within: {'9' * 30} years, then: remind}}"),
    "row types": lambda: _thing("  a: {type: rows, of: r0, " + LABEL + "}\nrows:\n" + "".join(f"  r{i}: {{{LABEL}, fields: {{b: {{type: rows, of: r{i + 1}, {LABEL}}}}}}}\n" for i in range(4000))),
    "indexes": lambda: _thing(_fields(300, lambda i: "type: text") + "index:\n" + "".join(f"  - [{', '.join(f'f{(i + j) % 300}' for j in range(30))}]\n" for i in range(3000))),
    "access to everything": lambda: {
        **_thing(_fields(300, lambda i: "type: text")),
        "roles.yaml": "roles:\n" + "".join(f"  r{n}: {{{LABEL}, access: {{thing: {{read: \"f1 == 'x'\", fields: {{{', '.join(f'f{i}: read' for i in range(300))}}}}}}}}}\n" for n in range(200)),
    },
}  # fmt: skip

#: All classes together.
ALL = APPS | MORE
