"""The to-do list and the task: whose it is, in which order, with which rights, and what changed since."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from forms_dsl.load import load_app
from runtime.compile.app import compile_app
from runtime.failures import BadRequest, Conflict, Invalid, NotFound
from runtime.process.detail import task_detail
from runtime.process.inbox import Box, count_open, list_tasks
from runtime.process.plain_work import NewWork, add_work
from runtime.process.service import DecisionBody, decide
from runtime.process.trial import try_workflow
from runtime.process.view import process_of_record
from runtime.records.write import insert_record
from runtime.store.database import Database
from tests.process.bank import APP, FILES, NOW, WORKFLOW, Bank, open_bank

Json = dict[str, object]


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database)


def box(bank: Bank, username: str, name: Box = "todo", limit: int = 50, cursor: str | None = None) -> list[Json]:
    with bank.database.read() as connection:
        page = list_tasks(connection, bank.context(username), name, limit, cursor, count=True)
    assert page.count is not None
    return list(page.items)


def detail(bank: Bank, username: str, task: str) -> Json:
    with bank.database.read() as connection:
        return task_detail(connection, bank.context(username), task)


def trial(bank: Bank, username: str, fields: Json, record_id: str | None = None) -> Json:
    with bank.database.read() as connection:
        return try_workflow(connection, bank.context(username), APP, "approval", fields, record_id)


def test_a_card_says_what_it_is_about(bank: Bank) -> None:
    """Title, amount, unit, starter, due time and four eyes, for the people asked and for nobody else."""
    record, instance = bank.submit()
    (task,) = box(bank, "ann")

    assert (record, "check", "100000.00", "CNY", "CX") == tuple(
        task[name] for name in ("record_id", "step", "amount", "currency", "unit")
    )
    assert "L2026-000001" == task["record_title"]
    assert {"zh": "复核", "en": "Check"} == task["title"]
    assert ("seat", "approval", True, "open", None) == tuple(
        task[name] for name in ("kind", "workflow", "four_eyes", "state", "claimed_by")
    )
    assert "clerk" == task["started_by"]["name"]  # type: ignore[index]
    assert [] == box(bank, "clerk") == box(bank, "stranger")
    with bank.database.read() as connection:
        assert 1 == count_open(connection, bank.context("ann"))
    assert instance


def test_what_is_due_first_stands_first(bank: Bank) -> None:
    """By due time, work without one last, page by page without a gap or a double."""
    for number in range(7):
        bank.submit(amount=f"{number + 1}.00")
    record = bank.draft()
    with bank.database.write() as connection:
        never = NewWork(APP, 1, "loan", record, {"zh": "提醒", "en": "note"}, [bank.people["ann"]], None, None)
        add_work(connection, bank.context("system"), never)

    whole = [task["id"] for task in box(bank, "ann")]
    due = [task["due_at"] for task in box(bank, "ann")]
    assert [None] == due[7:]
    assert sorted(due[:7]) == due[:7]  # type: ignore[type-var]
    paged: list[object] = []
    cursor: str | None = None
    while True:
        with bank.database.read() as connection:
            page = list_tasks(connection, bank.context("ann"), "todo", 3, cursor, count=True)
        paged += [task["id"] for task in page.items]
        assert 8 == page.count
        cursor = page.next
        if cursor is None:
            break
    assert whole == paged
    assert 8 == len(whole)


def test_an_invented_cursor_is_refused(bank: Bank) -> None:
    """A cursor that this list never gave is an error, not an empty page."""
    with pytest.raises(BadRequest), bank.database.read() as connection:
        list_tasks(connection, bank.context("ann"), "todo", 3, "nonsense", count=False)


def test_done_and_started_are_boxes_of_their_own(bank: Bank) -> None:
    """What I did with its result; what I started with where it waits."""
    _, instance = bank.submit()
    bank.decide("ann", instance, "check")

    assert [] == box(bank, "ann")
    (done,) = box(bank, "ann", "done")
    assert ("done", "approve", "check") == (done["state"], done["result"], done["step"])
    (started,) = box(bank, "clerk", "started")
    assert (instance, "decide@branch", "open") == (started["id"], started["step"], started["state"])
    assert [] == detail(bank, "clerk", instance)["decisions"]
    with pytest.raises(NotFound):
        detail(bank, "ann", instance)


def test_a_task_offers_what_its_holder_may_do(bank: Bank) -> None:
    """Decisions, required opinions, targets, fields of the step, and the record without what the step hides."""
    record, instance = bank.submit(secret="internal")
    task = detail(bank, "ann", bank.work(instance, "check")[0])

    assert ["approve", "reject", "return", "claim"] == task["decisions"]
    assert ["reject", "return"] == task["opinion_required"]
    assert [{"step": "apply", "title": {"zh": "录入", "en": "Application"}}] == task["return_to"]
    assert {"write": ["rating"], "hide": ["secret"], "require": []} == task["fields"]
    shown = task["record"]
    assert isinstance(shown, dict)
    assert (record, "100000.00", "200000.00") == (shown["id"], shown["amount"], shown["doubled"])
    assert "secret" not in shown
    assert {} == task["changed_fields"]


def test_an_officer_sees_the_case_through_his_item_only(bank: Bank) -> None:
    """A role without any read rule reads the record of its open work item; afterwards what he decided on, and no record."""
    customer = bank.customer(full_name="叶磊", phone="13812345678")
    record, instance = bank.submit(amount="400000.00", term=12, customer=customer)
    bank.decide("ann", instance, "check")
    item = bank.work(instance, "decide@officer")[0]

    before = detail(bank, "kai", item)
    assert ("400000.00", True) == (before["record"]["amount"], before["opens"])  # type: ignore[index]
    # lin's own limit is 100: he may reject and return, not approve.
    assert ["reject", "return", "claim"] == detail(bank, "lin", item)["decisions"]
    bank.decide("kai", instance, "decide@officer", "return", to="apply", opinion="again")
    bank.decide("clerk", instance, "apply", "complete", fields={"amount": "90000.00", "term": 24})

    after = detail(bank, "kai", item)
    shown = after["record"]
    assert isinstance(shown, dict)
    assert ([], [], False) == (after["decisions"], after["fields"]["write"], after["opens"])  # type: ignore[index]
    assert (record, "400000.00", 12, "叶磊") == (shown["id"], shown["amount"], shown["term"], shown["_titles"]["customer"])
    # What is computed on reading would be of now, not of then.
    assert "doubled" not in shown
    # Who was only offered the item sees nothing of the record once it is decided.
    assert {"id": record} == detail(bank, "lin", item)["record"]


def test_whoever_decides_knows_whom_it_is_about(database: Database) -> None:
    """A reference of the case has its title also for a role without any right on customers; personal titles stay closed."""
    bank = open_bank(database)
    customer = bank.customer(full_name="叶磊", phone="13812345678")
    _, instance = bank.submit(amount="400000.00", customer=customer)
    bank.decide("ann", instance, "check")
    task = detail(bank, "kai", bank.work(instance, "decide@officer")[0])
    assert "叶磊" == task["record"]["_titles"]["customer"]  # type: ignore[index]
    # The title is told; the customer's own page is not his; the directory is everybody's.
    assert "customer" not in task["opens_fields"]  # type: ignore[operator]
    assert "branch" in task["opens_fields"]  # type: ignore[operator]
    assert "_told" not in task["record"]  # type: ignore[operator]


def test_a_title_with_personal_data_is_not_told(database: Database) -> None:
    """The twin: a customer called by a C2 field keeps his title to those who may read it."""
    bank = open_bank(
        database, files={"entities/customer.yaml": FILES["entities/customer.yaml"].replace("{full_name}", "{phone}")}
    )
    customer = bank.customer(full_name="叶磊", phone="13812345678")
    _, instance = bank.submit(amount="400000.00", customer=customer)
    bank.decide("ann", instance, "check")
    record = detail(bank, "kai", bank.work(instance, "decide@officer")[0])["record"]
    assert "customer" not in record["_titles"]  # type: ignore[index]


def test_who_may_not_act_is_offered_nothing(bank: Bank) -> None:
    """The applicant looks at the task of his own case and finds no decision; a stranger finds no task."""
    _, instance = bank.submit("both")
    item = bank.work(instance, "check")[0]

    assert [] == detail(bank, "both", item)["decisions"]
    with pytest.raises(NotFound):
        detail(bank, "stranger", item)


def test_a_case_that_came_back_shows_what_changed(bank: Bank) -> None:
    """Against what this person decided on, else against the first submission; computed fields have their own old value."""
    _, instance = bank.submit(amount="100000.00", term=12)
    bank.decide("ann", instance, "check")
    bank.decide("head", instance, "decide@branch", "return", to="apply")
    bank.decide("clerk", instance, "apply", "complete", fields={"amount": "90000.00", "term": 24})

    assert {"amount": "100000.00", "term": 12} == detail(bank, "bob", bank.work(instance, "check")[0])["changed_fields"]
    bank.decide("bob", instance, "check")
    assert {"amount": "100000.00", "term": 12} == detail(bank, "head", bank.work(instance, "decide@branch")[0])["changed_fields"]


def test_the_process_says_where_it_waits(bank: Bank) -> None:
    """Step, people with their unit, due time; the trail with posts; recall while it is possible."""
    record, _ = bank.submit()
    with bank.database.read() as connection:
        shown = process_of_record(connection, bank.context("clerk"), APP, "loan", record)
    assert shown is not None

    (at,) = shown["at"]  # type: ignore[misc]
    assert ("check", "CX", None) == (at["step"], at["unit"], at["held_reason"])
    assert {"ann", "bob", "both", "head"} == {person["name"] for person in at["people"]}
    assert ["recall"] == shown["can"]
    with pytest.raises(NotFound), bank.database.read() as connection:
        process_of_record(connection, bank.context("clerk2"), APP, "loan", record)


def test_the_trial_run_is_what_happens(bank: Bank) -> None:
    """Entered values lead to the people and the reasons that the real approval then has, who is left out included."""
    tried = trial(bank, "both", {"amount": "400000.00", "term": 12})
    steps = {step["step"]: step for step in tried["steps"]}  # type: ignore[attr-defined]

    assert ["apply", "check", "decide@officer", "booking"] == list(steps)
    assert "approved" == tried["ends"]
    assert "复核，发起人所在机构" == steps["check"]["because"]
    assert [("both", "经办复核分离")] == [(out["person"]["name"], out["because"]) for out in steps["check"]["left_out"]]
    _, instance = bank.submit("both", amount="400000.00")
    assert {person["name"] for person in steps["check"]["people"]} == bank.offered(bank.work(instance, "check")[0])


def test_the_trial_run_says_where_it_stops(bank: Bank) -> None:
    """An amount above every limit: it goes as far as it goes and says why not further."""
    tried = trial(bank, "clerk", {"amount": "9000000.00"})
    last = tried["steps"][-1]  # type: ignore[index]

    assert ("stuck", "decide@officer", "可办理人员的授权额度均不足") == (tried["ends"], last["step"], last["stuck"])


def test_the_trial_run_of_a_running_case_goes_on_from_where_it_is(bank: Bank) -> None:
    """An approver sees what follows his own step."""
    record, instance = bank.submit()
    bank.decide("ann", instance, "check")
    tried = trial(bank, "head", {}, record)

    assert ["decide@branch", "booking"] == [step["step"] for step in tried["steps"]]  # type: ignore[attr-defined]


def test_a_task_outlives_the_name_of_its_entity(bank: Bank) -> None:
    """Tasks of an entity that the live release calls otherwise are shown as before, and spoil nobody's list."""
    _, instance = bank.submit()
    bank.decide("ann", instance, "check")
    renamed = {
        path.replace("loan", "application"): text.replace("entity: loan", "entity: application\nid: loan").replace(
            "      loan:", "      application:"
        )
        for path, text in FILES.items()
    }
    loaded = load_app({**renamed, "workflows/approval.yaml": WORKFLOW.replace("for: loan", "for: application")})
    assert loaded.app is not None, [(d.span.file, d.span.line, d.message) for d in loaded.diagnostics]
    live = replace(bank, compiled=compile_app(loaded.app, 2))

    (done,), (started,) = box(live, "ann", "done"), box(live, "clerk", "started")

    assert ("L2026-000001", "L2026-000001") == (done["record_title"], started["record_title"])


