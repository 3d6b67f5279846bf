"""Apps made to do harm are judged in under two seconds and 200 MB, each in a process of its own that can be killed."""

from __future__ import annotations

import gc
import multiprocessing
import resource
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

import pytest

from tests.forms_dsl.hostile_more import ALL
from tests.yardstick import in_time
from workflow_engine.verify import load_verified

SECONDS, MEGABYTES = 2, 200
#: A process that begins as a copy of this one, with all modules read.
_FORKS = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Judged:
    """What the loader said of an app, and what that took."""

    seconds: float
    megabytes: float
    built: bool
    errors: int
    unplaced: tuple[str, ...]


@pytest.mark.parametrize("name", ALL)
def test_a_hostile_app_is_judged_in_time(name: str) -> None:
    """Every class is refused with findings that have a place, or found clean; nothing is raised, nothing swells."""
    answer = _judged_apart(name)

    assert answer.built == (answer.errors == 0)
    assert () == answer.unplaced
    assert in_time(answer.seconds, SECONDS), answer
    assert answer.megabytes < MEGABYTES


def _judged_apart(name: str) -> Judged:
    here, there = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_judge, args=(name, there))
    process.start()
    there.close()
    try:
        answer = here.recv()
    except EOFError:
        process.join()
        pytest.fail(f"the process ended with {process.exitcode} and no answer")
    process.join()
    assert isinstance(answer, Judged)
    return answer


def _judge(name: str, there: Connection) -> None:
    """Judge the app as every way in does and tell what it took."""
    resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    gc.freeze()  # what the tests before have left is none of this app's cost
    files = ALL[name]()
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    loaded = load_verified(files, publishing=False)
    taken, after = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    errors = [one for one in loaded.diagnostics if one.severity == "error"]
    unplaced = tuple(one.code for one in errors if not one.span.line or not one.refusal or not one.message_zh)
    there.send(Judged(taken, (after - before) / 1024, loaded.app is not None, len(errors), unplaced))
    there.close()
