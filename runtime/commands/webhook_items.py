"""What a webhook is to be told next, and the request that tells it: changes of records, or the tasks about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.outbox.webhook_policy import Message
from runtime.outbox.webhooks import Webhook
from runtime.process.task_feed import TASK_EVENTS, tasks_of_record
from runtime.records.feed import FEED_KINDS, Change, asking_change, asking_changes
from runtime.store.asking import answer


def next_changes(connection: Connection, context: Context, webhook: Webhook) -> tuple[list[Change], int]:
    """The events of one window, and where it ends.

    Tasks are told as they stand, so of several events about the same record only the last one is told of.
    """
    kinds = FEED_KINDS if webhook.tells == "records" else TASK_EVENTS
    asking = asking_changes(connection.dialect, context, webhook.app, webhook.entities, webhook.place, kinds)
    changes, end = answer(connection, asking)
    if webhook.tells == "records":
        return changes, end
    last = {change.record_id: change.place for change in changes}
    return [change for change in changes if last[change.record_id] == change.place], end


def item_of(connection: Connection, context: Context, webhook: Webhook, change: Change) -> bytes | None:
    """What is told of an event as the webhook's person may read it now; None where he is not told of it."""
    if webhook.tells == "records" or change.told.deleted:
        told = answer(connection, asking_change(connection.dialect, context, webhook.app, change))
        return told if told is None or webhook.tells == "records" else _tasks(change, [])
    tasks = tasks_of_record(connection, context, webhook.app, change.entity, change.record_id)
    return None if tasks is None else _tasks(change, tasks)


def message_of(webhook: Webhook, change: Change, item: bytes) -> Message:
    """The request that tells it."""
    head = {"type": type_of(webhook, change), "timestamp": change.told.at, "place": change.place}
    return Message(f"evt_{change.event_id}", orjson.dumps(head)[:-1] + b',"data":' + item + b"}")


def type_of(webhook: Webhook, change: Change) -> str:
    """What kind of thing is told: `app.entity.saved`, `.deleted` or `.tasks`."""
    what = "tasks" if webhook.tells == "tasks" else "deleted" if change.told.deleted else "saved"
    return f"{webhook.app}.{change.entity}.{what}"


def _tasks(change: Change, tasks: Sequence[Mapping[str, object]]) -> bytes:
    return orjson.dumps({"kind": "tasks", "id": change.record_id, "at": change.told.at, "tasks": list(tasks)})
