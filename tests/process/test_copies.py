"""抄送: who gets a copy reads the record as it was then, without what the step hides, and says that he has read it."""

from __future__ import annotations

import pytest

from forms_dsl.load import load_app
from forms_dsl.model import App
from runtime.commands.decide_task import BatchItem, decide_tasks
from runtime.compile.app import compile_app
from runtime.failures import NotFound
from runtime.process.detail import task_detail
from runtime.process.inbox import count_open, list_tasks
from runtime.process.service import DecisionBody, act_on
from runtime.process.todo import count_by_unit
from runtime.process.view import process_of
from runtime.records.access import may_open
from runtime.store.database import Database
from tests.process.bank import FILES, NOW, Bank, open_bank

COPIES = """
workflow: approval
title: {zh: 审批, en: Approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, check]}]
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
  - copy: {to: [role.officer in head_office], fields: {hide: [secret, purpose]}}
  - approve: check
    title: {zh: 复核, en: Check}
    by: {role: checker, in: starter.branch, pick: claim}
    fields: {write: [term]}
  - copy: {to: [role.head in starter.branch], at: START}
on_finish:
  approved: {set: {status: approved}}
"""


MUST_READ = COPIES.replace("hide: [secret, purpose]}}", "hide: [secret]}, must_read: true}").replace("START", "finish")


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database, COPIES.replace("START", "finish"))


def copies(bank: Bank, username: str) -> list[dict[str, object]]:
    with bank.database.read() as connection:
        return list(list_tasks(connection, bank.context(username, locale="en"), "copies", 50, None, count=False).items)


def todo(bank: Bank, username: str) -> list[dict[str, object]]:
    with bank.database.read() as connection:
        return list(list_tasks(connection, bank.context(username, locale="en"), "todo", 50, None, count=False).items)


def shown(bank: Bank, username: str, copy: object) -> dict[str, object]:
    with bank.database.read() as connection:
        return task_detail(connection, bank.context(username, locale="en"), str(copy))


def test_a_copy_shows_the_record_as_it_was_without_what_is_hidden(bank: Bank) -> None:
    """Later changes are not in it; it is no work to do; nobody else finds it."""
    _, instance = bank.submit(purpose="a roof", secret="hush")
    (copy,) = copies(bank, "kai")
    assert ("copy", "open") == (copy["kind"], copy["state"])
    bank.decide("ann", instance, "check", fields={"term": 36})

    detail = shown(bank, "kai", copy["id"])
    assert ("100000.00", "12") == tuple(str(detail["record"][name]) for name in ("amount", "term"))  # type: ignore[index]
    assert not {"purpose", "secret"} & set(detail["record"])  # type: ignore[call-overload]
    assert (["read"], None) == (detail["decisions"], detail["process"])
    with bank.database.read() as connection:
        assert [] == list_tasks(connection, bank.context("kai"), "todo", 50, None, count=False).items
    with pytest.raises(NotFound):
        shown(bank, "ann", copy["id"])


def test_a_receipt_is_kept_once_and_after_the_end(bank: Bank) -> None:
    """已阅: who, when, in the trail; somebody else's copy is not there to be read; copies at the end come at the end."""
    _, instance = bank.submit()
    assert [] == copies(bank, "head")
    bank.decide("ann", instance, "check")
    assert 1 == len(copies(bank, "head"))
    copy = str(copies(bank, "kai")[0]["id"])

    def read(username: str) -> None:
        with bank.database.write() as connection:
            act_on(connection, bank.context(username), copy, "read", DecisionBody())

    with pytest.raises(NotFound):
        read("stranger")
    for _ in range(2):
        read("kai")
    assert ["done"] == [task["state"] for task in copies(bank, "kai")]
    with bank.database.read() as connection:
        trail = process_of(connection, bank.context("clerk", locale="en"), instance)["trail"]
    told = [(entry["kind"], entry["actor"] and entry["actor"]["name"]) for entry in trail]  # type: ignore[attr-defined]
    assert [("read", "kai")] == [entry for entry in told if entry[0] == "read"]
    assert 2 == sum(kind == "copied" for kind, _ in told)


def test_what_must_be_read_stands_in_the_list_until_it_is_confirmed(database: Database) -> None:
    """须阅: among what is to do and counted, decided by nothing but the receipt, also for many at once; then a copy like others."""
    bank = open_bank(database, MUST_READ)
    instances = [bank.submit(secret="hush")[1] for _ in range(3)]
    first, *rest = todo(bank, "kai")
    assert ("copy", "open", True) == (first["kind"], first["state"], first["must_read"])
    assert 2 == len(rest)
    assert [] == copies(bank, "kai")
    with bank.database.read() as connection:
        amount = count_by_unit(connection, bank.people["kai"], [], NOW)[bank.units["CX"]]
        assert (3, 3) == (amount.open, count_open(connection, bank.context("kai")))
        process = process_of(connection, bank.context("clerk", locale="en"), instances[0])
    assert ["kai", "lin"] == sorted(person["name"] for person in process["to_read"])  # type: ignore[attr-defined]
    assert ["→ kai, lin (must read)"] == [e["detail"] for e in process["trail"] if e["kind"] == "copied"]  # type: ignore[attr-defined]
    shown_first = shown(bank, "kai", first["id"])
    assert (["read"], False) == (shown_first["decisions"], "secret" in shown_first["record"])  # type: ignore[operator]

    with bank.database.write() as connection:
        act_on(connection, bank.context("kai"), str(first["id"]), "read", DecisionBody())
    assert 2 == len(todo(bank, "kai"))
    assert [("done", False)] == [(copy["state"], copy["must_read"]) for copy in copies(bank, "kai")]
    outcomes = decide_tasks(bank.database, bank.context("kai"), [BatchItem(str(each["id"]), None) for each in rest], "read", None)
    assert [None, None] == [failure for _, failure in outcomes]
    assert [] == todo(bank, "kai")
    assert 3 == len(todo(bank, "lin"))


def test_a_copy_at_the_start_comes_with_the_submission(database: Database) -> None:
    """Wherever it stands in the file."""
    bank = open_bank(database, COPIES.replace("START", "start"))
    bank.submit()

    assert 1 == len(copies(bank, "head"))


def test_who_only_gets_copies_may_draw_them(bank: Bank) -> None:
    """Without any right of his own in the app he still finds its screens; who takes no part at all does not."""
    assert may_open(bank.context("kai"), bank.compiled)
    assert not may_open(bank.context("kai"), compile_app(without_copies(), 1))


def without_copies() -> App:
    rest = "\n".join(line for line in COPIES.split("\n") if "copy:" not in line)
    loaded = load_app({**FILES, "workflows/approval.yaml": rest})
    assert loaded.app is not None
    return loaded.app
