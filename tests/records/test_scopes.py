"""The scopes of row rules that the directory and the work items tell, and field rights by the state of a record."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest

from forms_dsl.load import load_app
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.failures import Failure, Invalid, NotAllowed
from runtime.identity.holdings import Given, hold_post, leave_post
from runtime.identity.organisation import set_leader
from runtime.records.explain import explain
from runtime.records.write import insert_record, update_record
from runtime.store.database import Database
from runtime.store.tables import wf_work, wf_work_person
from tests.records.lab import CLIENT, NOW, add_client, context, items, lab_with, person, refusal


def scoped(rule: str, *, deny: str | None = None) -> CompiledApp:
    """The lab with one role whose rows of clients are these."""
    denied = f", deny: '{deny}'" if deny else ""
    return lab_with(
        roles=f"roles:\n  one:\n    label: One\n    access:\n      client: {{read: '{rule}'{denied}}}\n      deal: {{read: true}}\n"
    )


def seen(db: Database, app: CompiledApp, name: str, unit: str | None = "cx") -> str:
    """The codes of the clients that a person of the role sees, in order; "-" where he may read nothing at all."""
    try:
        return "".join(
            sorted(str(each["code"]) for each in items(db, context(person(name, "one", unit=unit), app=app), "client"))
        )
    except Failure:
        return "-"


@pytest.fixture
def clients(db: Database) -> Database:
    """Clients A, B and C whose managers are Tom (CX), Ann (BJ) and Eve (head office); N has none. Eve leads the head office."""
    for code, manager in (("A", "tom"), ("B", "ann"), ("C", "eve"), ("N", None)):
        add_client(db, code, manager=manager)
    with db.write() as connection:
        set_leader(connection, "ho", "eve", NOW)
    return db


def test_the_line_is_everybody_below_the_units_that_one_leads(clients: Database) -> None:
    """Eve leads the head office and so all below it, but not herself; who leads nothing has no line."""
    line = scoped("manager in user.line")
    assert ("AB", "", "") == (seen(clients, line, "eve", "ho"), seen(clients, line, "tom"), seen(clients, line, "ann", "bj"))
    with clients.write() as connection:
        set_leader(connection, "cx", "ann", NOW)
    assert "A" == seen(clients, line, "ann", "bj")
    with clients.write() as connection:
        set_leader(connection, "bj", "tom", NOW)
    assert "B" == seen(clients, line, "tom")


def test_who_leads_above_somebody_is_never_in_his_line(clients: Database) -> None:
    """Tom leads the head office too in which he sits below Eve's leader: the line goes down only."""
    with clients.write() as connection:
        set_leader(connection, "cx", "eve", NOW)
        set_leader(connection, "ho", "tom", NOW)
    line = scoped("manager in user.line")
    assert ("", "BC") == (seen(clients, line, "eve", "ho"), seen(clients, line, "tom"))


def test_a_post_in_another_unit_is_a_dotted_line_for_its_time(clients: Database) -> None:
    """Ann of BJ holds a post at CX this month: its leader has her in his line, its people in their team, and it is a unit of hers."""
    with clients.write() as connection:
        set_leader(connection, "cx", "tom", NOW)
    line, team, units = scoped("manager in user.line"), scoped("manager in user.team"), scoped("branch in user.units")
    for first, last, expected in (
        (NOW.date(), NOW.date(), ("B", "AB", "ABCN")),
        (None, NOW.date() - dt.timedelta(days=1), ("", "A", "")),
        (NOW.date() + dt.timedelta(days=1), None, ("", "A", "")),
    ):
        with clients.write() as connection:
            leave_post(connection, "ann", "cx", "advisor", Given(NOW))
            hold_post(connection, "ann", "cx", "advisor", Given(NOW), valid_from=first, valid_to=last)
        assert expected == (seen(clients, line, "tom"), seen(clients, team, "tom"), seen(clients, units, "ann", "bj")), (
            first,
            last,
        )
    with clients.write() as connection:
        leave_post(connection, "ann", "cx", "advisor", Given(NOW))
        hold_post(connection, "ann", "cx", "advisor", Given(NOW))
        leave_post(connection, "ann", "cx", "advisor", Given(NOW))
    assert ("", "A", "") == (seen(clients, line, "tom"), seen(clients, team, "tom"), seen(clients, units, "ann", "bj")), "ended"


def test_without_a_unit_there_is_no_team_and_nothing_is_granted(clients: Database) -> None:
    """A rule on the team of somebody without a unit grants nothing at all."""
    assert "-" == seen(clients, scoped("manager in user.team"), "tom", None)


def test_cases_are_what_one_works_or_worked_on(clients: Database) -> None:
    """Open work that is offered, and work that one did; not what was offered and another did."""
    cases = scoped("id in user.cases")
    ids = {
        str(each["code"]): str(each["id"]) for each in items(clients, context(person("tom", "one"), app=scoped("true")), "client")
    }
    with clients.write() as connection:
        for code, state, by, offered in (
            ("A", "open", None, True),
            ("B", "done", "tom", False),
            ("C", "done", "ann", True),
            ("N", "open", None, False),
        ):
            common = {"app": "lab", "release": 1, "entity": "client", "step": "s", "created_at": NOW}
            connection.execute(wf_work.insert().values(id=f"w{code}", record_id=ids[code], state=state, done_by=by, **common))
            if offered:
                connection.execute(wf_work_person.insert().values(work_id=f"w{code}", person_id="tom"))
    assert ("AB", "C") == (seen(clients, cases, "tom"), seen(clients, cases, "ann"))


