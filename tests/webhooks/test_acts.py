"""Acts on webhooks over REST and at the command line: who may, what is refused, secrets, replays, tries, and their trace."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from builder.cli import main
from runtime.audit.sealer import seal
from runtime.commands.deliver_webhooks import deliver_webhooks
from runtime.commands.manage_keys import add_key, remove_key, rotate, show_keys
from runtime.commands.manage_webhooks import Desk, WebhookWish, make_webhook, set_hosts
from runtime.outbox.webhooks import DELIVERIES_KEPT
from runtime.releases import Releases
from runtime.store.sealing import use_ring
from runtime.store.tables import audit_event, webhook, webhook_delivery
from tests.records.lab import CLIENT, add_client, context, directory, faults, lab_with, system
from tests.records.lab import refusal as caught
from tests.webhooks.conftest import WHY, Office
from tests.webhooks.receiver import signed_by

HOUR = dt.timedelta(hours=1)


def refusal(office: Office, **more: object) -> tuple[int, list[tuple[str, str]]]:
    """How the making of a webhook is refused."""
    body = {"app": "lab", "label": "CRM", "url": office.receiver.url, "entities": ["client"], "principal": "tom", **WHY, **more}
    answer = office.client("root").post("/api/admin/webhooks", json=body)
    return answer.status_code, [(fault["pointer"], fault["code"]) for fault in answer.json().get("errors", [])]


def kinds(office: Office, made: dict[str, Any]) -> list[str]:
    with office.db.read() as connection:
        found = sa.select(audit_event.c.kind).where(audit_event.c.record_id == made["id"]).order_by(audit_event.c.id)
        return list(connection.scalars(found))


def test_one_that_stands_still_is_deleted_with_its_secret(office: Office) -> None:
    """Nothing of it is left but what the trail tells; one that runs stays."""
    made = office.make()
    root, place = office.client("root"), f"/api/admin/webhooks/{made['id']}"
    office.act(made, "ping")
    running = root.post(f"{place}/delete", json=WHY)
    office.act(made, "stop")

    assert (409, "C415") == (running.status_code, running.json()["code"])
    assert 422 == root.post(f"{place}/delete", json={}).status_code
    assert 204 == root.post(f"{place}/delete", json=WHY).status_code
    assert (404, 404) == (root.get(place).status_code, root.post(f"{place}/delete", json=WHY).status_code)
    with office.db.read() as connection:
        assert [0, 0] == [connection.scalar(sa.select(sa.func.count()).select_from(each)) for each in (webhook, webhook_delivery)]
    assert "webhook_deleted" == kinds(office, made)[-1]


def test_only_administrators_act_and_auditors_look(office: Office) -> None:
    """Others learn nothing; every act stands in the trail with its reason, and no secret in it."""
    made = office.make()
    office.grant("ann", "auditor", "")
    place = f"/api/admin/webhooks/{made['id']}"
    ann, tom = office.client("ann"), office.client("tom")
    assert [200, 200, 200] == [ann.get(each).status_code for each in ("/api/admin/webhooks", place, place + "/deliveries")]
    assert [403, 403] == [tom.get(each).status_code for each in ("/api/admin/webhooks", place)]
    acts = ("", "/stop", "/start", "/delete", "/rotate", "/replay", "/ping")
    assert {403} == {who.post(place.removesuffix("/" + made["id"]) if not act else place + act, json=WHY).status_code
                     for who in (ann, tom) for act in acts}  # fmt: skip
    assert 401 == office.client("root").get(place, headers={"Authorization": "Bearer qq_no"}).status_code
    assert 404 == office.client("root").get("/api/admin/webhooks/none").status_code
    assert 422 == office.client("root").post(place + "/stop", json={}).status_code, "without a reason"

    office.act(made, "stop")
    office.act(made, "start")
    office.act(made, "rotate")
    office.act(made, "replay", place=0)
    office.act(made, "ping")
    assert 200 == office.client("root").patch(place, json={"label": "Other", **WHY}).status_code
    assert ["webhook_made", "webhook_stopped", "webhook_started", "webhook_secret_changed", "webhook_replayed", "webhook_tried",
            "webhook_changed"] == kinds(office, made)  # fmt: skip
    with office.db.read() as connection:
        text = json.dumps([list(map(str, row)) for row in connection.execute(sa.select(audit_event))])
        kept = connection.execute(sa.select(webhook.c.secret)).scalar_one()
    assert "whsec_" not in text + kept
    assert "project 88" in text
    assert "secret" not in office.shown(made)


def test_an_address_must_be_allowed_and_encrypted(office: Office) -> None:
    """Whatever is not in IT's list is refused, in every spelling; plain http only to this very machine."""
    port = office.receiver.port
    with office.db.write() as connection:
        set_hosts(connection, system(), [f"127.0.0.1:{port}", "crm.bank.example:443", "crm.bank.example:80", "10.0.0.0/8:443"])
    refused = [
        "http://crm.bank.example/hooks", "https://other.bank.example/hooks", f"http://localhost:{port}/", f"http://127.1:{port}/",
        f"http://2130706433:{port}/", f"http://0x7f000001:{port}/", f"http://[::ffff:127.0.0.1]:{port}/", "http://169.254.169.254/",
        f"http://user@127.0.0.1:{port}/", f"http://127.0.0.1:{port}/../x", "https://crm.bank.example./", "ftp://127.0.0.1/",
        f"http://127.0.0.1:{port}/?q=1", f"http://127.0.0.1:{port + 1}/", "https://10.0.0.5/",
    ]  # fmt: skip
    assert {(422, (("/url", "C411"),))} == {
        (status, tuple(faults)) for status, faults in (refusal(office, url=url) for url in refused)
    }
    assert (201, []) == refusal(office, url="https://crm.bank.example/hooks")
    assert [] == office.receiver.requests


