"""Three JSON texts to one: the same comparison as for YAML, on the data, written as ours is indented."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from forms_dsl.edit.operations import edited
from forms_dsl.merge.changes import Changes, Step, compare
from forms_dsl.merge.taking import operation_on


def json_data(text: str) -> Any | None:
    """The data of a text that is a JSON object, numbers as they are written; else None."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        return json.loads(text, parse_float=_number, parse_int=_number, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return None


def merge_json(base: Any, ours: Any, theirs: Any) -> tuple[Any, Any, Changes]:
    """The merged data, the same with what is in conflict as theirs has it, and the changes."""
    changes = compare(base, ours, theirs)
    merged = _taken(ours, theirs, changes.steps)
    return merged, _taken(merged, theirs, [conflict.step for conflict in changes.conflicts if conflict.step]), changes


def json_text(data: Any, like: str) -> str:
    """The data as text, indented as another text is."""
    indent = re.search(r"\n([ \t]+)\S", like)
    made = json.dumps(data, ensure_ascii=False, indent=indent[1] if indent else None)
    made = re.sub(r'"\x00([^"]*)\x00"', r"\1", made.replace("\\u0000", "\x00"))
    return made + ("\n" if like.endswith("\n") else "")


def _number(text: str) -> str:
    """A number as it is written, so that 1.10 stays 1.10; marked, as no text of a definition holds NUL."""
    return f"\x00{text}\x00"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key stands twice")
    return made


def _taken(data: Any, theirs: Any, steps: Sequence[Step]) -> Any:
    for step in steps:
        value = theirs
        for part in step.theirs:
            value = value[part]
        operation = operation_on(data, step, value)
        if operation is not None:
            data = edited(data, operation)
    return data
