"""Expanding: the records that references lead to come along, each as a list of them would show it, and no more is told of them."""

from __future__ import annotations

import jsonschema
import orjson
import pytest
from sqlalchemy.engine import Connection

from runtime.context import SYSTEM, Context
from runtime.records.read import get_record, list_records
from runtime.records.request import GetRequest, ListRequest, parse_find, parse_get, parse_list
from runtime.records.write import insert_record
from runtime.store import asking
from runtime.store.database import Database
from tests.records.lab import (
    DEAL,
    NOW,
    ROLES,
    add,
    add_client,
    context,
    faults,
    items,
    lab,
    lab_with,
    make_tables,
    person,
    refusal,
)
from tests.records.served import Bank

BOSS = person("eve", "boss", unit="ho")
VIEWER = person("ann", "viewer", unit="bj")
TELLER = person("tom", "teller")
DEALER = person("ann", "dealer", unit="bj")


@pytest.fixture
def deals(db: Database) -> Database:
    """A deal of the teller's own branch over a client of another one, and one over a client of his."""
    away = add_client(db, "AWAY", branch="bj", full_name="Far Away", income="7", id_no="110101199001011234", salary="5")
    home = add_client(db, "HOME", branch="cx", full_name="At Home", income="9", manager="tom", tags=["a", "b"], vip=True)
    near = add_client(db, "NEAR", branch="cx", full_name="Near By", id_no="110101199001015678")
    row = {"name": "pen", "price": "2", "quantity": 3, "secret": "hush"}
    add(db, "deal", client=home, friend=near, branch="cx", kind="small", amount="100", items=[row])
    add(db, "deal", client=away, branch="cx", kind="small", amount="50")
    return db


@pytest.mark.parametrize("who", [BOSS, VIEWER, TELLER], ids=["boss", "viewer", "teller"])
def test_an_expanded_record_is_what_a_list_of_its_entity_shows(deals: Database, who: object) -> None:
    """Key by key: masks, absent fields, child rows and all; what the list does not give is null."""
    who = context(who)  # type: ignore[arg-type]
    alone = {item["id"]: item for item in items(deals, who, "client")}
    titles = {id: item["full_name"] for id, item in alone.items()}
    for deal in items(deals, who, "deal", expand=("client", "friend")):
        for name in ("client", "friend"):
            wanted = alone.get(str(deal[name]))

            assert (None if wanted is None else {**wanted, "_title": titles[wanted["id"]]}) == deal["_expanded"][name]


def test_child_rows_come_along_under_their_own_rights(db: Database) -> None:
    """A record that has rows is expanded with them: each cell as in a list, also where the rows are hidden on some records."""
    roles = (
        ROLES
        + """  part:
    label: Part
    access:
      client: {read: true}
      deal: {read: true, fields: {items: {read: locked}}}
"""
    )
    app = lab_with(deal=DEAL.replace("  booked:", "  best: {type: reference, to: deal, label: Best}\n  booked:"), roles=roles)
    make_tables(db, app)
    rows = [{"name": name, "price": "2", "quantity": 3, "secret": "hush"} for name in ("pen", "cup")]
    with db.write() as connection:

        def make(entity: str, **values: object) -> str:
            return insert_record(connection, context(SYSTEM, app=app), "lab", entity, values).id

        client = make("client", code="C", full_name="Name", branch="cx")
        for locked in (True, False):
            best = make("deal", client=client, branch="cx", kind="small", amount="50", items=rows, locked=locked)
            make("deal", client=client, branch="cx", kind="small", amount="60", best=best)

    shown = 0
    for who in ("boss", "viewer", "blind", "part"):
        reader = context(person("ann", who, unit="bj"), app=app)
        alone = {deal["id"]: deal for deal in items(db, reader, "deal")}
        for deal in items(db, reader, "deal", where="not is_missing(best)", expand=("best",)):
            got = deal["_expanded"]["best"]  # type: ignore[index]
            shown += len(got.get("items", ()))

            assert alone[got["id"]] == {name: value for name, value in got.items() if name != "_title"}
    assert 2 * 2 + 2 * 2 + 0 + 2 == shown


