"""The record routes over a real server: status, headers, problems, and what each caller may know."""

from __future__ import annotations

import concurrent.futures
import sqlite3
import time

import httpx
import jsonschema
import psycopg2
import pytest
import sqlalchemy as sa
from openapi_spec_validator import validate

from tests.records.lab import add, add_client, lab
from tests.records.served import Bank, Caller
from tests.serving import PLAIN


def test_a_record_from_its_making_to_its_end(bank: Bank) -> None:
    """201 with Location and ETag, 200 by version, 428 without, 412 on an old one, 204, then 404."""
    tom = bank.caller("tom", "teller")
    made = tom("POST", "/api/lab/client", json={"code": "A", "full_name": "Anna", "branch": "cx", "income": "12.5"})
    id = made.json()["id"]

    assert (201, f"/api/lab/client/{id}", '"1"') == (made.status_code, made.headers["location"], made.headers["etag"])
    assert "12.50" == made.json()["income"]
    got = tom("GET", f"/api/lab/client/{id}")
    assert (200, '"1"', made.json()) == (got.status_code, got.headers["etag"], got.json())
    assert "no-store" == got.headers["cache-control"]
    assert (428, "Q428") == _problem(tom("PATCH", f"/api/lab/client/{id}", json={"remark": "x"}))
    changed = tom("PATCH", f"/api/lab/client/{id}", json={"remark": "x", "income": None}, headers={"If-Match": '"1"'})
    assert (200, '"2"', "x", None) == (
        changed.status_code,
        changed.headers["etag"],
        changed.json()["remark"],
        changed.json()["income"],
    )
    assert (412, "Q412") == _problem(tom("PATCH", f"/api/lab/client/{id}", json={"remark": "y"}, headers={"If-Match": '"1"'}))
    assert (412, "Q412") == _problem(tom("DELETE", f"/api/lab/client/{id}", headers={"If-Match": '"1"'}))
    assert 204 == tom("DELETE", f"/api/lab/client/{id}", headers={"If-Match": '"2"'}).status_code
    assert (404, "Q404") == _problem(tom("GET", f"/api/lab/client/{id}"))


def test_a_wrong_body_gets_a_problem_with_pointers(bank: Bank) -> None:
    """RFC 9457 with a code and every fault at its pointer, in the language asked for."""
    tom = bank.caller("tom", "teller")
    answer = tom("POST", "/api/lab/client", json={"code": "A", "income": "x", "nonsense": 1}, headers={"Accept-Language": "zh"})

    assert (422, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    body = answer.json()
    assert {"/income": "V001", "/nonsense": "Q301", "/full_name": "Q303"} == {e["pointer"]: e["code"] for e in body["errors"]}
    assert "此项必填。" in [e["message"] for e in body["errors"]]
    assert body["request_id"] == answer.headers["x-request-id"]


def test_another_method_is_told_which_there_are(bank: Bank) -> None:
    """405 names the methods of the path, also where each has a route of its own (RFC 9110, 15.5.6)."""
    tom = bank.caller("tom", "teller")
    paths = {
        "/api/lab/client": "GET, HEAD, POST",
        "/api/lab/client/x": "DELETE, GET, HEAD, PATCH",
        "/api/lab/client/changes": "GET, HEAD",
    }
    for path, methods in paths.items():
        answer = tom("PUT", path)
        assert (405, methods) == (answer.status_code, answer.headers["allow"])


def test_a_value_that_another_record_has_is_a_fault_of_its_field(bank: Bank) -> None:
    """422 at the field also for a role with a rule on its rows, where the insert travels with the question whether the rule holds."""
    tom, body = bank.caller("tom", "teller"), {"code": "A", "full_name": "Anna", "branch": "cx"}

    assert 201 == tom("POST", "/api/lab/client", json=body).status_code
    answer = tom("POST", "/api/lab/client", json=body)
    assert (422, {"/code": "Q306"}) == (answer.status_code, {e["pointer"]: e["code"] for e in answer.json()["errors"]})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/lab/client"), ("POST", "/api/lab/client"), ("GET", "/api/lab/client/x"), ("PATCH", "/api/lab/client/x"),
        ("DELETE", "/api/lab/client/x"), ("POST", "/api/lab/client/x/submit"), ("GET", "/api/lab/client/x/history"),
        ("GET", "/api/lab/client/changes"), ("POST", "/api/lab/client/x/restore"), ("GET", "/api/lab/client?deleted=true"),
        ("GET", "/api/lab/reports/by_level"), ("GET", "/api/lab/openapi.json"), ("GET", "/api/apps"), ("GET", "/api/apps/lab/screens"),
        ("GET", "/api/org/person"), ("GET", "/api/nothing/nothing"),
    ],
)  # fmt: skip
def test_nothing_is_told_to_strangers(bank: Bank, method: str, path: str) -> None:
    """Without a token every route answers 401, whether there is something or not."""
    assert (401, "Q401") == _problem(Caller(bank.base, None)(method, path))


