"""Roles, posts and memberships as rows that are ended instead of deleted; roles count from moment to moment."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from runtime.settings import Settings
from runtime.store.identifiers import new_id
from runtime.store.types import Day, Instant, bytewise_text

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    days = {"valid_from": Day(), "valid_to": Day()}
    roles = _rows("person_role", {"person_id": sa.String(36), "app": sa.String(48), "role": sa.String(48), **days})
    posts = _rows("person_post", {"person_id": sa.String(36), "unit_id": sa.String(36), "post": sa.String(60), **days})
    groups = _rows("person_group", {"person_id": sa.String(36), "group": sa.String(60), **days})
    for name in ("person_role", "person_post", "person_group"):
        op.drop_table(name)
    granted = op.create_table(
        "role_grant",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("role", sa.String(length=48), nullable=False),
        sa.Column("valid_from", Instant(), nullable=True),
        sa.Column("valid_until", Instant(), nullable=True),
        *_given(),
        sa.ForeignKeyConstraint(["person_id"], ["org_person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("role_grant_person", "role_grant", ["person_id"])
    op.create_index("role_grant_role", "role_grant", ["app", "role"])
    held = op.create_table(
        "person_post",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=False),
        sa.Column("post", bytewise_text(60), nullable=False),
        sa.Column("valid_from", Day(), nullable=True),
        sa.Column("valid_to", Day(), nullable=True),
        *_given(),
        sa.ForeignKeyConstraint(["person_id"], ["org_person.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["org_branch.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("person_post_person", "person_post", ["person_id"])
    op.create_index("person_post_post", "person_post", ["post", "unit_id"])
    member = op.create_table(
        "person_group",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("group", bytewise_text(60), nullable=False),
        sa.Column("valid_from", Day(), nullable=True),
        sa.Column("valid_to", Day(), nullable=True),
        *_given(),
        sa.ForeignKeyConstraint(["person_id"], ["org_person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("person_group_person", "person_group", ["person_id"])
    op.create_index("person_group_group", "person_group", ["group"])
    op.bulk_insert(granted, [_moments(row) for row in roles])
    op.bulk_insert(held, posts)
    op.bulk_insert(member, groups)


def _given() -> list[sa.Column]:
    return [
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("given_by", sa.String(length=36), nullable=True),
        sa.Column("given_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=36), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("end_reason", sa.String(length=200), nullable=True),
    ]


def _rows(name: str, columns: dict[str, sa.types.TypeEngine]) -> list[dict[str, object]]:
    now = dt.datetime.now(dt.UTC)
    old = sa.table(name, *(sa.column(column, type_) for column, type_ in columns.items()))
    return [{"id": new_id(now), **row} for row in op.get_bind().execute(sa.select(old)).mappings()]


def _moments(row: dict[str, object]) -> dict[str, object]:
    """A role counted on days of the bank, both included: from the beginning of the first to the end of the last."""
    zone = ZoneInfo(Settings.read().timezone)
    first, last = row.pop("valid_from"), row.pop("valid_to")
    begin = dt.datetime.combine(first, dt.time(), zone) if first else None
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone) if last and last < dt.date.max else None
    return {**row, "valid_from": begin, "valid_until": end}
