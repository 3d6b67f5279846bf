"""Merging records over a real server: what stays, what moves, what refuses it, where readers are led, and undoing it."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from runtime.commands.merge_records import MOST_REFERENCES
from runtime.store.database import Database
from runtime.store.tables import audit_event, duplicate_case
from tests.records.box import PDF
from tests.records.lab import NOW
from tests.records.merge_lab import World, compiled_app, open_world


@pytest.fixture
def world(db: Database, tmp_path: Path) -> Iterator[World]:
    with open_world(db, tmp_path) as opened:
        yield opened


def test_one_stays_and_takes_what_it_lacks(world: World) -> None:
    """Its own values stand; where it has none the first that is there; a choice by field goes before both."""
    stays = world.add(name="Li", code="1", vip=False)
    second = world.add(name="Li X", code="2", income="10.50", tags=["a"], since="2020-01-02")
    third = world.add(name="Li Y", code="3", income="20.00", tags=["b", "a"], visits=[{"what": "v", "cost": "2.00"}])

    done = world.merge(stays, second, third, choose={"code": third, "tags": "all"})

    assert 200 == done.status_code, done.text
    found = world.get(stays)
    assert ("Li", "3", "10.50", "2020-01-02", False, ["a", "b"]) == tuple(
        found[name] for name in ("name", "code", "income", "since", "vip", "tags")
    )
    assert [("v", "2.00", "4.00")] == [(row["what"], row["cost"], row["twice"]) for row in found["visits"]]
    assert done.json()["version"] == found["version"]
    items = world["all"].get("/api/one/person").json()["items"]
    assert [stays] == [item["id"] for item in items]
    assert [] == world["all"].get("/api/one/person?deleted=true").json()["items"]


def test_what_referred_to_the_others_refers_to_the_one_that_stays(world: World) -> None:
    """References, references of several kinds and those of child rows; each record that refers is changed once, by the platform."""
    stays, other = world.add(name="Li"), world.add(name="Li")
    account = world.add(
        "account", nr="1", holder=other, about=f"one.person/{other}", hands=[{"who": other, "how": "x"}, {"who": stays}]
    )
    share = world.add("share", kind="k", person=other)

    done = world.merge(stays, other)

    assert (200, 4) == (done.status_code, done.json()["moved"])
    found = world.get(account, "account")
    assert (stays, f"one.person/{stays}", [stays, stays], ["x", None], 2) == (
        found["holder"], found["about"], [row["who"] for row in found["hands"]], [row["how"] for row in found["hands"]], found["version"],
    )  # fmt: skip
    assert stays == world.get(share, "share")["person"]
    with world.db.read() as connection:
        events = connection.execute(
            sa.select(audit_event.c.kind, audit_event.c.actor, audit_event.c.on_behalf_of, audit_event.c.record_id)
            .where(audit_event.c.kind.in_(("record.changed", "record.deleted", "record.merged")))
            .order_by(audit_event.c.id)
        ).all()
    assert {
        ("record.deleted", "system", "tom", other),
        ("record.changed", "system", "tom", account),
        ("record.changed", "system", "tom", share),
        ("record.merged", "tom", None, stays),
    } == {tuple(event) for event in events}
    assert len(events) == 4


def test_who_asks_for_a_merged_record_is_led_on(world: World) -> None:
    """To the end of the way; who could not read it, or may not read the other, is told that there is none. It comes back by unmerging only."""
    first, second, third = world.add(name="A", owner="kim"), world.add(name="B", owner="kim"), world.add(name="C", owner="kim")
    secret = world.add(name="D", owner="tom")
    assert 200 == world.merge(second, first).status_code
    assert 200 == world.merge(third, second).status_code
    gone = world["all"].get(f"/api/one/person/{first}")
    assert (410, "Q410", third, f"/api/one/person/{third}") == (
        gone.status_code, gone.json()["code"], gone.json()["survivor"], gone.json()["href"],
    )  # fmt: skip
    assert 410 == world["all"].patch(f"/api/one/person/{first}", json={"name": "x"}, headers={"If-Match": '"1"'}).status_code
    assert 410 == world["mine"].get(f"/api/one/person/{first}").status_code

    assert 200 == world.merge(secret, third).status_code
    never = world["mine"].get("/api/one/person/nothing").json()
    for id in (first, second, third):
        answer = world["mine"].get(f"/api/one/person/{id}")
        assert (404, {**never, "request_id": ""}) == (answer.status_code, {**answer.json(), "request_id": ""})

    refused = world["all"].post(f"/api/one/person/{third}/restore", json={}, headers={"If-Match": '"2"'})
    assert (409, "Q344") == (refused.status_code, refused.json()["code"])


def test_a_merge_is_kept_and_undone(world: World) -> None:
    """Records, values, references and the proposal are as before; who did it when and why stays with the record."""
    stays = world.add(name="Li", code="1", tags=["a"], visits=[{"what": "own", "cost": "1.00"}])
    other = world.add(name="Li", code="2", income="5.00", tags=["b"], visits=[{"what": "other"}], id_no="123456")
    account = world.add("account", nr="1", holder=other, hands=[{"who": other}])
    before = [world.get(stays), world.get(other), world.get(account, "account")]
    done = world.merge(stays, other, choose={"code": other, "tags": "all", "visits": "all"})
    assert 200 == done.status_code, done.text
    assert ["own", "other"] == [row["what"] for row in world.get(stays)["visits"]]
    [merge] = world.merges(stays)
    assert ("merged", "the same person", [{"id": other, "title": "Li"}], ["code", "id_no", "income", "tags", "visits"], 2) == (
        merge["state"], merge["reason"], merge["merged"], sorted(merge["fields"]), merge["references"],
    )  # fmt: skip
    with world.db.read() as connection:
        assert ["merged"] == list(connection.scalars(sa.select(duplicate_case.c.state)))

    undone = world.unmerge(stays, merge["id"])

    assert (200, {"fields": [], "references": 0}, [other]) == (
        undone.status_code,
        undone.json()["stayed"],
        undone.json()["restored"],
    )
    stamps = {"version", "changed_at", "changed_by"}
    after = [world.get(stays), world.get(other), world.get(account, "account")]
    assert [{k: v for k, v in each.items() if k not in stamps} for each in before] == [
        {k: v for k, v in each.items() if k not in stamps} for each in after
    ]
    [merge] = world.merges(stays)
    assert ("unmerged", "two people") == (merge["state"], merge["undone"]["reason"])
    with world.db.read() as connection:
        assert ["open"] == list(connection.scalars(sa.select(duplicate_case.c.state)))
    again = world.unmerge(stays, merge["id"])
    assert (409, "Q345") == (again.status_code, again.json()["code"])
    kinds = [each["kind"] for each in world["all"].get(f"/api/one/person/{stays}/history").json()["items"]]
    assert ["record.unmerged", "record.changed", "record.merged", "record.changed", "record.created"] == kinds


def test_what_was_changed_since_stays(world: World) -> None:
    """A field of the survivor that says something else by now, a reference that leads elsewhere, a record that is gone: all told."""
    stays, other, third = world.add(name="Li"), world.add(name="Wu", income="5.00", since="2020-01-01"), world.add(name="Xu")
    moved, turned, dropped = (world.add("account", nr=str(n), holder=other) for n in range(3))
    done = world.merge(stays, other)
    assert 200 == world.change(stays, income="6.00").status_code
    assert 200 == world.change(turned, "account", holder=third).status_code
    gone = world["all"].delete(f"/api/one/account/{dropped}", headers={"If-Match": '"2"'})
    assert 204 == gone.status_code

    undone = world.unmerge(stays, done.json()["id"])

    assert {"fields": ["income"], "references": 2} == undone.json()["stayed"]
    assert ("6.00", None) == (world.get(stays)["income"], world.get(stays)["since"])
    assert ("5.00", "2020-01-01") == (world.get(other)["income"], world.get(other)["since"])
    assert [other, third] == [world.get(id, "account")["holder"] for id in (moved, turned)]
    assert {"fields": ["income"], "references": 2} == world.merges(stays)[0]["undone"]["stayed"]


def test_files_go_along_and_come_back(world: World) -> None:
    """As copies of the survivor's own, by whoever sent them; the originals stay with the merged record."""
    mine, theirs = world.file(PDF), world.file(PDF + b"2")
    stays, other = world.add(name="Li", papers=[mine]), world.add(name="Wu", papers=[theirs])
    done = world.merge(stays, other, choose={"papers": "all"})
    assert 200 == done.status_code, done.text
    own, copied = world.get(stays)["papers"]
    assert (mine, True) == (own, copied != theirs)
    assert [PDF, PDF + b"2"] == [world["all"].get(f"/api/files/{id}").content for id in (own, copied)]

    assert 200 == world.unmerge(stays, done.json()["id"]).status_code
    assert ([mine], [theirs]) == (world.get(stays)["papers"], world.get(other)["papers"])
    assert [200, 200, 404] == [world["all"].get(f"/api/files/{id}").status_code for id in (mine, theirs, copied)]

    done = world.merge(stays, other, choose={"papers": other})
    [copied] = world.get(stays)["papers"]
    assert 404 == world["all"].get(f"/api/files/{mine}").status_code
    undone = world.unmerge(stays, done.json()["id"])
    assert (200, [mine]) == (undone.status_code, world.get(stays)["papers"])
    assert PDF == world["all"].get(f"/api/files/{mine}").content


