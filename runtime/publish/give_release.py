"""Lets a release go to another server: its very texts, with a signed statement of who made it, who stood for it and how its cases end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.engine import Connection

from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.failures import Conflict, NotFound
from runtime.publish.cases.paths import run_examples
from runtime.publish.cases.run import run_cases
from runtime.publish.codes import NOT_LIVE_THERE
from runtime.publish.history import active_release, files_of, release_by_number
from runtime.publish.promotion import Cases, Place, Signer, Statement, statement_of, write_promotion
from runtime.publish.release_sources import own_environment
from runtime.publish.types import Release, digest_of
from runtime.releases import compile_stored
from runtime.settings import Settings
from runtime.store.database import Database
from runtime.store.signing import id_of_key, open_signing_key, public_bytes
from runtime.store.tables import org_person, review
from runtime.store.types import format_instant


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """The key by which the releases of this server are believed elsewhere; another one than that of the audit trail."""
    return open_signing_key(settings.data_folder / "promotion" / "signing-key.pem")


def give_release(database: Database, settings: Settings, context: Context, app: str, number: int | None) -> bytes:
    """The signed file of a release, the live one without a number; raises NotFound, Conflict for one that was never live."""
    environment = own_environment(settings)
    with database.read() as connection:
        found = _release(connection, app, number)
        files = files_of(connection, app, found.release)
        compiled = compile_stored(connection, app, found.release)
        reviewed = _review(connection, found)
    cases = Counter(result.state for result in (*run_cases(compiled.app), *run_examples(compiled.app)))
    with database.read() as connection:
        author, approver, *editors = _signers(connection, found.author, found.approver, *(reviewed[0] if reviewed else ()))
    live = found.activated_at or found.piloted_at or found.created_at
    statement = Statement(
        environment=Place(kind=environment.kind, name=environment.name),
        app=app,
        release=found.release,
        version=found.version,
        digest=digest_of(files),
        author=author,
        editors=tuple(dict.fromkeys((*(one for one in editors if one is not None), *_earlier_makers(found)))),
        approver=approver,
        note=found.note,
        decision_note=reviewed[1] if reviewed else None,
        published_at=format_instant(live),
        cases=Cases(passed=cases["passed"], failed=cases["failed"], not_run=cases["not_run"]),
        exported_at=format_instant(context.now),
        exported_by=context.principal.username,
    )
    key = signing_key(settings)
    data = write_promotion(key, statement, files)
    with database.write() as connection:
        body = {"release": found.release, "digest": statement.digest, "key": id_of_key(public_bytes(key))}
        record_event(connection, context, "release_given", app=app, body=body)
    return data


def _release(connection: Connection, app: str, number: int | None) -> Release:
    found = active_release(connection, app) if number is None else release_by_number(connection, app, number)
    if found is None:
        raise NotFound({"zh": f"应用 {app} 没有这个版本。", "en": f"{app} has no such release."})
    if found.activated_at is None and found.piloted_at is None:
        raise Conflict(
            {
                "zh": f"版本 {found.release} 从未上线，不能送往其他服务器。",
                "en": f"Release {found.release} was never live, so it is not given to another server.",
            },
            code=NOT_LIVE_THERE.id,
        )
    return found


def _review(connection: Connection, found: Release) -> tuple[list[str], str | None] | None:
    """Everybody who edited what was reviewed, and what the second person said to it."""
    query = sa.select(review.c.editors, review.c.decision_note).where(
        review.c.app == found.app,
        review.c.checksum == found.checksum,
        review.c.state == "approved",
        review.c.base_release == (found.based_on or 0),
    )
    row = connection.execute(query.order_by(review.c.decided_at.desc()).limit(1)).one_or_none()
    return (list(row.editors), row.decision_note) if row is not None else None


def _signers(connection: Connection, *ids: str | None) -> list[Signer | None]:
    query = sa.select(org_person.c.id, org_person.c.f_username, org_person.c.f_name)
    rows = connection.execute(query.where(org_person.c.id.in_({id for id in ids if id is not None})))
    known = {row.id: Signer(username=row.f_username, name=row.f_name) for row in rows}
    # An operator at the command line has no row: the account stands for him.
    return [None if id is None else known.get(id, Signer(username=id, name=id.partition(":")[2] or id)) for id in ids]


def _earlier_makers(found: Release) -> Iterable[Signer]:
    """Who made it on the server that it came to this one from: they stay its makers on the way to the next."""
    if found.origin is None or found.origin["kind"] != "promotion":
        return ()
    earlier = statement_of(found.origin["text"])
    return tuple(one for one in (earlier.author, *earlier.editors) if one is not None)
