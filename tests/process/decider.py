"""A process that decides tasks until it is killed: started by the crash test, told what to do by its arguments."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys

from forms_dsl.org import BUILT_IN
from runtime.compile.app import compile_app
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.context import Context, Principal
from runtime.process.service import DecisionBody, decide
from runtime.releases import compile_stored
from runtime.store.database import open_database


def main(url: str, app: str, person: str, unit: str, tasks: list[str]) -> None:
    database = open_database(url, SQLITE_SETUP)
    with database.read() as connection:
        compiled = compile_stored(connection, app, 1)
    principal = Principal(person, "ann", "ann", unit, "CX", "CX", "/HO/CX/", {app: frozenset({"checker"})})
    releases = {app: compiled, "org": compile_app(BUILT_IN["org"], 0)}
    context = Context(principal, releases, dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), dt.date(2026, 3, 2), "r")
    for number, task in enumerate(tasks):
        later = dataclasses.replace(context, now=context.now + dt.timedelta(seconds=number))
        with database.write() as connection:
            decide(connection, later, task, "approve", DecisionBody())
        print(task, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:5], sys.argv[5:])  # type: ignore[arg-type]
