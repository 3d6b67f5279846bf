"""Apps made to do harm are judged in under two seconds and 200 MB, each in a process of its own that can be killed."""

from __future__ import annotations

import json
import resource
import subprocess
import sys

import pytest

from tests.forms_dsl.hostile_more import ALL

SECONDS, MEGABYTES = 2, 200
#: What the process of a class does: it judges the app as every way in does and tells what it took.
_JUDGE = """
import json, resource, sys, time
from tests.forms_dsl.hostile_more import ALL
from workflow_engine.verify import load_verified
files = ALL[sys.argv[1]]()
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
loaded = load_verified(files, publishing=False)
taken, after = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
errors = [one for one in loaded.diagnostics if one.severity == "error"]
print(json.dumps({
    "seconds": taken,
    "megabytes": (after - before) / 1024,
    "built": loaded.app is not None,
    "errors": len(errors),
    "unplaced": [one.code for one in errors if not one.span.line or not one.refusal or not one.message_zh],
}))
"""


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))


@pytest.mark.parametrize("name", ALL)
def test_a_hostile_app_is_judged_in_time(name: str) -> None:
    """Every class is refused with findings that have a place, or found clean; nothing is raised, nothing swells."""
    made = subprocess.run([sys.executable, "-c", _JUDGE, name], capture_output=True, text=True, preexec_fn=_limited)

    assert 0 == made.returncode, made.stderr[-1000:]
    answer = json.loads(made.stdout)
    assert answer["built"] == (answer["errors"] == 0)
    assert [] == answer["unplaced"]
    assert answer["seconds"] < SECONDS
    assert answer["megabytes"] < MEGABYTES
