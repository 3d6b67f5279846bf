"""The example app's loan from application to booking over REST, each step by the people it asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from forms_dsl.load import read_folder
from forms_dsl.org import BUILT_IN
from runtime.compile.app import compile_app, wanted_tables
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.identity.holdings import Given, grant_role, hold_post, join_group
from runtime.identity.organisation import add_person, add_unit, set_leader, set_limit, set_password_hash
from runtime.identity.password import hash_password
from runtime.identity.sessions import start_session
from runtime.outbox.deliver import deliver_next
from runtime.outbox.gateway import open_engine
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from runtime.store.tables import release
from runtime.worker import Worker
from tests.serving import PLAIN, serving
from workflow_engine.verify import load_verified

ROOT = Path(__file__).parents[2]
#: A Monday morning in Shanghai.
NOW = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)
PASSWORD = "play-2026-x"  # noqa: S105
#: User name, unit, roles, limit.
PEOPLE = (
    ("clerk", "CX", ("clerk",), None),
    ("check", "CX", (), None),
    ("other", "CX", ("disburser",), None),
    ("manager", "CX", ("branch_manager",), "500000.00"),
    ("comp", "CR", ("compliance",), None),
    ("risk1", "CR", ("risk_reviewer",), None),
    ("risk2", "CR", ("risk_reviewer",), None),
    ("member1", "CR", (), None),
    ("member2", "CR", (), None),
    ("member3", "CR", (), None),
    ("president", "HO", ("president",), None),
    ("ops", "CR", ("it_ops",), None),
)


class Stage:
    """The running server with everybody signed in, and the worker's way out of calls."""

    def __init__(self, url: str, database: Database, worker: Worker, people: dict[str, str]) -> None:
        self.worker, self.people = worker, people
        self.clients: dict[str, httpx.Client] = {}
        for name, person in people.items():
            with database.write() as connection:
                secret = start_session(connection, person, NOW)
            headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}
            self.clients[name] = httpx.Client(base_url=url, timeout=60, headers=headers, verify=PLAIN)

    def apply(self, **values: object) -> str:
        body = {
            "product": "consumer",
            "amount": "150000.00",
            "term": 24,
            "annual_rate": "4.35",
            "phone": "13812345678",
            "incomes": [{"kind": "salary", "amount": "20000.00"}],
        }
        answer = self.clients["clerk"].post("/api/loan/loan_application?submit=true", json=body | values)
        assert 201 == answer.status_code, answer.text
        return str(answer.json()["id"])

    def act(self, who: str, step: str, record: str, word: str = "approve", **body: object) -> httpx.Response:
        """Do the task of a step after all calls have gone out."""
        while deliver_next(self.worker.delivery()):
            pass
        items = self.clients[who].get("/api/tasks?limit=200").json()["items"]
        task = next(item for item in items if (item["step"], item["record_id"]) == (step, record))
        return self.clients[who].post(f"/api/tasks/{task['id']}/{word}", json=body)

    def does(self, who: str, step: str, record: str, word: str = "approve", **body: object) -> None:
        answer = self.act(who, step, record, word, **body)
        assert 200 == answer.status_code, answer.text

    def process(self, record: str) -> dict[str, object]:
        while deliver_next(self.worker.delivery()):
            pass
        found: dict[str, object] = self.clients["clerk"].get(f"/api/loan/loan_application/{record}/process").json()["process"]
        return found

    def at(self, record: str) -> list[str]:
        return [each["step"] for each in self.process(record)["at"]]  # type: ignore[union-attr, index]


