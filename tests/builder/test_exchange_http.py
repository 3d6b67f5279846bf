"""BPMN and DMN over REST: a workflow of the draft goes out and comes back, and people without the right get neither."""

from __future__ import annotations

from tests.bpmn.sources import CAMUNDA
from tests.builder.conftest import Workshop
from tests.builder.test_simulate import FLOW

PLACE = "/api/builder/apps/desk"


def test_a_workflow_of_the_draft_goes_out_and_comes_back(workshop: Workshop) -> None:
    """What was given as BPMN is taken as the workflow of the draft; clerks get neither."""
    shen, zhou = workshop.client("shen"), workshop.client("zhou")
    shen.put(f"{PLACE}/draft/files/workflows/handling.yaml", json={"text": FLOW, "checksum": None})
    given = shen.get(f"{PLACE}/give/bpmn/handling")
    taken = shen.post(f"{PLACE}/take/bpmn", json={"file": "f.bpmn", "text": given.text})

    assert (200, 200) == (given.status_code, taken.status_code), taken.text
    assert given.headers["content-type"].startswith("application/xml")
    assert [] == taken.json()["diagnostics"]
    assert ["workflows/handling.yaml"] == list(taken.json()["files"])
    assert 403 == zhou.get(f"{PLACE}/give/bpmn/handling").status_code
    assert 403 == zhou.post(f"{PLACE}/take/bpmn", json={"file": "f", "text": given.text}).status_code


def test_what_a_model_leaves_open_is_told_with_its_place(workshop: Workshop) -> None:
    """Findings of the model have its lines; what cannot be given is not found."""
    shen = workshop.client("shen")
    taken = shen.post(f"{PLACE}/take/bpmn", json={"file": "m.bpmn", "text": CAMUNDA, "entity": "ticket"}).json()

    assert "for: ticket" in taken["files"]["workflows/loan_approval.yaml"]
    assert {"I208", "I209", "I404"} <= {each["code"] for each in taken["diagnostics"]}
    assert 404 == shen.get(f"{PLACE}/give/bpmn/nothing").status_code
    assert 404 == shen.get(f"{PLACE}/give/dmn/nothing").status_code
    refused = shen.post(f"{PLACE}/take/dmn", json={"file": "m.dmn", "text": "<a/>"}).json()
    assert ({}, ["I005"]) == (refused["files"], [each["code"] for each in refused["diagnostics"]])
