"""A running demonstration of its own, as `make run` starts it, and how somebody signs in to it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a password for the tests only"  # noqa: S105 - of people who exist only in it
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NotStarted(Exception):
    """The demonstration ended before it was ready, or was not ready in time; its output is the text."""


@dataclass(frozen=True, slots=True)
class Demo:
    """The running demo: its address, its data and its process."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise NotStarted(f"the demo ended:\n{log.read_text()[-4000:]}")
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise NotStarted(f"the demo was not ready in two minutes:\n{log.read_text()[-4000:]}")


@contextmanager
def running_demo(data: Path) -> Iterator[Demo]:
    """The demo on data of its own, ended with its processes; raises NotStarted."""
    port = free_port()
    log = data / "log"
    environment = {**os.environ, "QIQIAO_DATA": str(data), "QIQIAO_DEMO_PASSWORD": PASSWORD}
    environment.pop("QIQIAO_DATABASE_URL", None)
    with log.open("w") as output:
        command = [sys.executable, "-m", "builder.cli", "demo", "--port", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(url, process, log)
        yield Demo(url, data, process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def sign_in(page: Page, url: str, username: str) -> None:
    """Sign in by the keyboard alone, in either language."""
    page.goto(f"{url}/")
    page.get_by_label(re.compile("^(用户名|User name)")).fill(username)
    page.locator("input[type=password]").fill(PASSWORD)
    with page.expect_response(lambda answer: answer.url.endswith("/api/auth/login")) as answered:
        page.keyboard.press("Enter")
    assert answered.value.ok, answered.value.text()
    page.locator("input[type=password]").wait_for(state="detached")
    # Everybody lands on his own work, some of them in the builder, which is another page.
    page.wait_for_url(re.compile(r"/(builder/\w|tasks|audit|app/|platform)"))
