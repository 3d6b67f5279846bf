"""Break-glass: a role that is taken in an emergency counts to the millisecond, leaves a mark of each read, and is reviewed by another."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from builder.cli import main
from runtime.commands.grant_roles import Period, RoleName, give_role, revoke_grant, roles_to_give
from runtime.failures import NotFound
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.start import open_releases
from runtime.store.database import Database
from runtime.store.tables import audit_event, emergency_use
from tests.kept.conftest import Bank
from tests.publish import desk
from tests.serving import serving

PHONE, WHY = "13800001234", "客户昏迷，需联系家属"
ROLES = """\
roles:
  agent:
    label: {zh: 坐席, en: Agent}
    access:
      ticket: {create: true, read: true, update: true}
  chief:
    label: {zh: 主管, en: Chief}
    includes: [agent]
    access:
      ticket: {delete: true}
  rescue:
    label: {zh: 应急, en: Rescue}
    emergency: {taken_by: [role.agent], reviewed_by: role.chief, hours: 2}
    access:
      ticket: {read: true, fields: {phone: read}}
"""
FILES = {**desk.FILES, "roles.yaml": ROLES}
MILLISECOND = dt.timedelta(milliseconds=1)


class Late(Bank):
    """A bank whose clock moves."""

    now = desk.NOW


@pytest.fixture
def bank(database: Database, tmp_path: Path) -> Iterator[Late]:
    """The desk with its emergency role behind a server, with a ticket."""
    releases: Releases = open_releases(database)
    settings = Settings(database_url=database.url, data_folder=tmp_path, demo=False)
    late = Late(database, releases)
    with serving(build_app(Services(settings, database, releases, clock=lambda: late.now))) as base:
        late.base = base
        late.publish(FILES)
        yield late


def ticket(bank: Bank) -> str:
    made = bank.caller("writer", "agent").post("/api/desk/ticket", json={"subject": "s", "phone": PHONE})
    assert 201 == made.status_code, made.text
    return str(made.json()["id"])


def taken(caller: httpx.Client, **more: object) -> httpx.Response:
    return caller.post("/api/break-glass", json={"app": "desk", "role": "rescue", "hours": 2, "reason": WHY, **more})


def reviewed(caller: httpx.Client, use: str, verdict: str = "justified") -> httpx.Response:
    return caller.post(f"/api/break-glass/{use}/review", json={"verdict": verdict, "opinion": "核对通话录音，属实"})


def events(database: Database, kind: str) -> list[sa.Row[tuple[object, ...]]]:
    with database.read() as connection:
        return list(connection.execute(sa.select(audit_event).where(audit_event.c.kind == kind).order_by(audit_event.c.id)))


def test_the_role_counts_to_the_millisecond(bank: Late) -> None:
    """From the act on the person sees what the role shows, up to, but not at, the end."""
    id, zhou, _ = ticket(bank), bank.caller("zhou", "agent"), bank.caller("li", "chief")
    before = zhou.get(f"/api/desk/ticket/{id}").json()["phone"]
    answer = taken(zhou)
    during = zhou.get(f"/api/desk/ticket/{id}").json()["phone"]
    bank.now = desk.NOW + dt.timedelta(hours=2) - MILLISECOND
    last = zhou.get(f"/api/desk/ticket/{id}").json()["phone"]
    bank.now += MILLISECOND
    after = zhou.get(f"/api/desk/ticket/{id}").json()["phone"]

    assert (201, True, ["end"]) == (answer.status_code, answer.json()["holds"], answer.json()["can"])
    assert "2026-11-24T10:00:00.000Z" == answer.json()["until"]
    assert (before, PHONE, PHONE, before) == (before, during, last, after)
    assert PHONE != before
    [event] = events(bank.database, "emergency_taken")
    assert {"app": "desk", "role": "rescue", "reason": WHY}.items() <= json.loads(event.body).items()


def test_each_act_under_it_is_marked_before_it_is_answered(bank: Late) -> None:
    """Reads, lists and searches leave a mark with what was asked for; before and after it none, and no value ever."""
    id, zhou, li = ticket(bank), bank.caller("zhou", "agent"), bank.caller("li", "chief")
    zhou.get(f"/api/desk/ticket/{id}")
    use = taken(zhou).json()["id"]
    zhou.get(f"/api/desk/ticket/{id}")
    zhou.get("/api/desk/ticket", params={"where": f'phone == "{PHONE}"'})
    zhou.get("/api/tasks")
    zhou.get("/api/auth/me"), zhou.get("/api/notices"), zhou.get("/api/apps/desk/screens")
    li.get(f"/api/desk/ticket/{id}")
    acts = li.get(f"/api/break-glass/{use}").json()["acts"]
    zhou.post(f"/api/break-glass/{use}/end")
    bank.now += MILLISECOND
    zhou.get(f"/api/desk/ticket/{id}")

    marks = events(bank.database, "emergency_act")
    bodies = [json.loads(mark.body) for mark in marks]
    assert [f"/api/desk/ticket/{id}", "/api/desk/ticket", "/api/tasks"] == [body["path"] for body in bodies]
    assert [("ticket", id), ("ticket", None), (None, None)] == [(mark.entity, mark.record_id) for mark in marks]
    assert [[], ["where"], []] == [body["query"] for body in bodies]
    assert PHONE not in str(bodies)
    assert ["/api/tasks", "/api/desk/ticket", f"/api/desk/ticket/{id}"] == [act["path"] for act in acts]
    assert {"record.created"} == {item["kind"] for item in zhou.get(f"/api/desk/ticket/{id}/history").json()["items"]}


def test_only_whose_role_it_is_takes_it(bank: Late) -> None:
    """For anybody else it is not there; nor for longer than it says, twice at one time, or without a reason."""
    zhou, wu, li = bank.caller("zhou", "agent"), bank.caller("wu"), bank.caller("li", "chief")

    assert [404, 404, 404] == [taken(wu).status_code, taken(zhou, role="agent").status_code, taken(zhou, app="x").status_code]
    assert [["/hours"], ["/hours"], ["/reason"]] == [
        [each["pointer"] for each in taken(zhou, **more).json()["errors"]]
        for more in ({"hours": 3}, {"hours": 0}, {"reason": "  x "})
    ]
    assert [] == wu.get("/api/break-glass").json()["offers"]
    assert ["rescue"] == [each["role"] for each in zhou.get("/api/break-glass").json()["offers"]]
    assert 201 == taken(zhou).status_code
    assert (409, "P451") == (taken(zhou).status_code, taken(zhou).json()["code"])
    assert 409 == taken(li).status_code  # the only one who could review it
    assert "P460" == taken(li).json()["code"]


def test_two_at_one_time_take_it_once(bank: Late) -> None:
    """Of several requests at one time one is granted."""
    zhou, _ = bank.caller("zhou", "agent"), bank.caller("li", "chief")
    with ThreadPoolExecutor(4) as threads:
        statuses = sorted(threads.map(lambda _: taken(zhou).status_code, range(4)))
    with bank.database.read() as connection:
        uses = connection.scalar(sa.select(sa.func.count()).select_from(emergency_use))

    assert [201, 409, 409, 409] == statuses
    assert 1 == uses


def test_another_person_reviews_it_once_it_is_over(bank: Late) -> None:
    """The reviewers are told at once; nobody reviews his own, nobody before the end, and nobody twice."""
    zhou, li, chen = bank.caller("zhou", "agent"), bank.caller("li", "chief"), bank.caller("chen", "chief")
    stranger, auditor = bank.caller("wu", "agent"), bank.caller("qian", platform=("auditor",))
    use, own = taken(zhou).json()["id"], taken(chen).json()["id"]
    [notice] = li.get("/api/notices").json()["items"][-1:]
    early = reviewed(li, use)
    bank.now += dt.timedelta(hours=3)

    assert ("emergency", "Emergency access", "zhou") == (notice["kind"], notice["title"]["en"], notice["actor"]["name"])
    assert (409, "P461") == (early.status_code, early.json()["code"])
    assert {use, own} == {each["id"] for each in li.get("/api/break-glass", params={"state": "open"}).json()["items"]}
    assert (404, 404) == (stranger.get(f"/api/break-glass/{use}").status_code, reviewed(stranger, use).status_code)
    assert [(403, "P463")] * 3 == [
        (a.status_code, a.json()["code"]) for a in (reviewed(chen, own), reviewed(zhou, use), reviewed(auditor, use))
    ]
    closed = reviewed(li, use, "unjustified")
    assert ("unjustified", "li") == (closed.json()["state"], closed.json()["reviewed_by"]["name"])
    assert (409, "P462") == (reviewed(chen, use).status_code, reviewed(chen, use).json()["code"])
    assert [own] == [each["id"] for each in auditor.get("/api/break-glass", params={"state": "open"}).json()["items"]]
    assert [] == stranger.get("/api/break-glass").json()["items"]
    [event] = events(bank.database, "emergency_reviewed")
    assert "unjustified" == json.loads(event.body)["verdict"]


def test_what_is_held_is_told_to_its_holder_until_it_ends(bank: Late) -> None:
    """A person's own page names the role and its end as long as it counts, to the millisecond."""
    zhou, li = bank.caller("zhou", "agent"), bank.caller("li", "chief")
    use = taken(zhou).json()

    def held(caller: httpx.Client) -> list[tuple[str, str]]:
        return [(each["id"], each["until"]) for each in caller.get("/api/auth/me").json()["emergencies"]]

    assert ([(use["id"], use["until"])], []) == (held(zhou), held(li))
    bank.now = desk.NOW + dt.timedelta(hours=2) - MILLISECOND
    last = held(zhou)
    bank.now += MILLISECOND
    assert ([(use["id"], use["until"])], []) == (last, held(zhou))


