"""A workflow as BPMN 2.0 with its layout; what only our definitions say stands beside it in our one namespace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from workflow_engine.bpmn import names
from workflow_engine.bpmn.drawing import EVENT, GATEWAY, TASK, Flow, Node, Row, Scope, Split, Way, draw
from workflow_engine.bpmn.timing import iso_duration
from workflow_engine.markup.extension import PREFIX, SPACE, data_tag
from workflow_engine.markup.text import Tag, xml_text

Data = Mapping[str, object]
_NOT_ID = re.compile(r"[^A-Za-z0-9_.]+")
#: Verbs of steps that are one node, with the element that draws them.
KINDS = {
    "fill": "userTask",
    "approve": "userTask",
    "vote": "userTask",
    "call": "serviceTask",
    "copy": "sendTask",
    "wait": "intermediateCatchEvent",
    "sub_flow": "callActivity",
}


def export_bpmn(workflow: Data, language: str | None = None) -> str:
    """The diagram of a workflow as it is written in its file; titles in `language` where they have several."""
    writer = _Writer(language)
    name = str(workflow["workflow"])
    steps = writer.row(_maps(workflow["steps"]))
    start = Node(writer.id("start"), "startEvent", EVENT)
    end = Node(writer.id("end"), "endEvent", EVENT)
    scope = draw(Row((start, *steps.items, end)))
    own = data_tag({key: value for key, value in workflow.items() if key != "steps"}, of="workflow", language=writer.language)
    attributes = {"id": name, "name": writer.title(workflow.get("title")), "isExecutable": "true"}
    process = Tag("bpmn:process", attributes, (_extension((own,)), *_scope_tags(scope)))
    messages = (Tag("bpmn:message", {"id": id, "name": said}) for said, id in writer.messages.items())
    return xml_text(Tag("bpmn:definitions", _definitions(name), (*messages, process, _diagram(name, scope))))


def _definitions(name: str) -> dict[str, str]:
    return {
        "xmlns:bpmn": names.MODEL,
        "xmlns:bpmndi": names.DIAGRAM,
        "xmlns:dc": names.BOUNDS,
        "xmlns:di": names.LINES,
        "xmlns:xsi": names.TYPES,
        f"xmlns:{PREFIX}": SPACE,
        "id": f"definitions_{name}",
        "targetNamespace": f"{SPACE}:{name}",
        "exporter": "Qiqiao",
    }


class _Writer:
    def __init__(self, language: str | None) -> None:
        self.language = language or ""
        self.ids: set[str] = set()
        self.messages: dict[str, str] = {}
        self.blocks = 0

    def id(self, text: str) -> str:
        """A free identifier that says what it is of."""
        stem = _NOT_ID.sub("_", text) or "step"
        stem = stem if stem[0].isalpha() else f"_{stem}"
        found, number = stem, 2
        while found in self.ids:
            found, number = f"{stem}_{number}", number + 1
        self.ids.add(found)
        return found

    def title(self, title: object) -> str:
        """One text of a title; the language of the first one counts for the whole diagram where none was asked for."""
        if not isinstance(title, Mapping):
            return str(title or "")
        self.language = self.language if self.language in title else str(next(iter(title), ""))
        return str(title.get(self.language, ""))

    def row(self, steps: Iterable[Data]) -> Row:
        """The items of a list of steps."""
        return Row(tuple(self.item(step) for step in steps))

    def item(self, step: Data) -> Node | Split:
        """One step; a block is a pair of gateways, a step that may be skipped stands between two of them."""
        if "choose" in step:
            return self.choose(step)
        if "together" in step:
            return self.together(step)
        if "any_of" in step:
            return self.any_of(step)
        if "when" not in step:
            return self.task(step, step)
        rest = {key: value for key, value in step.items() if key != "when"}
        ways = (Way(Row((self.task(step, rest),)), "", str(step["when"])), Way(Row(), is_default=True))
        return self.split("when", "exclusiveGateway", {}, ways)

    def split(self, of: str, kind: str, own: Data, ways: tuple[Way, ...], *, name: str = "") -> Split:
        """A block: two gateways of a kind around its ways."""
        self.blocks += 1
        stem = self.id(f"{own.get('name') or f'{of}_{self.blocks}'}")
        close = Node(self.id(f"{stem}_end"), kind, GATEWAY)
        open = Node(stem, kind, GATEWAY, name, extension=(data_tag(own, of=of, close=close.id),))
        return Split(open, ways, close)

    def choose(self, step: Data) -> Split:
        """Codes or cases as the ways of an exclusive gateway."""
        value, name = step["choose"], self.title(step.get("title"))
        if isinstance(value, list):
            own = {key: step[key] for key in step if key != "choose"}
            return self.split("choose", "exclusiveGateway", own, tuple(map(self.case, _maps(value))), name=name)
        own = {key: step[key] for key in step if key in names.CHOOSE_KEYS and key != "otherwise"}
        ways = []
        for key, steps in step.items():
            if key == "otherwise":
                ways.append(Way(self.row(_maps(steps)), "", None, (data_tag({"otherwise": "true"}, of="way"),), is_default=True))
            elif key not in names.CHOOSE_KEYS:
                condition = code_condition(str(value), key)
                ways.append(Way(self.row(_maps(steps)), key, condition, (data_tag({"code": key}, of="way"),)))
        return self.split("choose", "exclusiveGateway", own, tuple(ways), name=name or str(value))

    def case(self, case: Data) -> Way:
        """One case of a list of conditions."""
        own = {key: value for key, value in case.items() if key not in ("if", "steps")}
        condition = str(case["if"]) if "if" in case else None
        extension = (data_tag(own, of="way"),)
        return Way(self.row(_maps(case["steps"])), str(case.get("name", "")), condition, extension, is_default=condition is None)

    def together(self, step: Data) -> Split:
        """Branches as the ways of a parallel gateway."""
        own = {key: step[key] for key in step if key != "together"}
        ways = tuple(self.branch(branch) for branch in _maps(step["together"]))
        return self.split("together", "parallelGateway", own, ways, name=self.title(step.get("title")))

    def any_of(self, step: Data) -> Node:
        """A sub-process whose first finished branch terminates the others, which is what BPMN has for a race."""
        own = {key: step[key] for key in step if key != "any_of"}
        self.blocks += 1
        stem = self.id(str(own.get("name") or f"any_of_{self.blocks}"))
        ways = []
        for branch in _maps(step["any_of"]):
            way = self.branch(branch)
            end = Node(self.id(f"{stem}_end"), "endEvent", EVENT, content=(Tag("bpmn:terminateEventDefinition"),))
            ways.append(Way(Row((*way.row.items, end)), way.name, extension=way.extension))
        gateway = Node(self.id(f"{stem}_split"), "parallelGateway", GATEWAY)
        inner = Row((Node(self.id(f"{stem}_start"), "startEvent", EVENT), Split(gateway, tuple(ways), None)))
        return Node(stem, "subProcess", TASK, self.title(step.get("title")), extension=(data_tag(own, of="any_of"),), inner=inner)

    def branch(self, branch: Data) -> Way:
        """One of the branches that run at the same time."""
        own = {key: value for key, value in branch.items() if key != "steps"}
        name = self.title(branch.get("title")) or str(branch["name"])
        return Way(self.row(_maps(branch["steps"])), name, extension=(data_tag(own, of="way"),))

    def task(self, step: Data, own: Data) -> Node:
        """A step that is one node."""
        verb = next(key for key in step if key in KINDS)
        name = step.get("name") or "copy" if verb == "copy" else step[verb]
        kind, size = KINDS[verb], EVENT if verb == "wait" else TASK
        id = self.id(str(name).replace("@", "."))
        attributes, content = self.standard(verb, step, id)
        border = (_late(self.id(f"{id}_due"), cast("Data", step["due"])),) if "due" in step and verb != "wait" else ()
        for event in border:
            event.attributes = {**event.attributes, "attachedToRef": id}
        return Node(
            id, kind, size, self.title(step.get("title")), attributes, (data_tag(own, of="step"),), content, border=border
        )

    def standard(self, verb: str, step: Data, id: str) -> tuple[dict[str, str], tuple[Tag, ...]]:
        """What BPMN itself can say of a step."""
        if verb == "sub_flow":
            several = (_several(sequential=False),) if "each" in step else ()
            return {"calledElement": str(step["workflow"])}, several
        if verb == "wait" and "event" in step:
            event = str(step["event"])
            message = self.messages.get(event) or self.id(f"message_{event}")
            self.messages[event] = message
            return {}, (Tag("bpmn:messageEventDefinition", {"messageRef": message}),)
        if verb == "wait":
            return {}, (timer_tag(step),)
        if verb in ("approve", "vote") and ("rule" in step or verb == "vote"):
            rule = step.get("rule")
            return {}, (_several(sequential=isinstance(rule, Mapping) and rule.get("in_turn") == "true"),)
        return {}, ()


def code_condition(value: str, code: str) -> str:
    """The way of a code as a condition in our language."""
    if code in ("true", "false"):
        return value if code == "true" else f"not ({value})"
    quoted = code.replace("\\", "\\\\").replace('"', '\\"')
    return f'{value} == "{quoted}"'


def timer_tag(step: Data) -> Tag:
    """The timer of a wait: a length as ISO 8601 (working time is told as plain time), or the moment as our expression."""
    if "for" in step:
        said = Tag("bpmn:timeDuration", {"xsi:type": "bpmn:tFormalExpression"}, text=iso_duration(str(step["for"])))
    else:
        attributes = {"xsi:type": "bpmn:tFormalExpression", "language": names.OWN_LANGUAGE}
        said = Tag("bpmn:timeDate", attributes, text=str(step.get("until", "")))
    return Tag("bpmn:timerEventDefinition", {}, (said,))


def _late(id: str, due: Data) -> Node:
    """The due time of a step on its border: only a refusal ends the step."""
    ends = "" if due.get("then") == "reject" else "false"
    length = Tag("bpmn:timeDuration", {"xsi:type": "bpmn:tFormalExpression"}, text=iso_duration(str(due["within"])))
    timer = Tag("bpmn:timerEventDefinition", {}, (length,))
    own = (data_tag({}, of="due"),)
    return Node(id, "boundaryEvent", EVENT, str(due["within"]), {"cancelActivity": ends}, own, (timer,))


def _several(*, sequential: bool) -> Tag:
    return Tag("bpmn:multiInstanceLoopCharacteristics", {"isSequential": "true" if sequential else ""})


def _extension(tags: tuple[Tag, ...]) -> Tag:
    return Tag("bpmn:extensionElements", {}, tags)


def _scope_tags(scope: Scope) -> Iterator[Tag]:
    defaults = {flow.source.id: flow.id for flow in scope.flows if flow.way is not None and flow.way.is_default}
    for node in scope.nodes:
        lines = [Tag("bpmn:incoming", text=flow.id) for flow in scope.flows if flow.target is node]
        lines += [Tag("bpmn:outgoing", text=flow.id) for flow in scope.flows if flow.source is node]
        own = (_extension(node.extension),) if node.extension else ()
        inner = tuple(_scope_tags(scope.inner[node.id])) if node.id in scope.inner else ()
        attributes = {"id": node.id, "name": node.name, "default": defaults.get(node.id, ""), **node.attributes}
        yield Tag(f"bpmn:{node.kind}", attributes, (*own, *lines, *node.content, *inner))
    yield from map(_flow_tag, scope.flows)


def _flow_tag(flow: Flow) -> Tag:
    attributes = {"id": flow.id, "sourceRef": flow.source.id, "targetRef": flow.target.id}
    way = flow.way
    if way is None:
        return Tag("bpmn:sequenceFlow", attributes)
    said: tuple[Tag, ...] = (_extension(way.extension),) if way.extension else ()
    if way.condition is not None:
        language = {"xsi:type": "bpmn:tFormalExpression", "language": names.OWN_LANGUAGE}
        said = (*said, Tag("bpmn:conditionExpression", language, text=way.condition))
    return Tag("bpmn:sequenceFlow", {"name": way.name, **attributes}, said)


def _diagram(name: str, scope: Scope) -> Tag:
    shapes: list[Tag] = []
    for each in scope.every():
        for node in each.nodes:
            x, y, (width, height) = node.x, node.y, node.size
            box = Tag("dc:Bounds", {"x": str(x), "y": str(y), "width": str(width), "height": str(height)})
            more = {"isExpanded": "true" if node.inner else "", "isMarkerVisible": _marked(node)}
            shapes.append(Tag("bpmndi:BPMNShape", {"id": f"{node.id}_di", "bpmnElement": node.id, **more}, (box,)))
        for flow in each.flows:
            points = tuple(Tag("di:waypoint", {"x": str(x), "y": str(y)}) for x, y in flow.points)
            shapes.append(Tag("bpmndi:BPMNEdge", {"id": f"{flow.id}_di", "bpmnElement": flow.id}, points))
    plane = Tag("bpmndi:BPMNPlane", {"id": f"plane_{name}", "bpmnElement": name}, tuple(shapes))
    return Tag("bpmndi:BPMNDiagram", {"id": f"diagram_{name}"}, (plane,))


def _marked(node: Node) -> str:
    return "true" if node.kind == "exclusiveGateway" else ""


def _maps(steps: object) -> list[Data]:
    return cast("list[Data]", steps)
