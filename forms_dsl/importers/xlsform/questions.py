"""Types of questions: what each becomes, and which only collect data about the filling in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from forms_dsl.importers.draft import Tree
from forms_dsl.importers.naming import proposed_codes
from forms_dsl.importers.xlsform.rows import Row

#: Types with a counterpart that is the same.
SAME: Mapping[str, Mapping[str, Tree]] = {
    "text": {"type": "text", "max": 255},
    "string": {"type": "text", "max": 255},
    "integer": {"type": "integer"},
    "int": {"type": "integer"},
    "decimal": {"type": "decimal", "scale": 4},
    "date": {"type": "date"},
    "datetime": {"type": "datetime"},
    "time": {"type": "time"},
    "geopoint": {"type": "geopoint"},
    "image": {"type": "image"},
    "photo": {"type": "image"},
    "acknowledge": {"type": "boolean"},
    "trigger": {"type": "boolean"},
}
#: Types with a counterpart that is not quite the same; the words say why.
NEAR: Mapping[str, tuple[Mapping[str, Tree], str, str]] = {
    "file": (
        {"type": "file", "accept": ["application/pdf"], "max_mb": 10},
        "kinds and size of files have to be said",
        "需确定文件类型和大小",
    ),
    "audio": ({"type": "file", "accept": ["audio/mpeg", "audio/mp4"], "max_mb": 20}, "recordings are files", "录音按附件处理"),
    "video": ({"type": "file", "accept": ["video/mp4"], "max_mb": 100}, "recordings are files", "视频按附件处理"),
    "barcode": ({"type": "text", "max": 255}, "scanned codes are texts", "条码按文本处理"),
    "geotrace": ({"type": "text", "max": 10_000}, "lines on a map are texts", "地图线按文本处理"),
    "geoshape": ({"type": "text", "max": 10_000}, "areas on a map are texts", "地图面按文本处理"),
    "rank": ({"type": "multi_choice"}, "the order of the answers is not kept", "不保留排序"),
    "hidden": ({"type": "text", "max": 255}, "a hidden value is a text on no form", "隐藏值为不在表单上的文本"),
}
#: What the device adds by itself; a record has its own who and when.
METADATA = frozenset(
    {"start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "email", "audit",
     "start-geopoint", "background-audio", "background-geopoint", "xml-external", "csv-external"}
)  # fmt: skip
COLUMNS = frozenset(
    {"type", "name", "label", "hint", "required", "required_message", "relevant", "constraint", "constraint_message", "calculation",
     "choice_filter", "default", "readonly", "parameters", "repeat_count"}
)  # fmt: skip
CHOICE_COLUMNS = frozenset({"list_name", "name", "label"})

_SELECT = re.compile(
    r"(select_one|select one|select1|select_multiple|select multiple|select all that apply|rank)\s+(?:from\s+)?(\S+)(\s+or_other)?\Z"
)
_YES = frozenset({"yes", "true", "true()", "1", "y"})


def select_of(type: str) -> tuple[str, str, bool] | None:
    """Of a question with choices: our type, the list's name, whether another answer may be typed."""
    match = _SELECT.match(type)
    if match is None:
        return None
    return ("choice" if match[1] in ("select_one", "select one", "select1") else "multi_choice"), match[2], bool(match[3])


def is_yes(text: str) -> bool:
    """Whether a cell says yes."""
    return text.strip().lower() in _YES


def is_no(text: str) -> bool:
    """Whether a cell says no, or nothing."""
    return text.strip().lower() in ("", "no", "false", "false()", "0", "n")


def codes_of(rows: list[Row]) -> dict[str, str]:
    """Our code of each value of a list."""
    return proposed_codes(row.get("name") for row in rows if row.get("name"))
