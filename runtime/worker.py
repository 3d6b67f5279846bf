"""The worker: takes calls out, runs due jobs and automations, publishes at set times, seals the trail, tells webhooks.

Any number of them may run side by side. It keeps nothing between two looks at the database, so it may be killed at any moment and another goes on.
"""

from __future__ import annotations

import datetime as dt
import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import FrameType

from sqlalchemy.engine import Connection

from connectors.engine import Engine
from runtime.audit.notary import Notary, open_notary
from runtime.audit.sealer import seal
from runtime.automations.events import RECEIVED
from runtime.commands.deliver_calls import make_delivery
from runtime.commands.deliver_webhooks import Courier, deliver_webhooks
from runtime.commands.run_automation import Site, run_automation_job
from runtime.commands.run_event import run_after, run_expiry, run_received
from runtime.commands.run_import import run_import_job
from runtime.commands.run_sub_flow import run_sub_flow_job
from runtime.commands.run_timer import run_timer
from runtime.commands.stage_import import KIND as IMPORT
from runtime.jobs import automations, sweep
from runtime.jobs.queue import Handler, Job, LongHandler, run_due
from runtime.outbox.deliver import Delivery, deliver_next
from runtime.outbox.gateway import open_engine
from runtime.process.received import EXPIRY
from runtime.process.sub_flow_jobs import KIND as SUB_FLOW
from runtime.publish import scheduled
from runtime.records.triggers import AFTER
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.start import start
from runtime.store.database import Database

_LOG = logging.getLogger("qiqiao.worker")
#: How often a worker looks when there was nothing to do.
PAUSE_SECONDS = 0.5
#: After a failure of the database itself.
_LONG_PAUSE_SECONDS = 5.0
#: Calls that a worker has under way at the same time: one slow counterpart must not stop the others.
CALLERS = 4
#: Webhooks that a worker tells at the same time: a receiver that does not answer holds one up for ten seconds.
COURIERS = 2


#: Does the work of a job in the transaction that ends it.
RunJob = Callable[[Connection, Releases, Settings, Job, dt.datetime], None]


@dataclass(frozen=True, slots=True)
class Worker:
    """What a worker works with."""

    settings: Settings
    database: Database
    releases: Releases
    engine: Engine
    notary: Notary
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)

    def delivery(self) -> Delivery:
        """The way out of this worker's calls."""
        return make_delivery(self.database, self.engine, self.releases, self.settings, self.clock)

    def courier(self) -> Courier:
        """The way out of what webhooks are told."""
        return Courier(self.database, self.releases, self.settings, self.clock)


def open_worker(settings: Settings) -> Worker:
    """A worker of this environment, after everything that must happen first; raises `BrokenDefinitions`."""
    started = start(settings, dt.datetime.now(dt.UTC))
    engine = open_engine(started.database, settings)
    return Worker(settings, started.database, started.releases, engine, open_notary(settings.data_folder))


def run_once(worker: Worker, limit: int = 1000) -> int:
    """Do everything that is due now, and what becomes due by it; returns how many things were done."""
    delivery, courier, done = worker.delivery(), worker.courier(), 0
    worker.releases.refresh(worker.database)
    while done < limit:
        before = done
        done += run_jobs(worker)
        while done < limit and deliver_next(delivery):
            done += 1
        if done == before:
            break
    done += seal(worker.database, worker.notary, worker.clock())
    while done < limit and deliver_webhooks(courier):
        done += 1
    return done


def run_jobs(worker: Worker) -> int:
    """Queue what the schedules ask for and run the jobs that are due, one after the other."""
    return run_short_jobs(worker) + run_publications(worker) + run_long_jobs(worker)


def run_short_jobs(worker: Worker) -> int:
    """Queue what the schedules ask for and run the due jobs that are one transaction each."""
    automations.plan_runs(worker.database, worker.releases.current(), worker.clock())
    sweep.plan_sweep(worker.database, worker.clock())
    handlers = {
        "timer": run_timer, SUB_FLOW: run_sub_flow_job, AFTER: run_after, RECEIVED: run_received, EXPIRY: run_expiry,
    }  # fmt: skip
    short: dict[str, Handler] = {kind: partial(_with_worker, worker, handler) for kind, handler in handlers.items()}
    short[sweep.KIND] = lambda connection, _job, now: sweep.sweep_files(connection, worker.settings.data_folder, now)
    return run_due(worker.database, short, worker.clock)


def run_publications(worker: Worker) -> int:
    """Do the publications whose time has come."""
    publisher = scheduled.Publisher(worker.database, worker.releases, worker.settings, worker.clock)
    long: dict[str, LongHandler] = {scheduled.KIND: lambda job, keep: scheduled.run_scheduled(publisher, job, keep)}
    return run_due(worker.database, {}, worker.clock, long=long)


def run_long_jobs(worker: Worker) -> int:
    """Run the due jobs of many transactions: automations over many records, imports."""
    site = Site(worker.database, worker.releases, worker.settings, worker.clock)
    long: dict[str, LongHandler] = {
        automations.KIND: lambda job, keep: run_automation_job(site, job, keep),
        IMPORT: lambda job, keep: run_import_job(site, job, keep),
    }
    return run_due(worker.database, {}, worker.clock, long=long)


def _with_worker(worker: Worker, handler: RunJob, connection: Connection, job: Job, now: dt.datetime) -> None:
    handler(connection, worker.releases, worker.settings, job, now)


def run_forever(worker: Worker, stop: threading.Event) -> None:
    """Work until told to stop; what is under way is finished first."""
    callers = [
        threading.Thread(target=_repeat, args=(_caller(worker), stop), name=f"caller-{number}") for number in range(CALLERS)
    ]
    callers += [
        threading.Thread(target=_repeat, args=(_courier(worker), stop), name=f"courier-{number}") for number in range(COURIERS)
    ]
    # A publication or an import takes as long as it takes: the timers of approvals must not wait for it, nor one for the other.
    callers += [
        threading.Thread(target=_repeat, args=(look, stop), name=name)
        for name, look in (
            ("publisher", lambda: run_publications(worker) > 0),
            ("runner", lambda: run_long_jobs(worker) > 0),
        )
    ]
    for caller in callers:
        caller.start()
    _repeat(lambda: _look_around(worker), stop)
    for caller in callers:
        caller.join()


def stop_on_signals(stop: threading.Event) -> None:
    """Ask to stop on SIGTERM and SIGINT."""

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)


def _caller(worker: Worker) -> Callable[[], bool]:
    delivery = worker.delivery()
    return lambda: deliver_next(delivery)


def _courier(worker: Worker) -> Callable[[], bool]:
    courier = worker.courier()
    return lambda: deliver_webhooks(courier)


def _look_around(worker: Worker) -> bool:
    worker.releases.refresh(worker.database)
    busy = run_short_jobs(worker) > 0
    return seal(worker.database, worker.notary, worker.clock()) > 0 or busy


def _repeat(look: Callable[[], bool], stop: threading.Event) -> None:
    """Look again and again, at once when there was something; a failure is logged and looked at again later."""
    while not stop.is_set():
        try:
            pause = 0.0 if look() else PAUSE_SECONDS
        except Exception:
            _LOG.exception("this round of the worker failed; it goes on")
            pause = _LONG_PAUSE_SECONDS
        stop.wait(pause)
