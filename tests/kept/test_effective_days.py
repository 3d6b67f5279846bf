"""What has a first day holds from its first moment where the bank is: codes, rows of decisions, parameters, in every expression."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.settings import Settings
from runtime.start import open_releases
from runtime.store.business_day import set_business_date
from runtime.store.database import Database
from tests.kept.conftest import Bank
from tests.kept.test_maintained import FEES, PARAMS, ROLES
from tests.publish import desk
from tests.serving import serving

#: The last moment of 24 November 2026 in Shanghai, and the first of the 25th.
BEFORE = dt.datetime(2026, 11, 24, 15, 59, 59, tzinfo=dt.UTC)
AFTER = dt.datetime(2026, 11, 24, 16, 0, 0, tzinfo=dt.UTC)
DATED_FEES = FEES.replace("    then: {fee: 2}\n", "    then: {fee: 2}\n    valid_to: 2026-11-24\n").replace(
    "  - row: high_large",
    "  - row: high_small_later\n    if: {level: high, cost: cost <= 100}\n    then: {fee: 8}\n    valid_from: 2026-11-25\n  - row: high_large",
)
FILES = desk.with_field("fee: {type: decimal, scale: 2, compute: 'lookup(\"fees\", level, cost)', label: {zh: 费用率, en: Fee}}")
FILES = desk.with_field("over: {type: boolean, compute: cost > param.ceiling, label: {zh: 超限, en: Over}}", FILES)
FILES |= {"decisions/fees.yaml": DATED_FEES, "params.yaml": PARAMS, "roles.yaml": ROLES}
FILES |= {
    "entities/ticket.yaml": FILES["entities/ticket.yaml"].replace(
        "      high: {label: {zh: 高, en: High}}\n",
        "      high: {label: {zh: 高, en: High}}\n"
        "      old: {label: {zh: 旧, en: Old}, valid_to: '2026-11-24'}\n"
        "      new: {label: {zh: 新, en: New}, valid_from: '2026-11-25'}\n",
    )
}
FILES |= {
    "decisions/fees.yaml": FILES["decisions/fees.yaml"] + "  - row: others\n    if: {level: [old, new]}\n    then: {fee: 0}\n"
}


@dataclass
class Clock:
    """The time of the server, which a test sets."""

    now: dt.datetime = field(default=BEFORE)

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bank(database: Database, tmp_path: Path, clock: Clock) -> Iterator[Bank]:
    """A server with a clock; its accounting date is the day before, as in a night of the core system."""
    with database.write() as connection:
        set_business_date(connection, dt.date(2026, 11, 23))
    releases = open_releases(database)
    settings = Settings(database_url=database.url, data_folder=tmp_path, demo=False)
    with serving(build_app(Services(settings, database, releases, clock=clock))) as base:
        yield Bank(database, releases, base)


def test_a_day_begins_where_the_bank_is(bank: Bank, clock: Clock) -> None:
    """A second before midnight the old codes, rows and values hold, at midnight the new ones, also for records of the day before."""
    bank.publish(FILES)
    clock.now = desk.NOW
    agent, boss, other = bank.caller("zhou", "agent"), bank.caller("wang", "boss"), bank.caller("li", "boss")
    asked = boss.post("/api/desk/maintained/parameter/ceiling/changes", json={"value": "40", "valid_from": "2026-11-25"})
    assert 201 == asked.status_code, asked.text
    assert 200 == other.post(f"/api/desk/maintained/changes/{asked.json()['id']}/release", json={}).status_code

    seen = []
    for moment in (BEFORE, AFTER):
        clock.now = moment
        made = agent.post("/api/desk/ticket", json={"subject": moment.isoformat(), "level": "high", "cost": "50.00"})
        listed = agent.get("/api/desk/ticket?order=subject").json()["items"]
        computed = agent.post("/api/desk/ticket/compute", json={"fields": {"level": "high", "cost": "50.00"}}).json()["values"]
        found = agent.get("/api/desk/ticket", params={"where": "fee == 8 and over", "count": "exact"}).json()["count"]
        codes = {
            code: agent.post("/api/desk/ticket", json={"subject": "x", "level": code}).status_code for code in ("old", "new")
        }
        seen.append(
            (
                made.status_code,
                [(one["fee"], one["over"]) for one in listed if one["cost"]],
                (computed["fee"], computed["over"]),
                found,
                codes,
            )
        )

    assert (201, [("2.00", False)], ("2.00", False), 0, {"old": 201, "new": 422}) == seen[0]
    assert (201, [("8.00", True)] * 2, ("8.00", True), 2, {"old": 422, "new": 201}) == seen[1]
