"""Sub-flows in the database: begun by jobs, each an approval of its own, told their end once, stopped with who began them."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Sequence
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from runtime.context import Context
from runtime.failures import Failure, NotFound
from runtime.jobs.queue import claim, run_due
from runtime.process import codes
from runtime.process.journal import rebuild
from runtime.process.known_states import forget_states
from runtime.process.service import Word, recall, retry, running_instance, start_process
from runtime.process.steering import resume, suspend, terminate
from runtime.process.sub_flows import DEEPEST, run_sub_flow
from runtime.process.view import latest_instance, process_of, process_of_record
from runtime.records.write import insert_record, update_record
from runtime.store.database import Database
from runtime.store.tables import job, wf_instance
from tests.process.bank import APP, FILES, Bank, open_bank
from tests.process.test_races import at_once, state_of
from tests.process.test_restart import assert_lists_agree
from tests.process.test_service import assert_rows_agree
from tests.process.test_stepped_races import in_order
from workflow_engine.state import Instance

PLEDGE = """
entity: pledge
label: {zh: 押品, en: Pledge}
title: "{name}"
fields:
  name: {type: text, max: 60, label: {zh: 名称, en: Name}}
  loan: {type: reference, to: loan, required: true, label: {zh: 贷款, en: Loan}}
  worth: {type: money, label: {zh: 价值, en: Worth}}
  state:
    type: status
    workflow: valuation
    label: {zh: 状态, en: State}
    choices:
      open: {label: {zh: 未评估, en: Open}}
      busy: {label: {zh: 评估中, en: Being valued}}
      fit: {label: {zh: 认可, en: Fit}}
      unfit: {label: {zh: 不认可, en: Unfit}}
"""
VALUATION = """
workflow: valuation
title: {zh: 押品评估, en: Valuation}
for: pledge
start: {by: role.checker, set: {state: busy}}
steps:
  - approve: value
    title: {zh: 评估, en: Value it}
    by: {role: officer, in: head_office, pick: claim}
    fields: {write: [worth]}
on_finish:
  approved: {set: {state: fit}}
  rejected: {set: {state: unfit}}
"""
SURVEY = """
workflow: survey
title: {zh: 现场核查, en: Survey}
for: loan
start: {by: role.checker}
controls:
  four_eyes: [{name: two, title: {zh: 双人, en: Two}, different_people: [first, second]}]
steps:
  - approve: first
    title: {zh: 核查一, en: First look}
    by: {role: checker, in: starter.branch, pick: claim}
  - approve: second
    title: {zh: 核查二, en: Second look}
    by: {role: checker, in: starter.branch, pick: claim}
"""
VETTING = """
workflow: vetting
title: {zh: 客户核实, en: Vetting}
for: customer
start: {by: role.checker}
steps:
  - approve: vet
    title: {zh: 核实, en: Vet}
    by: {role: officer, in: head_office, pick: claim}
"""
WORKFLOW = """
workflow: approval
title: {zh: 贷款审批, en: Loan approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, check]}]
  return: {resubmit_to: replay}
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
    fields: {write: [amount, term, purpose]}
  - approve: check
    title: {zh: 复核, en: Check}
    by: {role: checker, in: starter.branch, pick: claim}
  - together:
      - name: thing
        steps:
          - sub_flow: valuations
            title: {zh: 押品评估, en: Valuations}
            workflow: valuation
            each: pledges
            where: worth > 0 and record.amount > worth
            on_reject: go_on
            save: {rating: result.approved, term: result.approved + result.rejected}
      - name: place
        steps:
          - sub_flow: look
            title: {zh: 现场, en: Look}
            workflow: survey
            on_reject: {return_to: check}
  - sub_flow: vetted
    title: {zh: 客户, en: Customer}
    workflow: vetting
    record: customer
on_finish:
  approved: {set: {status: approved}}
  rejected: {set: {status: rejected}}
