"""The live releases of a process: swapped whole, kept when a new one does not compile, older ones at hand."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest
import sqlalchemy as sa

from forms_dsl.org import BUILT_IN
from runtime.compile.app import compile_app
from runtime.failures import NotFound
from runtime.releases import Releases, kept_fresh
from runtime.start import open_releases
from runtime.store.database import Database
from runtime.store.tables import METADATA, release

NOW = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)


def files(version: str) -> dict[str, str]:
    return {
        "app.yaml": f"app: shop\nformat: 1\nversion: {version}\nlabel: {{zh: 商店, en: Shop}}\nlanguages: [zh, en]\n"
        "timezone: Asia/Shanghai\ncurrency: CNY\n",
        "entities/thing.yaml": "entity: thing\nlabel: {zh: 物, en: Thing}\nfields:\n  name: {type: text, label: {zh: 名称, en: Name}, max: 40}\n",
    }


def activate(database: Database, number: int, texts: dict[str, str]) -> None:
    with database.write() as connection:
        connection.execute(release.update().where(release.c.state == "active").values(state="superseded"))
        connection.execute(
            release.insert().values(
                app="shop",
                release=number,
                version=f"1.{number}.0",
                checksum=str(number),
                files=texts,
                state="active",
                created_at=NOW,
            )
        )


def test_the_organisation_is_always_there(database: Database) -> None:
    """Without any release the built-in app lives, on the platform's own tables."""
    live = open_releases(database).current()

    assert ["org"] == list(live)
    assert METADATA.tables["org_branch"] is live["org"].entities["branch"].table


def test_a_new_release_is_taken_over_whole(database: Database) -> None:
    """A refresh swaps the mapping; who holds the one before keeps it; nothing new changes nothing."""
    releases = open_releases(database)
    activate(database, 1, files("1.1.0"))
    assert releases.refresh(database)
    held = releases.current()
    activate(database, 2, files("1.2.0"))
    assert releases.refresh(database)
    assert not releases.refresh(database)

    assert (1, 2) == (held["shop"].release, releases.current()["shop"].release)
    assert "1.2.0" == releases.current()["shop"].app.version
    with pytest.raises(TypeError):
        held["shop"] = held["org"]  # type: ignore[index]


def test_a_release_that_does_not_compile_leaves_the_old_one(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """A broken release is named with its first finding; the one before goes on, and a mended one is taken over."""
    releases = open_releases(database)
    activate(database, 1, files("1.1.0"))
    releases.refresh(database)
    broken = files("1.2.0")
    broken["entities/thing.yaml"] = broken["entities/thing.yaml"].replace("type: text", "type: txet")
    activate(database, 2, broken)
    releases.refresh(database)

    assert 1 == releases.current()["shop"].release
    assert 2 == releases.problems()["shop"].release
    assert "entities/thing.yaml:4" in releases.problems()["shop"].reason
    before = len(caplog.records)
    assert not releases.refresh(database)
    assert before == len(caplog.records)
    activate(database, 3, files("1.3.0"))
    releases.refresh(database)
    assert (3, {}) == (releases.current()["shop"].release, dict(releases.problems()))


def test_a_first_release_that_does_not_compile_is_named(database: Database) -> None:
    """Where nothing lived before, nothing lives, and the page of health says why."""
    releases = open_releases(database)
    activate(database, 1, {"app.yaml": "app: shop\n"})
    releases.refresh(database)

    assert ["org"] == list(releases.current())
    assert ["shop"] == list(releases.problems())


def test_older_releases_are_at_hand(database: Database) -> None:
    """A running approval gets the release it began under, compiled once; an unknown number is not found."""
    releases = open_releases(database)
    for number in (1, 2):
        activate(database, number, files(f"1.{number}.0"))
    releases.refresh(database)

    assert releases.at("shop", 2) is releases.current()["shop"]
    assert "1.1.0" == releases.at("shop", 1).app.version
    assert releases.at("shop", 1) is releases.at("shop", 1)
    assert releases.at("org", 0) is releases.current()["org"]
    for app, number in (("shop", 9), ("none", 1)):
        with pytest.raises(NotFound):
            releases.at(app, number)


def test_a_withdrawn_app_goes(database: Database) -> None:
    """An app without an active release does not live."""
    releases = open_releases(database)
    activate(database, 1, files("1.1.0"))
    releases.refresh(database)
    with database.write() as connection:
        connection.execute(sa.update(release).values(state="superseded"))
    releases.refresh(database)

    assert ["org"] == list(releases.current())


def test_a_publish_elsewhere_is_noticed(database: Database) -> None:
    """Another process's publish is taken over without a restart, and the watching thread ends with its context."""
    releases = Releases(database, {name: compile_app(app, 0) for name, app in BUILT_IN.items()})
    with kept_fresh(releases, database, seconds=0.05):
        activate(database, 1, files("1.1.0"))
        end = time.monotonic() + 10
        while "shop" not in releases.current():
            assert time.monotonic() < end
            time.sleep(0.01)

    assert "releases" not in {thread.name for thread in threading.enumerate()}
