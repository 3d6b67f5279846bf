"""What came of an import: counts per file, and every rejected row with its reasons in a table and a file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import Connection

from forms_dsl.masks import masked
from forms_dsl.model import Entity, Label
from runtime.commands.import_values import MappedRow, RowFault
from runtime.store.tables import import_reject

#: So many rejected rows are kept in memory for the one who waits; all stand in the file.
SHOWN = 20
_PERSONAL = frozenset({"C2", "C3"})


@dataclass(frozen=True, slots=True)
class Reject:
    """One reason why one row was not imported."""

    row: int
    column: str | None
    value: str | None
    reason: Label
    code: str
    field: str | None


@dataclass(slots=True)
class StepResult:
    """The counts of one file; `rows` is the sum of the others."""

    batch_id: str
    entity: str
    file: str
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    left_out: int = 0
    first_rejects: list[Reject] = field(default_factory=list)
    reject_file: Path | None = None

    def counts(self) -> dict[str, int]:
        """The counts as they are kept with the batch."""
        names = ("rows", "created", "updated", "unchanged", "rejected")
        return {name: getattr(self, name) for name in names}


def keep_rejects(connection: Connection, result: StepResult, entity: Entity, rows: Sequence[MappedRow]) -> list[Reject]:
    """Keep the reasons of rejected rows with the batch; returns them for the file, which is written after the commit."""
    found: list[Reject] = []
    values = []
    for row in rows:
        for position, fault in enumerate(row.faults):
            reject = _reject(entity, row, fault)
            found.append(reject)
            values.append(
                {
                    "batch_id": result.batch_id,
                    "row": reject.row,
                    "position": position,
                    "column_name": reject.column,
                    "value": reject.value,
                    "reason": dict(reject.reason),
                    "code": reject.code,
                    "field": reject.field,
                }
            )
    if values:
        connection.execute(import_reject.insert(), values)
    return found


def write_rejects(folder: Path, result: StepResult, rejects: Sequence[Reject]) -> None:
    """Append reasons to the batch's file of rejects: row, column, value and reason, for a spreadsheet."""
    if not rejects:
        return
    result.first_rejects.extend(rejects[: SHOWN - len(result.first_rejects)])
    path = folder / f"{result.batch_id}.csv"
    is_new = not path.exists()
    folder.mkdir(parents=True, exist_ok=True)
    # The byte order mark tells spreadsheets that the Chinese is UTF-8.
    with path.open("a", encoding="utf-8-sig" if is_new else "utf-8", newline="") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(["row", "column", "value", "原因", "reason"])
        for reject in rejects:
            cells = (reject.column or "", reject.value or "", reject.reason.get("zh", ""), reject.reason.get("en", ""))
            writer.writerow([reject.row, *(_no_formula(cell) for cell in cells)])
    result.reject_file = path


def _reject(entity: Entity, row: MappedRow, fault: RowFault) -> Reject:
    """The reason, without a personal value in clear: the row number leads to it in the source."""
    value, reason = fault.value, fault.reason
    names = [name for name, column in row.columns.items() if column == fault.column and name in entity.fields]
    if not names and fault.column is not None and fault.column in entity.fields and fault.column not in row.columns:
        names = [fault.column]
    fields = [entity.fields[name] for name in names]
    for declared in fields:
        if value is not None and declared.classification in _PERSONAL:
            hidden = str(masked(value, declared.mask))
            reason = {language: words.replace(value, hidden) for language, words in reason.items()}
            value = hidden
    return Reject(row.number, fault.column, value, reason, fault.code, names[0] if names else None)


def _no_formula(cell: str) -> str:
    """A cell that a spreadsheet shows and never computes."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r", "＝"} else cell
