"""`qiqiao duplicates`: pairs listed, a merge looked at, done and undone by the rights of a person."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from builder.cli import main
from runtime.context import Context
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person
from runtime.identity.principal import resolve_principal
from runtime.records.write import insert_record
from runtime.releases import Releases
from runtime.store.database import Database
from runtime.store.tables import org_person
from tests.publish.desk import NOW, put_live
from tests.records.merge_lab import FILES


def test_a_merge_at_the_command_line(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Listed as a pair, refused without a reason or the right, told before and after, taken apart."""
    releases = Releases(database, {})
    put_live(database, releases, FILES, app="one")
    with database.write() as connection:
        for name, role in (("zhou", "all"), ("wu", "editor")):
            grant_role(connection, add_person(connection, name, name, NOW), "one", role, Given(NOW))
        id = connection.scalar(sa.select(org_person.c.id).where(org_person.c.f_username == "zhou"))
        zhou = resolve_principal(connection, str(id), NOW, demo=False)
        assert zhou is not None
        acting = Context(zhou, releases.current(), NOW, NOW.date(), "test")
        stays = insert_record(connection, acting, "one", "person", {"name": "Li"}).id
        other = insert_record(connection, acting, "one", "person", {"name": "Li", "income": "5.00"}).id
        insert_record(connection, acting, "one", "account", {"holder": other})
    for name, value in (("DATA", str(tmp_path)), ("DATABASE_URL", database.url), ("LOCALE", "en")):
        monkeypatch.setenv(f"QIQIAO_{name}", value)

    def duplicates(what: str, *more: str, person: str = "zhou") -> tuple[int, str]:
        code = main(["duplicates", what, "one.person", *more, "--as", person])
        said = capsys.readouterr()
        return code, said.out + said.err

    assert (0, True) == ((listed := duplicates("list"))[0], "same name" in listed[1])
    code, said = duplicates("preview", stays, other)
    assert (0, True, True) == (code, f"income: from {other}" in said, f"Account: 1 will refer to {stays}" in said)
    assert "may not merge" in duplicates("merge", stays, other, "--reason", "x", person="wu")[1]
    assert "reason" in duplicates("merge", stays, other)[1]
    assert (0, True) == ((done := duplicates("merge", stays, other, "--reason", "twice"))[0], "1 references moved" in done[1])
    _, said = duplicates("merges", stays)
    merge = said.split()[0]
    assert "merged  Li" in said
    assert (0, True) == ((back := duplicates("unmerge", stays, merge, "--reason", "two"))[0], f"back: {other}" in back[1])
    assert "unmerged  Li" in duplicates("merges", stays)[1]
    assert 1 == duplicates("preview", stays, other, "--keep", "income=all")[0]
    assert "FIELD=ID" in duplicates("preview", stays, other, "--keep", "income")[1]
