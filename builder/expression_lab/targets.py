"""The targets of an expression: the same checked expressions over the same records, one way of computing each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Protocol

from builder.commands import Mistake
from builder.expression_lab.browser import BrowserTarget
from builder.expression_lab.postgres_server import NoPostgres, postgres_url
from builder.expression_lab.reference import Reference
from builder.expression_lab.rows import Records
from builder.expression_lab.sql import SqlTarget, postgresql_connection, sqlite_connection
from forms_dsl.expr.json_values import to_json
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.scope import Target as TargetName
from forms_dsl.expr.tree import Expression


class Target(Protocol):
    """One way to compute expressions."""

    name: str
    #: Which of the functions' targets it is.
    needs: TargetName

    def values(self, expressions: Sequence[Expression]) -> Iterator[list[object]]:
        """For each expression its value for each record, in JSON form."""
        ...


class PythonTarget:
    """The product's closures."""

    name = "python"
    needs: TargetName = "P"

    def __init__(self, records: Records) -> None:
        self._facts = records.facts()

    def values(self, expressions: Sequence[Expression]) -> Iterator[list[object]]:
        """For each expression its value for each record."""
        for expression in expressions:
            evaluate = compile_python(expression.tree)
            yield [to_json(evaluate(facts)) for facts in self._facts]


class ReferenceTarget:
    """The reference interpreter, over the text itself."""

    name = "reference"
    needs: TargetName = "P"

    def __init__(self, records: Records) -> None:
        self._facts = records.facts()
        self._records = records

    def values(self, expressions: Sequence[Expression]) -> Iterator[list[object]]:
        """For each expression its value for each record."""
        for expression in expressions:
            fields = self._records.fields
            reference = Reference(expression.source, fields.record.types, fields.entities, self._records.context.types)
            yield [to_json(reference.value(facts)) for facts in self._facts]


#: The targets by name, each with the letter by which functions say where they run.
TARGETS: Mapping[str, TargetName] = {"python": "P", "sqlite": "S", "postgresql": "S", "browser": "J", "reference": "P"}


@contextmanager
def open_target(name: str, records: Records, postgres: str | None) -> Iterator[Target]:
    """A target over the records; `postgres` is the URL of a server, else one is started for the moment."""
    with ExitStack() as stack:
        match name:
            case "python":
                yield PythonTarget(records)
            case "reference":
                yield ReferenceTarget(records)
            case "browser":
                yield BrowserTarget(records)
            case "sqlite":
                yield SqlTarget("sqlite", stack.enter_context(sqlite_connection()), records)
            case _:
                url = postgres or stack.enter_context(_own_server())
                yield SqlTarget("postgresql", stack.enter_context(postgresql_connection(url)), records)


@contextmanager
def _own_server() -> Iterator[str]:
    try:
        with postgres_url() as url:
            yield url
    except NoPostgres as failed:
        raise Mistake({"en": f"There is no PostgreSQL: {failed}", "zh": f"没有可用的 PostgreSQL：{failed}"}) from None
