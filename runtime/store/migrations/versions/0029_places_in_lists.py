"""The place of each offer of work in the list of its person, so that a page of a long list is one range of an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Instant

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_TIMES = (
    ("due_by", "9999-12-31T00:00:00.000Z"),
    ("created_at", "1970-01-01T00:00:00.000Z"),
)


def upgrade() -> None:
    op.add_column("wf_work_person", sa.Column("copied", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name, default in _TIMES:
        op.add_column("wf_work_person", sa.Column(name, Instant(), nullable=False, server_default=default))
    offer = sa.table("wf_work_person", *map(sa.column, ("work_id", "copied", "due_by", "created_at")))
    work = sa.table("wf_work", *map(sa.column, ("id", "state", "due_at", "created_at")))
    same = work.c.id == offer.c.work_id
    op.execute(
        sa.update(offer).values(
            copied=sa.select(work.c.state == "copied").where(same).scalar_subquery(),
            due_by=sa.func.coalesce(sa.select(work.c.due_at).where(same).scalar_subquery(), offer.c.due_by),
            created_at=sa.select(work.c.created_at).where(same).scalar_subquery(),
        )
    )
    op.drop_index("wf_work_person_person", table_name="wf_work_person")
    op.create_index("wf_work_person_list", "wf_work_person", ["person_id", "copied", "due_by", "created_at", "work_id"])
    op.create_index("wf_work_instance", "wf_work", ["instance_id"])
