"""Reading: what a person may not know of is not there, in any clause; what is masked is only ever shown."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest

from runtime.context import Context
from runtime.failures import BadRequest, Failure, NotAllowed, NotFound
from runtime.records.read import get_record, list_records
from runtime.records.request import GetRequest, ListRequest, parse_list
from runtime.store.database import Database
from tests.records.lab import DEAL, ROLES, add, add_client, context, faults, items, lab, lab_with, person, refusal

VIEWER = person("ann", "viewer", unit="bj")
BLIND = person("ann", "blind", unit="bj")
BOSS = person("eve", "boss", unit="ho")


def listed(db: Database, who: Context, entity: str = "client", **request: object) -> object:
    """What a list answers: its page, or the fault."""
    with db.read() as connection:
        try:
            page = list_records(connection, who, "lab", entity, ListRequest(**request))  # type: ignore[arg-type]
        except Failure as failure:
            return type(failure).__name__, failure.code, [(f.code, f.parameter, dict(f.message)) for f in failure.faults]
        return page.body()


#: Every clause in which a name can stand, and every clause in which a name at the end of a path can.
CLAUSES: dict[str, Callable[[str], dict[str, object]]] = {
    "select": lambda name: {"select": ("code", name)},
    "expand": lambda name: {"expand": (name,)},
    "order": lambda name: {"order": (name,)},
    "order falling": lambda name: {"order": (f"-{name}", "code")},
    "is missing": lambda name: {"where": f"is_missing({name})"},
    "inside": lambda name: {"where": f'code == "A" or not is_missing({name})'},
    "equal": lambda name: {"where": f"{name} == {name}"},
    "changed word": lambda name: {"where": f"record.{name} == record.{name}"},
}

#: Role, hidden field: none of these may be known.
HIDDEN = [
    ("viewer", "salary"),
    ("viewer", "id_no"),
    ("viewer", "pin"),
    ("blind", "manager"),
    ("blind", "tags"),
    ("blind", "remark"),
    ("boss", "pin"),
]


def test_a_hidden_field_answers_like_one_that_does_not_exist(db: Database) -> None:
    """For every role, hidden field and clause the answer is that of an app which has no such field, to the letter."""
    add_client(db, "A", salary="5", manager="tom", tags=["a"], remark="r", id_no="1", pin="1")
    for (role, field), clause in itertools.product(HIDDEN, CLAUSES.values()):
        who = context(person("ann", role, unit="bj"))
        never = replace(who, releases={**who.releases, "lab": lab(without=field)})

        answer = listed(db, who, **clause(field))

        assert listed(db, never, **clause(field)) == answer
        assert isinstance(answer, tuple)


@pytest.mark.parametrize("path", ["client.salary", "client.id_no", "client.manager.name", "friend.pin"])
def test_a_hidden_field_is_not_reached_through_a_reference(db: Database, path: str) -> None:
    """Paths through references resolve under the reader's rights at their end."""
    client = add_client(db, "A", salary="5")
    add(db, "deal", client=client, branch="cx", kind="small", amount="50")
    who = context(VIEWER if not path.endswith("name") else person("ann", "blind", "dealer", unit="bj"))
    absent = path.rpartition(".")[0] + ".zzz"

    for clause in CLAUSES.values():
        answer, missing = (listed(db, who, "deal", **clause(name)) for name in (path, absent))
        if not path.endswith("name"):
            assert repr(missing).replace("zzz", "*") == repr(answer).replace(path.rpartition(".")[2], "*")
        assert isinstance(answer, tuple)


def test_an_entity_that_one_may_not_read_is_not_reached_at_all(db: Database) -> None:
    """Without any right on the target, a path through the reference is no name; the reference itself shows its id only."""
    client = add_client(db, "A")
    add(db, "deal", client=client, branch="cx", kind="small", amount="50")
    dealer = context(person("ann", "dealer", unit="bj"))

    assert isinstance(listed(db, dealer, "deal", select=("client.full_name",)), tuple)
    assert isinstance(listed(db, dealer, "deal", where='client.full_name == "Name A"'), tuple)
    [found] = items(db, dealer, "deal", titles=True)
    assert client == found["client"]
    assert "client" not in found["_titles"]  # type: ignore[operator]


