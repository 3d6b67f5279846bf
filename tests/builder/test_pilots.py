"""A pilot: some units use a release, all others the one before, over the same records; then all do, or nobody."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from builder.cli import main
from builder.drafts import text_checksum
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person, add_unit
from runtime.publish.apply import Publication, publish
from runtime.publish.consent import Consent
from runtime.publish.pilot import unit_ids
from runtime.store.database import Database
from runtime.store.tables import audit_event
from tests.builder.conftest import Workshop
from tests.builder.test_builder_http import FILE, PATH, submit
from tests.builder.test_cli import token_of, write
from tests.publish.desk import FILES, NOW, ROLES, TICKET, add_people, context_of, edited, principal, put_live

#: A required field with a default, an optional one, a stricter rule on what is there, a choice more, a name that nobody else has.
PILOT_TICKET = TICKET.replace("max: 20, class: C2,", "max: 20, class: C2, unique: true,").replace(
    "      high: {", "      urgent: {label: {zh: 急, en: Urgent}}\n      high: {"
) + (
    "  channel: {type: text, max: 20, required: true, default: \"'desk'\", label: {zh: 渠道, en: Channel}}\n"
    "  code: {type: text, max: 20, unique: true, label: {zh: 编码, en: Code}}\n"
)


@pytest.fixture
def bank(workshop: Workshop) -> Workshop:
    """Two branches beside the head office: BJ with a sub-branch, and SH; a clerk in each."""
    with workshop.services.database.write() as connection:
        beijing = add_unit(connection, "BJ", "北京分行", NOW)
        units = {"bei": beijing, "sub": add_unit(connection, "BJ01", "东城支行", NOW, parent_id=beijing)}
        units["hai"] = add_unit(connection, "SH", "上海分行", NOW)
        for name, unit in units.items():
            workshop.people[name] = add_person(connection, name, name, NOW, unit_id=unit)
            grant_role(connection, workshop.people[name], "desk", "agent", Given(NOW))
    return workshop


def begin(bank: Workshop, text: str = PILOT_TICKET, units: tuple[str, ...] = ("BJ",)) -> Mapping[str, object]:
    """Edit, submit for some units and approve."""
    shen, zhao = bank.client("shen"), bank.client("zhao")
    assert 200 == shen.put(FILE, json={"text": text, "checksum": text_checksum(TICKET)}).status_code
    checksum = shen.get(f"{PATH}/draft").json()["checksum"]
    asked = shen.post(f"{PATH}/submit", json={"note": "try it", "checksum": checksum, "units": list(units)})
    assert 201 == asked.status_code, asked.text
    done = zhao.post(f"/api/builder/reviews/{asked.json()['id']}/approve", json={})
    assert 200 == done.status_code, done.text
    found: Mapping[str, object] = done.json()
    return found


def fields(client: httpx.Client) -> set[str]:
    """The fields of a ticket that a person sees on his screens."""
    return set(client.get("/api/apps/desk/screens").json()["entities"]["ticket"]["fields"])


def make(client: httpx.Client, **values: object) -> httpx.Response:
    return client.post("/api/desk/ticket", json=values)


def test_units_of_a_pilot_use_it_and_all_others_go_on(bank: Workshop) -> None:
    """Screens, writing and reading by unit; each side reads what the other wrote, and neither is refused for the other's rules."""
    begun = begin(bank)
    bei, sub, hai = (bank.client(name) for name in ("bei", "sub", "hai"))
    old = make(hai, subject="old", phone="1")
    new = make(bei, subject="new", phone="2", code="c1", level="urgent")
    below = make(sub, subject="below", channel="phone")
    again = make(hai, subject="again", phone="1")
    taken = make(bei, subject="x", phone="1")
    unknown = make(hai, subject="x", code="c2")

    assert ("pilot", ["BJ"]) == (begun["release"]["state"], [unit["code"] for unit in begun["release"]["units"]])  # type: ignore[index]
    assert {"channel", "code"} <= fields(bei)
    assert {"channel", "code"} <= fields(sub)
    assert not {"channel", "code"} & fields(hai)
    assert [201, 201, 201] == [one.status_code for one in (old, new, below)], new.text
    assert 201 == again.status_code, "the old release knows no unique phone"
    assert (422, "/phone") == (taken.status_code, taken.json()["errors"][0]["pointer"])
    assert 422 == unknown.status_code
    assert "channel" not in hai.get(f"/api/desk/ticket/{new.json()['id']}").json()
    assert "desk" == bei.get(f"/api/desk/ticket/{old.json()['id']}").json()["channel"]
    assert {"old", "new", "below", "again"} == {row["subject"] for row in hai.get("/api/desk/ticket").json()["items"]}
    assert {"old", "new", "below", "again"} == {row["subject"] for row in bei.get("/api/desk/ticket").json()["items"]}

    # Both change the other's record; what one does not know of stays as it was, and history tells each only his own fields.
    changed = hai.patch(f"/api/desk/ticket/{new.json()['id']}", json={"cost": "3.50"}, headers={"If-Match": '"1"'})
    mended = bei.patch(f"/api/desk/ticket/{old.json()['id']}", json={"code": "c9"}, headers={"If-Match": '"1"'})
    assert [200, 200] == [changed.status_code, mended.status_code], (changed.text, mended.text)
    whole = bei.get(f"/api/desk/ticket/{new.json()['id']}").json()
    assert ("c1", "3.50", "urgent") == (whole["code"], whole["cost"], whole["level"])
    told = hai.get(f"/api/desk/ticket/{old.json()['id']}/history").json()["items"]
    assert not {"code", "channel"} & {change["field"] for one in told for change in one["changes"]}


