"""Runs the benchmark: product and twin on the same database, in the same run, rounds interleaved; prints ratios with their spread.

It fails on nothing: it is a measurement. `ROUNDS=` and `SECONDS=` change its length, `ROWS=` the size of the table.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import psycopg2
import sqlalchemy as sa

from builder.expression_lab.postgres_server import postgres_url
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.identity.tokens import create_token
from runtime.start import open_releases
from runtime.store.database import Database, open_database
from runtime.store.identifiers import new_id
from tests.bench import definitions, expressions, imports
from tests.bench.load import Load, Request, http, run
from tests.bench.setting import BRANCHES, publish_bench
from tests.bench.twin import Base, Customer
from tests.browser.conftest import free_port

ROUNDS, SECONDS, ROWS = (
    int(os.environ.get(name, usual)) for name, usual in (("ROUNDS", "3"), ("SECONDS", "3"), ("ROWS", "20000"))
)
NOW = dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What both servers hold: the same customers, and the token of a clerk of one branch."""

    token: str
    branch: str
    ids: tuple[str, ...]


def main() -> None:
    """Measure on PostgreSQL and on SQLite."""
    with postgres_url() as server:
        connection = psycopg2.connect(server)
        connection.autocommit = True
        connection.cursor().execute("CREATE DATABASE bench")
        connection.close()
        measure("PostgreSQL", server.rsplit("/", 1)[0] + "/bench")
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{folder}/bench.db")
    imports.main()
    expressions.main()
    definitions.main()


def measure(name: str, url: str) -> None:
    """Print the table of one database."""
    database = open_database(url, SQLITE_SETUP)
    prepared = prepare(database)
    database.engine.dispose()
    twin_url = url.replace("postgresql://", "postgresql+psycopg2://")
    with served([sys.executable, "-m", "builder.cli", "serve", "--database", url], "--port", "/health/ready") as ours:
        with served([sys.executable, "-m", "tests.bench.twin", twin_url], "", "/docs") as twin:
            rows = compare(prepared, ours, twin)
    print(f"\n{name}, {ROWS} customers in {BRANCHES} branches, 16 connections, {ROUNDS} rounds of {SECONDS} s, one process each")
    print(f"{'':28}{'product':>10}{'twin':>10}{'ratio':>8}   spread")
    for title, product, other in rows:
        ratios = [a.per_second / b.per_second for a, b in zip(product, other, strict=True)]
        a, b = (statistics.median(load.per_second for load in loads) for loads in (product, other))
        failed = [sum(load.failed for load in loads) for loads in (product, other)]
        note = f"   no success: product {failed[0]}, twin {failed[1]}" if any(failed) else ""
        print(f"{title:28}{a:>10.0f}{b:>10.0f}{statistics.median(ratios):>8.2f}   {min(ratios):.2f} to {max(ratios):.2f}{note}")


def compare(
    prepared: Prepared, ours: int, twin: int
) -> Iterator[tuple[str, list[Load], list[Load]]] | list[tuple[str, list[Load], list[Load]]]:
    """Each kind of request on both servers, by turns."""
    found = []
    for title, product_request, twin_request in requests(prepared):
        product: list[Load] = []
        other: list[Load] = []
        for _ in range(ROUNDS):
            product.append(run(ours, product_request, seconds=SECONDS))
            other.append(run(twin, twin_request, seconds=SECONDS))
        found.append((title, product, other))
    return found


