"""Hostile apps over REST: each way in answers with findings or a refusal, in time, and stores nothing that is made to harm."""

from __future__ import annotations

import time
from base64 import b64encode

import pytest

from forms_dsl.bundle import write_bundle
from tests.builder.conftest import Workshop
from tests.forms_dsl.hostile_apps import APPS

PATH = "/api/builder/apps/desk"
#: Classes that differ in where they hurt: roles, tables, all values together, bases.
NAMES = ("a chain of roles", "rows that lie apart", "a full bundle of values", "bases of bases")
#: The answer takes the time of the check and of the way there and back; a machine that does other work is slower.
SECONDS = 6


@pytest.mark.parametrize("name", NAMES)
def test_every_way_in_answers(workshop: Workshop, name: str) -> None:
    """A check, a bundle and a saved file are answered in time, never with a failure of the server."""
    files, client = APPS[name](), workshop.client("shen")
    largest = max(files, key=lambda path: len(files[path]))
    wishes = [
        ("POST", f"{PATH}/check", {"files": files}),
        ("PUT", f"/api/builder/apps/a/draft/files/{largest}", {"text": files[largest], "checksum": None}),
        ("PUT", "/api/builder/apps/a/draft/bundle", {"zip": b64encode(write_bundle(files)).decode()}),
    ]
    for method, path, body in wishes:
        start = time.monotonic()
        answer = client.request(method, path, json=body)

        assert answer.status_code in (200, 413, 422), (path, answer.status_code, answer.text[:300])
        assert time.monotonic() - start < SECONDS, path
