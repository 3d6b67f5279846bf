"""`qiqiao import-definition`: files on disk, findings on the screen, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builder.cli import main
from tests.importers.sources import workbook


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "客户.xlsx"
    path.write_bytes(workbook({"客户": [["客户号", "余额"], ["a", 1.5], ["b", 2.5]]}))
    return path


@pytest.mark.parametrize(("locale", "words"), [("en", "Written to"), ("zh", "已写入")])
def test_it_writes_an_app_that_checks(
    source: Path, tmp_path: Path, locale: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QIQIAO_LOCALE", locale)
    folder = tmp_path / "my_app"
    assert main(["import-definition", "excel", str(source), "--into", str(folder)]) == 0
    said = capsys.readouterr().out
    assert words in said and "entities/ke_hu.yaml" in said and "#客户!A1:1:1: I108" in said
    assert (folder / "app.yaml").read_text(encoding="utf-8").startswith("app: my_app\n")
    assert main(["check", str(folder)]) == 0
    assert main(["fmt", "--check", str(folder)]) == 0
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    assert main(["import-definition", "excel", str(source), "--into", str(folder)]) == 0
    assert before == {path: path.read_bytes() for path in folder.rglob("*.yaml")}


def test_a_dry_run_writes_nothing(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import-definition", "excel", str(source), "--into", str(tmp_path / "x"), "--dry-run"]) == 0
    assert not (tmp_path / "x").exists()
    assert "entity: ke_hu" in capsys.readouterr().out


def test_json_and_the_exit_code_of_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook({"a": [["card", "n"], [110101199003071234, 1]]}))
    assert main(["import-definition", "excel", str(path), "--into", str(tmp_path / "x"), "--json"]) == 1
    body = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in body["findings"] if one["severity"] == "error"] == ["I101"]
    assert body["findings"][0]["pointer"] == "/a/A2"
    assert body["check"] == [] or all(one["severity"] != "error" for one in body["check"])
    assert "entities/a.yaml" in body["files"]


def test_tables_of_a_database(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.importers.test_database import make_tables

    make_tables(database_url)
    folder = tmp_path / "core"
    assert main(["import-definition", "database", database_url, "--into", str(folder), "--only", "core_customer,core_loan"]) == 0
    assert main(["check", str(folder)]) == 0
    assert "external:" in (folder / "entities/core_loan.yaml").read_text(encoding="utf-8")
    assert "password" not in capsys.readouterr().out


def test_a_wrong_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import-definition", "excel", str(tmp_path / "no.xlsx"), "--into", str(tmp_path / "x")]) == 1
    assert main(["import-definition", "database", "nothing://x", "--into", str(tmp_path / "x")]) == 1
    with pytest.raises(SystemExit):
        main(["import-definition", "word", "x", "--into", str(tmp_path / "x")])
