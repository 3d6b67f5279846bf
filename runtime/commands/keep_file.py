"""Keep a file for a field of a record that is about to be written."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import sqlalchemy as sa

from forms_dsl.model import Field
from runtime.context import Context
from runtime.failures import Fault, Invalid, NotAllowed, NotFound
from runtime.records.access import find_entity, possible_plan
from runtime.records.attachments import Attachment, attachment_fields
from runtime.records.codes import BAD_FILE
from runtime.records.content import is_accepted, kind_of
from runtime.records.pictures import fault_of_signature
from runtime.store.blobs import keep_blob
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.store.tables import attachment

_MEGABYTE = 1024 * 1024
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069<>:\"|?*]")
_LONGEST = 120


def keep_file(
    database: Database, folder: Path, context: Context, app: str, entity: str, field: str, name: str, content: bytes
) -> Attachment:
    """Keep bytes for a field; raises NotFound, NotAllowed, or Invalid when the field does not take such a file."""
    _, found = find_entity(context, app, entity)
    plans = [plan for action in ("create", "update") if (plan := possible_plan(context, app, entity, action)) is not None]
    declared = next((each for each in attachment_fields(found.entity) if each.name == field), None)
    if declared is None or not any(plan.shows(field) != "nothing" for plan in plans):
        raise NotFound({"zh": "没有这个附件字段。", "en": "There is no such field for files."})
    if not any(plan.writes(field) for plan in plans):
        raise NotAllowed({"zh": "您不能填写此字段。", "en": "You may not fill in this field."})
    kind = kind_of(content)
    _check(declared, kind, content)
    digest = keep_blob(folder, content)
    made = Attachment(new_id(context.now), safe_name(name), kind, len(content), digest, context.principal.name, context.now)
    with database.write() as connection:
        connection.execute(
            sa.insert(attachment).values(
                id=made.id,
                app=app,
                entity=found.entity.id,
                field=declared.id,
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


def _check(field: Field, kind: str, content: bytes) -> None:
    accept, most = field.options.accept, field.options.max_mb or 1
    if not content:
        _refuse("文件是空的。", "The file is empty.")
    if len(content) > most * _MEGABYTE:
        _refuse(f"文件超过 {most} MB。", f"The file is larger than {most} MB.")
    if not is_accepted(kind, accept):
        kinds = "、".join(accept)
        _refuse(f"文件内容是 {kind}，此处只接受 {kinds}。", f"The file holds {kind}; this field takes {', '.join(accept)}.")
    fault = fault_of_signature(content) if field.type == "signature" else None
    if fault is not None:
        _refuse(fault["zh"], fault["en"])


def _refuse(zh: str, en: str) -> None:
    raise Invalid({"zh": zh, "en": en}, code=BAD_FILE.id, faults=(Fault(BAD_FILE.id, {"zh": zh, "en": en}, pointer="/content"),))
