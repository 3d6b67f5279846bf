"""Live apps that refer to the app under publication: they must still load over its new definition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.diff import Change
from forms_dsl.load import load_app
from forms_dsl.model import App, Field
from forms_dsl.required import first_of, load_required, required_names
from forms_dsl.source import Span
from runtime.publish.types import Files
from runtime.releases import published_apps
from runtime.store.tables import release

BROKEN = code("M418", "A live app that refers to this one would not load any more.")
REFERS = code("M477", "A live app refers to records of an entity that changes.", severity="hint")


def broken_dependents(connection: Connection, app: str, files: Files) -> Iterator[Diagnostic]:
    """One finding for each live app that has errors over these texts, with the first of them."""
    find = first_of({app: files}.get, published_apps(connection))
    for name, texts in _dependents(connection, app):
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


def referring(connection: Connection, app: App, changes: Sequence[Change]) -> Iterator[Diagnostic]:
    """One hint for each entity that changes and each live app whose records refer to it: whoever answers for that app should know."""
    changed = {change.file for change in changes}
    entities = {f"{app.name}.{one.name}": one for one in app.entities.values() if one.span.file in changed}
    if not entities:
        return
    find = published_apps(connection)
    for name, texts in _dependents(connection, app.name):
        loaded = load_app(texts, others=load_required(texts, find)).app
        if loaded is None:
            continue
        for target, entity in entities.items():
            fields = [place for place, field in _fields(loaded) if target in {field.options.to, *field.options.targets}]
            if fields:
                said = ", ".join(fields)
                message = Sentence(
                    f"{entity.label['en']} changes here, and the live app {name!r} refers to it: {said}.",
                    f"此处改动了“{entity.label['zh']}”，已上线的应用“{name}”引用它：{said}。",
                )
                yield REFERS.at(Span(entity.span.file, 1, 1, 1, 1), message)


def _fields(app: App) -> Iterator[tuple[str, Field]]:
    """Every field of an app with its place."""
    for entity in app.entities.values():
        for field in entity.fields.values():
            yield f"{entity.name}.{field.name}", field


def _dependents(connection: Connection, app: str) -> list[tuple[str, Files]]:
    """The live apps that refer to an app, with their texts."""
    live = sa.select(release.c.app, release.c.files).where(release.c.state == "active", release.c.app != app)
    rows = connection.execute(live.order_by(release.c.app)).all()
    return [(row.app, row.files) for row in rows if app in required_names(row.files)]
