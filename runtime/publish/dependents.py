"""Live apps that refer to the app under publication: they must still load over its new definition."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.load import load_app
from forms_dsl.required import first_of, load_required, required_names
from forms_dsl.source import Span
from runtime.publish.types import Files
from runtime.releases import published_apps
from runtime.store.tables import release

BROKEN = code("M418", "A live app that refers to this one would not load any more.")


def broken_dependents(connection: Connection, app: str, files: Files) -> Iterator[Diagnostic]:
    """One finding for each live app that has errors over these texts, with the first of them."""
    find = first_of({app: files}.get, published_apps(connection))
    live = sa.select(release.c.app, release.c.files).where(release.c.state == "active", release.c.app != app)
    for name, texts in connection.execute(live.order_by(release.c.app)).all():
        if app not in required_names(texts):
            continue
        loaded = load_app(texts, others=load_required(texts, find))
        if loaded.app is not None:
            continue
        first = next(one for one in loaded.diagnostics if one.severity == "error")
        place = f"{name}/{first.span.file}:{first.span.line}"
        message = Sentence(
            f"The live app {name!r} would not load any more: {place}: {first.message}",
            f"已上线的应用“{name}”将无法加载：{place}：{first.message_in('zh')}",
        )
        hint = Sentence(
            f"Keep what {name} refers to, or publish {name} without it first.",
            f"请保留 {name} 引用的内容，或先发布不再引用它的 {name}。",
        )
        yield BROKEN.at(Span("app.yaml", 1, 1, 1, 1), message, hint=hint)