def test_what_is_not_the_readers_is_null_like_what_is_not_there(deals: Database) -> None:
    """No right on the entity, another branch's record, a deleted one, none at all: the same null, and the cell stays as it is."""
    dealer = items(deals, context(DEALER), "deal", expand=("client", "friend"))

    assert [{"client": None, "friend": None}] * 2 == [deal["_expanded"] for deal in dealer]
    assert all(deal["client"] for deal in dealer)

    mine = items(deals, context(TELLER), "deal", expand=("client", "friend"), order=("amount",))
    assert [(None, None), ("HOME", "NEAR")] == [_codes(deal) for deal in mine]
    home = str(mine[1]["client"])
    with deals.write() as connection:
        table = lab().entities["client"].table
        connection.execute(table.update().where(table.c.id == home).values(deleted_at=NOW))
    assert [("AWAY", None), (None, "NEAR")] == [
        _codes(deal) for deal in items(deals, context(BOSS), "deal", expand=("client", "friend"), order=("amount",))
    ]


def test_a_reference_that_is_hidden_or_masked_leads_nowhere(deals: Database) -> None:
    """Hidden, it is a name that does not exist; masked, it is known and leads to nothing."""
    with deals.read() as connection:
        for name in ("client", "nothing", "client.salary", "nothing.branch", "client.branch.nothing"):
            reader = context(person("ann", "blind", unit="bj"))
            expanded = refusal(lambda n=name: list_records(connection, reader, "lab", "deal", ListRequest(expand=(n,))))  # type: ignore[misc]
            selected = refusal(lambda n=name: list_records(connection, reader, "lab", "deal", ListRequest(select=(n,))))  # type: ignore[misc]

            assert {"expand": "Q203"} == faults(expanded)
            assert {"select": "Q203"} == faults(selected)
            assert selected.faults[0].message == expanded.faults[0].message
            assert expanded.faults == refusal(lambda n=name: _get(connection, reader, n)).faults  # type: ignore[misc]
    masked = ROLES.replace("income: masked", "income: masked, manager: masked")
    reader = context(VIEWER, app=lab_with(roles=masked))

    assert [{"manager": None}] * 3 == [each["_expanded"] for each in items(deals, reader, "client", expand=("manager",))]


def test_only_references_to_one_entity_are_expanded_and_few_of_them() -> None:
    """Another field is refused by name, and so are more than five; groups have nothing to expand."""
    assert ("a", "b.c") == parse_list([("expand", "a, b.c")]).expand == parse_get([("expand", "a,b.c")]).expand
    for parse in (parse_list, parse_get):
        assert {"expand": "Q202"} == faults(refusal(lambda p=parse: p([("expand", "a,b,c,d,e,f")])))  # type: ignore[misc]
        assert {"expand": "Q202"} == faults(refusal(lambda p=parse: p([("expand", "a,a")])))  # type: ignore[misc]
    assert {"expand": "Q201"} == faults(refusal(lambda: parse_find([("group", "a"), ("expand", "a")])))


@pytest.mark.parametrize("name", ["code", "tags", "met_at", "yearly", "id"])
def test_a_field_that_is_no_reference_cannot_be_expanded(db: Database, name: str) -> None:
    """It is known to the reader, and said to be no reference."""
    with db.read() as connection:
        found = refusal(lambda: list_records(connection, context(BOSS), "lab", "client", ListRequest(expand=(name,))))

    assert {"expand": "Q202"} == faults(found)


def test_paths_and_system_fields_are_expanded_under_their_own_keys(deals: Database) -> None:
    """A path is followed as `select` follows it; only what leads to its end must be shown, not what stands beside it."""
    [home] = items(
        deals, context(TELLER), "deal", where='kind == "small" and amount > 60', select=("amount",), expand=("client.manager", "created_by")
    )  # fmt: skip

    assert ("100.00", False) == (home["amount"], "client" in home)
    assert ("Tom", "Tom") == (home["_expanded"]["client.manager"]["name"], home["_expanded"]["client.manager"]["_title"])  # type: ignore[index]
    assert home["_expanded"]["created_by"] is None  # type: ignore[index] # made by the platform, which is nobody