def test_what_refuses_a_merge(world: World) -> None:
    """Records that refer to one another, a reference that cannot follow, a rule of the definition, versions, and wishes that are none."""
    stays, other = world.add(name="Li"), world.add(name="Wu", income="999999.00")
    friend = world.add(name="Xu", friend=stays)
    refused = world.merge(stays, friend)
    assert (409, "Q341") == (refused.status_code, refused.json()["code"])

    for person in (stays, other):
        world.add("share", kind="same", person=person)
    refused = world.merge(stays, other)
    assert (409, "Q343", True) == (refused.status_code, refused.json()["code"], "same" in refused.json()["detail"])
    assert ["Q343"] == [each["code"] for each in world.preview(stays, other).json()["refusals"]]
    assert 200 == world["all"].get(f"/api/one/person/{other}").status_code

    third = world.add(name="Zu")
    wrong = world.merge(stays, third, choose={"nothing": third, "name": "elsewhere", "income": "all", "shout": third})
    assert {"Q340"} == {error["code"] for error in wrong.json()["errors"]}
    assert (422, {"/choose/nothing", "/choose/name", "/choose/income", "/choose/shout"}) == (
        wrong.status_code, {error["pointer"] for error in wrong.json()["errors"]},
    )  # fmt: skip
    to = f"/api/one/person/{stays}/merge"
    version = {"If-Match": f'"{world.get(stays)["version"]}"'}
    body = {"merged": [{"id": third, "version": 1}], "reason": "x"}
    statuses = [
        world["all"].post(to, json=sent, headers=headers).status_code
        for sent, headers in (
            (body, {}),
            (body, {"If-Match": '"7"'}),
            ({**body, "merged": [{"id": third, "version": 7}]}, version),
            ({**body, "merged": [{"id": stays, "version": 1}]}, version),
            ({**body, "merged": [{"id": third, "version": 1}] * 2}, version),
            ({**body, "merged": []}, version),
            ({**body, "reason": "  "}, version),
            ({**body, "merged": [{"id": "nothing", "version": 1}]}, version),
        )
    ]
    assert [428, 412, 412, 422, 422, 422, 422, 404] == statuses
    twice = world["all"].post(to, json={**body, "merged": [{"id": third, "version": 1}] * 2}, headers=version)
    assert ["Q346"] == [error["code"] for error in twice.json()["errors"]]


