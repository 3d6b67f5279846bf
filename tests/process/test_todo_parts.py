"""The parts of a to-do list: what is overdue, and what was started in one unit, each with its exact count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.process.plain_work import NewWork, add_work
from runtime.store.database import Database
from tests.process.bank import APP, NOW, WORKFLOW
from tests.process.desk import Desk, build_app, open_desk
from tests.serving import serving

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(database, database_url, tmp_path, WORKFLOW)
    with serving(build_app(opened.services)) as url:
        yield replace(opened, url=url)


def add(desk: Desk, person: str, unit: str | None, *due: dt.datetime | None) -> None:
    """Work items over a draft, started in a unit."""
    bank, record = desk.bank, desk.bank.draft()
    with bank.database.write() as connection:
        for each in due:
            of = bank.units[unit] if unit else None
            new = NewWork(APP, 1, "loan", record, {"zh": "提醒", "en": "note"}, [bank.people[person]], of, each)
            add_work(connection, bank.context("system"), new)


def test_a_list_by_unit_and_what_is_overdue_of_it(desk: Desk) -> None:
    """Counts say what the list shows, whole, by unit, overdue, and both, page by page."""
    add(desk, "kai", "CX", NOW - HOUR, NOW + HOUR, None)
    add(desk, "kai", "BJ", NOW - 2 * HOUR, NOW - HOUR)
    add(desk, "kai", None, NOW + HOUR)
    add(desk, "lin", "BJ", NOW - HOUR)
    kai, units = desk.client("kai"), desk.bank.units

    def listed(**query: object) -> int:
        seen, further = 0, dict[str, str]()
        while True:
            page = kai.get("/api/tasks", params={"limit": 1, "count": "exact", **further, **query}).json()  # type: ignore[arg-type]
            seen, further = seen + len(page["items"]), {"cursor": page["next"]}
            if page["next"] is None:
                assert seen == page["count"], query
                return seen

    counts = kai.get("/api/tasks/counts").json()
    assert (6, 3) == (counts["open"], counts["overdue"])
    assert [("CX", 3, 1), ("BJ", 2, 2), (None, 1, 0)] == [
        (each["name"], each["open"], each["overdue"]) for each in counts["units"]
    ]
    assert (6, 3) == (listed(), listed(overdue=True))
    assert [(3, 1), (2, 2)] == [(listed(unit=units[code]), listed(unit=units[code], overdue=True)) for code in ("CX", "BJ")]
    assert 6 == kai.get("/api/auth/me").json()["open_tasks"]


def test_a_seat_counts_for_the_unit_in_which_its_case_was_started(desk: Desk) -> None:
    """Until it is decided; then it counts for whoever is asked next."""
    desk.bank.submit(amount="400000.00")
    ann, kai = desk.client("ann"), desk.client("kai")
    (task,) = ann.get("/api/tasks", params={"unit": desk.bank.units["CX"]}).json()["items"]
    assert [] == ann.get("/api/tasks", params={"unit": desk.bank.units["BJ"]}).json()["items"]
    assert 200 == ann.post(f"/api/tasks/{task['id']}/approve", json={}).status_code

    assert {"open": 0, "overdue": 0, "units": []} == ann.get("/api/tasks/counts").json()
    assert ["CX"] == [each["name"] for each in kai.get("/api/tasks/counts").json()["units"]]


def test_only_what_is_to_do_has_parts(desk: Desk) -> None:
    """Another box with a part of it is refused, as is a name that is not there."""
    ann = desk.client("ann")
    for query in ({"box": "done", "overdue": "true"}, {"box": "started", "unit": desk.bank.units["CX"]}, {"late": "true"}):
        assert ann.get("/api/tasks", params=query).status_code in (400, 422), query
