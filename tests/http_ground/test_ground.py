"""What holds for every request: problems, headers, bodies, origin, pages, declared routes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType

import pytest
from fastapi import APIRouter
from starlette.responses import JSONResponse
from starlette.routing import Route

import ui
from runtime.http.admission import PUBLIC
from runtime.http.middleware import LARGEST_BODY
from runtime.http.routes import Undeclared, api_route, build_app, declared_for, in_order
from tests.http_ground.conftest import PASSWORD, Ground

JSON = {"Content-Type": "application/json"}


def test_a_problem_is_complete_and_in_the_readers_language(ground: Ground) -> None:
    """An error is problem+json with code, request id and a sentence in Chinese or English."""
    said = {}
    for locale in ("zh", "en"):
        answer = ground.client().get("/api/nothing/here/at/all", headers={"Accept-Language": locale})
        body = answer.json()
        said[locale] = body.pop("title"), body.pop("detail")
        request_id = body.pop("request_id")

        assert "application/problem+json" == answer.headers["content-type"]
        assert answer.headers["x-request-id"] == request_id
        assert {"type": "urn:qiqiao:problem:Q404", "status": 404, "code": "Q404", "errors": []} == body
    assert {"zh": ("未找到", "没有此地址。"), "en": ("Not found", "There is nothing at this address.")} == said


def test_an_unexpected_fault_tells_nothing(ground: Ground, caplog: pytest.LogCaptureFixture) -> None:
    """A fault of the product is a 500 without its text, rolled back, and found in the log by its request id."""
    answer = ground.signed_in().post("/api/things", json={"fail": "after"})

    assert (500, "Q500") == (answer.status_code, answer.json()["code"])
    assert "SECRET" not in answer.text and "RuntimeError" not in answer.text
    assert "nosniff" == answer.headers["x-content-type-options"]
    assert answer.json()["request_id"] in caplog.text
    assert [] == ground.effects.done


def test_every_answer_carries_the_security_headers(ground: Ground) -> None:
    """API answers, errors and pages have the recorded set of headers; API answers are never stored."""
    client = ground.client()
    for path in ("/api/auth/me", "/health/live", "/", "/assets/none.js"):
        headers = client.get(path).headers
        assert ("nosniff", "DENY", "same-origin", "same-origin", "same-origin") == (
            headers["x-content-type-options"], headers["x-frame-options"], headers["referrer-policy"],
            headers["cross-origin-opener-policy"], headers["cross-origin-resource-policy"],
        )  # fmt: skip
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "strict-transport-security" not in headers
    assert "no-store" == client.get("/api/auth/me").headers["cache-control"]


def test_a_body_has_one_meaning(ground: Ground) -> None:
    """Duplicate names, NaN, deep nesting, NUL and half characters are refused, not guessed at."""
    cases = [
        ('{"a": "1", "a": "2"}', "Q418"),
        ('{"a": {"b": "1", "b": "1"}}', "Q418"),
        ('{"a": ', "Q417"),
        ("", "Q422"),
        ('{"a": NaN}', "Q417"),
        ('{"a": ' + "1" * 5000 + "}", "Q417"),
        ("[" * 100_000, "Q417"),
        ("[" * 70 + "]" * 70, "Q417"),
        ('{"a": "x\\u0000y"}', "Q419"),
        ('{"a": "\\ud800"}', "Q419"),
        ('{"a\\u0000": "x"}', "Q419"),
        ("\ufeff{}", "Q417"),
    ]
    client = ground.client()
    for raw, code in cases:
        answer = client.post("/api/open", content=raw.encode("utf-8", "surrogatepass"), headers=JSON)
        assert (422, code) == (answer.status_code, answer.json()["code"]), raw[:40]


def test_a_body_that_is_not_utf_8_is_refused(ground: Ground) -> None:
    """Bytes of another encoding are no JSON."""
    assert 422 == ground.client().post("/api/open", content='{"a": "七"}'.encode("gbk"), headers=JSON).status_code


def test_other_content_is_refused(ground: Ground) -> None:
    """Only plain JSON in UTF-8 is read."""
    cases: list[dict[str, str]] = [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {},
    ]
    client = ground.client()
    for headers in cases:
        assert 415 == client.post("/api/open", content=b'{"a": "1"}', headers=headers).status_code, headers


def test_json_with_its_charset_is_read(ground: Ground) -> None:
    """`application/json; charset=UTF-8` is what many clients send."""
    headers = {"Content-Type": "Application/JSON; charset=UTF-8"}

    assert {"a": "七"} == ground.client().post("/api/open", content='{"a": "七"}'.encode(), headers=headers).json()


def test_a_body_that_is_too_large_is_refused(ground: Ground) -> None:
    """The limit holds for a declared size and for a stream of unknown size."""
    too_much = LARGEST_BODY + 1

    def stream() -> object:
        for _ in range(LARGEST_BODY // 65536 + 1):
            yield b" " * 65536

    assert 413 == ground.client().post("/api/open", content=b" " * too_much, headers=JSON).status_code
    assert 413 == ground.client().post("/api/open", content=stream(), headers=JSON).status_code


def browser(ground: Ground) -> dict[str, str]:
    client = ground.client()
    client.post("/api/auth/login", json={"username": "zhou", "password": PASSWORD})
    return {"Cookie": f"qiqiao_session={client.cookies['qiqiao_session']}"}


def test_a_cookie_changes_things_only_from_this_site(ground: Ground) -> None:
    """A change with the browser's cookie needs the proof that a page of this very site sent it."""
    cases: list[tuple[dict[str, str], int]] = [
        ({}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"Origin": "https://evil.example", "Authorization": "Basic YTpi"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Origin": ground.url}, 201),
    ]
    cookie, client = browser(ground), ground.client()
    for headers, status in cases:
        ground.effects.done.clear()
        answer = client.post("/api/things", json={}, headers={**cookie, **headers})
        assert (status, int(status == 201)) == (answer.status_code, len(ground.effects.done)), headers


def test_a_cookie_may_read_from_anywhere(ground: Ground) -> None:
    """Reading needs no proof: the answer stays unreadable for other sites."""
    assert {"who": "zhou"} == ground.client().get("/api/things", headers=browser(ground)).json()


def test_a_foreign_page_cannot_sign_somebody_in(ground: Ground) -> None:
    """A sign-in that another site's page sends is refused, so nobody works in a stranger's name."""
    body = {"username": "zhou", "password": PASSWORD}

    assert 403 == ground.client().post("/api/auth/login", json=body, headers={"Origin": "https://evil.example"}).status_code


def test_other_spellings_of_a_path_are_nothing(ground: Ground) -> None:
    """Nothing is found, and nothing is authorised, by another spelling of a path."""
    client = ground.signed_in()
    for path in ("/api/things/", "/api//things", "/api/%74hings/x", "/api/things;a=b", "/API/things", "/api/things%2f"):
        assert 404 == client.get(path).status_code, path


def test_other_methods_are_refused(ground: Ground) -> None:
    """A path answers the methods that it declares and no others."""
    client = ground.signed_in()
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "run", "__init__"):
        answer = client.request(method, "/api/things")
        # A faster parser of HTTP than the one that is locked refuses made-up verbs before any of our code runs.
        if answer.status_code == 400 and method in {"run", "__init__"}:
            continue
        assert (405, "Q405") == (answer.status_code, answer.json()["code"]), method