def test_a_name_that_leads_inside_is_not_called(office: Office) -> None:
    """What a name means is looked up once for each try; an internal address needs a line of its own, and nothing is sent."""
    with office.db.write() as connection:
        set_hosts(connection, system(), ["crm.bank.example:443"])
    made = office.make(url="https://crm.bank.example/hooks")
    add_client(office.db, "A")
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    seal(office.db, office.notary, office.now)
    assert deliver_webhooks(replace(office.courier, resolver=rebinding))
    (attempt,) = office.deliveries(made)
    assert (None, "target_refused") == (attempt["status"], attempt["fault"])
    assert "internal address" in attempt["answer"]
    assert ["crm.bank.example"] == asked
    assert [] == office.receiver.requests


def test_a_host_that_is_taken_off_the_list_is_not_called_any_more(office: Office) -> None:
    """The list holds at each try, not only when a webhook is made."""
    made = office.make()
    with office.db.write() as connection:
        set_hosts(connection, system(), [])
    add_client(office.db, "A")
    office.tell()
    assert ([], "target_refused") == (office.receiver.codes, office.deliveries(made)[0]["fault"])
    assert "target_refused" == office.act(made, "ping")["fault"]


def test_the_person_must_be_an_integrator_who_reads_it_and_is_not_oneself(office: Office) -> None:
    """Nobody is made to tell what he may not read; an administrator never tells as himself."""
    assert (422, [("/principal", "C412")]) == refusal(office, principal="eve")
    assert (422, [("/principal", "C412")]) == refusal(office, principal="nobody")
    assert (422, [("/entities/1", "C413")]) == refusal(office, entities=["client", "none"])
    assert (422, [("/entities/0", "C413")]) == refusal(office, app="none")
    office.grant("ann", "integrator", "")
    assert (422, [("/entities/0", "C413")]) == refusal(office, principal="ann"), "without a role there is nothing"
    office.grant("root", "integrator", "")
    office.grant("root", "teller")
    assert 403 == refusal(office, principal="root")[0]
    assert (422, [("/entities", "Q422")]) == refusal(office, entities=[])
    choices = office.client("root").get("/api/admin/webhooks/choices").json()
    assert {"ann", "tom"} == {person["username"] for person in choices["people"]}
    assert {"client", "deal"} == {entity["name"] for app in choices["apps"] for entity in app["entities"] if app["app"] == "lab"}


