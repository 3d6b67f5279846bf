"""The people and units of the demonstration: they exist only where demo mode was on, and act only while it is.

One password serves them all: given by QIQIAO_DEMO_PASSWORD, else made at random and kept beside the data.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.failures import Conflict
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person, add_unit, set_leader, set_limit, set_password_hash
from runtime.identity.password import hash_password, password_matches
from runtime.settings import Settings
from runtime.store.tables import credential, org_branch, org_person

#: The app that the demo people work with.
APP = "bank_customer"
_PASSWORD_FILE = "demo-password"  # noqa: S105 - the name of a file

#: Code, name, code of the parent, region.
UNITS: tuple[tuple[str, str, str | None, str | None], ...] = (
    ("HO", "总行", None, "浙江"),
    ("CR", "授信审批部", "HO", "浙江"),
    ("AU", "审计部", "HO", "浙江"),
    ("IT", "科技部", "HO", "浙江"),
    ("HZ", "杭州分行", "HO", "杭州"),
    ("CX", "城西支行", "HZ", "杭州"),
    ("BJ", "滨江支行", "HZ", "杭州"),
    ("XS", "萧山支行", "HZ", "杭州"),
    ("YH", "余杭支行", "HZ", "杭州"),
)
#: Units that are parts of the head office.
DEPARTMENTS = frozenset({"CR", "AU", "IT"})


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One of the demo people, with the story's unit and roles."""

    username: str
    name: str
    unit: str
    roles: tuple[str, ...] = ()
    platform_roles: tuple[str, ...] = ()
    limit: Decimal | None = None


#: User name, role and approval limit of the people of a branch.
_BRANCH_POSTS = (("clerk", "clerk", None), ("checker", "checker", None), ("head", "branch_head", "500000.00"))

PEOPLE = (
    DemoPerson("clerk", "周敏", "CX", ("clerk",)),
    DemoPerson("checker", "李强", "CX", ("checker",)),
    DemoPerson("head", "王建华", "CX", ("branch_head", "data_steward"), limit=Decimal("500000.00")),
    DemoPerson("credit", "陈璐", "CR", ("credit_officer",), limit=Decimal("5000000.00")),
    DemoPerson("analyst", "沈怡", "IT", ("analyst",), ("designer",)),
    DemoPerson("publisher", "赵琳", "IT", (), ("publisher",)),
    DemoPerson("integrator", "方程", "CX", ("integrator",), ("integrator",)),
    DemoPerson("auditor", "孙悦", "AU", ("auditor",), ("auditor",)),
    DemoPerson("admin", "何静", "IT", (), ("administrator", "treasurer")),
    # The other branches have people too, so that their work and warnings reach somebody.
    *(
        DemoPerson(f"{post}{number}", name, unit, (role,), limit=Decimal(limit) if limit else None)
        for number, unit, names in ((2, "BJ", "刘芳 高翔 林涛"), (3, "XS", "吴倩 郑凯 徐岩"), (4, "YH", "马莉 胡斌 沈岳"))
        for (post, role, limit), name in zip(_BRANCH_POSTS, names.split(), strict=True)
    ),
)


def ensure_demo(connection: Connection, settings: Settings, now: dt.datetime) -> str:
    """Make sure that the demo units and people exist and have today's password, which is returned."""
    password = _kept_password(settings.data_folder, settings.demo_password)
    units = _ensure_units(connection, now)
    rows = connection.execute(sa.select(org_person.c.f_username, org_person.c.id, org_person.c.demo)).all()
    known = {row.f_username: row.id for row in rows}
    taken = {row.f_username for row in rows if not row.demo} & {person.username for person in PEOPLE}
    if taken:
        raise Conflict(
            {"zh": f"已有真实用户使用演示用户名：{sorted(taken)}。", "en": f"Real people hold demo names: {sorted(taken)}."}
        )
    for person in PEOPLE:
        if person.username not in known:
            known[person.username] = _add(connection, person, units, now)
    _ensure_password(connection, [known[person.username] for person in PEOPLE], password, now)
    return password


def _ensure_units(connection: Connection, now: dt.datetime) -> dict[str, str]:
    known = dict(connection.execute(sa.select(org_branch.c.f_code, org_branch.c.id)).all())
    for code, name, parent, region in UNITS:
        if code not in known:
            above = known[parent] if parent else None
            known[code] = add_unit(connection, code, name, now, parent_id=above, region=region, department=code in DEPARTMENTS)
    return known


def _add(connection: Connection, person: DemoPerson, units: dict[str, str], now: dt.datetime) -> str:
    person_id = add_person(connection, person.username, person.name, now, unit_id=units[person.unit], demo=True)
    for role in person.roles:
        grant_role(connection, person_id, APP, role, Given(now))
    for role in person.platform_roles:
        grant_role(connection, person_id, "", role, Given(now))
    if "branch_head" in person.roles:
        set_leader(connection, units[person.unit], person_id, now, by=None)
    if person.limit is not None:
        set_limit(connection, person_id, APP, person.limit)
    return person_id


def _ensure_password(connection: Connection, person_ids: list[str], password: str, now: dt.datetime) -> None:
    hashes = sa.select(credential.c.person_id, credential.c.password_hash).where(credential.c.person_id.in_(person_ids))
    kept = dict(connection.execute(hashes).all())
    if len(kept) == len(person_ids) and len(set(kept.values())) == 1 and password_matches(kept[person_ids[0]], password):
        return
    one_hash = hash_password(password)  # one for all: the password is the same and is told to everybody
    for person_id in person_ids:
        set_password_hash(connection, person_id, one_hash, now)


def _kept_password(folder: Path, given: str | None) -> str:
    """The password of this data folder: the one given last, else one made at random, so that a command that is given none
    leaves the passwords of a running demonstration alone.
    """
    path = folder / _PASSWORD_FILE
    kept = path.read_text().strip() if path.exists() else None
    password = given or kept or f"qiqiao-{secrets.token_hex(4)}"
    if password != kept:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(password)
        fresh.replace(path)
    return password