"""


def files(workflow: str = WORKFLOW) -> dict[str, str]:
    roles = FILES["roles.yaml"].replace(
        "      customer: {create: true", "      pledge: {create: true, read: true}\n      customer: {create: true"
    )
    related = "\nrelated:\n  pledges: {entity: pledge, by: loan, label: {zh: 押品, en: Pledges}}\nfields:\n  branch"
    return {
        "entities/pledge.yaml": PLEDGE,
        "entities/loan.yaml": FILES["entities/loan.yaml"].replace("\nfields:\n  branch", related),
        "workflows/valuation.yaml": VALUATION,
        "workflows/survey.yaml": SURVEY,
        "workflows/vetting.yaml": VETTING,
        "workflows/approval.yaml": workflow,
        "roles.yaml": roles,
    }


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database, files=files())


def work(bank: Bank, minutes: int = 0) -> int:
    """Let the worker do what is due; how many jobs it took."""
    now = bank.context("system").now + dt.timedelta(minutes=minutes)
    handlers = {"sub_flow": lambda connection, one, _now: run_sub_flow(connection, bank.context("system", now=now), one.payload)}
    return run_due(bank.database, handlers, lambda: now)


def children(bank: Bank, parent: str) -> Sequence[Row]:  # type: ignore[type-arg]
    found = sa.select(wf_instance).where(wf_instance.c.parent_id == parent).order_by(wf_instance.c.started_at, wf_instance.c.id)
    with bank.database.read() as connection:
        return connection.execute(found).all()


def of(bank: Bank, parent: str, workflow: str) -> list[str]:
    """The running runs of a workflow that an approval began."""
    return [row.id for row in children(bank, parent) if row.workflow_id == workflow and row.state in ("running", "held")]


def pledge(bank: Bank, loan: str, worth: str) -> str:
    with bank.database.write() as connection:
        values = {"name": f"house {worth}", "loan": loan, "worth": worth}
        return insert_record(connection, bank.context("clerk"), APP, "pledge", values).id


def begun(bank: Bank, *worths: str, customer: bool = True) -> tuple[str, str]:
    """A loan with pledges whose sub-flows have begun: record and instance."""
    values = {"customer": bank.customer(full_name="Zhang")} if customer else {}
    record = bank.draft(**values)
    for worth in worths:
        pledge(bank, record, worth)
    with bank.database.write() as connection:
        instance = start_process(connection, bank.context("clerk"), APP, "approval", record)
    bank.decide("ann", instance, "check")
    work(bank)
    return record, instance


def state(bank: Bank, instance: str) -> Instance:
    """What the events make; the rows and the lists must agree with it."""
    forget_states()
    assert_rows_agree(bank, instance)
    assert_lists_agree(bank, instance)
    with bank.database.read() as connection:
        return rebuild(connection, instance)


def test_each_run_is_an_approval_of_its_own(bank: Bank) -> None:
    """One for each related record that meets the condition, one on the record itself, then one on who it refers to."""
    record, instance = begun(bank, "50.00", "70.00", "0.00", "100000.00")
    runs = children(bank, instance)
    assert ["survey", "valuation", "valuation"] == sorted(row.workflow_id for row in runs)
    assert {(1, bank.people["clerk"])} == {(row.release, row.starter) for row in runs}
    with bank.database.read() as connection:
        assert instance == running_instance(connection, APP, record) == latest_instance(connection, APP, record)
        latest = {row.workflow_id: latest_instance(connection, APP, row.record_id) == row.id for row in runs}
    assert {"survey": False, "valuation": True} == latest

    first, second = of(bank, instance, "valuation")
    bank.decide("kai", first, "value")
    bank.decide("lin", second, "value", "reject")
    survey = of(bank, instance, "survey")[0]
    bank.decide("ann", survey, "first")
    with pytest.raises(Failure):
        bank.decide("ann", survey, "second")
    bank.decide("bob", survey, "second")
    assert ["valuations", "look"] == [visit.step for visit in state(bank, instance).open_visits()]
    while work(bank):
        pass
    assert (1, 2) == (bank.value(record, "f_rating"), bank.value(record, "f_term"))
    assert ["vetted"] == [visit.step for visit in state(bank, instance).open_visits()]
    vetting = of(bank, instance, "vetting")[0]
    bank.decide("kai", vetting, "vet")
    work(bank)
    assert ("approved", "approved") == (state_of(bank, instance), bank.value(record, "f_status"))
    for row in children(bank, instance):
        state(bank, row.id)


def test_told_twice_it_acts_once(bank: Bank) -> None:
    """Every job of a case done again, in any order, leaves the case as it was."""
    _, instance = begun(bank, "50.00")
    bank.decide("kai", of(bank, instance, "valuation")[0], "value")
    work(bank)
    before, runs = state(bank, instance), children(bank, instance)
    with bank.database.read() as connection:
        payloads = [row.payload for row in connection.execute(sa.select(job).where(job.c.kind == "sub_flow"))]
    assert {"start", "end"} == {payload["what"] for payload in payloads}
    for payload in [*payloads, *reversed(payloads)]:
        with bank.database.write() as connection:
            run_sub_flow(connection, bank.context("system"), payload)
    assert (before, runs) == (state(bank, instance), children(bank, instance))


class _DiedError(Exception):
    """What a worker dies with after it has written and before its commit."""


def test_what_was_committed_is_told_although_workers_die(bank: Bank) -> None:
    """A worker dies before the commit of each job, another while it holds the lease: the next one begins, ends and goes on, once."""
    with bank.database.write() as connection:
        record = insert_record(connection, bank.context("clerk"), APP, "loan", {"amount": "100.00"}).id
        instance = start_process(connection, bank.context("clerk"), APP, "approval", record)
    bank.decide("ann", instance, "check")
    for act in ("first", "second", None):
        with bank.database.read() as connection:
            waiting = connection.execute(sa.select(job.c.payload).where(job.c.kind == "sub_flow", job.c.state == "waiting")).all()
        assert waiting or act == "second"
        for row in waiting:
            with pytest.raises(_DiedError), bank.database.write() as connection:
                run_sub_flow(connection, bank.context("system"), row.payload)
                raise _DiedError
        if waiting:
            dead = claim(bank.database, ["sub_flow"], bank.context("system").now)
            assert 1 == len(dead)
            # A minute later its lease is over.
            assert work(bank) == len(waiting)
        survey = of(bank, instance, "survey")
        assert len(survey) == (1 if act else 0)
        if act:
            bank.decide("ann" if act == "first" else "bob", survey[0], act)
    assert ["vetted"] == [visit.step for visit in state(bank, instance).open_visits()]


def test_two_last_runs_end_at_once(bank: Bank) -> None:
    """R9: two workers tell the two last ends at the same moment: the flow goes on once, with both of them counted."""
    for _ in range(4):
        record, instance = begun(bank, "50.00", "60.00")
        runs = of(bank, instance, "valuation")
        for run in runs:
            bank.decide("kai", run, "value")
        with bank.database.read() as connection:
            ends = [connection.execute(sa.select(job.c.payload).where(job.c.key == f"{run}/end")).scalar_one() for run in runs]

        def tell(payload: dict[str, object]) -> None:
            with bank.database.write() as connection:
                run_sub_flow(connection, bank.context("system"), payload)

        results = at_once(lambda: tell(ends[0]), lambda: tell(ends[1]))  # noqa: B023
        assert ["done", "done"] == results
        assert (2, 2) == (bank.value(record, "f_rating"), bank.value(record, "f_term"))
        assert ["look"] == [visit.step for visit in state(bank, instance).open_visits()]


def test_a_refused_run_sends_back_and_the_others_are_stopped(bank: Bank) -> None:
    """The return cancels what runs beside it; the next round begins anew, when the former runs have ended."""
    record, instance = begun(bank, "50.00")
    valuation, survey = of(bank, instance, "valuation")[0], of(bank, instance, "survey")[0]
    bank.decide("ann", survey, "first", "reject")
    work(bank)
    assert ["check"] == [visit.step for visit in state(bank, instance).open_visits()]
    assert ("stopped", "rejected") == (state_of(bank, valuation), state_of(bank, survey))
    bank.decide("bob", instance, "check")
    work(bank)
    again = of(bank, instance, "valuation")
    assert 1 == len(again) and again[0] != valuation and 1 == len(of(bank, instance, "survey"))
    assert instance == running(bank, record)


def shown(bank: Bank, username: str, instance: str) -> dict[str, object]:
    with bank.database.read() as connection:
        return process_of(connection, bank.context(username, locale="en"), instance)


def test_the_page_tells_what_was_begun_and_by_what(bank: Bank) -> None:
    """Each run with where it stands, its record only for whom may open it; the run tells what began it; the trail names all."""
    record, instance = begun(bank, "50.00")
    seen = {each["step"]: each for each in shown(bank, "clerk", instance)["children"]}  # type: ignore[attr-defined]
    assert [{"zh": "评估", "en": "Value it"}] == seen["valuations"]["at"]
    assert ("house 50.00", False) == (seen["valuations"]["record"]["title"], seen["valuations"]["here"])
    assert ("running", True) == (seen["look"]["state"], seen["look"]["here"])
    hidden = {each["step"]: each for each in shown(bank, "ann", instance)["children"]}  # type: ignore[attr-defined]
    assert (None, [], "running") == tuple(hidden["valuations"][name] for name in ("record", "at", "state"))

    parent = shown(bank, "clerk", seen["valuations"]["id"])["parent"]
    assert isinstance(parent, dict)
    assert (instance, record) == (parent["id"], parent["record"]["id"])
    bank.decide("kai", seen["valuations"]["id"], "value", "reject")
    with bank.database.write() as connection:
        terminate(connection, bank.context("head"), instance, "withdrawn")
    work(bank)
    trail = [(each["kind"], each["detail"]) for each in shown(bank, "clerk", instance)["trail"]]  # type: ignore[attr-defined]
    assert {("sub_flow_started", "runs: 1"), ("sub_flow_left", "runs: 1")} <= set(trail)
    ended = shown(bank, "clerk", seen["look"]["id"])
    assert ("stopped", "the flow that began it waits for it no longer") == (ended["state"], ended["trail"][-1]["detail"])  # type: ignore[index]
    with bank.database.read() as connection, pytest.raises(NotFound):
        process_of_record(connection, bank.context("clerk"), APP, "loan", record, seen["valuations"]["id"])


def running(bank: Bank, record: str) -> str | None:
    with bank.database.read() as connection:
        return running_instance(connection, APP, record)


def test_stopping_goes_down(bank: Bank) -> None:
    """What is stopped above is stopped below, also what was never begun; nobody recalls what others have before them."""
    _, instance = begun(bank, "50.00", "60.00")
    runs = [row.id for row in children(bank, instance)]
    for act in (lambda c: recall(c, bank.context("clerk"), instance), lambda c: recall(c, bank.context("clerk"), runs[0])):
        with pytest.raises(Failure), bank.database.write() as connection:
            act(connection)
    with bank.database.write() as connection:
        terminate(connection, bank.context("head"), instance, "withdrawn")
    assert {"running"} == {state_of(bank, run) for run in runs}
    work(bank)
    assert ["stopped"] * 4 == [state_of(bank, run) for run in (instance, *runs)]
    assert [] == [row for row in children(bank, instance) if bank.work(row.id, "value")]

    other = bank.draft(customer=bank.customer(full_name="Li"))
    with bank.database.write() as connection:
        early = start_process(connection, bank.context("clerk"), APP, "approval", other)
    bank.decide("ann", early, "check")
    with bank.database.write() as connection:
        terminate(connection, bank.context("head"), early, "withdrawn")
    work(bank)
    assert [] == children(bank, early)


def test_a_stopped_run_waits_for_an_administrator(bank: Bank) -> None:
    """The case is held and says why; a retry begins the run anew, and the one that was approved stands."""
    record, instance = begun(bank, "50.00", "60.00")
    first, second = of(bank, instance, "valuation")
    bank.decide("kai", first, "value")
    with bank.database.write() as connection:
        terminate(connection, bank.context("head"), second, "wrong house")
    work(bank)
    held = next(visit for visit in state(bank, instance).open_visits() if visit.step == "valuations")
    assert ("held", "sub_flow_stopped") == (held.state, held.held_reason)
    with bank.database.write() as connection:
        retry(connection, bank.context("head"), instance)
    work(bank)
    anew = of(bank, instance, "valuation")
    assert 1 == len(anew) and anew[0] not in (first, second)
    bank.decide("kai", anew[0], "value")
    work(bank)
    assert (2, 2) == (bank.value(record, "f_rating"), bank.value(record, "f_term"))
    assert ["look"] == [visit.step for visit in state(bank, instance).open_visits()]


def test_what_cannot_begin_holds_the_case(bank: Bank) -> None:
    """Somebody's own approval of the record runs already, or there is no record: held with the reason, begun on a retry."""
    record = bank.draft()
    house = pledge(bank, record, "50.00")
    with bank.database.write() as connection:
        own = start_process(connection, bank.context("ann"), APP, "valuation", house)
        instance = start_process(connection, bank.context("clerk"), APP, "approval", record)
    bank.decide("bob", instance, "check")
    work(bank)
    held = next(visit for visit in state(bank, instance).open_visits() if visit.step == "valuations")
    assert ("held", "sub_flow_not_started") == (held.state, held.held_reason)
    with bank.database.write() as connection:
        terminate(connection, bank.context("head"), own, "not needed")
        retry(connection, bank.context("head"), instance)
    work(bank)
    bank.decide("kai", of(bank, instance, "valuation")[0], "value")
    survey = of(bank, instance, "survey")[0]
    bank.decide("ann", survey, "first")
    bank.decide("bob", survey, "second")
    work(bank)
    # The last one is for the customer, and there is none.
    missing = next(state(bank, instance).open_visits())
    assert ("vetted", "sub_flow_record_missing") == (missing.step, missing.held_reason)


