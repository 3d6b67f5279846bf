"""The key ring of encrypted fields: a new key, values brought under it, and old keys taken off once nothing needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.failures import Conflict, NotFound
from runtime.records.resealing import reseal, seals_by_key
from runtime.settings import Settings
from runtime.store.database import Database
from runtime.store.sealing import KeyRing, SealBroken, has_ring, ring, use_ring, with_new_key, write_ring


@dataclass(frozen=True, slots=True)
class KeyShown:
    """One key of the ring, never the key itself."""

    id: str
    active: bool
    #: Values that are sealed with it.
    values: int


def show_keys(database: Database, context: Context) -> tuple[KeyShown, ...]:
    """The keys with what is sealed with each; a key that values need and the ring has not stands among them, not active."""
    with database.read() as connection:
        counted: Mapping[str, int] = seals_by_key(connection, context.releases)
    held = ring() if has_ring() else None
    known = tuple(held.keys) if held is not None else ()
    return tuple(
        KeyShown(name, held is not None and name == held.active, counted.get(name, 0))
        for name in dict.fromkeys((*known, *sorted(counted)))
    )


def add_key(database: Database, context: Context, settings: Settings) -> str:
    """Put a new key on the ring, with which new values are sealed from now on; returns its id."""
    held = with_new_key(ring() if has_ring() else None)
    if not has_ring():
        with database.read() as connection:
            if seals_by_key(connection, context.releases):
                # A fresh ring beside values of a lost one would only hide that they are lost.
                ring()
    _keep(settings, held)
    _note(database, context, "key_added", {"key": held.active})
    return held.active


def rotate(database: Database, context: Context) -> int:
    """Seal every value with the active key; returns how many were sealed anew."""
    done = reseal(database, context.releases)
    _note(database, context, "keys_rotated", {"key": ring().active, "values": done})
    return done


def remove_key(database: Database, context: Context, settings: Settings, name: str) -> None:
    """Take a key off the ring; raises Conflict while it is active or values need it."""
    held = ring()
    if name not in held.keys:
        raise NotFound({"zh": f"没有密钥 {name}。", "en": f"There is no key {name}."})
    needed = next((key.values for key in show_keys(database, context) if key.id == name), 0)
    if name == held.active:
        raise Conflict({"zh": f"密钥 {name} 是当前密钥。", "en": f"The key {name} is the active one: add another one first."})
    if needed:
        zh = f"密钥 {name} 仍有 {needed} 个值在使用，请先 rotate。"
        raise Conflict({"zh": zh, "en": f"The key {name} seals {needed} values: rotate first."})
    _keep(settings, KeyRing(held.active, {id: key for id, key in held.keys.items() if id != name}))
    _note(database, context, "key_removed", {"key": name})


def _keep(settings: Settings, held: KeyRing) -> None:
    if settings.key_ring is None:
        raise SealBroken({"zh": "没有设置密钥文件的位置。", "en": "No place for the key ring is set."})
    write_ring(settings.key_ring, held)
    use_ring(settings.key_ring)


def _note(database: Database, context: Context, kind: str, body: Mapping[str, object]) -> None:
    with database.write() as connection:
        record_event(connection, context, kind, body=dict(body))
