"""Who a secret or a person id stands for, with the unit and the roles that count at a moment.

Nothing is kept between requests: a role taken away or over, a post moved or a person locked is seen by the next request.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from runtime.context import Principal
from runtime.identity.holdings import role_counts
from runtime.identity.secret_text import LONGEST, SESSION_PREFIX, TOKEN_PREFIX, hash_secret
from runtime.store.asking import Asking, Question, answer
from runtime.store.prepared import Prepared, prepare
from runtime.store.tables import api_token, org_branch, org_person, role_grant, session
from runtime.store.types import Instant

_SINCE, _NOW = sa.bindparam("since", type_=Instant()), sa.bindparam("now", type_=Instant())


def _persons(
    source: sa.FromClause, condition: sa.ColumnElement[bool], *, shut_out_too: bool = False
) -> sa.Select[*tuple[Any, ...]]:
    """One row for each grant of the person that counts, or one without a role; built once, so only values travel."""
    valid = sa.and_(role_grant.c.person_id == org_person.c.id, role_counts(_SINCE, _NOW))
    joined = source.outerjoin(org_branch, org_branch.c.id == org_person.c.f_branch).outerjoin(role_grant, valid)
    return (
        sa.select(
            org_person.c.id,
            org_person.c.f_username,
            org_person.c.f_name,
            org_person.c.f_branch,
            org_branch.c.f_code,
            org_branch.c.f_name,
            org_branch.c.f_path,
            org_person.c.locale,
            role_grant.c.app,
            role_grant.c.role,
        )
        .select_from(joined)
        .where(
            condition,
            sa.true() if shut_out_too else org_person.c.active.is_(sa.true()),
            sa.or_(sa.bindparam("demo", type_=sa.Boolean()), org_person.c.demo.is_(sa.false())),
        )
    )


_BY_ID = _persons(org_person, org_person.c.id == sa.bindparam("person_id"))
_SHUT_OUT_TOO = _persons(org_person, org_person.c.id == sa.bindparam("person_id"), shut_out_too=True)
_IN_APP = _persons(
    org_person,
    org_person.c.id.in_(
        sa.select(role_grant.c.person_id).where(role_grant.c.app == sa.bindparam("app"), role_counts(_SINCE, _NOW))
    ),
).order_by(org_person.c.id)
_BY_SESSION = _persons(
    session.join(org_person, org_person.c.id == session.c.person_id),
    sa.and_(session.c.token_hash == sa.bindparam("token_hash"), session.c.expires_at > _NOW),
)
_BY_TOKEN = _persons(
    api_token.join(org_person, org_person.c.id == api_token.c.person_id),
    sa.and_(
        api_token.c.token_hash == sa.bindparam("token_hash"), api_token.c.expires_at > _NOW, api_token.c.revoked_at.is_(None)
    ),
)


def resolve_principal(
    connection: Connection,
    person_id: str,
    now: dt.datetime,
    *,
    demo: bool,
    since: dt.datetime | None = None,
    shut_out_too: bool = False,
) -> Principal | None:
    """The person of an id, or None when there is none or may not act; `demo` lets demo people act.

    With `since` the roles are those that counted at some moment from then to `now`; `shut_out_too` tells of whoever may
    not act any more as well, for questions about the past.
    """
    values = {"person_id": person_id, "since": since or now, "now": now, "demo": demo}
    return _principal(connection.execute(_SHUT_OUT_TOO if shut_out_too else _BY_ID, values).all())


def principals_in(connection: Connection, app: str, now: dt.datetime, *, demo: bool) -> list[Principal]:
    """Everybody who holds a role in an app now and may act, by id."""
    rows = connection.execute(_IN_APP, {"app": app, "since": now, "now": now, "demo": demo}).all()
    by_person = (list(group) for _, group in itertools.groupby(rows, key=lambda row: row[0]))
    return [found for group in by_person if (found := _principal(group)) is not None]


def authenticate(connection: Connection, secret: str, now: dt.datetime, *, demo: bool) -> Principal | None:
    """The person whose session or API token this secret opens, or None."""
    return answer(connection, asking_principal(connection.dialect, secret, now, demo=demo))


def asking_principal(dialect: Dialect, secret: str, now: dt.datetime, *, demo: bool) -> Asking[Principal | None]:
    """The person behind a secret, as `authenticate`."""
    if len(secret) > LONGEST or not secret.startswith((SESSION_PREFIX, TOKEN_PREFIX)):
        return None
    by_session = secret.startswith(SESSION_PREFIX)
    values = {"token_hash": hash_secret(secret), "now": now, "since": now, "demo": demo}
    return _principal((yield Question(_prepared(dialect, by_session=by_session), values)))


@lru_cache(maxsize=8)
def _prepared(dialect: Dialect, *, by_session: bool) -> Prepared:
    """The question of every request, as text for a database."""
    return prepare(_BY_SESSION if by_session else _BY_TOKEN, dialect)


def _principal(rows: Sequence[Sequence[Any]]) -> Principal | None:
    if not rows:
        return None
    roles: dict[str, set[str]] = defaultdict(set)
    for *_, app, role in rows:
        if role is not None:
            roles[app].add(role)
    person_id, username, name, unit_id, unit_code, unit_name, unit_path, locale, _, _ = rows[0]
    return Principal(
        id=person_id,
        username=username,
        name=name,
        unit_id=unit_id,
        unit_code=unit_code,
        unit_name=unit_name,
        unit_path=unit_path,
        roles={app: frozenset(names) for app, names in roles.items() if app},
        platform_roles=frozenset(roles.get("", ())),
        locale=locale,
    )
