"""`qiqiao worker`: what the platform does by itself."""

from __future__ import annotations

import argparse
import logging
import threading

from builder.commands import Verbs
from builder.operator import add_database_argument, settings_of
from runtime.worker import open_worker, run_forever, run_once, stop_on_signals

_EXAMPLES = """\
  qiqiao worker                     until it is told to stop (SIGTERM or Ctrl-C; what is under way is finished)
  qiqiao worker --once              everything that is due now, then end; for a timer of the operating system"""

_DONE = {"en": "{n} thing(s) done.", "zh": "完成 {n} 项。"}
_READY = {"en": "The worker is ready.", "zh": "后台进程已就绪。"}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "worker",
        "deadlines, automations, calls to other systems, the seal of the audit trail",
        "Runs what is due: deadlines of approvals, automations by the clock, calls to other systems, and the sealer of the\n"
        "audit trail. Any number of workers may run side by side, on any number of machines; one that is killed loses nothing.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("--once", action="store_true", help="do what is due now and end")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Work once or until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    stop = threading.Event()
    if not arguments.once:
        stop_on_signals(stop)
    worker = open_worker(settings_of(arguments))
    if arguments.once:
        print(_DONE[locale].format(n=run_once(worker)))
        return 0
    print(_READY[locale], flush=True)
    run_forever(worker, stop)
    worker.database.engine.dispose()
    return 0