def test_a_pilot_becomes_the_release_for_all(bank: Workshop) -> None:
    """What does not fit yet is said; once mended, everybody has it at once and the database itself guards the new rule."""
    begin(bank)
    bei, hai, zhao = (bank.client(name) for name in ("bei", "hai", "zhao"))
    first, second = make(hai, subject="a", phone="1"), make(hai, subject="b", phone="1")
    refused = zhao.post(f"{PATH}/releases/pilot/extend")
    hai.patch(f"/api/desk/ticket/{second.json()['id']}", json={"phone": "2"}, headers={"If-Match": '"1"'})
    done = zhao.post(f"{PATH}/releases/pilot/extend")
    late = make(hai, subject="c", phone="1", code="k")

    assert 201 == first.status_code
    assert (422, "M409") == (refused.status_code, refused.json()["errors"][0]["code"])
    assert (200, "active", []) == (done.status_code, done.json()["state"], done.json()["units"]), done.text
    assert {"channel", "code"} <= fields(hai)
    assert 422 == late.status_code
    assert "desk" == hai.get(f"/api/desk/ticket/{second.json()['id']}").json()["channel"]
    assert [] == bank.client("shen").get(f"{PATH}/draft").json()["changed"]
    assert ["active", "superseded"] == [one["state"] for one in zhao.get(f"{PATH}/releases").json()["items"]]
    assert 409 == zhao.post(f"{PATH}/releases/pilot/end").status_code
    assert 201 == make(bei, subject="d", channel="x").status_code


def test_a_pilot_ends_with_one_act(bank: Workshop) -> None:
    """Everybody is back at once; what was written stays, and comes back with the same fields later."""
    begin(bank)
    bei, hai, zhao, shen = (bank.client(name) for name in ("bei", "hai", "zhao", "shen"))
    made = make(bei, subject="new", code="c1")
    ended = zhao.post(f"{PATH}/releases/pilot/end")
    back = fields(bei)
    after = make(bei, subject="after")

    assert (200, "superseded") == (ended.status_code, ended.json()["state"]), ended.text
    assert not {"channel", "code"} & back
    assert [201, 201] == [made.status_code, after.status_code]
    again = zhao.post(f"{PATH}/releases/pilot/end")
    assert (409, "M462") == (again.status_code, again.json()["code"])
    # The draft is as it was: it goes live for all with what was entered in the pilot.
    review = submit(shen).json()["id"]
    assert 200 == zhao.post(f"/api/builder/reviews/{review}/approve", json={}).status_code
    assert "c1" == hai.get(f"/api/desk/ticket/{made.json()['id']}").json()["code"]
    kinds = sa.select(audit_event.c.kind).where(audit_event.c.kind.in_(["pilot_started", "pilot_ended", "published"]))
    with bank.services.database.read() as connection:
        assert ["published", "pilot_started", "pilot_ended", "published"] == list(
            connection.execute(kinds.order_by(audit_event.c.id)).scalars()
        )


