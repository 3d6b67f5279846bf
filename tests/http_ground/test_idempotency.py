"""A POST with a key has one effect, whatever happens between."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace

import httpx
import pytest
import sqlalchemy as sa

from runtime.identity.holdings import Given, grant_role, revoke_role
from runtime.store.claims import LEASE, Claim, Mine, Running, claim_key, renew_claim
from runtime.store.tables import audit_event, idempotency
from tests.http_ground.conftest import PASSWORD, Ground, wait_for
from tests.serving import PLAIN

KEY = {"Idempotency-Key": "order-1"}


def test_the_first_answer_comes_again(ground: Ground) -> None:
    """The same key and body by the same person give the first answer again, word for word, and act once."""
    client = ground.signed_in()
    first, second = (client.post("/api/things", json={"a": 1}, headers=KEY) for _ in range(2))

    assert [{"a": 1}] == ground.effects.done
    assert (201, first.content) == (second.status_code, second.content)
    assert ("/api/things/1", '"1"', "true") == (
        second.headers["location"],
        second.headers["etag"],
        second.headers["idempotency-replayed"],
    )
    assert "idempotency-replayed" not in first.headers
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


def test_the_answer_is_kept_for_months(ground: Ground) -> None:
    """Weeks later the first answer still comes again; after 90 days it is dropped with the next sign-in."""
    ground.signed_in().post("/api/things", json={}, headers=KEY)
    ground.clock.now += dt.timedelta(days=89)
    again = ground.signed_in().post("/api/things", json={}, headers=KEY)

    assert (201, "true", 1) == (again.status_code, again.headers["idempotency-replayed"], len(ground.effects.done))
    ground.clock.now += dt.timedelta(days=2)
    assert 200 == ground.client().post("/api/auth/login", json={"username": "zhou", "password": PASSWORD}).status_code
    with ground.services.database.read() as connection:
        assert [] == connection.execute(sa.select(idempotency)).all()


@pytest.mark.parametrize(("path", "body"), [("/api/things", {"a": 2}), ("/api/things?x=1", {"a": 1})])
def test_the_key_of_another_request_is_refused(ground: Ground, path: str, body: dict[str, int]) -> None:
    """One key stands for one request: another body or address is refused."""
    client = ground.signed_in()
    client.post("/api/things", json={"a": 1}, headers=KEY)
    answer = client.post(path, json=body, headers=KEY)

    assert (422, "Q410") == (answer.status_code, answer.json()["code"])
    assert 1 == len(ground.effects.done)


def test_two_people_may_use_the_same_key(ground: Ground) -> None:
    """Keys belong to a person; nobody sees another's answer."""
    for name in ("zhou", "sun"):
        assert "idempotency-replayed" not in ground.signed_in(name).post("/api/things", json={}, headers=KEY).headers

    assert 2 == len(ground.effects.done)


def test_a_twin_that_still_runs_is_told_to_wait(ground: Ground) -> None:
    """While the first request runs its twin gets 409 with Retry-After."""
    client, answers = ground.signed_in(), []
    first = threading.Thread(target=lambda: answers.append(client.post("/api/things", json={"wait": True}, headers=KEY)))
    first.start()
    ground.effects.entered.wait(10)
    twin = ground.signed_in().post("/api/things", json={"wait": True}, headers=KEY)
    ground.effects.gate.set()
    first.join()

    assert (409, "Q411", "1") == (twin.status_code, twin.json()["code"], twin.headers["retry-after"])
    assert [201] == [answer.status_code for answer in answers]
    assert 1 == len(ground.effects.done)


