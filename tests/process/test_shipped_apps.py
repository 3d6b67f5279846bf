"""Every shipped app is published as it stands, and real people take each of its workflows to its end over REST."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path as Folder

import httpx
import pytest
import sqlalchemy as sa

from connectors.protocol import Connection
from forms_dsl.folder import read_folder
from runtime.context import Context, Principal
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.identity.holdings import Given, grant_role, hold_post, join_group
from runtime.identity.organisation import add_person, add_unit, set_leader, set_limit, set_password_hash
from runtime.identity.password import hash_password
from runtime.identity.sessions import start_session
from runtime.outbox.connections import save_connection
from runtime.outbox.deliver import deliver_next
from runtime.outbox.gateway import open_engine
from runtime.publish.apply import Publication, publish
from runtime.publish.consent import Consent
from runtime.settings import Settings
from runtime.start import open_releases
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.worker import Worker, run_short_jobs
from tests.core_bank import running_core_bank
from tests.process.shipped_paths import ACCOUNT_OPENING, CORPORATE_CREDIT, Path, Prepared, Shipped, Values
from tests.process.shipped_paths_desk import SERVICE_DESK
from tests.serving import PLAIN, serving

SHIPPED = Folder(__file__).resolve().parents[2] / "app_definitions"
#: A Monday morning in Shanghai.
NOW = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)
PASSWORD = "play-2026-x"  # noqa: S105
PUBLISHER = Principal("publisher", "publisher", "赵琳", None, None, None, None, platform_roles=frozenset({"publisher"}))
PLAYED = {"corporate_credit": CORPORATE_CREDIT, "account_opening": ACCOUNT_OPENING, "service_desk": SERVICE_DESK}


class Stage:
    """A running server with one shipped app, its people signed in, and what they made by name."""

    def __init__(
        self, url: str, app: str, database: Database, worker: Worker, people: dict[str, str], units: dict[str, str]
    ) -> None:
        self.app, self.database, self.worker, self.people, self.units = app, database, worker, people, units
        self.made: dict[str, str] = {}
        self.clients: dict[str, httpx.Client] = {}
        for name, person in people.items():
            with database.write() as connection:
                secret = start_session(connection, person, NOW)
            headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}
            self.clients[name] = httpx.Client(base_url=url, timeout=60, headers=headers, verify=PLAIN)

    def body(self, values: Values) -> dict[str, object]:
        """The values with the ids of people, records and units."""
        known = {"@": self.people, "#": self.made, "~": self.units}

        def real(value: object) -> object:
            return known[value[0]][value[1:]] if isinstance(value, str) and value[:1] in known else value

        return {name: real(value) for name, value in values.items()}

    def make(self, entity: str, maker: str, values: Values, *, submit: bool = False) -> str:
        path = f"/api/{self.app}/{entity}" + ("?submit=true" if submit else "")
        answer = self.clients[maker].post(path, json=self.body(values))
        assert 201 == answer.status_code, (entity, answer.text)
        return str(answer.json()["id"])

    def prepare(self, record: Prepared) -> None:
        self.made[record.name] = id = self.make(record.entity, record.maker, record.values)
        for number, (who, values) in enumerate(record.then, start=1):
            path = f"/api/{self.app}/{record.entity}/{id}"
            answer = self.clients[who].patch(path, json=self.body(values), headers={"If-Match": f'"{number}"'})
            assert 200 == answer.status_code, (record.name, answer.text)

    def settle(self) -> None:
        """Let the platform do what is due: calls, waits and automations."""
        while run_short_jobs(self.worker) or deliver_next(self.worker.delivery()):
            pass

    def play(self, path: Path) -> None:
        """File the case and let everybody who is asked do his part, as long as he is asked."""
        record = self.make(path.entity, path.starter, path.values, submit=True)
        for step, values in path.steps:
            self.settle()
            assert self.do(record, step, values), (path.entity, step, self.process(path, record)["at"])
        self.settle()
        process = self.process(path, record)
        assert ("approved", path.status) == (process["state"], self.status(path.entity, record)), (path.entity, process["at"])
        if path.name:
            self.made[path.name] = record

    def do(self, record: str, step: str, values: Values) -> int:
        """Everybody who finds the step in his list does it; gives how many did."""
        acted = 0
        for who, client in self.clients.items():
            items = client.get("/api/tasks?limit=200").json()["items"]
            task = next((each for each in items if (each["step"], each["record_id"]) == (step, record)), None)
            if task is None:
                continue
            offered = client.get(f"/api/tasks/{task['id']}").json()["decisions"]
            act = "approve" if "approve" in offered else "complete"
            body = {"fields": self.body(values), "opinion": "同意", "password": PASSWORD}
            answer = client.post(f"/api/tasks/{task['id']}/{act}", json={key: value for key, value in body.items() if value})
            assert 200 == answer.status_code, (step, who, answer.text)
            acted += 1
        return acted

    def process(self, path: Path, record: str) -> dict[str, object]:
        found = self.clients[path.starter].get(f"/api/{self.app}/{path.entity}/{record}/process").json()
        process: dict[str, object] = found["process"]
        return process

    def status(self, entity: str, record: str) -> str:
        table = self.worker.releases.current()[self.app].entities[entity].table
        with self.database.read() as connection:
            return str(connection.scalar(sa.select(table.c.f_status).where(table.c.id == record)))


def people_of(database: Database, app: str, cast: Shipped) -> tuple[dict[str, str], dict[str, str]]:
    """The organisation of a play: a head office, a branch, its sub-branch, and everybody with his roles."""
    with database.write() as connection:
        units = {"HO": add_unit(connection, "HO", "总行", NOW)}
        units["CR"] = add_unit(connection, "CR", "授信部", NOW, parent_id=units["HO"], department=True)
        units["HZ"] = add_unit(connection, "HZ", "杭州分行", NOW, parent_id=units["HO"])
        units["CX"] = add_unit(connection, "CX", "城西支行", NOW, parent_id=units["HZ"])
        people = {}
        one_hash = hash_password(PASSWORD)
        for name, (unit, roles) in cast.people.items():
            people[name] = add_person(connection, name, name, NOW, unit_id=units[unit])
            for role in roles:
                grant_role(connection, people[name], app, role, Given(NOW))
            set_limit(connection, people[name], app, Decimal("50000000.00"))
            set_password_hash(connection, people[name], one_hash, NOW)
        if "head" in people:
            set_leader(connection, units["CX"], people["head"], NOW)
        for name, post in cast.posts.items():
            hold_post(connection, people[name], units[cast.people[name][0]], post, Given(NOW))
        for group, members in cast.groups.items():
            for name in members:
                join_group(connection, people[name], group, Given(NOW))
    return people, units


@contextmanager
def staged(database: Database, url: str, folder: Folder, app: str) -> Iterator[Stage]:
    """Publish an app as it is shipped, and open its doors."""
    cast = PLAYED.get(app, Shipped())
    people, units = people_of(database, app, cast)
    settings = Settings(url, folder / "data")
    (folder / "core").mkdir()
    releases = open_releases(database)
    context = Context(PUBLISHER, releases.current(), NOW, settings.business_date(NOW), new_id(NOW))
    publish(database, releases, Publication(app, read_folder(SHIPPED / app), Consent("analyst"), None), context)
    releases.refresh(database)
    worker = Worker(settings, database, releases, open_engine(database, settings), None, lambda: NOW)  # type: ignore[arg-type]
    services = Services(settings, database, releases, clock=lambda: NOW)
    with running_core_bank(folder / "core") as core, serving(build_app(services)) as address:
        with database.write() as connection:
            save_connection(connection, Connection("core_bank", {"base_url": core.base_url}, (core.allowed,)), NOW)
        yield Stage(address, app, database, worker, people, units)


@pytest.mark.parametrize("app", sorted(path.name for path in SHIPPED.iterdir() if (path / "app.yaml").is_file()))
def test_a_shipped_app_is_published_and_played_to_the_end(
    database: Database, database_url: str, tmp_path: Folder, app: str
) -> None:
    """Published without a finding that forbids it, each workflow of the app ends as approved by the people whom it asks."""
    with staged(database, database_url, tmp_path, app) as stage:
        cast = PLAYED.get(app, Shipped())
        live = stage.worker.releases.current()[app].app
        assert app == "bank_customer" or set(live.workflows) == {
            live.entities[path.entity].fields["status"].options.workflow for path in cast.paths
        }
        for record in cast.records:
            stage.prepare(record)
        for path in cast.paths:
            if "limit_line" in path.values:
                stage.made["limit"] = made_by_the_platform(stage, "credit_limit")
            stage.play(path)


def made_by_the_platform(stage: Stage, entity: str) -> str:
    """The one record that an automation made when an approval ended."""
    table = stage.worker.releases.current()[stage.app].entities[entity].table
    with stage.database.read() as connection:
        (id,) = connection.scalars(sa.select(table.c.id))
    return str(id)
