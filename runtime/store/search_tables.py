"""The platform's tables of the search: under which words a record is found, and which fields are filled in."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.store.metadata import table
from runtime.store.types import Instant, bytewise_text

search_term = table(
    "search_term",
    #: the field, by the number that `searched_fields` gives it
    sa.Column("field", sa.BigInteger, primary_key=True, autoincrement=False),
    #: compared by code point in both databases, so that the beginning of a word is a range
    sa.Column("term", bytewise_text(32), primary_key=True),
    sa.Column("record_id", sa.String(36), primary_key=True),
)

search_field = table(
    "search_field",
    sa.Column("field", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("app", sa.String(48), nullable=False),
    #: since when each record has its words
    sa.Column("filled_at", Instant, nullable=False),
)
