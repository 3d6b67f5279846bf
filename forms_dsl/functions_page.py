"""Makes the table of functions in `docs/expressions.md` from the functions themselves."""

from __future__ import annotations

from pathlib import Path

from forms_dsl.expr.functions import AGGREGATES, FUNCTIONS, Function

PAGE = Path(__file__).resolve().parent.parent / "docs" / "expressions.md"
_BEGIN, _END = "<!-- functions: made by `make docs` -->", "<!-- end of functions -->"


def table() -> str:
    """All functions with their signature, targets and meaning."""
    lines = ["| function | targets | missing | meaning | 含义 |", "|---|---|---|---|---|"]
    lines += [_line(function) for function in FUNCTIONS.values()]
    return "\n".join(lines) + f"\n\nOver rows: `{'` `'.join(AGGREGATES)}` (section 3.2).\n"


def page(text: str) -> str:
    """The text of the page with the table as it must stand there."""
    before, rest = text.split(_BEGIN)
    return f"{before}{_BEGIN}\n{table()}{_END}{rest.split(_END)[1]}"


def _line(function: Function) -> str:
    targets = "".join(target for target in "PSJ" if target in function.targets)
    missing = "missing" if function.strict else "see below"
    result = "T" if function.result == "any" and function.name != "lookup" else function.result
    return f"| `{function.signature}` → {result} | {targets} | {missing} | {function.meaning['en']} | {function.meaning['zh']} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
