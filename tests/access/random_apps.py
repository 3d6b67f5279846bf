"""Small apps with random fields, roles and rules, and random rows and people for them."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from forms_dsl.load import load_app
from runtime.compile.app import CompiledApp, compile_app, wanted_tables
from runtime.context import Context, Principal
from runtime.store.database import Database
from runtime.store.tables import org_branch, person_post, wf_work, wf_work_person
from tests.access.oracle import Oracle, Person, Row, Unit, Work, World
from tests.records.lab import NOW, UNITS, context, person

NAMES = ("tom", "ann", "eve")
HOMES = {"tom": "cx", "ann": "bj", "eve": "ho"}
APP = """
app: papers
format: 1
version: 1.0.0
label: Papers
requires: {runtime: ">=0.1", apps: {org: ">=1.0 <2"}}
languages: [en]
"""
PARAMS = "params:\n  ceiling: {type: money, label: Limit, value: 15}\n"
_PAPER = (
    "branch == user.branch", "branch.path in user.branch_tree", "owner == user.id", "owner.branch == user.branch", "created_by == user.id",
    'grade == "b"', 'grade < "c"', 'grade != "a"', "amount > 10", "amount <= 20.5", "amount * 3 > 40", "is_missing(amount)", "open", "not open",
    "due < today()", "is_missing(due) or due >= today()", 'has_role("r1")', "twice > 30", 'starts_with(label, "x")', 'label in ["x1", "y2"]',
    "is_missing(branch)", "branch.region == owner.branch.region", "amount > param.ceiling", "owner.name == user.name", "owner in user.line",
    "owner in user.team", "branch in user.units", "id in user.cases", "created_by in user.line", "not owner in user.team",
)  # fmt: skip
_NOTE = (
    "writer == user.id", "writer in user.line", "is_missing(about)", "about.branch == user.branch", 'about.grade == "b"', "about.open",
    "about.branch.path in user.branch_tree", 'starts_with(said, "x")', "about in user.cases", "about.owner in user.team",
)  # fmt: skip
_UNMASKED = ("label", "grade", "amount", "due", "secret", "tag", "twice")
_WORDS = ("hidden", "masked", "read", "write")


@dataclass(frozen=True)
class Small:
    """An app as it is written and as it is compiled, over a world of records and people."""

    seed: int
    entities: Mapping[str, str]
    roles: str
    compiled: CompiledApp
    world: World
    people: tuple[Person, ...]

    def oracle(self, who: Person) -> Oracle:
        """The naive reading for one person."""
        return Oracle(self.world, self.entities, self.roles, who)

    def context(self, who: Person) -> Context:
        """A request of one person."""
        base = context(principal(who))
        return Context(base.principal, {**base.releases, "papers": self.compiled}, base.now, base.business_date, "request", "en")


def principal(who: Person) -> Principal:
    """The person as the platform has resolved him."""
    found = person(who.id, unit=who.unit)
    return Principal(
        found.id, found.username, found.name, found.unit_id, found.unit_code, found.unit_name, found.unit_path, {"papers": frozenset(who.roles)}
    )  # fmt: skip


def make(seed: int, *, unmasking: bool = False) -> Small:
    """The app of a seed; `unmasking` lets its roles reveal some fields too."""
    chance = random.Random(seed)
    paper, note = _paper(chance), _note(chance)
    roles = _roles(chance, paper, note)
    if unmasking:
        roles = _with_unmask(random.Random(seed + 0.5), roles)
    entities = {"paper": paper, "note": note}
    files = {"app.yaml": APP, "params.yaml": PARAMS, "roles.yaml": roles} | {f"entities/{k}.yaml": v for k, v in entities.items()}
    loaded = load_app(files)
    problems = [(each.span.line, each.message) for each in loaded.diagnostics if each.severity == "error"]
    assert loaded.app is not None, (seed, problems, roles)
    people = _people(chance)
    return Small(seed, entities, roles, compile_app(loaded.app, 1), _world(chance, people), people)


def _class(chance: random.Random) -> str:
    return chance.choice(("", "", ", class: C2", ", class: C3"))


def _paper(chance: random.Random) -> str:
    return f"""
