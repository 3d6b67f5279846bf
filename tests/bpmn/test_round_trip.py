"""What is exported comes back as it was, stands well in its drawing, and follows what other tools change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.folder import apps_beside
from forms_dsl.differences import changed_parts
from forms_dsl.load import read_folder
from forms_dsl.required import load_required
from forms_dsl.yaml_source import read_document
from tests.bpmn.written_flows import written_flow
from tests.forms_dsl.flow_app import FILES as FLOW_FILES
from tests.workflow_engine.random_flows import random_definition
from workflow_engine.bpmn.exporting import export_bpmn
from workflow_engine.bpmn.importing import Imported, import_bpmn
from workflow_engine.bpmn.names import BOUNDS, DIAGRAM, LINES, MODEL
from workflow_engine.bpmn.settings import Known
from workflow_engine.markup.source import Element, read_xml
from workflow_engine.verify import load_verified

ROOT = Path(__file__).resolve().parents[2]
APPS = (ROOT / "app_definitions/bank_customer", ROOT / "tests/example_app/loan")
WORDS = (
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
)


def back(text: str) -> Imported:
    return import_bpmn("flow.bpmn", text, Known())


def flows_of(folder: Path) -> Iterator[tuple[str, dict[str, object]]]:
    for path in sorted((folder / "workflows").glob("*.yaml")):
        document, _ = read_document(path.name, path.read_text())
        assert document is not None and isinstance(document.data, dict)
        yield f"workflows/{path.name}", document.data


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**40))
def test_every_workflow_comes_back_as_it_was(seed: int) -> None:
    """Export and import are the identity of the whole workflow, however deep its blocks are."""
    data = written_flow(random_definition(Random(seed)).workflow)
    found = back(export_bpmn(data))

    assert ((), data) == (found.findings, found.data)


@settings(max_examples=100, deadline=None)
@given(WORDS, WORDS, st.dictionaries(WORDS, WORDS, max_size=3))
def test_every_word_comes_back_as_it_was(title: str, note: str, meta: dict[str, str]) -> None:
    """Titles, remarks and free data stand in the file as they were written, marks of XML included."""
    data = {
        "workflow": "w",
        "title": title,
        "note": note,
        "meta": meta,
        "steps": [{"fill": "a", "title": {"en": title, "zh": note}}],
    }

    assert data == back(export_bpmn(data, "zh")).data


@pytest.mark.parametrize("folder", APPS, ids=lambda folder: folder.name)
@pytest.mark.parametrize("language", [None, "zh", "en"])
def test_the_workflows_of_our_apps_mean_the_same(folder: Path, language: str | None) -> None:
    """An app with its workflows taken out and in again has no difference."""
    files = dict(read_folder(folder))
    before = load_verified(files, others=load_required(files, apps_beside(folder, ())), publishing=False).app
    for path, data in flows_of(folder):
        files[path] = back(export_bpmn(data, language)).text()
    after = load_verified(files, others=load_required(files, apps_beside(folder, ())), publishing=False).app

    assert before is not None and after is not None
    assert before.workflows
    assert [] == [part for name in before.workflows for part in changed_parts(before.workflows[name], after.workflows[name])]


def test_every_key_of_a_workflow_comes_back() -> None:
    """The workflow that uses every key of the language is the same after export and import."""
    for path in (path for path in FLOW_FILES if path.startswith("workflows/")):
        document, _ = read_document(path, FLOW_FILES[path])
        assert document is not None and isinstance(document.data, dict)
        found = back(export_bpmn(document.data))
        assert ((), document.data) == (found.findings, found.data)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**40))
def test_every_drawing_is_whole_and_nothing_covers_anything(seed: int) -> None:
    """Each node and line has its shape, no two boxes overlap, each line begins and ends at a border, none is slanted."""
    root = read_xml("x", export_bpmn(written_flow(random_definition(Random(seed)).workflow)))
    nodes = {
        each.get("id"): each for each in root.within() if each.space == MODEL and each.get("id") and each.name not in _NO_SHAPE
    }
    boxes = {shape.get("bpmnElement"): _box(shape) for shape in root.within() if shape.name == "BPMNShape"}
    lines = {edge.get("bpmnElement"): edge for edge in root.within() if edge.name == "BPMNEdge"}
    flows = {id: node for id, node in nodes.items() if node.name == "sequenceFlow"}

    assert set(nodes) - set(flows) == set(boxes)
    assert set(flows) == set(lines)
    ids = [each.get("id") for each in root.within() if each.get("id")]
    assert len(ids) == len(set(ids))
    for id, flow in flows.items():
        points = [(int(point.get("x")), int(point.get("y"))) for point in lines[id].all("waypoint", LINES)]
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points)), points
        assert _at_border(points[0], boxes[flow.get("sourceRef")])
        assert _at_border(points[-1], boxes[flow.get("targetRef")])
    inside = {
        child.get("id"): node.get("id")
        for node in nodes.values()
        if node.name == "subProcess"
        for child in node.within()
        if child is not node
    }
    plain = [(id, box) for id, box in boxes.items() if nodes[id].name not in ("subProcess", "boundaryEvent")]
    for number, (one, first) in enumerate(plain):
        for other, second in plain[:number]:
            assert not _overlap(first, second), (one, other)
    for child, parent in inside.items():
        if child in boxes:
            assert _within(boxes[child], boxes[parent])


def test_what_another_tool_renames_is_renamed() -> None:
    """A name changed in the drawing is the title in the language of the export; other languages stay."""
    data = {
        "workflow": "w",
        "title": {"zh": "流程", "en": "Flow"},
        "steps": [{"fill": "a", "title": {"zh": "录入", "en": "Entry"}, "by": "starter"}],
    }
    found = back(export_bpmn(data, "en").replace('name="Entry"', 'name="Data entry"'))

    assert {**data, "steps": [{"fill": "a", "title": {"zh": "录入", "en": "Data entry"}, "by": "starter"}]} == found.data
    assert ["I405"] == [finding.code for finding in found.findings]


def test_what_another_tool_draws_anew_is_believed() -> None:
    """Conditions, codes, lengths and called workflows are those of the drawing."""
    data = {
        "workflow": "w",
        "title": "w",
        "steps": [
            {"choose": "product", "a": [{"wait": "x", "title": "x", "for": "3 working days"}], "b": []},
            {"choose": [{"if": "amount > 5", "steps": []}, {"else": "true", "steps": []}]},
            {"sub_flow": "s", "title": "s", "workflow": "other"},
        ],
    }
    text = (
        export_bpmn(data)
        .replace('product == "b"', 'product == "c"')
        .replace("P3D", "PT4H")
        .replace("amount &gt; 5", "amount &gt; 6")
    )
    found = back(text.replace('calledElement="other"', 'calledElement="third"'))

    assert [
        {"choose": "product", "a": [{"wait": "x", "title": "x", "for": "4h"}], "c": []},
        {"choose": [{"if": "amount > 6", "steps": []}, {"else": "true", "steps": []}]},
        {"sub_flow": "s", "title": "s", "workflow": "third"},
    ] == (found.data or {})["steps"]
    assert {"I405"} == {finding.code for finding in found.findings}


def test_a_task_drawn_between_ours_becomes_a_step() -> None:
    """A user task that another tool puts into a line of ours is a step with findings that say what it needs."""
    data = {"workflow": "w", "title": "w", "steps": [{"fill": "a", "title": "a", "by": "starter"}]}
    text = export_bpmn(data)
    drawn = '<bpmn:userTask id="Activity_1" name="Second look" /><bpmn:sequenceFlow id="Flow_1" sourceRef="Activity_1" targetRef="end" />'
    text = text.replace('targetRef="end"', 'targetRef="Activity_1"').replace("</bpmn:process>", f"{drawn}</bpmn:process>")
    found = back(text)

    assert [data["steps"][0], {"approve": "second_look", "title": "Second look"}] == (found.data or {})["steps"]  # type: ignore[index]
    assert ["I209"] == [finding.code for finding in found.findings]


_NO_SHAPE = frozenset({"definitions", "process", "message"})


def _box(shape: Element) -> tuple[int, int, int, int]:
    bounds = shape.first("Bounds", BOUNDS)
    assert shape.space == DIAGRAM and bounds is not None
    x, y, width, height = (int(bounds.get(key)) for key in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def _overlap(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _within(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one[0] >= other[0] and one[1] >= other[1] and one[2] <= other[2] and one[3] <= other[3]


def _at_border(point: tuple[int, int], box: tuple[int, ...]) -> bool:
    return (point[0] in (box[0], box[2]) and box[1] <= point[1] <= box[3]) or (
        point[1] in (box[1], box[3]) and box[0] <= point[0] <= box[2]
    )


def test_lengths_of_time_have_their_iso_form() -> None:
    """Lengths are ISO 8601 for every other tool."""
    data = {
        "workflow": "w",
        "title": "w",
        "steps": [
            {"wait": f"w{n}", "title": "w", "for": text} for n, text in enumerate(("30s", "5 minutes", "8h", "2 working days"))
        ],
    }

    assert ["PT30S", "PT5M", "PT8H", "P2D"] == re.findall(r">(P[^<]+)</bpmn:timeDuration>", export_bpmn(data))
