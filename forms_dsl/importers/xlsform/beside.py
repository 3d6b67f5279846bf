"""What stands beside a question: the bounds of a range; other parameters and the words for a missing answer become notes."""

from __future__ import annotations

import re

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import NO_COUNTERPART
from forms_dsl.importers.draft import FieldDraft, number
from forms_dsl.importers.report import Report
from forms_dsl.importers.xlsform.rows import Row

_PARAMETER = re.compile(r"([A-Za-z][\w-]*)\s*=\s*([^\s;,]+)")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_BOUNDS = {"start": "min", "end": "max"}


def keep_beside(field: FieldDraft, row: Row, kind: str, report: Report) -> None:
    """Put the parameters and the required_message of a question to its field."""
    is_range = kind.lower() == "range"
    left = []
    for word, value in _PARAMETER.findall(row.get("parameters")):
        if is_range and word in _BOUNDS and _NUMBER.fullmatch(value):
            field.tree[_BOUNDS[word]] = int(value) if field.tree["type"] == "integer" else number(value)
        elif (is_range, word, value) != (True, "step", "1"):
            left.append(f"{word}={value}")
    if left:
        _keep(field, row, "parameters", " ".join(left), report)
    for text in dict.fromkeys(row.texts.get("required_message", {}).values()):
        _keep(field, row, "required_message", text, report)


def _keep(field: FieldDraft, row: Row, column: str, text: str, report: Report) -> None:
    message = Sentence(f"{column}: {text} is kept as a note.", f"{column}：{text} 已转为备注。")
    report.add(NO_COUNTERPART, row.at(column), message)
    field.note(f"{column}: {text}")
