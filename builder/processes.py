"""Child processes that live and end together: one that fails ends all, and so does Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from builder.commands import Mistake
from forms_dsl.model import Label

#: How long a child may take to finish what it is doing.
_GRACE_SECONDS = 12.0


class Stopped(Exception):
    """The operator asked to stop."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Holds a data folder for one demonstration; raises Mistake while another one runs on it."""
    with (folder / "demo.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Mistake(
                {
                    "en": f"A demonstration is already running on {folder}. Give this one a folder of its own: DATA=… or QIQIAO_DATA.",
                    "zh": f"已有演示正在使用 {folder}。请为本次指定另一个目录：DATA=… 或 QIQIAO_DATA。",
                }
            ) from None
        yield


@dataclass(slots=True)
class Children:
    """The processes started so far, by name."""

    environment: Mapping[str, str]
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def start(self, name: str, arguments: Sequence[str], *, read: bool = False) -> subprocess.Popen[str]:
        """Start a Python module with its arguments; with `read` its output is for us, else it is the operator's to see."""
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if read else None,
            text=True,
            # Ctrl-C reaches only this process, which then ends its children in order.
            start_new_session=True,
        )
        self.running[name] = process
        return process

    def check(self) -> None:
        """Raise Mistake when a child has ended by itself."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise Mistake(_ended(name, process.returncode))

    def watch(self) -> None:
        """Wait until a child ends by itself, which raises Mistake, or the operator stops, which raises Stopped."""
        while True:
            self.check()
            time.sleep(0.3)

    def end(self) -> None:
        """Ask all children to finish, last started first, and make those that do not."""
        for process in reversed(self.running.values()):
            if process.poll() is None:
                process.terminate()
        limit = time.monotonic() + _GRACE_SECONDS
        for process in self.running.values():
            try:
                process.wait(max(0.1, limit - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


@contextmanager
def children(environment: Mapping[str, str] = os.environ) -> Iterator[Children]:
    """Children that are ended when the block is left, however it is left; SIGINT, SIGTERM and SIGHUP raise Stopped."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    made = Children(environment)
    try:
        yield made
    finally:
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        made.end()
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended(name: str, code: int) -> Label:
    """The sentence for a child that ended by itself: killed from outside, or after a message of its own."""
    if code < 0:
        ended = signal.Signals(-code).name
        return {"en": f"The process {name!r} was ended by {ended}.", "zh": f"进程“{name}”被 {ended} 终止。"}
    return {
        "en": f"The process {name!r} ended with code {code}; its message stands above.",
        "zh": f"进程“{name}”已退出（代码 {code}），原因见上方输出。",
    }
