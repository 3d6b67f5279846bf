"""Proves the whole trail again: every event, its place, every root and signature; names the first thing that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Label
from runtime.audit.checkpoints import Checkpoint, all_checkpoints
from runtime.audit.notary import Notary
from runtime.audit.trail import LEAF_COLUMNS, leaf_of
from runtime.audit.tree import Tree
from runtime.store.tables import audit_event, audit_leaf, audit_queue

_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first thing that does not fit: which event or leaf, and what about it."""

    message: Label
    event_id: str | None = None
    leaf_index: int | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """How much was proved, and the first thing wrong, if any."""

    sealed: int
    waiting: int
    root: str
    wrong: Wrong | None


def verify_trail(connection: Connection, notary: Notary) -> Verified:
    """Check the trail from its first event to the last waiting one."""
    tree = Tree()
    wrong = _check_sealed(connection, notary, tree) or _check_waiting(connection)
    waiting = connection.scalar(sa.select(sa.func.count()).select_from(audit_queue)) or 0
    return Verified(tree.size, waiting, tree.root(), wrong)


def _check_sealed(connection: Connection, notary: Notary, tree: Tree) -> Wrong | None:
    checkpoints = list(all_checkpoints(connection))
    broken = _check_chain(checkpoints, notary)
    if broken:
        return broken
    ends = {checkpoint.size: checkpoint for checkpoint in checkpoints}
    anchor, signed = notary.last(), 0
    for row in _leaves(connection):
        wrong = _check_leaf(row, tree.size)
        if wrong:
            return wrong
        tree.append(bytes.fromhex(row.sealed_leaf))
        end = ends.get(tree.size)
        if end is not None:
            if tree.root() != end.root or tuple(tree.frontier_text()) != end.frontier:
                return Wrong(
                    {
                        "zh": f"第 {signed} 至 {tree.size - 1} 号中有事件被改写并重新计算：与签名的根不符。",
                        "en": f"An event from {signed} to {tree.size - 1} was rewritten with its hash: "
                        "the signed root does not fit.",
                    },
                    leaf_index=signed,
                )
            signed = tree.size
        if anchor is not None and tree.size == anchor.size and tree.root() != anchor.root:
            return _wrong_at(
                signed, "与本机保存的检查点不符，历史被替换。", "The history was replaced: the checkpoint kept here differs."
            )
    if tree.size != signed:
        return _wrong_at(signed, "此后的事件没有签名的检查点。", "From here on no checkpoint was signed.")
    if checkpoints and checkpoints[-1].size > tree.size:
        return _wrong_at(tree.size, "此后已封存的事件缺失。", "Sealed events are missing from here on.")
    if anchor is not None and anchor.size > tree.size:
        return _wrong_at(
            tree.size, "记录比此前签名的短，可能被截断或恢复为旧备份。", "The trail is shorter than was signed before."
        )
    return None


def _check_chain(checkpoints: list[Checkpoint], notary: Notary) -> Wrong | None:
    previous: Checkpoint | None = None
    for checkpoint in checkpoints:
        at = previous.size if previous else 0
        if not notary.accepts(checkpoint.key_id, checkpoint.signature, checkpoint.text()):
            return _wrong_at(
                at,
                f"规模 {checkpoint.size} 的检查点签名无效或密钥未知。",
                f"The checkpoint at {checkpoint.size} has a wrong signature or an unknown key.",
            )
        if checkpoint.previous != (previous.digest() if previous else None):
            return _wrong_at(
                at,
                f"规模 {checkpoint.size} 之前的检查点缺失或被替换。",
                f"The checkpoint before {checkpoint.size} is missing or was replaced.",
            )
        previous = checkpoint
    return None


def _check_leaf(row: sa.Row[tuple[object, ...]], expected_index: int) -> Wrong | None:
    if row.leaf_index != expected_index:
        return _wrong_at(
            expected_index,
            f"第 {expected_index} 至 {row.leaf_index - 1} 号缺失。",
            f"The leaves {expected_index} to {row.leaf_index - 1} are missing.",
        )
    if row.id is None:
        return Wrong({"zh": "已封存的事件被删除。", "en": "A sealed event was deleted."}, row.sealed_id, row.leaf_index)
    if not leaf_of(row._mapping) == row.leaf == row.sealed_leaf:  # type: ignore[arg-type]  # noqa: SLF001
        return Wrong({"zh": "事件被改写。", "en": "The event was changed."}, row.sealed_id, row.leaf_index)
    return None


def _check_waiting(connection: Connection) -> Wrong | None:
    """What is not sealed yet: each event waits in the queue, unchanged, and each waiting one is there."""
    unsealed = (
        sa.select(*_EVENT_COLUMNS, audit_queue.c.event_id.label("waiting_id"))
        .outerjoin(audit_leaf, audit_leaf.c.event_id == audit_event.c.id)
        .outerjoin(audit_queue, audit_queue.c.event_id == audit_event.c.id)
        .where(audit_leaf.c.event_id.is_(None))
        .order_by(audit_event.c.id)
    )
    for row in connection.execute(unsealed):
        if row.waiting_id is None:
            message = {"zh": "事件既未封存也不在待封存队列。", "en": "The event is neither sealed nor waiting to be."}
            return Wrong(message, row.id)
        if leaf_of(row._mapping) != row.leaf:  # type: ignore[arg-type]  # noqa: SLF001
            return Wrong({"zh": "事件在封存前被改写。", "en": "The event was changed before it was sealed."}, row.id)
    lost = (
        sa.select(audit_queue.c.event_id)
        .outerjoin(audit_event, audit_event.c.id == audit_queue.c.event_id)
        .where(audit_event.c.id.is_(None))
        .order_by(audit_queue.c.event_id)
        .limit(1)
    )
    gone = connection.scalar(lost)
    return Wrong({"zh": "事件在封存前被删除。", "en": "The event was deleted before it was sealed."}, gone) if gone else None


_EVENT_COLUMNS = (*(audit_event.c[name] for name in LEAF_COLUMNS), audit_event.c.leaf)


def _leaves(connection: Connection) -> Iterator[sa.Row[tuple[object, ...]]]:
    statement = (
        sa.select(
            audit_leaf.c.leaf_index,
            audit_leaf.c.event_id.label("sealed_id"),
            audit_leaf.c.leaf.label("sealed_leaf"),
            *_EVENT_COLUMNS,
        )
        .outerjoin(audit_event, audit_event.c.id == audit_leaf.c.event_id)
        .order_by(audit_leaf.c.leaf_index)
        .limit(_CHUNK)
    )
    after = -1
    while rows := connection.execute(statement.where(audit_leaf.c.leaf_index > after)).all():
        yield from rows
        after = rows[-1].leaf_index


def _wrong_at(leaf_index: int, zh: str, en: str) -> Wrong:
    return Wrong({"zh": zh, "en": en}, leaf_index=leaf_index)
