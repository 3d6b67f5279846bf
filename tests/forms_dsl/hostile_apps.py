"""Apps that are made to take time or memory from whoever reads them, by the class of their malice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

HEAD = "app: a\nformat: 1\nversion: 1.0.0\nlabel: {zh: 甲, en: A}\nlanguages: [zh, en]\n"
LABEL = "label: {zh: 物, en: Thing}"
ENTITY = f"entity: thing\n{LABEL}\nfields:\n"
ONE_FIELD = f"  a: {{type: text, {LABEL}}}\n"

Files = dict[str, str]


def filled(line: Callable[[int], str], size: int = 1 << 20) -> str:
    """As many numbered lines as fit into a file of `size` bytes."""
    lines, used = [], 0
    while used < size - 400:
        lines.append(line(len(lines)))
        used += len(lines[-1].encode())
    return "".join(lines)


def _app(**files: str) -> Files:
    return {"app.yaml": HEAD, **{path.replace("__", "/") + ".yaml": text for path, text in files.items()}}


def _thing(*lines: str, **more: str) -> Files:
    return _app(entities__thing=ENTITY + "".join(lines), **more)


def _entities(count: int, line: Callable[[int], str]) -> Files:
    return {"app.yaml": HEAD, **{f"entities/t{i}.yaml": f"entity: t{i}\n{LABEL}\n{line(i)}" for i in range(count)}}


def _field(name: str, options: str) -> str:
    return f"  {name}: {{{options}, {LABEL}}}\n"


def _cells(row: int, inputs: int) -> Iterator[tuple[str, str]]:
    for number, sign in ((row % inputs, ">"), ((row + 5) % inputs, "<")):
        yield f"x{number}", f"x{number}: 'x{number} {sign} {row}'"


def _table(rows: int, inputs: int) -> Files:
    names = [f"x{i}" for i in range(inputs)]
    cells = (
        f"  - row: r{i}\n    if: {{{', '.join(dict(_cells(i, inputs)).values())}}}\n    then: {{o: 1}}\n" for i in range(rows)
    )
    given = ", ".join(f"{name}: integer" for name in names)
    return _app(
        decisions__d=f"decision: d\n{LABEL}\nkind: table\ngiven: {{{given}}}\noutput: {{o: integer}}\nrows:\n" + "".join(cells)
    )


def _steps(depth: int) -> str:
    """A choice inside a choice, and so on."""
    return "".join(f"{'    ' * level}  - choose: a\n{'    ' * level}    x:\n" for level in range(depth))


def _parallel(depth: int) -> str:
    """Two branches, in each of which there are two branches, and so on, as deep as may be."""

    def steps(level: int, name: str) -> str:
        if level == 0:
            return f"[{{approve: {name}, {TITLE}, by: {{role: x}}}}]"
        branches = ", ".join(f"{{name: {name}{one}, steps: {steps(level - 1, name + one)}}}" for one in "ab")
        return f"[{{together: [{branches}]}}]"

    return f"  - {steps(depth, 's')[1:-1]}\n"


FLOW = "workflow: w\ntitle: {zh: 甲, en: A}\nfor: thing\nstart: {by: starter}\nsteps:\n"
TITLE = "title: {zh: 甲, en: A}"

#: Class → the files of an app.
APPS: dict[str, Callable[[], Files]] = {
    "unknown keys": lambda: {"app.yaml": HEAD + filled(lambda i: f"k{i}: 1\n")},
    "unknown keys in fields": lambda: _thing(filled(lambda i: f"  f{i}: {{typ: text, lable: x}}\n")),
    "the deepest keys": lambda: {"app.yaml": HEAD + "meta: " + "{a: " * 5000 + "1" + "}" * 5000 + "\n"},
    "flow lists": lambda: {"app.yaml": HEAD + "meta: [" + "[]," * 90000 + "]\n"},
    "colons": lambda: {"app.yaml": HEAD + 'note: "' + "a: b, " * 150000 + '"\n'},
    "quotes": lambda: {"app.yaml": HEAD + filled(lambda i: '"')},
    "comments": lambda: {"app.yaml": HEAD + filled(lambda i: f"# {i}\n")},
    "syntax errors": lambda: {"app.yaml": HEAD + filled(lambda i: f"k{i}: [\n", 200_000)},
    "tabs": lambda: {"app.yaml": HEAD + filled(lambda i: f"k{i}:\n\ta: 1\n", 200_000)},
    "anchors": lambda: {"app.yaml": HEAD + filled(lambda i: f"k{i}: &a{i} [*a{i}, *a{i}]\n")},
    "one long line": lambda: {"app.yaml": HEAD + "note: " + "x" * 1_000_000 + "\n"},
    "json in depth": lambda: {"app.json": "[" * 100_000},
    "json keys": lambda: {"app.json": "{" + ",".join(f'"k{i}":1' for i in range(90_000)) + "}"},
    "json number": lambda: {"app.json": '{"app": ' + "9" * 1_000_000 + "}"},
    "bad expressions": lambda: _thing(
        *(_field(f"f{i}", f"type: text, visible: {i}x + 1 == nonsense({i})") for i in range(300))
    ),
    "unknown names": lambda: _thing(*(_field(f"f{i}", f"type: text, visible: x{i} and y{i} and z{i}") for i in range(300))),
    "long expressions": lambda: _thing(
        *(_field(f"f{i}", "type: integer, compute: " + "+".join(["f0"] * 240)) for i in range(1, 300)), _field("f0", "type: integer")
    ),
    "deep expressions": lambda: _thing(*(_field(f"f{i}", f"type: boolean, visible: '{'(' * 900}a{')' * 900}'") for i in range(300))),
    "conditions of all fields": lambda: _thing(
        *(_field(f"f{i}", "type: integer, visible: " + " or ".join(f"f{j} > {i}" for j in range(i % 7, 300, 8))) for i in range(300))
    ),
    "a circle of computed fields": lambda: _thing(
        *(_field(f"f{i}", f"type: integer, compute: f{(i + 1) % 300} + f{(i + 7) % 300}") for i in range(300))
    ),
    "a chain of computed fields": lambda: _thing(
        *(_field(f"f{i}", f"type: integer, compute: f{i + 1} + f{i + 1}") for i in range(299)), _field("f299", "type: integer")
    ),
    "patterns": lambda: _thing(
        *(_field(f"f{i}", f'type: text, pattern: "(a|b|ab){{1,{i + 2}}}(c{{1,50}}){{1,50}}"') for i in range(300))
    ),
    "choices": lambda: _app(choices=f"choices:\n  c:\n    {LABEL}\n    values:\n" + filled(lambda i: f"      c{i}: {{{LABEL}}}\n")),
    "choices that look alike": lambda: _app(
        choices=f"choices:\n  c:\n    {LABEL}\n    values:\n" + "".join(f"      c{i}: {{label: {{zh: 物{'О' * (i % 40)}, en: A}}}}\n" for i in range(9000))
    ),
    "parents of choices": lambda: _app(
        choices=f"choices:\n  c:\n    {LABEL}\n    values:\n" + "".join(f"      c{i}: {{{LABEL}, parent: c{i + 1}}}\n" for i in range(9000))
    ),
    "a chain of roles": lambda: _app(roles="roles:\n" + "".join(f"  r{i}: {{{LABEL}, includes: [r{i + 1}]}}\n" for i in range(5000))),
    "roles that include all": lambda: _app(
        roles="roles:\n" + "".join(f"  r{i}: {{{LABEL}, includes: [{', '.join(f'r{j}' for j in range(480))}]}}\n" for i in range(260))
    ),
    "a role that includes one often": lambda: _app(roles=f"roles:\n  a: {{{LABEL}, includes: [{'b, ' * 90000}]}}\n  b: {{{LABEL}}}\n"),
    "entities that need each other": lambda: _entities(
        1900, lambda i: f"fields:\n  a: {{type: reference, to: t{(i + 1) % 1900}, required: true, {LABEL}}}\n"
    ),
    "a chain of copies": lambda: _entities(1900, lambda i: f"like: t{i + 1}\nfields:\n  a{i}: {{type: text, {LABEL}}}\n"),
    "copies of one large entity": lambda: {
        **_thing(*(_field(f"f{i}", "type: text") for i in range(300))),
        **{path: text for path, text in _entities(1900, lambda i: "like: thing\nfields: {}\n").items() if path != "app.yaml"},
    },
    "one fragment taken often": lambda: {
        "app.yaml": HEAD,
        "fragments/g.yaml": "fragment: g\nfields:\n" + "".join(_field(f"f{i}", "type: text") for i in range(300)),
        "entities/thing.yaml": f"entity: thing\n{LABEL}\nuse: [{'g, ' * 90000}]\nfields: {{}}\n",
    },
    "a circle of related records": lambda: _entities(
        1900,
        lambda i: f"fields:\n  a: {{type: reference, to: t{(i + 1) % 1900}, {LABEL}}}\nrelated:\n"
        f"  r: {{entity: t{(i - 1) % 1900}, by: a, {LABEL}}}\n",
    ),
    "placeholders": lambda: _app(
        entities__thing=f"entity: thing\n{LABEL}\ntitle: '{'{a}' * 20000}'\nfields:\n{ONE_FIELD}",
    ),
    "open placeholders": lambda: _app(entities__thing=f"entity: thing\n{LABEL}\ntitle: '{'{' * 60000}'\nfields:\n{ONE_FIELD}"),
    "many lists": lambda: {
        **_thing(*(_field(f"f{i}", "type: text") for i in range(300))),
        **{
            f"lists/l{i}.yaml": f"list: l{i}\nentity: thing\n{LABEL}\ncolumns: [{', '.join(f'f{j}' for j in range(0, 300, 10))}]\n"
            for i in range(1900)
        },
    },
    "a form of unknown fields": lambda: _thing(
        ONE_FIELD,
        **{
            "forms__thing.f": f"form: thing.f\nentity: thing\n{LABEL}\nlayout:\n  - section: s\n    {LABEL}\n"
            f"    items: [{', '.join(f'f{i}' for i in range(60000))}]\n"
        },
    ),
    "translations": lambda: {
        "app.yaml": HEAD.replace("[zh, en]", "[zh, en, fr]"),
        "i18n/fr.yaml": "i18n: fr\n" + filled(lambda i: f"entities.a.fields.b{i}: x\n"),
    },
    "steps": lambda: _thing(ONE_FIELD, workflows__w=FLOW + filled(lambda i: f"  - approve: s{i}\n    {TITLE}\n    by: role.x\n")),
    "steps in depth": lambda: _thing(ONE_FIELD, workflows__w=FLOW + _steps(200)),
    "parallel steps": lambda: _thing(
        ONE_FIELD,
        workflows__w=FLOW
        + filled(
            lambda i: f"  - together:\n      - name: a{i}\n        steps:\n          - approve: s{i}\n            {TITLE}\n"
            f"            by: {{role: x}}\n      - name: b{i}\n        steps: []\n",
            600_000,
        ),
    ),
    "parallel steps in depth": lambda: _thing(ONE_FIELD, workflows__w=FLOW + _parallel(11)),
    "steps that go to each other": lambda: _thing(
        ONE_FIELD,
        roles=f"roles:\n  x: {{{LABEL}}}\n",
        workflows__w=FLOW
        + "".join(
            f"  - approve: s{i}\n    {TITLE}\n    by: {{role: x}}\n    when: a == 'x'\n    may_return_to: [s{(i * 7) % 1000}, s{(i * 3) % 1000}]\n"
            for i in range(1000)
        ),
    ),
    "rows of a decision": lambda: _table(1500, 12),
    "inputs of a decision": lambda: _table(300, 150),
    "rows over one input": lambda: _table(4000, 1),
    "rows that lie apart": lambda: _app(
        decisions__d=f"decision: d\n{LABEL}\nkind: table\ngiven: {{{', '.join(f'x{j}: integer' for j in range(12))}}}\n"
        "output: {o: integer}\nrows:\n"
        + "".join(
            f"  - row: r{i}\n    if: {{{', '.join(f'x{j}: {i * (j + 1)}' for j in range(12))}}}\n    then: {{o: 1}}\n" for i in range(1500)
        ),
    ),
    "rows of cells that interlock": lambda: _app(
        decisions__d=f"decision: d\n{LABEL}\nkind: table\ngiven: {{{', '.join(f'x{j}: integer' for j in range(40))}}}\n"
        "output: {o: integer}\nrows:\n"
        + "".join(
            f"  - row: r{i}\n    if: {{{', '.join(f'x{j}: {(i * 7 + j) % 5}' for j in sorted({i % 40, i * 3 % 40, i * 11 % 40}))}}}\n"
            "    then: {o: 1}\n"
            for i in range(600)
        ),
    ),
    "a large given of a test": lambda: _thing(
        ONE_FIELD,
        tests__t="tests: t\ncases:\n  - case: c\n    given:\n      thing:\n" + filled(lambda i: f"        - {{a: x{i}}}\n"),
    ),
    "many tests": lambda: _thing(
        ONE_FIELD, tests__t="tests: t\ncases:\n" + filled(lambda i: f"  - case: c{i}\n    expression: 1 + {i}\n    expect: {i}\n")
    ),
    "a menu": lambda: {"app.yaml": HEAD + f"menu: [{', '.join(f'lists.l{i}' for i in range(60000))}]\n"},
    "languages": lambda: {"app.yaml": HEAD.replace("[zh, en]", f"[zh, en, {', '.join(f'l{i}' for i in range(60000))}]")},
    "parameters": lambda: _app(params="params:\n" + filled(lambda i: f"  p{i}: {{type: integer, {LABEL}, value: {i}}}\n")),
    "bindings": lambda: _app(
        bindings="bindings:\n  b:\n    connector: c\n    version: '>=1'\n    " + LABEL + "\n    operations:\n"
        + filled(lambda i: f"      o{i}: {{operation: o, in: {{a: text}}, out: {{b: text}}, mock: {{b: '1'}}}}\n")
    ),
    "files that are nothing": lambda: {"app.yaml": HEAD, **{f"nothing{i}/x.yaml": "a: 1\n" for i in range(1990)}},
    "a large app": lambda: _entities(1900, lambda i: f"fields:\n  a: {{type: text, {LABEL}}}\n"),
    "too many files": lambda: {"app.yaml": HEAD, **{f"entities/t{i}.yaml": "" for i in range(20_000)}},
    "a full bundle of values": lambda: {
        "app.yaml": HEAD,
        **{f"entities/t{n}.yaml": f"entity: t{n}\n{LABEL}\nfields:\n" + filled(lambda i: _field(f"f{i}", "type: text")) for n in range(19)},
    },
    "a full bundle of comments": lambda: {
        "app.yaml": HEAD,
        **{f"entities/t{n}.yaml": f"entity: t{n}\n{LABEL}\nfields:\n{ONE_FIELD}" + filled(lambda i: f"# {i}\n") for n in range(18)},
    },
    "a full bundle of text": lambda: {
        "app.yaml": HEAD,
        **{f"entities/t{n}.yaml": f"entity: t{n}\n" + "note: >\n" + filled(lambda i: "  物物物物物物物物\n") for n in range(18)},
    },
    "a full bundle of errors": lambda: {
        "app.yaml": HEAD,
        **{f"entities/t{n}.yaml": filled(lambda i: f"k{i}: [\n") for n in range(18)},
    },
    "an overlay of a thousand paths": lambda: {
        "app.yaml": HEAD.replace("app: a", "app: b") + "extends: {app: a, version: 1.0.0}\n",
        "entities/thing.yaml": "extend: a.thing\nfields:\n" + "".join(_field(f"x_f{i}", "type: text") for i in range(9000)),
        "extends/app.yaml": HEAD,
        "extends/entities/thing.yaml": ENTITY + "".join(_field(f"f{i}", "type: text") for i in range(290)),
    },
    "bases of bases": lambda: {"extends/" * depth + "app.yaml": HEAD + "extends: {app: a, version: 1.0.0}\n" for depth in range(1500)},
}  # fmt: skip
