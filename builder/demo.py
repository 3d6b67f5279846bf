"""The demonstration: the shipped app published once, an invented bank loaded once, and a core-banking stand-in to talk to."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from builder.folder import open_folder
from builder.operator import context_for, operator
from builder.synthetic_bank import write_bank
from runtime.commands.import_mapping import read_mapping
from runtime.commands.import_records import Request, import_file
from runtime.commands.set_connection import ConnectionWish, set_connection
from runtime.context import SYSTEM
from runtime.identity.demo import APP
from runtime.outbox.connections import find_connection
from runtime.outbox.gateway import open_engine
from runtime.publish.apply import Publication, publish
from runtime.publish.consent import Consent
from runtime.publish.history import active_release
from runtime.settings import Settings
from runtime.start import Started
from runtime.store.database import Database
from runtime.store.tables import setting
from runtime.store.upsert import upsert

SHIPPED = Path(__file__).resolve().parents[1] / "app_definitions" / APP
_CONNECTOR = "core_bank"
_SECRET = "core_bank_demo"  # noqa: S105 - the name of a file
_MARK = "demo_bank"

Say = Callable[[str, str], None]


def publish_shipped(started: Started, settings: Settings, now: dt.datetime, say: Say) -> None:
    """Publish the shipped app unless some release of it is live: what was published since stays."""
    with started.database.read() as connection:
        if active_release(connection, APP) is not None:
            return
    say(f"Publishing the shipped app {APP}…", f"正在发布随附应用 {APP}……")
    folder, alone = open_folder(SHIPPED), operator()
    context = context_for(alone, settings, started.releases, now)
    publication = Publication(APP, folder.files, Consent(alone.id, alone=True), None, note="产品自带 · Shipped with the product")
    publish(started.database, started.releases, publication, context)


def load_bank(started: Started, settings: Settings, now: dt.datetime, say: Say) -> Path:
    """Load the invented bank once, on its day of birth; returns the accounts as the core-banking stand-in keeps them.

    A start that was cut short finds its rows again by their keys, so nothing is loaded twice.
    """
    source = settings.data_folder / "demo"
    with started.database.read() as connection:
        mark = _mark(connection)
    if mark is not None and mark["loaded"]:
        return source / "core_accounts.csv"
    as_of = dt.date.fromisoformat(str(mark["as_of"])) if mark is not None else settings.business_date(now)
    _set_mark(started.database, as_of, loaded=False)
    say("Loading an invented bank of some hundred customers, once…", "首次启动：正在载入数百名虚构客户的数据……")
    write_bank(source, as_of)
    accounts = _core_accounts(source)
    mapping = SHIPPED / "imports" / "synthetic.yaml"
    apps = {name: compiled.app for name, compiled in started.releases.current().items()}
    reading = read_mapping(str(mapping), mapping.read_text(encoding="utf-8"), apps)
    context = dataclasses.replace(
        context_for(SYSTEM, settings, started.releases, now), on_behalf_of=operator().id, channel="import"
    )
    for result in import_file(started.database, context, Request(reading, source, settings.data_folder / "imports")):
        say(f"  {result.entity}: {result.created:,}", f"  {result.entity}：{result.created:,}")
    _set_mark(started.database, as_of, loaded=True)
    return accounts


def stand_in_arguments(database: Database, settings: Settings, accounts: Path) -> list[str]:
    """How the core-banking stand-in is started: with its own books and key, where it was before if the port is free."""
    key = _key_file(settings)
    with database.read() as connection:
        saved = find_connection(connection, _CONNECTOR)
    before = urlsplit(saved.settings.parameters.get("base_url", "")).port if saved is not None else None
    port = before if before is not None and _is_free(before) else 0
    folder = settings.data_folder / _CONNECTOR
    return [
        *("connectors.testing.core_bank", "--port", str(port), "--data", str(folder)),
        *("--accounts", str(accounts), "--key-file", str(key)),
    ]


def connect_stand_in(started: Started, settings: Settings, base_url: str, now: dt.datetime) -> None:
    """Point the connection to the stand-in, unless it points there already."""
    address = urlsplit(base_url).netloc
    parameters = {"base_url": base_url, "api_key": f"secret://file/{_SECRET}"}
    with started.database.read() as connection:
        saved = find_connection(connection, _CONNECTOR)
    if saved is not None and dict(saved.settings.parameters) == parameters:
        return
    context = context_for(operator(), settings, started.releases, now)
    wish = ConnectionWish(_CONNECTOR, parameters, (address,))
    set_connection(started.database, context, open_engine(started.database, settings), wish)


def _core_accounts(source: Path) -> Path:
    """The accounts with their last balance, as the core system knows them."""
    with (source / "transactions.csv").open(encoding="utf-8", newline="") as file:
        balances = {row["account"]: row["balance_after"] for row in csv.DictReader(file)}
    path = source / "core_accounts.csv"
    with (source / "accounts.csv").open(encoding="utf-8", newline="") as file, path.open("w", newline="") as made:
        writer = csv.writer(made)
        writer.writerow(("customer_no", "account_no", "balance"))
        for row in csv.DictReader(file):
            writer.writerow((row["customer"], row["account_no"], balances.get(row["account_no"], "0.00")))
    return path


def _key_file(settings: Settings) -> Path:
    path = settings.data_folder / "secrets" / _SECRET
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(24))
    return path


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


def _mark(connection: Connection) -> dict[str, object] | None:
    found = connection.execute(sa.select(setting.c.value).where(setting.c.name == _MARK)).scalar_one_or_none()
    return found if isinstance(found, dict) else None


def _set_mark(database: Database, as_of: dt.date, *, loaded: bool) -> None:
    value = {"as_of": as_of.isoformat(), "loaded": loaded}
    with database.write() as connection:
        connection.execute(upsert(connection, setting, {"name": _MARK, "value": value}, key=("name",)))
