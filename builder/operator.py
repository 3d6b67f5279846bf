"""The person at the command line: settings from the call, an opened database, and a name for the trail."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from sqlalchemy.engine import Connection, make_url

from builder.commands import Mistake, locale_of
from builder.people import OPERATOR
from runtime.context import Context, Principal
from runtime.environment import KIND_LABELS
from runtime.identity.principal import resolve_principal
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.start import open_prepared, start
from runtime.store.database import Database
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
    _say_where(settings)
    return dataclasses.replace(settings, database_url=arguments.database) if arguments.database else settings


def _say_where(settings: Settings) -> None:
    """Which environment the verb works on, beside its output: who acts on production must see it."""
    if settings.environment is not None:
        found, locale = settings.environment, locale_of(os.environ)
        kind, name = KIND_LABELS[found.kind][locale], found.label[locale]
        sys.stderr.write(f"[{kind}]\n" if name == kind else f"[{kind} · {name}]\n")


@contextmanager
def opened_to_look(settings: Settings) -> Iterator[Database]:
    """The database of these settings, for a verb that changes nothing: one that is not there yet is made elsewhere and dropped."""
    file = make_url(settings.database_url).database
    if (
        not settings.database_url.startswith("sqlite")
        or not file
        or Path(file).exists()
        or not _may_be_made(Path(file), settings)
    ):
        yield open_prepared(settings)
        return
    with TemporaryDirectory() as folder:
        yield open_prepared(dataclasses.replace(settings, data_folder=Path(folder), database_url=f"sqlite:///{folder}/empty.db"))


def _may_be_made(file: Path, settings: Settings) -> bool:
    """Whether starting would make this file; a folder that is not there is a mistake of the caller, which opening says."""
    return file.parent == settings.data_folder or file.parent.is_dir()


def operator() -> Principal:
    """Who sits at the machine, by the name of the account: known to the trail, without any right in an app."""
    account = getpass.getuser()[: 36 - len(OPERATOR)]
    return Principal(OPERATOR + account, account, account, None, None, None, None, platform_roles=frozenset({"operator"}))


def person_by_username(connection: Connection, username: str, settings: Settings, now: dt.datetime) -> Principal:
    """The person of a user name; raises Mistake when there is none who may act (demo people: in a demonstration only)."""
    query = sa.select(org_person.c.id).where(org_person.c.f_username == username)
    id = connection.execute(query).scalar_one_or_none()
    found = resolve_principal(connection, id, now, demo=settings.demo) if id is not None else None
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
        demo=settings.demo,
    )


@dataclass(frozen=True, slots=True)
class Acting:
    """An act at the command line: the prepared database, and who acts when."""

    settings: Settings
    database: Database
    context: Context
    releases: Releases


def acting(arguments: argparse.Namespace, now: dt.datetime) -> Acting:
    """Everything that a verb needs which changes something as the account at this machine."""
    settings = settings_of(arguments)
    started = start(settings, now)
    context = context_for(operator(), settings, started.releases, now)
    return Acting(settings, started.database, context, started.releases)
