"""Random workflows over real records, people, limits and calendars, on both databases: the preview is the run, and nobody sees beyond.

Invariants 1, 20, 23 and 25. QIQIAO_RANDOM_APPS tries more seeds than the usual run.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.failures import Failure, NotAllowed, NotFound
from runtime.outbox.rows import find_row
from runtime.process.calls import call_finished
from runtime.process.detail import task_detail
from runtime.process.inbox import list_tasks
from runtime.process.opened import Opened, look_at_instance
from runtime.process.service import start_process, timer_due
from runtime.process.trial import try_workflow
from runtime.process.words import held_because
from runtime.store.database import Database
from runtime.store.tables import wf_work
from runtime.store.types import format_instant
from tests.process.bank import APP, NOW, Bank
from tests.process.carrying import carry, random_act
from tests.process.random_apps import HIDDEN, open_random_bank, random_values
from tests.process.stepping import state
from workflow_engine import act_events as ae
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.choosing import Choices, suggest
from workflow_engine.state import Instance, Visit, is_system

Json = dict[str, object]

SEEDS = range(int(os.environ.get("QIQIAO_RANDOM_APPS", "1")))
WORKFLOWS = 4


@dataclass
class Case:
    """A submitted record, with the time of day there."""

    bank: Bank
    record: str
    instance: str
    now: dt.datetime

    @contextmanager
    def open(self, by: str = "system") -> Iterator[Opened]:
        with self.bank.database.read() as connection:
            yield look_at_instance(connection, self.bank.context(by, now=self.now), self.instance)

    @property
    def state(self) -> Instance:
        with self.open() as opened:
            return opened.journal.state

    def give(self, command: cmd.Command) -> Failure | None:
        """Ask the service for a command; why it is refused."""
        username = next((name for name, person in self.bank.people.items() if person == command.actor), "system")
        try:
            carry(self.bank, self.instance, self.state, command, self.bank.context(username, now=self.now))()
        except Failure as failure:
            return failure
        return None

    def answer_call(self, step: str, number: int) -> None:
        """The other system has done what was asked of it."""
        with self.bank.database.write() as connection:
            row = find_row(connection, f"{self.instance}/{step}/{number}")
            assert row is not None
            values = {"outcome": "ok", "values": {"loan_no": "LN-1"}, "code": None, "detail": None}
            ended = replace(row, state="confirmed", result=values)
            call_finished(connection, self.bank.context("system", now=self.now), ended)


@pytest.fixture(params=SEEDS)
def random(request: pytest.FixtureRequest) -> Random:
    return Random(request.param)


def previewed(bank: Bank, workflow: str, values: Json, choices: Choices, record: str | None, now: dt.datetime) -> Json:
    with bank.database.read() as connection:
        return try_workflow(connection, bank.context("clerk", now=now), APP, workflow, values, record, choices)


def submitted(bank: Bank, workflow: str, values: Json, choices: Choices, now: dt.datetime) -> Case | Failure:
    """The case, or why the submission is refused."""
    record = bank.draft(**{"term": None, **values})
    context = bank.context("clerk", now=now)
    try:
        with bank.database.write() as connection:
            instance = start_process(connection, context, APP, workflow, record, choices)
    except Failure as failure:
        return failure
    return Case(bank, record, instance, context.now)


def chosen_in(preview: Json) -> Choices:
    """Whom the preview shows as chosen by the starter, on its way and behind where it is stuck."""
    asked = [step["choose"] for step in preview["steps"]] + list(preview["choose"])  # type: ignore[attr-defined,call-overload]
    return {each["step"]: tuple(each["chosen"]) for each in asked if each is not None and each["chosen"]}


def test_the_preview_is_the_run(database: Database, random: Random) -> None:
    """20: what the entry form foretells is what comes: the steps, their people, who is left out, the due times, where it stops."""
    bank, workflows = open_random_bank(database, random, WORKFLOWS)
    ends: list[object] = []
    for workflow in workflows:
        for _ in range(2):
            values = random_values(random)
            now = NOW + dt.timedelta(minutes=bank.minutes[0] + 3)
            choices = chosen_in(previewed(bank, workflow, values, {}, None, now))
            foretold = previewed(bank, workflow, values, choices, None, now)
            case = submitted(bank, workflow, values, choices, now)
            steps = list(foretold["steps"])  # type: ignore[call-overload]
            if isinstance(case, Failure):
                # Nobody is in the range that the starter chooses from: the preview stops there, and so does the case.
                assert [held_because("nobody_to_choose", "zh")] == [step["stuck"] for step in steps], (case, steps)
                continue
            follow(case, steps, random)
            ends.append(foretold["ends"])
            assert (foretold["ends"] == "approved") == (case.state.state == "approved")
    assert "approved" in ends


def follow(case: Case, steps: list[Json], random: Random) -> None:
    """Let everybody approve as late as may be; each step is the one foretold, and once in a while it is foretold anew."""
    first = case.state.visits[0]
    assert told(case, first) == foretold(steps.pop(0))
    while case.state.is_running:
        with case.open() as opened:
            position = opened.flow.definition.position
        visit = min(case.state.open_visits(), key=lambda each: position(each.step))
        if random.random() < 0.2:
            assert [step["step"] for step in steps] == [step["step"] for step in from_here(case)]
        known = {(each.step, each.number) for each in case.state.visits}
        case.now = max(case.now, visit.due_at or case.now)
        step = steps.pop(0)
        assert told(case, visit) == foretold(step)
        stuck = passed(case, visit)
        assert step["stuck"] == held_because(stuck, "zh")
        if stuck is not None:
            assert [] == steps
            return
        for each in case.state.visits:
            if (each.step, each.number) not in known and each.state == "approved":
                assert told(case, each) == foretold(steps.pop(0))
    assert [] == steps


def from_here(case: Case) -> list[Json]:
    """The preview of a case under way, as its starter sees it."""
    with case.open() as opened:
        workflow = opened.flow.workflow.name
    return list(previewed(case.bank, workflow, {}, {}, case.record, case.now)["steps"])  # type: ignore[call-overload]


def told(case: Case, visit: Visit) -> tuple[object, ...]:
    """What the run says of a step: who is asked, who is left out, when it is due."""
    people = dict.fromkeys(p for seat in visit.seats for p in (*visit.entitled(seat), seat.actor) if p and not is_system(p))
    left_out = [out.person for out in visit.left_out]
    return visit.step, list(people), left_out, format_instant(visit.due_at) if visit.due_at else None


def foretold(step: Json) -> tuple[object, ...]:
    """The same of a step of a preview."""
    people = [person["id"] for person in step["people"]]  # type: ignore[attr-defined]
    left_out = [out["person"]["id"] for out in step["left_out"]]  # type: ignore[attr-defined]
    return step["step"], people, left_out, step["due_at"]


def passed(case: Case, visit: Visit) -> str | None:
    """Let everybody approve at a visit; the code of what stops it there."""
    if visit.state == "held":
        return visit.held_reason
    if visit.state == "calling":
        case.answer_call(visit.step, visit.number)
        return None
    if visit.state == "waiting":
        with case.bank.database.write() as connection:
            due = {"instance": case.instance, "step": visit.step, "visit": visit.number}
            timer_due(connection, case.bank.context("system", now=case.now), due)
        return None
    while (now := case.state.visit(visit.step, visit.number)) is not None and now.state == "open":
        if not approved(case, now):
            return "nobody_may_approve"
    return None


def approved(case: Case, visit: Visit) -> bool:
    """Whether somebody who is asked could approve, or complete."""
    with case.open() as opened:
        definition, world, now = opened.flow.definition, opened.world, opened.journal.state
        fills = definition.human(visit.step).verb == "fill" or visit.by_hand
        acts = [
            cmd.Decide(
                person,
                visit.step,
                visit.number,
                seat.number,
                "complete" if fills else "approve",
                "-",
                choices=suggest(definition, now, world, visit.step, actor=person),
            )
            for seat in visit.seats
            for person in visit.entitled(seat)
        ]
    return any(case.give(act) is None for act in acts)


# Whatever people do ---------------------------------------------------------------------------------------------------


def test_lists_and_tasks_say_what_the_history_says_and_nobody_sees_beyond(database: Database, random: Random) -> None:
    """1, 23, 25: after each act of random people the rows and lists are those of the history; a task is seen by its people only."""
    bank, workflows = open_random_bank(database, random, WORKFLOWS)
    seen = 0
    for workflow in workflows:
        case = begun(bank, workflow, random)
        if case is None:
            continue
        for _ in range(6):
            with case.open() as opened:
                definition, now = opened.flow.definition, opened.journal.state
            if not now.is_running:
                break
            calling = [visit for visit in now.open_visits() if visit.state == "calling" and now.suspended_at is None]
            case.now += dt.timedelta(minutes=random.choice((1, 1, 200)))
            if calling:
                case.answer_call(calling[0].step, calling[0].number)
            elif any(visit.seats for visit in now.visits):
                case.give(random_act(random, bank, definition, now))
            state(bank, case.instance)
        seen += assert_seen_by_its_own(case)
    assert seen


def begun(bank: Bank, workflow: str, random: Random) -> Case | None:
    for _ in range(4):
        values = random_values(random)
        now = NOW + dt.timedelta(minutes=bank.minutes[0] + 3)
        case = submitted(bank, workflow, values, chosen_in(previewed(bank, workflow, values, {}, None, now)), now)
        if isinstance(case, Case):
            return case
    return None


def assert_seen_by_its_own(case: Case) -> int:
    """Every task is there for the starter and for whoever was asked at it, never for others; how many were looked at by somebody."""
    bank = case.bank
    with case.open() as opened:
        entries, definition, now = opened.journal.entries, opened.flow.definition, opened.journal.state
    asked = {key: set(people) for key, people in people_by_task(entries, now).items()}
    with bank.database.read() as connection:
        rows = connection.execute(sa.select(wf_work).where(wf_work.c.instance_id == case.instance)).all()
    seen = 0
    for username, person in bank.people.items():
        with bank.database.read() as connection:
            context = bank.context(username, now=case.now)
            listed = {item["id"] for item in list_tasks(connection, context, "todo", 200, None, count=False).items}
            for row in rows:
                shown = looked_at(connection, bank, username, row.id, case.now)
                is_his = person in asked[row.step] or (person == now.starter and row.state != "copied")
                assert shown is None or is_his, (username, row.step)
                assert row.id not in listed or is_his
                # By their own roles others, and the starter, may read what a step hides from those whom it asks.
                if shown is not None and (row.id in listed or row.done_by == person):
                    seen += 1
                    hidden = (
                        set(definition.human(row.step).fields.hide) if row.state != "copied" else copy_hides(definition, row.step)
                    )
                    assert_hidden(shown, hidden)
    return seen


def looked_at(connection: Connection, bank: Bank, username: str, task: str, now: dt.datetime) -> Json | None:
    try:
        return task_detail(connection, bank.context(username, now=now), task)
    except (NotFound, NotAllowed):
        return None


def people_by_task(entries: object, now: Instance) -> dict[str, set[str]]:
    """Who was ever asked at a step, answered there, or got a copy from it: from the history alone."""
    found: dict[str, set[str]] = {}
    for entry in entries:  # type: ignore[attr-defined]
        event = entry.event
        step = getattr(event, "step", None)
        if step is None:
            continue
        people = found.setdefault(step, set())
        match event:
            case ev.VisitOpened(seats=seats):
                people |= {person for seat in seats for person in (*seat.candidates, seat.owner) if person}
            case ae.SeatTransferred(person=person) | ae.SeatAdded(person=person) | ae.OpinionAsked(person=person):
                people |= {person, entry.actor}
            case ev.PeopleAdded(people=more) | ev.Copied(people=more):
                people |= set(more)
    return found


def copy_hides(definition: object, step: str) -> set[str]:
    return set(definition.places[step].step.hide)  # type: ignore[attr-defined]


def assert_hidden(task: Json, hidden: set[str]) -> None:
    """No value of a field that the step hides stands anywhere in what the person gets."""
    text = json.dumps(task, default=str, ensure_ascii=False)
    record = task["record"]
    assert isinstance(record, dict)
    for name in hidden & set(HIDDEN):
        assert name not in record
    for name, value in (("secret", "s-e-c-r-e-t"), ("purpose", "p-u-r-p-o-s-e")):
        assert name not in hidden or value not in text
