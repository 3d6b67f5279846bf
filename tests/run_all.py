"""Runs every check of the product, says loudly what failed or could not run, and fails then.

`python -m tests.run_all` runs all; `python -m tests.run_all lint` only those that run no product code.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.browser_setup import chromium

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Check:
    """One command of the run; `lint` checks run no product code."""

    name: str
    command: tuple[str, ...]
    lint: bool = False
    in_ui: bool = False


def checks() -> tuple[Check, ...]:
    """All checks, quickest first."""
    # One more than the usual two cores: a worker often waits, for a database or for a process that it has started.
    workers = os.environ.get("QIQIAO_TEST_WORKERS", "3")
    return (
        Check("ruff", (str(BIN / "ruff"), "check", "."), lint=True),
        Check("ruff format", (str(BIN / "ruff"), "format", "--check", "."), lint=True),
        Check("import-linter", (str(BIN / "lint-imports"),), lint=True),
        Check("mypy", (str(BIN / "mypy"),), lint=True),
        Check("oxlint", ("npm", "run", "--silent", "lint"), lint=True, in_ui=True),
        Check("tsc", ("npm", "run", "--silent", "types"), lint=True, in_ui=True),
        Check("vitest", ("npm", "run", "--silent", "test"), in_ui=True),
        Check("page budget", ("npm", "run", "--silent", "budget"), in_ui=True),
        Check("pytest", (str(BIN / "pytest"), "-q", "-n", workers, "--dist", "loadgroup", "--ignore=tests/browser")),
        Check("pytest browser", (str(BIN / "pytest"), "-q", "tests/browser")),
    )


def run(check: Check) -> bool:
    """Run one check with its output shown; True when it passed."""
    print(f"\n=== {check.name}", flush=True)
    started = time.monotonic()
    if check.in_ui:
        sys.path.insert(0, str(ROOT))
        from hatch_build import install_packages, run_npm

        try:
            install_packages(ROOT)
            run_npm(ROOT / "ui", list(check.command))
            passed = True
        except RuntimeError as failed:
            print(failed)
            passed = False
    else:
        passed = subprocess.run(check.command, cwd=ROOT, check=False).returncode == 0
    print(f"--- {check.name}: {'passed' if passed else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True)
    return passed


def main(only_lint: bool) -> int:
    """Run the checks; the exit code is 1 when any failed or could not run."""
    wanted = [check for check in checks() if check.lint or not only_lint]
    failed = [check.name for check in wanted if not run(check)]
    if not only_lint and not chromium():
        failed.append("browser tests: NO CHROMIUM on this machine, they did not run")
    print("\n" + ("ALL CHECKS PASSED" if not failed else "FAILED: " + "; ".join(failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(only_lint=sys.argv[1:] == ["lint"]))