def test_a_pilot_moves_to_other_units(bank: Workshop) -> None:
    """A publisher adds and takes away units; who made the change does not, and an unknown unit is named."""
    begin(bank)
    bei, hai, zhao = (bank.client(name) for name in ("bei", "hai", "zhao"))
    moved = zhao.put(f"{PATH}/releases/pilot/units", json={"units": ["SH"]})
    nowhere = zhao.put(f"{PATH}/releases/pilot/units", json={"units": ["SH", "XX"]})
    designer = bank.client("shen").put(f"{PATH}/releases/pilot/units", json={"units": ["SH"]})

    assert (200, ["SH"]) == (moved.status_code, [unit["code"] for unit in moved.json()["units"]])
    assert (422, "M463") == (nowhere.status_code, nowhere.json()["code"])
    assert 403 == designer.status_code
    assert "code" in fields(hai)
    assert "code" not in fields(bei)


def test_nothing_else_is_published_beside_a_pilot(bank: Workshop) -> None:
    """Another publication and the way back wait until the pilot is over; what two releases cannot share is no pilot at all."""
    stored = TICKET + "  twice: {type: decimal, scale: 2, compute: 'cost * 2', stored: true, label: {zh: 双倍, en: Twice}}\n"
    shen, zhao = bank.client("shen"), bank.client("zhao")
    shen.put(FILE, json={"text": stored, "checksum": text_checksum(TICKET)})
    whole = shen.get(f"{PATH}/plan").json()
    pilot = shen.get(f"{PATH}/plan", params={"unit": "BJ"}).json()
    assert (False, True) == (whole["blocked"], pilot["blocked"])
    assert "M461" in {found["code"] for found in pilot["diagnostics"]}
    shen.delete(f"{PATH}/draft")

    put_live(bank.services.database, bank.services.releases, edited("app.yaml", "en: Desk", "en: Help desk"))
    begin(bank)
    path = f"{PATH}/draft/files/roles.yaml"
    shen.put(path, json={"text": ROLES.replace("Agent}", "Clerk}"), "checksum": text_checksum(ROLES)})
    refused = submit(shen)
    assert (422, "M460") == (refused.status_code, refused.json()["errors"][0]["code"])
    back = zhao.post(f"{PATH}/releases/1/activate")
    assert (409, "M460") == (back.status_code, back.json()["code"])


STATUS = """\
  status:
    type: status
    workflow: approval
    label: {zh: 状态, en: Status}
    choices:
      draft: {label: {zh: 草稿, en: Draft}}
      in_review: {label: {zh: 审批中, en: In review}}
      approved: {label: {zh: 已批准, en: Approved}}
      rejected: {label: {zh: 已拒绝, en: Rejected}}
"""
FLOW = """\
workflow: approval
title: {zh: 审批, en: Approval}
for: ticket
start: {by: role.agent, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: two, title: {zh: 双人, en: Two people}, different_people: [apply, check]}]
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
  - approve: check
    title: {zh: 复核, en: Check}
    by: {role: checker}
on_finish:
  approved: {set: {status: approved}}
  rejected: {set: {status: rejected}}
"""
SECOND = """\
  - approve: decide
    title: {zh: 审批, en: Decision}
    by: {role: checker}
    fields: {write: [verdict]}
"""
VERDICT = "  verdict: {type: text, max: 40, label: {zh: 结论, en: Verdict}}\n"