entity: paper
label: Paper
fields:
  label: {{type: text, max: 40, label: Label{_class(chance)}}}
  branch: {{type: reference, to: org.branch, label: Branch}}
  owner: {{type: reference, to: org.person, label: Owner}}
  grade: {{type: choice, ordered: true, label: Grade, choices: {{a: {{label: A}}, b: {{label: B}}, c: {{label: C}}}}{_class(chance)}}}
  amount: {{type: money, label: Amount{_class(chance)}}}
  bonus: {{type: money, label: Bonus{_class(chance)}}}
  open: {{type: boolean, label: Open}}
  due: {{type: date, label: Due{_class(chance)}}}
  secret: {{type: text, max: 40, class: C2, mask: "2****2", label: Secret}}
  tag: {{type: text, max: 40, class: C3, label: Tag}}
  twice: {{type: money, compute: amount * 2, label: Twice}}
  both: {{type: money, compute: amount + bonus, label: Both}}
"""


def _note(chance: random.Random) -> str:
    return f"""
entity: note
label: Note
fields:
  about: {{type: reference, to: paper, label: About}}
  writer: {{type: reference, to: org.person, label: Writer}}
  said: {{type: text, max: 40, label: Said{_class(chance)}}}
"""


def _rule(chance: random.Random, atoms: tuple[str, ...]) -> str:
    parts = [chance.choice(atoms) for _ in range(chance.choice((1, 1, 2, 3)))]
    joined = chance.choice((" and ", " or ")).join(f"({part})" for part in parts)
    return f"not ({joined})" if chance.random() < 0.2 else joined


def _roles(chance: random.Random, paper: str, note: str) -> str:
    roles: dict[str, object] = {}
    for number in range(5):
        access = {
            "paper": _access(chance, _PAPER, ("label", "branch", "owner", "grade", "amount", "bonus", "open", "due", "secret", "tag", "twice", "both"))
        }  # fmt: skip
        if chance.random() < 0.7:
            access["note"] = _access(chance, _NOTE, ("about", "writer", "said"))
        includes = [f"r{other}" for other in range(number) if chance.random() < 0.15]
        roles[f"r{number}"] = {"label": f"R{number}", "includes": includes, "access": access}
    return json.dumps({"roles": roles}, indent=1)


def _access(chance: random.Random, atoms: tuple[str, ...], names: tuple[str, ...]) -> dict[str, object]:
    made: dict[str, object] = {"read": chance.choice(("true", *(_rule(chance, atoms) for _ in range(3))))}
    if chance.random() < 0.25:
        made["deny"] = _rule(chance, atoms)
    fields: dict[str, object] = {}
    conditions = [_rule(chance, atoms) for _ in range(2)]
    for name in names:
        if name in {"twice", "both"}:
            if chance.random() < 0.1:
                fields[name] = chance.choice(("hidden", "read"))
        elif chance.random() < 0.25:
            fields[name] = chance.choice(_WORDS)
        elif chance.random() < 0.2:
            words = chance.sample(("masked", "read", "write"), chance.choice((1, 2)))
            fields[name] = {word: chance.choice(("true", *conditions)) for word in words}
    return made | ({"fields": fields} if fields else {})


def _with_unmask(chance: random.Random, roles: str) -> str:
    written = json.loads(roles)
    for role in written["roles"].values():
        for entity, rule in role["access"].items():
            names = _UNMASKED if entity == "paper" else ("said",)
            rule["unmask"] = [name for name in names if chance.random() < 0.5]
    return json.dumps(written, indent=1)


def _people(chance: random.Random) -> tuple[Person, ...]:
    made = []
    for name, unit in (("tom", "cx"), ("ann", "bj"), ("eve", "ho"), ("tom", None)):
        made.append(Person(name, unit, tuple(f"r{n}" for n in range(5) if chance.random() < 0.45)))
    return tuple(made)


def _world(chance: random.Random, people: tuple[Person, ...]) -> World:
    def some(*values: Any) -> Any:
        return chance.choice((None, *values))

    days = (None, NOW.date(), NOW.date() - dt.timedelta(days=1), NOW.date() + dt.timedelta(days=1))
    papers: dict[str, Row] = {}
    for number in range(24):
        amount, bonus = some(*map(Decimal, ("10.00", "10.01", "20.50", "-3.00", "14.00"))), some(Decimal("1.00"), Decimal("2.50"))
        papers[f"p{number:02d}"] = {
            "id": f"p{number:02d}", "created_by": chance.choice(("tom", "ann")), "label": some("x1", "y2", "z"), "branch": some(*UNITS),
            "owner": some(*NAMES), "grade": some("a", "b", "c"), "amount": amount, "bonus": bonus, "open": some(True, False),
            "due": some(NOW.date(), NOW.date().replace(year=2020)), "secret": some("abcdefgh", "xyz"), "tag": some("t"),
            "twice": None if amount is None else amount * 2, "both": None if amount is None or bonus is None else amount + bonus,
        }  # fmt: skip
    notes = {
        f"n{number:02d}": {"id": f"n{number:02d}", "about": some(*papers), "writer": some(*NAMES), "said": some("x1", "hello")}
        for number in range(16)
    }
    posts = {
        name: tuple((unit, chance.choice(days), chance.choice(days)) for unit in UNITS if chance.random() < 0.25)
        for name in NAMES
    }
    everybody = {name: Person(name, HOMES[name], (), posts[name]) for name in NAMES}
    units = {name: Unit(path, some(*NAMES)) for name, path in UNITS.items()}
    work = tuple(
        Work(
            chance.choice([*papers]),
            state,
            chance.choice(NAMES) if state == "done" else None,
            tuple(n for n in NAMES if chance.random() < 0.4),
        )
        for state in chance.choices(("open", "done"), k=10)
    )
    return World(units, everybody, work, {"paper": papers, "note": notes}, NOW.date(), {"ceiling": Decimal(15)})


def write(database: Database, small: Small) -> None:
    """Put the world of an app into a database that has the lab's units and people."""
    compiled, world = small.compiled, small.world
    tables = list(wanted_tables(compiled))
    stamps = {"version": 1, "created_at": NOW, "changed_at": NOW, "changed_by": "tom"}
    with database.write() as connection:
        compiled.metadata.drop_all(connection, tables=tables)
        compiled.metadata.create_all(connection, tables=tables)
        for table in (wf_work_person, wf_work, person_post):
            connection.execute(sa.delete(table))
        for name, led in world.units.items():
            connection.execute(org_branch.update().where(org_branch.c.id == name).values(leader=led.leader))
        for name, each in world.people.items():
            for unit, first, last in each.posts:
                connection.execute(
                    person_post.insert().values(
                        id=f"{name}-{unit}", person_id=name, unit_id=unit, post="any", valid_from=first, valid_to=last
                    )
                )
        for entity, rows in world.records.items():
            table = compiled.entities[entity].table
            made = [
                stamps | {"created_by": "tom"} | {_column(key): value for key, value in row.items() if _column(key) in table.c}
                for row in rows.values()
            ]
            connection.execute(sa.insert(table), made)
        for number, work in enumerate(world.work):
            common = {"app": "papers", "release": 1, "entity": "paper", "step": "s", "created_at": NOW}
            connection.execute(
                wf_work.insert().values(id=f"w{number}", record_id=work.record, state=work.state, done_by=work.done_by, **common)
            )
            for name in work.offered if work.state == "open" else ():
                connection.execute(wf_work_person.insert().values(work_id=f"w{number}", person_id=name))


def _column(key: str) -> str:
    return key if key in {"id", "created_by"} else f"f_{key}"
