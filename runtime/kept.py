"""What is kept at run time as the database has it, put into compiled apps: read whole whenever it has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.engine import Connection

from forms_dsl.expr.calendars import Rates
from runtime.compile.app import CompiledApp
from runtime.compile.kept import Kept
from runtime.store.exchange_rates import all_rates, kept_mark


@dataclass(frozen=True, slots=True)
class KeptData:
    """Everything that is kept, and the mark under which it was read."""

    mark: str | None = None
    rates: Mapping[str, Rates] = field(default_factory=dict)


def read_kept(connection: Connection) -> KeptData:
    """What is kept now. The mark is read first: what changes meanwhile is read again the next time."""
    mark = kept_mark(connection)
    rates = {base: Rates(base, pairs) for base, pairs in all_rates(connection).items()}
    return KeptData(mark, rates)


def with_kept(compiled: CompiledApp, data: KeptData) -> CompiledApp:
    """The app with what is kept for it; the apps that it requires have theirs."""
    base = compiled.app.currency
    rates = data.rates.get(base, Rates(base))
    required = {name: with_kept(other, data) for name, other in compiled.required.items()}
    return replace(compiled, kept=Kept(rates), required=required)