def test_an_entity_without_a_trail_has_no_webhook(office: Office) -> None:
    """What has no feed has no webhook."""
    silent = lab_with(client=CLIENT.replace("label: Client\n", "label: Client\naudit: none\n", 1))
    wish = WebhookWish("CRM", office.receiver.url, ("client",), "tom")
    with office.db.write() as connection:
        desk = Desk(connection, Releases(office.db, {"org": directory(), "lab": silent}), office.settings)
        failure = caught(lambda: make_webhook(desk, system(), "lab", wish, "test"))
    assert {"/entities/0": "C413"} == faults(failure)


def test_both_secrets_hold_while_one_takes_over(office: Office) -> None:
    """During the overlap each request carries both signatures; behind it, or without one, only the new."""
    made = office.make()
    old, new = made["secret"], office.act(made, "rotate", overlap_hours=2)["secret"]

    def told(code: str, after: dt.timedelta = dt.timedelta(0)) -> tuple[int, bool, bool]:
        add_client(office.db, code)
        office.tell(after)
        last = office.receiver.requests[-1]
        return len(last.signatures), signed_by(old, last), signed_by(new, last)

    assert (2, True, True) == told("A")
    assert (2, True, True) == told("B", 2 * HOUR - dt.timedelta(seconds=1))
    assert (1, False, True) == told("C", dt.timedelta(seconds=1))
    old, new = new, office.act(made, "rotate", overlap_hours=0)["secret"]
    assert (1, False, True) == told("D")


def test_the_secrets_follow_the_key_ring(office: Office) -> None:
    """A rotated ring seals them anew; a key that they need is not taken off; without the ring nothing is told."""
    made, who = office.make(), context(system().principal)
    first = show_keys(office.db, who)[0]
    assert (1, True) == (first.values, first.active)
    add_key(office.db, who, office.settings)
    assert 1 == rotate(office.db, who)
    remove_key(office.db, who, office.settings, first.id)
    add_client(office.db, "A")
    office.tell()
    assert signed_by(made["secret"], office.receiver.requests[0])
    use_ring(None)
    add_client(office.db, "B")
    office.tell()
    assert (["A"], "not_sent") == (office.receiver.codes, office.deliveries(made)[0]["fault"])
    assert 503 == office.client("root").post(f"/api/admin/webhooks/{made['id']}/rotate", json=WHY).status_code


def test_a_replay_tells_everything_from_a_place_or_a_moment_on_again(office: Office) -> None:
    """The ids are those of the first time, so that a receiver knows what it has; a place ahead leaves out what lies between."""
    made = office.make()
    add_client(office.db, "A")
    office.tell()
    add_client(office.db, "B")
    office.tell()
    first = list(office.receiver.requests)

    office.act(made, "replay", place=first[1].json["place"])
    office.tell()
    assert ["A", "B", "B"] == office.receiver.codes
    answer = office.act(made, "replay", **{"from": "2026-11-24T11:00:00+08:00"})
    assert answer["behind"] > 0
    office.tell()
    assert ["A", "B", "B", "A", "B"] == office.receiver.codes
    assert [first[0].id, first[1].id] == [request.id for request in office.receiver.requests[-2:]]
    office.act(made, "replay", **{"from": "2026-11-25T00:00:00Z"})
    office.tell()
    assert 5 == len(office.receiver.requests)

    office.act(made, "stop")
    add_client(office.db, "POISON")
    office.tell()
    standing = office.shown(made)
    assert standing["behind"] >= 1
    office.act(made, "replay", place=standing["place"] + standing["behind"])
    office.act(made, "start")
    office.tell()
    assert 5 == len(office.receiver.requests)
    place = f"/api/admin/webhooks/{made['id']}/replay"
    wrong = ({"place": 10**6}, {"place": -1}, {}, {"place": 1, "from": "2026-11-24T00:00:00Z"}, {"from": "2026-11-24T00:00:00"})
    assert [422] * 5 == [office.client("root").post(place, json={**WHY, **body}).status_code for body in wrong]
    assert "C414" == office.client("root").post(place, json={**WHY, "place": 10**6}).json()["code"]


