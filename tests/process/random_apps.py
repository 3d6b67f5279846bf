"""A small app whose workflows and organisation come from a seed: over real records, people, limits, calendars and decisions."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from random import Random

from forms_dsl.load import load_app
from runtime.identity.organisation import set_leader
from runtime.store.database import Database
from tests.process.bank import FILES, NOW, WORKFLOW, Bank, Staff, open_bank
from tests.process.test_office_time import CALENDAR

Step = dict[str, object]

ROLES = ("checker", "officer", "auditing")
UNITS = ("CX", "CR", "BJ")
SCOPES = ("starter.branch", "head_office", "record.branch")
LEVELS = ("one", "two")
TABLE = """
decision: level_table
label: {zh: 授权表, en: Authority table}
kind: table
hit: unique
given: {exposure: money}
output: {level: [one, two]}
rows:
  - {row: small, if: {exposure: exposure <= 500}, then: {level: one}}
  - {row: large, if: {exposure: exposure > 500}, then: {level: two}}
"""
CARD = """
decision: loan_rating
label: {zh: 评分, en: Rating}
kind: table
hit: unique
given: {term: integer}
output: {score: integer}
rows:
  - {row: short, if: {term: term <= 12}, then: {score: 15}}
  - {row: long, if: {term: term > 12}, then: {score: 5}}
