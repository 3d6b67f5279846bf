"""The server processes of the benchmark, and what they take of memory and of the processor."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runtime.store.database import Database
from tests.browser.running import free_port


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers on a port of this machine."""

    port: int
    process: int

    def processor_seconds(self) -> float:
        """What it has used of the processor so far; nothing where the system does not tell."""
        return _processor_seconds(self.process)

    def peak_memory(self) -> int | None:
        """The most memory that it ever held, in bytes; None where the system does not tell."""
        status = Path(f"/proc/{self.process}/status")
        if not status.exists():
            return None
        return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))


class Backends:
    """What the database's own processes have used of the processor; nothing where they are not on this machine, or none."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._used: dict[int, float] = {}

    def seconds(self) -> float:
        """What those that serve this database have used so far, also those that are gone meanwhile."""
        if not self._database.is_sqlite:
            with self._database.read() as connection:
                running = connection.exec_driver_sql(
                    "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                ).scalars()
                self._used |= {pid: _processor_seconds(pid) for pid in running}
        return sum(self._used.values())


def _processor_seconds(process: int) -> float:
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return 0.0
    # Behind the name of the program, which may have blanks and brackets in it: user and system time are the 12th and 13th.
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(command: list[str], flag: str, ready: str) -> Iterator[Served]:
    """A server process on a free port of this machine."""
    port = free_port()
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [*command, *([flag] if flag else []), str(port)],
        cwd=root,
        env={**os.environ, "QIQIAO_DEMO": "0", "QIQIAO_REQUESTS_PER_SECOND": "0"},
    )
    try:
        _wait(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}{ready}", timeout=2), process)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _wait(ask: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers; raises RuntimeError when it ends first."""
    for _ in range(900):
        if process.poll() is not None:
            raise RuntimeError("a server ended before it answered")
        try:
            ask()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("a server did not answer in 90 s")
