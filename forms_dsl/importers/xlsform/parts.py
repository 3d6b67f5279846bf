"""What is open while a survey is read: groups, and the questions found so far."""

from __future__ import annotations

from dataclasses import dataclass

from forms_dsl.importers.draft import FieldDraft, RowDraft, Tree
from forms_dsl.importers.expressions.tree import Known
from forms_dsl.importers.xlsform.rows import Row


@dataclass(slots=True)
class Group:
    """An open group or repeat: its section, and the conditions of all groups around."""

    name: str
    block: dict[str, Tree]
    conditions: tuple[Row, ...] = ()
    row: RowDraft | None = None
    is_lost: bool = False


@dataclass(slots=True)
class Question:
    """A field with the row it comes from and what is around it."""

    field: FieldDraft
    row: Row
    known: Known
    conditions: tuple[Row, ...] = ()
    inside: str | None = None
    list_name: str | None = None