"""
ENTITY = FILES["entities/loan.yaml"].replace(
    "  status:\n",
    "  score: {type: integer, label: {zh: 评分, en: Score}}\n"
    "  fast: {type: boolean, label: {zh: 加急, en: Fast}}\n"
    "  kind: {type: choice, label: {zh: 种类, en: Kind}, choices: {a: {label: {zh: 甲, en: A}}, b: {label: {zh: 乙, en: B}}}}\n"
    "  status:\n",
)
CONDITIONS = ("amount > 500", "term <= 24", "fast", "score > 10", "amount > 100 and not fast", "is_missing(score)")
ALLOWED = ("add_before", "add_after", "add_together", "remove_added", "transfer", "delegate", "ask_opinion", "urge")
HIDDEN = ("secret", "purpose", "term")


def random_files(random: Random, count: int) -> tuple[dict[str, str], tuple[str, ...]]:
    """The files of an app with so many workflows `w0`, `w1` … beside the usual one, and their names."""
    files = {
        "app.yaml": FILES["app.yaml"] + "calendar: cn_bank\ntimezone: Asia/Shanghai\n",
        "calendars/cn_bank.yaml": CALENDAR,
        "entities/loan.yaml": ENTITY,
        "decisions/level_table.yaml": TABLE,
        "decisions/loan_rating.yaml": CARD,
        "roles.yaml": FILES["roles.yaml"] + "  auditing: {label: {zh: 检查, en: Auditing}}\n",
    }
    names = tuple(f"w{number}" for number in range(count))
    for name in names:
        files[f"workflows/{name}.yaml"] = _sound(random, name, files)
    return files, names


def random_staff(random: Random) -> Staff:
    """The clerk who starts, the head who administers, and people with random roles, units and limits."""
    some = (
        (
            f"p{number}",
            random.choice(("CX", *UNITS)),
            tuple(role for role in ROLES if random.random() < 0.75),
            random.choice((None, "5000", "90000", "90000")),
        )
        for number in range(9)
    )
    return (("clerk", "CX", ("clerk",), None), ("head", "CX", ("head",), "5000"), *some)


def open_random_bank(database: Database, random: Random, count: int) -> tuple[Bank, tuple[str, ...]]:
    """A bank of random people over an app with random workflows."""
    files, names = random_files(random, count)
    bank = open_bank(database, WORKFLOW, random_staff(random), files)
    with database.write() as connection:
        for unit in ("CX", "CR"):
            set_leader(connection, bank.units[unit], bank.people[random.choice([name for name, *_ in bank.staff])], NOW)
    return bank, names


def random_values(random: Random) -> dict[str, object]:
    """What the clerk enters."""
    given = {
        "amount": random.choice(("4.00", "400.00", "4000.00", "40000.00")),
        "term": random.choice((None, 6, 6, 12, 36, 90)),
        "fast": random.choice((None, True, False)),
        "kind": random.choice((None, "a", "a", "b")),
        "secret": "s-e-c-r-e-t",
        "purpose": "p-u-r-p-o-s-e",
    }
    return {name: value for name, value in given.items() if value is not None}


def _sound(random: Random, name: str, files: Mapping[str, str]) -> str:
    """A workflow that the language accepts; what it refuses is drawn again."""
    for _ in range(60):
        text = json.dumps(random_workflow(random, name))
        loaded = load_app({**FILES, "workflows/approval.yaml": WORKFLOW, **files, f"workflows/{name}.yaml": text})
        if loaded.app is not None:
            return text
    raise AssertionError([found.message for found in loaded.diagnostics if found.severity == "error"])


def random_workflow(random: Random, name: str) -> dict[str, object]:
    """The data of a workflow file."""
    numbers = itertools.count(1)
    steps = [
        {"fill": "apply", "title": _title("apply"), "by": "starter"},
        _human(random, next(numbers), []),
        *_steps(random, 2, numbers, chosen := [False]),
    ]
    acting = [step for step in _names(steps) if step != "apply"]
    rules: list[dict[str, object]] = []
    for number in range(random.choice((1, 1, 2))):
        some = random.sample(acting, min(len(acting), random.choice((1, 2))))
        if number == 0:
            # Who enters decides nowhere; the language asks for a rule that says so.
            some = ["apply", *dict.fromkeys(("s1", *some))]
        rules.append({"name": f"rule{number}", "title": _title(f"rule{number}"), "different_people": some})
    made: dict[str, object] = {
        "workflow": name,
        "title": _title(name),
        "for": "loan",
        "start": {"by": "role.clerk", "in": "own_branch"},
        "controls": {
            "four_eyes": rules,
            "return": {"resubmit_to": random.choice(("replay", "returner")), "replay_if_changed": ["amount"]},
            "repeat_approver": {"skip": random.choice(("never", "consecutive", "any_earlier"))},
            "no_approver": random.choice(("hold_for_admin", "hold_for_admin", "leader", "auto_pass")),
            "starter_is_approver": random.choice(("hold_for_admin", "leader", "skip_if_others")),
            "take_back": random.choice(("never", "first_action")),
            "proxy": {"allowed": random.choice(("true", "false"))},
        },
        "steps": steps,
    }
    if chosen[0]:
        made["authority"] = {"table": "level_table", "given": {"exposure": "amount"}, "gives": "level"}
    return made


def _title(name: str) -> dict[str, str]:
    return {"zh": name, "en": name}


def _names(steps: list[Step]) -> Iterator[str]:
    """The names of the steps of people, those of inner blocks too."""
    for step in steps:
        yield from (str(step[verb]) for verb in ("fill", "approve", "vote") if verb in step)
        for value in step.values():
            for inner in value if isinstance(value, list) else ():
                if isinstance(inner, dict):
                    yield from _names(inner["steps"] if "steps" in inner else [inner])  # type: ignore[arg-type]


def _steps(random: Random, depth: int, numbers: Iterator[int], chosen: list[bool], least: int = 0) -> list[Step]:
    return [_step(random, depth, next(numbers), numbers, chosen) for _ in range(random.randint(least, 2))]


def _step(random: Random, depth: int, number: int, numbers: Iterator[int], chosen: list[bool]) -> Step:
    pick = random.random()

    def inner(least: int = 0) -> list[Step]:
        return _steps(random, depth - 1, numbers, chosen, least)

    if depth and pick < 0.12:
        chosen[0] = True
        return {"choose": "authority.level", "name": f"c{number}", "one": inner(), "two": inner()}
    if depth and pick < 0.20:
        rest = {"otherwise": inner()} if random.random() < 0.7 else {}
        return {"choose": "kind", "name": f"c{number}", "a": inner(), "b": inner(), **rest}
    if depth and pick < 0.28:
        cases = [{"if": random.choice(CONDITIONS), "steps": inner()}, {"else": "true", "steps": inner()}]
        return {"choose": cases, "name": f"c{number}"}
    if depth and pick < 0.46:
        branches = [{"name": name, "steps": inner(1)} for name in ("x", "y", "z")[: random.choice((2, 2, 3))]]
        return {"together": branches, "name": f"b{number}"}
    if pick < 0.51:
        saved = {"booking_no": "result.loan_no"}
        by_hand = {"assign": f"role.{random.choice(ROLES)}", "title": _title("by hand")}
        unclear = {"unknown_result": {"ask": "core.ask"}, "on_error": by_hand}
        sent = {"request_id": "$request_id", "amount": "amount"}
        return {
            "call": f"s{number}",
            "title": _title(f"s{number}"),
            "connector": "core.book",
            "send": sent,
            "save": saved,
            **unclear,
        }
    if pick < 0.55:
        return {"wait": f"s{number}", "title": _title(f"s{number}"), "for": random.choice(("3 hours", "2 working days"))}
    if pick < 0.60:
        return {
            "copy": {"to": [f"role.{random.choice(ROLES)}"], "fields": {"hide": [random.choice(HIDDEN)]}},
            "name": f"s{number}",
        }
    return _human(random, number, ["starter"])


def _human(random: Random, number: int, choosers: list[str]) -> Step:
    name = f"s{number}"
    verb = random.choice(("approve",) * 6 + ("vote", "fill"))
    step: Step = {verb: name, "title": _title(name), "by": _people(random, verb, choosers)}
    if random.random() < 0.2:
        step["when"] = random.choice(CONDITIONS)
    if random.random() < 0.4:
        step["fields"] = {"hide": random.sample(HIDDEN, random.choice((1, 2)))}
    if random.random() < 0.4:
        within = random.choice(("4 hours", "6 working hours", "2 working days"))
        step["due"] = {"within": within, "then": random.choice(("remind", "remind", "reject"))}
    if verb == "vote":
        return step | {
            "rule": {"quorum": "1/2", "pass": "1/2 of present"},
            "open_for": random.choice(("2 hours", "1 working day")),
        }
    if verb == "approve":
        step["rule"] = random.choice(
            (
                {"all": "true", "one_veto": "true"},
                {"all": "true", "count_at_end": "true"},
                {"any_approve": "true"},
                {"pass": "1/2 of seats"},
            )
        )
        step["allow"] = random.sample(ALLOWED, random.randint(0, 4))
        if random.random() < 0.3:
            step["limit"] = "amount"
        if random.random() < 0.2:
            step["run"] = "loan_rating"
    return step


def _people(random: Random, verb: str, choosers: list[str]) -> object:
    pick = random.random()
    some = {"role": random.choice(ROLES)}
    if random.random() < 0.7:
        some["in"] = random.choice(SCOPES)
    if pick < 0.1:
        return {"leader_of": random.choice(("starter.branch", "record.branch", "starter.department"))}
    if pick < 0.25 and choosers and verb != "fill":
        return {"chosen_by": random.choice(choosers), **some, "count": {"min": "1", "max": random.choice(("1", "2"))}}
    if pick < 0.35 and verb != "fill":
        return {**some, "with_limit": "amount"}
    if verb == "vote":
        return some
    least = random.choice(("1", "1", "2"))
    return {
        **some,
        "pick": random.choice(("all", "claim", "claim", "least_busy")),
        "count": {"min": least, "max": random.choice((least, "3"))},
    }
