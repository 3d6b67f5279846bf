"""What a person answers, drawn as a gateway behind his task: ways to a refusal and back to an earlier task become answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import SKIPPED_PART
from forms_dsl.importers.report import Report
from workflow_engine.bpmn.elements import definitions_of
from workflow_engine.bpmn.graph import HUMAN, Graph, Line, refusal, said
from workflow_engine.markup.codes import BECAME_ANSWERS, NO_BLOCKS
from workflow_engine.markup.source import Element

_REFUSAL = re.compile(
    r"\b(no|not|reject\w*|refus\w*|declin\w*|den(y|ied)|disapprov\w*)\b|==\s*false|=\s*false|\$\{\s*!|拒|驳|否|不同意|不通过|未通过|不批",
    re.IGNORECASE,
)
_PASSING = frozenset({"serviceTask", "sendTask", "intermediateThrowEvent"})


@dataclass(slots=True)
class Answers:
    """Of one task: the task that it goes back to, and whether it may be refused."""

    return_to: str | None = None
    refuses: bool = False


def read_answers(graph: Graph, report: Report, *, is_inner: bool) -> dict[str, Answers]:
    """The answers of each task; their lines are taken out of the graph, so that only the way on is left.

    Raises ImportRefused for a line that leads back from where nobody decides.
    """
    order, back = graph.walk()
    graph.keep(order)
    found: dict[str, Answers] = {}
    for line in back:
        task = _task_before(graph, line.source)
        target = graph.beyond(line.target)
        if task is None or graph.kind(target) not in HUMAN or target == task:
            words = Sentence(
                f"A line leads back from {said(graph.nodes[line.source])} to {said(graph.nodes[line.target])}, where nobody decides on it.",
                f"连线从 {said(graph.nodes[line.source])} 返回 {said(graph.nodes[line.target])}，但此处没有人作出决定。",
            )
            hint = Sentence(
                "A workflow goes back when a person returns it: draw the gateway behind a user task, and the line to an earlier one.",
                "流程只能由办理人退回：请把网关画在用户任务之后，连线指向更早的用户任务。",
            )
            raise refusal(NO_BLOCKS, graph.nodes[line.source], words, hint)
        answers = found.setdefault(task, Answers())
        if answers.return_to not in (None, target):
            words = Sentence(
                f"{said(graph.nodes[task])} goes back to two tasks; a refusal leads to one.",
                f"{said(graph.nodes[task])} 退回到两个任务，只能退回到一个。",
            )
            raise refusal(NO_BLOCKS, graph.nodes[task], words)
        answers.return_to = target
        graph.lines.remove(line)
        _told(report, line, graph, task)
    for gateway in [id for id in order if graph.kind(id) == "exclusiveGateway"]:
        task = _task_before(graph, gateway)
        if task is not None:
            _refusals(graph, gateway, task, found, report, is_inner=is_inner)
    return found


def _task_before(graph: Graph, gateway: str) -> str | None:
    """The task whose answer the ways of a gateway are."""
    if graph.kind(gateway) != "exclusiveGateway":
        return None
    arriving = graph.into(gateway)
    if len(arriving) != 1 or graph.kind(arriving[0].source) not in HUMAN or len(graph.out(arriving[0].source)) != 1:
        return None
    return arriving[0].source


def _refusals(graph: Graph, gateway: str, task: str, found: dict[str, Answers], report: Report, *, is_inner: bool) -> None:
    ways = graph.out(gateway)
    refusing = [(line, path) for line in ways if (path := _to_refusal(graph, line, is_inner=is_inner)) is not None]
    already = task in found
    if not refusing or (len(refusing) == len(ways) and not already):
        return
    for line, path in refusing:
        found.setdefault(task, Answers()).refuses = True
        graph.lines.remove(line)
        _told(report, line, graph, task)
        for element in path:
            words = Sentence(
                f"{said(element)} happens after a refusal and is left out.", f"{said(element)} 发生在拒绝之后，未导入。"
            )
            hint = Sentence("Write an automation with after: {finish: WORKFLOW}.", "请另写自动化：after: {finish: 流程}。")
            report.add(SKIPPED_PART, element.position, words, hint)


def _to_refusal(graph: Graph, line: Line, *, is_inner: bool) -> list[Element] | None:
    """What happens on a way that ends the flow as refused; None for every other way."""
    id, path = graph.beyond(line.target), []
    while graph.kind(id) in _PASSING and len(graph.out(id)) == 1 and len(graph.into(id)) == 1:
        path.append(graph.nodes[id])
        id = graph.beyond(graph.out(id)[0].target)
    if graph.kind(id) != "endEvent":
        return None
    end = graph.nodes[id]
    if any(definition.name == "errorEventDefinition" for definition in definitions_of(end)):
        return path
    if is_inner:
        return None
    condition = line.element.first("conditionExpression")
    words = " ".join((line.name, end.get("name"), condition.text if condition is not None else ""))
    return path if _REFUSAL.search(words) else None


def _told(report: Report, line: Line, graph: Graph, task: str) -> None:
    words = Sentence(
        f"The way {said(line.element)} became an answer of {said(graph.nodes[task])}; its condition is not needed.",
        f"连线 {said(line.element)} 成为 {said(graph.nodes[task])} 的办理选项，不再需要条件。",
    )
    report.add(BECAME_ANSWERS, line.element.position, words)
