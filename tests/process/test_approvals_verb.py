"""`qiqiao approvals`: what an operator sees and does at the command line, over a bank with running approvals."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.cli import main
from runtime.store.database import Database
from tests.process.bank import WORKFLOW, open_bank
from tests.process.test_migration import LATER, with_release


def test_approvals_are_listed_looked_at_and_moved(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dry run says what would become of each, with the exit code 1 when something is refused; then they go over."""
    monkeypatch.setenv("QIQIAO_DATA", str(tmp_path))
    monkeypatch.setenv("QIQIAO_LOCALE", "en")
    bank = open_bank(database, WORKFLOW)
    bank.submit()
    with_release(bank, LATER)

    def said(code: int, *arguments: str) -> str:
        assert code == main(["approvals", *arguments, "--database", database_url])
        captured = capsys.readouterr()
        return captured.out + captured.err

    assert "lending.approval\trelease 1\t1 running\n" == said(0, "list")
    assert "“Check”, where it waits, is not in that release" in said(1, "migrate", "approval", "--to", "2", "--dry-run")
    mapped = ("migrate", "lending.approval", "--to", "2", "--map", "check=review")
    looked = said(0, *mapped, "--dry-run")
    assert "1 of release 1: can go over to release 2\n  Check → Check: kept with its seats, votes and times\n" in looked
    assert "not made up for: Risk" in looked
    assert "Say why they are moved." in said(1, *mapped)
    assert "went over to release 2" in said(0, *mapped, "--reason", "rule 14")
    assert "lending.approval\trelease 2\t1 running\n" == said(0, "list")
    assert "--map is OLD=NEW" in said(1, "migrate", "approval", "--to", "2", "--map", "check")
