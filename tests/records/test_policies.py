"""Compiled access against a naive reading of the same definition: random roles, rows and people."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from decimal import Decimal

import orjson
import pytest
import sqlalchemy as sa

from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Expression
from forms_dsl.load import load_app
from forms_dsl.masks import masked
from forms_dsl.model import AccessRule, Role
from runtime.compile.app import CompiledApp, compile_app, wanted_tables
from runtime.context import Context, Principal
from runtime.failures import Failure
from runtime.query.late import context_facts
from runtime.records.read import list_records
from runtime.records.request import ListRequest
from runtime.store.database import Database
from tests.records.lab import NOW, UNITS, context, person, prepare

FIELDS = ("label", "branch", "owner", "grade", "amount", "open", "due", "secret", "tag", "twice")
ENTITY = """
entity: paper
label: Paper
fields:
  label: {type: text, max: 40, label: Label}
  branch: {type: reference, to: org.branch, label: Branch}
  owner: {type: reference, to: org.person, label: Owner}
  grade: {type: choice, ordered: true, label: Grade, choices: {a: {label: A}, b: {label: B}, c: {label: C}}}
  amount: {type: money, label: Amount}
  open: {type: boolean, label: Open}
  due: {type: date, label: Due}
  secret: {type: text, max: 40, class: C2, mask: "2****2", label: Secret}
  tag: {type: text, max: 40, class: C3, label: Tag}
  twice: {type: money, compute: amount * 2, label: Twice}
"""
ATOMS = (
    "branch == user.branch", "branch.path in user.branch_tree", "owner == user.id", "owner.branch == user.branch", "created_by == user.id",
    'grade == "b"', 'grade < "c"', 'grade != "a"', "amount > 10", "amount <= 20.5", "amount * 3 > 40", "is_missing(amount)", "open", "not open",
    "due < today()", "is_missing(due) or due >= today()", 'has_role("r1")', "twice > 30", 'starts_with(label, "x")', 'label in ["x1", "y2"]',
    "is_missing(branch)", "branch.region == owner.branch.region", "amount > param.ceiling", "true", 'owner.name == user.name',
)  # fmt: skip
LEVELS = ("hidden", "masked", "read", "write")


def rule(chance: random.Random) -> str:
    parts = [chance.choice(ATOMS) for _ in range(chance.choice((1, 1, 2, 3)))]
    joined = chance.choice((" and ", " or ")).join(f"({p})" for p in parts)
    return f"not ({joined})" if chance.random() < 0.2 else joined


def policy(chance: random.Random) -> str:
    lines = ["roles:"]
    for number in range(4):
        access = {"read": chance.choice(("true", rule(chance), rule(chance), rule(chance)))}
        if chance.random() < 0.25:
            access["deny"] = rule(chance)
        fields = {f: chance.choice(LEVELS) for f in FIELDS if f not in {"twice"} and chance.random() < 0.35}
        lines += [f"  r{number}:", f"    label: R{number}", "    access:", "      paper:"]
        lines += [f"        {key}: {orjson.dumps(text).decode() if text != 'true' else text}" for key, text in access.items()]
        if fields:
            lines.append("        fields: {" + ", ".join(f"{k}: {v}" for k, v in fields.items()) + "}")
    return "\n".join(lines)


def compiled(chance: random.Random) -> CompiledApp:
    app = """
