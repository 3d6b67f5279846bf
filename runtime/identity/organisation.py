"""The bank's units and people: a tree of units by path, a person in one unit.

These functions change rows and nothing else; the use case that calls them records the audit event.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from runtime.failures import Conflict, Invalid, NotFound
from runtime.store.asking import Asking, Question
from runtime.store.identifiers import new_id
from runtime.store.prepared import Prepared, prepare
from runtime.store.tables import credential, org_branch, org_person, person_limit
from runtime.store.upsert import upsert

_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_LONGEST_PATH = 400


def path_range(path: str) -> tuple[str, str]:
    """The paths of a unit and all below it: from the first, up to but not including the second."""
    return path, path[:-1] + "0"  # "0" is the character after "/"


def asking_units_below(dialect: Dialect, path: str) -> Asking[tuple[int, int]]:
    """How many units there are in the tree of a unit, itself among them, and in all."""
    first, behind = path_range(path)
    [(below, all)] = yield Question(_units_below(dialect), {"first": first, "behind": behind})
    return int(below or 0), int(all)


@lru_cache(maxsize=4)
def _units_below(dialect: Dialect) -> Prepared:
    first, behind = (sa.bindparam(name, type_=org_branch.c.f_path.type) for name in ("first", "behind"))
    is_below = sa.and_(org_branch.c.f_path >= first, org_branch.c.f_path < behind)
    counted: sa.Select[*tuple[Any, ...]] = sa.select(sa.func.sum(sa.case((is_below, 1), else_=0)), sa.func.count(org_branch.c.id))
    return prepare(counted, dialect)


def add_unit(
    connection: Connection,
    code: str,
    name: str,
    now: dt.datetime,
    *,
    parent_id: str | None = None,
    region: str | None = None,
    department: bool = False,
    by: str | None = None,
) -> str:
    """Add a unit below another or at the top, `department` when it is a part of the office above; returns its id."""
    if not _CODE.fullmatch(code):
        raise Invalid(
            {
                "zh": f"机构代码 {code!r} 只能含字母、数字、- 和 _。",
                "en": f"A unit's code has letters, digits, - and _ only, not {code!r}.",
            }
        )
    unit_id = new_id(now)
    connection.execute(
        org_branch.insert().values(
            id=unit_id,
            f_code=code,
            f_name=name,
            f_region=region,
            f_parent=parent_id,
            f_path=_path_below(connection, parent_id, code),
            department=department,
            created_at=now,
            created_by=by,
            changed_at=now,
            changed_by=by,
        )
    )
    return unit_id


def move_unit(connection: Connection, unit_id: str, parent_id: str, now: dt.datetime, *, by: str | None = None) -> None:
    """Put a unit with all below it under another parent; what people of it may see follows at their next request."""
    unit = connection.execute(sa.select(org_branch).where(org_branch.c.id == unit_id).with_for_update()).one_or_none()
    if unit is None:
        raise _no_unit()
    new_path = _path_below(connection, parent_id, unit.f_code)
    if new_path.startswith(unit.f_path):
        raise Conflict({"zh": "机构不能移到自己的下级。", "en": "A unit cannot be moved below itself."})
    first, end = path_range(unit.f_path)
    below = sa.select(org_branch.c.id, org_branch.c.f_path).where(org_branch.c.f_path >= first, org_branch.c.f_path < end)
    for moved_id, path in connection.execute(below.with_for_update()).all():
        changes: dict[str, object] = {"f_path": new_path + path[len(unit.f_path) :]}
        if moved_id == unit_id:
            changes["f_parent"] = parent_id
        connection.execute(
            org_branch.update()
            .where(org_branch.c.id == moved_id)
            .values(**changes, version=org_branch.c.version + 1, changed_at=now, changed_by=by)
        )


def add_person(
    connection: Connection,
    username: str,
    name: str,
    now: dt.datetime,
    *,
    unit_id: str | None = None,
    demo: bool = False,
    by: str | None = None,
) -> str:
    """Add a person, who cannot sign in until a password is set; returns the id."""
    person_id = new_id(now)
    connection.execute(
        org_person.insert().values(
            id=person_id,
            f_username=username,
            f_name=name,
            f_branch=unit_id,
            demo=demo,
            created_at=now,
            created_by=by,
            changed_at=now,
            changed_by=by,
        )
    )
    return person_id


def move_person(connection: Connection, person_id: str, unit_id: str, now: dt.datetime, *, by: str | None = None) -> None:
    """Put a person into another unit."""
    _change_person(connection, person_id, now, by, f_branch=unit_id)


def rename_person(connection: Connection, person_id: str, name: str, now: dt.datetime, *, by: str | None = None) -> None:
    """Give a person another name to be shown."""
    _change_person(connection, person_id, now, by, f_name=name)


def set_active(connection: Connection, person_id: str, now: dt.datetime, *, active: bool, by: str | None = None) -> None:
    """Let a person act, or shut them out from their next request on."""
    _change_person(connection, person_id, now, by, active=active)


def set_locale(connection: Connection, person_id: str, locale: str, now: dt.datetime) -> None:
    """Choose the language that a person is spoken to."""
    _change_person(connection, person_id, now, person_id, locale=locale)


def set_password_hash(connection: Connection, person_id: str, password_hash: str, now: dt.datetime) -> None:
    """Give a person a password and forget failed attempts at the one before."""
    values = {"password_hash": password_hash, "failures": 0, "locked_until": None, "changed_at": now}
    _put(connection, credential, {"person_id": person_id}, values)


def set_limit(connection: Connection, person_id: str, app: str, amount: Decimal) -> None:
    """Say up to which amount a person may approve alone."""
    _put(connection, person_limit, {"person_id": person_id, "app": app}, {"amount": format(amount, "f")})


def set_leader(connection: Connection, unit_id: str, person_id: str | None, now: dt.datetime, *, by: str | None = None) -> None:
    """Say who leads a unit; nobody leads it when `person_id` is None."""
    change_unit_row(connection, unit_id, now, by, leader=person_id)


def change_unit_row(connection: Connection, unit_id: str, now: dt.datetime, by: str | None, **changes: object) -> None:
    """Change columns of a unit that no other unit depends on."""
    changed = connection.execute(
        org_branch.update()
        .where(org_branch.c.id == unit_id)
        .values(**changes, version=org_branch.c.version + 1, changed_at=now, changed_by=by)
    )
    if changed.rowcount == 0:
        raise _no_unit()


def _path_below(connection: Connection, parent_id: str | None, code: str) -> str:
    if parent_id is None:
        return f"/{code}/"
    parent = connection.execute(sa.select(org_branch.c.f_path).where(org_branch.c.id == parent_id)).scalar_one_or_none()
    if parent is None:
        raise _no_unit()
    path = f"{parent}{code}/"
    if len(path) > _LONGEST_PATH:
        raise Invalid({"zh": "机构层级过深。", "en": "The tree of units is too deep here."})
    return path


def _change_person(connection: Connection, person_id: str, now: dt.datetime, by: str | None, **changes: object) -> None:
    changed = connection.execute(
        org_person.update()
        .where(org_person.c.id == person_id)
        .values(**changes, version=org_person.c.version + 1, changed_at=now, changed_by=by)
    )
    if changed.rowcount == 0:
        raise NotFound({"zh": "没有此人员。", "en": "There is no such person."})


def _put(connection: Connection, table: sa.Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
    connection.execute(upsert(connection, table, {**key, **values}, key=tuple(key)))


def _no_unit() -> NotFound:
    return NotFound({"zh": "没有此机构。", "en": "There is no such unit."})


def has_unit(connection: Connection, code: str) -> bool:
    """Whether there is a unit of this code."""
    found = sa.select(sa.literal(1)).where(org_branch.c.f_code == code, org_branch.c.deleted_at.is_(None))
    return connection.scalar(found) is not None