def test_a_try_is_signed_and_tells_nothing(office: Office) -> None:
    """It works while a webhook stands still, and moves nothing."""
    made = office.make()
    office.act(made, "stop")
    conflict = office.client("root").post(f"/api/admin/webhooks/{made['id']}/stop", json=WHY)
    assert (409, "C415") == (conflict.status_code, conflict.json()["code"])
    office.receiver.answers = [200, 404]
    assert (True, 200) == ((tried := office.act(made, "ping"))["delivered"], tried["status"])
    assert (False, 404) == ((tried := office.act(made, "ping"))["delivered"], tried["status"])
    request = office.receiver.requests[0]
    assert signed_by(made["secret"], request)
    assert ("ping", {"webhook": made["id"], "label": "CRM"}) == (request.json["type"], request.json["data"])
    assert office.shown(made)["place"] == made["place"]


def test_what_is_kept_of_an_answer_is_short_and_without_long_numbers(office: Office) -> None:
    """An endless answer ends, one without an end of its head too, and no account number of it is kept."""
    made = office.make()

    def chatty(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"account 6222021234567890 " + b"x" * 100_000)

    office.receiver.answers = [chatty]
    kept = office.act(made, "ping")
    assert kept["answer"].startswith("account ************7890 xxx")
    assert len(kept["answer"]) <= 300


def test_only_the_last_attempts_are_kept(office: Office) -> None:
    """The list of attempts does not grow for ever."""
    made = office.make()
    for number in range(DELIVERIES_KEPT + 5):
        add_client(office.db, f"N{number}")
    office.tell()
    with office.db.read() as connection:
        kept = connection.scalar(sa.select(sa.func.count()).where(webhook_delivery.c.webhook_id == made["id"]))
    assert (DELIVERIES_KEPT + 5, DELIVERIES_KEPT) == (len(office.receiver.requests), kept)
    assert 400 == office.client("root").get(f"/api/admin/webhooks/{made['id']}/deliveries?limit=201").status_code


def test_no_answer_with_a_secret_is_kept_under_an_idempotency_key(office: Office) -> None:
    """The same key makes two webhooks: what is shown once is not stored to be shown again."""
    body = {"app": "lab", "label": "CRM", "url": office.receiver.url, "entities": ["client"], "principal": "tom", **WHY}
    answers = [office.client("root").post("/api/admin/webhooks", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [201, 201] == [each.status_code for each in answers]
    assert 2 == len({each.json()["secret"] for each in answers})


def test_the_same_acts_at_the_command_line(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`qiqiao webhooks` lists, shows, allows, tries, stops, starts, replays and gives a new secret."""
    made = office.make()
    monkeypatch.setenv("QIQIAO_DATA", str(office.settings.data_folder))
    monkeypatch.setenv("QIQIAO_LOCALE", "en")

    def said(*words: str) -> str:
        code = main(["webhooks", *words, "--database", office.db.url])
        out = capsys.readouterr()
        assert 0 == code, out.err
        return out.out.strip()

    id, why = made["id"], ("--reason", "test")
    assert all(part in said("list") for part in (id, "lab: client", "CRM", office.receiver.url, "active", "—"))
    assert made["place"] == json.loads(said("show", id))["place"]
    assert f"Webhooks may lead to: 127.0.0.1:{office.receiver.port}" == said("hosts")
    assert json.loads(said("ping", id))["delivered"]
    assert "\tping\t" in said("deliveries", id)
    assert "Done." == said("stop", id, *why)
    assert "stopped: by hand" in said("list")
    assert "Done." == said("replay", id, "--place", "0", *why)
    assert 0 == office.shown(made)["place"]
    assert "Done." == said("replay", id, "--from", "2026-11-24", *why)
    assert "whsec_" in said("rotate", id, "--overlap", "1", *why)
    said("allow", "127.0.0.1:1", f"127.0.0.1:{office.receiver.port}")
    assert 1 == main(["webhooks", "allow", "nonsense", "--database", office.db.url])
    assert 1 == main(["webhooks", "stop", "none", *why, "--database", office.db.url])