def test_a_record_out_of_reach_shows_nothing_through_a_reference(db: Database) -> None:
    """A teller who may see the deal but not its client reads the id only."""
    client = add_client(db, "B", branch="bj")
    add(db, "deal", client=client, branch="cx", kind="small", amount="50")
    teller = context(person("tom", "teller"))

    [found] = items(db, teller, "deal", select=("client", "client.full_name"), titles=True)

    assert (client, None) == (found["client"], found["client.full_name"])
    assert "client" not in found["_titles"]  # type: ignore[operator]
    assert [] == items(db, teller, "deal", where='client.full_name == "Name B"')
    assert 1 == len(items(db, teller, "deal", where="is_missing(client.full_name)"))


def test_a_masked_field_is_only_shown(db: Database) -> None:
    """A masked field, and what is computed from it, is refused by name where its values could be told apart."""
    add_client(db, "A", income="1234.50")

    for clause, field in itertools.product(
        [c for name, c in CLAUSES.items() if name not in {"select", "expand"}], ("income", "yearly", "grade")
    ):
        answer = listed(db, context(VIEWER), **clause(field))
        assert isinstance(answer, tuple)
        assert {"Q205"} == {code for code, _, _ in answer[2]}
    [found] = items(db, context(VIEWER), "client")
    assert ("****", "****") == (found["income"], found["yearly"])


def test_search_looks_only_in_what_is_read_in_clear(db: Database) -> None:
    """A hit in a hidden or masked field is no hit; wildcards are plain characters."""
    add_client(db, "A1", full_name="100%_sure", remark="needle", id_no="77777777777777", manager="tom")
    add_client(db, "A2", full_name="Other")

    assert [] == items(db, context(BOSS), "client", search="needle")
    assert ["A1"] == [r["code"] for r in items(db, context(BOSS), "client", search="tom")]
    assert [] == items(db, context(BLIND), "client", search="tom")
    assert ["A1"] == [r["code"] for r in items(db, context(BOSS), "client", search="%_s")]
    assert ["A1"] == [r["code"] for r in items(db, context(BOSS), "client", search="a1")]
    assert [] == items(db, context(BOSS), "client", search="7777")


def test_a_cell_shows_only_if_one_role_grants_the_row_and_the_field_together(db: Database) -> None:
    """Rows of one role and fields of another do not add up; a hidden cell is absent, not null."""
    add_client(db, "IN", income="5", salary="6", id_no="110101199001011234")
    add_client(db, "OUT", branch="bj", income="7", salary="8", id_no="110101199001011234")
    both = context(person("tom", "teller", "viewer"))

    inside, outside = sorted(items(db, both, "client"), key=lambda r: str(r["code"]))

    assert ("5.00", "6.00", "110****1234") == (inside["income"], inside["salary"], inside["id_no"])
    assert "****" == outside["income"]
    assert not {"salary", "id_no", "pin"} & outside.keys()
    assert ["IN"] == [r["code"] for r in items(db, both, "client", where="income >= 0")]
    assert ["IN", "OUT"] == [r["code"] for r in items(db, both, "client", order=("income",))]
    assert ["OUT"] == [r["code"] for r in items(db, both, "client", where="is_missing(salary)")]


def test_denials_take_rows_away_whatever_else_grants_them(db: Database) -> None:
    """A denial of one role counts for all."""
    add_client(db, "A", vip=True)
    add_client(db, "B", vip=True, level="mid")
    with db.write() as connection:
        table = lab().entities["client"].table
        connection.execute(table.update().where(table.c.f_code == "B").values(f_level="top"))
    who = context(person("ann", "viewer", "vips", unit="bj"))

    assert ["A"] == [r["code"] for r in items(db, who, "client")]
    client = add_client(db, "C")
    add(db, "deal", client=client, branch="cx", kind="small", amount="50")
    assert 1 == len(items(db, who, "deal", where='client.full_name == "Name C"'))


