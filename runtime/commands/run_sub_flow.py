"""What a flow and the flows that it began tell each other: the job that one of them left behind."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from runtime.commands.platform import platform_context
from runtime.jobs.queue import Job
from runtime.process.sub_flows import run_sub_flow
from runtime.releases import Releases
from runtime.settings import Settings


def run_sub_flow_job(connection: Connection, releases: Releases, settings: Settings, job: Job, now: dt.datetime) -> None:
    """Begin, stop or end a sub-flow, in the transaction that ends the job."""
    run_sub_flow(connection, platform_context(connection, releases, settings, now, job.id), job.payload)
