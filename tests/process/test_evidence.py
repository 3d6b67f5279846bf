"""Reports that a bank's reviewers ask for: what they say is what the history says; who reads them; how fast; on both databases."""

from __future__ import annotations

import datetime as dt
import io
import time
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from builder.cli import main
from runtime.commands.keep_proxies import NewProxy, set_proxy
from runtime.commands.report_approvals import Question, read_report
from runtime.failures import Invalid, NotAllowed, NotFound
from runtime.identity.holdings import Given, grant_role
from runtime.process.evidence.registry import REPORTS
from runtime.process.service import timer_due
from runtime.store.database import Database
from runtime.store.tables import audit_event, wf_event, wf_instance, wf_visit
from tests.process.bank import APP, NOW, WORKFLOW, Bank, open_bank
from tests.process.desk import Desk, build_app, open_desk
from tests.process.test_authority import TABLE
from tests.process.test_authority import WORKFLOW as BY_AUTHORITY
from tests.process.test_migration import with_release
from tests.serving import serving

PROXIED = WORKFLOW.replace("controls:\n", "controls:\n  proxy: {allowed: true}\n")
#: Nobody enters anything: what is late is approved, and who approved once need not do it again.
BY_ITSELF = """
workflow: approval
title: {zh: 自动, en: By itself}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  repeat_approver: {skip: consecutive}
steps:
  - approve: check
    title: {zh: 复核, en: Check}
    by: {role: checker, in: starter.branch, pick: claim}
    due: {within: 4 hours, then: approve}
  - approve: again
    title: {zh: 再核, en: Again}
    by: {role: checker, in: starter.branch, pick: all}
    rule: {in_turn: true}
on_finish:
  approved: {set: {status: approved}}
"""
ALL_DAYS = (dt.date(2026, 3, 1), dt.date(2026, 3, 31))


def report(bank: Bank, name: str, **filters: Any) -> list[dict[str, Any]]:
    question = Question(name, *ALL_DAYS, **filters)
    context = bank.context("head", locale="en")
    found: Any = read_report(bank.database, context, "Asia/Shanghai", question, 0, 100)
    return list(found["items"])


def test_four_eyes_are_proved_rule_by_rule(database: Database) -> None:
    """Each rule of each approval that ended, with who acted at which step; a running one is none of them."""
    bank = open_bank(database, PROXIED)
    _, running = bank.submit()
    _, instance = bank.submit()
    bank.decide("ann", instance, "check")
    bank.decide("head", instance, "decide@branch", "reject")

    rows = report(bank, "four_eyes")
    assert [("Who started it does not decide it", "kept"), ("Maker and checker", "kept")] == [
        (row["rule"], row["verdict"]) for row in rows
    ]
    assert "Application: clerk (clerk); Check: ann (ann); Head decides: head (head)" == rows[1]["people"]
    assert ("CX", "rejected", "Lending · Loan approval") == (rows[0]["unit"], rows[0]["end"], rows[0]["workflow"])
    assert running not in str(rows)


def test_a_broken_rule_is_told(database: Database) -> None:
    """Whoever changes the history of a case behind the platform is seen: the verdict comes from what is stored."""
    bank = open_bank(database)
    _, instance = bank.submit()
    bank.decide("ann", instance, "check")
    bank.decide("head", instance, "decide@branch", "reject")
    with database.write() as connection:
        checked = sa.and_(
            wf_event.c.instance_id == instance, wf_event.c.kind == "seat_decided", wf_event.c.actor == bank.people["head"]
        )
        connection.execute(wf_event.update().where(checked).values(actor=bank.people["ann"]))

    assert ["kept", "broken"] == [row["verdict"] for row in report(bank, "four_eyes")]


