"""How fast a file becomes records: checked, written and taken back as a batch, with row rules, words and the whole trail.

`ROWS=` is the number of rows of the file. What each phase took of the processor is told beside it: other load slows the clock down.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2

from builder.expression_lab.postgres_server import postgres_url
from runtime.commands.decide_import import decide_import
from runtime.commands.run_automation import Site
from runtime.commands.run_import import run_phase
from runtime.commands.stage_import import Staging, stage_import
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.context import Context
from runtime.identity.principal import resolve_principal
from runtime.settings import Settings
from runtime.start import open_releases
from runtime.store.blobs import Arriving
from runtime.store.database import open_database
from runtime.store.identifiers import new_id
from runtime.store.import_batches import batch_by_id
from tests.bench.setting import publish_bench

ROWS = int(os.environ.get("ROWS", "20000"))
_SURNAMES, _NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰"


def main() -> None:
    """Measure on PostgreSQL and on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        with postgres_url() as server:
            connection = psycopg2.connect(server)
            connection.autocommit = True
            connection.cursor().execute("CREATE DATABASE imports")
            connection.close()
            measure("PostgreSQL", server.rsplit("/", 1)[0] + "/imports", Path(folder))
        measure("SQLite", f"sqlite:///{folder}/imports.db", Path(folder))


def measure(name: str, url: str, folder: Path) -> None:
    """Print the rows a second of one database."""
    database = open_database(url, SQLITE_SETUP)
    person, _ = publish_bench(database)
    settings = Settings(database_url=url, data_folder=folder, demo=False)
    site = Site(database, open_releases(database), settings, lambda: dt.datetime.now(dt.UTC))
    print(
        f"\n{name}, a file of {ROWS} rows and 7 columns as one batch, one process: rows a second (processor of that process for each row)"
    )
    for title, changed, acts in (
        ("new records", False, ("check", "write", "undo")),
        ("the same, not undone", False, ("check", "write")),
        ("one value changed in each", True, ("check", "write", "undo")),
    ):
        id = _staged(site, person, _file(changed=changed))
        figures = {phase: _phase(site, person, id, phase) for phase in acts}
        told = (f"{phase} {ROWS / took:>7,.0f} ({busy / ROWS * 1e6:.0f} µs)" for phase, (took, busy) in figures.items())
        print(f"{title:28}" + "   ".join(told), flush=True)
    database.engine.dispose()


def _file(*, changed: bool) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["customer_no", "full_name", "branch", "level", "mobile", "monthly_income", "opened_on"])
    writer.writerows(_rows(changed=changed))
    return text.getvalue().encode()


def _rows(*, changed: bool) -> Iterator[list[str]]:
    for n in range(ROWS):
        name = _SURNAMES[n % 20] + _NAMES[n // 20 % 26] + _NAMES[n // 520 % 26]
        income = f"{n % 90000 + (1 if changed else 0)}.50"
        yield [f"K{n:07}", name, "B00", str(n % 5 + 1), f"138{n:08}", income, f"20{n % 20:02}-0{n % 9 + 1}-1{n % 9}"]


def _staged(site: Site, person: str, content: bytes) -> str:
    with Arriving(site.settings.data_folder) as arriving:
        arriving.write(content)
        staging = Staging("bench", "customer", "customers.csv")
        return stage_import(site.database, _context(site, person), staging, arriving, lambda _path: True).id


def _phase(site: Site, person: str, id: str, phase: str) -> tuple[float, float]:
    if phase != "check":
        decide_import(site.database, _context(site, person), "bench", "customer", id, phase, None)  # type: ignore[arg-type]
    begun, idle = time.perf_counter(), time.process_time()
    run_phase(site, "bench", "customer", id, phase)
    took, busy = time.perf_counter() - begun, time.process_time() - idle
    with site.database.read() as connection:
        batch = batch_by_id(connection, "bench", "customer", id)
    done = batch is not None and batch.state in {"checked", "written", "undone"} and not batch.rejected and not batch.left_alone
    if not done:
        raise RuntimeError(f"the batch did not come through its {phase}: {batch}")
    return took, busy


def _context(site: Site, person: str) -> Context:
    now = site.clock()
    with site.database.read() as connection:
        principal = resolve_principal(connection, person, now, demo=False)
    if principal is None:
        raise RuntimeError("who imports is not there")
    return Context(principal, site.releases.current(), now, now.date(), new_id(now))


if __name__ == "__main__":
    main()
