"""The file of shared cases: what an expression means, said once for Python, both databases, the reference and the browser.

`python -m tests.expr.case_file` writes the JSON form (`ir`) of each expression into `cases.yaml` after an edit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from forms_dsl.expr.available import targets_of
from forms_dsl.expr.ir import to_ir
from tests.expr.world import ANY, checked, scope

PATH = Path(__file__).parent / "cases.yaml"

_HEAD = """\
# What expressions mean. `cases` give the value in its JSON form (docs/expressions.md 2) over the facts; `ir` is what the browser
# is given. `refused` are not expressions of the language: the code of the first finding and its column.
# After an edit: python -m tests.expr.case_file
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One expression with facts and value."""

    name: str
    expression: str
    facts: Mapping[str, Any]
    value: object
    ir: object


@dataclass(frozen=True, slots=True)
class Refused:
    """One text that is refused."""

    name: str
    expression: str
    code: str
    column: int
    place: str = "filter"


def read_cases() -> tuple[tuple[Case, ...], tuple[Refused, ...]]:
    """All cases of the file."""
    data = yaml.safe_load(PATH.read_text())
    cases = tuple(Case(c["name"], c["expression"], c.get("facts", {}), c["value"], c.get("ir")) for c in data["cases"])
    return cases, tuple(Refused(**r) for r in data["refused"])


def browser_form(source: str) -> object:
    """What the browser is given, None where an expression is the server's to compute."""
    tree = checked(source, scope=scope(ANY)).tree
    return to_ir(tree) if "J" in targets_of(tree) else None


def write_cases(cases: Iterable[Mapping[str, Any]], refused: Iterable[Mapping[str, Any]]) -> None:
    """Write the file, with the JSON form of each expression."""
    lines = [_HEAD + "cases:"]
    for case in cases:
        lines += ["- name: " + _json(case["name"]), "  expression: " + _json(case["expression"])]
        if case.get("facts"):
            lines.append("  facts: " + _json(case["facts"]))
        lines += ["  value: " + _json(case["value"]), "  ir: " + _json(browser_form(case["expression"]))]
    lines.append("refused:")
    for case in refused:
        lines.append("- " + _json(case))
    PATH.write_text("\n".join(lines) + "\n")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    data = yaml.safe_load(PATH.read_text())
    write_cases(data["cases"], data["refused"])