def test_a_rule_over_a_missing_attribute_of_the_user_denies(db: Database) -> None:
    """A person without a unit sees no records of a branch rule, also none without a branch."""
    add_client(db, "A")
    nowhere = context(person("ann", "teller", unit=None))

    assert isinstance(refusal(lambda: items(db, nowhere, "client")), NotAllowed)


def test_what_one_may_not_know_of_is_not_found(db: Database) -> None:
    """An unknown app, entity or record, and one of others, answer alike; the known but forbidden is refused."""
    theirs = add_client(db, "B", branch="bj")
    nobody, teller = context(person("ann", unit="bj")), context(person("tom", "teller"))

    def told(who: Context, app: str, entity: str, id: str) -> object:
        with db.read() as connection:
            failure = refusal(lambda: get_record(connection, who, app, entity, id))
        return type(failure), failure.code, dict(failure.message), failure.faults

    missing = told(teller, "lab", "client", "0199")
    assert missing == told(teller, "lab", "client", theirs)
    assert missing == told(teller, "lab", "nothing", theirs)
    assert missing == told(teller, "nothing", "client", theirs)
    assert missing == told(nobody, "lab", "client", theirs)
    assert missing[0] is NotFound  # type: ignore[index]


def test_the_directory_is_open_to_everybody_who_is_signed_in(db: Database) -> None:
    """Units and people are read through the same planner; their tables hold more than is shown."""
    with db.read() as connection:
        page = list_records(
            connection, context(person("ann", unit="bj")), "org", "person", ListRequest(where='username == "tom"', titles=True)
        )
    [tom] = [orjson.loads(item) for item in page.items]
    assert ("Tom", "cx", "CX") == (tom["name"], tom["branch"], tom["_titles"]["branch"])
    assert not {"active", "demo", "locale"} & tom.keys()


def test_child_rows_are_shown_under_their_own_fields_rights(db: Database) -> None:
    """C2 cells of rows are masked, and a filter over them is refused."""
    client = add_client(db, "A")
    rows = [{"name": "x", "price": "1", "quantity": 2, "secret": "abcdef"}, {"name": "y", "price": "2.5", "quantity": 4}]
    id = add(db, "deal", client=client, branch="cx", kind="small", amount="50", items=rows)
    teller = context(person("tom", "teller"))

    [found] = items(db, teller, "deal", where="any(i.price > 2 for i in items)")

    assert [("x", "1.00", 2, "****", "2.00"), ("y", "2.50", 4, None, "10.00")] == [
        (r["name"], r["price"], r["quantity"], r["secret"], r["total"])
        for r in found["items"]  # type: ignore[attr-defined]
    ]
    assert [] == items(db, teller, "deal", where="sum(i.total for i in items) > 12")
    assert [id] == [r["id"] for r in items(db, teller, "deal", where="sum(i.total for i in items) == 12")]
    refused = refusal(lambda: items(db, teller, "deal", where='any(i.secret == "abcdef" for i in items)'))
    assert {"where": "Q205"} == faults(refused)
    assert "items" not in items(db, context(BLIND), "deal")[0]
    assert {"where": "X005"} == faults(refusal(lambda: items(db, context(BLIND), "deal", where="count(items) > 0")))


def test_a_filter_over_rows_sees_only_the_rows_that_are_shown(db: Database) -> None:
    """Rows that one role shows on its records tell nothing about records that another role gives without them."""
    roles = f"""{ROLES}
  small: {{label: Small, access: {{deal: {{read: kind == "small"}}}}}}
  plain: {{label: Plain, access: {{deal: {{read: true, fields: {{items: hidden, items_total: hidden}}}}}}}}
"""
    client = add_client(db, "A", vip=True)
    rows = [{"name": "gold", "price": "7", "quantity": 1}]
    small = add(db, "deal", client=client, branch="cx", kind="small", amount="50", items=rows)
    add(db, "deal", client=client, branch="cx", kind="large", amount="50", extra="x", items=rows)
    who = context(person("tom", "small", "plain"), app=lab_with(roles=roles))

    assert [True, False] == sorted(("items" in deal for deal in items(db, who, "deal")), reverse=True)
    for where in ('any(i.name == "gold" for i in items)', "sum(i.price for i in items) == 7", "count(items) == 1"):
        assert [small] == [deal["id"] for deal in items(db, who, "deal", where=where)]