def test_expansions_stand_beside_titles_pages_and_deleted_records(deals: Database) -> None:
    """Each with the other: titles, orders with missing values, cursors, one record."""
    reader = context(BOSS)
    with deals.read() as connection:
        pages, cursor = [], None
        while True:
            asked = ListRequest(
                limit=1, order=("-friend.code",), cursor=cursor, expand=("friend",), titles=True, select=("friend",)
            )
            page = list_records(connection, reader, "lab", "deal", asked)
            pages += [orjson.loads(item) for item in page.items]
            cursor = page.next
            if cursor is None:
                break
        one = get_record(connection, reader, "lab", "deal", pages[0]["id"], GetRequest((), titles=True, expand=("friend",)))

    assert ["NEAR", None] == [each["_expanded"]["friend"] and each["_expanded"]["friend"]["code"] for each in pages]
    assert [{"friend": "Near By"}, {}] == [each["_titles"] for each in pages]
    assert pages[0]["_expanded"] == one.values["_expanded"]
    assert {} == one.values["_titles"]
    assert [] == items(deals, reader, "deal", deleted=True, expand=("client",))


def test_however_many_records_the_statements_are_as_many(deals: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """One statement for all records and one for the titles of each entity, written once for a shape of question."""
    reader, asked = context(BOSS), []
    usual = asking.ask_now
    monkeypatch.setattr(
        asking, "ask_now", lambda connection, question: asked.append(question.prepared) or usual(connection, question)
    )
    for number in range(30):
        client = add_client(deals, f"M{number}", manager="tom")
        add(deals, "deal", client=client, branch="cx", kind="small", amount="50")
    asked.clear()
    rounds = []
    # Rounded up, both limits are of one size and so of one statement.
    for limit in (22, 50):
        items(deals, reader, "deal", limit=limit, expand=("client", "client.manager", "friend"))
        rounds.append([*asked])
        asked.clear()

    # The deals, the titles of the clients, those of the people.
    assert 3 == len(rounds[0])
    assert rounds[0] == rounds[1]


@pytest.mark.parametrize(("role", "sees"), [("boss", True), ("viewer", True), ("dealer", False), ("blind", None)])
def test_expand_over_rest_and_in_the_openapi_document(bank: Bank, role: str, sees: bool | None) -> None:
    """The same over HTTP, and the document of each audience describes what it may expand, and only that."""
    client = add_client(bank.db, "A", income="5", manager="tom", id_no="110101199001011234")
    deal = add(bank.db, "deal", client=client, branch="bj", kind="small", amount="50")
    caller = bank.caller("ann", role)
    document = caller("GET", "/api/lab/openapi.json").json()
    schema = {"$ref": "#/components/schemas/deal", "components": document["components"]}
    described = document["components"]["schemas"]["deal"]["properties"]["_expanded"]["properties"]

    assert (sees is None) == ("client" not in described)
    assert "expand" in [each["name"] for each in document["paths"]["/api/lab/deal"]["get"]["parameters"]]
    for path in ("/api/lab/deal", f"/api/lab/deal/{deal}"):
        answer = caller("GET", path, params={"expand": ",".join(described)})
        record = answer.json() if path.endswith(deal) else answer.json()["items"][0]
        jsonschema.Draft202012Validator(schema).validate(record)
        assert set(described) == set(record["_expanded"])
        assert bool(sees) == (record["_expanded"].get("client") is not None)
        assert "BJ" == record["_expanded"]["branch"]["_title"]
    wrong = caller("GET", "/api/lab/deal", params={"expand": "nothing"})
    assert (400, "Q203", "expand") == (wrong.status_code, wrong.json()["code"], wrong.json()["errors"][0]["parameter"])
    assert "Q201" == caller("GET", "/api/lab/deal/changes", params={"expand": "branch"}).json()["code"]


def _codes(deal: dict[str, object]) -> tuple[str | None, ...]:
    expanded = deal["_expanded"]
    return tuple(expanded[name] and expanded[name]["code"] for name in ("client", "friend"))  # type: ignore[index]


def _get(connection: Connection, reader: Context, name: str) -> object:
    [deal, *_] = list_records(connection, reader, "lab", "deal", ListRequest()).items
    return get_record(connection, reader, "lab", "deal", orjson.loads(deal)["id"], GetRequest(expand=(name,)))
