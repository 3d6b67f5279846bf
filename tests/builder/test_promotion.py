"""Releases between servers: signed, byte for byte, proposed on the next one and let through by somebody who did not make them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from runtime.environment import Environment, read_environment
from runtime.identity.holdings import Given, grant_role
from runtime.publish.history import files_of
from tests.builder.conftest import PROMOTIONS, Bank, Workshop
from tests.builder.test_builder_http import PATH, WITH_URGENCY, save, submit
from tests.builder.test_cli import token_of
from tests.builder.test_scheduled import work
from tests.publish.desk import FILES, LIST, NOW, TICKET, put_live
from tests.serving import PLAIN


def publish_on_test(bank: Bank, text: str = WITH_URGENCY, over: str = TICKET) -> None:
    """shen makes it, zhao lets it go live there."""
    shen, zhao = bank.test.client("shen"), bank.test.client("zhao")
    assert 200 == save(shen, text, over).status_code
    asked = submit(shen, "urgency").json()["id"]
    assert 200 == zhao.post(f"/api/builder/reviews/{asked}/approve", json={"note": "tried it"}).status_code


def exported(bank: Bank, release: str = "live") -> str:
    answer = bank.test.client("shen").post(f"{PATH}/releases/{release}/promotion")
    assert 200 == answer.status_code, answer.text
    return answer.text


def propose(client: httpx.Client, file: str, **more: object) -> httpx.Response:
    return client.post(PROMOTIONS, json={"file": file, **more})


def test_a_release_goes_from_test_to_production_by_a_file(bank: Bank) -> None:
    """Exported, signed, carried, proposed by one, seen with its provenance, plan and access, approved by another: the same bytes live."""
    publish_on_test(bank)
    bank.trust()
    asked = propose(bank.production.client("he"), exported(bank), note="for the branch")
    assert 201 == asked.status_code, asked.text
    zhao = bank.production.client("zhao")
    review = zhao.get(f"/api/builder/reviews/{asked.json()['id']}").json()
    done = zhao.post(f"/api/builder/reviews/{asked.json()['id']}/approve", json={"note": "fine"})
    assert 200 == done.status_code, done.text
    said = review["origin"]["statement"]

    assert ("test", "测试一区", 2, "shen", "zhao") == (
        said["environment"]["kind"],
        said["environment"]["name"],
        said["release"],
        said["author"]["username"],
        said["approver"]["username"],
    )
    assert ("urgency", "tried it", {"passed": 0, "failed": 0, "not_run": 0}) == (
        said["note"],
        said["decision_note"],
        said["cases"],
    )
    assert "Urgency" in review["plan"]["changes"][0]["words"]["en"]
    assert [] != review["plan"]["steps"]
    live = bank.live()
    with bank.test.services.database.read() as there, bank.production.services.database.read() as here:
        assert files_of(there, "desk", 2) == files_of(here, "desk", live.release)
    assert live.origin is not None
    assert ("promotion", "test") == (live.origin["kind"], live.origin["source"])
    listed = zhao.get(f"{PATH}/releases").json()["items"][0]
    assert said == listed["origin"]["statement"]
    assert ["release_source_set", "review_submitted"] == bank.kinds()[-2:]
    assert 201 == bank.production.client("zhou").post("/api/desk/ticket", json={"subject": "a", "urgency": 3}).status_code


def test_it_is_fetched_over_the_network_with_a_token_of_the_secret_store(bank: Bank, tmp_path: Path) -> None:
    """The administrator enters address, hosts and a reference; no answer ever shows a token, and a wrong one is told in words."""
    publish_on_test(bank)
    with bank.test.services.database.write() as connection:
        token = token_of(connection, "zhao")
    secrets = tmp_path / "data" / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "test_token").write_text(token)
    (secrets / "test_token").chmod(0o600)
    (secrets / "old_token").write_text("qq_gone")
    (secrets / "old_token").chmod(0o600)
    host = bank.test.url.removeprefix("http://")
    in_clear = bank.trust(url=bank.test.url, token=token, allowed_hosts=[host])
    elsewhere = bank.trust(url=bank.test.url, token="secret://file/test_token", allowed_hosts=["other.example:443"])
    set_up = bank.trust(url=bank.test.url, token="secret://file/test_token", allowed_hosts=[host])
    he = bank.production.client("he")
    taken = he.post(PROMOTIONS, json={"source": "test", "app": "desk"})
    unknown = he.post(PROMOTIONS, json={"source": "test", "app": "nothing"})
    bank.trust(url=bank.test.url, token="secret://file/old_token", allowed_hosts=[host])
    refused = he.post(PROMOTIONS, json={"source": "test", "app": "desk"})

    assert [(422, "/token"), (422, "/url")] == [
        (one.status_code, one.json()["errors"][0]["pointer"]) for one in (in_clear, elsewhere)
    ]
    assert (200, True) == (set_up.status_code, set_up.json()["has_token"])
    assert "secret" not in set_up.text
    assert (201, 2) == (taken.status_code, taken.json()["origin"]["statement"]["release"]), taken.text
    assert [(503, "M473"), (503, "M473")] == [(one.status_code, one.json()["code"]) for one in (unknown, refused)]
    assert "no such release" in unknown.json()["detail"]
    assert "401" in refused.json()["detail"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_what_a_known_key_signed_is_taken(bank: Bank) -> None:
    """An unknown key, another text, another statement, another kind of server, the own server, no file at all: refused whole."""
    publish_on_test(bank)
    file = exported(bank)
    he = bank.production.client("he")
    unknown = propose(he, file)
    bank.trust()
    told = json.loads(file)
    with_other_text = {**told, "definition": json.loads(exported(bank, "1"))["definition"]}
    with_other_words = {**told, "statement": told["statement"].replace('"zhao"', '"he"')}
    own_key = he.get(PROMOTIONS).json()["key"]
    refused = [
        propose(he, json.dumps(one)) for one in (with_other_text, with_other_words, {**told, "signature": "AAAA"}, {"a": 1})
    ]
    bank.administrator().put(f"{PROMOTIONS}/sources/test", json={"kind": "development", "key": bank.key()})
    other_kind = propose(he, file)
    bank.administrator().put(f"{PROMOTIONS}/sources/self", json={"kind": "production", "key": own_key})
    own = propose(he, bank.production.client("he").post(f"{PATH}/releases/live/promotion").text)
    bank.administrator().delete(f"{PROMOTIONS}/sources/test")

    assert (422, "M472") == (unknown.status_code, unknown.json()["code"])
    assert [(422, "M471")] * 4 == [(one.status_code, one.json()["code"]) for one in refused]
    assert [(409, "M473")] * 2 == [(one.status_code, one.json()["code"]) for one in (other_kind, own)]
    assert (422, "M472") == (propose(he, file).status_code, propose(he, file).json()["code"])
    assert [] == he.get("/api/builder/reviews").json()["items"]
    keyless = bank.administrator().put(f"{PROMOTIONS}/sources/x", json={"kind": "test", "key": "no key"})
    assert (422, "/key") == (keyless.status_code, keyless.json()["errors"][0]["pointer"])
    assert 403 == he.put(f"{PROMOTIONS}/sources/x", json={"kind": "test", "key": own_key}).status_code


def test_nobody_promotes_what_he_alone_wrote(bank: Bank) -> None:
    """Who made it on the test server neither approves it here nor, where nobody else looked at it there, brings it here."""
    put_live(bank.test.services.database, bank.test.services.releases, {**FILES, "entities/ticket.yaml": WITH_URGENCY})
    with bank.test.services.database.write() as connection:
        shen = bank.test.people["shen"]
        connection.execute(sa.text("UPDATE release SET author = :who, approver = :who WHERE release = 2"), {"who": shen})
    bank.trust()
    with bank.production.services.database.write() as connection:
        grant_role(connection, bank.production.people["shen"], "", "publisher", Given(NOW))
    alone = propose(bank.production.client("shen"), exported(bank))
    asked = propose(bank.production.client("he"), exported(bank)).json()
    path = f"/api/builder/reviews/{asked['id']}/approve"
    own, proposer = (bank.production.client(name).post(path, json={}) for name in ("shen", "he"))
    done = bank.production.client("zhao").post(path, json={})

    assert (403, "M474") == (alone.status_code, alone.json()["code"])
    assert "Nobody but its makers looked at this release on the server that it comes from." in [
        one["en"] for one in asked["origin"]["cautions"]
    ]
    assert [(403, "M420"), (403, "M420")] == [(one.status_code, one.json()["code"]) for one in (own, proposer)]
    assert 200 == done.status_code, done.text


def test_where_promotions_are_the_rule_nobody_edits_without_a_reason(bank: Bank) -> None:
    """A draft is refused, opened for a reason, told to the second person; the next promotion says that it may take it away again."""
    shen, zhao = bank.production.client("shen"), bank.production.client("zhao")
    refused = save(shen, WITH_URGENCY)
    submitted = submit(shen)
    nobody = zhao.post(f"{PATH}/direct", json={"reason": "x"})
    opened = shen.post(f"{PATH}/direct", json={"reason": "incident 88", "hours": 2})
    saved = save(shen, WITH_URGENCY)
    asked = submit(shen).json()
    assert 200 == zhao.post(f"/api/builder/reviews/{asked['id']}/approve", json={}).status_code
    bank.trust()
    other = LIST.replace("columns: [subject, level, cost]", "columns: [subject, cost]")
    put_live(bank.test.services.database, bank.test.services.releases, {**FILES, "lists/tickets.yaml": other})
    promoted = propose(bank.production.client("he"), exported(bank)).json()

    assert [(403, "M475")] * 2 == [(one.status_code, one.json()["code"]) for one in (refused, submitted)]
    assert 403 == nobody.status_code
    assert (201, "incident 88") == (opened.status_code, opened.json()["open"]["reason"])
    assert 200 == saved.status_code
    assert ("direct", "incident 88") == (asked["origin"]["kind"], asked["origin"]["reason"])
    assert "direct_change_opened" in bank.kinds()
    assert any("Release 1, 2 here did not come by promotion" in one["en"] for one in promoted["origin"]["cautions"])
    origin = bank.live().origin or {}
    assert ("direct", "incident 88") == (origin["kind"], origin["reason"])


def test_a_direct_change_is_open_for_its_hours_only(bank: Bank) -> None:
    """After its time nothing is saved any more."""
    shen = bank.production.client("shen")
    shen.post(f"{PATH}/direct", json={"reason": "incident 88", "hours": 1})
    with bank.production.services.database.write() as connection:
        connection.execute(sa.text("UPDATE direct_change SET until = opened_at"))

    assert 403 == save(shen, WITH_URGENCY).status_code
    assert None is shen.get(f"{PATH}/direct").json()["open"]


def test_a_promotion_waits_for_its_time_and_begins_as_a_pilot_like_any_other(bank: Bank) -> None:
    """Units and a time may be asked for; the worker publishes it with its origin. An older one is told to be older."""
    publish_on_test(bank)
    first = exported(bank)
    publish_on_test(bank, WITH_URGENCY.replace("Urgency", "Haste"), WITH_URGENCY)
    bank.trust()
    he, zhao = bank.production.client("he"), bank.production.client("zhao")
    at = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    asked = propose(he, exported(bank), at=at.isoformat()).json()
    assert 200 == zhao.post(f"/api/builder/reviews/{asked['id']}/approve", json={}).status_code
    before = bank.live().release
    work(bank.production, at + dt.timedelta(minutes=1))
    live = bank.live()
    older = propose(he, first, units=["IT"]).json()
    same = propose(he, exported(bank))
    assert 200 == zhao.post(f"/api/builder/reviews/{older['id']}/approve", json={}).status_code

    assert (1, 2, "promotion") == (before, live.release, (live.origin or {})["kind"])
    assert any("older than release 3" in one["en"] for one in older["origin"]["cautions"])
    assert (409, "M436") == (same.status_code, same.json()["code"])
    assert ["pilot", "promotion"] == [
        zhao.get(f"{PATH}/releases").json()["items"][0]["state"],
        zhao.get(f"{PATH}/releases").json()["items"][0]["origin"]["kind"],
    ]


def test_what_does_not_fit_here_is_refused_with_its_findings(bank: Bank) -> None:
    """Records here that do not fit are told before anybody is asked."""
    publish_on_test(bank, TICKET.replace("max: 20, class: C2,", "max: 20, unique: true, class: C2,"))
    bank.trust()
    zhou = bank.production.client("zhou")
    for subject in ("a", "b"):
        zhou.post("/api/desk/ticket", json={"subject": subject, "phone": "1"})
    refused = propose(bank.production.client("he"), exported(bank))

    assert (422, "M409") == (refused.status_code, refused.json()["errors"][0]["code"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_release_on_its_way_to_a_third_server_keeps_its_first_makers(bank: Bank) -> None:
    """What shen made on the test server and he brought here is made by both for the next one."""
    publish_on_test(bank)
    bank.trust()
    asked = propose(bank.production.client("he"), exported(bank)).json()["id"]
    bank.production.client("zhao").post(f"/api/builder/reviews/{asked}/approve", json={})
    onward = json.loads(bank.production.client("he").post(f"{PATH}/releases/live/promotion").text)
    said = json.loads(onward["statement"])

    assert {"shen", "he"} == {said["author"]["username"], *(one["username"] for one in said["editors"])}
    assert ("production", "zhao") == (said["environment"]["kind"], said["approver"]["username"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_server_that_was_not_told_what_it_is_gives_and_takes_nothing(workshop: Workshop) -> None:
    """No environment: neither export nor import, and nothing is shown."""
    he = workshop.client("he")
    given, taken = he.post(f"{PATH}/releases/live/promotion"), propose(he, "{}")

    assert [(409, "M470")] * 2 == [(one.status_code, one.json()["code"]) for one in (given, taken)]
    assert {"environment": None, "promotions_only": False} == httpx.get(
        f"{workshop.url}/api/environment", timeout=30, verify=PLAIN
    ).json()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_never_live_is_not_given(bank: Bank) -> None:
    """A release that failed, or one that there is not, leaves no server."""
    with bank.test.services.database.write() as connection:
        connection.execute(sa.text("UPDATE release SET state = 'failed', activated_at = NULL"))
    shen = bank.test.client("shen")
    answers = [shen.post(f"{PATH}/releases/{which}/promotion") for which in ("1", "77", "live", "x1")]

    assert (409, "M476") == (answers[0].status_code, answers[0].json()["code"])
    assert [404, 404, 404] == [one.status_code for one in answers[1:]]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_everybody_sees_which_server_it_is(bank: Bank) -> None:
    """Kind, name and colour, before anybody signs in."""
    there, here = (
        httpx.get(f"{one.url}/api/environment", timeout=30, verify=PLAIN).json() for one in (bank.test, bank.production)
    )

    assert {"kind": "test", "label": {"zh": "测试一区", "en": "测试一区"}, "color": "#b7791f"} == there["environment"]
    assert ("生产环境", "Production", True) == (*here["environment"]["label"].values(), here["promotions_only"])


def test_the_environment_is_read_from_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of three kinds, a name of one line, a colour; anything else ends the start."""
    assert None is read_environment({})
    assert Environment("test", "SIT", "#112233") == read_environment(
        {"QIQIAO_ENVIRONMENT": "test", "QIQIAO_ENVIRONMENT_NAME": " SIT ", "QIQIAO_ENVIRONMENT_COLOR": "#112233"}
    )
    for wrong in (
        {"QIQIAO_ENVIRONMENT": "prod"},
        {"QIQIAO_ENVIRONMENT": "test", "QIQIAO_ENVIRONMENT_COLOR": "red"},
        {"QIQIAO_ENVIRONMENT": "test", "QIQIAO_ENVIRONMENT_NAME": "a\nb"},
    ):
        with pytest.raises(ValueError, match="QIQIAO_ENVIRONMENT"):
            read_environment(wrong)