def test_unknown_parameters_are_refused_on_every_route(bank: Bank) -> None:
    """A parameter that means nothing here is named, not ignored."""
    id, tom = add_client(bank.db, "A"), bank.caller("tom", "boss")
    calls = [
        ("GET", "/api/lab/client"), ("GET", f"/api/lab/client/{id}"), ("POST", "/api/lab/client"), ("PATCH", f"/api/lab/client/{id}"),
        ("DELETE", f"/api/lab/client/{id}"), ("GET", f"/api/lab/client/{id}/history"), ("GET", "/api/lab/reports/by_level"),
        ("GET", "/api/lab/client/changes"), ("POST", f"/api/lab/client/{id}/restore"),
    ]  # fmt: skip
    for method, path in calls:
        answer = tom(
            method, f"{path}?filter=x", headers={"If-Match": '"1"'}, **({"json": {}} if method in {"POST", "PATCH"} else {})
        )
        assert (400, "Q201") == _problem(answer), path
        assert ["filter"] == [e["parameter"] for e in answer.json()["errors"]]


def test_odd_ids_are_no_records(bank: Bank) -> None:
    """Whatever stands in the place of an id, it is a record's own id or nothing."""
    id, tom = add_client(bank.db, "A"), bank.caller("tom", "boss")
    for odd in ("0", "-1", "9" * 30, "1.0", "1e0", "%31", "１", id.upper() + " ", f"{id};a=b", f"{id}%00", "%2e%2e", "null", "*"):
        assert (404, "Q404") == _problem(tom("GET", f"/api/lab/client/{odd}")), odd


def test_lists_answer_items_next_and_count(bank: Bank) -> None:
    """A page, its cursor and the exact count; a bad filter is refused with its code."""
    for number in range(5):
        add_client(bank.db, f"C{number}", income=number)
    tom = bank.caller("tom", "teller")
    first = tom(
        "GET", "/api/lab/client", params={"limit": 2, "order": "-income", "count": "exact", "select": "code,branch.name"}
    ).json()

    assert (["C4", "C3"], 5) == ([r["code"] for r in first["items"]], first["count"])
    rest = tom("GET", "/api/lab/client", params={"limit": 3, "order": "-income", "cursor": first["next"]}).json()
    assert (["C2", "C1", "C0"], None, None) == ([r["code"] for r in rest["items"]], rest["next"], rest["count"])
    assert "CX" == first["items"][0]["branch.name"]
    assert (400, "X005") == _problem(tom("GET", "/api/lab/client", params={"where": "nonsense == 1"}))
    assert (400, "X020") == _problem(tom("GET", "/api/lab/client", params={"where": 'level == "none"'}))


