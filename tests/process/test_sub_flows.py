"""Sub-flows in the database: begun by jobs, each an approval of its own, shown on the page, stopped with who began them."""

from __future__ import annotations

import pytest

from runtime.failures import Failure, NotFound
from runtime.process import codes
from runtime.process.service import recall, retry, running_instance, start_process
from runtime.process.steering import resume, suspend, terminate
from runtime.process.sub_flows import DEEPEST
from runtime.process.view import latest_instance, process_of_record
from runtime.records.write import update_record
from runtime.store.database import Database
from tests.process.bank import APP, Bank, open_bank
from tests.process.sub_flow_bank import (
    SURVEY,
    WORKFLOW,
    begun,
    children,
    files,
    of,
    pledge,
    running,
    shown,
    state,
    work,
)
from tests.process.test_races import state_of


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database, files=files())


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
