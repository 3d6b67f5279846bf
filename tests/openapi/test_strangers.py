"""Schemathesis reads the document and asks what nobody thought of: nothing breaks, and every answer is one the document names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.openapi.conftest import Served


def test_no_request_that_the_document_allows_breaks_anything(served: Served, tmp_path: Path) -> None:
    """No 5xx, and statuses, types, headers and bodies as the document says, also along chains of requests."""
    program, settings = Path(sys.executable).parent / "schemathesis", Path(__file__).with_name("schemathesis.toml")
    command = [program, "--config-file", settings, "run", served.document, "--url", served.base, "--no-color"]
    asked = ["--max-examples", "3", "--generation-deterministic", "--max-failures", "5"]
    done = subprocess.run(
        [*map(str, command), *asked, "--header", f"Authorization: Bearer {served.token}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout[-6000:] + done.stderr[-2000:]
    assert "Tested: " in done.stdout