def test_the_host_header_decides_nothing(ground: Ground) -> None:
    """A forged Host changes neither the route nor the right to it."""
    for host in ("evil.example/api/open?", "localhost/health/live#", "[::1"):
        assert 401 == ground.client().get("/api/things", headers={"Host": host}).status_code


def test_pages_come_with_a_fresh_nonce(ground: Ground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each page has its own nonce, in the policy and in the page; every path of a screen is the same page."""
    built = tmp_path / "built"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text('<meta name="csp-nonce" content="__CSP_NONCE__">')
    (built / "assets" / "main-Bx81kQ2_.js").write_text("1")
    (built / "assets" / "logo.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setattr(ui, "_BUILT", built)
    monkeypatch.delenv("QIQIAO_UI", raising=False)
    client, nonces = ground.client(), set()
    for path in ("/", "/records/bank_customer/customer/018f", "/login?next=%2F"):
        answer = client.get(path)
        nonce = re.search(r"'nonce-([\w-]+)'", answer.headers["content-security-policy"])
        assert nonce is not None
        assert f'<meta name="csp-nonce" content="{nonce[1]}">' == answer.text
        assert "no-store" == answer.headers["cache-control"]
        nonces.add(nonce[1])

    assert 3 == len(nonces)
    assert "public, max-age=31536000, immutable" == client.get("/assets/main-Bx81kQ2_.js").headers["cache-control"]
    assert "public, max-age=3600" == client.get("/assets/logo.svg").headers["cache-control"]
    for path in (
        "/assets/none.js",
        "/assets/../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/",
        "/api/x",
        "/robots.txt",
        "/assets/%00",
    ):
        assert 404 == client.get(path).status_code, path


def test_a_missing_front_end_says_how_to_build_it(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without built screens the page tells what to do."""
    monkeypatch.setattr(ui, "dist", lambda: None)

    assert "make ui" in ground.client().get("/").text


def test_a_route_that_declares_nobody_stops_the_start(ground: Ground) -> None:
    """An app with a route that does not say who may call it is not built, in either style of route."""
    router = APIRouter()
    router.add_api_route("/api/forgotten", lambda: JSONResponse({}), methods=["GET"])
    for routes in ({"router": router}, {"ROUTES": [Route("/api/forgotten", lambda request: JSONResponse({}))]}):
        module = ModuleType("forgetful")
        module.__dict__.update(routes)
        with pytest.raises(Undeclared, match="/api/forgotten"):
            build_app(ground.services, more=[module])


def test_a_route_that_stands_twice_stops_the_start() -> None:
    """Two modules cannot serve the same method and path."""
    one = api_route("GET", "/api/x", lambda request: JSONResponse({}), PUBLIC)

    with pytest.raises(Undeclared, match="twice"):
        in_order([one, one])


def test_literal_paths_go_before_parameters() -> None:
    """The order of the route table does not depend on the order of modules."""
    paths = [
        "/api/{app}/{entity}/{id}",
        "/api/{app}/reports/{name}",
        "/api/{app}/{entity}",
        "/api/tasks/{id}",
        "/{path:path}",
        "/api/tasks",
    ]
    routes = [api_route("GET", path, lambda request: JSONResponse({}), PUBLIC) for path in paths]

    ordered = [getattr(route, "path") for route in in_order(routes)]
    assert [
        "/api/tasks",
        "/api/tasks/{id}",
        "/api/{app}/reports/{name}",
        "/api/{app}/{entity}",
        "/api/{app}/{entity}/{id}",
        "/{path:path}",
    ] == ordered


def test_only_a_few_routes_are_public(ground: Ground) -> None:
    """Everything but signing in, the name of the environment and the health pages needs a known person (security.md O-01)."""
    app = build_app(ground.services)
    public = {
        getattr(route, "path")
        for route in app.router.routes
        if hasattr(route, "methods") and not _is_page(route) and declared_for(route) == PUBLIC
    }

    assert {"/api/auth/login", "/api/environment", "/health/live", "/health/ready"} == public
    client = ground.client()
    for route in app.router.routes:
        path = getattr(route, "path", "")
        if _is_page(route) or path in public:
            continue
        for method in getattr(route, "methods") - {"HEAD"}:
            answer = client.request(method, re.sub(r"\{[^}]+\}", "x", path))
            assert 401 == answer.status_code, (method, path)


def _is_page(route: object) -> bool:
    return ":path}" in getattr(route, "path", "") or getattr(route, "path", "") == "/builder"


def test_health_says_what_lives(ground: Ground) -> None:
    """Live is always ok; ready names the releases and the problems."""
    client = ground.client()

    assert {"status": "ok"} == client.get("/health/live").json()
    answer = client.get("/health/ready")
    assert (200, {"status": "ok", "releases": {}, "problems": [], "recovered": []}) == (answer.status_code, answer.json())


def test_health_notices_a_lost_database(ground: Ground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A database that does not answer makes the process unready, without a word of the driver."""
    from runtime.store.database import open_database

    gone = open_database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")
    monkeypatch.setattr(type(ground.services), "database", gone)
    answer = ground.client().get("/health/ready?locale=en")

    assert (503, ["The database does not answer."]) == (answer.status_code, answer.json()["problems"])


def test_the_auditor_reads_and_proves_the_trail(ground: Ground) -> None:
    """Only the platform role auditor reads events, page by page, and has the trail proved."""
    client, auditor = ground.signed_in(), ground.signed_in("sun")
    for _ in range(3):
        client.post("/api/things", json={})
    assert 403 == client.get("/api/audit/events").status_code

    first = auditor.get("/api/audit/events?kind=acted&limit=2").json()
    second = auditor.get("/api/audit/events", params={"kind": "acted", "limit": 2, "cursor": first["next"]}).json()
    assert ["2", "1", "0"] == [item["body"]["n"] for item in (*first["items"], *second["items"])]
    assert ("zhou 先生", "r-1", None) == (first["items"][0]["actor"]["name"], first["items"][0]["record_id"], second["next"])
    assert 3 == len(auditor.get("/api/audit/events", params={"actor": ground.people["zhou"], "record_id": "r-1"}).json()["items"])
    assert [] == auditor.get("/api/audit/events", params={"actor": ground.people["sun"]}).json()["items"]
    proof = auditor.post("/api/audit/verify").json()
    assert (True, 0, 3, None) == (proof["passed"], proof["sealed"], proof["waiting"], proof["wrong"])


def test_an_unknown_or_wrong_query_is_refused_by_name(ground: Ground) -> None:
    """A query parameter that is unknown or out of range is named, never ignored."""
    auditor = ground.signed_in("sun")
    for query in ("knd=acted", "limit=0", "limit=201", "limit=many"):
        answer = auditor.get(f"/api/audit/events?{query}")
        assert 400 == answer.status_code
        assert [query.split("=")[0]] == [error["parameter"] for error in answer.json()["errors"]]


def test_answers_are_valid_json(ground: Ground) -> None:
    """Chinese text is sent as UTF-8, not escaped."""
    text = ground.client().get("/api/none/x/y/z").content.decode()

    assert "没有此地址。" in text
    assert json.loads(text)
