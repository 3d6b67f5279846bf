"""Webhooks tell every change, in order, signed, as their principal may read it, however often a receiver or a worker fails."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runtime.audit.sealer import seal
from runtime.commands.deliver_webhooks import deliver_webhooks
from runtime.identity.holdings import Given, revoke_role
from runtime.records.write import insert_record, update_record
from runtime.releases import Releases
from tests.records.lab import NOW, ROLES, add, add_client, directory, lab_with, system
from tests.webhooks.conftest import Office
from tests.webhooks.receiver import signed_by

ROOT = Path(__file__).resolve().parents[2]
SECOND = dt.timedelta(seconds=1)


def test_each_change_is_one_signed_request_in_order(office: Office) -> None:
    """Saved and deleted records come as the feed tells them; a receiver's own check of the signature holds, of a changed body not."""
    made = office.make()
    a, b = add_client(office.db, "A", salary=5), add_client(office.db, "B")
    office.rename(a, "Renamed")
    office.delete(b)
    office.tell()

    first, second, third = office.receiver.requests
    assert ["A", "A", "deleted"] == office.receiver.codes, "B is gone by now: only its end is told"
    assert "lab.client.saved" == first.json["type"]
    assert {"kind": "saved", "id": a, "at": "2026-11-24T03:00:00.000Z"}.items() <= first.json["data"].items()
    assert {"kind": "deleted", "id": b, "at": "2026-11-24T03:00:00.000Z", "record": None} == third.json["data"]
    assert "Renamed" == first.json["data"]["record"]["full_name"] == second.json["data"]["record"]["full_name"]
    assert first.json["place"] < second.json["place"] < third.json["place"]
    assert 3 == len({request.id for request in office.receiver.requests})
    assert all(signed_by(made["secret"], request) for request in office.receiver.requests)
    forged = type(first)(first.id, first.timestamp, first.signatures, first.body.replace(b"Renamed", b"Another"))
    assert not signed_by(made["secret"], forged)
    assert str(int(NOW.timestamp())) == first.timestamp


def test_the_check_that_the_manual_shows_holds(office: Office) -> None:
    """The Python of docs/webhooks.md says yes to our request, and no to a changed one, another secret or an old time."""
    shown = (ROOT / "docs" / "webhooks.md").read_text().split("```python\n")[1].split("```")[0]
    scope: dict[str, Any] = {}
    exec(shown, scope)  # noqa: S102 - the text of our own page
    made = office.make()
    office.now = dt.datetime.now(dt.UTC)
    office.act(made, "rotate")
    office.act(made, "ping")
    (request,) = office.receiver.requests
    headers = {
        "webhook-id": request.id,
        "webhook-timestamp": request.timestamp,
        "webhook-signature": " ".join(request.signatures),
    }
    assert scope["is_ours"](made["secret"], headers, request.body)
    assert not scope["is_ours"](made["secret"], headers, request.body + b" ")
    assert not scope["is_ours"](made["secret"], headers, request.body, tolerance=-1)
    assert not scope["is_ours"]("whsec_" + "A" * 44, headers, request.body)


def test_a_webhook_is_told_from_its_making_on(office: Office) -> None:
    """What changed before is no news; with nothing new nothing is sent."""
    add_client(office.db, "OLD")
    office.tell()
    office.make()
    office.tell()
    assert [] == office.receiver.codes
    add_client(office.db, "NEW")
    office.tell()
    office.tell()
    assert ["NEW"] == office.receiver.codes


def test_several_entities_come_in_the_order_of_the_trail(office: Office) -> None:
    """One webhook of clients and deals hears of them as they happened."""
    office.make(entities=["deal", "client"])
    one = add_client(office.db, "A")
    add(office.db, "deal", client=one, branch="cx", kind="small", amount=20)
    add_client(office.db, "B")
    office.tell()
    assert ["client", "deal", "client"] == [request.json["type"].split(".")[1] for request in office.receiver.requests]


