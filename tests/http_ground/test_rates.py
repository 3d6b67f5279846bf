"""The share of requests of one caller: refused beyond it, whole again after a pause, and nobody else's concern."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from runtime.http.rates import BURST_SECONDS, Shares
from runtime.settings import Settings
from tests.http_ground.conftest import Ground


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A server that lets each caller send two requests a second."""
    return replace(settings, requests_per_second=2)


def test_a_caller_beyond_its_share_waits_and_no_other_does(ground: Ground) -> None:
    """Ten requests come at once, the eleventh is told to wait a second, another person is served, and so is the caller later."""
    program, colleague = ground.signed_in("zhou"), ground.signed_in("sun")
    served = [program.get("/api/things").status_code for _ in range(2 * BURST_SECONDS)]

    refused = program.get("/api/things", headers={"Accept-Language": "en"})
    assert [200] * 10 == served
    assert (429, "Q429", "1") == (refused.status_code, refused.json()["code"], refused.headers["retry-after"])
    assert "Too many requests; try again shortly." == refused.json()["detail"]
    assert refused.headers["x-request-id"] == refused.json()["request_id"]
    assert 200 == colleague.get("/api/things").status_code

    ground.clock.now += dt.timedelta(seconds=1)
    assert [200, 200, 429] == [program.get("/api/things").status_code for _ in range(3)]


def test_a_change_beyond_the_share_has_no_effect(ground: Ground) -> None:
    """A refused POST is not done, so it may be sent again."""
    program = ground.signed_in()
    answers = [program.post("/api/things", json={"n": n}).status_code for n in range(12)]

    assert [201] * 10 + [429] * 2 == answers
    assert 10 == len(ground.effects.done)


def test_a_share_is_never_more_than_a_burst() -> None:
    """Who was silent for a day may send a burst, not a day's worth; a refused request costs nothing."""
    shares, day = Shares(10), 86_400_000_000
    granted = sum(shares.take(b"a", day) == 0 for _ in range(1000))
    wait = shares.take(b"a", day)

    assert 10 * BURST_SECONDS == granted
    assert 100_000 == wait
    assert 0 == shares.take(b"a", day + wait)
