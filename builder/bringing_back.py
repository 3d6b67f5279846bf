"""Putting a removed field, row type or entity back into the draft, as the last release had it; its data comes back by publishing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from builder import drafts
from forms_dsl.edit.commit import Refused, edit
from forms_dsl.edit.operations import SetKey
from forms_dsl.edit.printing import Value
from forms_dsl.load import load_app
from forms_dsl.model import Entity
from forms_dsl.reading import Reader
from forms_dsl.source import BASE_FOLDER
from forms_dsl.yaml_source import read_document
from runtime.context import Context
from runtime.failures import Conflict, NotFound
from runtime.publish.codes import NOT_BROUGHT_BACK
from runtime.publish.history import files_of
from runtime.publish.tombstones import Tombstone, by_id, tombstones
from runtime.publish.types import Files
from runtime.store.database import Database


def bring_back(database: Database, context: Context, app: str, id: str, read: Reader) -> drafts.Judged:
    """Save the text of what was removed in the draft again, to be reviewed and published like any other change.

    Raises NotFound for what is no tombstone, Conflict where its text cannot be put back by itself.
    """
    with database.read() as connection:
        found = by_id(tombstones(connection, app)).get(id)
        if found is None:
            raise NotFound({"zh": "没有这样的已删除内容。", "en": "There is no such thing out of use."})
        if found.release is None or found.is_retyped:
            raise _cannot(found)
        draft = drafts.read_draft(connection, app)
        path, text = _text(connection, context, found, draft.files, files_of(connection, app, found.release))
    before = draft.files.get(path)
    checksum = drafts.text_checksum(before) if before is not None else None
    return drafts.save_file(database, context, app, path, text, checksum, read)


def _text(connection: Connection, context: Context, found: Tombstone, now: Files, then: Files) -> tuple[str, str]:
    """The file to be saved, and its text with what comes back."""
    entity_name, *names = found.thing.split(".")
    old, new = (_entities(context, files) for files in (then, now))
    was = old.get(entity_name)
    if was is None or was.span.file.startswith(BASE_FOLDER):
        raise _cannot(found)
    if not names:
        if was.span.file in now:
            raise _cannot(found)
        return was.span.file, then[was.span.file]
    entity = next((one for one in new.values() if one.id == was.id), None)
    if entity is None or entity.span.file.startswith(BASE_FOLDER):
        raise _cannot(found)
    place = ("fields", names[0]) if len(names) == 1 else ("rows", names[0], "fields", names[1])
    if found.column is None:
        place = ("rows", names[0])
    value = _value(read_document(was.span.file, then[was.span.file])[0], place)
    if value is None:
        raise _cannot(found)
    text = edit(now[entity.span.file], [SetKey(place[:-1], place[-1], value)], rearrange=True)
    if isinstance(text, Refused):
        raise _cannot(found)
    return entity.span.file, text


def _entities(context: Context, files: Files) -> Mapping[str, Entity]:
    app = load_app(files, others=context.live_apps).app
    return app.entities if app is not None else {}


def _value(document: Any, place: tuple[str, ...]) -> Value | None:
    value = document.data if document is not None else None
    for key in place:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _cannot(found: Tombstone) -> Conflict:
    return Conflict(
        {
            "zh": f"“{found.thing}”不能单独放回草稿：请回退到之前的版本，或按原 id 重新写入定义。",
            "en": f"{found.thing} cannot be put back into the draft by itself: go back to the release that had it, or write it "
            f"with the same id.",
        },
        code=NOT_BROUGHT_BACK.id,
    )
