"""What comes after an event: the jobs that writes, ends of approvals and other systems leave for automations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.engine import Connection

from runtime.automations.events import RECEIVED, Received, act_after, act_on_received, receive
from runtime.commands.platform import platform_context
from runtime.context import Context
from runtime.failures import NotFound
from runtime.jobs.queue import Job, add_job
from runtime.process.arrivals import Arrived, event_arrived, expire_kept
from runtime.process.received import find_event, show_received
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database


def run_after(connection: Connection, releases: Releases, settings: Settings, job: Job, now: dt.datetime) -> None:
    """Let one automation act after a write, in the transaction that ends its job; as the pilot says, where one wrote."""
    context, payload = platform_context(connection, releases, settings, now, job.id), job.payload
    pilot = releases.pilots().get(str(payload["app"]))
    if pilot is not None and pilot.compiled.release == payload.get("release"):
        context = replace(context, releases={**context.releases, pilot.compiled.app.name: pilot.compiled})
    act_after(connection, context, payload)


def run_received(connection: Connection, releases: Releases, settings: Settings, job: Job, now: dt.datetime) -> None:
    """Let the automations of an event act and the approvals that wait for it go on, in the transaction that ends its job."""
    context, payload = platform_context(connection, releases, settings, now, job.id), job.payload
    looks, key = int(str(payload.get("looks", 0))), payload.get("key")
    if looks == 0:
        act_on_received(connection, context, payload)
    values = payload["values"]
    event = Arrived(str(payload["event"]), values if isinstance(values, dict) else {}, str(key) if key is not None else None)
    if event_arrived(connection, context, str(payload["app"]), event) is None:
        add_job(connection, RECEIVED, f"{key}/{looks + 1}", {**payload, "looks": looks + 1}, now)


def run_expiry(connection: Connection, releases: Releases, settings: Settings, job: Job, now: dt.datetime) -> None:
    """End the time for which an event was kept, in the transaction that ends its job."""
    expire_kept(connection, platform_context(connection, releases, settings, now, job.id), str(job.payload["id"]))


def receive_event(database: Database, context: Context, app: str, name: str, body: Mapping[str, object]) -> Received:
    """Take an event that another system reports; what follows from it is done by the worker."""
    with database.write() as connection:
        return receive(connection, context, app, name, body)


def show_event(database: Database, app: str, name: str, id: str) -> Mapping[str, object]:
    """What became of an event that was reported; raises NotFound."""
    with database.read() as connection:
        found = find_event(connection, app, name, id)
    if found is None:
        raise NotFound({"zh": "没有这个事件。", "en": "There is no such event."})
    return show_received(found)
