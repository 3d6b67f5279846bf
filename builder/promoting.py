"""Proposes a release of another server here: byte for byte, as a review for a second person who did not make it there either."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from builder.codes import NOTHING_CHANGED
from builder.review import Wishes, propose
from forms_dsl.model import Label
from runtime.context import Context
from runtime.failures import Conflict, NotAllowed
from runtime.publish.codes import ALONE_THERE, WRONG_SOURCE
from runtime.publish.consent import Consent
from runtime.publish.give_release import signing_key
from runtime.publish.history import active_release, files_of, list_releases
from runtime.publish.plan import Planned, plan_publish
from runtime.publish.promotion import Promoted, read_promotion, statement_of
from runtime.publish.refused import Refused
from runtime.publish.release_sources import own_environment, sources
from runtime.publish.scheduled import check_time
from runtime.publish.types import digest_of
from runtime.settings import Settings
from runtime.store.database import Database
from runtime.store.signing import id_of_key, public_bytes
from runtime.store.tables import org_person, release


def promote(database: Database, settings: Settings, context: Context, data: bytes, wishes: Wishes) -> str:
    """Ask a second person here to publish a signed release; returns the id of the review.

    Raises Invalid for a file that is not believed, NotAllowed for who made it alone, Refused for one that does not fit here.
    """
    own_environment(settings)
    if wishes.at is not None:
        check_time(wishes.at, context.now)
    with database.read() as connection:
        known = {row.key_id: row for row in sources(connection)}
    promoted = read_promotion(data, {id: row.key for id, row in known.items()})
    _check_source(settings, promoted, known[promoted.signed.key])
    statement = promoted.statement
    if not statement.was_reviewed and context.principal.username in statement.makers:
        raise NotAllowed(
            {
                "zh": "这个版本在来源服务器上由您一人发布，须由另一个人在这里提出。",
                "en": "You made this release there and nobody else looked at it, so somebody else brings it here.",
            },
            code=ALONE_THERE.id,
        )
    with database.read() as connection:
        planned, consent = _planned(connection, context, promoted, wishes)
        cautions = list(cautions_of(connection, statement.app, promoted))
    origin = {
        "kind": "promotion",
        "source": known[promoted.signed.key].name,
        **promoted.signed.as_json(),
        "cautions": cautions,
    }
    with database.write() as connection:
        return propose(connection, context, planned, promoted.files, consent, replace(wishes, origin=origin))


def _check_source(settings: Settings, promoted: Promoted, source: Row[Any]) -> None:
    said = promoted.statement.environment.kind
    if promoted.signed.key == id_of_key(public_bytes(signing_key(settings))):
        raise _wrong_source("它就来自本服务器。", "It comes from this very server.")
    if said != source.kind:
        raise _wrong_source(
            f"它自称来自 {said}，而来源“{source.name}”登记为 {source.kind}。",
            f"It says that it comes from {said}, and the source {source.name!r} was entered as {source.kind}.",
        )


def _wrong_source(zh: str, en: str) -> Conflict:
    return Conflict({"zh": zh, "en": en}, code=WRONG_SOURCE.id)


def _planned(connection: Connection, context: Context, promoted: Promoted, wishes: Wishes) -> tuple[Planned, Consent]:
    app, files, statement = promoted.statement.app, promoted.files, promoted.statement
    active = active_release(connection, app)
    if active is not None and digest_of(files_of(connection, app, active.release)) == statement.digest:
        raise Conflict(
            {"zh": "这个版本与已上线版本没有差别。", "en": "This release does not differ from the one that is live."},
            code=NOTHING_CHANGED.id,
        )
    # The same people work on several servers: who made it there cannot let it through here.
    makers = _people_of(connection, statement.makers)
    planned = plan_publish(connection, app, files, context.now, makers={*makers, context.principal.id}, units=wishes.units)
    if planned.plan.blocked:
        raise Refused(app, planned.plan.diagnostics)
    return planned, Consent(context.principal.id, frozenset(makers))


def _people_of(connection: Connection, usernames: frozenset[str]) -> set[str]:
    query = sa.select(org_person.c.id).where(org_person.c.f_username.in_(usernames))
    return set(connection.execute(query).scalars())


def cautions_of(connection: Connection, app: str, promoted: Promoted) -> Iterator[Label]:
    """What the second person should know beside the plan: of the review and the cases there, and of what was changed here meanwhile."""
    statement = promoted.statement
    if not statement.was_reviewed:
        yield {
            "zh": "来源服务器上没有第二人审核过这个版本。",
            "en": "Nobody but its makers looked at this release on the server that it comes from.",
        }
    if statement.cases.failed or statement.cases.not_run:
        failed, not_run = statement.cases.failed, statement.cases.not_run
        yield {
            "zh": f"来源服务器上的案例：{failed} 个未通过，{not_run} 个未执行。",
            "en": f"Of its cases there, {failed} failed and {not_run} were not run.",
        }
    direct = ", ".join(str(number) for number in _since_promotion(connection, app))
    if direct:
        yield {
            "zh": f"本服务器的版本 {direct} 不是推送而来：其中的修改若不在这次的版本里，将被去掉。请核对差异。",
            "en": f"Release {direct} here did not come by promotion: what it changed goes unless this release has it too. "
            f"Look at the difference.",
        }
    latest = max(_promoted_before(connection, app, promoted.signed.key), default=0)
    if statement.release < latest:
        yield {
            "zh": f"这是来源的版本 {statement.release}，比此前推送来的版本 {latest} 更早。",
            "en": f"This is release {statement.release} of its server, older than release {latest} that came before.",
        }


def _since_promotion(connection: Connection, app: str) -> list[int]:
    """The releases that led to the live one since the last that came by promotion."""
    by_number = {one.release: one for one in list_releases(connection, app)}
    active = active_release(connection, app)
    found: list[int] = []
    at = active.release if active is not None else None
    while at is not None and (one := by_number.get(at)) is not None and not _is_promotion(one.origin) and at not in found:
        found.append(at)
        at = one.based_on
    return sorted(found)


def _is_promotion(origin: Mapping[str, Any] | None) -> bool:
    return origin is not None and origin["kind"] == "promotion"


def _promoted_before(connection: Connection, app: str, key: str) -> Iterator[int]:
    """The numbers, at their server, of the releases that were live here and came signed with a key."""
    query = sa.select(release.c.origin).where(release.c.app == app, release.c.activated_at.is_not(None))
    for origin in connection.execute(query).scalars():
        if _is_promotion(origin) and origin["key"] == key:
            yield statement_of(origin["text"]).release
