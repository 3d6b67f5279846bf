"""What all of the platform's tables stand in, and how they are written down."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()


def table(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """A table of the platform."""
    return sa.Table(name, METADATA, *columns)


def id_column() -> sa.Column[str]:
    """The key of most tables: a UUID as text."""
    return sa.Column("id", sa.String(36), primary_key=True)
