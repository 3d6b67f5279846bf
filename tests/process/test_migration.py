"""版本迁移: running approvals go over to another release with all that is open, or stay as they are with the reason; on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa

from forms_dsl.load import load_app
from runtime.commands.migrate_approvals import Migration, migrate_approvals
from runtime.compile.app import compile_app
from runtime.failures import Conflict, Failure, Invalid, NotFound
from runtime.process.detail import task_detail
from runtime.process.inbox import list_tasks
from runtime.process.journal import read_instance
from runtime.process.migrating import migrate
from runtime.process.service import DecisionBody, decide, timer_due
from runtime.process.view import process_of
from runtime.store.database import Database
from runtime.store.tables import audit_event, job, release, wf_event, wf_instance, wf_seat, wf_visit, wf_work
from tests.process.bank import APP, FILES, NOW, WORKFLOW, Bank, open_bank
from tests.process.desk import Desk, build_app, open_desk
from tests.process.test_races import COUNTERSIGN, ROUNDS, at_once, decisions, state_of
from tests.serving import serving
from workflow_engine.upgrade import Plan

#: The check is called otherwise, has less time, and a risk officer is asked before it; the head is asked no more.
LATER = (
    WORKFLOW.replace("approve: check", "approve: review")
    .replace("[apply, check, decide]", "[apply, review, decide]")
    .replace("within: 4 hours", "within: 1 hour")
    .replace(
        "  - approve: review",
        "  - approve: risk\n    title: {zh: 风险, en: Risk}\n    by: {role: officer, in: head_office, pick: claim}\n  - approve: review",
    )
)
#: Without the check.
SHORT = WORKFLOW.replace(WORKFLOW[WORKFLOW.index("  - approve: check") : WORKFLOW.index("  - choose:")], "").replace(
    "[apply, check, decide]", "[apply, decide]"
)
BY_NAME = Plan({"check": "review"})


def with_release(bank: Bank, workflow: str, number: int = 2, files: Mapping[str, str] = {}) -> Bank:
    """The bank after another release went live."""
    texts = {**FILES, "workflows/approval.yaml": workflow, **files}
    loaded = load_app(texts)
    assert loaded.app is not None, [d.message for d in loaded.diagnostics]
    compiled = compile_app(loaded.app, number)
    with bank.database.write() as connection:
        connection.execute(release.update().where(release.c.app == APP).values(state="superseded"))
        row = {"app": APP, "release": number, "version": f"{number}.0.0", "checksum": compiled.checksum, "files": texts}
        connection.execute(release.insert().values(**row, state="active", created_at=NOW))
    return replace(bank, compiled=compiled)


def move(bank: Bank, plan: Plan, *, dry_run: bool = False, to: int = 2, reason: str = "new rules") -> dict[str, object]:
    return migrate_approvals(bank.database, bank.context("head"), Migration(APP, "approval", to, plan, reason, dry_run))


def rows_of(bank: Bank, instance: str) -> dict[str, list[tuple[object, ...]]]:
    """Everything that is stored of an approval."""
    tables = {"work": wf_work, "seat": wf_seat, "visit": wf_visit, "event": wf_event}
    with bank.database.read() as connection:
        found = {
            name: [tuple(row) for row in connection.execute(sa.select(table).where(table.c.instance_id == instance))]
            for name, table in tables.items()
        }
        found["instance"] = [tuple(row) for row in connection.execute(sa.select(wf_instance).where(wf_instance.c.id == instance))]
        return {name: sorted(rows, key=str) for name, rows in found.items()}


def test_what_is_open_goes_over_as_it_is(database: Database) -> None:
    """The same task, claimed by the same person, with the same due time; the new release decides what comes after it."""
    bank = open_bank(database)
    _, instance = bank.submit()
    bank.decide("ann", instance, "check", "claim")
    (task,) = bank.work(instance, "check")
    with database.read() as connection:
        timers = connection.execute(sa.select(job.c.key, job.c.due_at)).all()
        due = connection.scalar(sa.select(wf_visit.c.due_at).where(wf_visit.c.step == "check"))
    bank = with_release(bank, LATER)
    seen = move(bank, BY_NAME, dry_run=True)
    assert seen == move(bank, BY_NAME) | {"dry_run": True}

    (group,) = cast("list[dict[str, object]]", seen["groups"])
    opened = {"step": "check", "title": "复核", "to": "review", "to_title": "复核", "kept": True}
    assert ([opened], ["风险"], []) == (group["open"], group["passed_over"], group["refused"])
    assert [task] == bank.work(instance, "review")
    with database.read() as connection:
        assert timers == connection.execute(sa.select(job.c.key, job.c.due_at)).all()
        assert due == connection.scalar(sa.select(wf_visit.c.due_at).where(wf_visit.c.step == "review"))
        shown = task_detail(connection, bank.context("ann"), task)
        assert ("review", ["approve", "reject", "return", "release"]) == (shown["step"], shown["decisions"])
        kinds = list(connection.scalars(sa.select(audit_event.c.kind).where(audit_event.c.record_id.is_not(None))))
        assert 1 == kinds.count("process_migrated")
    with database.write() as connection:
        # The timer was set under the old name.
        timer_due(connection, bank.context("system", now=due), {"instance": instance, "step": "check", "visit": 1})
    bank.decide("ann", instance, "review")
    assert 1 == len(bank.work(instance, "decide@branch"))
    with database.read() as connection:
        trail = process_of(connection, bank.context("ann"), instance)["trail"]
        told = [(each["kind"], each["step"], bool(each["title"])) for each in trail]  # type: ignore[attr-defined]
    assert [
        ("started", None, False),
        ("submitted", "apply", True),
        ("claimed", "check", True),
        ("migrated", None, False),
        ("reminded", "review", True),
        ("approved", "review", True),
    ] == told


def test_a_refused_plan_changes_nothing(database: Database) -> None:
    """A step that is no more, without a word of what it becomes: told in words, nothing written, not even an event."""
    bank = open_bank(database)
    _, instance = bank.submit()
    _, other = bank.submit()
    bank.decide("ann", other, "check")
    before = rows_of(bank, instance)
    bank = with_release(bank, SHORT)
    told = move(bank, Plan())

    assert (1, 1) == (told["fitting"], told["refused"])
    refused = [group for group in told["groups"] if group["refused"]]  # type: ignore[attr-defined]
    assert 1 == len(refused)
    assert before == rows_of(bank, instance)
    assert [1, 2] == [rows_of(bank, each)["instance"][0][2] for each in (instance, other)]


def test_what_was_done_at_a_step_that_is_no_more_can_still_be_opened(database: Database) -> None:
    """Who decided finds it among what he did, as it was; the trail tells it under the old title."""
    bank = open_bank(database)
    _, instance = bank.submit()
    (task,) = bank.work(instance, "check")
    bank.decide("ann", instance, "check")
    bank = with_release(bank, SHORT)
    assert 1 == move(bank, Plan())["fitting"]

    with database.read() as connection:
        done = list_tasks(connection, bank.context("ann"), "done", 10, None, count=False).items
        assert [(task, "check")] == [(each["id"], each["step"]) for each in done]
        detail = task_detail(connection, bank.context("ann"), task)
        assert ([], "100000.00") == (detail["decisions"], detail["record"]["amount"])  # type: ignore[index]
        trail = detail["process"]["trail"]  # type: ignore[index]
        assert [True] == [bool(each["title"]) for each in trail if each["step"] == "check"]
    bank.decide("head", instance, "decide@branch")
    assert "running" == state_of(bank, instance)


def test_the_release_that_it_stands_on_is_no_change(database: Database) -> None:
    """Moving to where it stands already does nothing at all; a release that is not in use takes nothing."""
    bank = open_bank(database)
    _, instance = bank.submit()
    before = rows_of(bank, instance)

    assert (0, 0) == (move(bank, Plan(), to=1)["fitting"], move(bank, Plan(), to=1)["refused"])
    with database.write() as connection:
        assert migrate(connection, bank.context("head"), instance, 1, Plan(), "why").is_same
    assert before == rows_of(bank, instance)
    with pytest.raises(NotFound):
        move(bank, Plan(), to=9)
    bank = with_release(bank, LATER)
    with pytest.raises(Conflict) as refused:
        move(bank, Plan(), to=1)
    assert "P480" == refused.value.code


def test_a_slip_of_the_pen_is_told(database: Database) -> None:
    """A step that no release has, and a migration without a reason, are refused before anything is looked at."""
    bank = open_bank(database)
    bank.submit()
    bank = with_release(bank, LATER)
    for plan in (Plan({"chek": "review"}), Plan({"check": "revue"}), Plan(ask_anew=frozenset({"nothing"}))):
        with pytest.raises(Invalid) as refused:
            move(bank, plan, dry_run=True)
        assert {"P481"} == {fault.code for fault in refused.value.faults}
    with pytest.raises(Invalid):
        move(bank, BY_NAME, reason=" ")


def test_people_are_asked_anew_where_it_is_said(database: Database) -> None:
    """The people of the new release get a task, those of the old one lose theirs; the due time is the new one."""
    bank = open_bank(database)
    _, instance = bank.submit()
    (task,) = bank.work(instance, "check")
    changed = WORKFLOW.replace(
        "{role: checker, in: starter.branch, pick: claim}", "{role: officer, in: head_office, pick: claim}"
    )
    bank = with_release(bank, changed)

    assert 1 == move(bank, Plan())["refused"]
    assert 1 == move(bank, Plan(ask_anew=frozenset({"check"})))["fitting"]
    (anew,) = bank.work(instance, "check")
    assert ({"kai", "lin"}, set()) == (bank.offered(anew), bank.offered(task))
    assert [task] == bank.work(instance, "check", "cancelled")


def test_inside_an_undecided_countersign_only_the_same_rule(database: Database) -> None:
    """A vote that was cast counts on under the same rule; another rule is refused."""
    bank = open_bank(database, COUNTERSIGN)
    _, instance = bank.submit()
    bank.decide("kai", instance, "sign")
    first = with_release(bank, COUNTERSIGN.replace("{all: true, one_veto: true}", "{any_approve: true}"))
    assert 1 == move(first, Plan())["refused"]
    second = with_release(bank, COUNTERSIGN.replace("en: Sign}", "en: Both sign}"), 3)
    assert 1 == move(second, Plan(), to=3)["fitting"]
    second.decide("lin", instance, "sign")
    assert "approved" == state_of(second, instance)


def test_migrate_or_decide(database: Database) -> None:
    """R13: whichever is first, the decision counts once, at the step as it is called then, and the case goes over."""
    bank = open_bank(database)
    cases = [bank.submit()[1] for _ in range(ROUNDS)]
    later = with_release(bank, LATER)
    for instance in cases:
        (task,) = bank.work(instance, "check")

        def go_over(instance: str = instance) -> None:
            with later.database.write() as connection:
                migrate(connection, later.context("head"), instance, 2, BY_NAME, "new rules")

        def approve(task: str = task) -> None:
            with later.database.write() as connection:
                decide(connection, later.context("ann"), task, "approve", DecisionBody("because"))

        results = at_once(go_over, approve)
        assert ["done", "done"] == results, [str(each) for each in results if isinstance(each, Failure)]
        with database.read() as connection:
            journal = read_instance(connection, instance)
        assert journal is not None
        made = [event.step for event in decisions(later, instance)]
        assert made in (["apply", "check"], ["apply", "review"])
        assert (2, ["review"]) == (journal.frame.release, [v.step for v in journal.state.visits if v.names[-1] == "check"])
        assert [task] == later.work(instance, "review", "done")
        assert 1 == len(later.work(instance, "decide@branch"))


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(database, database_url, tmp_path, WORKFLOW)
    with serving(build_app(opened.services)) as url:
        yield replace(opened, url=url)


def test_an_administrator_looks_first_and_then_moves_them(desk: Desk) -> None:
    """Over HTTP: what stands where, a preview that changes nothing, the migration; nobody else may."""
    desk.bank.submit()
    with_release(desk.bank, LATER)
    desk.services.releases.refresh(desk.bank.database)
    path, head = "/api/lending/workflows/approval/migrate", desk.client("head")

    (offer,) = head.get("/api/approvals/running").json()["items"]
    assert ([{"release": 1, "running": 1}], [2]) == (offer["running"], offer["to"])
    assert 403 == desk.client("ann").post(path, json={"to": 2}).status_code
    assert 403 == desk.client("ann").get("/api/approvals/running").status_code
    (refused,) = head.post(path, json={"to": 2}).json()["groups"]
    assert ["“Check”, where it waits, is not in that release: say which step it becomes."] == refused["refused"]
    body = {"to": 2, "map": {"check": "review"}}
    assert 1 == head.post(path, json=body).json()["fitting"]
    assert [{"release": 1, "running": 1}] == head.get("/api/approvals/running").json()["items"][0]["running"]
    assert 422 == head.post(path, json=body | {"dry_run": False}).status_code
    done = head.post(path, json=body | {"dry_run": False, "reason": "new rules"}).json()
    assert (1, False) == (done["fitting"], done["dry_run"])
    assert [{"release": 2, "running": 1}] == head.get("/api/approvals/running").json()["items"][0]["running"]
    (task,) = desk.client("ann").get("/api/tasks").json()["items"]
    assert ("review", "Check") == (task["step"], task["title"]["en"])