def test_fifty_at_once_have_one_effect(ground: Ground) -> None:
    """Fifty equal posts at the same moment act once; after retries all have the same answer."""
    authorization = ground.signed_in().headers["Authorization"]
    barrier, answers = threading.Barrier(50), []

    def post() -> None:
        with httpx.Client(base_url=ground.url, timeout=60, verify=PLAIN) as client:
            barrier.wait()
            while True:
                answer = client.post("/api/things", json={"a": 1}, headers={**KEY, "Authorization": authorization})
                if answer.status_code != 409:
                    answers.append((answer.status_code, answer.text))
                    return

    threads = [threading.Thread(target=post) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [(201, '{"number":1}')] * 50 == answers
    assert [{"a": 1}] == ground.effects.done


@pytest.mark.parametrize(("fault", "status"), [("after", 500), ("conflict", 409)])
def test_what_had_no_effect_may_be_tried_again(ground: Ground, fault: str, status: int) -> None:
    """A request that failed for the moment leaves its key free."""
    client = ground.signed_in()
    assert [status, status] == [client.post("/api/things", json={"fail": fault}, headers=KEY).status_code for _ in range(2)]

    assert 201 == client.post("/api/things", json={}, headers=KEY).status_code


def test_a_refused_body_is_refused_again(ground: Ground) -> None:
    """A body that breaks rules gets the same refusal from the store."""
    client = ground.signed_in()
    answers = [client.post("/api/things", json={"fail": "invalid"}, headers=KEY) for _ in range(2)]

    assert [(422, None), (422, "true")] == [(a.status_code, a.headers.get("idempotency-replayed")) for a in answers]
    assert "application/problem+json" == answers[1].headers["content-type"]


def crash(ground: Ground, *, with_effect: bool) -> None:
    """Leave what a process leaves that dies during a request: a claim without an answer."""
    client = ground.signed_in()
    client.post("/api/things", json={}, headers=KEY)
    with ground.services.database.write() as connection:
        connection.execute(idempotency.update().values(status=None, headers=None, body=None))
        if not with_effect:
            connection.execute(idempotency.update().values(took_effect=False))


def test_after_a_crash_without_effect_it_runs(ground: Ground) -> None:
    """When the process died before its commit, the repetition runs after the lease."""
    crash(ground, with_effect=False)
    client = ground.signed_in()
    early = client.post("/api/things", json={}, headers=KEY)
    ground.clock.now += LEASE
    late = client.post("/api/things", json={}, headers=KEY)

    assert ["Q411", 201] == [early.json()["code"], late.status_code]
    assert 2 == len(ground.effects.done)


def test_after_a_crash_with_effect_it_never_runs_again(ground: Ground) -> None:
    """When the process died after its commit, the repetition is told what the first one changed."""
    crash(ground, with_effect=True)
    ground.clock.now += LEASE
    answer = ground.signed_in().post("/api/things", json={}, headers=KEY)

    assert (409, "Q407", {"app": "demo", "entity": "thing", "id": "r-1"}) == (
        answer.status_code, answer.json()["code"], answer.json()["record"],
    )  # fmt: skip
    assert 1 == len(ground.effects.done)


@pytest.mark.parametrize("key", ["", "x" * 129, "schl\u00fcssel", "tab\there"])
def test_a_key_is_short_printable_ascii(ground: Ground, key: str) -> None:
    """Other keys are refused by name, and nothing runs."""
    answer = ground.signed_in().post("/api/things", json={}, headers={b"Idempotency-Key": key.encode("latin-1")})

    assert (400, "Idempotency-Key") == (answer.status_code, answer.json()["errors"][0]["parameter"])
    assert [] == ground.effects.done


def test_a_stranger_with_a_key_is_a_stranger(ground: Ground) -> None:
    """Without a known person a key is not claimed."""
    assert 401 == ground.client().post("/api/things", json={}, headers=KEY).status_code
    with ground.services.database.read() as connection:
        assert [] == connection.execute(sa.select(idempotency)).all()


def test_a_replay_needs_a_person_who_may_act(ground: Ground) -> None:
    """Somebody who was shut out does not get the kept answer either."""
    client = ground.signed_in()
    client.post("/api/things", json={}, headers=KEY)
    client.post("/api/auth/logout")

    assert 401 == client.post("/api/things", json={}, headers=KEY).status_code


def test_secrets_are_never_kept(ground: Ground) -> None:
    """The answer that shows a new token is not stored under a key."""
    made = ground.signed_in().post("/api/auth/tokens", json={"label": "x"}, headers=KEY)

    assert 201 == made.status_code
    with ground.services.database.read() as connection:
        assert [] == connection.execute(sa.select(idempotency)).all()


def test_every_effect_has_its_event(ground: Ground) -> None:
    """The request id of an answer is that of its audit event."""
    answer = ground.signed_in().post("/api/things", json={}, headers=KEY)
    wait_for(lambda: ground.effects.done)

    with ground.services.database.read() as connection:
        event = connection.execute(sa.select(audit_event.c.request_id).where(audit_event.c.kind == "acted")).scalar_one()
    assert answer.headers["x-request-id"] == event


def test_an_effect_without_a_trail_never_runs_again(ground: Ground) -> None:
    """Entities with `audit: none` leave no event: the claim itself is marked in the transaction of the effect."""
    client = ground.signed_in()
    assert 201 == client.post("/api/things", json={"quiet": True}, headers=KEY).status_code
    lose_the_answer(ground)

    answer = client.post("/api/things", json={"quiet": True}, headers=KEY)
    assert (409, "Q407", 1) == (answer.status_code, answer.json()["code"], len(ground.effects.done))


def test_what_fails_after_its_effect_never_runs_again(ground: Ground) -> None:
    """The data stand, though the answer was an error: a repetition is told so at once."""
    client = ground.signed_in()
    assert 500 == client.post("/api/things", json={"fail": "late"}, headers=KEY).status_code

    answer = client.post("/api/things", json={"fail": "late"}, headers=KEY)
    assert (409, "Q407") == (answer.status_code, answer.json()["code"])


def test_a_request_that_runs_long_keeps_its_claim(ground: Ground) -> None:
    """A publication may run longer than the lease: it renews its claim, so that no twin begins beside it."""
    claim, later = Claim("p", "k", "h", "r-1"), ground.clock.now + LEASE * 2
    with ground.services.database.write() as connection:
        assert Mine() == claim_key(connection, claim, ground.clock.now)
        renew_claim(connection, claim, later - LEASE / 2)
        assert Running() == claim_key(connection, replace(claim, request_id="r-2"), later)
        assert Mine() == claim_key(connection, replace(claim, request_id="r-2"), later + LEASE)


def test_no_answer_is_given_again_under_other_rights(ground: Ground) -> None:
    """Who lost a role reads no record out of an old answer; he is told where to look."""
    with ground.services.database.write() as connection:
        grant_role(connection, ground.people["zhou"], "demo", "clerk", Given(ground.clock.now))
    client = ground.signed_in()
    client.post("/api/things", json={"a": 1}, headers=KEY)
    with ground.services.database.write() as connection:
        revoke_role(connection, ground.people["zhou"], "demo", "clerk", Given(ground.clock.now))

    answer = client.post("/api/things", json={"a": 1}, headers=KEY)
    assert (409, "Q407", "r-1") == (answer.status_code, answer.json()["code"], answer.json()["record"]["id"])
    assert 1 == len(ground.effects.done)


def lose_the_answer(ground: Ground) -> None:
    """The server died between the commit and the keeping of the answer, longer ago than the lease."""
    with ground.services.database.write() as connection:
        connection.execute(sa.update(idempotency).values(status=None, headers=None, body=None))
    ground.clock.now += LEASE * 2
