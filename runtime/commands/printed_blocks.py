"""The blocks of a printed page as data: values as people read them, under the rights and masks of the reader."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from forms_dsl.model import Field, Label, PrintBlock, Template
from runtime.context import Context
from runtime.failures import NotFound
from runtime.process.printed import printed_decisions
from runtime.query.plans import AccessPlan
from runtime.records.attachments import find_attachment
from runtime.records.display import display
from runtime.records.reach import LEADING, Reached, field_of

_PLACEHOLDER = re.compile(r"\{\{([^{}|]*)(?:\|([^{}]*))?\}\}")
_NOTHING = "—"
_FIGURES = frozenset({"integer", "decimal", "money"})
#: What a browser draws as a picture.
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_DECIDED: Mapping[str, Label] = {
    "approved": {"zh": "同意", "en": "approved"},
    "rejected": {"zh": "不同意", "en": "rejected"},
    "returned": {"zh": "退回", "en": "returned"},
    "completed": {"zh": "完成", "en": "completed"},
    "submitted": {"zh": "提交", "en": "submitted"},
    "resubmitted": {"zh": "重新提交", "en": "resubmitted"},
    "abstained": {"zh": "弃权", "en": "abstained"},
    "vetoed": {"zh": "否决", "en": "vetoed"},
}


@dataclass(frozen=True, slots=True)
class Printing:
    """One page under way: the record as its reader sees it, and how values are written."""

    connection: Connection
    context: Context
    access: AccessPlan
    record_id: str
    values: Mapping[str, Any]
    #: The fields that the reader may know of, by path.
    known: Mapping[str, Reached]
    zone: ZoneInfo

    def word(self, label: Label | None) -> str:
        """A label in the reader's language."""
        return (label or {}).get(self.context.locale) or next(iter((label or {}).values()), "")

    def moment(self, at: dt.datetime) -> str:
        """A moment where the bank is."""
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def value(self, path: str, format: str = "") -> str:
        """The value at a path as people read it; a dash where there is none, or none for this reader."""
        found = self.known.get(path)
        value = self.values.get(path)
        if found is None or value in (None, "", []):
            return _NOTHING
        if found.field.type in LEADING:
            return str(self.values.get("_titles", {}).get(path, _NOTHING))
        return self.shown(found.field, value, format)

    def shown(self, field: Field, value: object, format: str = "") -> str:
        """A value of a field; amounts with their groups of digits, fractions that are percents as such."""
        usual = "percent" if field.options.percent else "money" if field.type in ("money", "decimal") else ""
        zone = self.access.compiled.app.timezone
        return display(field, value, format or usual, self.context.locale, zone) or _NOTHING

    def fill(self, text: str) -> str:
        """A text with its placeholders filled."""

        def filled(match: re.Match[str]) -> str:
            path, format = match[1].strip(), (match[2] or "").strip()
            if path == "user.name":
                return self.context.principal.name
            if path == "now":
                return self.moment(self.context.now)[: 10 if format == "date" else None]
            return self.value(path, format)

        return _PLACEHOLDER.sub(filled, text)


def paths_of(template: Template) -> tuple[str, ...]:
    """Every path that a template names."""
    return tuple(dict.fromkeys(each.path for each in template.paths))


def draw_block(printing: Printing, block: PrintBlock) -> dict[str, object] | None:
    """A block as the page takes it; None where the reader may know of nothing in it."""
    heading = printing.word(block.label) if block.kind != "text" else ""
    match block.kind:
        case "text":
            return {"kind": "text", "heading": "", "text": printing.fill(printing.word(block.label))}
        case "facts":
            facts = [_fact(printing, path) for path in block.items if path in printing.known]
            rows = [facts[at : at + block.width] for at in range(0, len(facts), block.width)]
            if rows:
                # A last row that is not full reaches to the edge.
                rows[-1][-1]["span"] = 2 * (block.width - len(rows[-1])) + 1
            return {"kind": "facts", "heading": heading, "rows": rows} if rows else None
        case "table":
            return _table(printing, block, heading)
        case "opinions" | "signatures":
            return {"kind": "decisions", "heading": heading, "decisions": _decisions(printing, block)}
        case "image":
            return (
                {"kind": "image", "heading": heading, "images": _images(printing, block.name)}
                if block.name in printing.known
                else None
            )
    raise ValueError(block.kind)


def _fact(printing: Printing, path: str) -> dict[str, object]:
    found = printing.known[path]
    return {
        "label": printing.word(found.field.label),
        "value": printing.value(path),
        "number": found.field.type in _FIGURES,
        "span": 1,
    }


def _table(printing: Printing, block: PrintBlock, heading: str) -> dict[str, object] | None:
    entity, access = printing.access.entity.entity, printing.access
    holder = field_of(access.entity, block.name)
    inner = entity.rows[holder.options.of or ""].fields if holder is not None else {}
    columns = [inner[name] for name in block.columns if access.shows(f"{block.name}.{name}") != "nothing"]
    rows = printing.values.get(block.name)
    if holder is None or access.shows(block.name) == "nothing" or not columns:
        return None
    listed = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    totals = [_total(printing, listed, each) if each.name in block.totals else "" for each in columns]
    return {
        "kind": "table",
        "heading": heading or printing.word(holder.label),
        "columns": [{"label": printing.word(each.label), "number": each.type in _FIGURES} for each in columns],
        "rows": [[_cell(printing, each, row.get(each.name)) for each in columns] for row in listed],
        "totals": totals if block.totals else None,
    }


def _cell(printing: Printing, field: Field, value: object) -> str:
    return _NOTHING if value in (None, "", []) or field.type in LEADING else printing.shown(field, value)


def _total(printing: Printing, rows: Sequence[Mapping[str, object]], field: Field) -> str:
    """The sum of a column; none where a value of it is masked."""
    total = Decimal(0)
    for row in rows:
        text = row.get(field.name)
        if text is None:
            continue
        if not re.fullmatch(r"-?\d+(\.\d+)?", str(text)):
            return _NOTHING
        total += Decimal(str(text))
    return printing.shown(field, str(total))


def _decisions(printing: Printing, block: PrintBlock) -> list[dict[str, object]]:
    found = printed_decisions(
        printing.connection, printing.context, printing.access.compiled.app.name, printing.record_id, block.steps
    )
    if block.kind == "signatures":
        found = [each for each in found if each["signature"] is not None]
    return [_decision(printing, each, is_signature=block.kind == "signatures") for each in found]


def _decision(printing: Printing, each: Mapping[str, Any], *, is_signature: bool) -> dict[str, object]:
    actor, post = each["actor"], each["post"]
    at = dt.datetime.fromisoformat(each["at"])
    return {
        "step": printing.word(each["title"]),
        "word": printing.word(_DECIDED.get(each["kind"])),
        "opinion": None if is_signature else each["opinion"],
        "who": " ".join(part for part in (printing.word(post), actor["name"] if actor else "") if part),
        "at": printing.moment(at),
        "signature": each["signature"],
    }


def _images(printing: Printing, name: str) -> list[str]:
    value = printing.values.get(name)
    ids = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    found = []
    for id in ids:
        try:
            kind = find_attachment(printing.connection, printing.context, str(id)).kind
        except NotFound:
            continue
        if kind in _PICTURES:
            found.append(str(id))
    return found
