"""The unit of each offer of work, so that a list by unit, and the counts of it, are one range of an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("wf_work_person", sa.Column("unit", sa.String(36)))
    offer = sa.table("wf_work_person", *map(sa.column, ("work_id", "unit")))
    work = sa.table("wf_work", *map(sa.column, ("id", "unit")))
    op.execute(sa.update(offer).values(unit=sa.select(work.c.unit).where(work.c.id == offer.c.work_id).scalar_subquery()))
    columns = ["person_id", "copied", "unit", "due_by", "created_at", "work_id"]
    op.create_index("wf_work_person_unit", "wf_work_person", columns)
