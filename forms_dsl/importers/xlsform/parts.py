"""What is open while a survey is read: groups, and the questions found so far."""

from __future__ import annotations

from dataclasses import dataclass

from forms_dsl.importers.draft import EntityDraft, FieldDraft, RowDraft, Tree
from forms_dsl.importers.expressions.tree import Known
from forms_dsl.importers.words import Words
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


def languages_of(entity: EntityDraft, first: str) -> tuple[str, ...]:
    """The languages of the labels, the form's own first."""
    found: list[str] = [first] if first else []
    for each in (*entity.fields.values(), *(one for row in entity.rows.values() for one in row.fields.values())):
        label = each.tree.get("label")
        found += label.texts if isinstance(label, Words) else ()
    return tuple(dict.fromkeys(language for language in found if language))
