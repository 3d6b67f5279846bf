"""What comes after an event: the jobs that writes, ends of approvals and other systems leave for automations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.engine import Connection

from runtime.automations.events import Received, act_after, act_on_received, receive
from runtime.commands.platform import platform_context
from runtime.context import Context
from runtime.jobs.queue import Job
from runtime.process.arrivals import event_arrived
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
    act_on_received(connection, context, payload)
    values = payload["values"]
    event_arrived(connection, context, str(payload["app"]), str(payload["event"]), values if isinstance(values, dict) else {})


def receive_event(database: Database, context: Context, app: str, name: str, body: Mapping[str, object]) -> Received:
    """Take an event that another system reports; what follows from it is done by the worker."""
    with database.write() as connection:
        return receive(connection, context, app, name, body)
