"""The person at the command line: settings from the call, an opened database, and a name for the trail."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import getpass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from builder.commands import Mistake
from builder.people import OPERATOR
from runtime.context import Context, Principal
from runtime.identity.principal import resolve_principal
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.identifiers import new_id
from runtime.store.tables import org_person


def add_database_argument(parser: argparse.ArgumentParser) -> None:
    """The argument that names the database."""
    parser.add_argument(
        "--database",
        metavar="URL",
        help="the database (default: QIQIAO_DATABASE_URL, else an SQLite file in the folder QIQIAO_DATA)",
    )


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings of the environment, with the database that the call names."""
    settings = Settings.read()
    return dataclasses.replace(settings, database_url=arguments.database) if arguments.database else settings


def operator() -> Principal:
    """Who sits at the machine, by the name of the account: known to the trail, without any right in an app."""
    account = getpass.getuser()[: 36 - len(OPERATOR)]
    return Principal(OPERATOR + account, account, account, None, None, None, None, platform_roles=frozenset({"operator"}))


def person_by_username(connection: Connection, username: str, today: dt.date) -> Principal:
    """The person of a user name; raises Mistake when there is none who may act."""
    query = sa.select(org_person.c.id).where(org_person.c.f_username == username)
    id = connection.execute(query).scalar_one_or_none()
    found = resolve_principal(connection, id, today, demo=True) if id is not None else None
    if found is None:
        raise Mistake({"en": f"There is no active person {username!r}.", "zh": f"没有有效的用户“{username}”。"})
    return found


def context_for(principal: Principal, settings: Settings, releases: Releases, now: dt.datetime) -> Context:
    """The context of an act at the command line."""
    return Context(
        principal=principal,
        releases=releases.current(),
        now=now,
        business_date=settings.business_date(now),
        request_id=new_id(now),
        channel="cli",
    )
