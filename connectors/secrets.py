"""Where secrets really are: a connection holds only `secret://env/NAME` or `secret://file/NAME`."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connectors.protocol import Fault, SetUpRefused

_REFERENCE = re.compile(r"secret://(env|file)/([A-Za-z0-9][A-Za-z0-9_.-]{0,63})")
_LONGEST = 64 * 1024


def is_reference(text: str) -> bool:
    """Whether a text is a reference to a secret."""
    return _REFERENCE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class SecretStore:
    """Secrets of one machine: environment variables, and files of one folder that only the owner may read."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def get(self, reference: str) -> str:
        """The secret behind a reference; raises `SetUpRefused` when it is not there or not kept safely."""
        found = _REFERENCE.fullmatch(reference)
        if not found:
            raise SetUpRefused(Fault.SECRET_MISSING, "a secret is given as secret://env/NAME or secret://file/NAME")
        kind, name = found.groups()
        value = self.environment.get(name) if kind == "env" else self._read(name)
        if not value:
            raise SetUpRefused(Fault.SECRET_MISSING, f"there is no secret {reference}")
        if any(ord(character) < 32 for character in value):
            raise SetUpRefused(Fault.SECRET_MISSING, f"the secret {reference} has control characters")
        return value

    def _read(self, name: str) -> str:
        try:
            # One descriptor for check and reading, and no link followed: the file checked is the file read.
            descriptor = os.open(self.folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as missing:
            raise SetUpRefused(Fault.SECRET_MISSING, f"there is no secret file {name}") from missing
        with os.fdopen(descriptor, encoding="utf-8", errors="strict") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode) or state.st_mode & 0o077:
                raise SetUpRefused(Fault.SECRET_MISSING, f"the secret file {name} must be readable by its owner only (mode 0600)")
            try:
                return file.read(_LONGEST).strip()
            except UnicodeDecodeError as invalid:
                raise SetUpRefused(Fault.SECRET_MISSING, f"the secret file {name} is not UTF-8 text") from invalid