def test_the_history_shows_changes_under_the_readers_fields(bank: Bank) -> None:
    """Newest first; hidden fields are left out, personal ones masked."""
    boss, viewer = bank.caller("eve", "boss"), bank.caller("ann", "viewer")
    made = boss(
        "POST",
        "/api/lab/client",
        json={"code": "A", "full_name": "Anna", "branch": "cx", "salary": "5", "id_no": "110101199001011234"},
    )
    path = f"/api/lab/client/{made.json()['id']}"
    boss("PATCH", path, json={"salary": "6", "remark": "x", "income": "7"}, headers={"If-Match": '"1"'})

    items = boss("GET", f"{path}/history").json()["items"]
    assert [("record.changed", 2), ("record.created", 1)] == [(i["kind"], i["version"]) for i in items]
    assert {"salary": ("5.00", "6.00"), "remark": (None, "x"), "income": (None, "7.00"), "grade": ("0", "0")} | {
        c["field"]: (c["before"], c["after"]) for c in items[0]["changes"]
    } == {"salary": ("5.00", "6.00"), "remark": (None, "x"), "income": (None, "7.00"), "grade": ("0", "0")}
    assert "110****1234" in [c["after"] for c in items[1]["changes"]]
    assert "Eve" == items[0]["actor"]["name"]
    shown = viewer("GET", f"{path}/history").json()["items"]
    assert [("income", None, "****"), ("remark", None, "x")] == [
        (c["field"], c["before"], c["after"]) for c in shown[0]["changes"]
    ]
    assert not {"salary", "id_no"} & {c["field"] for c in shown[1]["changes"]}
    assert (404, "Q404") == _problem(bank.caller("tom", "teller")("GET", "/api/lab/client/0199/history"))


def test_one_key_makes_one_record(bank: Bank) -> None:
    """The same key and body twenty times at once: one record, and each gets the first answer or is told to wait."""
    tom = bank.caller("tom", "teller")
    body = {"code": "A", "full_name": "Anna", "branch": "cx"}

    def post(_: int) -> httpx.Response:
        return httpx.post(
            f"{bank.base}/api/lab/client",
            json=body,
            headers={**tom.http.headers, "Idempotency-Key": "k1"},
            timeout=30,
            verify=PLAIN,
        )

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(post, range(20)))

    assert {201, 409} >= {a.status_code for a in answers}
    assert 1 == len({a.json()["id"] for a in answers if a.status_code == 201})
    again = post(0)
    assert (201, "true") == (again.status_code, again.headers["idempotency-replayed"])
    assert (422, "Q410") == _problem(
        tom("POST", "/api/lab/client", json={**body, "code": "B"}, headers={"Idempotency-Key": "k1"})
    )
    assert 1 == tom("GET", "/api/lab/client", params={"count": "exact"}).json()["count"]


@pytest.mark.parametrize("roles", [("boss",), ("viewer",), ("blind",), ("teller", "noter"), ("dealer",)])
def test_the_openapi_document_is_valid_and_tells_only_what_the_caller_knows(bank: Bank, roles: tuple[str, ...]) -> None:
    """OpenAPI 3.1 for each audience; the answers keep to it; hidden names stand nowhere in it."""
    caller = bank.caller("ann", *roles)
    client = add_client(bank.db, "A", income="5", level="mid", tags=["a"], id_no="110101199001011234", salary="1")
    add(
        bank.db, "deal", client=client, branch="bj", kind="small", amount="50", items=[{"name": "x", "price": "1", "quantity": 2}]
    )
    document = caller("GET", "/api/lab/openapi.json").json()

    validate(document)
    text = str(document)
    for hidden in {
        "viewer": ("salary", "id_no", "pin"),
        "blind": ("salary", "manager", "remark"),
        "dealer": ("full_name", "income"),
    }.get(roles[0], ()):
        assert hidden not in text, hidden
    for entity in ("client", "deal"):
        answer = caller("GET", f"/api/lab/{entity}")
        schema = document["paths"].get(f"/api/lab/{entity}", {}).get("get", {}).get("responses", {}).get("200")
        assert (schema is not None) == (answer.status_code == 200)
        if schema is not None:
            page = schema["content"]["application/json"]["schema"]
            jsonschema.Draft202012Validator({**page, "components": document["components"]}).validate(answer.json())


