"""Events on the border of a task: a due time, a race against a message or timer, work by hand after a failed call."""

from __future__ import annotations

from dataclasses import dataclass

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import APPROXIMATED, SKIPPED_PART
from workflow_engine.bpmn.elements import definitions_of
from workflow_engine.bpmn.foreign import asked_of
from workflow_engine.bpmn.graph import HUMAN, Graph, refusal, said
from workflow_engine.bpmn.tasks import Step, Tasks
from workflow_engine.bpmn.timing import own_duration
from workflow_engine.markup.codes import NO_BLOCKS
from workflow_engine.markup.extension import data_of
from workflow_engine.markup.source import Element

_HINT = Sentence(
    "A timer may remind, escalate or refuse; a message or timer may lead at once to where the task leads; an error of a "
    "service task may lead to a user task.",
    "定时器可用于提醒、升级或拒绝；消息或定时器可直接通向任务之后；服务任务的错误可通向一个用户任务。",
)


@dataclass(frozen=True, slots=True)
class _Path:
    """Where an event leads: through which tasks, to which end event, or back into the flow."""

    tasks: list[Element]
    end: Element | None
    joins: str | None


def with_borders(step: Step, host: str, graph: Graph, tasks: Tasks, reached: frozenset[str]) -> Step:
    """The step with what the events on its border mean; raises ImportRefused for one that means nothing here."""
    for event in graph.border.get(host, ()):
        found = data_of(child for holder in event.all("extensionElements") for child in holder.children)
        if found is None or found[1].get("of") != "due":
            step = _with_event(step, host, event, graph, tasks, reached)
    return step


def _with_event(step: Step, host: str, event: Element, graph: Graph, tasks: Tasks, reached: frozenset[str]) -> Step:
    path = _path_of(event, graph, reached)
    kind = definitions_of(event)[0].name
    ends_task = event.get("cancelActivity") != "false"
    is_human = graph.kind(host) in HUMAN
    out = graph.out(host)
    rejoins = path.joins is not None and bool(out) and graph.beyond(path.joins) == graph.beyond(out[0].target)
    if kind == "errorEventDefinition" and graph.kind(host) in ("serviceTask", "sendTask"):
        people = [task for task in path.tasks if task.name in HUMAN]
        if rejoins and len(people) == 1 == len(path.tasks):
            by = tasks.people(people[0], asked_of(people[0]), is_first=False)
            title = tasks.title(people[0].get("name") or people[0].get("id"))
            return {**step, "on_error": {"assign": by, "title": title} if by is not None else {"title": title}}
        if path.end is not None and not path.tasks:
            words = Sentence(
                f"{said(event)} ends the flow; a call that fails is held for an administrator.",
                f"{said(event)} 会结束流程；调用失败时流程将挂起，由管理员处理。",
            )
            tasks.report.add(APPROXIMATED, event.position, words)
            return step
    if kind == "timerEventDefinition" and is_human and "due" not in step:
        due = _due(event, path, tasks, ends_task=ends_task, rejoins=rejoins)
        if due is not None:
            return {**step, "due": due}
    if kind in ("timerEventDefinition", "messageEventDefinition") and ends_task and rejoins and not path.tasks:
        wait = tasks.step(event, None, is_first=False)
        name = tasks.model.step_name(graph.nodes[host])
        return {"any_of": [{"name": name, "steps": [step]}, {"name": str(wait["wait"]), "steps": [wait]}]}
    words = Sentence(
        f"{said(event)} at {said(graph.nodes[host])} leads where no step can.",
        f"{said(graph.nodes[host])} 上的 {said(event)} 通向步骤无法表达的位置。",
    )
    raise refusal(NO_BLOCKS, event, words, _HINT)


def _due(event: Element, path: _Path, tasks: Tasks, *, ends_task: bool, rejoins: bool) -> dict[str, object] | None:
    within = own_duration(definitions_of(event)[0].text_of("timeDuration"))
    if within is None:
        return None
    people = [task for task in path.tasks if task.name in HUMAN]
    if ends_task and path.end is not None and not people and not rejoins:
        _told(path.tasks, tasks)
        return {"within": within, "then": "reject"}
    if len(people) == 1 and (rejoins or not ends_task):
        to = tasks.people(people[0], asked_of(people[0]), is_first=False)
        _told([task for task in path.tasks if task is not people[0]], tasks)
        words = Sentence(
            f"{said(people[0])} became an escalation: the same work item goes to more people.",
            f"{said(people[0])} 成为升级处理：同一待办转给更多人员。",
        )
        tasks.report.add(APPROXIMATED, people[0].position, words)
        return {"within": within, "then": "escalate", **({"to": to} if to is not None else {})}
    if not ends_task and not people:
        _told(path.tasks, tasks)
        return {"within": within, "then": "remind"}
    return None


def _told(tasks_left: list[Element], tasks: Tasks) -> None:
    for task in tasks_left:
        words = Sentence(f"{said(task)} is what the due time does by itself.", f"{said(task)} 由时限自动完成，未另设步骤。")
        tasks.report.add(SKIPPED_PART, task.position, words)


def _path_of(event: Element, graph: Graph, reached: frozenset[str]) -> _Path:
    id, path = event.get("id"), list[Element]()
    seen = {id}
    while True:
        lines = [line for line in (*graph.lines, *graph.aside) if line.source == id]
        if len(lines) != 1:
            return _Path(path, graph.nodes[id] if not lines and not path else None, None)
        id = lines[0].target
        if id in seen:
            return _Path(path, None, None)
        seen.add(id)
        node = graph.nodes[id]
        if node.name == "endEvent" or id in reached:
            return _Path(path, node if node.name == "endEvent" else None, id if id in reached else None)
        if node.name in HUMAN or node.name in ("serviceTask", "sendTask"):
            path.append(node)
