"""The page of one app: the seven pieces, the entities with their relations, what changed and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from builder.drafts import Draft, Edited, read_draft
from builder.people import people
from builder.pieces import MARKS, piece_of
from builder.shapes import Json, Person, change_json, diagnostics_json, live_json, person_finder
from forms_dsl.diagnostics import Diagnostic
from forms_dsl.diff import Change, diff_apps
from forms_dsl.kinds import PIECES, Piece
from forms_dsl.model import App, Field
from forms_dsl.yaml_source import read_document
from runtime.context import Context
from runtime.releases import compile_stored
from runtime.store.tables import draft_file, release
from runtime.store.types import format_instant
from workflow_engine.verify import load_verified


def list_apps(connection: Connection) -> list[Json]:
    """All apps that are live or being drafted."""
    names = {
        *connection.execute(sa.select(release.c.app).where(release.c.state == "active")).scalars(),
        *connection.execute(sa.select(draft_file.c.app)).scalars(),
    }
    return [_entry(connection, name) for name in sorted(names)]


def app_home(connection: Connection, context: Context, app: str) -> Json:
    """The page of an app as its draft stands."""
    draft = read_draft(connection, app)
    loaded = load_verified(draft.files, others=context.live_apps)
    before = _published(connection, draft)
    found = (*draft.diagnostics(), *loaded.diagnostics)
    changes = diff_apps(before, loaded.app) if loaded.app is not None and draft.changed else ()
    shown = loaded.app or before
    entry = _entry_of(connection, draft)
    return {
        **entry,
        "label": dict(shown.label) if shown is not None else entry["label"],
        "kinds": _pieces(draft, shown, changes, found),
        "map": _entity_map(shown) if shown is not None else {"nodes": [], "edges": []},
        "changes": _changes(connection, draft, changes),
        "diagnostics": diagnostics_json(found, context.locale),
    }


def _entry(connection: Connection, app: str) -> Json:
    return _entry_of(connection, read_draft(connection, app))


def _entry_of(connection: Connection, draft: Draft) -> Json:
    person = person_finder(people(connection, [draft.base.approver if draft.base is not None else None]))
    return {
        "app": draft.app,
        "label": _label(draft),
        "live": live_json(draft.base, person),
        "draft": {"changes": len(draft.changed)} if draft.changed else None,
    }


def _label(draft: Draft) -> object:
    """The app's label as written in the draft, also while something else in it is wrong."""
    document, _ = read_document("app.yaml", draft.files.get("app.yaml", ""))
    label = document.data.get("label") if document is not None and isinstance(document.data, dict) else None
    if isinstance(label, dict):
        return label
    return {"zh": label or draft.app, "en": label or draft.app}


def _published(connection: Connection, draft: Draft) -> App | None:
    return compile_stored(connection, draft.app, draft.base.release).app if draft.base is not None else None


def _pieces(draft: Draft, app: App | None, changes: Sequence[Change], found: Sequence[Diagnostic]) -> list[Json]:
    counts = _counts(app) if app is not None else _file_counts(draft)
    changed = Counter(piece_of(change.file) for change in changes)
    if not changes:
        changed = Counter(piece_of(path) for path in draft.changed)
    errors = Counter(piece_of(one.span.file) for one in found if one.severity == "error")
    warnings = Counter(piece_of(one.span.file) for one in found if one.severity == "warning")
    return [
        {
            "kind": piece,
            "mark": mark,
            "label": dict(PIECES[piece]),
            "count": counts[piece],
            "changes": changed[piece],
            "errors": errors[piece],
            "warnings": warnings[piece],
        }
        for piece, (mark, _) in MARKS.items()
    ]


def _counts(app: App) -> Mapping[Piece, int]:
    return {
        "entity": len(app.entities),
        "form": len(app.forms) + len(app.lists) + len(app.pages),
        "workflow": len(app.workflows),
        "rule": len(app.automations),
        "report": len(app.reports),
        "role": len(app.roles),
        "connector": len(app.bindings),
    }


def _file_counts(draft: Draft) -> Counter[Piece | None]:
    """While the draft cannot be read as an app: its files."""
    return Counter(piece_of(path) for path in draft.files)


def _entity_map(app: App) -> Json:
    own = [
        {"name": f"{app.name}.{e.name}", "label": dict(e.label), "fields": len(e.fields), "external": False}
        for e in app.entities.values()
    ]
    edges = [edge for entity in app.entities.values() for edge in _edges(app, entity.name, entity.fields)]
    others = {str(edge["to"]) for edge in edges} - {str(node["name"]) for node in own}
    outside = []
    for name in sorted(others):
        other, _, entity_name = name.partition(".")
        entity = app.requires[other].entities[entity_name]
        outside.append({"name": name, "label": dict(entity.label), "fields": len(entity.fields), "external": True})
    return {"nodes": [*own, *outside], "edges": edges}


def _edges(app: App, entity: str, fields: Mapping[str, Field]) -> Iterator[Json]:
    for field in fields.values():
        if field.type == "reference" and field.options.to is not None:
            to = field.options.to if "." in field.options.to else f"{app.name}.{field.options.to}"
            yield {"from": f"{app.name}.{entity}", "to": to, "field": field.name, "label": dict(field.label)}


def _changes(connection: Connection, draft: Draft, changes: Sequence[Change]) -> list[Json]:
    """What changed since the last publication, by whom and when, newest first."""
    person = person_finder(people(connection, [each.changed_by for each in draft.edited.values()]))
    told = {change.file for change in changes}
    listed = [{**change_json(change), **_who(draft.edited.get(change.file), person)} for change in changes]
    listed += [_file_change(path, draft.edited[path], person) for path in draft.changed if path not in told]
    return sorted(listed, key=lambda one: str(one["at"] or ""), reverse=True)


def _file_change(path: str, edited: Edited, person: Person) -> Json:
    """Changes that cannot be said in words, of a draft with errors or of comments only: the file stands for them."""
    name = {"zh": path, "en": path}
    words = {"zh": f"{path} 有改动", "en": f"{path} was changed"}
    shown = {"kind": piece_of(path), "thing": path, "label": name, "words": words, "flag": None, "file": path}
    return {**shown, **_who(edited, person)}


def _who(edited: Edited | None, person: Person) -> Json:
    if edited is None:
        return {"by": None, "at": None}
    return {"by": person(edited.changed_by), "at": format_instant(edited.changed_at)}
