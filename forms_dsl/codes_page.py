"""Makes `docs/codes.md`: every code that the product can show, from the places that declare it.

The sources are read, not imported, so the page is the same whatever is loaded.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("forms_dsl", "workflow_engine", "connectors", "runtime", "builder")

_CODE = re.compile(r"[A-Z][0-9]{3}\Z")
_REFUSAL = "refusal"

_AREAS = {
    "Y": "The text of a file",
    "S": "Shape, names and limits",
    "R": "References",
    "X": "Expressions",
    "N": "Numbers",
    "F": "Forms",
    "W": "Workflows",
    "P": "Access",
    "L": "Labels",
    "C": "Connections",
    "V": "Values that a person or client sends",
    "M": "Publishing",
    "Q": "Requests",
    "A": "Audit",
    "B": "Builder",
    "D": "Decisions, data and imports",
    "I": "Importing definitions",
    "K": "Keys and tokens",
    "E": "What a bank maintains at run time",
    "O": "Overlays",
}


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    id: str
    severity: str
    meaning: str


def page() -> str:
    """The page as it must stand in the repository."""
    entries = sorted(_unique(_entries()))
    lines = [
        "# Codes",
        "",
        "Every finding and every refusal carries a code: a letter for the area and three digits. A code is never used again for",
        "something else. Findings (error, warning, hint) are about what a person wrote; refusals answer a request. This page is made",
        "from the sources by `make docs`.",
    ]
    for area in sorted(
        {entry.id[0] for entry in entries}, key=lambda letter: list(_AREAS).index(letter) if letter in _AREAS else 99
    ):
        lines += ["", f"## {area}: {_AREAS.get(area, 'Other')}", "", "| code | | meaning |", "|---|---|---|"]
        lines += [f"| {e.id} | {e.severity} | {e.meaning.replace('|', chr(92) + '|')} |" for e in entries if e.id[0] == area]
    return "\n".join(lines) + "\n"


def _unique(entries: Iterator[_Entry]) -> set[_Entry]:
    """One entry a code: its declaration, else the first refusal that uses it."""
    found: dict[str, _Entry] = {}
    for entry in entries:
        earlier = found.get(entry.id)
        if earlier is None or (earlier.severity == _REFUSAL and entry.severity != _REFUSAL):
            found[entry.id] = entry
    return set(found.values())


def _entries() -> Iterator[_Entry]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and _name(node.func) == "code":
                    yield from _declared(node)
                elif isinstance(node, ast.ClassDef):
                    yield from _failure(node)
                if isinstance(node, ast.Call | ast.Tuple):
                    yield from _refusal(node)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _declared(call: ast.Call) -> Iterator[_Entry]:
    """`code("X001", "meaning"[, "severity"])`."""
    words = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    severity = next((k.value.value for k in call.keywords if k.arg == "severity" and isinstance(k.value, ast.Constant)), None)
    if len(words) >= 2:
        # V codes refuse values at run time; they have no severity.
        kind = _REFUSAL if words[0].startswith("V") else str(severity or (words[2] if len(words) > 2 else "error"))
        yield _Entry(words[0], kind, words[1])


def _failure(node: ast.ClassDef) -> Iterator[_Entry]:
    """A failure class with `status, code = 404, "Q404"` and its docstring."""
    for each in node.body:
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Tuple) and isinstance(each.value, ast.Tuple):
            targets = [_name(target) for target in each.targets[0].elts]
            if targets == ["status", "code"]:
                status, identifier = (ast.literal_eval(value) for value in each.value.elts)
                yield _Entry(str(identifier), str(status), (ast.get_docstring(node) or "").split("\n")[0])


def _refusal(node: ast.Call | ast.Tuple) -> Iterator[_Entry]:
    """A code beside its sentence: `NotAllowed({"en": …}, code="P403")`, `("P403", {"en": …})`."""
    values = [*node.args, *(keyword.value for keyword in node.keywords)] if isinstance(node, ast.Call) else node.elts
    texts = [v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)]
    code = next((text for text in texts if _CODE.match(text)), None)
    said = next((found for value in values if isinstance(value, ast.Dict) and (found := _english(value))), None)
    if code and said:
        yield _Entry(code, _REFUSAL, said)


def _english(words: ast.Dict) -> str | None:
    """The English of a map of languages, where it is a plain text."""
    for key, value in zip(words.keys, words.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == "en" and isinstance(value, ast.Constant):
            return str(value.value)
    return None


def main() -> None:
    """Write the page."""
    (ROOT / "docs" / "codes.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
