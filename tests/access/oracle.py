"""A naive reading of access: the policy as it is written, row by row in plain Python, without a line of the compiler.

It reads the YAML itself and evaluates rules by an evaluator of its own, so that it shares no mistake with what it judges.
"""

from __future__ import annotations

import ast
import datetime as dt
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

import yaml

Row = dict[str, Any]
LEVELS = ("nothing", "masked", "clear")
_SHOWS = {"hidden": "nothing", "masked": "masked", "read": "clear", "write": "clear"}
_ORDER = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}


@dataclass(frozen=True)
class Unit:
    """A unit of the bank."""

    path: str
    leader: str | None = None


@dataclass(frozen=True)
class Person:
    """Somebody with a unit, posts (unit, first day, last day) and roles as they were given."""

    id: str
    unit: str | None
    roles: tuple[str, ...] = ()
    posts: tuple[tuple[str, dt.date | None, dt.date | None], ...] = ()


@dataclass(frozen=True)
class Work:
    """A work item: open ones are offered, done ones have somebody who did them."""

    record: str
    state: str
    done_by: str | None
    offered: tuple[str, ...]


@dataclass(frozen=True)
class World:
    """The bank as it is: its units, people, work, and the records of each entity by id."""

    units: Mapping[str, Unit]
    people: Mapping[str, Person]
    work: tuple[Work, ...]
    records: Mapping[str, Mapping[str, Row]]
    today: dt.date
    param: Mapping[str, Any] = field(default_factory=dict)


