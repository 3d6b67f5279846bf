"""The one writer of definitions from data: canonical text, as `qiqiao fmt` writes it."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl import codes
from forms_dsl.diagnostics import Sentence
from forms_dsl.edit.printing import Value, print_pair
from forms_dsl.format.canonical import FormatMistake, format_text
from forms_dsl.importers.codes import TOO_LARGE
from forms_dsl.importers.report import refused, start_of


def written(path: str, data: Mapping[str, Value]) -> str:
    """The text of the file at `path`; raises ImportRefused for more than a definition may hold, FormatMistake for data that is none."""
    text = "".join(print_pair(key, value, 0, "\n") for key, value in data.items())
    formatted = format_text(path, text, by_hand=False)
    if formatted.text is None and formatted.findings[0].code == codes.LIMIT.id:
        limit = formatted.findings[0]
        message = Sentence(f"Too much for one definition: {limit.message}", f"超出一个定义的上限：{limit.message_in('zh')}")
        raise refused(TOO_LARGE, start_of(path), message)
    if formatted.text is None:
        raise FormatMistake(f"{path}: {formatted.findings[0].message}")
    return formatted.text
