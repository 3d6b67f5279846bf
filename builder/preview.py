"""The screens of a draft before anybody publishes it: how the app is made, and no data."""

from __future__ import annotations

from forms_dsl.load import load_app
from runtime.compile.app import compile_app
from runtime.compile.screens import compile_screens
from runtime.context import Context
from runtime.publish.refused import Refused
from runtime.publish.types import Files
from runtime.records.screens import structure_view


def preview_screens(context: Context, app: str, files: Files) -> dict[str, object]:
    """What the browser would draw from these texts; raises Refused when they have errors."""
    loaded = load_app(files, others=context.live_apps)
    if loaded.app is None:
        raise Refused(app, loaded.diagnostics)
    live = context.releases.get(app)
    compiled = compile_app(loaded.app, live.release if live is not None else 0)
    return compile_screens(compiled, structure_view(compiled), context.business_date)