def test_who_decided_on_which_version(database: Database) -> None:
    """Each decision with the version that it was about, and in whose place it was taken."""
    bank = open_bank(database, PROXIED)
    with database.write() as connection:
        days = (dt.date(2026, 3, 1), dt.date(2026, 3, 9))
        set_proxy(connection, bank.context("ann"), NewProxy(bank.people["lin"], *days))
    _, instance = bank.submit()
    bank.decide("ann", instance, "check", "claim")
    (task,) = bank.work(instance, "check")
    bank.decide("lin", instance, "check", fields={"rating": 3})

    rows = report(bank, "versions")
    assert [("clerk (clerk)", "Application", "completed", None), ("lin (lin)", "Check", "approved", "ann (ann)")] == [
        (row["person"], row["step"], row["done"], row["for"]) for row in rows
    ]
    assert [2, 3] == [row["version"] for row in rows]
    (rule,) = report(bank, "proxies")
    assert ("ann (ann)", "lin (lin)", "ann (ann)", 1) == (rule["owner"], rule["proxy"], rule["set_by"], rule["acts"])
    assert task


def test_what_passed_by_itself_is_listed(database: Database) -> None:
    """By time, by an earlier approval, with nobody to ask; a reminder, and a refusal by time, are none of it."""
    bank = open_bank(database, BY_ITSELF)
    _, late = bank.submit()
    with database.write() as connection:
        due = NOW + dt.timedelta(hours=6)
        timer_due(connection, bank.context("system", now=due), {"instance": late, "step": "check", "visit": 1})
    _, twice = bank.submit()
    bank.decide("ann", twice, "check")

    told = [(row["step"], row["by"], row["earlier"]) for row in report(bank, "automatic")]
    again = ("Again", "system:dedupe", "Check: ann (ann)")
    assert [again, ("Check", "system:timeout", None)] == told


def test_overdue_items_stand_by_branch(database: Database) -> None:
    """Open steps past their due time, by unit, with in whose list they stand; what is not due yet is none of them."""
    bank = open_bank(database)
    bank.submit()
    _, other = bank.submit("clerk2")
    assert [] == report(bank, "overdue")
    bank.minutes[0] += 60 * 30

    rows = report(bank, "overdue")
    assert [("BJ", "stranger (stranger)"), ("CX", "ann (ann), bob (bob), both (both), head (head)")] == [
        (row["unit"], row["holders"]) for row in rows
    ]
    assert {1} == {row["days"] for row in rows}
    assert ["BJ"] == [row["unit"] for row in report(bank, "overdue", unit="BJ")]
    assert ["BJ", "CX"] == [row["unit"] for row in report(bank, "overdue", unit="HO", app=APP, workflow="approval")]
    assert other


def test_the_history_of_an_authority_table(database: Database) -> None:
    """The first version and each later one, with the rows that changed; a release that leaves the table alone is none."""
    files = {"decisions/loan_authority.yaml": TABLE}
    bank = open_bank(database, BY_AUTHORITY, files=files)
    changed = {"decisions/loan_authority.yaml": TABLE.replace("1800000", "2500000")}
    bank = with_release(bank, BY_AUTHORITY, 2, files)
    bank = with_release(bank, BY_AUTHORITY, 3, changed)

    first, second = report(bank, "authority")
    assert ("release 1", "first: 2 row(s)") == (first["source"], first["change"])
    assert "release 3" == second["source"]
    assert '~ small {"if": {"exposure": "exposure <= 1800000"}' in second["change"]


def test_who_may_ask_and_what(database: Database) -> None:
    """Auditors and administrators; days in order, at most a year; units and workflows that there are."""
    bank = open_bank(database)

    def ask(who: str, name: str = "versions", first: dt.date = ALL_DAYS[0], last: dt.date = ALL_DAYS[1], **filters: Any) -> None:
        read_report(bank.database, bank.context(who), "Asia/Shanghai", Question(name, first, last, **filters), 0, 10)

    for name in REPORTS:
        ask("head", name)
        with pytest.raises(NotAllowed):
            ask("ann", name)
    with pytest.raises(NotFound):
        ask("head", "nothing")
    wrong: list[dict[str, Any]] = [{"last": dt.date(2026, 2, 1)}, {"last": dt.date(2027, 6, 1)}, {"unit": "XX"}, {"app": "no"}]
    for question in [*wrong, {"app": APP, "workflow": "no"}]:
        with pytest.raises(Invalid) as refused:
            ask("head", **question)
        assert {"P482"} == {fault.code for fault in refused.value.faults}


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(database, database_url, tmp_path, PROXIED)
    with serving(build_app(opened.services)) as url:
        yield replace(opened, url=url)


