"""The texts of the shipped app and of the example app with its overlay, for tests that run over real definitions."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "app_definitions"
EXAMPLE = ROOT / "tests" / "example_app"


@lru_cache(maxsize=1)
def definition_texts() -> dict[str, str]:
    """Every definition file by its path in the repository."""
    files = [file for folder in (SHIPPED, EXAMPLE) for file in sorted(folder.rglob("*.yaml"))]
    return {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in files}
