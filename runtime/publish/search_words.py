"""Which words of the search the live releases of an app need, noted when one of them begins or ends."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from runtime.compile.app import CompiledApp, searched_numbers
from runtime.publish.history import active_release, pilot_release
from runtime.records.filling import mark_filled
from runtime.releases import compile_stored


def note_words(connection: Connection, compiled: CompiledApp, now: dt.datetime) -> None:
    """Note that the live releases of an app have their words, `compiled` being one of them; drop what none needs any more."""
    live = (active_release(connection, compiled.app.name), pilot_release(connection, compiled.app.name))
    others = [
        compile_stored(connection, compiled.app.name, one.release)
        for one in live
        if one is not None and one.release != compiled.release
    ]
    mark_filled(connection, compiled.app.name, searched_numbers(compiled, *others), now)
