"""Signing in over HTTP: cookie and bearer, tokens, the person's own page."""

from __future__ import annotations

import datetime as dt
import threading
import time

import httpx
import pytest

from runtime.commands import sign_in as sign_in_module
from runtime.http import auth as auth_module
from runtime.http.admission import cookie_name
from runtime.identity.holdings import Given, grant_role, revoke_role
from runtime.identity.organisation import set_active
from runtime.identity.sessions import LIFETIME
from tests.http_ground.conftest import PASSWORD, Ground, wait_for
from tests.serving import PLAIN


def test_a_sign_in_gives_a_cookie_and_a_token(ground: Ground) -> None:
    """The same secret serves the browser as an HttpOnly cookie and a program as a bearer token."""
    client = ground.client()
    answer = client.post("/api/auth/login", json={"username": "zhou", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]

    assert 200 == answer.status_code
    assert {"HttpOnly", "SameSite=strict", "Path=/", f"Max-Age={int(LIFETIME.total_seconds())}"} <= set(cookie.split("; "))
    assert 200 == client.get("/api/auth/me").status_code
    bearer = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert "zhou" == ground.client(headers=bearer).get("/api/auth/me").json()["username"]


def test_the_person_is_described(ground: Ground) -> None:
    """`me` tells unit, roles, language and the bank's day."""
    with ground.services.database.write() as connection:
        grant_role(connection, ground.people["zhou"], "bank", "clerk", Given(ground.clock.now))

    me = ground.signed_in().get("/api/auth/me").json()
    unit_id = me["unit"].pop("id")

    assert 36 == len(unit_id)
    assert {
        "id": ground.people["zhou"], "username": "zhou", "name": "zhou 先生", "unit": {"code": "CX", "name": "城西支行"},
        "roles": {"bank": ["clerk"]}, "posts": [], "platform_roles": [], "locale": None, "business_date": "2026-11-24",
        "demo": False, "open_tasks": 0, "unread_notices": 0, "emergencies": [],
    } == me  # fmt: skip


def test_the_bank_day_changes_at_its_own_midnight(ground: Ground) -> None:
    """After 16:00 UTC the bank's next day has begun."""
    days = []
    for hour in (15, 16):
        ground.clock.now = dt.datetime(2026, 11, 24, hour, 59, tzinfo=dt.UTC)
        days.append(ground.signed_in().get("/api/auth/me").json()["business_date"])

    assert ["2026-11-24", "2026-11-25"] == days


@pytest.mark.parametrize("body", [{"username": "nobody", "password": PASSWORD}, {"username": "zhou", "password": "wrong"}])
def test_a_refusal_tells_nothing(ground: Ground, body: dict[str, str]) -> None:
    """Unknown names and wrong passwords get the same answer, equally slowly."""
    began = time.monotonic()
    answer = ground.client().post("/api/auth/login", json=body)

    assert 0.5 <= time.monotonic() - began
    assert (401, "Q402") == (answer.status_code, answer.json()["code"])
    assert "set-cookie" not in answer.headers


def test_a_wrong_body_is_refused_by_pointer(ground: Ground) -> None:
    """A missing, unknown or mistyped part of a fixed body is named."""
    cases: list[tuple[dict[str, object], str]] = [
        ({"username": "zhou"}, "/password"),
        ({"username": "zhou", "password": "x", "admin": "1"}, "/admin"),
        ({"username": 1, "password": "x"}, "/username"),
    ]
    for body, pointer in cases:
        answer = ground.client().post("/api/auth/login", json=body)
        assert 422 == answer.status_code
        assert [pointer] == [error["pointer"] for error in answer.json()["errors"]]


def test_signing_out_ends_the_session(ground: Ground) -> None:
    """After signing out the secret opens nothing and the cookie is taken back."""
    client = ground.signed_in()
    answer = client.post("/api/auth/logout")

    assert 204 == answer.status_code
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert 401 == client.get("/api/auth/me").status_code


def test_a_change_of_rights_counts_at_the_next_request(ground: Ground) -> None:
    """A granted role opens, a revoked one closes, a person who is shut out is out, each at the next request."""
    client, person = ground.signed_in(), ground.people["zhou"]
    seen = [client.get("/api/designers").status_code]
    for change in (
        lambda c: grant_role(c, person, "", "designer", Given(ground.clock.now)),
        lambda c: revoke_role(c, person, "", "designer", Given(ground.clock.now)),
        lambda c: set_active(c, person, ground.clock.now, active=False),
    ):
        with ground.services.database.write() as connection:
            change(connection)
        seen.append(client.get("/api/designers").status_code)

    assert [403, 200, 403, 401] == seen


def test_tokens_are_made_listed_and_revoked(ground: Ground) -> None:
    """A token is shown once, works, is listed without its secret, belongs to its maker, and is revoked."""
    client = ground.signed_in()
    made = client.post("/api/auth/tokens", json={"label": "对接", "expires_in_days": 30})
    token = made.json()
    program = ground.client(headers={"Authorization": f"Bearer {token['token']}"})

    assert 201 == made.status_code
    assert {"id", "token", "label", "created_at", "expires_at"} == token.keys()
    assert "2026-12-24T02:00:00.000Z" == token["expires_at"]
    assert 200 == program.get("/api/auth/me").status_code
    assert 403 == program.post("/api/auth/tokens", json={"label": "another"}).status_code
    listed = client.get("/api/auth/tokens").json()
    assert [token["id"]] == [item["id"] for item in listed["items"]]
    assert token["token"] not in str(listed)
    assert 404 == ground.signed_in("sun").delete(f"/api/auth/tokens/{token['id']}").status_code
    assert 204 == client.delete(f"/api/auth/tokens/{token['id']}").status_code
    assert 404 == client.delete(f"/api/auth/tokens/{token['id']}").status_code
    assert 401 == program.get("/api/auth/me").status_code


def test_a_person_chooses_the_language(ground: Ground) -> None:
    """The person's own language is kept and used where the request asks for none."""
    client = ground.signed_in()
    assert "en" == client.patch("/api/auth/me", json={"locale": "en"}).json()["locale"]

    assert "en" == ground.signed_in().get("/api/whoami").json()["locale"]
    assert "zh" == client.get("/api/whoami", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}).json()["locale"]
    assert "zh" == client.get("/api/whoami?locale=zh", headers={"Accept-Language": "en"}).json()["locale"]
    assert 422 == client.patch("/api/auth/me", json={"locale": "fr"}).status_code


