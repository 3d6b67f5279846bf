"""Writes random expressions with their JSON form, facts and values as JSON lines, for the browser's interpreter.

    python -m tests.expr.generate_cases --count 2000 --seed 7 > cases.jsonl

Each line: {"expression", "ir", "facts", "value"}; expressions that the browser leaves to the server are left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

from forms_dsl.expr.ir import runs_in_browser, to_ir
from forms_dsl.expr.python import compile_python
from tests.expr.agreement import SEED, examples
from tests.expr.world import facts_json, to_json


def generate(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Random cases, each over one record."""
    for group in examples(seed, count):
        for position, example in enumerate(group):
            tree = example.expression.tree
            if runs_in_browser(tree):
                facts = example.world.facts(example.world.records[position % len(example.world.records)])
                value = to_json(compile_python(tree)(facts))
                yield {"expression": example.source, "ir": to_ir(tree), "facts": facts_json(facts), "value": value}


def main() -> None:
    """Write cases to the standard output."""
    parser = argparse.ArgumentParser(description="Random expressions with their values, one JSON object a line.")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    for case in generate(options.seed, options.count):
        sys.stdout.write(json.dumps(case, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
