"""The explanation of access says what the plans do: the same rows, the same fields, with the rule that decides."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from runtime.commands.explain_access import Asked, entitled, explain_for
from runtime.context import Context
from runtime.failures import Failure, NotFound
from runtime.identity.holdings import Given, grant_role
from runtime.records.explain import explain
from runtime.records.write import delete_record
from runtime.store.database import Database
from tests.records.lab import NOW, add_client, context, items, lab, person, refusal, system
from tests.records.served import Bank

ROLES = ("teller", "viewer", "blind", "noter", "vips", "boss", "dealer")


def test_the_explanation_agrees_with_the_list_for_every_pair_of_roles(db: Database) -> None:
    """Whoever the explanation says may read finds the record in his list, with exactly the fields that it names."""
    clients = [
        add_client(db, "A", vip=True, level="mid", salary=3, income=9, id_no="310101199001011234"),
        add_client(db, "B", branch="bj", level="mid"),
        add_client(db, "C", branch="cx1", vip=True),
    ]
    with db.write() as connection:
        table = lab().entities["client"].table
        connection.execute(table.update().where(table.c.f_code == "C").values(f_level="top"))
    for roles in (*((role,) for role in ROLES), *itertools.combinations(ROLES, 2), ()):
        for unit in ("cx", "bj", None):
            who = context(person("tom", *roles, unit=unit))
            listed = {each["id"]: each for each in _listed(db, who)}
            for id in clients:
                with db.read() as connection:
                    found = explain(connection, who, "lab", "client", id, "read")
                assert found.may == (id in listed), (roles, unit, found)
                assert found.may == (any(reason.holds for reason in found.reasons) and not found.denied_by)
                if found.may:
                    shown = {field.name for field in found.fields if field.shows != "nothing" and "." not in field.name}
                    assert shown == {name for name in listed[id] if name in {field.name for field in found.fields}}, (roles, unit)


def _listed(db: Database, who: Context) -> list[dict[str, object]]:
    try:
        return items(db, who, "client")
    except Failure:
        return []


def test_a_denial_is_named_beside_the_grant_that_it_takes_away(db: Database) -> None:
    """A top client is read by nobody who holds the role that denies it, and the rule is said as it is written."""
    id = add_client(db, "A", vip=True)
    with db.write() as connection:
        connection.execute(lab().entities["client"].table.update().values(f_level="top"))
    with db.read() as connection:
        found = explain(connection, context(person("tom", "boss", "vips")), "lab", "client", id, "read")

    assert not found.may
    assert [("vips", 'level == "top"')] == [(reason.role, reason.rule) for reason in found.denied_by]
    assert {("boss", None, False), ("vips", "vip", False), ("teller", "branch.path in user.branch_tree", False)} >= {
        (reason.role, reason.rule, reason.holds) for reason in found.reasons if not reason.holds
    }


def test_nothing_is_explained_of_what_is_not_there(db: Database) -> None:
    """A record, an entity or a person that is not there is not found; a deleted record still is."""
    id = add_client(db, "A")
    boss = context(person("eve", "boss"))
    with db.read() as connection:
        for asked in (Asked("lab", "client", "none"), Asked("lab", "none", id), Asked("none", "client", id)):
            assert isinstance(refusal(lambda asked=asked: explain_for(connection, boss, asked, "tom")), NotFound)
        assert isinstance(refusal(lambda: explain_for(connection, boss, Asked("lab", "client", id), "nobody")), NotFound)
    with db.write() as connection:
        delete_record(connection, system(), "lab", "client", id, 1)
        assert "tom" == explain_for(connection, boss, Asked("lab", "client", id), "TOM")[0].username


def test_over_rest_an_auditor_sees_who_and_why(bank: Bank) -> None:
    """People who may by name and roles, one person's reasons and fields; nobody without the platform role is answered."""
    id, boss = add_client(bank.db, "A"), bank.caller("eve", "boss")
    bank.caller("tom", "teller")
    bank.caller("ann", "teller")
    with bank.db.write() as connection:
        grant_role(connection, "eve", "", "auditor", Given(NOW))
    path = f"/api/access/lab/client/{id}"

    listed = boss("GET", path).json()
    assert [("eve", ["boss", "teller"]), ("tom", ["teller"])] == [
        (each["person"]["username"], [by["role"] for by in each["by"]]) for each in listed["items"]
    ]
    one = boss("GET", path, params={"person": "ann"}).json()
    assert (False, [("teller", False)]) == (one["may"], [(reason["role"], reason["holds"]) for reason in one["reasons"]])
    tom = boss("GET", path, params={"person": "tom", "action": "update"}).json()
    assert (True, "branch == user.branch") == (tom["may"], tom["reasons"][0]["rule"])
    assert {"id_no": "masked", "pin": "nothing", "code": "clear"} == {
        each["field"]: each["shows"] for each in tom["fields"] if each["field"] in {"id_no", "pin", "code"}
    }
    pages = boss("GET", path, params={"limit": 1}).json()
    assert ([], "ann") == (pages["items"], pages["next"])
    assert 403 == bank.caller("tom")("GET", path).status_code
    assert 404 == boss("GET", "/api/access/lab/client/none").status_code
    assert 400 == boss("GET", path, params={"who": "x"}).status_code


def test_a_record_is_found_by_its_id_and_nobody_else_is_answered(bank: Bank) -> None:
    """An id leads to the entity; what is not there leads nowhere, and only who may ask for reasons is answered."""
    id = add_client(bank.db, "A")
    bank.caller("ann", "teller")
    with bank.db.write() as connection:
        grant_role(connection, "eve", "", "administrator", Given(NOW))
    admin = bank.caller("eve")

    (found,) = admin("GET", "/api/access", params={"record": f" {id} "}).json()["items"]
    assert ("lab", "client", id) == (found["app"], found["entity"], found["id"])
    assert {"app", "app_label", "entity", "label", "id"} == found.keys(), "nothing of the record itself"
    assert [] == admin("GET", "/api/access", params={"record": "00000000-0000-7000-8000-000000000000"}).json()["items"]
    assert [] == admin("GET", "/api/access", params={"record": "A"}).json()["items"], "a value that he may not read"
    assert 403 == bank.caller("ann")("GET", "/api/access", params={"record": id}).status_code
    assert (400, 400) == (admin("GET", "/api/access").status_code, admin("GET", "/api/access?record=").status_code)


@pytest.mark.parametrize("day", ["2026-01-15", "2026-03-01"])
def test_a_past_day_takes_the_roles_of_that_day(db: Database, day: str) -> None:
    """A role that was valid for a month explains that month and no other."""
    id = add_client(db, "A")
    with db.write() as connection:
        grant_role(
            connection,
            "tom",
            "lab",
            "boss",
            Given(NOW),
            valid_from=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            valid_until=dt.datetime(2026, 2, 1, tzinfo=dt.UTC),
        )
    with db.read() as connection:
        asked = Asked("lab", "client", id, on=dt.date.fromisoformat(day))
        people, _ = entitled(connection, context(person("eve", "boss")), asked, None, 50)
    assert (["tom"] if day == "2026-01-15" else []) == [each.person.username for each in people]
