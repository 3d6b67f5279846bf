"""One running demo for all browser tests, and a signed-in page for whoever is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from tests.browser.running import ARGUMENTS, PASSWORD, Demo, running_demo, sign_in
from tests.browser_setup import chromium

__all__ = ["PASSWORD", "Demo", "Person"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser, one test after the other."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo as `make run` starts it, on data of its own."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


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
