"""The explanation of access says what the plans do: the same rows, the same fields, with the rule that decides."""

from __future__ import annotations

import datetime as dt
import itertools
from functools import partial

import pytest

from runtime.commands.explain_access import Asked, entitled, explain_for
from runtime.commands.manage_people import PersonChange, change_person
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.failures import Failure, NotFound
from runtime.identity.holdings import Given, grant_role, hold_post, leave_post
from runtime.records.explain import explain
from runtime.records.write import delete_record, insert_record
from runtime.releases import Releases
from runtime.store.database import Database
from runtime.store.tables import org_person
from tests.records.lab import NOW, add_client, context, directory, items, lab, lab_with, person, refusal, system
from tests.records.served import Bank

LONG_AGO, LATER = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), NOW + dt.timedelta(days=30)
ROLES_BY_UNITS = (
    "roles:\n  one:\n    label: One\n    access:\n      client: {read: branch in user.units}\n      deal: {read: true}\n"
)
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
                with db.read() as connection:
                    change = explain(connection, who, "lab", "client", id, "update")
                # What he may enter is told of a reading alike: whoever may not change the record enters nothing of it.
                assert {f.name for f in found.fields if f.writes} == {f.name for f in change.fields if f.writes and found.may}
                if found.may:
                    shown = {field.name for field in found.fields if field.shows != "nothing" and "." not in field.name}
                    assert shown == {name for name in listed[id] if name in {field.name for field in found.fields}}, (roles, unit)


def live(db: Database, app: CompiledApp | None = None) -> Releases:
    """The lab as it is live, with the directory."""
    return Releases(db, {"lab": app or lab(), "org": directory()})


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
            assert isinstance(refusal(partial(explain_for, connection, boss, live(db), asked, "tom")), NotFound)
        unknown = Asked("lab", "client", id, field="none")
        assert isinstance(refusal(lambda: entitled(connection, boss, live(db), unknown, None, 9)), NotFound)
        assert isinstance(
            refusal(lambda: explain_for(connection, boss, live(db), Asked("lab", "client", id), "nobody")), NotFound
        )
    with db.write() as connection:
        delete_record(connection, system(), "lab", "client", id, 1)
        assert "tom" == explain_for(connection, boss, live(db), Asked("lab", "client", id), "TOM")[0].username


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


def early_client(db: Database, **values: object) -> str:
    """A client of long ago, and people who were there by then."""
    with db.write() as connection:
        connection.execute(org_person.update().values(created_at=LONG_AGO))
        body = {"code": "A", "full_name": "Name A", "branch": "cx", **values}
        return insert_record(connection, system(LONG_AGO), "lab", "client", body).id


def may(db: Database, name: str, id: str, day: str | None, app: CompiledApp | None = None) -> bool:
    """Whether somebody might read a client on a day."""
    who = context(person("eve", "boss"), LATER, app)
    asked = Asked("lab", "client", id, on=dt.date.fromisoformat(day) if day else None)
    with db.read() as connection:
        return explain_for(connection, who, live(db, app), asked, name)[1].may


@pytest.mark.parametrize("day", ["2026-01-15", "2026-03-01"])
def test_a_past_day_takes_the_roles_of_that_day(db: Database, day: str) -> None:
    """A role that was valid for a month explains that month and no other."""
    id = early_client(db)
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
        people, _, _ = entitled(connection, context(person("eve", "boss")), live(db), asked, None, 50)
    assert (["tom"] if day == "2026-01-15" else []) == [each.person.username for each in people]


def test_a_past_day_takes_the_unit_of_a_person_then(db: Database) -> None:
    """Who was moved since is asked in the unit of then, and who was shut out since as one who might act."""
    id, admin = early_client(db), context(person("eve"), NOW)
    with db.write() as connection:
        for name in ("tom", "ann"):
            grant_role(connection, name, "lab", "teller", Given(LONG_AGO), valid_from=LONG_AGO)
        change_person(connection, admin, "tom", PersonChange(unit="bj"), "moved")
        change_person(connection, admin, "ann", PersonChange(unit="cx"), "moved")
    with db.write() as connection:
        change_person(connection, context(person("eve"), LATER), "ann", PersonChange(active=False), "left")

    assert [(True, False), (False, True), (False, True)] == [
        (may(db, "tom", id, day), may(db, "ann", id, day)) for day in ("2026-06-30", "2026-11-24", "2026-12-23")
    ]
    assert not may(db, "tom", id, None)
    assert isinstance(refusal(lambda: may(db, "ann", id, None)), NotFound), "shut out by now"
    assert isinstance(refusal(lambda: may(db, "tom", id, "2025-12-30")), NotFound), "neither was there"


def test_a_past_day_takes_the_posts_of_then(db: Database) -> None:
    """A dotted line that was given without a first day and has ended counted from the giving to the end."""
    id, app = early_client(db), lab_with(roles=ROLES_BY_UNITS)
    with db.write() as connection:
        grant_role(connection, "ann", "lab", "one", Given(LONG_AGO), valid_from=LONG_AGO)
        hold_post(connection, "ann", "cx", "advisor", Given(dt.datetime(2026, 3, 1, tzinfo=dt.UTC)))
        leave_post(connection, "ann", "cx", "advisor", Given(dt.datetime(2026, 9, 1, tzinfo=dt.UTC)))

    days = ("2026-02-15", "2026-06-30", "2026-09-15", None)
    assert [False, True, False, False] == [may(db, "ann", id, day, app) for day in days]


def test_one_field_names_who_sees_it_and_how(bank: Bank) -> None:
    """Asked about a field, whoever does not see it is left out, and of the others it is said how."""
    id, boss = add_client(bank.db, "A", salary=3, id_no="310101199001011234"), bank.caller("eve", "boss")
    for name, role in (("tom", "teller"), ("ann", "viewer")):
        bank.caller(name, role)
    with bank.db.write() as connection:
        grant_role(connection, "eve", "", "auditor", Given(NOW))
    path = f"/api/access/lab/client/{id}"

    def seen(field: str) -> dict[str, tuple[str, bool]]:
        items = boss("GET", path, params={"field": field}).json()["items"]
        return {each["person"]["username"]: (each["field"]["shows"], each["field"]["writes"]) for each in items}

    assert {"eve": ("clear", True), "tom": ("masked", True)} == seen("id_no")
    assert {"eve": ("clear", True), "tom": ("clear", True), "ann": ("masked", False)} == seen("income")
    one = boss("GET", path, params={"person": "ann", "field": "income", "on": NOW.date().isoformat()}).json()
    assert [("income", "masked")] == [(each["field"], each["shows"]) for each in one["fields"]]
    assert {"day", "release", "of_today"} == one["as_of"].keys()
    assert 404 == boss("GET", path, params={"field": "none"}).status_code
