"""Acts on staged imports: the second person releases or refuses, the importer writes, stops, takes back; and who knows of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import code
from runtime.audit.trail import record_event
from runtime.commands.stage_import import queue_phase
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.context import Context
from runtime.failures import Conflict, NotAllowed, NotFound
from runtime.query.late import held_roles
from runtime.records.access import NOT_THERE, find_entity
from runtime.records.importing import import_rights, releasing_roles, require_import
from runtime.store.database import Database
from runtime.store.import_batches import Batch, BatchState, batch_by_id, batches_of, move

SAME_PERSON = code("Q253", "Who brings an import cannot decide on it, nor somebody without the role for it.")
NOT_NOW = code("Q254", "An act on an import that its state does not allow: it is still checked, not released, or over.")

Act = Literal["release", "refuse", "write", "cancel", "undo"]
_SHOWN = 100
#: Act → the states in which it is possible, and the one that it leads to.
_WAYS: dict[Act, tuple[frozenset[BatchState], BatchState]] = {
    "release": (frozenset({"checked"}), "released"),
    "refuse": (frozenset({"checked"}), "refused"),
    "write": (frozenset({"checked", "released", "stopped"}), "writing"),
    "undo": (frozenset({"written", "stopped"}), "undoing"),
    "cancel": (frozenset({"staged", "checked", "released"}), "cancelled"),
}
_DECISIONS = frozenset({"release", "refuse"})


def imports_known(connection: Connection, context: Context, app: str, entity: str) -> list[Batch]:
    """The batches that this person brought, may release or may take back, the newest first; NotFound where there can be none."""
    compiled, found = find_entity(context, app, entity)
    if not import_rights(context, compiled, found) and not held_roles(context, compiled) & releasing_roles(compiled, found):
        raise NotFound(NOT_THERE)
    return [batch for batch in batches_of(connection, app, entity, _SHOWN) if _knows(context, compiled, found, batch)]


def import_known(connection: Connection, context: Context, app: str, entity: str, id: str) -> Batch:
    """One batch that this person brought, may release or may take back; NotFound for every other."""
    compiled, found = find_entity(context, app, entity)
    batch = batch_by_id(connection, app, entity, id)
    if batch is None or not _knows(context, compiled, found, batch):
        raise NotFound(NOT_THERE)
    return batch


def acts_on(context: Context, compiled: CompiledApp, found: CompiledEntity, batch: Batch) -> tuple[Act, ...]:
    """What this person may do with a batch now."""
    is_own = batch.started_by == context.principal.id
    waits = bool(batch.released_by)
    possible: list[Act] = []
    for act, (states, _) in _WAYS.items():
        if batch.state not in states or (act == "write" and batch.state == "checked" and waits):
            continue
        if _is_for(context, compiled, found, batch, act):
            possible.append(act)
    if is_own and batch.state == "writing":
        possible.append("cancel")
    return tuple(possible)


def decide_import(database: Database, context: Context, app: str, entity: str, id: str, act: Act, note: str | None) -> Batch:
    """Do one act; NotAllowed for whoever may not, Conflict where the state does not allow it (any more)."""
    with database.write() as connection:
        batch = import_known(connection, context, app, entity, id)
        compiled, found = find_entity(context, app, entity)
        if not _is_for(context, compiled, found, batch, act):
            raise NotAllowed(
                {
                    "zh": "导入人不能批准自己的导入，他人也不能代为操作；撤销除外。",
                    "en": "Who brings an import cannot decide on it; everything else but taking it back only that person does.",
                },
                code=SAME_PERSON.id,
            )
        if act in {"write", "undo"}:
            require_import(context, app, entity)
        if act not in acts_on(context, compiled, found, batch) or not _move(connection, context, batch, act, note):
            raise Conflict(
                {"zh": "此导入的当前状态不允许该操作。", "en": "The import is not in a state that allows this."},
                code=NOT_NOW.id,
                extra={"state": batch.state},
            )
        _tell(connection, context, batch, act, note)
        return import_known(connection, context, app, entity, id)


def _move(connection: Connection, context: Context, batch: Batch, act: Act, note: str | None) -> bool:
    _, state = _WAYS[act]
    values: dict[str, object] = {}
    if act in _DECISIONS:
        values = {"decided_by": context.principal.id, "decided_at": context.now, "decision_note": note}
    elif act == "cancel" and batch.state == "writing":
        state = "stopped"  # what is written stays, and may be taken back
    elif act == "undo":
        values = {"undone_by": context.principal.id}
    elif act == "write" and batch.state != "stopped":
        values = {"reached": 0, **dict.fromkeys(batch.counts(), 0)}
    if not move(connection, batch.id, {batch.state}, state, {**values, "error": None}):
        return False
    if act in {"write", "undo"}:
        queue_phase(connection, context, batch, act)
    return True


def _tell(connection: Connection, context: Context, batch: Batch, act: Act, note: str | None) -> None:
    body = {"batch": batch.id, "file": batch.file, "sha256": batch.file_hash, "rows": batch.rows, "by": batch.started_by}
    record_event(connection, context, f"import.{act}", app=batch.app, entity=batch.entity, body=body | {"note": note})


def _knows(context: Context, compiled: CompiledApp, found: CompiledEntity, batch: Batch) -> bool:
    is_own = batch.started_by == context.principal.id
    return is_own or _releases(context, compiled, batch) or _imports_so(context, compiled, found, batch)


def _is_for(context: Context, compiled: CompiledApp, found: CompiledEntity, batch: Batch, act: Act) -> bool:
    """Whether an act is this person's: another one decides, whoever imports by the same role takes back, the rest is its own."""
    is_own = batch.started_by == context.principal.id
    if act in _DECISIONS:
        return not is_own and _releases(context, compiled, batch)
    return is_own or (act == "undo" and _imports_so(context, compiled, found, batch))


def _imports_so(context: Context, compiled: CompiledApp, found: CompiledEntity, batch: Batch) -> bool:
    """Whether this person imports by a role by which the batch goes in."""
    return any(right.role in batch.roles for right in import_rights(context, compiled, found))


def _releases(context: Context, compiled: CompiledApp, batch: Batch) -> bool:
    """Whether this person holds every role that must agree."""
    wanted: Collection[str] = batch.released_by
    return bool(wanted) and held_roles(context, compiled) >= set(wanted)
