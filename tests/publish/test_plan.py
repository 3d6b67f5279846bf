"""Plans: the words, the statements, the records that do not fit, and what blocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import pytest
import sqlalchemy as sa

from forms_dsl.expr.python import compile_python
from forms_dsl.load import load_app
from runtime.compile.app import compile_app
from runtime.context import SYSTEM, Context
from runtime.publish.plan import plan_publish
from runtime.publish.running import running_at
from runtime.publish.types import PublishPlan, Running
from runtime.query.late import context_facts
from runtime.releases import Releases
from runtime.store.database import Database
from runtime.store.tables import wf_instance, wf_visit
from tests.process.bank import FILES as LENDING
from tests.process.bank import WORKFLOW
from tests.publish.desk import FILES, NOW, edited, insert_tickets, put_live, with_field


def plan(database: Database, files: Mapping[str, str]) -> PublishPlan:
    with database.read() as connection:
        return plan_publish(connection, "desk", files, NOW).plan


@pytest.fixture
def live(database: Database, releases: Releases) -> Database:
    """A database with the desk live and three tickets in it."""
    put_live(database, releases, FILES)
    rows = [
        {"subject": "a", "phone": "13800000001", "level": "low", "cost": Decimal("1.00")},
        {"subject": "b", "phone": "13800000001", "level": "high", "cost": Decimal("200.00")},
        {"subject": "c" * 60, "phone": None, "level": None, "cost": None},
    ]
    insert_tickets(database, releases.current()["desk"], *rows)
    return database


def codes(found: PublishPlan, severity: str | None = None) -> list[str]:
    return [one.code for one in found.diagnostics if one.code.startswith("M") and severity in {None, one.severity}]


def test_the_same_texts_give_the_same_plan(live: Database) -> None:
    """Planning twice gives one checksum; another text gives another."""
    files = with_field("urgency: {type: integer, label: {zh: 紧急度, en: Urgency}}")

    assert plan(live, files) == plan(live, files)
    assert plan(live, files).checksum != plan(live, FILES).checksum


def test_nothing_changed_is_an_empty_plan(live: Database) -> None:
    """The active release's own texts need no step."""
    found = plan(live, FILES)

    assert ((), (), ()) == (found.changes, found.steps, found.misfits)
    assert not found.blocked


def test_the_plan_of_a_new_field_is_one_nullable_column(live: Database) -> None:
    """A new optional field is one statement that no reader feels, with its reverse."""
    [step] = plan(live, with_field("urgency: {type: integer, label: {zh: 紧急度, en: Urgency}}")).steps
    table = step.sql.split()[2]

    assert f"ALTER TABLE {table} ADD COLUMN f_urgency BIGINT" == step.sql
    assert f"ALTER TABLE {table} DROP COLUMN f_urgency" == step.reverse
    assert {"en": "The new field Urgency of Ticket needs a column.", "zh": "“工单”的新字段“紧急度”需要一列。"} == step.because
    assert ("expand", False) == (step.phase, step.rewrite)


def test_an_index_on_live_data_is_built_beside_the_writers(live: Database) -> None:
    """On PostgreSQL an index over a table with rows is built concurrently, outside a transaction."""
    files = edited("entities/ticket.yaml", "title:", "index: [[level]]\ntitle:")
    [step] = plan(live, files).steps

    assert live.is_sqlite == step.transactional
    assert ("CREATE INDEX ix_" if live.is_sqlite else "CREATE INDEX CONCURRENTLY ix_") in step.sql


def test_duplicates_block_a_unique_field(live: Database) -> None:
    """A rule of uniqueness that records break is refused, with their number and keys and without their values."""
    found = plan(live, edited("entities/ticket.yaml", "max: 20, class: C2,", "max: 20, unique: true, class: C2,"))
    [misfit] = found.misfits

    assert ["M409"] == codes(found, "error")
    assert found.blocked
    assert ("ticket", "phone", "unique", 2, 2) == (misfit.entity, misfit.field, misfit.rule, misfit.count, len(misfit.samples))
    assert "13800000001" not in str(found)


