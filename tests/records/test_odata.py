"""OData: a spreadsheet reads what its person may read, asks in OData's words, and is told in OData's form what is wrong."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from xml.etree import ElementTree as ET

import httpx
import orjson
import pytest
import sqlalchemy as sa

from runtime.records.odata_filter import NotRead, read_filter, read_order
from tests.records.lab import add, add_client, lab
from tests.records.served import Bank, Caller
from tests.serving import PLAIN

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"


@pytest.mark.parametrize(
    ("odata", "ours"),
    [
        ("name eq 'O''Brien'", '(name == "O\'Brien")'),
        ("a eq 1 or b ne 2 and c gt -3.50", "((a == 1) or ((b != 2) and (c > (-3.50))))"),
        ("(a eq 1 or b eq 2) and not c", "(((a == 1) or (b == 2)) and (not c))"),
        ("not (a le 1) or b lt 2", "((not (a <= 1)) or (b < 2))"),
        ("branch/name eq '总行' and x ge 2026-01-31", '((branch.name == "总行") and (x >= date(2026, 1, 31)))'),
        ("level in ('a','b')", '(level in ["a", "b"])'),
        ("contains(tolower(name),'x') and startswith(code,'A')", '(contains(lower(name), "x") and starts_with(code, "A"))'),
        ("a add 2 mul b sub 1 eq 7", "(((a + (2 * b)) - 1) == 7)"),
        ("x eq null or y eq true", "((x == None) or (y == true))"),
        ("x eq '\"\\'", '(x == "\\"\\\\")'),
        ("date(met_at) eq 2026-02-01", "(date_of(met_at) == date(2026, 2, 1))"),
    ],
)
def test_a_filter_is_said_in_the_language(odata: str, ours: str) -> None:
    """Precedence, literals, paths and functions of OData, each in the words of the expression language."""
    assert ours == read_filter(odata)


@pytest.mark.parametrize(
    ("odata", "at"),
    [("a eq", 4), ("a eq 1 b", 7), ("a = 1", 2), ("any(x)", 0), ("a eq 2026-01-01T00:00:00Z", 5), ("'a", 0), ("(a eq 1", 7), ("eq eq 1", 0),
     ("a eq 1)", 6), ("(" * 40 + "a", 31), ("a eq 1; drop", 6), ("", 0), ("contains(a 'b')", 11)],
)  # fmt: skip
def test_what_is_not_read_is_refused_at_its_place(odata: str, at: int) -> None:
    """Nothing is guessed and nothing is passed on that was not understood."""
    with pytest.raises(NotRead) as caught:
        read_filter(odata)
    assert at == caught.value.position


def test_an_order_is_said_in_the_languages_words() -> None:
    """Falling keys get their sign, paths their dots."""
    assert ("-a", "b.c", "d") == read_order("a desc,b/c asc, d")
    with pytest.raises(NotRead):
        read_order("a down")


def numbers(answer: httpx.Response) -> list[dict[str, object]]:
    """The records of an answer with every number exact, as a careful client reads them."""
    found: list[dict[str, object]] = json.loads(answer.text, parse_float=Decimal)["value"]
    return found


def test_a_spreadsheet_reads_filters_orders_and_pages(bank: Bank) -> None:
    """Exact numbers as numbers, titles of references, pages that follow each other, the count beside them."""
    add_client(bank.db, "A", income="9999999999999999.99", level="mid", tags=["a", "b"], vip=True, born="1990-01-31")
    add_client(bank.db, "B", income=5, branch="bj")
    add_client(bank.db, "C", income=7)
    boss = bank.caller("eve", "boss")

    answer = boss("GET", "/odata/lab/client", params={"$orderby": "income desc", "$top": "2", "$count": "true"})
    first = numbers(answer)
    assert ("4.0", 3, ["A", "C"]) == (
        answer.headers["odata-version"],
        answer.json()["@odata.count"],
        [each["code"] for each in first],
    )
    assert (Decimal("9999999999999999.99"), True, ["a", "b"], "CX") == tuple(
        first[0][name] for name in ("income", "vip", "tags", "branch_title")
    )
    assert "@odata.nextLink" not in answer.json()
    texts = boss("GET", "/odata/lab/client?$filter=code eq 'A'", headers={"Accept": "application/json;IEEE754Compatible=true"})
    assert "9999999999999999.99" == texts.json()["value"][0]["income"]

    kept = [
        each["code"]
        for each in numbers(
            boss("GET", "/odata/lab/client", params={"$filter": "income gt 5 and branch/name eq 'CX'", "$orderby": "code"})
        )
    ]
    assert ["A", "C"] == kept
    assert ["B", "C"] == [each["code"] for each in numbers(boss("GET", "/odata/lab/client?$orderby=code&$skip=1"))]
    assert "2" == boss("GET", "/odata/lab/client/$count?$filter=vip ne true").text
    one = boss("GET", f"/odata/lab/client('{first[0]['id']}')?$select=code,branch_title")
    assert {"code": "A", "branch_title": "CX"} == {k: v for k, v in one.json().items() if not k.startswith("@")}
    assert [] == boss("GET", "/odata/lab/client?$top=0").json()["value"]


def test_every_skip_gives_what_stands_behind_it(bank: Bank) -> None:
    """Records without the unique field of the order come last, however many are skipped before or among them."""
    for code in ("B", "A", "X", "C", "Y"):
        add_client(bank.db, code)
    client = lab().entities["client"].table
    with bank.db.write() as connection:
        connection.execute(sa.update(client).where(client.c.f_code.in_(("X", "Y"))).values(f_code=None))
    boss = bank.caller("eve", "boss")

    for order, expected in (("code", ["A", "B", "C", None, None]), ("code desc", ["C", "B", "A", None, None])):
        for skip in range(6):
            for top in (1, 2, 10):
                answer = boss("GET", "/odata/lab/client", params={"$orderby": order, "$skip": str(skip), "$top": str(top)})
                assert expected[skip : skip + top] == [each["code"] for each in numbers(answer)]


def test_more_than_a_page_is_followed_by_its_link(bank: Bank) -> None:
    """A client that follows the links gets every record once, and no more than it asked for."""
    client = add_client(bank.db, "A")
    for _ in range(205):
        add(bank.db, "deal", client=client, branch="cx", kind="small", amount=20)
    boss = bank.caller("eve", "boss")

    seen, link = [], "/odata/lab/deal?$select=id&$top=203"
    while link:
        answer = boss("GET", link).json()
        seen += [each["id"] for each in answer["value"]]
        link = answer.get("@odata.nextLink", "").removeprefix(bank.base)
    assert (203, 203) == (len(seen), len(set(seen)))


def test_metadata_tells_only_what_the_reader_knows(bank: Bank) -> None:
    """Hidden fields and entities are absent, masked ones are texts; every property of an answer is declared."""
    add_client(bank.db, "A", id_no="310101199001011234")
    viewer = bank.caller("tom", "viewer")
    root = ET.fromstring(viewer("GET", "/odata/lab/$metadata").text)
    types = {
        each.get("Name"): {p.get("Name"): p.get("Type") for p in each.iter(f"{EDM}Property")}
        for each in root.iter(f"{EDM}EntityType")
    }

    assert {"client", "deal"} == set(types)
    assert not {"salary", "id_no", "pin"} & set(types["client"])
    assert ("Edm.String", "Edm.Decimal", "Edm.Int64", "Edm.Date", "Edm.DateTimeOffset") == tuple(
        types["client"][name] for name in ("income", "rate", "visits", "born", "met_at")
    )
    record = viewer("GET", "/odata/lab/client").json()["value"][0]
    assert set(record) == set(types["client"])
    sets = viewer("GET", "/odata/lab").json()["value"]
    assert ["client", "deal"] == sorted(each["name"] for each in sets)
    assert 404 == bank.caller("ann")("GET", "/odata/lab/$metadata").status_code


def test_what_is_wrong_is_said_in_odatas_form(bank: Bank) -> None:
    """A name that the reader may not know of is one that is not there; masked ones are no filter; unknown options are refused."""
    add_client(bank.db, "A", salary=1)
    viewer = bank.caller("tom", "viewer")
    hidden, absent = (viewer("GET", f"/odata/lab/client?$filter={name} eq 1").json()["error"] for name in ("salary", "celery"))
    assert hidden["code"] == absent["code"]
    assert hidden["details"][0]["message"].replace("salary", "…") == absent["details"][0]["message"].replace("celery", "…")
    for query, code in (
        ("$filter=income gt 1", "Q205"),
        ("$filter=code =", "Q202"),
        ("$expand=branch", "Q201"),
        ("$top=-1", "Q202"),
        ("$select=salary", "Q202"),
    ):
        answer = viewer("GET", f"/odata/lab/client?{query}")
        assert (400, code) == (answer.status_code, answer.json()["error"]["code"]), query


def test_a_spreadsheet_signs_in_with_a_token_as_its_password(bank: Bank) -> None:
    """Basic with a token is let in here and nowhere else; a person's own password is no token."""
    boss = bank.caller("eve", "boss")
    token = boss.http.headers["authorization"].removeprefix("Bearer ")
    add_client(bank.db, "A")

    def basic(path: str, password: str) -> httpx.Response:
        encoded = base64.b64encode(f"eve:{password}".encode()).decode()
        return httpx.get(bank.base + path, headers={"Authorization": f"Basic {encoded}"}, timeout=30, verify=PLAIN)

    let_in = basic("/odata/lab/client", token)
    assert (200, "A") == (let_in.status_code, let_in.json()["value"][0]["code"])
    assert 401 == basic("/api/lab/client", token).status_code
    asked = basic("/odata/lab/client", "secret")
    assert (401, True, "Q401") == (
        asked.status_code,
        asked.headers["www-authenticate"].startswith("Basic"),
        orjson.loads(asked.content)["error"]["code"],
    )
    assert 401 == Caller(bank.base, None)("GET", "/odata/lab").status_code
    assert (
        401 == httpx.get(f"{bank.base}/odata/lab", headers={"Authorization": "Basic ???"}, timeout=30, verify=PLAIN).status_code
    )
