"""Many writes in one request: each item as if it came alone, with a result for each; or all of them, or none."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Mapping, Sequence

import httpx
import jsonschema
import pytest
import sqlalchemy as sa

from runtime.store.tables import audit_event, search_term
from tests.records.lab import add_client, lab
from tests.records.served import Bank, Caller
from tests.serving import PLAIN

PATH = "/api/lab/client/bulk"


def new(code: str, **values: object) -> dict[str, object]:
    return {"action": "create", "values": {"code": code, "full_name": f"Client {code}", "branch": "cx", **values}}


def change(id: str, version: int, **values: object) -> dict[str, object]:
    return {"action": "change", "id": id, "version": version, "values": values}


def send(caller: Caller, *items: object, path: str = PATH, **more: object) -> httpx.Response:
    return caller("POST", path, json={"items": items, **more})


def results(answer: httpx.Response) -> list[tuple[str, int | None]]:
    assert 200 == answer.status_code, answer.text
    assert list(range(len(answer.json()["items"]))) == [item["index"] for item in answer.json()["items"]]
    return [(item["status"], item["version"]) for item in answer.json()["items"]]


def pointers(errors: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {error["pointer"]: error["code"] for error in errors}


def codes(bank: Bank) -> list[str]:
    table = lab().entities["client"].table
    with bank.db.read() as connection:
        return sorted(connection.scalars(sa.select(table.c.f_code).where(table.c.deleted_at.is_(None))))


def test_each_item_is_answered_in_its_order(bank: Bank) -> None:
    """Made, changed, left as it was, deleted and brought back in one request; the counts add up."""
    first, second = add_client(bank.db, "A"), add_client(bank.db, "B")
    answer = send(
        bank.caller("tom", "teller"),
        new("C", income="12.5"),
        change(first, 1, remark="x"),
        change(first, 2, remark="x"),
        {"action": "delete", "id": second, "version": 1},
        {"action": "restore", "id": second, "version": 2},
    )

    assert [("created", 1), ("changed", 2), ("unchanged", 2), ("deleted", 2), ("restored", 3)] == results(answer)
    assert {"created": 1, "changed": 1, "unchanged": 1, "deleted": 1, "restored": 1} == answer.json()["counts"]
    made = bank.caller("tom")("GET", f"/api/lab/client/{answer.json()['items'][0]['id']}").json()
    assert ("C", "12.50", 1) == (made["code"], made["income"], made["version"])


def test_a_refused_item_leaves_no_trace_and_stops_no_other(bank: Bank) -> None:
    """Every fault is named at its place in the body; what was refused stands in no table, trail or search."""
    tom, client = bank.caller("tom", "teller"), add_client(bank.db, "A")
    answer = send(
        tom,
        new("B"),
        new("", income="x", nonsense=1),
        change(client, 7, remark="late"),
        change(client, 1, born="2999-01-01"),
        new("C"),
    )

    assert ["created", "refused", "refused", "refused", "created"] == [status for status, _ in results(answer)]
    problems = [item.get("problem") for item in answer.json()["items"]]
    assert {
        "/items/1/values/code": "Q303",
        "/items/1/values/income": "V001",
        "/items/1/values/nonsense": "Q301",
    } == pointers(problems[1]["errors"])
    assert (412, "Q412", 1, {"/items/2": "Q412"}) == (
        problems[2]["status"],
        problems[2]["code"],
        problems[2]["version"],
        pointers(problems[2]["errors"]),
    )
    assert {"/items/3/values/born": "Q307"} == pointers(problems[3]["errors"])
    assert client == answer.json()["items"][3]["id"]
    assert ["A", "B", "C"] == codes(bank)
    with bank.db.read() as connection:
        ids = set(connection.scalars(sa.select(lab().entities["client"].table.c.id)))
        assert ids == set(connection.scalars(sa.select(search_term.c.record_id)))
        assert sorted(["record.created"] * 3) == sorted(
            connection.scalars(sa.select(audit_event.c.kind).where(audit_event.c.record_id.in_(ids)))
        )


def test_all_or_nothing_names_every_fault_and_does_nothing(bank: Bank) -> None:
    """One refusal undoes the whole request, and it is told what to mend everywhere; without a refusal all is done."""
    tom, client = bank.caller("tom", "teller"), add_client(bank.db, "A")
    items = [new("B"), new("C", income="x"), change(client, 7, remark="late"), change("nobody", 1, remark="x")]
    answer = send(tom, *items, all_or_nothing=True)

    assert (422, "Q322") == (answer.status_code, answer.json()["code"])
    assert answer.json()["detail"] == "3 of 4 items were refused, so nothing was done."
    assert {"/items/1/values/income": "V001", "/items/2": "Q412", "/items/3": "Q404"} == pointers(answer.json()["errors"])
    assert ["A"] == codes(bank)
    assert [("created", 1), ("changed", 2)] == results(
        send(tom, new("B"), change(client, 1, remark="in time"), all_or_nothing=True)
    )


def test_items_of_one_record_are_done_one_after_the_other(bank: Bank) -> None:
    """The second is based on what the first left, or is refused like that of a second person."""
    client = add_client(bank.db, "A")
    answer = send(
        bank.caller("tom", "teller"),
        change(client, 1, remark="one"),
        change(client, 1, remark="late"),
        change(client, 2, remark="two"),
    )

    assert [("changed", 2), ("refused", None), ("changed", 3)] == results(answer)
    assert "two" == bank.caller("tom")("GET", f"/api/lab/client/{client}").json()["remark"]


def test_two_items_do_not_share_a_unique_value(bank: Bank) -> None:
    """The first of the request has it, the second is refused at its field; a value that the first gave up is free."""
    client = add_client(bank.db, "A")
    answer = send(bank.caller("tom", "teller"), new("B"), new("B"), change(client, 1, code="C"), new("A"), new("C"))

    assert ["created", "refused", "changed", "created", "refused"] == [status for status, _ in results(answer)]
    problems = [item["problem"] for item in answer.json()["items"] if item["status"] == "refused"]
    assert [{"/items/1/values/code": "Q306"}, {"/items/4/values/code": "Q306"}] == [pointers(p["errors"]) for p in problems]


def test_a_value_of_what_was_refused_is_free(bank: Bank) -> None:
    """Among creates that go in together, too, a refused one leaves no trace: the next has its unique value."""
    answer = send(bank.caller("tom", "teller"), new("A", income="x"), new("A"), new("A"), new("B", branch="bj"), new("B"))

    assert ["refused", "created", "refused", "refused", "created"] == [status for status, _ in results(answer)]
    problems = [item.get("problem", {"code": None, "errors": []}) for item in answer.json()["items"]]
    assert ["Q422", None, "Q422", "Q403", None] == [problem["code"] for problem in problems]
    assert {"/items/2/values/code": "Q306"} == pointers(problems[2]["errors"])
    assert ["A", "B"] == codes(bank)


@pytest.mark.parametrize(
    ("name", "roles"), [("tom", ("teller",)), ("eve", ("boss",)), ("ann", ("viewer",)), ("ann", ("noter", "teller"))]
)
def test_creates_that_go_in_together_are_refused_as_each_alone(bank: Bank, name: str, roles: tuple[str, ...]) -> None:
    """The same status, code, faults and words, whoever asks; the pointers lead into the items."""
    add_client(bank.db, "A")
    caller = bank.caller(name, *roles)
    bodies = [
        {},
        {"code": "A", "full_name": "x"},
        {"code": "A", "full_name": "x", "income": "-1"},
        {"code": "B", "full_name": "x", "branch": "nowhere", "pin": 5, "age": 7},
        {"code": "C" * 21, "full_name": None, "manager": "nobody", "level": "top", "tags": ["d"]},
        {"code": "D", "full_name": "x", "born": "2999-01-01", "salary": 1.5, "nonsense": {"a": 1}},
        {"code": "E", "full_name": "x", "branch": "ho", "id_no": "110101199001011234"} if name != "eve" else {"visits": "1"},
    ]
    alone = [caller("POST", "/api/lab/client", json=body).json() for body in bodies]
    together = [
        item.get("problem") for item in send(caller, *({"action": "create", "values": b} for b in bodies)).json()["items"]
    ]

    assert ["A"] == codes(bank)
    for index, (one, other) in enumerate(zip(alone, together, strict=True)):
        expected = [{**error, "pointer": f"/items/{index}/values{error['pointer']}"} for error in one["errors"]]
        expected = expected or [{"pointer": f"/items/{index}", "code": one["code"], "message": one["detail"]}]
        assert (one["status"], one["code"], one["detail"], expected) == (
            other["status"],
            other["code"],
            other["detail"],
            other["errors"],
        )


def test_rights_hold_for_each_item_before_and_after(bank: Bank) -> None:
    """Rows of others are not there, readable ones are not to be changed, nobody writes out of his rows or into hidden fields."""
    mine, theirs, below = add_client(bank.db, "A"), add_client(bank.db, "B", branch="bj"), add_client(bank.db, "C", branch="cx1")
    tom = bank.caller("tom", "teller")
    answer = send(
        tom,
        change(theirs, 1, remark="x"),
        change("0199", 1, remark="x"),
        change(below, 1, remark="x"),
        change(mine, 1, branch="bj"),
        new("D", branch="bj"),
        {"action": "delete", "id": theirs, "version": 1},
        new("E"),
    )
    problems = [item["problem"] if item["status"] == "refused" else None for item in answer.json()["items"]]

    assert [404, 404, 403, 403, 403, 404, None] == [problem and problem["status"] for problem in problems]
    told = [{**problem, "errors": [error["code"] for error in problem["errors"]]} for problem in problems[:2]]
    assert told[0] == told[1]
    assert ["A", "B", "C", "E"] == codes(bank)
    noter = bank.caller("ann", "noter")
    assert {"/items/0/values/income": "Q302"} == pointers(
        send(noter, change(mine, 1, income="5")).json()["items"][0]["problem"]["errors"]
    )
    assert [("refused", None)] == results(send(noter, new("F")))


def test_nobody_learns_of_an_entity_by_it(bank: Bank) -> None:
    """Whoever does not know of an entity hears that it is not there, as of one that is not."""
    add_client(bank.db, "A")
    dealer = bank.caller("ann", "dealer")
    answers = [send(dealer, new("B"), path=f"/api/lab/{name}/bulk") for name in ("client", "nothing")]

    assert [404, 404] == [answer.status_code for answer in answers]
    one, other = ({**answer.json(), "request_id": None} for answer in answers)
    assert one == other
    assert 401 == send(Caller(bank.base, None), new("B")).status_code


def test_what_is_no_bulk_request_is_refused_as_a_whole(bank: Bank) -> None:
    """No items, too many, another key, a parameter: the failure names the limit, and nothing is done."""
    tom = bank.caller("tom", "teller")
    for body, pointer in (
        ({}, "/items"),
        ({"items": []}, "/items"),
        ({"items": {}}, "/items"),
        ({"items": [new(str(number)) for number in range(1_001)]}, "/items"),
        ({"items": [new("A")], "atomic": True}, "/atomic"),
        ({"items": [new("A")], "all_or_nothing": "yes"}, "/all_or_nothing"),
    ):
        answer = tom("POST", PATH, json=body)
        assert (422, {pointer: "Q320"}) == (answer.status_code, pointers(answer.json()["errors"])), body
        assert pointer != "/items" or "1000 items" in answer.json()["detail"]
    assert 400 == tom("POST", f"{PATH}?submit=false", json={"items": [new("A")]}).status_code
    assert [] == codes(bank)


@pytest.mark.parametrize(
    ("item", "status", "faults"),
    [
        (7, 422, {"": "Q321"}),
        ({"values": {}}, 422, {"/action": "Q321"}),
        ({"action": "upsert", "values": {}}, 422, {"/action": "Q321"}),
        ({"action": ["create"]}, 422, {"/action": "Q321"}),
        ({"action": "create"}, 422, {"/values": "Q321"}),
        ({"action": "create", "values": [], "id": "x"}, 422, {"/values": "Q321", "/id": "Q321"}),
        ({"action": "create", "values": {}, "submit": 1}, 422, {"/submit": "Q321"}),
        ({"action": "change", "id": "x", "values": {}}, 428, {"/version": "Q321"}),
        ({"action": "change", "id": 5, "version": True, "values": {}}, 422, {"/id": "Q321", "/version": "Q321"}),
        ({"action": "change", "id": "x", "version": 99**20, "values": {}}, 404, {"": "Q404"}),
        ({"action": "change", "id": "x' or 1", "version": 1, "values": {}}, 404, {"": "Q404"}),
        ({"action": "delete", "id": "x", "version": 1, "a/b": {}}, 422, {"/a~1b": "Q321"}),
    ],
)
def test_an_item_that_cannot_be_read_stops_no_other(bank: Bank, item: object, status: int, faults: Mapping[str, str]) -> None:
    """What is wrong with the form of an item is said at its place."""
    answer = send(bank.caller("tom", "teller"), item, new("A"))

    assert [("refused", None), ("created", 1)] == results(answer)
    problem = answer.json()["items"][0]["problem"]
    assert (status, {f"/items/0{place}": code for place, code in faults.items()}) == (
        problem["status"],
        pointers(problem["errors"]),
    )


def test_rows_numbers_and_references_are_as_in_a_single_write(bank: Bank) -> None:
    """Pointers into child rows, computed totals, business numbers without a gap for what was refused."""
    client = add_client(bank.db, "A")
    deal = {"client": client, "kind": "small", "amount": "50"}
    bad = {**deal, "items": [{"name": "x", "price": "1", "quantity": 1}, {"name": "y", "price": "z", "quantity": 1}]}
    good = {**deal, "items": [{"name": "x", "price": "2", "quantity": 3}]}
    tom = bank.caller("tom", "teller")
    answer = send(tom, *({"action": "create", "values": each} for each in (deal, bad, good)), path="/api/lab/deal/bulk")

    assert [("created", 1), ("refused", None), ("created", 1)] == results(answer)
    assert {"/items/1/values/items/1/price": "V001"} == pointers(answer.json()["items"][1]["problem"]["errors"])
    kept = tom("GET", "/api/lab/deal", params={"order": "number"}).json()["items"]
    assert [("D202611-0001", "0.00"), ("D202611-0002", "6.00")] == [(each["number"], each["items_total"]) for each in kept]
    # A deal refers to the client, so it stays.
    problem = send(tom, {"action": "delete", "id": client, "version": 1}).json()["items"][0]["problem"]
    assert (409, {"/items/0": "Q310"}) == (problem["status"], pointers(problem["errors"]))


@pytest.mark.parametrize("role", ["teller", "noter", "viewer"])
def test_the_openapi_document_describes_it(bank: Bank, role: str) -> None:
    """What is sent and what comes back keep to the document; who may not write finds no such path."""
    client, caller = add_client(bank.db, "A"), bank.caller("tom", role)
    document = caller("GET", "/api/lab/openapi.json").json()
    described = document["paths"].get(PATH, {}).get("post")

    if role == "viewer":
        assert described is None
        return
    schemas = [described["requestBody"], described["responses"]["200"]]
    body, answered = ({**each["content"]["application/json"]["schema"], "components": document["components"]} for each in schemas)
    items = [change(client, 1, remark="x"), change(client, 1, remark="late")]
    items += [new("B"), {"action": "delete", "id": client, "version": 2}] if role == "teller" else []
    jsonschema.Draft202012Validator(body).validate({"items": items})
    assert jsonschema.Draft202012Validator(body).is_valid({"items": [new("B")]}) == (role == "teller")
    jsonschema.Draft202012Validator(answered).validate(send(caller, *items).json())


def test_one_key_does_the_whole_request_once(bank: Bank) -> None:
    """The same key and body at once and later: one effect, the first answer again; another body is refused."""
    tom = bank.caller("tom", "teller")
    body = {"items": [new("A"), new("A"), new("B", income="x")]}

    def post(_: int) -> httpx.Response:
        return httpx.post(
            f"{bank.base}{PATH}", json=body, headers={**tom.http.headers, "Idempotency-Key": "k"}, timeout=60, verify=PLAIN
        )

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))
    again = post(0)

    assert {200, 409} >= {answer.status_code for answer in answers}
    assert {again.content} == {answer.content for answer in answers if answer.status_code == 200}
    assert (200, "true") == (again.status_code, again.headers["idempotency-replayed"])
    assert {"created": 1, "refused": 2} == again.json()["counts"]
    assert ["A"] == codes(bank)
    other = tom("POST", PATH, json={"items": [new("B")]}, headers={"Idempotency-Key": "k"})
    assert (422, "Q410") == (other.status_code, other.json()["code"])


@pytest.mark.parametrize("together", [False, True])
def test_two_requests_that_want_the_same_values_in_another_order(bank: Bank, together: bool) -> None:
    """Each value is there once and nobody gets a fault of the server: who lost a deadlock begins again."""
    tom, wanted = bank.caller("tom", "teller"), [f"S{number}" for number in range(60)]
    bodies = [{"items": [new(code) for code in order], "all_or_nothing": together} for order in (wanted, wanted[::-1])]

    def post(body: object) -> httpx.Response:
        return httpx.post(f"{bank.base}{PATH}", json=body, headers=tom.http.headers, timeout=60, verify=PLAIN)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(post, bodies))

    assert sorted(wanted) == codes(bank)
    if together:
        assert [200, 422] == sorted(answer.status_code for answer in answers)
    else:
        assert [200, 200] == [answer.status_code for answer in answers]
        assert 60 == sum(answer.json()["counts"].get("created", 0) for answer in answers)
        assert 60 == sum(answer.json()["counts"].get("refused", 0) for answer in answers)


def test_two_requests_that_change_the_same_records_in_another_order(bank: Bank) -> None:
    """Each record is changed by one of the two, never by both from one version."""
    tom, clients = bank.caller("tom", "teller"), [add_client(bank.db, f"C{number}") for number in range(20)]
    bodies = [{"items": [change(id, 1, remark=mark) for id in ids]} for mark, ids in (("a", clients), ("b", clients[::-1]))]

    def post(body: object) -> httpx.Response:
        return httpx.post(f"{bank.base}{PATH}", json=body, headers=tom.http.headers, timeout=60, verify=PLAIN)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(post, bodies))

    assert [200, 200] == [answer.status_code for answer in answers]
    assert (20, 20) == tuple(sum(a.json()["counts"].get(word, 0) for a in answers) for word in ("changed", "refused"))
    assert {2} == {item["version"] for item in tom("GET", "/api/lab/client").json()["items"]}


def test_a_thousand_items_fit(bank: Bank) -> None:
    """The limit itself is no fault; each record has its event in the trail, in the order of the items."""
    answer = bank.caller("tom", "teller")("POST", PATH, json={"items": [new(f"{n:04}") for n in range(1_000)]}, timeout=120)

    assert {"created": 1_000} == answer.json()["counts"]
    ids = [item["id"] for item in answer.json()["items"]]
    with bank.db.read() as connection:
        assert ids == list(connection.scalars(sa.select(audit_event.c.record_id).order_by(audit_event.c.id)))
    assert [f"{n:04}" for n in range(1_000)] == codes(bank)
