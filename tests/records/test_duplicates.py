"""Possible duplicates over a real server: while typing, refused or proposed by the write, listed, dismissed with a reason."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from forms_dsl.load import load_app
from runtime.compile.app import compile_app, wanted_tables
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.identity.holdings import Given, grant_role
from runtime.identity.tokens import create_token
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from runtime.store.tables import audit_event, org_person
from tests.records.lab import NOW, directory
from tests.serving import PLAIN, serving

FILES = {
    "app.yaml": 'app: twice\nformat: 1\nversion: 1.0.0\nlabel: Twice\nlanguages: [en]\nrequires: {apps: {org: ">=1.0"}}\n',
    "entities/lead.yaml": """\
entity: lead
label: Lead
title: "{name}"
duplicates:
  - {fields: [name, born], then: warn}
  - {fields: [mobile], where: not closed, then: block}
fields:
  name: {type: text, max: 20, label: Name}
  born: {type: date, label: Born}
  mobile: {type: mobile_cn, label: Mobile}
  closed: {type: boolean, default: "False", label: Closed}
  secret: {type: text, max: 9, label: Secret}
""",
    "roles.yaml": """\
roles:
  all: {label: All, access: {lead: {create: true, read: true, update: true, delete: true}}}
  own: {label: Own, access: {lead: {create: true, read: created_by == user.id, update: created_by == user.id}}}
  reader: {label: Reader, access: {lead: {read: true}}}
  dim: {label: Dim, access: {lead: {read: true, update: true, fields: {born: hidden}}}}
""",
}
LI = {"name": "Li", "born": "1990-01-01"}
Callers = dict[str, httpx.Client]


@pytest.fixture
def callers(db: Database, tmp_path: Path) -> Iterator[Callers]:
    app = load_app(FILES).app
    assert app is not None
    compiled = compile_app(app, 1)
    made: Callers = {}
    with db.write() as connection:
        for table in wanted_tables(compiled):
            table.create(connection)
        sue = {"id": "sue", "f_username": "sue", "f_name": "Sue", "f_branch": "cx", "created_at": NOW, "changed_at": NOW}
        connection.execute(sa.insert(org_person).values(**sue))
    releases = Releases(db, {"org": directory(), "twice": compiled})
    settings = Settings(database_url=db.url, data_folder=tmp_path, demo=False)
    with serving(build_app(Services(settings, db, releases, clock=lambda: NOW))) as base:
        for name, role in (("tom", "all"), ("ann", "own"), ("eve", "reader"), ("sue", "dim")):
            with db.write() as connection:
                grant_role(connection, name, "twice", role, Given(NOW))
                _, token = create_token(connection, name, "test", dt.timedelta(days=1), NOW)
            made[role] = httpx.Client(
                base_url=base, headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"}, timeout=30, verify=PLAIN
            )
        yield made


def add(caller: httpx.Client, **values: object) -> str:
    made = caller.post("/api/twice/lead", json=values)
    assert 201 == made.status_code, made.text
    return str(made.json()["id"])


def cases(caller: httpx.Client, id: str) -> list[dict[str, object]]:
    return list(caller.get(f"/api/twice/duplicates/lead/{id}").json()["items"])


def test_the_form_hears_of_them_while_it_is_filled_in(callers: Callers) -> None:
    """By every rule whose fields have a value; a record that is not the reader's is told of without saying whose."""
    first = add(callers["all"], **LI, mobile="13800000001")

    def hint(role: str, record_id: str | None = None, **values: object) -> list[dict[str, object]]:
        body = {"fields": values, "record_id": record_id}
        return list(callers[role].post("/api/twice/duplicates/lead", json=body).json()["items"])

    warned = {"fields": ["name", "born"], "then": "warn"}
    assert [{**warned, "records": [{"id": first, "title": "Li"}], "hidden": 0}] == hint("all", **LI)
    assert [{**warned, "records": [], "hidden": 1}] == hint("own", **LI)
    assert [["mobile"]] == [each["fields"] for each in hint("own", name="Li", mobile="13800000001")]
    assert [] == hint("all", name="Li") == hint("all", record_id=first, **LI) == hint("all", born="nonsense", name="Li")
    assert 404 == callers["reader"].post("/api/twice/duplicates/lead", json={"fields": LI}).status_code
    # Leaving out a record that is not his would tell whose the match is.
    assert [{**warned, "records": [], "hidden": 1}] == hint("own", record_id=first, **LI)


def test_a_rule_that_blocks_refuses_at_its_fields(callers: Callers) -> None:
    """Among the records that its condition names, on making and on changing; one of two at the same moment stays."""
    add(callers["all"], mobile="13800000001")
    other = callers["all"].post("/api/twice/lead", json={"mobile": "13800000002"})
    refused = callers["own"].post("/api/twice/lead", json={"mobile": "13800000001"})
    change = callers["all"].patch(
        other.headers["location"], json={"mobile": "13800000001"}, headers={"If-Match": other.headers["etag"]}
    )
    for answer in (refused, change):
        assert (422, [("/mobile", "Q315")]) == (answer.status_code, [(e["pointer"], e["code"]) for e in answer.json()["errors"]])
    assert (
        200
        == callers["all"]
        .patch(other.headers["location"], json={"secret": "x"}, headers={"If-Match": other.headers["etag"]})
        .status_code
    )

    add(callers["all"], mobile="13800000003", closed=True)
    add(callers["all"], mobile="13800000003")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda _: callers["all"].post("/api/twice/lead", json={"mobile": "13800000009"}).status_code, range(4))
    assert [201, 422, 422, 422] == sorted(answers)


