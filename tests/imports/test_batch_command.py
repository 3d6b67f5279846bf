"""`qiqiao imports`: a batch at the command line, by the rights of a person, released by another who shows a token."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from builder.cli import main
from runtime.identity.tokens import create_token
from runtime.store.tables import org_person
from tests.imports.batches import Floor
from tests.publish import desk


def test_a_batch_at_the_command_line(
    floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Staged and checked at once, refused without the second person, written after the release, told of, and taken back."""
    floor.bank.caller("wu", "careful"), floor.bank.caller("li", "chief")
    with floor.bank.database.write() as connection:
        chief = connection.execute(sa.select(org_person.c.id).where(org_person.c.f_username == "li")).scalar_one()
        _, token = create_token(connection, chief, "test", dt.timedelta(days=9_000), desk.NOW)
    for name, value in (("DATA", str(tmp_path)), ("DATABASE_URL", floor.bank.database.url), ("LOCALE", "en")):
        monkeypatch.setenv(f"QIQIAO_{name}", value)
    monkeypatch.setenv("QIQIAO_APPROVER_TOKEN", token)
    file, told = tmp_path / "tickets.csv", tmp_path / "told.csv"
    file.write_bytes("code,subject,level\nA1,一,高\nA2,,low\n".encode("gbk"))

    def imports(what: str, *more: str, person: str = "wu") -> tuple[int, str]:
        code = main(["imports", what, "desk.ticket", *more, "--as", person])
        said = capsys.readouterr()
        return code, said.out + said.err

    code, said = imports("stage", str(file))
    id = said.split()[0]
    assert (1, True, True) == (code, "2 rows, 1 new, 0 changed, 0 unchanged, 1 rejected" in said, "csv gb18030 ," in said)
    assert "Waits for the release of another person: Chief" in said
    assert "subject=一" in imports("preview", id)[1]
    assert (0, True) == ((done := imports("errors", id, str(told)))[0], "1 reasons" in done[1])
    assert "Q303" in told.read_text(encoding="utf-8-sig")
    assert "not in a state that allows this" in imports("write", id)[1]
    assert (0, True) == ((done := imports("release", id, person="li"))[0], "released" in done[1])
    assert "written" in imports("write", id)[1]
    assert ["A1"] == [row["f_code"] for row in floor.rows()]
    assert "1 taken back, 0 left" in imports("undo", id)[1]
    assert "undone" in imports("list")[1]
