"""What releases left behind, by REST and at the command line: brought back into the draft, purged by two people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from builder.cli import main
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from tests.builder.conftest import Workshop, open_workshop
from tests.builder.test_builder_http import PATH
from tests.builder.test_cli import token_of
from tests.publish.desk import FILES, NOW, TICKET, insert_tickets, put_live, stored
from tests.publish.test_crash import SITE
from tests.publish.test_purge import without_cost


@pytest.fixture
def bank(database: Database, releases: Releases, database_url: str, tmp_path: Path) -> Iterator[Workshop]:
    """The desk without a field and an entity that it had, two people who purge, and a day for which all is kept."""
    settings = Settings(database_url, tmp_path / "data", purge_after_days=1)
    with open_workshop(database, releases, settings) as opened:
        live = opened.services.releases
        put_live(database, live, {**FILES, "entities/site.yaml": SITE})
        insert_tickets(database, live.current()["desk"], {"subject": "a", "cost": "1.50"})
        put_live(database, live, without_cost())
        with database.write() as connection:
            for name in ("wang", "qian"):
                opened.people[name] = add_person(connection, name, name, NOW)
                grant_role(connection, opened.people[name], "", "purger", Given(NOW))
        yield opened


def listed(client: httpx.Client) -> dict[str, dict[str, object]]:
    """The tombstones by what they were called."""
    return {each["thing"]: each for each in client.get(f"{PATH}/tombstones").json()["items"]}


def test_a_field_and_an_entity_are_put_back_into_the_draft(bank: Workshop) -> None:
    """One click each; publishing the draft brings the data back."""
    shen = bank.client("shen")
    found = listed(shen)
    refused = bank.client("zhao").post(f"{PATH}/tombstones/bring-back", json={"thing": found["ticket.cost"]["id"]})
    answers = [
        shen.post(f"{PATH}/tombstones/bring-back", json={"thing": found[thing]["id"]}) for thing in ("ticket.cost", "site")
    ]
    draft = shen.get(f"{PATH}/draft").json()

    assert {"site", "ticket.cost"} == set(found)
    assert (403, [200, 200]) == (refused.status_code, [each.status_code for each in answers])
    assert ["entities/site.yaml", "entities/ticket.yaml"] == draft["changed"]
    assert SITE == draft["files"]["entities/site.yaml"]
    assert "cost:" in draft["files"]["entities/ticket.yaml"]
    assert TICKET.partition("  cost:")[0] in draft["files"]["entities/ticket.yaml"]
    again = shen.post(f"{PATH}/tombstones/bring-back", json={"thing": found["site"]["id"]})
    assert (409, "M483") == (again.status_code, again.json()["code"])
    put_live(bank.services.database, bank.services.releases, draft["files"])
    compiled = bank.services.releases.current()["desk"]
    assert ["1.50"] == [str(row["cost"]) for row in stored(bank.services.database, compiled)]
    assert {} == listed(shen)


def test_two_people_purge(bank: Workshop) -> None:
    """Asked for, seen by those who build, done by another purger; nobody else may."""
    wang, qian, shen = (bank.client(name) for name in ("wang", "qian", "shen"))
    found = listed(wang)
    ids = [found["ticket.cost"]["id"], found["site"]["id"]]
    assert 403 == shen.post(f"{PATH}/purges", json={"things": ids}).status_code
    asked = wang.post(f"{PATH}/purges", json={"things": ids, "note": "no law needs it"})
    [purge] = asked.json()["purges"]
    alone = wang.post(f"{PATH}/purges/{purge['id']}/approve", json={})
    done = qian.post(f"{PATH}/purges/{purge['id']}/approve", json={})

    assert (201, ["withdraw"]) == (asked.status_code, purge["can"])
    assert (403, 200) == (alone.status_code, done.status_code)
    assert [] == done.json()["items"]
    assert [("done", "wang", "qian")] == [
        (each["state"], each["asked_by"]["name"], each["decided_by"]["name"]) for each in done.json()["purges"]
    ]
    assert 404 == qian.post(f"{PATH}/purges/{purge['id']}/withdraw", json={}).status_code
    assert 404 == qian.get("/api/builder/apps/nothing/tombstones").status_code


def test_the_command_line_lists_brings_back_and_purges(
    bank: Workshop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same acts, each by a person who agrees with a token of theirs."""
    settings, database = bank.services.settings, bank.services.database
    monkeypatch.setenv("QIQIAO_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("QIQIAO_DATA", str(settings.data_folder))
    monkeypatch.setenv("QIQIAO_PURGE_AFTER_DAYS", "1")
    monkeypatch.setenv("QIQIAO_LOCALE", "en")

    def token(person: str) -> str:
        with database.write() as connection:
            return token_of(connection, person)

    def run(*arguments: str, person: str | None = None) -> str:
        if person is not None:
            monkeypatch.setenv("QIQIAO_APPROVER_TOKEN", token(person))
            arguments = (*arguments, "--person", person)
        assert 0 == main(["tombstones", "desk", *arguments])
        return capsys.readouterr().out

    assert "ticket.cost" in run()
    assert "in the draft again" in run("--bring-back", "ticket.cost", person="shen")
    asked = run("--purge", "site", "--note", "old", person="wang")
    id = asked.rpartition("purge ")[2].split()[0]
    assert "waits for a second person" in asked
    monkeypatch.setenv("QIQIAO_APPROVER_TOKEN", token("zhao"))
    assert 0 != main(["tombstones", "desk", "--approve", id, "--person", "zhao"])
    assert "done" in run("--approve", id, person="qian")