def requests(prepared: Prepared) -> list[tuple[str, Request, Request]]:
    """The requests of the product and of the twin; both ask for the same."""
    headers = {"Authorization": f"Bearer {prepared.token}", "Accept": "application/json"}
    chance = random.Random(7)  # noqa: S311 - a repeatable choice of records
    ids = [chance.choice(prepared.ids) for _ in range(5000)]
    stamp = f"{time.time_ns()}"[-9:]

    numbers = itertools.count()

    def body(prefix: str) -> bytes:
        n = next(numbers)
        return (
            f'{{"customer_no":"{prefix}{stamp}{n}","full_name":"测量 {n}","branch":"{prepared.branch}","level":"2",'
            f'"mobile":"13812345678","monthly_income":"18500.00","opened_on":"2026-11-24"}}'
        ).encode()

    where = quote(f'branch == "{prepared.branch}" and level == "2"')
    versions: dict[str, int] = {}

    def patch(n: int) -> bytes:
        id = prepared.ids[n % len(prepared.ids)]
        versions[id] = versions.get(id, 0) + 1
        match = {"If-Match": f'"{versions[id]}"'}
        return http(
            "PATCH", f"/api/bench/customer/{id}", {**headers, **match}, f'{{"full_name":"改 {n} {versions[id]}"}}'.encode()
        )

    return [
        (
            "get one by id",
            lambda n: http("GET", f"/api/bench/customer/{ids[n % 5000]}", headers),
            lambda n: http("GET", f"/customer/{ids[n % 5000]}", {}),
        ),
        (
            "list 50, two filters, sorted",
            lambda _: http("GET", f"/api/bench/customer?where={where}&order=customer_no&limit=50", headers),
            lambda _: http("GET", f"/customer?branch={prepared.branch}&level=2&limit=50", {}),
        ),
        (
            "create with audit",
            lambda _: http("POST", "/api/bench/customer", headers, body("P")),
            lambda _: http("POST", "/customer", {}, body("T")),
        ),
        (
            "patch one field with audit",
            patch,
            lambda n: http("PATCH", f"/customer/{prepared.ids[n % len(prepared.ids)]}", {}, f'{{"full_name":"改 {n}"}}'.encode()),
        ),
    ]


def prepare(database: Database) -> Prepared:
    """Publish the app, make the clerk, fill both tables with the same customers."""
    clerk, branches = publish_bench(database, NOW)
    with database.write() as connection:
        _, token = create_token(connection, clerk, "bench", dt.timedelta(days=1), NOW)
    releases = open_releases(database)
    table = releases.current()["bench"].entities["customer"].table
    chance = random.Random(11)  # noqa: S311 - repeatable data
    rows = [
        {
            "id": new_id(NOW + dt.timedelta(milliseconds=n)),
            "customer_no": f"K{n:07}",
            "full_name": f"客户 {n}",
            "branch": branches[n % BRANCHES],
            "level": str(chance.randint(1, 5)),
            "mobile": f"138{chance.randint(0, 99999999):08}",
            "monthly_income": Decimal(chance.randint(0, 9_000_000)) / 100,
            "opened_on": dt.date(2020, 1, 1) + dt.timedelta(days=chance.randint(0, 2000)),
        }
        for n in range(ROWS)
    ]
    system = {"version": 1, "created_at": NOW, "created_by": "system", "changed_at": NOW, "changed_by": "system"}
    Base.metadata.create_all(database.engine)
    with database.write() as connection:
        connection.execute(
            sa.insert(table), [{**system, "id": row["id"], **{f"f_{k}": v for k, v in row.items() if k != "id"}} for row in rows]
        )
        connection.execute(sa.insert(Customer.__table__), [{**row, "version": 1, "changed_at": NOW} for row in rows])
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    return Prepared(token, branches[0], tuple(str(row["id"]) for row in rows if row["branch"] == branches[0]))


@contextmanager
def served(command: list[str], flag: str, ready: str) -> Iterator[int]:
    """A server process on a free port of this machine."""
    port = free_port()
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [*command, *([flag] if flag else []), str(port)],
        cwd=root,
        env={**os.environ, "QIQIAO_DEMO": "0", "QIQIAO_REQUESTS_PER_SECOND": "0"},
    )
    try:
        wait(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}{ready}", timeout=2), process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def wait(ask: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers; raises RuntimeError when it ends first."""
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError("a server ended before it answered")
        try:
            ask()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("a server did not answer in 20 s")


if __name__ == "__main__":
    main()
