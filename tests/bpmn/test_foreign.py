"""Models of other products: what becomes of them, what is told, and which element refuses them."""

from __future__ import annotations

import re

import pytest
import yaml

from forms_dsl.load import load_app
from forms_dsl.model import App
from tests.bpmn.sources import BPMN_IO, CAMUNDA, FLOWABLE, SIGNAVIO, flows, model
from tests.forms_dsl.flow_app import FILES
from workflow_engine.bpmn.importing import Imported, import_bpmn
from workflow_engine.bpmn.settings import Known, known_of

KNOWN = Known(roles={"clerk": "clerk", "checker": "checker", "creditofficer": "credit_officer"}, entity="loan")


def taken(text: str, known: Known = KNOWN) -> Imported:
    return import_bpmn("model.bpmn", text, known)


def told(found: Imported) -> list[tuple[str, int]]:
    return [(each.code, each.span.line) for each in found.findings]


def test_a_model_of_camunda_modeler() -> None:
    """Ways behind a task become its answers, timers due times, errors work by hand; conditions are translated."""
    found = taken(CAMUNDA)

    assert """\
workflow: loan_approval
title: Loan approval
for: loan
start: {by: {role: clerk}}
controls:
  four_eyes:
    - {name: maker_checker, different_people: [enter_application, check_application, head_of_branch_decides]}
steps:
  - {fill: enter_application, title: Enter application, by: starter}
  - approve: check_application
    title: Check application
    by: {role: checker, pick: claim}
    due: {within: 4h, then: remind}
    note: The checker looks at every document.
  - approve: head_of_branch_decides
    title: Head of branch decides
    when: amount > 300000 and product == "mortgage"
    by: {role: branch_head}
    due: {within: 2d, then: remind}
    rule: {all: true, one_veto: true}
  - call: book_the_loan
    title: Book the loan
    on_error: {assign: {role: credit_officer, pick: claim}, title: Book by hand}
    note: book-loan
""" == found.text()
    assert {"I208": 5, "I209": 2, "I404": 2} == {
        code: len([1 for c, _ in told(found) if c == code]) for code in ("I208", "I209", "I404")
    }


def test_a_model_of_flowable_in_chinese() -> None:
    """会签, parallel ways and calls of other processes; identifiers that a person chose stay names."""
    found = taken(FLOWABLE)
    steps = yaml.safe_load(found.text())["steps"]

    assert "credit_apply" == found.name
    assert ["fill", "together", "sub_flow"] == [next(iter(step)) for step in steps]
    assert ["风险线", "法律线"] == [branch["name"] for branch in steps[1]["together"]]
    assert {"all": True, "one_veto": True} == steps[1]["together"][0]["steps"][0]["rule"]
    assert [{"approve": "legal", "wait": "cool"}[verb] for verb in ("approve", "wait")] == ["legal", "cool"]
    assert "3d" == steps[1]["together"][1]["steps"][1]["for"]
    assert ("I202", 10) in told(found)


def test_a_model_of_signavio() -> None:
    """Lanes say who acts, annotations are notes, names at ways are names of cases whose conditions are asked for."""
    found = taken(SIGNAVIO)
    data = yaml.safe_load(found.text())

    assert {"by": {"role": "clerk"}} == data["start"]
    assert [{"name": "risky", "if": None}, {"name": "plain", "if": None}] == [
        {"name": case["name"], "if": case.get("if")} for case in data["steps"][1]["choose"]
    ]
    assert "By law within five days" == data["steps"][2]["note"]
    assert [("I209", 28), ("I209", 29)] == [each for each in told(found) if each[1] in (28, 29)]


def test_a_model_of_bpmn_io_for_camunda_8() -> None:
    """Inclusive ways, a decision before a task, a race against a message, an embedded sub-process in line."""
    found = taken(BPMN_IO)
    steps = yaml.safe_load(found.text())["steps"]

    assert ["fill", "approve", "together", "any_of", "call"] == [next(iter(step)) for step in steps]
    assert "limit_score" == steps[1]["run"]
    assert 'new_limit > 1000 and grade == "C"' == steps[2]["together"][0]["steps"][0]["when"]
    assert "=sum(for x in items return x.a) > 3" == steps[2]["together"][1]["steps"][0]["choose"][0]["note"]
    assert ["wait_for_customer", "confirmed"] == [branch["name"] for branch in steps[3]["any_of"]]


def test_a_complete_model_is_a_workflow_that_check_accepts() -> None:
    """Where the model says who acts and by which fields, the app with the new workflow has no error."""
    app = load_app(FILES).app
    assert isinstance(app, App)
    lanes = '<laneSet id="l"><lane id="l1" name="clerk"><flowNodeRef>a</flowNodeRef></lane><lane id="l2" name="checker"><flowNodeRef>b</flowNodeRef><flowNodeRef>c</flowNodeRef></lane></laneSet>'
    body = (
        lanes
        + '<startEvent id="s"/><userTask id="a" name="Enter"/><userTask id="b" name="Check"/><exclusiveGateway id="g" default="f4"/>'
        '<userTask id="c" name="Check again"/><exclusiveGateway id="m"/><endEvent id="e"/>'
        + flows("s>a", "a>b", "b>g", "g>m", "g>c?${amount &gt; 100}", "c>m", "m>e")
    )
    found = taken(model(body), known_of(app, app.languages, "order"))
    after = load_app({**FILES, found.path: found.text()})
    errors = [each for each in after.diagnostics if each.severity == "error" and each.span.file == found.path]

    assert [] == errors
    assert after.app is not None
    assert "amount > 100" == yaml.safe_load(found.text())["steps"][2]["when"]