def test_a_trial_run_tells_nothing_about_records_out_of_reach(database: Database) -> None:
    """Which way a case would take must not tell what a record holds that its starter may not see."""
    roles = FILES["roles.yaml"].replace(
        "customer: {create: true, read: true}", "customer: {create: true, read: created_by == user.id}"
    )
    workflow = WORKFLOW.replace("amount <= 300000", 'customer.full_name == "Secret Ltd"')
    bank = open_bank(database, workflow, files={"roles.yaml": roles})
    with database.write() as connection:
        foreign = insert_record(connection, bank.context("clerk2"), APP, "customer", {"full_name": "Secret Ltd"}).id

    with pytest.raises(Invalid) as refused:
        trial(bank, "clerk", {"amount": "5.00", "customer": foreign})

    assert [("/customer", "Q305")] == [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_plain_work_is_done_once(bank: Bank) -> None:
    """A work item of an automation: the first completes it, the second hears who did; claims keep others off."""
    record = bank.draft()
    with bank.database.write() as connection:
        people = [bank.people["ann"], bank.people["bob"]]
        due = NOW + dt.timedelta(days=3)
        new = NewWork(APP, 1, "loan", record, {"zh": "请联系", "en": "call"}, people, bank.units["CX"], due)
        work = add_work(connection, bank.context("system"), new)
    (task,) = box(bank, "ann")
    assert ("work_item", {"zh": "请联系", "en": "call"}, None) == (task["kind"], task["text"], task["workflow"])
    assert ["complete", "claim"] == detail(bank, "ann", work)["decisions"]

    def act(username: str, word: str) -> None:
        with bank.database.write() as connection:
            decide(connection, bank.context(username), work, word, DecisionBody())  # type: ignore[arg-type]

    act("ann", "claim")
    with pytest.raises(Conflict) as caught:
        act("bob", "complete")
    assert "ann" in caught.value.message["en"]
    act("ann", "complete")
    assert [] == box(bank, "ann") == box(bank, "bob")
    with pytest.raises(Conflict) as caught:
        act("bob", "complete")
    assert ("P409", "complete") == (caught.value.code, caught.value.extra["decision"])
    with pytest.raises(NotFound):
        detail(bank, "stranger", work)