def test_a_new_required_field_needs_a_default(live: Database) -> None:
    """Records that exist would have no value for it."""
    bare = with_field("owner: {type: text, max: 9, required: true, label: {zh: 归属, en: Owner}}")
    filled = with_field("owner: {type: text, max: 9, required: true, default: '\"x\"', label: {zh: 归属, en: Owner}}")

    assert ["M404"] == codes(plan(live, bare), "error")
    assert [] == codes(plan(live, filled), "error")


@pytest.mark.parametrize(
    ("old", "new", "rule", "count", "code"),
    [
        ("phone: {type: text,", "phone: {type: text, required: true,", "required", 1, "M410"),
        ("cost: {type: decimal,", "cost: {type: decimal, required: true, visible: 'level == \"high\"',", None, 0, None),
        ("cost: {type: decimal,", "cost: {type: decimal, check: cost > 5, message: {zh: 太低, en: Too low},", "check", 1, "M410"),
        (
            "title:",
            'rules:\n  dear:\n    when: level == "low"\n    check: cost > 5\n    message: {zh: 太低, en: Too low}\ntitle:',
            "check",
            1,
            "M410",
        ),
        ("max: 80", "max: 50", "length", 1, "M410"),
        ("cost: {type: decimal, scale: 2,", "cost: {type: decimal, scale: 2, max: 100,", "range", 1, "M410"),
        ("      high: {label: {zh: 高, en: High}}\n", "", "choice", 1, "M405"),
        ("phone: {type: text,", "phone: {type: text, pattern: '[0-9]{3}',", "pattern", 2, "M410"),
    ],
)
def test_stricter_rules_count_the_records_they_find(
    live: Database, old: str, new: str, rule: str | None, count: int, code: str | None
) -> None:
    """Records that do not fit are counted and keep their values; publishing goes on."""
    found = plan(live, edited("entities/ticket.yaml", old, new))

    assert ([(rule, count)] if rule else []) == [(misfit.rule, misfit.count) for misfit in found.misfits]
    assert ([code] if code else []) == [one for one in codes(found, "warning") if one != "M406"]
    assert not found.blocked


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("cost: {type: decimal, scale: 2,", "cost: {type: boolean,", "M403"),
        ("phone: {type: text, max: 20, class: C2,", "phone: {type: reference, to: ticket, class: C2,", "M403"),
        ("cost: {type: decimal,", "cost: {id: price, type: decimal,", "M401"),
        ("phone: {type: text, max: 20, class: C2,", "phone: {type: text, max: 20,", "M407"),
    ],
)
def test_changes_that_would_lose_something_are_refused(live: Database, old: str, new: str, code: str) -> None:
    """Another kind of value, another id, or less protection is not published."""
    found = plan(live, edited("entities/ticket.yaml", old, new))

    assert [code] == codes(found, "error")
    assert found.blocked


def test_a_longer_text_changes_no_table(live: Database) -> None:
    """Widening a text is the validator's business only."""
    found = plan(live, edited("entities/ticket.yaml", "max: 80", "max: 200"))

    assert ((), []) == (found.steps, codes(found))


def test_a_tombstone_cannot_come_back_as_something_else(live: Database, releases: Releases) -> None:
    """The id of a deleted field stays bound to what it held."""
    line = "  cost: {type: decimal, scale: 2, label: {zh: 费用, en: Cost}}\n"
    without = edited("lists/tickets.yaml", ", cost", "", edited("entities/ticket.yaml", line, ""))
    found = plan(live, without)
    put_live(live, releases, without)

    assert ["M411"] == codes(found)
    assert ["M414"] == codes(plan(live, FILES))
    assert ["M402"] == codes(plan(live, with_field("cost: {type: boolean, label: {zh: 费用, en: Cost}}", without)), "error")


def test_a_wider_role_is_said(live: Database) -> None:
    """A role that may do more than before is flagged for the second person."""
    found = plan(live, edited("roles.yaml", "update: true}", "update: true, delete: true}"))

    assert ["widened"] == [change.flag for change in found.changes]
    assert ["M412"] == codes(found)


def test_a_broken_definition_has_a_plan_of_findings_only(live: Database) -> None:
    """The plan of a definition with errors says all of them and nothing else."""
    found = plan(live, edited("entities/ticket.yaml", "type: decimal", "type: decimall"))

    assert found.blocked
    assert () == found.steps
    assert found.diagnostics


