"""The releases that live in this process: one immutable mapping of compiled apps, swapped whole."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.load import Loaded, load_app
from forms_dsl.required import FindApp, load_required
from runtime.compile.app import CompiledApp, compile_app, keeping_words, searched_numbers, without_indexes
from runtime.failures import NotFound
from runtime.kept import KeptData, read_kept, with_kept
from runtime.store.database import Database
from runtime.store.exchange_rates import kept_mark
from runtime.store.kept_changes import KeptChange, kept_rows
from runtime.store.kept_columns import read_kept_columns
from runtime.store.purge_tables import purges_done
from runtime.store.tables import org_branch, release

_LOG = logging.getLogger("qiqiao.releases")
#: Releases that running approvals and pilots still need; more are compiled again when asked for.
_KEPT = 32


@dataclass(frozen=True, slots=True)
class Problem:
    """An active release that is not live, and why, in words for the operator."""

    release: int
    reason: str


@dataclass(frozen=True, slots=True)
class Pilot:
    """A release that is live for some units and all below them, given by their paths."""

    compiled: CompiledApp
    paths: frozenset[str]

    def is_for(self, unit_path: str | None) -> bool:
        """Whether somebody in the unit of this path is among them."""
        return unit_path is not None and any(unit_path.startswith(path) for path in self.paths)


@dataclass(frozen=True, slots=True)
class Live:
    """What is live now, and what could not be made live, by app."""

    apps: Mapping[str, CompiledApp] = field(default_factory=dict)
    problems: Mapping[str, Problem] = field(default_factory=dict)
    pilots: Mapping[str, Pilot] = field(default_factory=dict)
    #: The pilots that the database names, also those that do not compile.
    wanted: Mapping[str, tuple[int, frozenset[str]]] = field(default_factory=dict)

    def for_unit(self, unit_path: str | None) -> Mapping[str, CompiledApp]:
        """The apps as the people of a unit use them."""
        mine = {name: pilot.compiled for name, pilot in self.pilots.items() if pilot.is_for(unit_path)}
        return MappingProxyType({**self.apps, **mine}) if mine else self.apps

    def searched(self, app: str) -> frozenset[int]:
        """The fields that a live release of an app searches, by their numbers."""
        pilot = self.pilots.get(app)
        return searched_numbers(self.apps[app], *([pilot.compiled] if pilot is not None else []))


class CannotCompile(Exception):
    """A stored release cannot be compiled by this version of the product."""


class Releases:
    """The one mutable reference to the live releases; readers take the whole mapping and keep it."""

    def __init__(self, database: Database, built_in: Mapping[str, CompiledApp]) -> None:
        self._database = database
        self._built_in = built_in
        self._live = Live(MappingProxyType(dict(built_in)))
        self._kept = KeptData()
        # By app, number, whether it was asked for as an older one, whose rows may be others, and what was purged till then.
        self._compiled: OrderedDict[tuple[str, int, bool, int], CompiledApp] = OrderedDict()
        self._guard = threading.Lock()

    def current(self) -> Mapping[str, CompiledApp]:
        """The live apps by name; the mapping never changes, a later publish makes another one."""
        return self._live.apps

    def for_unit(self, unit_path: str | None) -> Mapping[str, CompiledApp]:
        """The live apps as the people of a unit use them: a pilot where theirs or one above is in it."""
        return self._live.for_unit(unit_path)

    def pilots(self) -> Mapping[str, Pilot]:
        """The releases that some units use, by app."""
        return self._live.pilots

    def problems(self) -> Mapping[str, Problem]:
        """The active releases that are not live, by app; empty when all is well."""
        return self._live.problems

    def at(self, app: str, number: int) -> CompiledApp:
        """A release by number, live or not, compiled when first asked for."""
        live = self._live.apps.get(app)
        if live is not None and live.release == number:
            return live
        with self._database.read() as connection:
            found = self._compile(connection, app, number, is_older=True)
        return keeping_words(found, self._live.searched(app)) if live is not None else found

    def refresh(self, database: Database) -> bool:
        """Make the active releases of the database live; true when something changed.

        A release that does not compile leaves the one before it live and is named in `problems`.
        """
        with database.read() as connection:
            rows = connection.execute(sa.select(release.c.app, release.c.release).where(release.c.state == "active")).all()
            active = {row.app: row.release for row in rows}
            before, wanted = self._live, _pilots(connection)
            has_news = kept_mark(connection) != self._kept.mark
            if has_news:
                self._take_over(read_kept(connection))
            elif not self._differs(before, active) and wanted == before.wanted:
                return False
            self._forget_dependents({app for app, number in active.items() if _number_of(before.apps.get(app)) != number})
            apps = {name: with_kept(app, self._kept) for name, app in self._built_in.items()}
            problems = dict[str, Problem]()
            for app, number in active.items():
                try:
                    apps[app] = self._compile(connection, app, number)
                except Exception as failure:  # whatever it is, the live release goes on and the operator reads why
                    _LOG.exception("release %s of %s does not compile", number, app)
                    # The health page is public: only our own findings are shown there, the rest is in the log.
                    problems[app] = Problem(number, str(failure) if isinstance(failure, CannotCompile) else "see the log")
                    if app in before.apps:
                        apps[app] = before.apps[app]
            pilots = dict[str, Pilot]()
            for app, (number, paths) in wanted.items():
                try:
                    pilots[app] = Pilot(self._compile(connection, app, number), paths)
                except Exception:  # its units use what all others use, and the operator reads why
                    _LOG.exception("release %s of %s, a pilot, does not compile", number, app)
        for app, pilot in list(pilots.items()):
            if app in apps:
                numbers = searched_numbers(apps[app], pilot.compiled)
                apps[app] = keeping_words(apps[app], numbers)
                pilots[app] = replace(pilot, compiled=keeping_words(pilot.compiled, numbers))
        self._live = Live(MappingProxyType(apps), MappingProxyType(problems), MappingProxyType(pilots), wanted)
        return True

    def _take_over(self, kept: KeptData) -> None:
        """Give what is kept to every release that was compiled before."""
        with self._guard:
            before, self._kept = self._kept, kept
            for key, compiled in list(self._compiled.items()):
                # Rows are compiled into what looks them up; values are only handed over.
                if before.rows_of(key[0]) != kept.rows_of(key[0]):
                    del self._compiled[key]
                else:
                    self._compiled[key] = with_kept(compiled, kept)

    def _forget_dependents(self, changed: Collection[str]) -> None:
        """Compile anew what reads records of apps that have another release now: columns of the one before may be purged."""
        with self._guard:
            for key, compiled in list(self._compiled.items()):
                if _reads_of(compiled, changed):
                    del self._compiled[key]

    def _differs(self, live: Live, active: Mapping[str, int]) -> bool:
        seen = {name: app.release for name, app in live.apps.items() if name not in self._built_in}
        # A release that failed is not tried again each second, only when another one is activated.
        return seen | {name: problem.release for name, problem in live.problems.items()} != active

    def _compile(self, connection: Connection, app: str, number: int, *, is_older: bool = False) -> CompiledApp:
        key = (app, number, is_older, purges_done(connection))
        with self._guard:
            if key in self._compiled:
                self._compiled.move_to_end(key)
                return self._compiled[key]
        kept = self._kept
        if is_older:
            compiled = compile_older(connection, app, number, kept.released)
        else:
            compiled = compile_stored(connection, app, number, rows=kept.rows_of(app))
        with self._guard:
            compiled = self._compiled[key] = with_kept(compiled, self._kept)
            while len(self._compiled) > _KEPT:
                self._compiled.popitem(last=False)
        return compiled


def _reads_of(compiled: CompiledApp, apps: Collection[str]) -> bool:
    """Whether a compiled app requires one of some apps, be it through another one."""
    return any(name in apps or _reads_of(other, apps) for name, other in compiled.required.items())


def _number_of(compiled: CompiledApp | None) -> int | None:
    return compiled.release if compiled is not None else None


def _pilots(connection: Connection) -> dict[str, tuple[int, frozenset[str]]]:
    """The pilots of the database with the paths of their units; one that is being made live for all is one until it is."""
    on_its_way = sa.and_(release.c.state == "applying", release.c.piloted_at.is_not(None), release.c.activated_at.is_(None))
    query = sa.select(release.c.app, release.c.release, release.c.pilot).where(sa.or_(release.c.state == "pilot", on_its_way))
    found = dict[str, tuple[int, frozenset[str]]]()
    for app, number, pilot in connection.execute(query).all():
        paths = sa.select(org_branch.c.f_path).where(org_branch.c.id.in_(pilot["units"]), org_branch.c.deleted_at.is_(None))
        found[app] = number, frozenset(connection.execute(paths).scalars())
    return found


@contextmanager
def kept_fresh(releases: Releases, database: Database, seconds: float = 1.0) -> Iterator[None]:
    """Looks for newly activated releases in a thread, as long as the context lasts."""
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(seconds):
            try:
                releases.refresh(database)
            except Exception:  # the database may be away for a while; what is live goes on
                _LOG.exception("the active releases could not be read")

    thread = threading.Thread(target=watch, name="releases", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


def published_apps(connection: Connection) -> FindApp:
    """Finds the texts of the active release of an app."""

    def find(name: str) -> Mapping[str, str] | None:
        active = sa.select(release.c.files).where(release.c.app == name, release.c.state == "active")
        return connection.execute(active).scalar_one_or_none()

    return find


def compile_stored(
    connection: Connection, app: str, number: int, *, rows: Mapping[str, object] = MappingProxyType({})
) -> CompiledApp:
    """Compile a release from the files that were stored when it was published; `rows` are those of its maintained tables now."""
    loaded = _load_stored(connection, app, number, rows)
    if loaded.app is None:
        errors = [found for found in loaded.diagnostics if found.severity == "error"]
        first = errors[0]
        raise CannotCompile(f"{first.span.file}:{first.span.line}: {first.code} {first.message} ({len(errors)} errors)")
    compiled = compile_app(loaded.app, number, read_kept_columns(connection))
    pilot = connection.execute(sa.select(release.c.pilot).where(*_numbered(app, number))).scalar_one()
    return without_indexes(compiled, pilot["held"]) if pilot else compiled


def _numbered(app: str, number: int) -> tuple[sa.ColumnElement[bool], ...]:
    return release.c.app == app, release.c.release == number


def compile_older(connection: Connection, app: str, number: int, released: Sequence[KeptChange]) -> CompiledApp:
    """Compile a release that approvals still run on, each maintained table with the newest rows that it can hold.

    People maintain the rows for the live release; what only that one can read must not stop those who wait on this one.
    """
    try:
        return compile_stored(connection, app, number, rows=kept_rows(released, app))
    except CannotCompile as unfit:
        _LOG.warning("release %s of %s cannot hold the rows of today: %s", number, app, unfit)
    rows: dict[str, object] = {}
    for change in released:
        tried = {**rows, **kept_rows([change], app)}
        if tried != rows and _load_stored(connection, app, number, tried).app is not None:
            rows = tried
    return compile_stored(connection, app, number, rows=rows)


def _load_stored(connection: Connection, app: str, number: int, rows: Mapping[str, object]) -> Loaded:
    files = connection.execute(sa.select(release.c.files).where(*_numbered(app, number))).scalar_one_or_none()
    if files is None:
        raise NotFound({"zh": f"应用 {app} 没有版本 {number}。", "en": f"{app} has no release {number}."})
    return load_app(files, others=load_required(files, published_apps(connection)), rows=rows)