class Oracle:
    """What a policy promises to one person."""

    def __init__(self, world: World, entities: Mapping[str, str], roles: str, person: Person) -> None:
        self.world, self.person = world, person
        self.entities = {each["entity"]: each for each in map(_plain, entities.values())}
        self.roles = _plain(roles)["roles"]
        self.held = self._closed(person.roles)
        self.user = {
            "id": person.id, "name": person.id.title(), "branch": person.unit, "branch_tree": world.units[person.unit].path if person.unit else None,
            "line": self._line(), "team": self._people([person.unit]) if person.unit else None, "units": self._units(world.people[person.id]), "cases": self._cases(),
        }  # fmt: skip

    # Rows and cells ------------------------------------------------------------------------------------------

    def rules(self, entity: str) -> list[Row]:
        """The rules of all roles that the person holds, also through others."""
        return [rule for name in sorted(self.held) if (rule := (self.roles[name].get("access") or {}).get(entity)) is not None]

    def may(self, entity: str, action: str) -> bool:
        """Whether the person may do this with some record at all."""
        rules = self.rules(entity)
        if any("deny" in rule and self.lacks(rule["deny"]) for rule in rules):
            return False
        return any(rule.get(action, "false") != "false" and not self.lacks(rule[action]) for rule in rules)

    def granting(self, entity: str, row: Row, action: str = "read") -> list[Row]:
        """The rules that give this row; none when a denial takes it away."""
        rules = self.rules(entity)
        if any("deny" in rule and (self.lacks(rule["deny"]) or self.true(rule["deny"], row, entity)) for rule in rules):
            return []
        return [
            rule for rule in rules if action in rule and not self.lacks(rule[action]) and self.true(rule[action], row, entity)
        ]

    def level(self, entity: str, rule: Row, name: str, row: Row) -> str:
        """How one rule shows a field of a row that it gives: by the best of the conditions that hold."""
        held = [None, *(source for source in _conditions(rule) if not self.lacks(source) and self.true(source, row, entity))]
        return max((self._under(entity, rule, name, source) for source in held), key=LEVELS.index)

    def possible(self, entity: str, name: str) -> set[str]:
        """The ways in which a field is shown over all rows that the person may be given."""
        return {
            self._under(entity, rule, name, source)
            for rule in self.rules(entity)
            if rule.get("read", "false") != "false" and not self.lacks(rule["read"])
            for source in [None, *(each for each in _conditions(rule) if not self.lacks(each))]
        }

    def cell(self, entity: str, row: Row, name: str) -> str:
        """How a field of a row is shown: by the best of the rules that give that very row."""
        return max(
            (self.level(entity, rule, name, row) for rule in self.granting(entity, row)), key=LEVELS.index, default="nothing"
        )

    def reveals(self, entity: str, row: Row, name: str) -> bool:
        """Whether a rule that gives this very row shows the field masked, in one of its conditions that hold, and unmasks it."""
        return any(
            name in rule.get("unmask", ()) and self._under(entity, rule, name, source) == "masked"
            for rule in self.granting(entity, row)
            for source in [None, *(each for each in _conditions(rule) if not self.lacks(each) and self.true(each, row, entity))]
        )

    def _under(self, entity: str, rule: Row, name: str, source: str | None) -> str:
        """How a rule shows a field where this one condition of it holds."""
        declared = self.entities[entity]["fields"][name]
        said = rule.get("fields", {}).get(name)
        if said is None and "compute" in declared:
            return min(
                (self._under(entity, rule, part, source) for part in self._read(entity, declared["compute"])),
                key=LEVELS.index,
                default="clear",
            )
        if said is None:
            shown = {"C2": "masked", "C3": "nothing"}.get(declared.get("class", "C1"), "clear")
        elif isinstance(said, str):
            shown = _SHOWS[said]
        else:
            words = [word for word, when in said.items() if when == "true" or when == source]
            shown = max((_SHOWS[word] for word in words), key=LEVELS.index, default="nothing")
        return "nothing" if declared.get("class") == "C3" else shown

    def _read(self, entity: str, compute: str) -> list[str]:
        return [name for name in re.findall(r"[a-z_]+", compute) if name in self.entities[entity]["fields"]]

    # Sets ----------------------------------------------------------------------------------------------------

    def _closed(self, names: tuple[str, ...]) -> set[str]:
        held: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in held and name in self.roles:
                held.add(name)
                waiting += self.roles[name].get("includes", [])
        return held

    def _units(self, person: Person) -> set[str]:
        today = self.world.today
        posts = {
            unit for unit, first, last in person.posts if (first is None or first <= today) and (last is None or last >= today)
        }
        return posts | ({person.unit} if person.unit else set())

    def _people(self, units: list[str]) -> set[str]:
        return {name for name, person in self.world.people.items() if self._units(person) & set(units)}

    def _line(self) -> set[str]:
        units = self.world.units
        led = [name for name, unit in units.items() if unit.leader == self.person.id]
        below = [name for name, unit in units.items() if any(unit.path.startswith(units[each].path) for each in led)]
        above = {
            unit.leader
            for name, unit in units.items()
            if unit.leader and any(units[each].path.startswith(unit.path) and each != name for each in led)
        }
        return self._people(below) - {self.person.id} - above

    def _cases(self) -> set[str]:
        me = self.person.id
        return {work.record for work in self.world.work if (work.state == "open" and me in work.offered) or work.done_by == me}

    # Expressions ---------------------------------------------------------------------------------------------

    def lacks(self, source: str) -> bool:
        """Whether a rule reads something of the user that he does not have."""
        return any(name in self.user and self.user[name] is None for name in re.findall(r"user\.(\w+)", source))

    def true(self, source: str, row: Row, entity: str) -> bool:
        """Whether a condition holds on a row; missing is as good as false."""
        return self._value(_parsed(source), row, entity) is True

    def _value(self, node: ast.expr, row: Row, entity: str) -> Any:
        match node:
            case ast.Name(id="true"):
                return True
            case ast.Name(id="false"):
                return False
            case ast.BoolOp(op=ast.And(), values=parts):
                return all(self._value(part, row, entity) is True for part in parts)
            case ast.BoolOp(values=parts):
                return any(self._value(part, row, entity) is True for part in parts)
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return self._value(part, row, entity) is not True
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                return self._compared(sign, left, right, row, entity)
            case ast.BinOp(left=left, op=sign, right=right):
                one, other = self._value(left, row, entity), self._value(right, row, entity)
                return None if one is None or other is None else one * other if isinstance(sign, ast.Mult) else one + other
            case ast.Constant(value=value):
                return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value
            case ast.List(elts=parts):
                return [self._value(part, row, entity) for part in parts]
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._called(name, [self._value(each, row, entity) for each in arguments])
        return self._path(ast.unparse(node).split("."), row, entity)

    def _compared(self, sign: ast.cmpop, left: ast.expr, right: ast.expr, row: Row, entity: str) -> bool:
        one, other = self._value(left, row, entity), self._value(right, row, entity)
        if isinstance(sign, ast.In):
            if ast.unparse(right) == "user.branch_tree":
                return one is not None and str(one).startswith(str(other))
            return one is not None and one in other
        if isinstance(sign, ast.Eq | ast.NotEq):
            return bool((one == other) is isinstance(sign, ast.Eq))
        if one is None or other is None:
            return False
        declared = self.entities[entity]["fields"].get(ast.unparse(left), {})
        if declared.get("type") == "choice":
            codes = list(declared["choices"])
            one, other = codes.index(one), codes.index(other)
        return bool(_ORDER[type(sign)](one, other))

    def _called(self, name: str, arguments: list[Any]) -> Any:
        match name:
            case "is_missing":
                return arguments[0] is None
            case "has_role":
                return arguments[0] in self.held
            case "today":
                return self.world.today
            case "starts_with":
                return str(arguments[0] or "").startswith(str(arguments[1] or ""))
        raise ValueError(f"the oracle does not know {name}")

    def _path(self, path: list[str], row: Row, entity: str) -> Any:
        if path[0] == "user":
            return self.user[path[1]]
        if path[0] == "param":
            return self.world.param[path[1]]
        value: Any = row[path[0]]
        target = self.entities[entity]["fields"].get(path[0], {}).get("to", "org.person")
        for name in path[1:]:
            if value is None:
                return None
            if target == "org.branch":
                value, target = {"path": self.world.units[value].path, "region": None, "id": value}[name], ""
            elif target == "org.person":
                person = self.world.people[value]
                value, target = {"branch": person.unit, "name": value.title()}[name], "org.branch"
            else:
                holder = target
                value = self.world.records[holder][value][name]
                target = self.entities[holder]["fields"].get(name, {}).get("to", "org.person")
        return value


@cache
def _parsed(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body


def _conditions(rule: Row) -> list[str]:
    """The conditions of a rule's fields, each once."""
    said = [each for each in rule.get("fields", {}).values() if isinstance(each, dict)]
    return sorted({when for words in said for when in words.values() if when not in ("true", "false")})


def _plain(text: str) -> Any:
    """A definition with every scalar as its text."""
    return yaml.load(text, yaml.BaseLoader)  # noqa: S506 - texts only