def test_runs_stand_only_so_deep_in_each_other(database: Database) -> None:
    """P439: what no release allows by itself, releases after each other may make; it is cut, and the innermost flow is held."""

    def flow(name: str, inner: str) -> str:
        step = f"  - sub_flow: down\n    title: {{zh: 下层, en: Below}}\n    workflow: {inner}\n"
        first = "  - fill: apply\n    title: {zh: 录入, en: Application}\n    by: starter\n" if name == "approval" else ""
        head = f"workflow: {name}\ntitle: {{zh: 层, en: Level}}\nfor: loan\nstart: {{by: role.clerk}}\nsteps:\n"
        return head + first + step

    chain = {f"workflows/d{n}.yaml": flow(f"d{n}", f"d{n + 1}") for n in range(DEEPEST)}
    last = {f"workflows/d{DEEPEST}.yaml": SURVEY.replace("workflow: survey", f"workflow: d{DEEPEST}")}
    bank = open_bank(database, files={"workflows/approval.yaml": flow("approval", "d0"), **chain, **last})
    _, outermost = bank.submit()
    while work(bank):
        pass
    inner, depth = outermost, 0
    while runs := children(bank, inner):
        inner, depth = runs[0].id, depth + 1
    assert (DEEPEST, "held") == (depth, state_of(bank, inner))
    ended = shown(bank, "clerk", inner)["trail"][-2]  # type: ignore[index]
    assert f"could not begin: Sub-flows stand more than {DEEPEST} deep in each other." == ended["detail"]
    assert "P439" == codes.TOO_DEEP.id


