"""Four eyes over publishing: whoever made a change never puts it live alone, with two exceptions that are written down.

The exceptions are the operator's, at the command line: the first publication of an app, which nobody uses yet,
and a demonstration, whose people are invented.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.failures import NotAllowed
from runtime.publish.codes import TWO_PEOPLE
from runtime.store.tables import release


@dataclass(frozen=True, slots=True)
class Consent:
    """Who asks for a publication: its author, everybody who edited it, and whether the operator publishes it alone."""

    author: str
    editors: frozenset[str] = frozenset()
    alone: bool = False
    #: The account at the command line, where the act was not the approver's own click.
    operator: str | None = None


def check_consent(connection: Connection, app: str, consent: Consent, context: Context) -> None:
    """Raise NotAllowed unless the person of the context may put this live."""
    if consent.alone:
        if not may_publish_alone(connection, app, context):
            raise NotAllowed(
                {
                    "zh": f"应用 {app} 已上线，再次发布须由两个人完成：请用 --author 和 --approver 指明编制人和批准人。",
                    "en": f"{app} is live already, so publishing it again takes two people: name them with --author and --approver.",
                },
                code=TWO_PEOPLE.id,
            )
        return
    approver = context.principal
    if "publisher" not in approver.platform_roles:
        raise NotAllowed(
            {
                "zh": "只有持有“publisher”平台角色的人可以批准发布。",
                "en": "Only a person with the platform role publisher approves.",
            },
            code=TWO_PEOPLE.id,
        )
    if approver.id in {consent.author, *consent.editors}:
        raise NotAllowed(
            {
                "zh": "编制或提交了这次修改的人不能批准其发布，须由另一个人批准。",
                "en": "Whoever edited or submitted this change cannot approve it. A second person must.",
            },
            code=TWO_PEOPLE.id,
        )


def may_publish_alone(connection: Connection, app: str, context: Context) -> bool:
    """Whether the operator needs no second person: the app was never live, or this process serves a demonstration.

    Demo people that were left in a database are no demonstration: a bank may have begun with one.
    """
    live = sa.select(release.c.release).where(release.c.app == app, release.c.activated_at.is_not(None)).limit(1)
    return context.demo or connection.execute(live).first() is None
