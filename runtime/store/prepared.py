"""Statements as text for one database, made once: building one for each request would cost more than running it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import CompileError
from sqlalchemy.sql.compiler import SQLCompiler

#: So many statements stay prepared on a connection; each takes some ten kilobytes of the server.
MOST_PREPARED = 200
_NAMED = re.compile(r"%\((\w+)\)s|%%")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A SELECT as text for one database, made once; its constants are in the form of the driver."""

    text: str
    #: The order of the values, None when they go by name.
    positions: tuple[str, ...] | None
    fixed: Mapping[str, object]
    #: What turns a value of the request into what the driver takes.
    processes: Mapping[str, Callable[[Any], object]]
    #: For PostgreSQL: what prepares the statement on a connection, and what runs it there.
    name: str = ""
    prepare: str = ""
    execute: str = ""
    #: By position: the name, what turns its value, and whether it is fixed.
    order: tuple[tuple[str, Callable[[Any], object] | None, bool], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        order = [(name, self.processes.get(name), name in self.fixed) for name in self.positions or ()]
        object.__setattr__(self, "order", tuple(order))

    def row(self, values: Mapping[str, object]) -> tuple[object, ...]:
        """All values in the order of a statement that takes them by position, as the driver takes them."""
        return tuple(
            [
                (self.fixed[name] if fixed and name not in values else values[name]) if process is None else process(values[name])
                for name, process, fixed in self.order
            ]
        )

    def bound(self, values: Mapping[str, object]) -> dict[str, object]:
        """All values as the driver takes them."""
        bound = {**self.fixed, **values}
        for name, process in self.processes.items():
            bound[name] = process(bound[name])
        return bound


class Known:
    """The statements that are prepared on one connection, the longest unused first; the server keeps each of them in memory."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}

    def ready(self, prepared: Prepared) -> Iterator[str]:
        """What must run, each before the next is asked for, so that a statement is prepared; nothing when it is."""
        if prepared.name in self._names:
            self._names[prepared.name] = self._names.pop(prepared.name)
            return
        if len(self._names) >= MOST_PREPARED:
            oldest = next(iter(self._names))
            yield f"DEALLOCATE {oldest}"
            del self._names[oldest]
        yield prepared.prepare
        self._names[prepared.name] = None


def prepare(statement: sa.Select[Any] | sa.Insert | sa.Update | sa.Delete, dialect: Dialect) -> Prepared:
    """A statement as text; building it for each request would cost more than running it."""
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what these compile to
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    requested = {name for name, bind in binds.items() if bind.required}
    expanded = compiled.construct_expanded_state(dict.fromkeys(requested))
    processes: dict[str, Callable[[Any], object]] = {
        name: process for name, process in expanded.processors.items() if callable(process)
    }
    for name, bind in binds.items():
        own = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if own is not None and not bind.expanding:
            processes[name] = own
    fixed = {
        name: processes.pop(name)(value) if name in processes else value
        for name, value in expanded.parameters.items()
        if name not in requested
    }
    text = expanded.statement
    positions = tuple(expanded.positiontup) if expanded.positiontup is not None else None
    if positions is not None:
        return Prepared(text, positions, fixed, processes)
    types = {name: _type_name(bind, dialect) for name, bind in binds.items()}
    return Prepared(text, None, fixed, processes, *_server_side(text, types))


def explained(prepared: Prepared) -> Prepared:
    """For PostgreSQL: the question how it would answer a statement; the answer is the plan as JSON."""
    return replace(prepared, execute=f"EXPLAIN (FORMAT JSON) {prepared.execute}")


def _server_side(text: str, types: Mapping[str, str]) -> tuple[str, str, str]:
    """Name, PREPARE and EXECUTE of a statement: planning again for each request would cost more than running."""
    order: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return "%"
        if name not in order:
            order.append(name)
        return f"${order.index(name) + 1}"

    numbered_text = _NAMED.sub(numbered, text)
    name = "q_" + blake2b(numbered_text.encode(), digest_size=12).hexdigest()
    listed = ", ".join(types.get(each, "unknown") for each in order)
    given = ", ".join(f"%({each})s" for each in order)
    head = f"PREPARE {name}{f' ({listed})' if listed else ''} AS "
    return name, head + numbered_text, f"EXECUTE {name}{f' ({given})' if given else ''}"


def _type_name(bind: sa.BindParameter[Any], dialect: Dialect) -> str:
    """The type of a parameter, left to the server where ours has no name there."""
    try:
        name = dialect.type_compiler_instance.process(bind.type.dialect_impl(dialect))
    except (CompileError, NotImplementedError):
        return "unknown"
    return name.partition(" COLLATE")[0]
