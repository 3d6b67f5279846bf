"""Invariant 24 over random workflows: text, canonical text, and BPMN out and in again say the same; a key nobody knows is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from random import Random

from forms_dsl.format.canonical import format_text
from forms_dsl.load import load_app
from forms_dsl.model import App
from tests.format.test_format import without_places
from tests.process.bank import FILES, WORKFLOW
from tests.process.random_apps import random_files
from workflow_engine.bpmn.exporting import export_bpmn
from workflow_engine.bpmn.importing import import_bpmn
from workflow_engine.bpmn.settings import Known

SEEDS = int(os.environ.get("QIQIAO_ROUND_TRIPS", "2"))
COUNT = 4


def loaded(files: dict[str, str]) -> App:
    found = load_app({**FILES, "workflows/approval.yaml": WORKFLOW, **files})
    assert found.app is not None, [each.message for each in found.diagnostics]
    return found.app


def test_every_form_of_a_workflow_is_the_same_workflow() -> None:
    """Random workflows as text, in canonical form, and through BPMN: the app that is loaded has no difference."""
    for seed in range(SEEDS):
        files, names = random_files(Random(seed), COUNT)
        app = without_places(loaded(files))
        canonical, drawn = dict(files), dict(files)
        for path in (f"workflows/{name}.yaml" for name in names):
            made = format_text(path, files[path], by_hand=False).text
            assert made is not None
            assert made == format_text(path, made).text
            canonical[path] = made
            back = import_bpmn("flow.bpmn", export_bpmn(json.loads(files[path])), Known())
            assert () == back.findings
            drawn[path] = back.text()
        assert app == without_places(loaded(canonical)), seed
        assert app == without_places(loaded(drawn)), seed


def places(data: object) -> Iterator[dict[str, object]]:
    """Every map of a workflow whose keys the language gives, a choose apart: its keys are values of the record."""
    if isinstance(data, dict):
        if "choose" not in data and "zh" not in data:
            yield data
        for name, value in data.items():
            if name not in ("send", "save", "given"):
                yield from places(value)
    elif isinstance(data, list):
        for each in data:
            yield from places(each)


def test_a_key_that_nobody_knows_is_refused_wherever_it_stands() -> None:
    """A random map of a random workflow gets a key of its own: the file is refused, with the key named."""
    for seed in range(SEEDS):
        random = Random(seed)
        files, (name,) = random_files(random, 1)
        path = f"workflows/{name}.yaml"
        for _ in range(6):
            data = json.loads(files[path])
            random.choice(list(places(data)))["quite_unknown"] = "x"
            found = load_app({**FILES, "workflows/approval.yaml": WORKFLOW, **files, path: json.dumps(data)})
            assert found.app is None
            assert [each for each in found.diagnostics if "quite_unknown" in each.message or "quite_unknown" in str(each.pointer)]
