"""The draft of an app: files edited since the active release, one draft for all designers, each file saved by itself.

A file is saved only over the very text it was made from, so nobody's edit is lost. A file that a release changed in the
meantime is a finding (M408); all others go along with the new base by themselves.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from builder.codes import CHANGED_MEANWHILE, NO_PATH, TOO_LARGE
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.source import BASE_FOLDER, Span
from forms_dsl.yaml_source import read_document
from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.failures import Conflict, Fault, Invalid, NotFound
from runtime.publish.codes import BASE_MOVED
from runtime.publish.history import active_release, files_of
from runtime.publish.types import Files, Release
from runtime.store.tables import draft_file

_APP = re.compile(r"[a-z][a-z0-9_]{0,47}")
_PATH = re.compile(r"([a-z][a-z0-9_]*/)?[a-z0-9][a-z0-9_.]*\.(yaml|yml|json)")
_LONGEST_PATH = 200
LARGEST_FILE = 1024 * 1024
#: A draft holds what is half written, but nothing that is made to harm whoever reads it.
_NEVER_KEPT = frozenset({"DEF-YAML-ALIAS", "DEF-UNICODE", "DEF-DEPTH", "DEF-LIMIT"})


@dataclass(frozen=True, slots=True)
class Draft:
    """The texts of an app as its designers left them, and the release they build on."""

    app: str
    base: Release | None
    published: Files
    files: Files
    rows: Mapping[str, Row[Any]]
    conflicts: tuple[str, ...]

    @property
    def changed(self) -> tuple[str, ...]:
        """The files that differ from the active release."""
        return tuple(sorted(path for path in self.rows if self.files.get(path) != self.published.get(path)))

    @property
    def checksum(self) -> str:
        """The identity of all texts together."""
        parts = (f"{path}\0{text_checksum(text)}\n" for path, text in sorted(self.files.items()))
        return text_checksum("".join(parts))

    @property
    def editors(self) -> frozenset[str]:
        """Everybody who edited a file of the draft."""
        return frozenset(str(person) for row in self.rows.values() for person in row.editors)

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


def text_checksum(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_draft(connection: Connection, app: str) -> Draft:
    """The draft of an app, equal to the active release while nobody edits; raises NotFound for an unknown app."""
    base = active_release(connection, app)
    rows = {row.path: row for row in connection.execute(sa.select(draft_file).where(draft_file.c.app == app))}
    if base is None and not rows:
        raise NotFound({"zh": f"没有应用 {app}。", "en": f"There is no app {app}."})
    published = files_of(connection, app, base.release if base is not None else None)
    files = {**published, **{path: row.text for path, row in rows.items()}}
    earlier = {number: files_of(connection, app, number or None) for number in {row.base_release for row in rows.values()}}
    conflicts = [
        path
        for path, row in rows.items()
        if earlier[row.base_release].get(path) != published.get(path) and row.text != published.get(path)
    ]
    texts = {path: text for path, text in files.items() if text is not None}
    return Draft(app, base, published, texts, rows, tuple(sorted(conflicts)))


def save_file(connection: Connection, context: Context, app: str, path: str, text: str | None, checksum: str | None) -> None:
    """Save one file of the draft over the text whose checksum is given; None removes the file.

    Raises Conflict when the file is another one by now, Invalid for a path or text that no definition can have.
    """
    draft = _draft_or_new(connection, app)
    before = draft.files.get(path)
    if (text_checksum(before) if before is not None else None) != checksum:
        raise _changed_meanwhile(path)
    _save(connection, context, draft, path, text)


def _draft_or_new(connection: Connection, app: str) -> Draft:
    try:
        return read_draft(connection, app)
    except NotFound:
        return Draft(app, None, {}, {}, {}, ())


def _save(connection: Connection, context: Context, draft: Draft, path: str, text: str | None) -> None:
    app, before, row = draft.app, draft.files.get(path), draft.rows.get(path)
    _check_names(app, path, text)
    if row is None and text == before:
        return  # nothing is edited: whoever opened and closed the file is no editor of it
    if row is not None and text == draft.published.get(path):
        _drop_row(connection, app, row)
    else:
        _write_row(connection, context, draft, path, text)
    checksum = text_checksum(before) if before is not None else None
    body = {"path": path, "before": checksum, "after": text_checksum(text) if text is not None else None}
    record_event(connection, context, "draft_saved", app=app, body=body)


def save_bundle(connection: Connection, context: Context, app: str, files: Files) -> None:
    """Save the files of a bundle as the whole draft: what it does not have is removed; raises Invalid as `save_file` does.

    The files of a base stay as they are: they are its vendor's.
    """
    draft = _draft_or_new(connection, app)
    own = {path for path in draft.files if not path.startswith(BASE_FOLDER)}
    for path in sorted({*own, *files}):
        if files.get(path) != draft.files.get(path):
            _save(connection, context, draft, path, files.get(path))


def discard_draft(connection: Connection, context: Context, app: str) -> None:
    """Throw the draft away; raises NotFound when there is none."""
    paths = connection.execute(sa.select(draft_file.c.path).where(draft_file.c.app == app)).scalars().all()
    if not paths:
        raise NotFound({"zh": f"应用 {app} 没有草稿。", "en": f"{app} has no draft."})
    connection.execute(sa.delete(draft_file).where(draft_file.c.app == app))
    record_event(connection, context, "draft_discarded", app=app, body={"paths": sorted(paths)})


def _drop_row(connection: Connection, app: str, row: Row[Any]) -> None:
    """The file is again what is published: nothing of it is left in the draft."""
    where = (draft_file.c.app == app, draft_file.c.path == row.path, draft_file.c.checksum == row.checksum)
    if not connection.execute(sa.delete(draft_file).where(*where)).rowcount:
        raise _changed_meanwhile(row.path)


def _write_row(connection: Connection, context: Context, draft: Draft, path: str, text: str | None) -> None:
    row = draft.rows.get(path)
    editors = sorted({*(row.editors if row is not None else ()), context.principal.id})
    values = {
        "text": text,
        "checksum": text_checksum(text) if text is not None else "",
        "base_release": draft.base.release if draft.base is not None else 0,
        "changed_by": context.principal.id,
        "editors": editors,
        "changed_at": context.now,
    }
    if row is None:
        try:
            connection.execute(sa.insert(draft_file), {"app": draft.app, "path": path, **values})
        except IntegrityError:
            raise _changed_meanwhile(path) from None
    else:
        where = (draft_file.c.app == draft.app, draft_file.c.path == path, draft_file.c.checksum == row.checksum)
        if not connection.execute(sa.update(draft_file).where(*where).values(**values)).rowcount:
            raise _changed_meanwhile(path)


def _check_names(app: str, path: str, text: str | None) -> None:
    if not _APP.fullmatch(app) or app == "org":
        raise NotFound({"zh": f"没有应用 {app}。", "en": f"There is no app {app}."})
    # What an overlay extends comes from its vendor: differences are written in files of the overlay's own.
    if not _PATH.fullmatch(path) or len(path) > _LONGEST_PATH or path.startswith(BASE_FOLDER):
        message = {
            "zh": "文件路径应形如 entities/customer.yaml。",
            "en": "A file's path looks like entities/customer.yaml.",
        }
        raise Invalid(message, code=NO_PATH.id, faults=(Fault(NO_PATH.id, message, parameter="path"),))
    if text is None:
        return
    if len(text) > LARGEST_FILE or len(text.encode("utf-8", "surrogatepass")) > LARGEST_FILE:
        message = {"zh": "文件不得超过 1 MiB。", "en": "A file may have at most 1 MiB."}
        raise Invalid(message, code=TOO_LARGE.id, faults=(Fault(TOO_LARGE.id, message, pointer="/text"),))
    found = [one for one in read_document(path, text)[1] if one.refusal in _NEVER_KEPT]
    if found:
        faults = tuple(Fault(one.code, {"zh": _placed(one, "zh"), "en": _placed(one, "en")}, pointer="/text") for one in found)
        raise Invalid({"zh": "此文本不能保存。", "en": "This text is not kept."}, code=found[0].code, faults=faults)


def _placed(found: Diagnostic, locale: str) -> str:
    return f"{found.span.file}:{found.span.line}:{found.span.column} {found.message_in(locale)}"


def _changed_meanwhile(path: str) -> Conflict:
    return Conflict(
        {
            "zh": f"{path} 在您打开之后已被他人修改，请重新打开草稿。",
            "en": f"Somebody else changed {path} since you opened it. Open the draft again.",
        },
        code=CHANGED_MEANWHILE.id,
    )