@pytest.fixture
def stage(database: Database, database_url: str, tmp_path: Path) -> Iterator[Stage]:
    customers = load_verified(read_folder(ROOT / "app_definitions" / "customer360"))
    assert customers.app is not None
    texts = {
        "customer360": read_folder(ROOT / "app_definitions" / "customer360"),
        "loan": read_folder(ROOT / "tests/example_app/loan"),
    }
    loan = load_verified(texts["loan"], others={"customer360": customers.app})
    assert loan.app is not None, [found.message for found in loan.diagnostics if found.severity == "error"]
    for app in (customers.app, loan.app):
        compiled = compile_app(app, 1)
        for table in wanted_tables(compiled):
            table.create(database.engine, checkfirst=True)
        row = {"app": app.name, "release": 1, "version": app.version, "checksum": compiled.checksum, "files": texts[app.name]}
        with database.write() as connection:
            connection.execute(release.insert().values(row | {"state": "active", "created_at": NOW}))
    with database.write() as connection:
        units = {"HO": add_unit(connection, "HO", "总行", NOW)}
        units["CR"] = add_unit(connection, "CR", "授信部", NOW, parent_id=units["HO"], department=True)
        units["CX"] = add_unit(connection, "CX", "城西支行", NOW, parent_id=units["HO"])
        people = {}
        for name, unit, roles, limit in PEOPLE:
            people[name] = add_person(connection, name, name, NOW, unit_id=units[unit])
            for role in roles:
                grant_role(connection, people[name], "loan", role, Given(NOW))
            if limit is not None:
                set_limit(connection, people[name], "loan", Decimal(limit))
        grant_role(connection, people["clerk"], "customer360", "clerk", Given(NOW))
        set_password_hash(connection, people["manager"], hash_password(PASSWORD), NOW)
        set_leader(connection, units["CX"], people["manager"], NOW)
        hold_post(connection, people["check"], units["CX"], "复核岗", Given(NOW))
        for name in ("member1", "member2", "member3"):
            join_group(connection, people[name], "零售贷审会", Given(NOW))
    releases = Releases(database, {"org": compile_app(BUILT_IN["org"], 0)})
    releases.refresh(database)
    settings = Settings(database_url, tmp_path / "data")
    worker = Worker(settings, database, releases, open_engine(database, settings), None, lambda: NOW)  # type: ignore[arg-type]
    with serving(build_app(Services(settings, database, releases, clock=lambda: NOW))) as url:
        yield Stage(url, database, worker, people)


def customer(stage: Stage, number: str) -> str:
    body = {"no": number, "full_name": "张三", "birth_date": "1990-05-01", "exposure": "0.00"}
    return str(stage.clients["clerk"].post("/api/customer360/customer", json=body).json()["id"])


def test_a_small_loan_is_decided_by_the_branch(stage: Stage) -> None:
    """The screening by hand, the check by a proxy, two reviewers, the manager by signature, the booking by hand."""
    record = stage.apply(customer=customer(stage, "C1"))
    assert ["kyc"] == stage.at(record)  # nothing is connected: people do it
    stage.does("comp", "kyc", record, "complete", fields={"kyc_result": "clear"}, opinion="no hit")
    (at,) = stage.process(record)["at"]  # type: ignore[misc]
    # Half past ten in Shanghai plus four working hours, with the lunch between.
    assert ("check", "2026-03-02T07:30:00.000Z") == (at["step"], at["due_at"])
    proxy = {"proxy": stage.people["other"], "from": "2026-03-01", "to": "2026-03-06", "app": "loan", "workflow": "loan_approval"}
    assert 201 == stage.clients["check"].post("/api/proxies", json=proxy).status_code
    stage.does("other", "check", record)
    for reviewer in ("risk1", "risk2"):
        stage.does(reviewer, "review", record, fields={"review_opinion": "sound"})
    assert 422 == stage.act("manager", "decide@branch", record).status_code
    stage.does("manager", "decide@branch", record, password=PASSWORD)
    stage.does("ops", "booking", record, "complete", fields={"loan_no": "4711"}, opinion="booked by hand")

    process = stage.process(record)
    assert "approved" == process["state"]
    checked = next(each for each in process["trail"] if each["step"] == "check" and each["kind"] == "approved")  # type: ignore[union-attr]
    assert ("other", "check") == (checked["actor"]["name"], checked["on_behalf_of"]["name"])
    (told,) = stage.clients["clerk"].get("/api/notices").json()["items"]
    assert ("finished", "approved") == (told["kind"], told["detail"])


def test_a_large_loan_goes_to_the_committee(stage: Stage) -> None:
    """Three members of the group vote in person, two thirds pass, the president ratifies; the maker finds nothing to decide."""
    record = stage.apply(
        customer=customer(stage, "C2"), amount="2000000.00", term=60, incomes=[{"kind": "salary", "amount": "200000.00"}]
    )
    stage.does("comp", "kyc", record, "complete", fields={"kyc_result": "clear"}, opinion="no hit")
    stage.does("check", "check", record)
    for reviewer in ("risk1", "risk2"):
        stage.does(reviewer, "review", record, fields={"review_opinion": "sound"})
    proxy = {"proxy": stage.people["clerk"], "from": "2026-03-01", "to": "2026-03-06"}
    assert 201 == stage.clients["member1"].post("/api/proxies", json=proxy).status_code
    assert [] == stage.clients["clerk"].get("/api/tasks").json()["items"]
    stage.does("member1", "decide@committee", record)
    stage.does("member2", "decide@committee", record)
    stage.does("member3", "decide@committee", record, "reject", opinion="too much")
    stage.does("president", "ratify", record)
    stage.does("ops", "booking", record, "complete", fields={"loan_no": "4712"}, opinion="booked by hand")

    assert "approved" == stage.process(record)["state"]
