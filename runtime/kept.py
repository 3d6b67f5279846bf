"""What is kept at run time as the database has it, put into compiled apps: read whole whenever it has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.engine import Connection

from forms_dsl.expr.calendars import Rates
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from runtime.compile.app import CompiledApp
from runtime.compile.kept import Kept, KeptValue
from runtime.store.exchange_rates import all_rates, kept_mark
from runtime.store.kept_changes import KeptChange, kept_rows, released_changes


@dataclass(frozen=True, slots=True)
class KeptData:
    """Everything that is kept, and the mark under which it was read."""

    mark: str | None = None
    rates: Mapping[str, Rates] = field(default_factory=dict)
    released: tuple[KeptChange, ...] = ()

    def rows_of(self, app: str) -> dict[str, object]:
        """The rows of an app's maintained tables that were changed."""
        return kept_rows(self.released, app)


def read_kept(connection: Connection) -> KeptData:
    """What is kept now. The mark is read first: what changes meanwhile is read again the next time."""
    mark = kept_mark(connection)
    rates = {base: Rates(base, pairs) for base, pairs in all_rates(connection).items()}
    return KeptData(mark, rates, tuple(released_changes(connection)))


def with_kept(compiled: CompiledApp, data: KeptData) -> CompiledApp:
    """The app with what is kept for it; the apps that it requires have theirs."""
    rates = data.rates.get(compiled.app.currency, Rates(compiled.app.currency))
    parameters = {name: _values(compiled, name, data.released) for name in compiled.app.parameters}
    required = {name: with_kept(other, data) for name, other in compiled.required.items()}
    return replace(compiled, kept=Kept(rates, parameters), required=required)


def _values(compiled: CompiledApp, name: str, released: tuple[KeptChange, ...]) -> tuple[KeptValue, ...]:
    parameter = compiled.app.parameters[name]
    found = []
    for change in released:
        thing = change.thing
        if (thing.app, thing.kind, thing.name) == (compiled.app.name, "parameter", name):
            try:
                value = FIELD_TYPES[parameter.type].parse(change.body["value"], parameter.options)
            except ValueRefused:
                value = None  # of a type that it no longer has: missing, never guessed
            day, unit = dt.date.fromisoformat(str(change.body["valid_from"])), change.body.get("unit")
            found.append(KeptValue(value, day, str(unit) if unit else None))
    return tuple(found)
