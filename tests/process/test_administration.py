"""Administration over REST and at the command line: people, posts, groups, units and role grants with their periods."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from builder.cli import main
from runtime.identity.holdings import Given, grant_role
from runtime.store.database import Database
from runtime.store.tables import audit_event
from tests.process.bank import NOW, WORKFLOW
from tests.process.desk import Desk, build_app, open_desk
from tests.process.test_http import submitted
from tests.serving import PLAIN, serving

HOUR = dt.timedelta(hours=1)
WHY = {"reason": "a colleague is ill"}


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(database, database_url, tmp_path, WORKFLOW)
    with database.write() as connection:
        grant_role(connection, opened.bank.people["stranger"], "", "auditor", Given(NOW))
    with serving(build_app(opened.services)) as url:
        yield replace(opened, url=url)


def written(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def give(desk: Desk, person: str, role: str, *, by: str = "head", app: str = "lending", **more: object) -> httpx.Response:
    body = {"app": app, "role": role, **WHY, **more}
    return desk.client(by).post(f"/api/admin/people/{desk.bank.people[person]}/grants", json=body)


def kinds(desk: Desk, record: str) -> list[str]:
    with desk.bank.database.read() as connection:
        found = sa.select(audit_event.c.kind).where(audit_event.c.record_id == record).order_by(audit_event.c.id)
        return list(connection.scalars(found))


def test_a_grant_counts_from_its_beginning_and_no_more_at_its_end(desk: Desk) -> None:
    """Sessions, rows, who is asked and who decides follow the clock to the millisecond, in a session that stays open."""
    begin, end, millisecond = NOW + HOUR, NOW + 2 * HOUR, dt.timedelta(milliseconds=1)
    clerk, lin, head = desk.client("clerk"), desk.client("lin"), desk.client("head")
    place = f"/api/admin/people/{desk.bank.people['lin']}"
    early = submitted(clerk)["id"]
    assert 200 == head.patch(place, json={"unit": desk.bank.units["CX"], **WHY}).status_code
    assert 201 == give(desk, "lin", "checker", **{"from": written(begin), "until": written(end)}).status_code

    def look(moment: dt.datetime) -> tuple[bool, int, int, str]:
        desk.clock[0] = moment
        with_role = head.get("/api/admin/people", params={"role": "lending.checker", "search": "lin"}).json()["count"]
        (grant,) = [each for each in head.get(place).json()["grants"] if each["role"] == "checker"]
        holds = "checker" in lin.get("/api/auth/me").json()["roles"]["lending"]
        return holds, lin.get(f"/api/lending/loan/{early}").status_code, with_role, grant["state"]

    assert (False, 404, 0, "ahead") == look(begin - millisecond)
    assert (True, 200, 1, "holds") == look(begin)
    offered = [submitted(clerk)["id"] for _ in range(2)]
    tasks = {task["record_id"]: task["id"] for task in lin.get("/api/tasks").json()["items"]}
    assert set(offered) == tasks.keys(), "asked since the beginning, not for what was asked before"
    assert (True, 200, 1, "holds") == look(end - millisecond)
    assert 200 == lin.post(f"/api/tasks/{tasks[offered[0]]}/approve", json={}).status_code
    assert (False, 404, 0, "over") == look(end)
    late = lin.post(f"/api/tasks/{tasks[offered[1]]}/approve", json={})
    assert (403, "P403") == (late.status_code, late.json()["code"])
    submitted(clerk)
    assert len(tasks) - 1 == len(lin.get("/api/tasks").json()["items"]), "nothing new is asked of him"


def test_nobody_gives_himself_anything(desk: Desk) -> None:
    """Who grants does not grant to himself, in no way; others without the role are not answered; the auditor only reads."""
    head, mine = desk.client("head"), f"/api/admin/people/{desk.bank.people['head']}"
    unit = desk.bank.units["CX"]
    acts = [
        give(desk, "head", "officer"),
        head.post(f"{mine}/posts", json={"unit": unit, "post": "行长", **WHY}),
        head.post(f"{mine}/groups", json={"group": "贷审会", **WHY}),
        head.patch(mine, json={"unit": desk.bank.units["BJ"], **WHY}),
        head.patch(f"/api/admin/units/{desk.bank.units['BJ']}", json={"leader": desk.bank.people["head"], **WHY}),
    ]
    assert [(403, "P450")] * 5 == [(answer.status_code, answer.json()["code"]) for answer in acts]
    assert head.get(mine).json()["can_change"] is False
    for other in ("clerk", "stranger"):
        assert 403 == give(desk, "lin", "checker", by=other).status_code
    assert 200 == desk.client("stranger").get(mine).status_code
    assert [403] * 3 == [desk.client("clerk").get(f"/api/admin/{each}").status_code for each in ("people", "units", "roles")]
    assert [] == [kind for kind in kinds(desk, desk.bank.people["head"]) if kind != "signed_in"]


def test_what_cannot_be_granted(desk: Desk) -> None:
    """No role twice at one time, none that excludes another, none that is not there, no period that is over, no reason missing."""
    until = {"until": written(NOW + HOUR)}
    assert 201 == give(desk, "lin", "clerk", **until).status_code
    refused = [
        (409, "P451", give(desk, "lin", "clerk")),
        (409, "P452", give(desk, "stranger", "designer", app="platform")),
        (404, "Q404", give(desk, "lin", "nothing")),
        (422, "P453", give(desk, "lin", "checker", until=written(NOW))),
        (422, "P453", give(desk, "lin", "checker", **{"from": written(NOW + 2 * HOUR), **until})),
        (422, "Q422", give(desk, "lin", "checker", reason=" ")),
        (422, "Q422", give(desk, "lin", "checker", until="2026-03-02")),
        (422, "Q422", give(desk, "lin", "checker", surprise=1)),
    ]
    for status, code, answer in refused:
        body = answer.json()
        assert (status, code) == (answer.status_code, body["errors"][0]["code"] if body.get("errors") else body["code"])
    assert 201 == give(desk, "lin", "clerk", **{"from": written(NOW + HOUR)}).status_code, "one follows the other"
    assert (
        404
        == desk.client("head")
        .post("/api/admin/people/nobody/grants", json={"app": "lending", "role": "clerk", **WHY})
        .status_code
    )


def test_the_history_stays(desk: Desk) -> None:
    """Ended, over and current grants, posts and memberships all stand on the person's page, and every act in a trail that verifies."""
    head, lin = desk.client("head"), desk.bank.people["lin"]
    place = f"/api/admin/people/{lin}"
    assert 201 == give(desk, "lin", "clerk", until=written(NOW + HOUR)).status_code
    assert 201 == give(desk, "lin", "checker").status_code
    post = {"unit": desk.bank.units["BJ"], "post": "复核岗", "from": "2026-03-01", "to": "2026-03-31", **WHY}
    assert 201 == head.post(f"{place}/posts", json=post).status_code
    assert 201 == head.post(f"{place}/posts", json={**post, "unit": desk.bank.units["CX"], "to": None}).status_code
    assert (409, "P451") == ((twice := head.post(f"{place}/posts", json=post)).status_code, twice.json()["code"])
    wrong = head.post(f"{place}/posts", json={**post, "post": "x", "to": "2026-02-01"})
    assert (422, "P453") == (wrong.status_code, wrong.json()["errors"][0]["code"])
    assert 201 == head.post(f"{place}/groups", json={"group": "贷审会", **WHY}).status_code
    holders = {
        code: [each["username"] for each in head.get("/api/admin/people", params={"post_in": unit}).json()["items"]]
        for code, unit in desk.bank.units.items()
    }
    assert ["lin"] == holders["CX"], "a post counts from its first day to its last"
    shown: Any = head.get(place).json()
    checker = next(each["id"] for each in shown["grants"] if each["role"] == "checker")
    bj = next(each["id"] for each in shown["posts"] if each["unit"]["name"] == "BJ")
    for path in (f"grants/{checker}/revoke", f"posts/{bj}/end", f"memberships/{shown['groups'][0]['id']}/end"):
        assert 200 == head.post(f"/api/admin/{path}", json={"reason": "back again"}).status_code
    assert 200 == head.post(f"/api/admin/grants/{checker}/revoke", json=WHY).status_code, "twice is once"
    desk.clock[0] = NOW + HOUR

    after: Any = head.get(place).json()
    told = {each["role"]: (each["state"], each["end_reason"], (each["ended_by"] or {}).get("name")) for each in after["grants"]}
    assert {"clerk": ("over", None, None), "checker": ("ended", "back again", "head"), "officer": ("holds", None, None)} == told
    assert {("BJ", "ended"), ("CX", "holds")} == {(each["unit"]["name"], each["state"]) for each in after["posts"]}
    assert ["ended"] == [each["state"] for each in after["groups"]]
    acts = ["role_granted"] * 2 + ["post_given"] * 2 + ["group_joined", "role_revoked", "post_ended", "group_left"]
    assert acts == kinds(desk, lin) == [each["kind"] for each in reversed(after["history"])]
    (listed,) = head.get("/api/admin/people", params={"search": "lin"}).json()["items"]
    assert (["officer"], ["复核岗"], []) == (
        [each["role"] for each in listed["roles"]],
        [each["post"] for each in listed["posts"]],
        listed["groups"],
    )