app: papers
format: 1
version: 1.0.0
label: Papers
requires: {runtime: ">=0.1", apps: {org: ">=1.0 <2"}}
languages: [en]
"""
    params = "params:\n  ceiling: {type: money, label: Limit, value: 15}\n"
    files = {"app.yaml": app, "params.yaml": params, "entities/paper.yaml": ENTITY, "roles.yaml": policy(chance)}
    loaded = load_app(files)
    assert loaded.app is not None, (
        [(d.span.line, d.message) for d in loaded.diagnostics if d.severity == "error"],
        files["roles.yaml"],
    )
    return compile_app(loaded.app, 1)


ROW = dict[str, object]


def rows(chance: random.Random) -> list[ROW]:
    made = []
    for number in range(30):
        some = lambda *values: chance.choice((None, *values))  # noqa: E731
        amount = some(Decimal("10.00"), Decimal("10.01"), Decimal("20.50"), Decimal("-3.00"), Decimal("14.00"))
        made.append(
            {
                "id": f"p{number:02d}", "created_by": chance.choice(("tom", "ann")), "label": some("x1", "y2", "z"), "branch": some(*UNITS),
                "owner": some("tom", "ann", "eve"), "grade": some("a", "b", "c"), "amount": amount, "open": some(True, False),
                "due": some(NOW.date(), NOW.date().replace(year=2020)), "secret": some("abcdefgh", "xyz"), "tag": some("t"),
                "twice": None if amount is None else amount * 2,
            }
        )  # fmt: skip
    return made


def facts(row: ROW) -> ROW:
    """A row with what lies beyond its references, as Python reads the expressions."""
    found = dict(row)
    home = {"tom": "cx", "ann": "bj", "eve": "ho"}
    unit, owner = row["branch"], row["owner"]
    found |= {"branch.path": UNITS.get(str(unit)) if unit else None, "branch.region": None, "owner.branch.region": None}
    found |= {"owner.branch": home[str(owner)] if owner else None, "owner.name": str(owner).title() if owner else None}
    return found


def true(rule: Expression | bool, row: ROW, over: Facts) -> bool:
    return rule if isinstance(rule, bool) else compile_python(rule.tree)(replace(over, record=facts(row))) is True


def level(rule: AccessRule, field: str) -> str:
    """How one role shows a field: its own word, else by class; a computed field no clearer than what it reads."""
    usual = {"secret": "masked", "tag": "nothing"}.get(field, "clear")
    if field == "twice":
        return level(rule, "amount")
    said = rule.fields.get(field)
    shown = {None: usual, "hidden": "nothing", "masked": "masked"}.get(said, "clear")
    return "nothing" if field == "tag" else shown


def expected(app: CompiledApp, who: Context, table: list[ROW]) -> list[ROW] | None:
    """What the language promises: union of grants minus denials; a cell by the best of the roles that grant its row."""
    held = [role for role in app.app.roles.values() if role.name in who.principal.roles_in("papers")]
    over = context_facts(who, app)

    def lacks(rule: Expression | bool) -> bool:
        return not isinstance(rule, bool) and any(over.user.get(n) is None for n in re.findall(r"user\.(\w+)", rule.source))

    if any(role.access["paper"].deny is not None and lacks(role.access["paper"].deny) for role in held):
        return None
    granting: list[Role] = [
        role for role in held if role.access["paper"].read is not False and not lacks(role.access["paper"].read)
    ]
    if not granting:
        return None
    seen = []
    for row in table:
        if any(role.access["paper"].deny is not None and true(role.access["paper"].deny, row, over) for role in held):
            continue
        grants = [role.access["paper"] for role in granting if true(role.access["paper"].read, row, over)]
        if not grants:
            continue
        cells: ROW = {"id": row["id"]}
        for field in FIELDS:
            best = max((level(grant, field) for grant in grants), key=("nothing", "masked", "clear").index)
            if best == "clear":
                cells[field] = wire(row[field])
            elif best == "masked":
                value = wire(row[field])
                mask = "2****2" if field == "secret" else "hidden"
                text = None if value is None else str(value)
                cells[field] = masked(text, mask)
        seen.append(cells)
    return seen


def wire(value: object) -> object:
    return f"{value:.2f}" if isinstance(value, Decimal) else value.isoformat() if hasattr(value, "isoformat") else value


def write(db: Database, app: CompiledApp, table: list[ROW]) -> None:
    target = app.entities["paper"].table
    stamps = {"version": 1, "created_at": NOW, "changed_at": NOW, "changed_by": "tom"}
    with db.write() as connection:
        app.metadata.drop_all(connection, tables=list(wanted_tables(app)))
        app.metadata.create_all(connection, tables=list(wanted_tables(app)))
        connection.execute(
            sa.insert(target),
            [
                stamps | {"id": r["id"], "created_by": r["created_by"]} | {f"f_{f}": r[f] for f in FIELDS if f != "twice"}
                for r in table
            ],
        )


def people(chance: random.Random) -> list[Principal]:
    found = []
    for name, unit in (("tom", "cx"), ("ann", "bj"), ("eve", "ho"), ("tom", None)):
        roles = [f"r{n}" for n in range(4) if chance.random() < 0.6]
        found.append(replace(person(name, unit=unit), roles={"papers": frozenset(roles)}))
    return found


@pytest.mark.parametrize("block", range(3))
def test_compiled_access_is_what_the_definition_says(database: Database, block: int) -> None:
    """Thirty random policies, each over thirty rows and four people, in both databases: rows and cells are the same."""
    prepare(database)
    for number in range(10):
        chance = random.Random(block * 1000 + number)
        app, table = compiled(chance), rows(chance)
        write(database, app, table)
        for principal in people(chance):
            base = context(principal)
            who = replace(base, releases={**base.releases, "papers": app})
            wanted = expected(app, who, table)
            with database.read() as connection:
                try:
                    page = list_records(connection, who, "papers", "paper", ListRequest(limit=200))
                except Failure:
                    assert wanted is None, (number, principal.roles)
                    continue
            found = [{k: v for k, v in orjson.loads(i).items() if k == "id" or k in FIELDS} for i in page.items]
            assert wanted == found, (block, number, principal, policy(random.Random(block * 1000 + number)))