def test_a_refused_change_is_tried_again_later_and_holds_up_the_others(office: Office) -> None:
    """The waits grow, the id stays, and nothing behind a change is told before it."""
    made = office.make()
    office.receiver.answers = [500, 302, 429]
    add_client(office.db, "A")
    add_client(office.db, "B")
    office.tell()
    assert ["A"] == office.receiver.codes
    office.tell(4 * SECOND)
    assert ["A"] == office.receiver.codes, "the first wait is five seconds"
    office.tell(1 * SECOND)
    office.tell(14 * SECOND)
    assert ["A", "A"] == office.receiver.codes, "the second is fifteen"
    office.tell(1 * SECOND)
    assert (3, "2026-11-24T03:01:05.000Z") == (office.shown(made)["failures"], office.shown(made)["next_try"])
    office.tell(45 * SECOND)

    assert ["A", "A", "A", "A", "B"] == office.receiver.codes
    assert 1 == len({request.id for request in office.receiver.requests[:4]})
    assert {"/hooks"} == {request.path for request in office.receiver.requests}, "no redirect is followed"
    assert [None, 204, 204, 429, 302, 500][1:] == [each["status"] for each in office.deliveries(made)]
    assert [1, 4, 3, 2, 1] == [each["attempt"] for each in office.deliveries(made)]
    assert "answer 500" == office.deliveries(made)[-1]["answer"]
    assert (0, 0) == (office.shown(made)["failures"], office.shown(made)["behind"])


def test_three_days_of_failures_stop_it_with_a_notice_and_a_start_goes_on(office: Office) -> None:
    """It stands still at its place; who looks after webhooks is told; nothing is lost when it goes on."""
    made = office.make()
    office.receiver.usual = 503
    add_client(office.db, "A")
    office.tell()
    for _ in range(40):
        if office.shown(made)["state"] == "stopped":
            break
        office.tell(dt.timedelta(hours=6))
    stopped = office.shown(made)
    assert ("stopped", "failing") == (stopped["state"], stopped["stop_reason"])
    assert dt.timedelta(days=3) <= office.now - NOW < dt.timedelta(days=4)
    (notice,) = office.client("root").get("/api/notices").json()["items"]
    assert ("webhook_stopped", "CRM", "nothing could be delivered for three days") == (
        notice["kind"], notice["record_title"], notice["detail"],
    )  # fmt: skip
    tried = len(office.receiver.requests)
    add_client(office.db, "B")
    office.tell(dt.timedelta(days=1))
    assert tried == len(office.receiver.requests), "who stopped is not called any more"

    office.receiver.usual = 200
    office.receiver.requests.clear()
    assert "active" == office.act(made, "start")["state"]
    office.tell()
    assert ["A", "B"] == office.receiver.codes


def test_a_receiver_that_is_gone_stops_it_at_once(office: Office) -> None:
    """410 says: never again."""
    made = office.make()
    office.receiver.usual = 410
    add_client(office.db, "A")
    office.tell()
    office.tell(dt.timedelta(hours=1))
    assert ("gone", 1) == (office.shown(made)["stop_reason"], len(office.receiver.requests))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_transaction_that_commits_late_is_told_late_and_not_lost(office: Office) -> None:
    """A change that began first and committed last comes after what was told meanwhile."""
    office.make(entities=["client", "deal"])
    with office.db.write() as slow:
        late = {"code": "LATE", "full_name": "Late", "branch": "cx"}
        insert_record(slow, system(), "lab", "client", late)
        add_client(office.db, "QUICK")
        office.tell()
        assert ["QUICK"] == office.receiver.codes
    office.tell()
    assert ["QUICK", "LATE"] == office.receiver.codes


