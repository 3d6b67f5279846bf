"""What people hold: roles, posts and memberships, each with its time; a row is ended, never changed or deleted."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.store.metadata import id_column, table
from runtime.store.types import Day, Instant, bytewise_text


def _given() -> tuple[sa.Column[object], ...]:
    """Who gave it, when and why, and who took it away again."""
    return (
        sa.Column("reason", sa.String(200)),
        #: NULL for what the platform set up itself, and for what was given before this was kept
        sa.Column("given_by", sa.String(36)),
        sa.Column("given_at", Instant),
        sa.Column("ended_by", sa.String(36)),
        sa.Column("ended_at", Instant),
        sa.Column("end_reason", sa.String(200)),
    )


role_grant = table(
    "role_grant",
    id_column(),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("org_person.id"), nullable=False),
    #: "" for platform roles
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("role", sa.String(48), nullable=False),
    #: it counts from the first moment on, and no longer at the second; NULL: always, for ever
    sa.Column("valid_from", Instant),
    sa.Column("valid_until", Instant),
    *_given(),
)
sa.Index("role_grant_person", role_grant.c.person_id)
sa.Index("role_grant_role", role_grant.c.app, role_grant.c.role)

#: 岗位: a post that a person holds in a unit, for always or between two days, both included; several posts, several units.
person_post = table(
    "person_post",
    id_column(),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("org_person.id"), nullable=False),
    sa.Column("unit_id", sa.String(36), sa.ForeignKey("org_branch.id"), nullable=False),
    sa.Column("post", bytewise_text(60), nullable=False),
    sa.Column("valid_from", Day),
    sa.Column("valid_to", Day),
    *_given(),
)
sa.Index("person_post_person", person_post.c.person_id)
sa.Index("person_post_post", person_post.c.post, person_post.c.unit_id)

#: 委员会: a group of the bank and its members.
person_group = table(
    "person_group",
    id_column(),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("org_person.id"), nullable=False),
    sa.Column("group", bytewise_text(60), nullable=False),
    sa.Column("valid_from", Day),
    sa.Column("valid_to", Day),
    *_given(),
)
sa.Index("person_group_person", person_group.c.person_id)
sa.Index("person_group_group", person_group.c.group)
