"""A worker in a process of its own that carries imports on, to be killed: `python -m tests.imports.import_driver URL FOLDER SECONDS`."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from runtime.commands.run_automation import Site
from runtime.commands.run_import import run_import_job
from runtime.commands.stage_import import KIND
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.jobs.queue import run_due
from runtime.settings import Settings
from runtime.start import open_releases
from runtime.store.database import open_database
from tests.publish.desk import NOW


def main(url: str, folder: str, seconds: str) -> None:
    """Run what is due at a moment so many seconds after the tests' own."""
    database = open_database(url, SQLITE_SETUP)
    settings = Settings(database_url=url, data_folder=Path(folder), demo=False)
    site = Site(database, open_releases(database), settings, lambda: NOW + dt.timedelta(seconds=int(seconds)))
    run_due(database, {}, site.clock, long={KIND: lambda job, keep: run_import_job(site, job, keep)})


if __name__ == "__main__":
    main(*sys.argv[1:])