def test_people_come_move_and_go(desk: Desk) -> None:
    """A person is added, moved, renamed and shut out, whose session ends at once."""
    head = desk.client("head")
    body = {"username": "wu", "name": "吴", "unit": desk.bank.units["BJ"], **WHY}
    wu = head.post("/api/admin/people", json=body).json()
    assert ("BJ", True, []) == (wu["unit"]["name"], wu["active"], wu["grants"])
    again = head.post("/api/admin/people", json={**body, "username": "WU"})
    assert (422, "P454") == (again.status_code, again.json()["errors"][0]["code"])
    place = f"/api/admin/people/{desk.bank.people['lin']}"
    session = desk.client("lin")
    assert 200 == session.get("/api/auth/me").status_code
    changed = head.patch(place, json={"active": False, "name": "林", "unit": desk.bank.units["BJ"], **WHY}).json()
    assert ("林", False, "BJ") == (changed["name"], changed["active"], changed["unit"]["name"])
    assert 401 == session.get("/api/auth/me").status_code
    pages = head.get("/api/admin/people", params={"limit": 3}).json()
    rest = head.get("/api/admin/people", params={"cursor": pages["next"], "limit": 200}).json()["items"]
    assert pages["count"] == 3 + len(rest) and "lin" not in {each["username"] for each in rest}
    assert ["lin"] == [each["username"] for each in head.get("/api/admin/people?state=shut_out").json()["items"]]
    assert 400 == head.get("/api/admin/people?who=x").status_code