def test_what_is_told_while_it_stands_still_counts_when_it_goes_on(bank: Bank) -> None:
    """Ends are kept while the case is suspended."""
    record, instance = begun(bank)
    assert ["look"] == [visit.step for visit in state(bank, instance).open_visits()]
    with bank.database.write() as connection:
        suspend(connection, bank.context("head"), instance, "inspection")
    survey = of(bank, instance, "survey")[0]
    bank.decide("ann", survey, "first")
    bank.decide("bob", survey, "second")
    work(bank)
    assert ["look"] == [visit.step for visit in state(bank, instance).open_visits()]
    with bank.database.write() as connection:
        resume(connection, bank.context("head"), instance, "over")
    work(bank)
    assert ["vetted"] == [visit.step for visit in state(bank, instance).open_visits()]
    assert instance == running(bank, record)


def test_what_the_record_does_not_take_is_looked_at(database: Database) -> None:
    """The sub-flow has ended, its result does not fit: held, and a retry writes it once the record takes it."""
    saved = WORKFLOW.replace("rating: result.approved,", "booking_no: purpose, rating: result.approved,")
    bank = open_bank(database, files=files(saved))
    record = bank.draft(purpose="far too long for a number of a booking")
    pledge(bank, record, "50.00")
    with bank.database.write() as connection:
        instance = start_process(connection, bank.context("clerk"), APP, "approval", record)
    bank.decide("ann", instance, "check")
    work(bank)
    bank.decide("kai", of(bank, instance, "valuation")[0], "value")
    work(bank)
    held = next(visit for visit in state(bank, instance).open_visits() if visit.step == "valuations")
    assert ("held", "sub_flow_unfit") == (held.state, held.held_reason)
    with pytest.raises(Failure), bank.database.write() as connection:
        retry(connection, bank.context("head"), instance)
    version = int(str(bank.value(record, "version")))
    with bank.database.write() as connection:
        system = bank.context("system")
        update_record(connection, system, APP, "loan", record, {"purpose": "short"}, version, by_platform=True)
    with bank.database.write() as connection:
        retry(connection, bank.context("head"), instance)
    assert ("short", 1) == (bank.value(record, "f_booking_no"), bank.value(record, "f_rating"))
    assert ["look"] == [visit.step for visit in state(bank, instance).open_visits()]


