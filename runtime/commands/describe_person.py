"""The person who asks, as their own screen shows them."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from forms_dsl.model import Label
from runtime.context import Context
from runtime.process.inbox import count_open
from runtime.process.notices import count_unread


def describe_person(connection: Connection, context: Context) -> dict[str, object]:
    """The person's unit, roles, posts, language and number of open tasks, ready for JSON."""
    person = context.principal
    unit = {"id": person.unit_id, "code": person.unit_code, "name": person.unit_name} if person.unit_id else None
    return {
        "id": person.id,
        "username": person.username,
        "name": person.name,
        "unit": unit,
        "roles": {app: sorted(roles) for app, roles in sorted(person.roles.items())},
        "posts": _posts(context),
        "platform_roles": sorted(person.platform_roles),
        "locale": person.locale,
        "business_date": context.business_date.isoformat(),
        "open_tasks": count_open(connection, context),
        "unread_notices": count_unread(connection, person.id),
    }


def _posts(context: Context) -> list[Label]:
    """The labels of the roles a person holds, as the live releases name them."""
    return [
        dict(compiled.app.roles[role].label)
        for app, compiled in sorted(context.releases.items())
        for role in sorted(context.principal.roles_in(app))
        if role in compiled.app.roles
    ]
