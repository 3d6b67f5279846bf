"""Physical names of tables, columns and indexes: generated from ids, never the analyst's text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b

from forms_dsl.model import Entity, Field, RowType
from runtime.store.kept_columns import numbered_column

#: A value in a text of a definition: its path and, behind a bar, how it is written.
PLACEHOLDER = re.compile(r"\{([^{}|]+)(?:\|([a-z0-9]+))?\}")


def entity_table_name(entity: Entity) -> str:
    """The table of an entity, the same for every release that keeps its id."""
    return f"d_{_digest(f'{entity.app}.{entity.id}')}_{entity.id[:40]}"


def row_table_name(entity: Entity, row_type: RowType) -> str:
    """The table of a row type of an entity."""
    return f"d_{_digest(f'{entity.app}.{entity.id}.{row_type.id}')}_{f'{entity.id}_{row_type.id}'[:40]}"


def column_name(field: Field) -> str:
    """The column of a field."""
    return numbered_column(field.id, field.kept_as)


def constraint_name(kind: str, table: str, parts: Iterable[str]) -> str:
    """The name of an index (`ix`), unique index (`ux`) or foreign key (`fk`) over `parts` of a table."""
    return f"{kind}_{_digest('|'.join([table, *parts]))}_{table[:40]}"


def link_name(table: str, columns: Iterable[str]) -> str:
    """What keeps two columns of one field the same."""
    return f"link_{_digest('|'.join([table, *columns]))}"


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=4).hexdigest()
