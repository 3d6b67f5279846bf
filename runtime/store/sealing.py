"""Values that are kept encrypted: sealed with keys of a file outside of the database, opened only by who holds that file.

AES-SIV is authenticated and gives the same value of a field the same seal, so that whole values can be compared without
opening them (docs/decisions/013-sealed-values.md). Without the file, or without a key of it, nothing is written or read: fail closed.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from runtime.failures import Unavailable

#: Bits of a key: two halves of 256, one to authenticate and one to encrypt.
_BITS = 512
_MARK = "q1"


class SealBroken(Unavailable):
    """A value cannot be sealed or opened: its key is not here, or it was changed."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys by their ids, and the one that new values are sealed with."""

    active: str
    keys: Mapping[str, bytes]

    def seal(self, field: str, value: str, key: str | None = None) -> str:
        """The seal of a value of a field; of another field the same value has another one."""
        name = key or self.active
        sealed = AESSIV(self.keys[name]).encrypt(value.encode(), [field.encode()])
        return f"{_MARK}.{name}.{base64.urlsafe_b64encode(sealed).decode()}"

    def open(self, field: str, sealed: str) -> str:
        """The value behind a seal; raises SealBroken."""
        mark, _, rest = sealed.partition(".")
        name, _, content = rest.partition(".")
        if mark != _MARK or name not in self.keys:
            raise _broken(f"the key {name} is not on the ring")
        try:
            return AESSIV(self.keys[name]).decrypt(base64.urlsafe_b64decode(content), [field.encode()]).decode()
        except (InvalidTag, ValueError) as wrong:
            raise _broken("the value was changed") from wrong


@dataclass(slots=True)
class _Held:
    """The ring of this process: where its file is, and what stood in it when it was last read."""

    path: Path | None = None
    stamp: tuple[int, int] | None = None
    ring: KeyRing | None = None


_HELD = _Held()


def use_ring(path: Path | None) -> None:
    """Say where the key ring of this process is; it is read when it is first needed, and again when it has changed."""
    _HELD.path, _HELD.stamp, _HELD.ring = path, None, None


def has_ring() -> bool:
    """Whether values can be sealed here."""
    return _HELD.path is not None and _HELD.path.is_file()


def ring() -> KeyRing:
    """The key ring of this process; raises SealBroken where there is none."""
    try:
        found = _HELD.path.stat() if _HELD.path is not None else None
    except OSError:
        found = None
    if found is None or _HELD.path is None:
        raise _broken("there is no key ring")
    stamp = (found.st_mtime_ns, found.st_size)
    if _HELD.ring is None or _HELD.stamp != stamp:
        _HELD.ring, _HELD.stamp = read_ring(_HELD.path), stamp
    return _HELD.ring


def seal(field: str, value: str) -> str:
    """A value as it is kept."""
    return ring().seal(field, value)


def seals(field: str, value: str) -> tuple[str, ...]:
    """All that a value may be kept as, under each of the keys."""
    held = ring()
    return tuple(held.seal(field, value, key) for key in held.keys)


def unseal(field: str, sealed: str) -> str:
    """The value of what is kept."""
    return ring().open(field, sealed)


def ring_stamp() -> object:
    """Tells apart the states of the ring, for what is remembered with seals in it; None where there is no ring."""
    return hash(tuple(sorted(ring().keys.items()))) if has_ring() else None


def read_ring(path: Path) -> KeyRing:
    """The ring of a file; raises SealBroken when it cannot be read."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        keys = {str(name): base64.b64decode(text, validate=True) for name, text in data["keys"].items()}
        active = str(data["active"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise _broken("the key ring cannot be read") from wrong
    if active not in keys or any(len(key) * 8 != _BITS or not name.isalnum() for name, key in keys.items()):
        raise _broken("the key ring is damaged")
    return KeyRing(active, keys)


def write_ring(path: Path, held: KeyRing) -> None:
    """Replace the file whole; only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    text = {name: base64.b64encode(key).decode() for name, key in held.keys.items()}
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"active": held.active, "keys": text}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def with_new_key(held: KeyRing | None) -> KeyRing:
    """The ring with one more key, which new values are sealed with from now on."""
    keys = dict(held.keys) if held is not None else {}
    name = next(f"k{number}" for number in range(1, len(keys) + 2) if f"k{number}" not in keys)
    return KeyRing(name, {**keys, name: AESSIV.generate_key(_BITS)})


def key_of(sealed: str) -> str:
    """The id of the key of a seal."""
    return sealed.split(".", 2)[1]


def _broken(why: str) -> SealBroken:
    return SealBroken(
        {"zh": f"加密的数据暂时无法读写：{_ZH.get(why, why)}。", "en": f"Encrypted values cannot be used now: {why}."}
    )


_ZH = {
    "the value was changed": "密文与密钥不符",
    "there is no key ring": "缺少密钥文件",
    "the key ring cannot be read": "密钥文件无法读取",
    "the key ring is damaged": "密钥文件已损坏",
}
