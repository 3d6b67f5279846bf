"""The register of proxies (代理): who may act for whom, from when to when, for what; a rule is ended, never deleted."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.store.metadata import id_column, table
from runtime.store.types import Day, Instant

wf_proxy = table(
    "wf_proxy",
    id_column(),
    #: whose seats they are, and who may act for him
    sa.Column("owner", sa.String(36), sa.ForeignKey("org_person.id"), nullable=False),
    sa.Column("proxy", sa.String(36), sa.ForeignKey("org_person.id"), nullable=False),
    #: both days included
    sa.Column("valid_from", Day, nullable=False),
    sa.Column("valid_to", Day, nullable=False),
    #: NULL for all apps, all workflows, any amount
    sa.Column("app", sa.String(48)),
    sa.Column("workflow_id", sa.String(48)),
    sa.Column("amount", sa.Text),
    sa.Column("reason", sa.String(200)),
    sa.Column("set_by", sa.String(36), nullable=False),
    sa.Column("set_at", Instant, nullable=False),
    sa.Column("ended_by", sa.String(36)),
    sa.Column("ended_at", Instant),
)
sa.Index("wf_proxy_owner", wf_proxy.c.owner, wf_proxy.c.valid_to)
sa.Index("wf_proxy_proxy", wf_proxy.c.proxy, wf_proxy.c.valid_to)
