"""The draft of an app: files edited since the active release, one draft for all designers, each file saved by itself.

A file is saved only over the very text it was made from, so nobody's edit is lost. A file that a release changed in the
meantime is a finding (M408); all others go along with the new base by themselves.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from builder.codes import CHANGED_MEANWHILE
from builder.draft_texts import refuse_harm, refuse_path, refuse_size, refuse_text, refuse_texts
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.reading import Reader
from forms_dsl.source import BASE_FOLDER, Span
from forms_dsl.yaml_source import read_document
from runtime.audit.trail import NewEvent, record_event, record_events
from runtime.context import Context
from runtime.failures import Conflict, NotFound
from runtime.publish.codes import BASE_MOVED
from runtime.publish.history import active_release, files_of
from runtime.publish.types import Files, Release, digest_of
from runtime.store.database import Database
from runtime.store.tables import draft_file
from workflow_engine.verify import load_verified

_APP = re.compile(r"[a-z][a-z0-9_]{0,47}")


@dataclass(frozen=True, slots=True)
class Edited:
    """A file that somebody edited: its text (None when it is removed), the release it was edited on, and everybody who did."""

    text: str | None
    checksum: str
    base_release: int
    editors: tuple[str, ...]
    changed_by: str
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """The texts of an app as its designers left them, and the release they build on."""

    app: str
    base: Release | None
    published: Files
    files: Files
    edited: Mapping[str, Edited]
    conflicts: tuple[str, ...]

    @property
    def changed(self) -> tuple[str, ...]:
        """The files that differ from the active release."""
        return tuple(sorted(path for path in self.edited if self.files.get(path) != self.published.get(path)))

    @property
    def checksum(self) -> str:
        """The identity of all texts together."""
        return digest_of(self.files)

    @property
    def editors(self) -> frozenset[str]:
        """Everybody who edited a file of the draft."""
        return frozenset(person for each in self.edited.values() for person in each.editors)

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """A finding for each file that somebody else published over."""
        return tuple(
            BASE_MOVED.at(
                Span(path, 1, 1, 1, 1),
                Sentence(
                    f"{path} was changed by a release that came after it was edited here.",
                    f"{path} 在此处编辑之后，已有新版本修改过它。",
                ),
                hint=Sentence(
                    "Compare with the active release and save the file again as it should be.",
                    "请与已上线版本比对，再把文件保存为应有的内容。",
                ),
            )
            for path in self.conflicts
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """A draft and everything that is wrong with it."""

    draft: Draft
    diagnostics: tuple[Diagnostic, ...]


#: What is to be written, given the draft as it is.
Changes = Callable[[Draft], dict[str, str | None]]


def text_checksum(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_draft(connection: Connection, app: str) -> Draft:
    """The draft of an app, equal to the active release while nobody edits; raises NotFound for an unknown app."""
    base = active_release(connection, app)
    rows = connection.execute(sa.select(draft_file).where(draft_file.c.app == app))
    edited = {
        row.path: Edited(row.text, row.checksum, row.base_release, tuple(row.editors), row.changed_by, row.changed_at)
        for row in rows
    }
    if base is None and not edited:
        raise NotFound({"zh": f"没有应用 {app}。", "en": f"There is no app {app}."})
    published = files_of(connection, app, base.release if base is not None else None)
    files = {**published, **{path: each.text for path, each in edited.items()}}
    earlier = {number: files_of(connection, app, number or None) for number in {each.base_release for each in edited.values()}}
    conflicts = [
        path
        for path, each in edited.items()
        if earlier[each.base_release].get(path) != published.get(path) and each.text != published.get(path)
    ]
    texts = {path: text for path, text in files.items() if text is not None}
    return Draft(app, base, published, texts, edited, tuple(sorted(conflicts)))


def save_file(
    database: Database, context: Context, app: str, path: str, text: str | None, checksum: str | None, read: Reader
) -> Judged:
    """Save one file of the draft over the text whose checksum is given; None removes the file.

    Raises Conflict when the file is another one by now, Invalid for a path or text that a draft never keeps.
    """
    _refuse_app(app)
    refuse_path(path)
    if text is not None:
        refuse_text(path, text, read)

    def changes(draft: Draft) -> dict[str, str | None]:
        if _checksum(draft.files.get(path)) != checksum:
            raise _changed_meanwhile(path)
        return {path: text}

    return _save(database, context, app, changes, read)


def save_bundle(database: Database, context: Context, app: str, files: Files, read: Reader, *, over: str | None = None) -> Judged:
    """Save the files of a bundle as the whole draft: what it does not have is removed; raises Invalid as `save_file` does.

    With `over`, the checksum of the draft that it was made from, raises Conflict when the draft is another one by now.
    The files of a base stay as they are: they are its vendor's.
    """
    _refuse_app(app)
    refuse_texts({path: text for path, text in files.items() if not path.startswith(BASE_FOLDER)}, read)

    def changes(draft: Draft) -> dict[str, str | None]:
        if over is not None and draft.checksum != over:
            raise draft_changed()
        own = {path for path in draft.files if not path.startswith(BASE_FOLDER)}
        changed = {path: files.get(path) for path in sorted({*own, *files}) if files.get(path) != draft.files.get(path)}
        for path in changed:
            refuse_path(path)
        return changed

    return _save(database, context, app, changes, read)


def judge(context: Context, draft: Draft, read: Reader = read_document) -> Judged:
    """A draft with everything that is wrong with it."""
    found = load_verified(draft.files, others=context.live_apps, read=read).diagnostics
    return Judged(draft, (*draft.diagnostics(), *found))


def _refuse_app(app: str) -> None:
    """Raise NotFound for a name that no app can have."""
    if not _APP.fullmatch(app) or app == "org":
        raise NotFound({"zh": f"没有应用 {app}。", "en": f"There is no app {app}."})


def draft_or_new(connection: Connection, app: str) -> Draft:
    """The draft of an app, an empty one of an app that is still to be made."""
    _refuse_app(app)
    try:
        return read_draft(connection, app)
    except NotFound:
        return Draft(app, None, {}, {}, {}, ())


def _save(database: Database, context: Context, app: str, changes: Changes, read: Reader) -> Judged:
    """Judge the draft as it would be, outside the transaction that writes it; what is to do harm is never written."""
    with database.read() as connection:
        before = draft_or_new(connection, app)
    wished = changes(before)
    draft = _with(before, context, wished)
    refuse_size(draft.files)
    judged = judge(context, draft, read)
    refuse_harm(one for one in judged.diagnostics if one.span.file in wished)
    with database.write() as connection:
        now = draft_or_new(connection, app)
        _write(connection, context, now, changes(now))
    # Somebody else may have saved another file in between.
    return judged if now == before else judge(context, _with(now, context, changes(now)), read)


def _changed(draft: Draft, wished: Mapping[str, str | None]) -> dict[str, str | None]:
    """Whoever opened and closed a file without a change is no editor of it."""
    return {path: text for path, text in wished.items() if path in draft.edited or text != draft.files.get(path)}


def _with(draft: Draft, context: Context, wished: Mapping[str, str | None]) -> Draft:
    """The draft with other texts; a file that is again what is published leaves nothing in it."""
    changes = _changed(draft, wished)
    rest = {path: each for path, each in draft.edited.items() if path not in changes}
    own = {
        path: _edited(draft, context, path, text)
        for path, text in changes.items()
        if path not in draft.edited or text != draft.published.get(path)
    }
    files = {path: text for path, text in {**draft.files, **changes}.items() if text is not None}
    conflicts = tuple(path for path in draft.conflicts if path not in changes)
    return replace(draft, files=files, edited={**rest, **own}, conflicts=conflicts)


def _write(connection: Connection, context: Context, draft: Draft, wished: Mapping[str, str | None]) -> None:
    """Write texts, and who changed what, with one statement each, however many they are."""
    changes = _changed(draft, wished)
    edited = _with(draft, context, wished).edited
    _replace(connection, draft, changes, {path: edited[path] for path in changes if path in edited})
    bodies = [
        {"path": path, "before": _checksum(draft.files.get(path)), "after": _checksum(text)} for path, text in changes.items()
    ]
    record_events(connection, context, [NewEvent("draft_saved", body, draft.app) for body in bodies])


def _edited(draft: Draft, context: Context, path: str, text: str | None) -> Edited:
    before = draft.edited[path].editors if path in draft.edited else ()
    base = draft.base.release if draft.base is not None else 0
    editors = tuple(sorted({*before, context.principal.id}))
    return Edited(text, _checksum(text) or "", base, editors, context.principal.id, context.now)


def _replace(connection: Connection, draft: Draft, changes: Iterable[str], edited: Mapping[str, Edited]) -> None:
    """Put new rows in the place of those that were read; raises Conflict when one of them is another by now."""
    before = {path: draft.edited[path].checksum for path in changes if path in draft.edited}
    if before:
        gone = sa.delete(draft_file).where(draft_file.c.app == draft.app, draft_file.c.path.in_(before))
        found = {row.path: row.checksum for row in connection.execute(gone.returning(draft_file.c.path, draft_file.c.checksum))}
        if found != before:
            raise _changed_meanwhile(min(path for path in before if found.get(path) != before[path]))
    rows = [{"app": draft.app, "path": path, **asdict(one), "editors": list(one.editors)} for path, one in edited.items()]
    if rows:
        try:
            connection.execute(sa.insert(draft_file), rows)
        except IntegrityError:
            raise _changed_meanwhile(min(edited)) from None


def discard_draft(connection: Connection, context: Context, app: str) -> None:
    """Throw the draft away; raises NotFound when there is none."""
    paths = connection.execute(sa.select(draft_file.c.path).where(draft_file.c.app == app)).scalars().all()
    if not paths:
        raise NotFound({"zh": f"应用 {app} 没有草稿。", "en": f"{app} has no draft."})
    connection.execute(sa.delete(draft_file).where(draft_file.c.app == app))
    record_event(connection, context, "draft_discarded", app=app, body={"paths": sorted(paths)})


def draft_changed() -> Conflict:
    """The draft is not the one that was looked at any more."""
    return Conflict(
        {"zh": "草稿在您查看之后已有改动，请重新查看。", "en": "The draft changed since you looked at it. Look at it again."},
        code=CHANGED_MEANWHILE.id,
    )


def _checksum(text: str | None) -> str | None:
    return text_checksum(text) if text is not None else None


def _changed_meanwhile(path: str) -> Conflict:
    return Conflict(
        {
            "zh": f"{path} 在您打开之后已被他人修改，请重新打开草稿。",
            "en": f"Somebody else changed {path} since you opened it. Open the draft again.",
        },
        code=CHANGED_MEANWHILE.id,
    )
