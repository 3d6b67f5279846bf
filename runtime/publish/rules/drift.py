"""Tables that somebody changed behind the platform's back: said before a change is built upon them."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.source import Span
from runtime.publish.lint import Proposal
from runtime.store.kept_columns import is_column_of_field

DRIFT = code(
    "M425", "A table is not as publishing left it: a column is missing, or one is there that no release made.", "warning"
)
_HINT = Sentence(
    "Columns change by publishing only; restore the table from a backup or by hand.",
    "表结构只应由发布更改；请从备份或手工恢复。",
)


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """One finding for each column that is missing or unknown; tombstones and columns of earlier types are known."""
    remembered = proposal.state.remembered
    of_tables = {table for table, _ in remembered}
    for table in sorted(of_tables & proposal.state.tables.keys()):
        there = {name for name in proposal.state.tables[table].columns if is_column_of_field(name)}
        known = {column for name, column in remembered if name == table}
        for column in sorted(known - there):
            yield _at(f"The column {column} of {table} is missing.", f"表 {table} 缺少列 {column}。")
        for column in sorted(there - known):
            yield _at(f"No release made the column {column} of {table}.", f"表 {table} 的列 {column} 不是由发布创建的。")


def _at(en: str, zh: str) -> Diagnostic:
    return DRIFT.at(Span("app.yaml", 1, 1, 1, 1), Sentence(en, zh), hint=_HINT)