def test_a_pair_is_proposed_and_dismissed_with_a_reason(callers: Callers, db: Database) -> None:
    """Once, seen from both records, kept with who said why; the trail of the record has it too."""
    first, second = add(callers["all"], **LI), add(callers["own"], **LI)
    [case] = cases(callers["all"], first)
    assert ("open", ["name", "born"], sorted([first, second])) == (
        case["state"],
        case["fields"],
        sorted(record["id"] for record in case["records"]),  # type: ignore[attr-defined]
    )
    assert [1, 1] == [
        sum(record is None for record in each["records"])
        for each in (*cases(callers["own"], second), *cases(callers["own"], second))
    ]  # type: ignore[attr-defined]
    assert [case["id"]] == [each["id"] for each in callers["all"].get("/api/twice/duplicates/lead").json()["items"]]

    to = f"/api/twice/duplicates/lead/{second}/{case['id']}/dismiss"
    assert [422, 422] == [callers["own"].post(to, json={"reason": why}).status_code for why in ("  ", "x" * 401)]
    assert 403 == callers["reader"].post(to, json={"reason": "no"}).status_code
    done = callers["own"].post(to, json={"reason": "twins"})
    assert (200, "dismissed", "twins", "Ann") == (
        done.status_code,
        *(done.json()["items"][0][key] for key in ("state", "reason", "by")),
    )
    assert 409 == callers["all"].post(to.replace(second, first), json={"reason": "again"}).status_code
    assert [] == callers["all"].get("/api/twice/duplicates/lead").json()["items"]
    history = callers["own"].get(f"/api/twice/lead/{second}/history").json()["items"]
    assert [("duplicate.dismissed", "twins")] == [(each["kind"], each["reason"]) for each in history if "reason" in each]
    with db.read() as connection:
        assert 1 == len(
            connection.scalars(sa.select(audit_event.c.body).where(audit_event.c.kind == "duplicate.dismissed")).all()
        )


def test_a_pair_that_does_not_agree_any_more_is_over(callers: Callers) -> None:
    """By a change of either, and by a deletion; when it agrees again it is proposed again, unless it was dismissed."""
    owner = callers["all"]
    first = owner.post("/api/twice/lead", json=LI)
    second = owner.post("/api/twice/lead", json=LI)
    id, at, etag = str(first.json()["id"]), second.headers["location"], second.headers["etag"]
    states = []
    for name in ("Wu", "Li"):
        change = owner.patch(at, json={"name": name}, headers={"If-Match": etag})
        etag = change.headers["etag"]
        states.append([case["state"] for case in cases(owner, id)])
    assert [[], ["open"]] == states
    assert 204 == owner.delete(at, headers={"If-Match": etag}).status_code
    assert [] == cases(owner, id)


def test_who_may_not_read_what_agrees_hears_of_no_pair(callers: Callers) -> None:
    """That two records agree tells of the values: of a rule over a hidden field there is nothing to list, read or dismiss."""
    first, second = add(callers["all"], **LI), add(callers["all"], **LI)
    [case] = cases(callers["all"], first)
    assert [] == cases(callers["dim"], first) == callers["dim"].get("/api/twice/duplicates/lead").json()["items"]
    to = f"/api/twice/duplicates/lead/{second}/{case['id']}/dismiss"
    assert 404 == callers["dim"].post(to, json={"reason": "no"}).status_code


def test_what_comes_back_is_held_to_the_rules(callers: Callers) -> None:
    """A record that was entered anew meanwhile keeps the deleted one away; a pair is proposed as if both had just been made."""
    owner = callers["all"]
    first = owner.post("/api/twice/lead", json={**LI, "mobile": "13800000001"})
    at = first.headers["location"]
    assert 204 == owner.delete(at, headers={"If-Match": first.headers["etag"]}).status_code
    second = owner.post("/api/twice/lead", json={**LI, "mobile": "13800000001"})
    assert 201 == second.status_code

    refused = owner.post(f"{at}/restore", json={}, headers={"If-Match": '"2"'})
    assert (422, ["Q315"]) == (refused.status_code, [error["code"] for error in refused.json()["errors"]])
    moved = owner.patch(second.headers["location"], json={"mobile": None}, headers={"If-Match": second.headers["etag"]})
    assert 200 == moved.status_code
    assert 200 == owner.post(f"{at}/restore", json={}, headers={"If-Match": '"2"'}).status_code
    assert ["open"] == [case["state"] for case in cases(owner, str(first.json()["id"]))]
