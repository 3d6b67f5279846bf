"""Takes a picture of every screen: both languages, light and dark, 1440 and 390 pixels wide; the chosen ones also into docs/screens.

`python -m tests.screens` takes all of them, `python -m tests.screens inbox list` those named. They go to `.screens/`, which is not kept.
"""

from __future__ import annotations

import itertools
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.running import ARGUMENTS, ROOT, Demo, running_demo, sign_in
from tests.browser_setup import chromium
from tests.screens.ground import Ground, prepare
from tests.screens.shown import SCREENS, Screen

INTO = ROOT / ".screens"
KEPT = ROOT / "docs" / "screens"
LOCALES = ("zh-CN", "en-US")
SCHEMES = ("light", "dark")
DESK, PHONE = (1440, 900), (390, 844)
Face = tuple[str, str, tuple[int, int]]
#: The face of a screen that docs/screens shows.
_CHOSEN: Face = ("zh-CN", "light", DESK)


@contextmanager
def looking(browser: Browser, demo: Demo, username: str, face: Face) -> Iterator[Page]:
    """A page of somebody in one language, scheme and size."""
    locale, scheme, (width, height) = face
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale=locale, timezone_id="Asia/Shanghai",
        color_scheme="dark" if scheme == "dark" else "light",
    )  # fmt: skip
    try:
        page = context.new_page()
        sign_in(page, demo.url, username)
        yield page
    finally:
        context.close()


def bring_up(page: Page, demo: Demo, screen: Screen, ground: Ground) -> None:
    """Open a screen and do what stands before it."""
    page.goto(demo.url + screen.address(ground), wait_until="networkidle")
    if screen.steps is not None:
        screen.steps(page)
        page.wait_for_load_state("networkidle")
    # Charts and panels that come after the page.
    page.wait_for_timeout(300)


def take(screens: Sequence[Screen]) -> None:
    """All pictures of some screens, person by person."""
    path = chromium()
    if path is None:
        sys.exit("NO CHROMIUM on this machine: install it, or set CHROMIUM to its path")
    INTO.mkdir(exist_ok=True)
    KEPT.mkdir(exist_ok=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright, running_demo(Path(data)) as demo:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        ground = prepare(demo, browser)
        people = sorted({screen.who for screen in screens})
        for face, who in itertools.product(itertools.product(LOCALES, SCHEMES, (DESK, PHONE)), people):
            with looking(browser, demo, who, face) as page:
                for screen in (each for each in screens if each.who == who and not (each.wide and face[2] == PHONE)):
                    bring_up(page, demo, screen, ground)
                    picture = INTO / f"{screen.name}.{face[0][:2]}.{face[1]}.{face[2][0]}.png"
                    page.screenshot(path=picture)
                    if screen.picture and face == _CHOSEN:
                        shutil.copyfile(picture, KEPT / f"{screen.name}.png")
        browser.close()
    print(f"{len(screens)} screens in {INTO.name}/, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    names = set(sys.argv[1:])
    unknown = names - {screen.name for screen in SCREENS}
    if unknown:
        sys.exit(f"no such screen: {', '.join(sorted(unknown))}; there are {', '.join(screen.name for screen in SCREENS)}")
    take([screen for screen in SCREENS if not names or screen.name in names])
