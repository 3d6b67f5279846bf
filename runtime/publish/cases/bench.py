"""A database in a temporary folder with the tables of an app and of those that it requires; each case is rolled back."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.field_paths import entity_of
from forms_dsl.model import App, Entity
from forms_dsl.org import BUILT_IN
from runtime.automations.messages import Message
from runtime.compile.app import CompiledApp, compile_app, wanted_tables
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.context import SYSTEM, Context, Principal
from runtime.publish.cases.results import NotRun
from runtime.records.write import Written, insert_record
from runtime.store.database import Database, open_database
from runtime.store.tables import org_branch, org_person
from runtime.store.upgrade import upgrade

#: Who has made the records of a case that does not say it.
_MAKER = "maker"


@dataclass(frozen=True, slots=True)
class Bench:
    """The database of the cases, and the apps as they would be live."""

    app: App
    database: Database
    releases: Mapping[str, CompiledApp]

    @contextmanager
    def case(self, now: dt.datetime) -> Iterator[Sitting]:
        """One case in a transaction that is taken back at its end."""
        with self.database.engine.connect() as connection:
            transaction = connection.execution_options(qiqiao_write=True).begin()
            try:
                yield Sitting(self, connection, now)
            finally:
                transaction.rollback()


@dataclass(slots=True)
class Sitting:
    """One case under way: its records by name, the branches and people that it has named."""

    bench: Bench
    connection: Connection
    now: dt.datetime
    records: dict[str, tuple[str, Entity]] = field(default_factory=dict)
    #: Every record that the case itself made, those behind references too.
    made: list[str] = field(default_factory=list)
    #: What automations would have sent.
    messages: list[Message] = field(default_factory=list)
    _named: set[tuple[str, str]] = field(default_factory=set)

    def context(self, principal: Principal = SYSTEM) -> Context:
        """A request of a person, or of the platform."""
        return Context(principal, self.bench.releases, self.now, self.now.date(), "case", "en")

    def user(self, role: str | None, branch: str | None, name: str | None) -> Principal:
        """A person with a role in the app, at a branch."""
        unit = self.branch(branch) if branch is not None else None
        person = self.person(name or "user")
        roles = {self.bench.app.name: frozenset({role})} if role is not None else {}
        return Principal(person, person, person, unit, branch, branch, f"/{branch}/" if branch is not None else None, roles)

    def insert(self, entity: Entity, values: Mapping[str, object], *, judged: bool = False) -> Written:
        """Make a record of given values; references to people and branches by their names, to others by records or maps."""
        wire = {name: self._wire(entity, name, value) for name, value in values.items() if name in entity.fields}
        written = insert_record(self.connection, self.context(), entity.app, entity.name, wire, by_platform=not judged)
        self.made.append(written.id)
        # Made by somebody, on the day that the case says.
        stamps: dict[str, object] = {"created_by": self.person(str(values.get("created_by", _MAKER)))}
        made_on = values.get("created_on")
        if isinstance(made_on, str):
            stamps["created_at"] = dt.datetime.fromisoformat(made_on).replace(hour=4, tzinfo=dt.UTC)
        table = self.bench.releases[entity.app].entities[entity.name].table
        self.connection.execute(sa.update(table).where(table.c.id == written.id).values(**stamps))
        return written

    def branch(self, code: str) -> str:
        """The id of a branch, which stands alone in the organisation."""
        return self._unit(org_branch, code, f_code=code, f_name=code, f_path=f"/{code}/")

    def person(self, name: str) -> str:
        """The id of a person."""
        return self._unit(org_person, name, f_username=name, f_name=name)

    def _unit(self, table: sa.Table, name: str, **values: object) -> str:
        if (table.name, name) not in self._named:
            self._named.add((table.name, name))
            stamps = {"created_at": self.now, "changed_at": self.now}
            self.connection.execute(sa.insert(table).values(id=name, **values, **stamps))
        return name

    def _wire(self, entity: Entity, name: str, value: object) -> object:
        """A value of a case as a client would send it."""
        declared = entity.fields[name]
        if declared.value_type.name == "reference" and value not in (None, ""):
            return self._reference(declared.options.to or "", value)
        if declared.type in ("file", "image", "signature"):
            raise NotRun(f"type: {declared.type}")
        return value

    def _reference(self, target: str, value: object) -> str:
        if isinstance(value, Mapping):
            entity = entity_of(self.bench.app, target)
            if entity is None or target.startswith("org."):
                word = str(value.get("code") or value.get("name") or "given")
                return self.branch(word) if target == "org.branch" else self.person(word)
            return self.insert(entity, value).id
        text = str(value)
        if target == "org.branch":
            return self.branch(text)
        if target == "org.person":
            return self.person(text)
        return self.records[text][0] if text in self.records else text


@contextmanager
def open_bench(app: App) -> Iterator[Bench]:
    """The bench of an app; its folder is gone afterwards."""
    apps = {**_required(app), **BUILT_IN, app.name: app}
    releases = {name: compile_app(each, 0 if name in BUILT_IN else 1) for name, each in apps.items()}
    with tempfile.TemporaryDirectory(prefix="qiqiao-cases-") as folder:
        file = Path(folder) / "cases.db"
        file.write_bytes(_empty_database())
        database = open_database(f"sqlite:///{file}", SQLITE_SETUP)
        try:
            with database.write() as connection:
                for name, compiled in releases.items():
                    if name not in BUILT_IN:
                        compiled.metadata.create_all(connection, tables=list(wanted_tables(compiled)))
            yield Bench(app, database, releases)
        finally:
            database.engine.dispose()


@cache
def _empty_database() -> bytes:
    """The file of a database with the platform's tables and no rows: made once, since all migrations take half a second."""
    with tempfile.TemporaryDirectory(prefix="qiqiao-cases-") as folder:
        file = Path(folder) / "empty.db"
        database = open_database(f"sqlite:///{file}", SQLITE_SETUP)
        try:
            upgrade(database)
            with database.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            database.engine.dispose()
        return file.read_bytes()


def _required(app: App) -> dict[str, App]:
    """The apps that an app requires, those of these first."""
    found: dict[str, App] = {}
    for each in app.requires.values():
        found |= {**_required(each), each.name: each}
    return found
