"""Who is asked without a role of the app, by his post, finds the screens that his task is drawn with; nobody else does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.identity.holdings import Given, hold_post
from runtime.identity.organisation import add_person
from runtime.store.database import Database
from tests.process.bank import NOW, WORKFLOW
from tests.process.desk import Desk, build_app, open_desk
from tests.serving import serving

BY_POST = WORKFLOW.replace(
    "by: {role: checker, in: starter.branch, pick: claim}", "by: {post: 复核岗, in: starter.branch, pick: claim}"
)


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(database, database_url, tmp_path, BY_POST)
    people = dict(opened.bank.people)
    with database.write() as connection:
        for name in ("posted", "nobody"):
            people[name] = add_person(connection, name, name, NOW, unit_id=opened.bank.units["CX"])
        hold_post(connection, people["posted"], opened.bank.units["CX"], "复核岗", Given(NOW))
    opened = replace(opened, bank=replace(opened.bank, people=people))
    with serving(build_app(opened.services)) as url:
        yield replace(opened, url=url)


def test_who_is_asked_by_his_post_sees_what_he_decides_on(desk: Desk) -> None:
    """The app is not there for him before he is asked; then its entity is drawn without any verb, also after he decided."""
    posted, nobody = desk.client("posted"), desk.client("nobody")
    assert 404 == posted.get("/api/apps/lending/screens").status_code
    desk.bank.submit()

    (task,) = posted.get("/api/tasks").json()["items"]
    drawn = posted.get("/api/apps/lending/screens")
    assert (200, 404) == (drawn.status_code, nobody.get("/api/apps/lending/screens").status_code)
    loan = drawn.json()["entities"]["loan"]
    assert "amount" in loan["fields"]
    assert not drawn.json()["menu"]
    assert 200 == posted.post(f"/api/tasks/{task['id']}/approve", json={}).status_code
    assert 200 == posted.get("/api/apps/lending/screens").status_code
    assert 404 == posted.get("/api/lending/openapi.json").status_code
