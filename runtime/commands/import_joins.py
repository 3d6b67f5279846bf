"""Adds the columns of further files to the rows of an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forms_dsl.model import Label
from runtime.commands.import_mapping import JoinShape
from runtime.commands.import_source import SourceFile, SourceRow, open_source
from runtime.failures import Invalid


@dataclass(frozen=True, slots=True)
class Join:
    """A further file, indexed by the columns that connect it."""

    shape: JoinShape
    columns: tuple[str, ...]
    rows: Mapping[tuple[str, ...], Sequence[Mapping[str, str]]]

    def add(self, cells: dict[str, str]) -> Label | None:
        """Add the columns to a row, or say why it has none."""
        wanted = tuple(cells.get(column, "").strip() for column in self.shape.match.values())
        found = self.rows.get(wanted, ())
        if len(found) == 1:
            cells.update({f"{self.shape.name}.{name}": text for name, text in found[0].items()})
            return None
        if not found and self.shape.optional:
            return None
        key = ", ".join(wanted)
        if found:
            return {
                "zh": f"{self.shape.file} 中有 {len(found)} 行与“{key}”对应。",
                "en": f"{len(found)} rows of {self.shape.file} belong to {key!r}.",
            }
        return {"zh": f"{self.shape.file} 中没有与“{key}”对应的行。", "en": f"No row of {self.shape.file} belongs to {key!r}."}


def open_joins(source: SourceFile, joins: Sequence[JoinShape], folder: Path) -> tuple[tuple[Join, ...], tuple[str, ...]]:
    """The joins of a step, and all columns that its rows then have; raises Invalid for a column that is not there."""
    made, columns = [], list(source.columns)
    for shape in joins:
        file = open_source(folder / shape.file, source.delimiter, source.encoding)
        _require(shape.match.values(), columns, source.path.name)
        _require([*shape.match, *shape.where], file.columns, shape.file)
        rows: dict[tuple[str, ...], list[Mapping[str, str]]] = {}
        for row in file.rows():
            if row.fault is None and _matches(row, shape):
                rows.setdefault(tuple(row.cells[name].strip() for name in shape.match), []).append(row.cells)
        made.append(Join(shape, file.columns, rows))
        columns += [f"{shape.name}.{name}" for name in file.columns]
    return tuple(made), tuple(columns)


def _matches(row: SourceRow, shape: JoinShape) -> bool:
    return all(row.cells[name].strip() == value for name, value in shape.where.items())


def _require(names: Iterable[str], known: Sequence[str], file: str) -> None:
    for name in names:
        if name not in known:
            raise Invalid({"zh": f"{file} 中没有列“{name}”。", "en": f"{file} has no column {name!r}."}, code="D010")
