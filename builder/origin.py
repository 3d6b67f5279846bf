"""Where a release came from, other than from the draft, as screens and the command line tell it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from runtime.publish.promotion import statement_of


def origin_json(origin: Mapping[str, Any] | None) -> dict[str, object] | None:
    """Where a release came from, as it is shown: the statement as values, beside the very text and its signature."""
    if origin is None or origin["kind"] != "promotion":
        return dict(origin) if origin is not None else None
    return {**origin, "statement": json.loads(origin["text"])}


def origin_line(origin: Mapping[str, Any], locale: str) -> str:
    """Where a release came from, in one line."""
    if origin["kind"] == "direct":
        return {"zh": f"直接修改：{origin['reason']}", "en": f"direct change: {origin['reason']}"}[locale]
    told = statement_of(origin["text"])
    name = told.environment.name or told.environment.kind
    people = " / ".join(one.name for one in (told.author, told.approver) if one is not None)
    words = {
        "zh": f"来自 {name} 的版本 {told.release}（{people}），案例通过 {told.cases.passed} 个",
        "en": f"from release {told.release} of {name} ({people}), {told.cases.passed} cases passed",
    }
    return words[locale]
