"""Runs the benchmark: product and twin on the same database, in the same run, rounds interleaved; prints ratios with their spread.

It fails on nothing: it is a measurement. `ROUNDS=` and `SECONDS=` change its length, `ROWS=` the size of the table,
`ONLY=postgresql` or `ONLY=sqlite` leaves the other database and the measurements without a server out.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass

import psycopg2

from builder.expression_lab.postgres_server import postgres_url
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.store.database import open_database
from tests.bench import approvals, definitions, expressions, imports, todo
from tests.bench.asked import Pair, pages, pairs
from tests.bench.ground import Ground, prepare
from tests.bench.load import Request, run
from tests.bench.processes import Backends, Served, served
from tests.bench.publishing import PER_SECOND, publish_under_load

ROUNDS, SECONDS, ROWS = (
    int(os.environ.get(name, usual)) for name, usual in (("ROUNDS", "3"), ("SECONDS", "3"), ("ROWS", "20000"))
)
ONLY = os.environ.get("ONLY", "")
_MEBIBYTE = 2**20


def main() -> None:
    """Measure on PostgreSQL and on SQLite."""
    if ONLY != "sqlite":
        with postgres_url() as server:
            connection = psycopg2.connect(server)
            connection.autocommit = True
            connection.cursor().execute("CREATE DATABASE bench")
            connection.close()
            measure("PostgreSQL", server.rsplit("/", 1)[0] + "/bench")
    if ONLY != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            measure("SQLite", f"sqlite:///{folder}/bench.db")
    if not ONLY:
        approvals.main()
        todo.main()
        imports.main()
        expressions.main()
        definitions.main()


def measure(name: str, url: str) -> None:
    """Print what one database shows."""
    database = open_database(url, SQLITE_SETUP)
    started = time.monotonic()
    ground = prepare(database, ROWS)
    database.engine.dispose()
    print(f"\n{name}, {ROWS:,} customers in {ground.branches} branches, filled in {time.monotonic() - started:.0f} s;", end=" ")
    print(f"16 connections, {ROUNDS} rounds of {SECONDS} s, one process each", flush=True)
    compare(ground, url)


def compare(ground: Ground, url: str) -> None:
    """Print the table of product and twin over a filled database, then what only the product is asked."""
    twin_url = url.replace("postgresql://", "postgresql+psycopg2://")
    database = Backends(open_database(url))
    with served([sys.executable, "-m", "builder.cli", "serve", "--database", url], "--port", "/health/ready") as ours:
        with served([sys.executable, "-m", "tests.bench.twin", twin_url], "", "/docs") as twin:
            print(
                f"{'':46}{'product':>9}{'twin':>9}{'ratio':>8}{'spread':>16}   {'processor: product':>20}{'twin':>14}{'ratio':>8}"
            )
            for pair in pairs(ground):
                _print_pair(pair, ours, twin, database)
            print(f"peak memory: product {_memory(ours)}, twin {_memory(twin)}")
        _print_pages(ours, ground, database)
        _print_publication(ours, ground)


def _print_pair(pair: Pair, ours: Served, twin: Served, database: Backends) -> None:
    """One line: requests per second and their ratio; processor time per request of server and database, and its ratio."""
    product, other = _by_turns(database, (ours, pair.product), (twin, pair.twin))
    ratios = [a.per_second / b.per_second for a, b in zip(product, other, strict=True)]
    saved = statistics.median(b.processor / a.processor for a, b in zip(product, other, strict=True) if a.processor)
    failed = [sum(each.failed for each in rounds) for rounds in (product, other)]
    note = f"   no success: product {failed[0]}, twin {failed[1]}" if any(failed) else ""
    a, b = (statistics.median(each.per_second for each in rounds) for rounds in (product, other))
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(
        f"{pair.title:46}{a:>9.0f}{b:>9.0f}{statistics.median(ratios):>8.2f}{spread:>16}"
        f"   {_parts(product):>20}{_parts(other):>14}{saved:>8.2f}{note}",
        flush=True,
    )


def _parts(rounds: list[_Round]) -> str:
    """Milliseconds of the server and of the database for one request."""
    server, base = (statistics.median(getattr(each, name) for each in rounds) * 1000 for name in ("server", "database"))
    return f"{server:.2f} + {base:.2f}"


def _print_pages(ours: Served, ground: Ground, database: Backends) -> None:
    first, last, number = pages(ground)
    beginning, end = _by_turns(database, (ours, first), (ours, last))
    ratios = [a.per_second / b.per_second for a, b in zip(beginning, end, strict=True)]
    print(
        f"page {number:,} by cursor takes {statistics.median(ratios):.2f} times page 1 ({min(ratios):.2f} to {max(ratios):.2f})"
    )


def _print_publication(ours: Served, ground: Ground) -> None:
    seen = publish_under_load(ours.port, ground)
    for title, paced in (("without a publication", seen.quiet), (f"while fields are published ({seen.took:.1f} s)", seen.during)):
        print(
            f"{PER_SECOND} requests/s {title}: {len(paced.seconds):,} answers, {paced.failed} failed, slowest"
            f" {paced.slowest * 1000:.0f} ms, 99 % within {paced.share(0.99) * 1000:.0f} ms, half within {paced.share(0.5) * 1000:.1f} ms"
        )
    print(f"peak memory after it: product {_memory(ours)}", flush=True)


@dataclass(frozen=True, slots=True)
class _Round:
    """What one run against a server showed; `server` and `database` are seconds of the processor for one request."""

    per_second: float
    failed: int
    server: float
    database: float

    @property
    def processor(self) -> float:
        """What one request costs in all."""
        return self.server + self.database


def _by_turns(database: Backends, *asked: tuple[Served, Request]) -> list[list[_Round]]:
    rounds: list[list[_Round]] = [[] for _ in asked]
    for _ in range(ROUNDS):
        for found, (server, request) in zip(rounds, asked, strict=True):
            before = server.processor_seconds(), database.seconds()
            load = run(server.port, request, seconds=SECONDS)
            used, behind = server.processor_seconds() - before[0], database.seconds() - before[1]
            found.append(_Round(load.per_second, load.failed, used / load.answers, behind / load.answers))
    return rounds


def _memory(server: Served) -> str:
    peak = server.peak_memory()
    return f"{peak / _MEBIBYTE:.0f} MB" if peak is not None else "not told by this system"


if __name__ == "__main__":
    main()
