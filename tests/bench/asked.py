"""The requests that are measured: the same question to the product and to the twin."""

from __future__ import annotations

import itertools
import random
import time
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from runtime.query.cursor import write_cursor
from tests.bench.ground import Ground, Person, customer_no, record_id
from tests.bench.load import Request, http

_REST = "/api/bench/customer"
_FIELDS = "customer_no,full_name,branch,level,mobile,monthly_income,opened_on"
#: As far as OData lets programs skip.
_FAR = 50_000


@dataclass(frozen=True, slots=True)
class Pair:
    """One question as both servers are asked it; `of` are the pairs of which two ratios are compared."""

    title: str
    product: Request
    twin: Request


def pairs(ground: Ground) -> list[Pair]:
    """What is asked of product and twin by turns."""
    clerk, head = ground.clerk, ground.headquarters
    return [
        *(_get(who, ground, person) for who, person in (("clerk", clerk), ("head office", head))),
        *(_list(who, person) for who, person in (("clerk", clerk), ("head office", head))),
        *(_joined(who, person) for who, person in (("clerk", clerk), ("head office", head))),
        *(_own(who, person) for who, person in (("clerk", clerk), ("manager", ground.manager), ("head office", head))),
        _offset(ground),
        _create(clerk),
        _patch(ground),
    ]


def pages(ground: Ground) -> tuple[Request, Request, int]:
    """The first page of all customers and the last but one by its cursor, as head office reads them; and the latter's number."""
    number = ground.rows // 50
    before = ground.rows - 50 if number > 1 else 0
    cursor = write_cursor(("bench", "customer", "", "customer_no", ""), (customer_no(before - 1), record_id(before - 1)))
    query = {"order": "customer_no", "limit": "50"}
    headers = _headers(ground.headquarters)
    return (
        lambda _: http("GET", f"{_REST}?{urlencode(query)}", headers),
        lambda _: http("GET", f"{_REST}?{urlencode({**query, 'cursor': cursor})}", headers),
        number,
    )


def everyday(ground: Ground) -> Request:
    """What clerks do all day: mostly reading, one request in ten changes a customer or makes one."""
    read, find, joined = (
        pair.product for pair in (_get("", ground, ground.clerk), _own("", ground.clerk), _joined("", ground.clerk))
    )
    create, patch = _create(ground.clerk).product, _patch(ground, behind=1).product

    def request(n: int) -> bytes:
        match n % 20:
            case 9:
                return create(n)
            case 19:
                return patch(n // 20)
            case rest:
                return (read, find, joined)[rest % 3](n)

    return request


def _get(who: str, ground: Ground, person: Person) -> Pair:
    chance = random.Random(7)  # noqa: S311 - a repeatable choice of records
    known = ground.ids
    ids = [chance.choice(known) for _ in range(5000)]
    headers = _headers(person)
    return Pair(
        f"get one by id, {who}",
        lambda n: http("GET", f"{_REST}/{ids[n % 5000]}", headers),
        lambda n: http("GET", f"/customer/{ids[n % 5000]}", headers),
    )


def _list(who: str, person: Person) -> Pair:
    where = quote(f'branch == "{person.branch}" and level == "2"')
    headers = _headers(person)
    return Pair(
        f"list 50, two filters, sorted, {who}",
        lambda _: http("GET", f"{_REST}?where={where}&order=customer_no&limit=50", headers),
        lambda _: http("GET", f"/customer?branch={person.branch}&level=2&limit=50", headers),
    )


def _joined(who: str, person: Person) -> Pair:
    where = quote(f'branch == "{person.branch}" and level == "2"')
    headers = _headers(person)
    return Pair(
        f"the same with the branch's name, {who}",
        lambda _: http("GET", f"{_REST}?where={where}&order=customer_no&limit=50&select={_FIELDS},branch.name", headers),
        lambda _: http("GET", f"/customer-with-branch?branch={person.branch}&level=2&limit=50", headers),
    )


def _own(who: str, person: Person) -> Pair:
    headers = _headers(person)
    return Pair(
        f"list 50 of what one may see, {who}",
        lambda _: http("GET", f"{_REST}?order=customer_no&limit=50", headers),
        lambda _: http("GET", "/customer?limit=50", headers),
    )


def _offset(ground: Ground) -> Pair:
    skip = min(_FAR, ground.rows - 50)
    headers = _headers(ground.headquarters)
    return Pair(
        f"50 after {skip:,} skipped (OData), head office",
        lambda _: http(
            "GET",
            f"/odata/bench/customer?$orderby=customer_no&$top=50&$skip={skip}&$select=id,version,created_at,created_by,changed_at,changed_by,{_FIELDS}",
            headers,
        ),
        lambda _: http("GET", f"/customer?limit=50&offset={skip}", headers),
    )


def _create(person: Person) -> Pair:
    headers, numbers, stamp = _headers(person), itertools.count(), f"{time.time_ns()}"[-9:]

    def body(prefix: str) -> bytes:
        n = next(numbers)
        return (
            f'{{"customer_no":"{prefix}{stamp}{n}","full_name":"测量 {n}","branch":"{person.branch}","level":"2",'
            f'"mobile":"13812345678","monthly_income":"18500.00","opened_on":"2026-11-24"}}'
        ).encode()

    return Pair(
        "create with audit, clerk",
        lambda _: http("POST", _REST, headers, body("P")),
        lambda _: http("POST", "/customer", headers, body("T")),
    )


def _patch(ground: Ground, behind: int = 0) -> Pair:
    """Changes of customers by turns; `behind` leaves out as many halves of them, so that two loads keep apart."""
    known = ground.ids
    ids = known[len(known) // 2 :] if behind else known[: len(known) // 2]
    headers = _headers(ground.clerk)

    def of(path: str) -> Request:
        versions: dict[str, int] = {}

        def request(n: int) -> bytes:
            id = ids[n % len(ids)]
            versions[id] = versions.get(id, 0) + 1
            body = f'{{"full_name":"改 {n} {versions[id]}"}}'.encode()
            return http("PATCH", f"{path}/{id}", {**headers, "If-Match": f'"{versions[id]}"'}, body)

        return request

    return Pair("patch one field with audit, clerk", of(_REST), of("/customer"))


def _headers(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.token}", "Accept": "application/json"}
