"""Many rows into one table by one statement: COPY on PostgreSQL, one prepared statement run for each row on SQLite."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from runtime.store.waiting import refusals, send_waiting

#: Characters that are sent at a time.
_PIECE = 1 << 18


def put_rows(
    connection: Connection,
    table: sa.Table,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    alike: Mapping[str, object] = {},
) -> None:
    """Insert rows of these columns in the transaction of a connection; `alike` are columns that hold the same in each.

    Raises what SQLAlchemy raises for a refusal of the table.
    """
    dialect = connection.dialect
    processes = [_process(table.c[name], dialect) for name in columns]
    same = [value if (process := _process(table.c[name], dialect)) is None else process(value) for name, value in alike.items()]
    changed = [(place, process) for place, process in enumerate(processes) if process is not None]
    bound = (_bound(row, changed) for row in rows) if changed else rows
    quote = dialect.identifier_preparer
    names = ", ".join(quote.quote(name) for name in (*columns, *alike))
    into = f"{quote.format_table(table)} ({names})"
    if dialect.name == "sqlite":
        marks = ", ".join("?" * (len(columns) + len(same)))
        _run(
            connection,
            f"INSERT INTO {into} VALUES ({marks})",
            lambda cursor, text: cursor.executemany(text, ((*row, *same) for row in bound)),
        )
    else:
        send_waiting(connection)
        lines = _written(bound, same)
        _run(connection, f"COPY {into} FROM STDIN (FORMAT csv)", lambda cursor, text: cursor.copy_expert(text, lines, _PIECE))


def _process(column: sa.Column[Any], dialect: Dialect) -> Callable[[Any], object] | None:
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _bound(row: Sequence[object], changed: Sequence[tuple[int, Callable[[Any], object]]]) -> list[object]:
    values = list(row)
    for place, process in changed:
        values[place] = process(values[place])
    return values


def _run(connection: Connection, text: str, act: Callable[[Any, str], object]) -> None:
    cursor = connection.connection.cursor()
    with refusals(connection, text):
        try:
            act(cursor, text)
        finally:
            cursor.close()


def _written(rows: Iterable[Sequence[object]], same: Sequence[object]) -> io.StringIO:
    """The rows as PostgreSQL reads separated values: nothing at all is NULL, and a text of no characters stands in quotes."""
    file = io.StringIO(newline="")
    # What all rows end with is written once; Python puts a cell in quotes for any character of a line's end, so for its two as well.
    end = "".join(f",{_quoted(value)}" for value in same) + "\r\n"
    writer = csv.writer(file, lineterminator=end)
    for row in rows:
        if "" in row:
            file.write(",".join(_quoted(value) for value in row) + end)
        else:
            writer.writerow(row)
    file.seek(0)
    return file


def _quoted(value: object) -> str:
    return "" if value is None else '"' + str(value).replace('"', '""') + '"'
