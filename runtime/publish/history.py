"""Reading the release table: what is active, what was, and with which texts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from runtime.publish.types import Files, Release
from runtime.store.tables import publish_step, release

#: A row of `publish_step`.
StepRow = Row[Any]

_COLUMNS = [column for column in release.c if column.name != "files"]


def active_release(connection: Connection, app: str) -> Release | None:
    """The release of an app that everybody uses now."""
    rows = connection.execute(sa.select(*_COLUMNS).where(release.c.app == app, release.c.state == "active"))
    row = rows.one_or_none()
    return _release(row) if row is not None else None


def pilot_release(connection: Connection, app: str) -> Release | None:
    """The release of an app that some units use now."""
    rows = connection.execute(sa.select(*_COLUMNS).where(release.c.app == app, release.c.state == "pilot"))
    row = rows.one_or_none()
    return _release(row) if row is not None else None


def release_by_number(connection: Connection, app: str, number: int) -> Release | None:
    """One release, whatever its state."""
    row = connection.execute(sa.select(*_COLUMNS).where(release.c.app == app, release.c.release == number)).one_or_none()
    return _release(row) if row is not None else None


def list_releases(connection: Connection, app: str) -> tuple[Release, ...]:
    """All releases of an app, newest first."""
    rows = connection.execute(sa.select(*_COLUMNS).where(release.c.app == app).order_by(release.c.release.desc()))
    return tuple(_release(row) for row in rows)


def releases_in_state(connection: Connection, state: str) -> tuple[Release, ...]:
    """The releases of all apps that are in a state."""
    rows = connection.execute(sa.select(*_COLUMNS).where(release.c.state == state).order_by(release.c.app))
    return tuple(_release(row) for row in rows)


def files_of(connection: Connection, app: str, number: int | None) -> Files:
    """The texts of a release; none before the first one."""
    if number is None:
        return {}
    found = connection.execute(sa.select(release.c.files).where(release.c.app == app, release.c.release == number)).scalar()
    return {str(path): str(text) for path, text in found.items()} if isinstance(found, dict) else {}


def steps_of(connection: Connection, app: str, number: int) -> tuple[StepRow, ...]:
    """The recorded steps of a release with the time when each was done."""
    query = sa.select(publish_step).where(publish_step.c.app == app, publish_step.c.release == number)
    return tuple(connection.execute(query.order_by(publish_step.c.position)))


def _release(row: Row[Any]) -> Release:
    return Release(
        app=row.app,
        release=row.release,
        version=row.version,
        checksum=row.checksum,
        state=row.state,
        based_on=row.based_on,
        author=row.author,
        approver=row.approver,
        note=row.note,
        created_at=row.created_at,
        activated_at=row.activated_at,
        units=tuple(row.pilot["units"]) if row.pilot else (),
        piloted_at=row.piloted_at,
        origin=row.origin,
    )