def test_reports_count_only_what_the_reader_sees(bank: Bank) -> None:
    """Groups and measures under the reader's rows; refused where a field it needs is not read in clear."""
    for code, branch, level, income, vip in (
        ("A", "cx", "mid", "10", True),
        ("B", "cx", "mid", "5.5", False),
        ("C", "bj", "low", "7", None),
        ("D", "cx", None, None, True),
    ):
        add_client(bank.db, code, branch=branch, level=level, income=income, vip=vip)
    tom, eve, ann = bank.caller("tom", "teller"), bank.caller("eve", "boss"), bank.caller("ann", "viewer")

    mine = tom("GET", "/api/lab/reports/by_level").json()
    everything = eve("GET", "/api/lab/reports/by_level").json()

    assert [("cx", "mid", 2, "15.50", 1), ("cx", None, 1, "0.00", 1)] == [
        (r["branch"], r["level"], r["clients"], r["total"], r["vips"]) for r in mine["rows"]
    ]
    assert {"cx": "CX"} == mine["_titles"]["branch"]
    assert 3 == len(everything["rows"])
    assert (403, "Q209") == _problem(ann("GET", "/api/lab/reports/by_level"))
    assert (404, "Q404") == _problem(tom("GET", "/api/lab/reports/nothing"))

    # A group beyond a reference may be missing because the record there is another branch's.
    def missing(answer: httpx.Response) -> list[str]:
        return [column["missing"] for column in answer.json()["columns"] if column["role"] == "group"]

    assert ["hidden", "either", "unset"] == missing(tom("GET", "/api/lab/reports/deals_by_client"))
    assert ["unset", "unset", "unset"] == missing(ann("GET", "/api/lab/reports/deals_by_client"))


def _problem(answer: httpx.Response) -> tuple[int, str]:
    assert "application/problem+json" == answer.headers["content-type"], answer.text
    return answer.status_code, answer.json()["code"]


def test_numbers_have_one_form_on_the_wire(bank: Bank) -> None:
    """Whole numbers are JSON numbers, exact ones are texts: another form is refused with a hint, and once."""
    boss = bank.caller("eve", "boss")
    answer = boss("POST", "/api/lab/client", content=b'{"income": 51000.5, "visits": "12", "branch": "nowhere"}',
                  headers={"Content-Type": "application/json"})  # fmt: skip

    assert 422 == answer.status_code
    errors = answer.json()["errors"]
    said = {error["pointer"]: (error["code"], error["message"]) for error in errors}
    assert ("V001", 'This must be an exact number, sent as a text ("51000.50"): JSON numbers lose digits on their way.') == said[
        "/income"
    ]
    assert ("V001", 'This must be a whole number, sent as a JSON number (12, not "12").') == said["/visits"]
    assert len(errors) == len({(error["pointer"], error["code"]) for error in errors})


def test_a_database_that_is_away_is_said_as_such(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 as a problem with Retry-After, never the words of a driver."""
    boss = bank.caller("eve", "boss")

    def refuse(*_: object, **__: object) -> None:
        orig = (
            sqlite3.OperationalError("unable to open database file")
            if bank.db.is_sqlite
            else psycopg2.OperationalError("refused")
        )
        raise sa.exc.OperationalError("", None, orig)

    monkeypatch.setattr(type(bank.db.engine), "connect", refuse)
    answer = boss("POST", "/api/lab/client", json={"code": "x"})
    assert (503, "Q503", "5") == (answer.status_code, answer.json()["code"], answer.headers["retry-after"])
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_change_that_loses_a_deadlock_may_be_tried_again(bank: Bank) -> None:
    """Of two transactions that wait for each other PostgreSQL ends one: that is 503 with Retry-After, and the next try succeeds."""
    if bank.db.is_sqlite:
        return  # one writer at a time: nobody waits for each other
    boss, mine = bank.caller("eve", "boss"), add_client(bank.db, "C1")
    table = lab().entities["client"].table

    def change() -> httpx.Response:
        return boss("PATCH", f"/api/lab/client/{mine}", json={"code": "TAKEN"}, headers={"If-Match": '"1"'})

    with concurrent.futures.ThreadPoolExecutor(1) as pool, bank.db.engine.connect() as other, other.begin() as transaction:
        row = other.execute(sa.select(table).where(table.c.id == mine)).one()._asdict()
        other.execute(table.insert().values({**row, "id": "other", "f_code": "TAKEN"}))
        answer = pool.submit(change)
        waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        until = time.monotonic() + 20
        while not other.scalar(waiting) and time.monotonic() < until:
            time.sleep(0.01)
        # The change holds the record and waits for this transaction's code; now this one waits for the record.
        other.execute(sa.select(table.c.id).where(table.c.id == mine).with_for_update())
        lost = answer.result(30)
        transaction.rollback()

    assert (503, "Q504", "1") == (lost.status_code, lost.json()["code"], lost.headers["retry-after"])
    assert (200, "TAKEN") == (change().status_code, boss("GET", f"/api/lab/client/{mine}").json()["code"])
