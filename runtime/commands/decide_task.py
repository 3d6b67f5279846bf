"""Decide a task: one transaction for the decision and all that follows from it, then a look at what came of it."""

from __future__ import annotations

from runtime.context import Context
from runtime.process.inbox import Task, read_task, show_tasks
from runtime.process.service import DecisionBody, Word, decide
from runtime.process.view import process_of
from runtime.store.database import Database


def decide_task(database: Database, context: Context, task_id: str, word: Word, body: DecisionBody) -> dict[str, object]:
    """Approve, reject, return, complete, claim or release; the task and its approval as they are afterwards."""
    with database.write() as connection:
        decided = decide(connection, context, task_id, word, body)
    with database.read() as connection:
        row = read_task(connection, task_id)
        task: Task | None = show_tasks(connection, context, [row])[0] if row is not None else None
        process = process_of(connection, context, decided.instance_id) if decided.instance_id else None
    return {"task": task, "process": process}