def test_rights_taken_away_before_the_delivery_are_gone_from_it(office: Office) -> None:
    """A row that left is not told, a field that is hidden by now is not in it, a person without the role is told nothing."""
    made = office.make()
    mine, leaving = add_client(office.db, "MINE", income=7, salary=5), add_client(office.db, "LEAVING")
    with office.db.write() as connection:
        update_record(connection, system(), "lab", "client", leaving, {"branch": "bj"}, 1)
    office.receiver.answers = [500]
    office.tell()
    assert ["MINE"] == office.receiver.codes
    assert {"7.00", "5.00"} == {office.receiver.requests[0].json["data"]["record"][name] for name in ("income", "salary")}
    with office.db.write() as connection:
        revoke_role(connection, "tom", "lab", "teller", Given(office.now))
        office.now += SECOND
    office.grant("tom", "viewer")
    office.tell(10 * SECOND)
    retried = office.receiver.requests[1].json["data"]["record"]
    assert "salary" not in retried
    assert retried["income"] != "7.00", "masked for a viewer"
    assert ["MINE", "MINE", "LEAVING", "LEAVING"] == office.receiver.codes, "a viewer reads every branch"

    with office.db.write() as connection:
        revoke_role(connection, "tom", "lab", "viewer", Given(office.now))
    office.rename(mine, "Secret")
    office.tell(SECOND)
    assert 4 == len(office.receiver.requests)
    assert ("stopped", "rights") == (office.shown(made)["state"], office.shown(made)["stop_reason"])
    office.grant("tom", "teller")
    office.tell(SECOND)
    office.act(made, "start")
    office.tell()
    assert "Secret" == office.receiver.requests[-1].json["data"]["record"]["full_name"]


def test_a_row_of_another_branch_is_never_told(office: Office) -> None:
    """The row rule of the principal holds, and passing over others moves the webhook on."""
    made = office.make()
    for number in range(3):
        add_client(office.db, f"BJ{number}", branch="bj")
    add_client(office.db, "CX")
    office.tell()
    assert (["CX"], 0) == (office.receiver.codes, office.shown(made)["behind"])


def test_a_role_taken_in_an_emergency_tells_nothing_more(office: Office) -> None:
    """What a person reads in an emergency is written down reading by reading: no webhook reads under it."""
    rescue = """\
  rescue:
    label: Rescue
    emergency: {taken_by: [role.teller], reviewed_by: role.boss, hours: 2}
    access:
      client: {read: true}
"""
    office.make()
    office.grant("tom", "rescue")
    releases = Releases(office.db, {"org": directory(), "lab": lab_with(roles=ROLES + rescue)})
    add_client(office.db, "BJ", branch="bj")
    add_client(office.db, "CX")
    seal(office.db, office.notary, office.now)
    assert deliver_webhooks(replace(office.courier, releases=releases))
    assert ["CX"] == office.receiver.codes


def test_a_person_shut_out_or_no_integrator_any_more_stops_it(office: Office) -> None:
    """Nobody is read for who may not act."""
    made = office.make()
    add_client(office.db, "A")
    with office.db.write() as connection:
        revoke_role(connection, "tom", "", "integrator", Given(office.now))
    office.tell(SECOND)
    assert ([], "principal") == (office.receiver.codes, office.shown(made)["stop_reason"])


def test_the_wait_that_a_receiver_asks_for_is_kept(office: Office) -> None:
    """Retry-After of a minute is a minute."""
    made = office.make()

    def busy(handler: object) -> None:
        handler.send_response(503)  # type: ignore[attr-defined]
        handler.send_header("Retry-After", "60")  # type: ignore[attr-defined]
        handler.send_header("Content-Length", "0")  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]

    office.receiver.answers = [busy]
    add_client(office.db, "A")
    office.tell()
    assert "2026-11-24T03:01:00.000Z" == office.shown(made)["next_try"]


def test_a_worker_that_lost_its_lease_writes_nothing(office: Office) -> None:
    """An act in the middle of a delivery takes the webhook over: its place is the act's."""
    made = office.make()
    add_client(office.db, "A")

    def stopping(handler: object) -> None:
        office.act(made, "stop")
        handler.send_response(200)  # type: ignore[attr-defined]
        handler.send_header("Content-Length", "0")  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]

    office.receiver.answers = [stopping]
    seal(office.db, office.notary, office.now)
    before = office.shown(made)["place"]
    assert deliver_webhooks(office.courier)
    assert ("stopped", before) == (office.shown(made)["state"], office.shown(made)["place"])
    office.act(made, "start")
    office.tell()
    assert ["A", "A"] == office.receiver.codes
    assert office.receiver.requests[0].id == office.receiver.requests[1].id
