"""Open a task: what is needed to decide it, and a note of it where the workflow counts who has looked."""

from __future__ import annotations

from runtime.context import Context
from runtime.process.detail import task_detail
from runtime.process.inbox import Task
from runtime.process.sight import is_sight_new, note_sight
from runtime.store.database import Database


def show_task(database: Database, context: Context, task_id: str) -> Task:
    """The task as `task_detail`; NotFound for everybody without a part in it."""
    with database.read() as connection:
        task = task_detail(connection, context, task_id)
        is_new = is_sight_new(connection, context, task_id)
    if is_new:
        with database.write() as connection:
            note_sight(connection, context, task_id)
    return task