def test_a_merge_moves_so_many_references_at_most(world: World) -> None:
    """One more is refused, and nothing is done."""
    stays, other = world.add(name="Li"), world.add(name="Wu")
    table = compiled_app().entities["account"].table
    stamps = {"created_at": NOW, "created_by": "tom", "changed_at": NOW, "changed_by": "tom"}
    with world.db.write() as connection:
        rows = [{"id": f"a{number}", "f_holder": other, **stamps} for number in range(MOST_REFERENCES + 1)]
        connection.execute(sa.insert(table), rows)
    refused = world.merge(stays, other)
    assert (409, "Q342") == (refused.status_code, refused.json()["code"])
    assert 200 == world["all"].get(f"/api/one/person/{other}").status_code


def test_the_preview_tells_what_would_be(world: World) -> None:
    """The records side by side, whose value is kept and whose could be, what moves as far as it may be known; and changes nothing."""
    stays, other = world.add(name="Li", owner="tom"), world.add(name="Wu", income="5.00", owner="tom")
    world.add("account", holder=other)
    found = world.preview(stays, other)
    assert 200 == found.status_code, found.text
    body = found.json()
    assert [[stays, "Li"], [other, "Wu"]] == [[each["id"], each["record"]["name"]] for each in body["records"]]
    fields = {each["name"]: each for each in body["fields"]}
    assert (other, [stays, other], [stays, other, "all"]) == (
        fields["income"]["source"], fields["income"]["choices"], fields["tags"]["choices"],
    )  # fmt: skip
    assert "shout" not in fields
    assert ([("one", "account", 1)], False, []) == (
        [(each["app"], each["entity"], each["records"]) for each in body["moves"]], body["hidden"], body["refusals"],
    )  # fmt: skip
    body = world.preview(stays, other, role="dim").json()
    assert ([], True) == (body["moves"], body["hidden"])
    assert (1, 1) == (world.get(stays)["version"], world.get(other)["version"])
    assert [] == world.merges(stays)