def test_another_apps_definition_is_refused(live: Database) -> None:
    """The texts of one app are not published over another."""
    assert ["M413"] == codes(plan(live, edited("app.yaml", "app: desk", "app: bench")), "error")


def test_running_approvals_are_counted_by_step(live: Database) -> None:
    """Approvals that are under way or held are said step by step; ended ones are not."""
    with live.write() as connection:
        for number, (state, visits) in enumerate(
            [
                ("running", [("check", "approved"), ("decide", "open")]),
                ("running", [("decide", "open")]),
                ("held", [("book", "held")]),
                ("approved", [("decide", "approved")]),
            ]
        ):
            fixed = {"app": "desk", "release": 1, "workflow_id": "approval", "entity": "desk.ticket", "starter": "x"}
            row = {"id": f"i{number}", "record_id": f"r{number}", "state": state, "revision": 1, "started_at": NOW}
            connection.execute(sa.insert(wf_instance), {**fixed, **row})
            for step, visit in visits:
                values = {"instance_id": f"i{number}", "step": step, "number": 1, "state": visit, "opened_at": NOW}
                connection.execute(sa.insert(wf_visit), values)

    assert (Running("approval", "book", 1), Running("approval", "decide", 2)) == plan(live, FILES).running


def test_running_approvals_are_told_in_words() -> None:
    """By what workflow and step are called, also inside branches; what the release does not have keeps its name."""
    app = load_app({**LENDING, "workflows/approval.yaml": WORKFLOW}).app
    assert app is not None
    flow = app.workflows["approval"]
    check, branch, gone = (running_at(flow, flow.id, step, 1) for step in ("check", "decide@branch", "gone"))

    assert ("贷款审批", "复核") == (check.title["zh"], check.step_title["zh"])
    assert branch.step_title["en"] not in ("", "decide@branch")
    assert ("gone", {}) == (gone.step, gone.step_title)
    assert ("old", {}) == (running_at(None, "old", "x", 1).workflow, running_at(None, "old", "x", 1).title)


@pytest.mark.parametrize(
    ("files", "key"),
    [
        (edited("lists/tickets.yaml", "columns:", "group_by: subject\nview: board\ncolumns:"), "view: board by subject"),
        (
            with_field("due: {type: date, default: 'add_business_days(today(), 2)', label: {zh: 期限, en: Due}}"),
            "add_business_days()",
        ),
        (edited("roles.yaml", "update: true", "update: true, import: {rows: 10, watermark: true}"), "import with watermark"),
    ],
)
def test_what_is_not_carried_out_is_never_live(live: Database, files: Mapping[str, str], key: str) -> None:
    """The language knows it and the check is clean, but nothing that says it can be published."""
    found = [one for one in plan(live, files).diagnostics if one.severity == "error"]

    assert ["M416"] == [one.code for one in found]
    assert key in found[0].message


def test_business_days_are_those_of_the_app(live: Database) -> None:
    """With a calendar of its own an app may count business days, and expressions get them from it."""
    calendar = "calendar: bank\nlabel: {zh: 银行, en: Bank}\nfrom: 2026-01-01\nto: 2026-12-31\nmake_up_days: [2026-11-28]\n"
    due = with_field("due: {type: date, default: 'add_business_days(today(), 5)', label: {zh: 期限, en: Due}}")
    files = {
        **due,
        "calendars/bank.yaml": calendar,
        "app.yaml": due["app.yaml"].replace("languages:", "calendar: bank\nlanguages:"),
    }

    assert [] == [one for one in plan(live, files).diagnostics if one.severity == "error"]
    app = load_app(files).app
    assert app is not None
    compiled = compile_app(app, 1)
    facts = context_facts(Context(SYSTEM, {"desk": compiled}, NOW, NOW.date(), "r"), compiled)
    default = app.entities["ticket"].fields["due"].default
    assert default is not None
    # Tuesday, 24 November, with a working Saturday in between.
    assert dt.date(2026, 11, 30) == compile_python(default.tree)(facts)
