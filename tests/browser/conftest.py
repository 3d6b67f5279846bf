"""One running demo for all browser tests, and a signed-in page for whoever is needed."""

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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from tests.browser_setup import chromium

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a password for the tests only"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser, one test after the other."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


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


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server says that it is ready; fails with its output when it ends first."""
    for _ in range(600):
        if process.poll() is not None:
            pytest.fail(f"the demo ended:\n{log.read_text()[-4000:]}")
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the demo was not ready in two minutes:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo as `make run` starts it, on data of its own."""
    data = tmp_path_factory.mktemp("demo")
    port = free_port()
    log = data / "log"
    environment = {**os.environ, "QIQIAO_DATA": str(data), "QIQIAO_DEMO_PASSWORD": PASSWORD}
    environment.pop("QIQIAO_DATABASE_URL", None)
    with log.open("w") as output:
        command = [sys.executable, "-m", "builder.cli", "demo", "--port", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url, process, log)
        yield Demo(url, data, process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def playwright_session() -> Iterator[Playwright]:
    """Playwright itself."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright_session: Playwright) -> Iterator[Browser]:
    """A real Chromium; the tests fail, never skip, when this machine has none."""
    path = chromium()
    assert path, "NO CHROMIUM on this machine: install it, or set CHROMIUM to its path"
    started = playwright_session.chromium.launch(executable_path=path, args=list(ARGUMENTS))
    yield started
    started.close()


Person = Callable[[str], Page]


@pytest.fixture
def person(demo: Demo, browser: Browser) -> Iterator[Person]:
    """Signs a person in and gives the page; any error in the console or of the security policy fails the test."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_page(username: str) -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai")
        contexts.append(context)
        context.add_init_script(
            "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile))"
        )
        page = context.new_page()
        page.on("console", lambda message: note(message, username))
        page.on("pageerror", lambda error: wrong.append(f"{username}: {error}"))
        sign_in(page, demo.url, username)
        return page

    def note(message: ConsoleMessage, username: str) -> None:
        # A refusal is an answer, not a fault: the browser logs it although the screen shows it in words.
        if message.type == "error" and "Failed to load resource" not in message.text:
            wrong.append(f"{username}: {message.text}")

    yield open_page
    for context in contexts:
        context.close()
    assert [] == wrong


def sign_in(page: Page, url: str, username: str) -> None:
    """Sign in by the keyboard alone."""
    page.goto(f"{url}/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    with page.expect_response(lambda answer: answer.url.endswith("/api/auth/login")) as answered:
        page.keyboard.press("Enter")
    assert answered.value.ok, answered.value.text()
    page.get_by_role("button", name="登录", exact=True).wait_for(state="detached")
    # Everybody lands on his own work, some of them in the builder, which is another page.
    page.wait_for_url(re.compile(r"/(builder/\w|tasks|audit|app/|platform)"))