TASKS = '<startEvent id="s"/><userTask id="a" name="One"/><userTask id="b" name="Two"/><endEvent id="e"/>'


@pytest.mark.parametrize(
    ("body", "code", "named"),
    [
        ('<startEvent id="s"/><scriptTask id="x" name="Sum"/>', "I401", "Sum (x)"),
        ('<startEvent id="s"/><complexGateway id="x"/>', "I401", "x"),
        ('<startEvent id="s"><timerEventDefinition/></startEvent>', "I401", "s"),
        ('<startEvent id="s"/><subProcess id="x" triggeredByEvent="true"/>', "I401", "x"),
        ('<startEvent id="s"/><transaction id="x"/>', "I401", "x"),
        ('<startEvent id="s"/><serviceTask id="x" isForCompensation="true"/>', "I401", "x"),
        ('<startEvent id="s"/><intermediateCatchEvent id="x"><signalEventDefinition/></intermediateCatchEvent>', "I401", "x"),
        ('<startEvent id="s"/><eventBasedGateway id="x"/>', "I401", "x"),
        ('<userTask id="a"/>' + flows("a>nowhere"), "I402", "nowhere"),
        ('<userTask id="a"/>' + flows("a>a"), "I402", "no beginning"),
        (TASKS + '<startEvent id="s2"/>' + flows("s>a", "a>b", "b>e"), "I402", "s2"),
        (TASKS + flows("s>a", "a>b", "a>e", "b>e"), "I402", "One (a)"),
        (
            TASKS + '<parallelGateway id="f"/><exclusiveGateway id="j"/>' + flows("s>f", "f>a", "f>b", "a>j", "b>j", "j>e"),
            "I402",
            "j, which is not its pair",
        ),
        (
            TASKS + '<exclusiveGateway id="f"/><parallelGateway id="j"/>' + flows("s>f", "f>a?x", "f>b", "a>j", "b>j", "j>e"),
            "I402",
            "j, which is not its pair",
        ),
        (
            TASKS + '<serviceTask id="c"/><exclusiveGateway id="g"/>' + flows("s>a", "a>c", "c>g", "g>a", "g>b", "b>e"),
            "I402",
            "back from g to One (a)",
        ),
        (
            TASKS
            + '<parallelGateway id="f"/><endEvent id="t"><terminateEventDefinition/></endEvent>'
            + flows("s>f", "f>a", "f>b", "a>t", "b>e"),
            "I402",
            "t ends all ways",
        ),
        (
            TASKS
            + '<exclusiveGateway id="f"/><exclusiveGateway id="g"/><userTask id="c" name="Three"/>'
            + flows("s>f", "f>g?x", "f>a", "g>a?y", "g>b", "a>c", "b>e", "c>e"),
            "I402",
            "One (a)",
        ),
        (TASKS + '<businessRuleTask id="r" name="Score"/>' + flows("s>a", "a>r", "r>e"), "I402", "Score (r)"),
        (
            TASKS
            + '<boundaryEvent id="x" attachedToRef="a" cancelActivity="false"><messageEventDefinition/></boundaryEvent>'
            + flows("s>a", "a>b", "b>e", "x>e"),
            "I402",
            "x at One (a)",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name(body: str, code: str, named: str) -> None:
    """Each element that stands in the way is named in both languages, with its place, and nothing is made."""
    found = taken(model(body))
    errors = [each for each in found.findings if each.severity == "error"]

    assert found.data is None
    assert [code] == [each.code for each in errors]
    assert named in errors[0].message
    assert re.search("[\u4e00-\u9fff]", errors[0].message_zh or "")
    assert errors[0].span.line == 1 and errors[0].span.column > 1


def test_the_element_that_refuses_has_its_line_and_column() -> None:
    """A finding leads to the element in the file."""
    found = taken(CAMUNDA.replace("bpmn:serviceTask", "bpmn:scriptTask"))

    assert [("I401", 30, 5), ("I401", 45, 5)] == [
        (each.code, each.span.line, each.span.column) for each in found.findings if each.severity == "error"
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<a/>", "I005"),
        ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "I005"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "I003"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "I003"),
        ("<a>" * 101, "I002"),
        ("x" * (4 * 1024 * 1024 + 1), "I002"),
        ("<a><b></a>", "I001"),
        (b'<?xml version="1.0" encoding="utf-99"?><a/>', "I001"),
        (b"\xff\xfe\x00", "I001"),
    ],
)
def test_what_is_no_safe_model_is_refused(text: str | bytes, code: str) -> None:
    """Document types, entities, depth and size without end, broken XML, unknown encodings."""
    assert [code] == [each.code for each in import_bpmn("x", text, Known()).findings]


def test_ways_that_all_terminate_are_a_race() -> None:
    """A sub-process whose ways each end all others is any_of, whoever drew it."""
    inner = (
        '<subProcess id="p1" name="Race"><startEvent id="s1"/><parallelGateway id="g1"/><userTask id="x" name="X"/>'
        '<intermediateCatchEvent id="y" name="Y"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></intermediateCatchEvent>'
        '<endEvent id="e1"><terminateEventDefinition/></endEvent>'
        + flows("s1>g1", "g1>x", "g1>y", "x>e1", "y>e1").replace('id="f', 'id="i')
        + "</subProcess>"
    )
    found = taken(model('<startEvent id="s"/>' + inner + '<endEvent id="e"/>' + flows("s>p1", "p1>e")))
    block = yaml.safe_load(found.text())["steps"][0]["any_of"]

    assert [["approve"], ["wait"]] == [[next(iter(step)) for step in branch["steps"]] for branch in block]
