"""The bench's app live over a database, with its branches and a clerk of the first of them."""

from __future__ import annotations

import datetime as dt

from runtime.context import Context, Principal
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person, add_unit
from runtime.publish.apply import Publication, publish
from runtime.publish.consent import Consent
from runtime.start import open_releases, prepare_database
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from tests.bench.definition import FILES

BRANCHES = 20


def publish_bench(database: Database, now: dt.datetime | None = None) -> tuple[str, list[str]]:
    """Make the organisation and publish the app; returns the clerk and the branches."""
    now = now or dt.datetime.now(dt.UTC)
    prepare_database(database)
    with database.write() as connection:
        head = add_unit(connection, "HO", "总行", now)
        branches = [add_unit(connection, f"B{n:02}", f"支行 {n}", now, parent_id=head) for n in range(BRANCHES)]
        clerk = add_person(connection, "clerk", "柜员", now, unit_id=branches[0])
        grant_role(connection, clerk, "bench", "clerk", Given(now))
    releases = open_releases(database)
    approver = Principal("approver", "approver", "approver", None, None, None, None, platform_roles=frozenset({"publisher"}))
    context = Context(approver, releases.current(), now, now.date(), new_id(now))
    publish(database, releases, Publication("bench", FILES, Consent("author"), None), context)
    return clerk, branches
