"""A publication while people work: a designer submits new fields, a second person publishes, clerks go on at a fixed pace."""

from __future__ import annotations

import hashlib
import json
import threading
import time
import urllib.request
from dataclasses import dataclass

from tests.bench.asked import everyday
from tests.bench.definition import FILES, WITH_NEW_FIELDS
from tests.bench.ground import Ground, Person
from tests.bench.load import Paced, run_paced

PER_SECOND = 100
#: How long people work before the publication and after it.
_BESIDE = 3.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What people saw without a publication and during one, and how long it took."""

    quiet: Paced
    during: Paced
    took: float


def publish_under_load(port: int, ground: Ground) -> Seen:
    """Measure an ordinary time, then a publication of new fields through the same server process."""
    ask = everyday(ground)
    until = time.monotonic() + 2 * _BESIDE
    quiet = run_paced(port, ask, per_second=PER_SECOND, goes_on=lambda: time.monotonic() < until)
    sent = len(quiet.seconds)
    took: list[float] = []

    def act() -> None:
        time.sleep(_BESIDE)
        started = time.monotonic()
        try:
            _publish(port, ground)
        finally:
            took.append(time.monotonic() - started)
            time.sleep(_BESIDE)

    acting = threading.Thread(target=act)
    acting.start()
    during = run_paced(port, lambda n: ask(n + sent), per_second=PER_SECOND, goes_on=acting.is_alive)
    acting.join()
    return Seen(quiet, during, took[0])


def _publish(port: int, ground: Ground) -> None:
    def call(person: Person, method: str, path: str, body: object) -> dict[str, object]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {person.token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=600) as answer:
            return dict(json.loads(answer.read()))

    checksum: object = None
    for path, text in WITH_NEW_FIELDS.items():
        before = FILES.get(path)
        if text != before:
            known = hashlib.sha256(before.encode()).hexdigest() if before is not None else None
            saved = call(ground.designer, "PUT", f"/api/builder/apps/bench/draft/files/{path}", {"text": text, "checksum": known})
            checksum = saved["draft_checksum"]
    review = call(ground.designer, "POST", "/api/builder/apps/bench/submit", {"note": None, "checksum": checksum})
    call(ground.publisher, "POST", f"/api/builder/reviews/{review['id']}/approve", {"note": None})
