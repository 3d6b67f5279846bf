"""The verbs that work on texts alone: fmt, merge, diff, rename, upgrade; no database, no server."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.cli import main

Qiqiao = Callable[..., tuple[int, str, str]]


@pytest.fixture
def qiqiao(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Qiqiao:
    """Runs one verb; gives its exit code and what it wrote."""
    monkeypatch.setenv("QIQIAO_LOCALE", "en")

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A folder with an app of two files, one of them not canonical."""
    folder = tmp_path / "small"
    (folder / "lists").mkdir(parents=True)
    (folder / "app.yaml").write_text("app: small\nformat: 1\nversion: 1.0.0\nlabel: {zh: 小}\nlanguages: [zh]\n")
    (folder / "lists" / "orders.yaml").write_text("list: orders\nlabel:   {zh: 单}   # why\nentity: order\ncolumns: [a]\n")
    return folder


def test_fmt_check_tells_and_writes_nothing(qiqiao: Qiqiao, app: Path) -> None:
    """--check names file and line of what is not canonical, and leaves it."""
    before = (app / "lists" / "orders.yaml").read_text()
    code, out, _ = qiqiao("fmt", "--check", app)

    assert 1 == code
    assert "orders.yaml:2:1: Y010 warning" in out
    assert "1 of 2 file(s) are not in canonical form." in out
    assert before == (app / "lists" / "orders.yaml").read_text()


def test_fmt_rewrites_once(qiqiao: Qiqiao, app: Path) -> None:
    """The file is rewritten with its comment; a second run has nothing to do."""
    assert (0, "1 of 2 file(s) rewritten.\n", "") == qiqiao("fmt", app)
    assert "list: orders\nentity: order\nlabel: {zh: 单}  # why\ncolumns: [a]\n" == (app / "lists" / "orders.yaml").read_text()
    assert (0, "0 of 2 file(s) rewritten.\n", "") == qiqiao("fmt", app)
    assert 0 == qiqiao("fmt", "--check", app)[0]


def test_fmt_leaves_what_it_cannot_read(qiqiao: Qiqiao, app: Path) -> None:
    """A syntax error is a finding with exit code 1, as JSON too; the file stays."""
    broken = app / "lists" / "broken.yaml"
    broken.write_text("list: [x\n")
    code, out, _ = qiqiao("fmt", "--json", broken)

    assert 1 == code
    assert ["Y001"] == [finding["code"] for finding in json.loads(out)]
    assert "list: [x\n" == broken.read_text()


def test_fmt_filters_standard_input(qiqiao: Qiqiao, app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --stdin the text comes in and goes out, as a filter of Git or an editor needs it."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"list: a\ncolumns: [ b ]\n")))

    assert (0, "list: a\ncolumns: [b]\n", "") == qiqiao("fmt", "--stdin", app / "lists" / "a.yaml")


def test_fmt_says_when_there_is_nothing(qiqiao: Qiqiao, tmp_path: Path) -> None:
    """A path that is not there is a sentence, not a traceback."""
    code, _, err = qiqiao("fmt", tmp_path / "nowhere")

    assert 1 == code
    assert "There is no file or folder" in err
