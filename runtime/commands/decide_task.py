"""Decide a task: one transaction for the decision and all that follows from it, then a look at what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from runtime.commands.prove_person import prove_person
from runtime.context import Context
from runtime.failures import Failure
from runtime.process.acts import ActWord
from runtime.process.inbox import Task, read_task, show_tasks
from runtime.process.service import Decided, DecisionBody, Word, act_on, decide
from runtime.process.view import process_of
from runtime.store.database import Database

BatchWord = Word | Literal["read"]
#: Decisions that many tasks may be given at once: none that needs more than a word for each.
BATCH_WORDS: frozenset[BatchWord] = frozenset({"approve", "reject", "complete", "claim", "release", "read"})


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One task of many, with the version of its record that the person has seen."""

    task_id: str
    version: int | None


def decide_task(
    database: Database, context: Context, task_id: str, word: Word, body: DecisionBody, password: str | None = None
) -> dict[str, object]:
    """Approve, reject, return, complete, claim or release; the task and its approval as they are afterwards."""
    if password is not None:
        prove_person(database, context, password)
        body = replace(body, signed=True)
    with database.write() as connection:
        decided = decide(connection, context, task_id, word, body)
    return _afterwards(database, context, decided)


def act_on_task(database: Database, context: Context, task_id: str, word: ActWord, body: DecisionBody) -> dict[str, object]:
    """Transfer, ask, add, remove, answer; the task and its approval as they are afterwards."""
    with database.write() as connection:
        decided = act_on(connection, context, task_id, word, body)
    return _afterwards(database, context, decided)


def decide_tasks(
    database: Database, context: Context, items: Sequence[BatchItem], word: BatchWord, opinion: str | None
) -> list[tuple[str, Failure | None]]:
    """Decide many tasks alike, each in a transaction of its own with all its checks; what refused one stops no other."""
    outcomes: list[tuple[str, Failure | None]] = []
    for item in items:
        try:
            with database.write() as connection:
                body = DecisionBody(opinion, version=item.version)
                if word == "read":
                    act_on(connection, context, item.task_id, word, body)
                else:
                    decide(connection, context, item.task_id, word, body)
        except Failure as refused:
            outcomes.append((item.task_id, refused))
        else:
            outcomes.append((item.task_id, None))
    return outcomes


def _afterwards(database: Database, context: Context, decided: Decided) -> dict[str, object]:
    with database.read() as connection:
        row = read_task(connection, decided.work_id)
        task: Task | None = show_tasks(connection, context, [row])[0] if row is not None else None
        process = process_of(connection, context, decided.instance_id) if decided.instance_id else None
    return {"task": task, "process": process}