def test_who_may_merge(world: World) -> None:
    """Who may change every one of the records by a role that merges; reading, changing or deleting is not enough."""
    stays, other = world.add(name="Li", owner="own"), world.add(name="Wu", owner="tom")
    assert [403, 403, 403, 403] == [
        world.merge(stays, other, role=role).status_code for role in ("editor", "reader", "own", "mine")
    ]
    assert [403, 403, 403, 403] == [
        world.preview(stays, other, role=role).status_code for role in ("editor", "reader", "own", "mine")
    ]
    assert 200 == world.change(other, owner="own").status_code
    done = world.merge(stays, other, role="own")
    assert 200 == done.status_code
    assert [403, 403, 403] == [
        world.unmerge(stays, done.json()["id"], role=role).status_code for role in ("editor", "reader", "mine")
    ]
    assert (200, 404) == (
        len(world.merges(stays, "reader")) and 200,
        world["mine"].get(f"/api/one/person/{stays}/merges").status_code,
    )
    assert 404 == world.unmerge(stays, "nothing").status_code
    assert 200 == world.unmerge(stays, done.json()["id"], role="own").status_code


def test_nothing_hidden_or_masked_comes_to_light(world: World) -> None:
    """What is hidden stays the survivor's, what is masked and not writable too; what is seen clearer on the survivor is not taken."""
    stays, other = world.add(name="Li"), world.add(name="Wu", secret="s3", income="5.00", id_no="110101")
    body = world.preview(stays, other, role="dim").json()
    fields = {each["name"]: each for each in body["fields"]}
    assert ("secret" not in fields, [stays], [stays]) == (True, fields["income"]["choices"], fields["id_no"]["choices"])
    assert not {"s3", "110101"} & {str(value) for each in body["records"] for value in each["record"].values()}
    for name in ("secret", "income", "id_no"):
        assert 422 == world.merge(stays, other, role="dim", choose={name: other}).status_code
    done = world.merge(stays, other, role="dim")
    assert (200, None, None) == (done.status_code, world.get(stays)["income"], world.get(stays)["secret"])
    assert 200 == world.unmerge(stays, done.json()["id"]).status_code

    # In clear on what is sue's, masked on the others: what is masked must not go where it is clear, or becomes it by the merge.
    clear, masked = world.add(name="Q", opened=True), world.add(name="R", id_no="220202")
    refused = world.merge(clear, masked, role="partly", choose={"id_no": masked})
    assert (422, "/choose/id_no") == (refused.status_code, refused.json()["errors"][0]["pointer"])
    becomes = world.merge(masked, clear, role="partly", choose={"opened": clear})
    assert 200 == becomes.status_code, "its own value is the survivor's to be seen by its own rules"
    third, fourth = world.add(name="S"), world.add(name="V", opened=True)
    sixth = world.add(name="W", id_no="440404")
    refused = world.merge(third, sixth, fourth, role="partly", choose={"id_no": sixth, "opened": fourth})
    assert 422 == refused.status_code
    # A masked field is copied unseen by whoever may write it.
    fourth, fifth = world.add(name="T"), world.add(name="U", id_no="330303")
    assert 200 == world.merge(fourth, fifth).status_code
    assert ("3****3", "330303") == (world.get(fourth)["id_no"], _kept(world, fourth))


def _kept(world: World, id: str) -> object:
    entity = compiled_app().entities["person"]
    column = next(column for column in entity.table.c if column.name == f"f_{entity.entity.fields['id_no'].id}")
    with world.db.read() as connection:
        return connection.scalar(sa.select(column).where(entity.table.c.id == id))


def test_of_two_merges_at_once_one_stands(world: World) -> None:
    """The same records in either order, and a change against a merge: one is done, the other hears that it came late."""
    for _ in range(3):
        first, second = world.add(name="A", income="1.00"), world.add(name="B", income="2.00")
        account = world.add("account", holder=second)

        def one(pair: tuple[str, str]) -> int:
            body = {"merged": [{"id": pair[1], "version": 1}], "reason": "x"}
            return world["all"].post(f"/api/one/person/{pair[0]}/merge", json=body, headers={"If-Match": '"1"'}).status_code

        def patch(to: str, body: dict[str, str]) -> int:
            return world["all"].patch(f"/api/one/{to}", json=body, headers={"If-Match": '"1"'}).status_code

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            merged = pool.map(one, [(first, second), (second, first)])
            changed = pool.submit(patch, f"person/{second}", {"name": "C"})
            turned = pool.submit(patch, f"account/{account}", {"nr": "9"})
            answers, changed_status, turned_status = sorted(merged), changed.result(), turned.result()
        living = [id for id in (first, second) if world["all"].get(f"/api/one/person/{id}").status_code == 200]
        assert len(living) == 2 - answers.count(200)
        assert answers.count(200) + (changed_status == 200) >= 1
        assert {*answers, changed_status, turned_status} <= {200, 404, 410, 412}
        assert world.get(account, "account")["holder"] in living
