"""Finds a Chromium for the browser tests, or installs Debian's when this machine lets us."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Chinese text needs a font with Chinese characters.
PACKAGES = ("chromium", "fonts-noto-cjk")


def chromium() -> str | None:
    """The path of the browser: `CHROMIUM`, else the first found on PATH, else None."""
    given = os.environ.get("CHROMIUM")
    if given:
        return given if shutil.which(given) else None
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def has_chinese_font() -> bool:
    """Whether fontconfig knows a font for Chinese; True when it cannot be asked."""
    asked = shutil.which("fc-list")
    if not asked:
        return True
    return bool(subprocess.run([asked, ":lang=zh"], capture_output=True, text=True, check=False).stdout.strip())


def install() -> None:
    """Install what is missing by Debian's client, when running as root on Debian; says what it could not do."""
    if chromium() and has_chinese_font():
        return
    if os.geteuid() or not shutil.which("apt-get"):
        print("No Chromium, or no Chinese font: install them, or set CHROMIUM to a browser's path.", file=sys.stderr)
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}", file=sys.stderr)
            return


if __name__ == "__main__":
    install()
    print(f"browser: {chromium() or 'none'}")
