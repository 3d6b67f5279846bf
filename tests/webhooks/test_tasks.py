"""统一待办: another system's list of work follows ours, task by task, as the integrator may read, however often it was away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from runtime.audit.notary import open_notary
from runtime.commands.manage_webhooks import set_hosts
from runtime.http.routes import build_app
from runtime.identity.holdings import Given, grant_role
from runtime.process.service import DecisionBody, act_on
from runtime.store.database import Database
from runtime.store.sealing import use_ring, with_new_key, write_ring
from runtime.store.tables import org_person
from tests.process.bank import APP, NOW, WORKFLOW, Bank
from tests.process.desk import open_desk
from tests.records import lab
from tests.serving import serving
from tests.webhooks.conftest import Office
from tests.webhooks.receiver import Receiver, signed_by

MUST_READ = WORKFLOW.replace(
    "on_finish:", "  - copy: {to: [role.officer in head_office], at: finish, must_read: true}\non_finish:"
).replace("  - call: booking", "  - call: booking\n    when: amount > 1000000")


class Portal:
    """The other system: it keeps the last that it was told of each record, and shows to each person what is open for him."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver

    def list_of(self, username: str) -> list[str]:
        known: dict[str, Any] = {}
        for request in self.receiver.requests:
            before = known.get(request.json["data"]["id"])
            if before is None or before["place"] < request.json["place"]:
                known[request.json["data"]["id"]] = request.json
        tasks = [task for told in known.values() for task in told["data"]["tasks"] if task["state"] == "open"]
        return [task["step"] for task in tasks if username in [person["username"] for person in task["people"]]]


@pytest.fixture
def world(database: Database, database_url: str, tmp_path: Path, receiver: Receiver) -> Iterator[tuple[Office, Bank]]:
    desk = open_desk(database, database_url, tmp_path, MUST_READ)
    folder = tmp_path / "data"
    settings = replace(desk.services.settings, key_ring=folder / "keys" / "ring.json")
    assert settings.key_ring is not None
    write_ring(settings.key_ring, with_new_key(None))
    use_ring(settings.key_ring)
    office = Office(database, settings, desk.services.releases, open_notary(folder), receiver, now=NOW)
    with database.write() as connection:
        for name, unit, roles in (("root", "HO", [("", "administrator")]), ("tom", "CX", [("", "integrator"), (APP, "checker")])):
            row = {"id": name, "f_username": name, "f_name": name, "f_branch": desk.bank.units[unit]}
            connection.execute(sa.insert(org_person).values(**row, created_at=NOW, changed_at=NOW))
            for app, role in roles:
                grant_role(connection, name, app, role, Given(NOW))
        set_hosts(connection, lab.system(), [f"127.0.0.1:{receiver.port}"])
    try:
        with serving(build_app(replace(desk.services, settings=settings, clock=lambda: office.now))) as office.url:
            yield office, desk.bank
    finally:
        use_ring(None)


def test_another_list_of_work_follows_ours(world: tuple[Office, Bank]) -> None:
    """Open for all who may claim, for one when he claimed, done for all when he decided, open for the next; a copy until it is read."""
    office, bank = world
    portal = Portal(office.receiver)
    made = office.make(app=APP, entities=["loan"], tells="tasks")
    assert "tasks" == office.shown(made)["tells"]
    _, instance = bank.submit(purpose="a roof")
    office.tell(dt.timedelta(hours=1))
    assert (["check"], ["check"], []) == (portal.list_of("ann"), portal.list_of("bob"), portal.list_of("kai"))
    (request,) = office.receiver.requests
    assert "lending.loan.tasks" == request.json["type"]
    assert signed_by(made["secret"], request)
    (task,) = [each for each in request.json["data"]["tasks"] if each["state"] == "open"]
    assert ("L2026-000001", "CX", f"/tasks/{task['id']}") == (task["record_title"], task["unit"], task["path"])
    assert not {"amount", "text", "result"} & task.keys()
    assert b"a roof" not in request.body

    bank.decide("ann", instance, "check", "claim", opinion=None)
    office.tell()
    assert (["check"], []) == (portal.list_of("ann"), portal.list_of("bob"))
    bank.decide("ann", instance, "check")
    office.receiver.answers = [503]
    office.tell()
    office.receiver.requests.pop()
    assert ["check"] == portal.list_of("ann"), "the portal was away"
    bank.decide("head", instance, "decide@branch", "return", to="check")
    office.tell(dt.timedelta(seconds=5))
    assert (["check"], ["check"]) == (portal.list_of("ann"), portal.list_of("bob"))
    bank.decide("ann", instance, "check")
    bank.decide("head", instance, "decide@branch")
    office.tell()
    assert (["copy_1"], [], []) == (portal.list_of("kai"), portal.list_of("head"), portal.list_of("ann"))
    with bank.database.read() as connection:
        (mine,) = connection.scalars(
            sa.text("SELECT work_id FROM wf_work_person WHERE person_id = :kai"), {"kai": bank.people["kai"]}
        )
    with bank.database.write() as connection:
        act_on(connection, bank.context("kai"), mine, "read", DecisionBody())
    office.tell()
    assert [] == portal.list_of("kai")


def test_what_the_integrator_may_not_read_is_not_told(world: tuple[Office, Bank]) -> None:
    """A loan of another branch than his: no task of it."""
    office, bank = world
    office.make(app=APP, entities=["loan"], tells="tasks")
    bank.submit("clerk2", branch=bank.units["BJ"])
    office.tell(dt.timedelta(hours=1))
    assert [] == office.receiver.requests
    bank.submit("clerk")
    office.tell()
    assert 1 == len(office.receiver.requests)
