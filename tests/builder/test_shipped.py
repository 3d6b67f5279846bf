"""`qiqiao shipped`: which apps come with the product, and which of them are live."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.cli import main
from builder.folder import APP_DEFINITIONS


def test_shipped_apps_are_listed_with_what_is_live(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every folder stands in the list; the one that was published says its release."""
    monkeypatch.setenv("QIQIAO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("QIQIAO_LOCALE", "en")
    monkeypatch.delenv("QIQIAO_DATABASE_URL", raising=False)

    assert 0 == main(["shipped", "--folder", "customer360"])
    folder = capsys.readouterr().out.strip()
    assert APP_DEFINITIONS / "customer360" == Path(folder)
    assert 0 == main(["publish", folder])
    capsys.readouterr()
    assert 0 == main(["shipped"])

    lines = {line.split("  ")[0]: line for line in capsys.readouterr().out.splitlines()}
    assert {path.parent.name for path in APP_DEFINITIONS.glob("*/app.yaml")} == lines.keys()
    assert {"customer360"} == {name for name, line in lines.items() if "live as release 1" in line}
    assert all("not live" in line for name, line in lines.items() if name != "customer360")
