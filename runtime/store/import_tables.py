"""The tables of imports: each file that came in as one batch, its rejected rows, and what became of every row that was written."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.store.metadata import id_column, table
from runtime.store.types import Instant, Json

import_batch = table(
    "import_batch",
    id_column(),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("entity", sa.String(48), nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("file_hash", sa.String(64), nullable=False),
    sa.Column("started_by", sa.String(36), nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("rows", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created", sa.Integer, nullable=False, server_default="0"),
    sa.Column("updated", sa.Integer, nullable=False, server_default="0"),
    sa.Column("unchanged", sa.Integer, nullable=False, server_default="0"),
    sa.Column("rejected", sa.Integer, nullable=False, server_default="0"),
    #: staged, checked, released, refused, cancelled, writing, stopped, written, undoing, undone, failed; what the command line
    #: imports at once is written.
    sa.Column("state", sa.String(16), nullable=False, server_default="written"),
    #: How the file is read: kind, encoding, separator, bytes. Missing for what was imported at once: such a file is not kept.
    sa.Column("reading", Json),
    sa.Column("note", sa.Text),
    #: What the check found: the counts as they would be, and the first rows.
    sa.Column("checked", Json),
    sa.Column("preview", Json),
    #: The importing roles by which rows go in, and the roles that another person must hold, all of them, to release the batch.
    sa.Column("roles", Json),
    sa.Column("released_by", Json),
    sa.Column("decided_by", sa.String(36)),
    sa.Column("decided_at", Instant),
    sa.Column("decision_note", sa.Text),
    #: The last row of the file that was checked, or written; the next piece begins behind it.
    sa.Column("reached", sa.Integer, nullable=False, server_default="0"),
    #: Why it stopped or failed.
    sa.Column("error", Json),
    sa.Column("undone_by", sa.String(36)),
    #: Rows from here on were taken back, or left because somebody changed them since.
    sa.Column("undone_from", sa.Integer),
    sa.Column("undone", sa.Integer, nullable=False, server_default="0"),
    sa.Column("left_alone", sa.Integer, nullable=False, server_default="0"),
)
sa.Index("import_batch_of", import_batch.c.app, import_batch.c.entity, import_batch.c.started_at)
sa.Index("import_batch_file", import_batch.c.file_hash)

import_reject = table(
    "import_reject",
    sa.Column("batch_id", sa.String(36), sa.ForeignKey("import_batch.id"), primary_key=True),
    sa.Column("row", sa.Integer, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("column_name", sa.Text),
    sa.Column("value", sa.Text),
    sa.Column("reason", Json, nullable=False),
    sa.Column("code", sa.String(8)),
    #: The field that the column became, by which it is shown or not.
    sa.Column("field", sa.String(48)),
)

import_row = table(
    "import_row",
    sa.Column("batch_id", sa.String(36), sa.ForeignKey("import_batch.id"), primary_key=True),
    sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("record_id", sa.String(36), nullable=False),
    #: The version that the row made; 1 for a new record.
    sa.Column("version", sa.Integer, nullable=False),
    #: Of a changed record what stood in the changed fields before and after, encrypted ones sealed.
    sa.Column("before", Json),
    sa.Column("after", Json),
    #: Why an undo left it, with the fields that it is about.
    sa.Column("why_left", Json),
)