def test_a_role_that_is_taken_away_is_reviewed_from_then_on(bank: Late) -> None:
    """An administrator ends the grant: the use is over at that moment, for its holder and for who reviews it."""
    id, zhou, li = ticket(bank), bank.caller("zhou", "agent"), bank.caller("li", "chief")
    use = taken(zhou).json()["id"]
    bank.now += dt.timedelta(minutes=5)
    with bank.database.write() as connection:
        grant = connection.scalars(sa.select(emergency_use.c.grant_id).where(emergency_use.c.id == use)).one()
        administrator = desk.context_of(desk.principal("a", "administrator"), bank.releases)
        revoke_grant(connection, replace(administrator, now=bank.now), grant, "抓错了人")

    assert PHONE != zhou.get(f"/api/desk/ticket/{id}").json()["phone"]
    shown = li.get(f"/api/break-glass/{use}").json()
    assert (False, "2026-11-24T08:05:00.000Z", ["review"]) == (shown["holds"], shown["until"], shown["can"])
    assert (200, []) == (reviewed(li, use).status_code, zhou.get("/api/auth/me").json()["emergencies"])


def test_nobody_is_given_it(bank: Late) -> None:
    """An administrator cannot grant what is for emergencies: it would be held without a review."""
    bank.caller("zhou", "agent")
    administrator = desk.context_of(desk.principal("a", "administrator"), bank.releases)
    with bank.database.write() as connection, pytest.raises(NotFound):
        give_role(connection, administrator, "zhou", RoleName("desk", "rescue"), Period(), "r")

    offered = [role["role"] for app in roles_to_give(administrator) for role in app["roles"]]  # type: ignore[attr-defined]
    assert "agent" in offered
    assert "rescue" not in offered


def test_open_reviews_are_listed_at_the_command_line(
    bank: Late, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who took what until when and why, with what is still to be reviewed."""
    zhou, _ = bank.caller("zhou", "agent"), bank.caller("li", "chief")
    taken(zhou)
    monkeypatch.setenv("QIQIAO_DATA", str(tmp_path))

    assert 0 == main(["break-glass", "--open", "--database", bank.database.url])
    [line] = capsys.readouterr().out.splitlines()
    assert ["zhou", "desk.rescue"] == line.split("\t")[1:3]
    assert WHY == line.split("\t")[-1]