def test_reports_are_read_and_taken_over_http(
    desk: Desk, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pages and files for an auditor; a file stands in the trail, and nothing in it is a formula; the command prints the same."""
    bank = desk.bank
    with bank.database.write() as connection:
        grant_role(connection, bank.people["kai"], "", "auditor", Given(NOW))
        person = sa.Table("org_person", sa.MetaData(), autoload_with=connection)
        connection.execute(person.update().where(person.c.id == bank.people["clerk"]).values(f_name="=1+1"))
    bank.submit()
    auditor, days = desk.client("kai"), {"from": "2026-03-01", "to": "2026-03-31"}

    assert set(REPORTS) == {each["name"] for each in auditor.get("/api/approvals/reports").json()["items"]}
    assert ["approval"] == [each["workflow"] for each in auditor.get("/api/approvals/reports").json()["workflows"]]
    assert 403 == desk.client("ann").get("/api/approvals/reports").status_code
    assert 403 == desk.client("ann").get("/api/approvals/reports/versions", params=days).status_code
    page = auditor.get("/api/approvals/reports/versions", params=days | {"limit": 1}).json()
    assert ("=1+1 (clerk)", None) == (page["items"][0]["person"], page["next"])
    assert 400 == auditor.get("/api/approvals/reports/versions", params={"from": "2026-03-01"}).status_code
    csv = auditor.get("/api/approvals/reports/versions/file", params=days | {"format": "csv"})
    assert "'=1+1 (clerk)" in csv.content.decode("utf-8-sig")
    xlsx = auditor.get("/api/approvals/reports/versions/file", params=days)
    sheet = zipfile.ZipFile(io.BytesIO(xlsx.content)).read("xl/worksheets/sheet1.xml").decode()
    assert "=1+1 (clerk)" in sheet
    assert "<f>" not in sheet
    with bank.database.read() as connection:
        assert 2 == list(connection.scalars(sa.select(audit_event.c.kind))).count("approvals.reported")
    monkeypatch.setenv("QIQIAO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("QIQIAO_LOCALE", "en")
    asked = ["approvals", "report", "versions", "--from", "2026-03-01", "--to", "2026-03-31", "--database", database_url]
    assert 0 == main(asked)
    assert "Application\t=1+1 (clerk)" in capsys.readouterr().out
    file = tmp_path / "versions.csv"
    assert 0 == main([*asked, "--file", str(file)])
    assert file.read_bytes() == csv.content or b"=1+1 (clerk)" in file.read_bytes()


def test_a_page_is_fast_among_a_hundred_thousand_events(database: Database) -> None:
    """100,000 events: the first and the last page of every report come within two seconds, on a busy machine too."""
    bank = open_bank(database)
    _, example = bank.submit()
    bank.decide("ann", example, "check")
    bank.decide("head", example, "decide@branch", "reject")
    with database.write() as connection:
        row = connection.execute(sa.select(wf_instance).where(wf_instance.c.id == example)).one()._asdict()
        events = [each._asdict() for each in connection.execute(sa.select(wf_event).where(wf_event.c.instance_id == example))]
        copies = 100_000 // len(events)
        ids = [str(uuid.UUID(int=number)) for number in range(1, copies + 1)]
        connection.execute(wf_instance.insert(), [row | {"id": id} for id in ids])
        for start in range(0, copies, 500):
            connection.execute(
                wf_event.insert(), [event | {"instance_id": id} for id in ids[start : start + 500] for event in events]
            )
        late = {
            "step": "check",
            "number": 1,
            "state": "open",
            "opened_at": NOW,
            "due_at": NOW,
            "closed_at": None,
            "held_reason": None,
        }
        connection.execute(wf_visit.insert(), [late | {"instance_id": id} for id in ids])
    for name in REPORTS:
        for place in (0, copies - 150):
            began = time.perf_counter()
            question = Question(name, *ALL_DAYS)
            found: Any = read_report(bank.database, bank.context("head"), "Asia/Shanghai", question, place, 100)
            took = time.perf_counter() - began
            assert took < 2, (name, place, took)
            print(f"{name} from {place}: {len(found['items'])} rows in {took * 1000:.0f} ms")