def test_demo_and_real_cookies(ground: Ground) -> None:
    """With TLS the cookie has the __Host- prefix, so that no other host or path can set it."""
    from dataclasses import replace

    secure = replace(ground.services, settings=replace(ground.services.settings, secure_cookies=True))

    assert ("qiqiao_session", "__Host-qiqiao_session") == (cookie_name(ground.services), cookie_name(secure))


def test_made_up_credentials_are_nobody(ground: Ground) -> None:
    """No authorization header but a real secret lets anybody in."""
    for header in ("Bearer", "Bearer qs_nothing", "Basic eDp5", "bearer qq_" + "A" * 5000):
        answer = httpx.get(f"{ground.url}/api/auth/me", headers={"Authorization": header}, timeout=30, verify=PLAIN)
        assert (401, "Bearer") == (answer.status_code, answer.headers["www-authenticate"]), header[:20]


def test_a_flood_of_sign_ins_leaves_the_others_alone(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are checked in a place of their own: some wait, more are told to come later, all other requests go on."""
    gate = threading.Event()
    check = sign_in_module.password_matches

    def slowly(stored: str | None, password: str) -> bool:
        gate.wait(20)
        return check(stored, password)

    monkeypatch.setattr(sign_in_module, "password_matches", slowly)
    monkeypatch.setattr(auth_module, "_WAITING", 4)
    statuses: list[int] = []

    def try_it() -> None:
        with ground.client() as client:
            statuses.append(client.post("/api/auth/login", json={"username": "zhou", "password": "guess"}).status_code)

    threads = [threading.Thread(target=try_it) for _ in range(12)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(statuses) >= 4)
    try:
        assert {429} == set(statuses)
        with ground.signed_in() as client:
            client.timeout = httpx.Timeout(5)
            assert 201 == client.post("/api/things", json={"a": 1}).status_code
    finally:
        gate.set()
        for thread in threads:
            thread.join()
    assert {401, 429} == set(statuses)