def test_cases_go_on_under_the_release_they_began_under(bank: Workshop) -> None:
    """A case of the pilot is decided by people outside of it, by its own steps and fields, also when the pilot is over."""
    checker = "  checker: {label: {zh: 复核, en: Checker}, access: {ticket: {read: true}}}\n"
    base = {**FILES, "entities/ticket.yaml": TICKET + STATUS, "workflows/approval.yaml": FLOW, "roles.yaml": ROLES + checker}
    pilot = {**base, "entities/ticket.yaml": TICKET + STATUS + VERDICT}
    pilot["workflows/approval.yaml"] = FLOW.replace("check]", "check, decide]").replace("on_finish:", f"{SECOND}on_finish:")
    database, releases = bank.services.database, bank.services.releases
    put_live(database, releases, base)
    with database.write() as connection:
        for name in ("zhou", "zhao"):
            grant_role(connection, bank.people[name], "desk", "checker", Given(NOW))
        units = unit_ids(connection, ["BJ"])
    consent, context = Consent("author"), context_of(principal("approver", "publisher"), releases)
    publish(database, releases, Publication("desk", pilot, consent, 2, units=units), context)

    bei, hai, zhou, zhao = (bank.client(name) for name in ("bei", "hai", "zhou", "zhao"))
    ours = bei.post("/api/desk/ticket?submit=true", json={"subject": "pilot"}).json()["id"]
    theirs = hai.post("/api/desk/ticket?submit=true", json={"subject": "plain"}).json()["id"]
    assert (["approved"], ["running"]) == ([decided(zhou, theirs, "check")], [decided(zhou, ours, "check")])
    assert 200 == zhao.post(f"{PATH}/releases/pilot/end").status_code
    assert "approved" == decided(zhao, ours, "decide", verdict="fine")
    seen = bei.get(f"/api/desk/ticket/{ours}").json()
    assert ("approved", False) == (seen["status"], "verdict" in seen)
    with database.read() as connection:
        column = sa.text(f"SELECT f_verdict FROM {releases.current()['desk'].entities['ticket'].table.name} WHERE id = :id")
        assert "fine" == connection.execute(column, {"id": ours}).scalar()


def decided(client: httpx.Client, record: str, step: str, **entered: str) -> str:
    """Approve the open step of a record's case; the state of the case afterwards."""
    [task] = [one for one in client.get("/api/tasks").json()["items"] if one["record_id"] == record]
    assert step == task["step"]
    done = client.post(f"/api/tasks/{task['id']}/approve", json={"fields": entered} if entered else {})
    assert 200 == done.status_code, done.text
    return str(done.json()["process"]["state"])


def test_the_command_line_begins_extends_and_ends_pilots(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`qiqiao publish --pilot` and the acts of `qiqiao releases`, each by a person who agrees; an unknown unit is named."""
    monkeypatch.setenv("QIQIAO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("QIQIAO_LOCALE", "en")
    with database.write() as connection:
        add_people(connection)
        for code in ("BJ", "SH"):
            add_unit(connection, code, code, NOW)
    at, two = ["--database", database_url], ["--author", "shen", "--approver", "zhao"]

    def qiqiao(*arguments: str) -> tuple[int, str]:
        code, said = main([*arguments, *at]), capsys.readouterr()
        return code, said.out + said.err

    base = str(write(tmp_path / "base" / "desk", FILES))
    changed = str(write(tmp_path / "changed" / "desk", {**FILES, "entities/ticket.yaml": PILOT_TICKET}))
    assert 0 == qiqiao("publish", base)[0]
    with database.write() as connection:
        monkeypatch.setenv("QIQIAO_APPROVER_TOKEN", token_of(connection, "zhao"))
    nowhere = qiqiao("publish", changed, *two, "--pilot", "XX")
    begun = qiqiao("publish", changed, *two, "--pilot", "BJ")
    nobody = qiqiao("releases", "desk", "--end")
    moved = qiqiao("releases", "desk", "--pilot", "SH", "--approver", "zhao")
    ended = qiqiao("releases", "desk", "--end", "--approver", "zhao")
    again = qiqiao("publish", changed, *two, "--pilot", "BJ")
    extended = qiqiao("releases", "desk", "--extend", "--approver", "zhao")
    back = qiqiao("releases", "desk", "--back-to", "1", "--approver", "zhao")
    listed = qiqiao("releases", "desk")

    assert (1, True) == (nowhere[0], "There is no unit XX." in nowhere[1])
    assert (0, True) == (begun[0], "a pilot for BJ and the units below" in begun[1])
    assert (1, True) == (nobody[0], "--approver USER" in nobody[1])
    assert (0, "desk 1.0.0, release 2: pilot (SH SH)\n") == moved
    assert (0, "desk 1.0.0, release 2: superseded (SH SH)\n") == ended
    assert 0 == again[0], again[1]
    assert (0, "desk 1.0.0, release 3: live\n") == extended
    assert (0, "desk 1.0.0, release 1: live\n") == back
    assert ["release 3: superseded", "release 2: superseded (SH SH)", "release 1: live"] == [
        line.partition(", ")[2] for line in listed[1].splitlines()
    ]