def test_a_filter_over_rows_ends_at_the_rows(db: Database) -> None:
    """A record that a row refers to has rights of its own, so a masked value of it is not found out by way of the rows."""
    deal = DEAL.replace("      secret:", "      giver: {type: reference, to: client, label: Giver}\n      secret:")
    app = lab_with(deal=deal)
    viewer = context(person("tom", "teller"), app=app)

    refused = refusal(lambda: items(db, viewer, "deal", where='any(i.giver.id_no == "330101199001011234" for i in items)'))

    assert {"where": "Q203"} == faults(refused)


def test_titles_are_filled_with_what_the_reader_may_see(db: Database) -> None:
    """The title of a deal leaves out the client's name for one who may not see the client."""
    client = add_client(db, "B", branch="bj", full_name="Zhang San")
    id = add(db, "deal", client=client, branch="cx", kind="small", amount="50")
    from runtime.records.titles import titles_of

    with db.read() as connection:
        assert {id: "D202611-0001 Zhang San"} == titles_of(connection, context(BOSS), "lab", "deal", [id])
        assert {id: "D202611-0001"} == titles_of(connection, context(person("tom", "teller")), "lab", "deal", [id])
        assert {} == titles_of(connection, context(person("tom")), "lab", "deal", [id])


def test_select_gives_paths_as_flat_keys(db: Database) -> None:
    """A path gives one flat key; every record carries its system fields; nothing else comes along."""
    add_client(db, "A", manager="tom")
    [found] = items(db, context(BOSS), "client", select=("manager.branch.name", "created_on", "code"))
    assert {
        "id",
        "version",
        "created_at",
        "created_by",
        "changed_at",
        "changed_by",
        "manager.branch.name",
        "created_on",
        "code",
    } == found.keys()
    assert ("CX", "2026-11-24") == (found["manager.branch.name"], found["created_on"])


def test_unknown_parameters_and_values_are_refused_by_name() -> None:
    """Nothing in a query is ignored; all faults come at once."""
    with pytest.raises(BadRequest) as caught:
        parse_list(
            [
                ("wher", "x"),
                ("limit", "0"),
                ("select", "a"),
                ("select", "b"),
                ("count", "some"),
                ("order", "a,a"),
                ("titles", "1"),
            ]
        )
    assert {"wher": "Q201", "limit": "Q202", "select": "Q201", "count": "Q202", "order": "Q202", "titles": "Q202"} == faults(
        caught.value
    )
    assert ListRequest() == parse_list([("where", ""), ("locale", "en"), ("search", "  ")])


def test_a_bad_filter_is_refused_with_every_fault(db: Database) -> None:
    """Types, codes and names of a filter are checked before anything runs."""
    for where in (
        'income > "x"',
        'level == "none"',
        "code =",
        "income + vip > 1",
        "matches(code, 'a')",
        "count(deals) > 1",
        "old.code == code",
    ):
        failure = refusal(lambda where=where: items(db, context(BOSS), "client", where=where))
        assert isinstance(failure, BadRequest)
        assert {"where"} == faults(failure).keys()


def test_a_get_shows_all_that_the_list_shows(db: Database) -> None:
    """One record is read through the same planner."""
    id = add_client(db, "A", income="5", tags=["c", "a"], vip=True, born="1990-02-28", met_at="2026-01-01T00:00:00Z")
    for who in (context(BOSS), context(VIEWER), context(BLIND)):
        with db.read() as connection:
            one = get_record(connection, who, "lab", "client", id, GetRequest(titles=True))
        assert items(db, who, "client", titles=True) == [orjson.loads(one.body)]
        assert 1 == one.version
