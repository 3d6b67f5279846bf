"""The core-banking stand-in as a real process beside a test, with the faults it is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class CoreBank:
    """A running stand-in; killed and started again it keeps its books and its port."""

    folder: Path
    arguments: tuple[str, ...] = ()
    port: int = 0
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def allowed(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "connectors.testing.core_bank", "--port", str(self.port), "--data", str(self.folder)]
        self.process = subprocess.Popen(
            [*command, "--faults", *self.arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ}
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def order(self, *faults: Mapping[str, object]) -> None:
        self._call("POST", "/control/faults", {"faults": list(faults)})

    def forget_faults(self) -> None:
        self._call("POST", "/control/faults", {"faults": [], "forget": True})

    def loans(self) -> list[Mapping[str, object]]:
        return cast("list[Mapping[str, object]]", self._call("GET", "/control/loans")["items"])

    def journal(self) -> list[Mapping[str, object]]:
        return cast("list[Mapping[str, object]]", self._call("GET", "/control/journal")["items"])

    def _call(self, method: str, path: str, body: object = None) -> dict[str, object]:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base_url + path, data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return cast("dict[str, object]", json.load(answer))


@contextmanager
def running_core_bank(folder: Path, *arguments: str) -> Iterator[CoreBank]:
    """A stand-in on a free port with the accounts of three customers."""
    accounts = folder / "accounts.csv"
    accounts.write_text(
        "customer_no,account_no,balance,held\nC0001,A1,1000.50,0\nC0001,A2,234.00,34.50\nC0002,A3,0.00,0\n", encoding="utf-8"
    )
    bank = CoreBank(folder, ("--accounts", str(accounts), *arguments))
    bank.start()
    try:
        yield bank
    finally:
        bank.stop()