def test_a_denial_by_a_set_takes_its_rows_away_and_no_others(clients: Database) -> None:
    """Records without a manager are in nobody's line, so the denial leaves them."""
    assert "CN" == seen(clients, scoped("true", deny="manager in user.line"), "eve", "ho")


@pytest.mark.parametrize(
    "rule",
    ["branch in user.line", "manager in user.units", "code in user.team", "user.id in user.line", "user.line == user.team"],
)
def test_a_set_beside_anything_else_is_refused(rule: str) -> None:
    """People stand in sets of people, units in sets of units."""
    files = {
        "app.yaml": "app: a\nformat: 1\nversion: 1.0.0\nlabel: A\nlanguages: [en]\nrequires: {runtime: '>=0.1', apps: {org: '>=1.0 <2'}}\n"
    }
    files |= {"entities/client.yaml": CLIENT.replace("related:\n  deals: {entity: deal, by: client}\n", "")}
    files |= {"roles.yaml": f"roles:\n  one:\n    label: One\n    access:\n      client: {{read: '{rule}'}}\n"}
    loaded = load_app(files)
    assert loaded.app is None and {"roles.yaml"} == {each.span.file for each in loaded.diagnostics if each.severity == "error"}


BY_STATE = """
roles:
  clerk:
    label: Clerk
    access:
      client:
        read: true
        create: true
        update: true
        fields:
          income: {write: level == "low", read: level == "mid", masked: true}
          id_no: {read: vip}
          remark: {write: level == "low"}
      deal: {read: true}
  vip_desk:
    label: VIP desk
    access:
      client: {read: vip, fields: {remark: read, income: hidden}}
"""


def by_state(*roles: str) -> Context:
    """Somebody under the roles whose fields go by the state of a record."""
    return context(person("tom", *roles), app=lab_with(roles=BY_STATE))


def test_a_field_is_shown_by_the_state_of_each_record(db: Database) -> None:
    """In clear, masked or not at all, row by row; what is computed from it goes with it."""
    for code, level, vip in (("A", "low", False), ("B", "mid", True), ("C", None, True)):
        add_client(db, code, level=level, vip=vip, income=9, remark="said", id_no="310101199001011234")
    found = {each["code"]: each for each in items(db, by_state("clerk"), "client", order=("code",))}
    keys = ("income", "yearly", "id_no", "remark")
    absent = "absent"
    assert ("9.00", "108.00", absent, "said") == tuple(found["A"].get(key, absent) for key in keys)
    assert ("9.00", "108.00", "310101199001011234", absent) == tuple(found["B"].get(key, absent) for key in keys)
    assert ("****", "****", "310101199001011234", absent) == tuple(found["C"].get(key, absent) for key in keys)
    desk = {each["code"]: each for each in items(db, by_state("clerk", "vip_desk"), "client")}
    assert (None, "said", "said") == (desk["A"].get("x"), desk["B"]["remark"], desk["C"]["remark"])


def test_a_filter_knows_a_field_only_where_it_is_clear(db: Database) -> None:
    """A masked or hidden value is missing for who asks, so that no comparison tells it."""
    for code, level in (("A", "low"), ("B", "mid"), ("C", None)):
        add_client(db, code, level=level, income=9, remark="said")
    assert ["A", "B"] == [each["code"] for each in items(db, by_state("clerk"), "client", where="income == 9", order=("code",))]
    assert ["A"] == [each["code"] for each in items(db, by_state("clerk"), "client", where='remark == "said"')]
    assert ["A"] == [each["code"] for each in items(db, by_state("clerk"), "client", where="not is_missing(remark)")]


def test_a_field_is_entered_only_in_its_state_before_and_after(db: Database) -> None:
    """A record that leaves the state takes no value of the field with it, nor one that is created in another."""
    low, mid = add_client(db, "A", level="low"), add_client(db, "B", level="mid")
    who = by_state("clerk")
    with db.write() as connection:
        assert 2 == update_record(connection, who, "lab", "client", low, {"remark": "new"}, 1).version
        for id, version, body in (
            (mid, 1, {"remark": "new"}),
            (mid, 1, {"income": "3"}),
            (low, 2, {"remark": "more", "level": "mid"}),
        ):
            failure = refusal(partial(update_record, connection, who, "lab", "client", id, body, version))
            assert isinstance(failure, NotAllowed | Invalid), body
    body = {"code": "D", "full_name": "D", "branch": "cx", "remark": "x"}
    with db.write() as connection:
        assert insert_record(connection, who, "lab", "client", {**body, "level": "low"}).id
    with db.write() as connection:
        assert isinstance(
            refusal(lambda: insert_record(connection, who, "lab", "client", {**body, "code": "E", "level": "mid"})), NotAllowed
        )


def test_the_explanation_names_the_state_that_opens_a_field(db: Database) -> None:
    """The grant of the state stands among the reasons with its rule, and the fields are as in the list."""
    id = add_client(db, "A", level="mid", income=9)
    with db.read() as connection:
        found = explain(connection, by_state("clerk"), "lab", "client", id, "read")
    assert ("clerk", 'level == "mid"', True) in {(each.role, each.rule, each.holds) for each in found.reasons}
    assert {"income": "clear", "remark": "nothing"} == {
        each.name: each.shows for each in found.fields if each.name in {"income", "remark"}
    }