def test_the_tree_of_units(desk: Desk) -> None:
    """Units are added, led, renamed, moved and closed; a code is used once, and a unit with people stays."""
    head, units = desk.client("head"), desk.bank.units
    new = {"code": "XS", "name": "萧山", "parent": units["CX"], **WHY}
    added = head.post("/api/admin/units", json=new)
    assert 201 == added.status_code, added.text
    xs = added.json()["id"]
    assert (422, "P456") == ((twice := head.post("/api/admin/units", json=new)).status_code, twice.json()["errors"][0]["code"])
    change = {"name": "萧山支行", "parent": units["HO"], "leader": desk.bank.people["lin"], **WHY}
    (unit,) = [each for each in head.patch(f"/api/admin/units/{xs}", json=change).json()["items"] if each["id"] == xs]
    assert ("萧山支行", units["HO"], "lin", 1, 0) == (
        unit["name"], unit["parent"], unit["leader"]["name"], unit["depth"], unit["people"],
    )  # fmt: skip
    assert [{"id": xs, "name": "萧山支行"}] == head.get(f"/api/admin/people/{desk.bank.people['lin']}").json()["leads"]
    used = head.patch(f"/api/admin/units/{units['CX']}", json={"closed": True, **WHY})
    assert (409, "P457") == (used.status_code, used.json()["code"])
    gone = head.patch(f"/api/admin/units/{xs}", json={"closed": True, "leader": "", **WHY}).json()["items"]
    assert xs not in {each["id"] for each in gone}
    history = head.get(f"/api/admin/units/{xs}/history").json()["items"]
    assert ["unit_changed", "unit_changed", "unit_added"] == [each["kind"] for each in history]
    below = head.get("/api/admin/people", params={"unit": units["HO"]}).json()["count"]
    assert below == len(desk.bank.people)


def test_the_command_line(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The same acts without a screen, in the trail under the name of the account; a password comes by standard input."""
    monkeypatch.setenv("QIQIAO_DATA", str(desk.services.settings.data_folder))
    url = desk.services.settings.database_url

    def call(*words: str) -> int:
        return main([*words, "--database", url])

    assert 0 == call("people", "add", "wu", "吴越", "--unit", "BJ", "--reason", "new")
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert 1 == call("people", "password", "wu"), "P455"
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    assert 0 == call("people", "password", "wu")
    signed = httpx.post(
        f"{desk.url}/api/auth/login", json={"username": "wu", "password": "correct horse battery"}, timeout=30, verify=PLAIN
    )
    assert 200 == signed.status_code
    assert 0 == call("people", "post", "wu", "复核岗", "--to", "2999-12-31")
    assert 0 == call("people", "post", "wu", "放款岗", "--unit", "CX")
    assert 0 == call("people", "post", "wu", "放款岗", "--unit", "CX", "--end")
    assert 1 == call("people", "post", "wu", "放款岗", "--unit", "CX", "--end")
    assert 0 == call("people", "group", "wu", "贷审会")
    assert 0 == call("people", "move", "wu", "CX")
    assert 0 == call("people", "unit", "YH", "--name", "余杭", "--parent", "HO", "--leader", "wu")
    assert 0 == call("grant", "wu", "lending.clerk", "--to", "2999-12-31", "--reason", "new")
    assert 1 == call("grant", "wu", "lending.clerk")
    assert 1 == call("grant", "wu", "lending.checker", "--to", "soon")
    capsys.readouterr()
    assert 0 == call("people", "list", "--search", "wu")
    assert "wu\t吴越\tCX\t复核岗 (BJ)\t贷审会\tlending.clerk\n" == capsys.readouterr().out
    assert 0 == call("people", "show", "wu")
    shown = json.loads(capsys.readouterr().out)
    assert ["余杭"] == [unit["name"] for unit in shown["leads"]]
    assert {"cli"} == {each["channel"] for each in shown["history"]}
    assert 0 == call("people", "units")
    assert "  YH\t余杭\t吴越\t0" in capsys.readouterr().out
    assert 0 == call("people", "shut-out", "wu", "--reason", "left")
    assert (
        401
        == httpx.get(
            f"{desk.url}/api/auth/me", headers={"Authorization": f"Bearer {signed.json()['token']}"}, timeout=30, verify=PLAIN
        ).status_code
    )
    assert 0 == call("people", "let-in", "wu")
