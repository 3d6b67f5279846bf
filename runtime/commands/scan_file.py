"""The bank's own virus scanner: a command that is given the path of each file before it is kept."""

from __future__ import annotations

import logging
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

from runtime.failures import Unavailable

_LOG = logging.getLogger("qiqiao.files")
#: As ClamAV and most others answer.
_CLEAN, _INFECTED = 0, 1
_PATIENCE_SECONDS = 120

#: Whether a file may be kept; raises Unavailable when nobody can say.
Scan = Callable[[Path], bool]


def scan_with(command: str | None) -> Scan:
    """The scan by a command, `{path}` in it or behind it; without a command every file passes."""
    return _pass if command is None else lambda path: _scan(command, path)


def _pass(path: Path) -> bool:
    return True


def _scan(command: str, path: Path) -> bool:
    words = shlex.split(command)
    asked = [word.replace("{path}", str(path)) for word in words] if "{path}" in command else [*words, str(path)]
    try:
        done = subprocess.run(asked, capture_output=True, timeout=_PATIENCE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        _LOG.exception("the virus scan of %s could not be run", path.name)
        raise _unknown() from None
    if done.returncode not in (_CLEAN, _INFECTED):
        _LOG.error("the virus scan ended with %s: %s", done.returncode, done.stderr[-500:].decode(errors="replace"))
        raise _unknown()
    return done.returncode == _CLEAN


def _unknown() -> Unavailable:
    return Unavailable(
        {"zh": "病毒扫描暂时不可用，请稍后再传。", "en": "Files cannot be scanned at present; send it again later."}
    )