def test_the_end_of_a_run_against_the_end_of_who_began_it(bank: Bank) -> None:
    """R13: stopped above and told from below at the same moment, in both orders: each is one thing, and nobody waits in a circle."""
    for told_first in (True, False):
        record, instance = begun(bank)
        survey = of(bank, instance, "survey")[0]
        bank.decide("ann", survey, "first")
        bank.decide("bob", survey, "second")

        def stop(instance: str = instance) -> None:
            with bank.database.write() as connection:
                terminate(connection, bank.context("head"), instance, "withdrawn")

        with bank.database.read() as connection:
            found = sa.select(job.c.payload).where(job.c.key == f"{survey}/end")
            payload = connection.execute(found).scalar_one()

        def end(payload: dict[str, object] = payload) -> None:
            with bank.database.write() as connection:
                run_sub_flow(connection, bank.context("system"), payload)

        results = in_order(*((end, stop) if told_first else (stop, end)))
        assert ("done", "done") == results
        work(bank)
        ended = state(bank, instance)
        assert ("stopped", "approved") == (ended.state, state_of(bank, survey))
        steps = [visit.step for visit in ended.visits]
        assert ("vetted" in steps) == told_first
        work(bank)
        assert [] == of(bank, instance, "vetting")


def test_a_decision_below_and_a_stop_above_never_block_each_other(bank: Bank) -> None:
    """At the same moment, many times over: the run is decided or stopped, and what is told agrees with what it became."""
    for _ in range(6):
        _, instance = begun(bank, customer=False)
        survey = of(bank, instance, "survey")[0]
        bank.decide("ann", survey, "first")

        def stop(instance: str = instance) -> None:
            with bank.database.write() as connection:
                terminate(connection, bank.context("head"), instance, "withdrawn")
            work(bank)

        results = at_once(lambda: bank.decide("bob", survey, "second"), stop)  # noqa: B023
        assert "done" == results[1]
        work(bank, 10)
        assert "stopped" == state(bank, instance).state
        assert ("approved" if results[0] == "done" else "stopped") == state(bank, survey).state


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_people_do_the_flows_agree(bank: Bank, seed: int) -> None:
    """Invariants 1, 2 and 23 over a flow and its runs: rows and lists are those of the events, and each waits for what there is."""
    random = Random(seed)
    record, outer = begun(bank, "50.00", "60.00")
    for _ in range(25):
        instance = random.choice([outer, outer, *(row.id for row in children(bank, outer))])
        act = random.choice(("decide", "decide", "decide", "work", "work", "terminate", "suspend", "resume", "retry"))
        step = next((visit.step for visit in state(bank, instance).open_visits() if visit.seats), None)
        with contextlib.suppress(Failure):
            if act == "decide" and step is not None and bank.work(instance, step):
                person = random.choice(sorted(bank.offered(bank.work(instance, step)[0])) or ["ann"])
                word: Word = "complete" if step == "apply" else random.choice(("approve", "approve", "approve", "reject"))
                bank.decide(person, instance, step, word)
            elif act == "work":
                work(bank)
            elif act == "terminate" and (instance != outer or random.random() < 0.2):
                steered(bank, instance, terminate)
            elif act == "suspend" and random.random() < 0.5:
                steered(bank, instance, suspend)
            elif act == "resume":
                steered(bank, instance, resume)
            elif act == "retry":
                with bank.database.write() as connection:
                    retry(connection, bank.context("head"), instance)
    while work(bank, minutes=10):
        pass
    now = state(bank, outer)
    for row in children(bank, outer):
        run, found = state(bank, row.id), now.child(row.id)
        told = found[1].state if found is not None else "left"
        if told == "running":
            assert run.is_running
        elif told in ("approved", "rejected", "stopped"):
            assert told == run.state
        else:
            assert not run.is_running
    assert bank.value(record, "id") == record


def steered(bank: Bank, instance: str, how: Callable[[Connection, Context, str, str], None]) -> None:
    with bank.database.write() as connection:
        how(connection, bank.context("head"), instance, "because")
