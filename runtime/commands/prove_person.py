"""The password again, before something that is signed: a wrong one is counted like a wrong one at signing in."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.failures import Fault, Invalid, NotAllowed
from runtime.identity.password import password_matches
from runtime.identity.throttle import count_failure, forget_failures
from runtime.process import codes
from runtime.store.database import Database
from runtime.store.tables import credential

_MINE = sa.select(credential.c.password_hash, credential.c.locked_until).where(credential.c.person_id == sa.bindparam("person"))


def prove_person(database: Database, context: Context, password: str) -> None:
    """Nothing, when this is the caller's password; raises Invalid when it is wrong, NotAllowed while guessing is locked."""
    person = context.principal.id
    with database.read() as connection:
        found = connection.execute(_MINE, {"person": person}).one_or_none()
    # Outside of any transaction: a check takes tens of milliseconds, and SQLite has one writer.
    matches = password_matches(found.password_hash if found else None, password)
    if found is not None and found.locked_until is not None and found.locked_until > context.now:
        message = {"zh": "密码多次输错，请稍后再试。", "en": "The password was wrong too often; try again later."}
        raise NotAllowed(message, code=codes.SIGNATURE_MISSING.id)
    with database.write() as connection:
        if matches:
            forget_failures(connection, person)
            return
        failures = count_failure(connection, person, context.now) if found is not None else None
        record_event(connection, context, "signature_refused", body={"person": person, "failures": failures})
    message = {"zh": "密码不正确。", "en": "The password is wrong."}
    raise Invalid(message, faults=(Fault(codes.SIGNATURE_MISSING.id, message, pointer="/password"),))
