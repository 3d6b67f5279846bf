"""The due time of a step: the job that a visit left behind when it opened."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from runtime.commands.platform import platform_context
from runtime.jobs.queue import Job
from runtime.process.service import timer_due
from runtime.releases import Releases
from runtime.settings import Settings


def run_timer(connection: Connection, releases: Releases, settings: Settings, job: Job, now: dt.datetime) -> None:
    """Tell the approval that its time has come, in the transaction that ends the job."""
    timer_due(connection, platform_context(connection, releases, settings, now, job.id), job.payload)
