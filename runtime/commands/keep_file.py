"""Keep a file for a field of a record that is about to be written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import sqlalchemy as sa

from forms_dsl.model import Label
from runtime.audit.trail import record_event
from runtime.commands.scan_file import Scan
from runtime.context import Context
from runtime.failures import Fault, Invalid, NotAllowed, NotFound
from runtime.records.access import NOT_THERE, find_entity, possible_plan
from runtime.records.attachments import Attachment, Holder, attachment_fields
from runtime.records.codes import BAD_FILE
from runtime.records.content import is_accepted, kind_of
from runtime.records.pictures import fault_of_signature
from runtime.store.blobs import Arriving, guard_blobs
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.store.tables import attachment

_MEGABYTE = 1024 * 1024
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069<>:\"|?*]")
_LONGEST = 120
_INFECTED: Label = {"zh": "病毒扫描没有放行此文件。", "en": "The virus scan did not let this file pass."}


@dataclass(frozen=True, slots=True)
class Target:
    """The field that a file is kept for, which its sender may fill in."""

    app: str
    entity_id: str
    entity: str
    holder: Holder

    @property
    def most(self) -> int:
        """How many bytes the field takes."""
        return (self.holder.field.options.max_mb or 1) * _MEGABYTE

    def check_size(self, size: int) -> None:
        """Refuse what is too large; asked while bytes arrive, so that no more of them are taken."""
        if size > self.most:
            _refuse(f"文件超过 {self.most // _MEGABYTE} MB。", f"The file is larger than {self.most // _MEGABYTE} MB.")


def find_target(context: Context, app: str, entity: str, field: str) -> Target:
    """The field of this name, of child rows as "rows field.row field"; raises NotFound, or NotAllowed where it is not his to fill in."""
    _, found = find_entity(context, app, entity)
    plans = [plan for action in ("create", "update") if (plan := possible_plan(context, app, entity, action)) is not None]
    if not plans:
        raise NotFound(NOT_THERE)
    holder = next((each for each in attachment_fields(found.entity) if each.path == field), None)
    if holder is None or not any(plan.shows(field) != "nothing" for plan in plans):
        raise NotFound({"zh": "没有这个附件字段。", "en": "There is no such field for files."})
    if not any(plan.writes(field) for plan in plans):
        raise NotAllowed({"zh": "您不能填写此字段。", "en": "You may not fill in this field."})
    return Target(app, found.entity.id, entity, holder)


def keep_file(database: Database, context: Context, target: Target, name: str, arriving: Arriving, scan: Scan) -> Attachment:
    """Keep what has arrived; raises Invalid when the field does not take such a file, Unavailable when it cannot be scanned."""
    kind = _checked(target, arriving)
    digest = arriving.settle()
    if not scan(arriving.path):
        body = {"field": target.holder.path, "kind": kind, "size": arriving.size, "sha256": digest}
        with database.write() as connection:
            record_event(connection, context, "file.refused", app=target.app, entity=target.entity, body=body)
        _refuse(_INFECTED["zh"], _INFECTED["en"])
    made = Attachment(new_id(context.now), safe_name(name), kind, arriving.size, digest, context.principal.name, context.now)
    with database.write() as connection:
        guard_blobs(connection)
        arriving.keep()
        connection.execute(
            sa.insert(attachment).values(
                id=made.id,
                app=target.app,
                entity=target.entity_id,
                field=target.holder.key,
                record_id=None,
                name=made.name,
                kind=kind,
                size=made.size,
                sha256=digest,
                created_by=context.principal.id,
                created_at=context.now,
            )
        )
    return made


def safe_name(name: str) -> str:
    """The last part of a name without what a file system, a header or an eye could take for something else."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    clean = _UNSAFE.sub("", last).strip(". ")
    stem, dot, ending = clean.rpartition(".")
    return (f"{stem[: _LONGEST - len(ending) - 1]}.{ending}" if dot and len(ending) < 10 else clean[:_LONGEST]) or "file"


def _checked(target: Target, arriving: Arriving) -> str:
    """The kind of what has arrived, which the field takes."""
    field, accept = target.holder.field, target.holder.field.options.accept
    if not arriving.size:
        _refuse("文件是空的。", "The file is empty.")
    target.check_size(arriving.size)
    kind = kind_of(arriving.file)
    if not is_accepted(kind, accept):
        kinds = "、".join(accept)
        _refuse(f"文件内容是 {kind}，此处只接受 {kinds}。", f"The file holds {kind}; this field takes {', '.join(accept)}.")
    if field.type == "signature":
        arriving.file.seek(0)
        fault = fault_of_signature(arriving.file.read())
        if fault is not None:
            _refuse(fault["zh"], fault["en"])
    return kind


def _refuse(zh: str, en: str) -> None:
    raise Invalid({"zh": zh, "en": en}, code=BAD_FILE.id, faults=(Fault(BAD_FILE.id, {"zh": zh, "en": en}, pointer="/content"),))
