"""The flow nodes and lines of one process or sub-process: what leads where, which lines lead back, where ways meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from forms_dsl.diagnostics import Code, Sentence
from forms_dsl.importers.report import ImportRefused
from workflow_engine.bpmn import names
from workflow_engine.markup.codes import NO_BLOCKS
from workflow_engine.markup.source import Element

GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway"})
HUMAN = frozenset({"userTask", "manualTask", "task"})


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A sequence flow."""

    element: Element
    source: str
    target: str

    @property
    def name(self) -> str:
        """What is written at it."""
        return self.element.get("name")


def said(element: Element) -> str:
    """An element by name and identifier, as a finding names it."""
    name, id = " ".join(element.get("name").split()), element.get("id")
    return f"{name} ({id})" if name and id else name or id or element.name


def refusal(code: Code, element: Element, message: Sentence, hint: Sentence | None = None) -> ImportRefused:
    """The failure that names an element as what stands in the way."""
    return ImportRefused(code.at(element.position.span, message, pointer=(element.get("id"),), hint=hint))


@dataclass(slots=True)
class Graph:
    """The nodes by identifier and the lines between them; events on borders hang on their hosts."""

    scope: Element
    nodes: dict[str, Element] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    border: dict[str, list[Element]] = field(default_factory=dict)
    #: Lines that do not come from the start: behind events on borders, or never reached.
    aside: list[Line] = field(default_factory=list)

    def out(self, id: str) -> list[Line]:
        """The lines that leave a node, in the order of the file."""
        return [line for line in self.lines if line.source == id]

    def into(self, id: str) -> list[Line]:
        """The lines that arrive at a node."""
        return [line for line in self.lines if line.target == id]

    def kind(self, id: str) -> str:
        """The element's name of a node."""
        return self.nodes[id].name

    def beyond(self, id: str) -> str:
        """The node that one gets to from here through gateways with one way out."""
        seen: set[str] = set()
        while self.kind(id) in GATEWAYS and len(self.out(id)) == 1 and id not in seen:
            seen.add(id)
            id = self.out(id)[0].target
        return id

    def start(self) -> str:
        """The one start event; raises ImportRefused for none or several."""
        starts = [id for id, node in self.nodes.items() if node.name == "startEvent"]
        starts = starts or [id for id, node in self.nodes.items() if not self.into(id) and node.name != "boundaryEvent"]
        if len(starts) == 1:
            return starts[0]
        if not starts:
            words = Sentence(f"{said(self.scope)} has no beginning.", f"{said(self.scope)} 没有开始节点。")
            raise refusal(NO_BLOCKS, self.scope, words)
        words = Sentence(
            f"{said(self.nodes[starts[1]])} is a second beginning of {said(self.scope)}.",
            f"{said(self.nodes[starts[1]])} 是 {said(self.scope)} 的第二个开始节点。",
        )
        raise refusal(NO_BLOCKS, self.nodes[starts[1]], words)

    def keep(self, reached: Iterable[str]) -> None:
        """Put aside what does not come from the start."""
        wanted = set(reached)
        self.aside += [line for line in self.lines if line.source not in wanted]
        self.lines = [line for line in self.lines if line.source in wanted]

    def walk(self) -> tuple[list[str], list[Line]]:
        """What is reached from the start, each node before those behind it, and the lines that lead back."""
        start = self.start()
        finished: list[str] = []
        state = {start: "open"}
        back: list[Line] = []
        stack: list[tuple[str, Iterator[Line]]] = [(start, iter(self.out(start)))]
        while stack:
            id, lines = stack[-1]
            line = next(lines, None)
            if line is None:
                state[id] = "done"
                finished.append(id)
                stack.pop()
            elif line.target not in state:
                state[line.target] = "open"
                stack.append((line.target, iter(self.out(line.target))))
            elif state[line.target] == "open":
                back.append(line)
        return finished[::-1], back

    def meeting(self, order: list[str]) -> dict[str, str | None]:
        """For each node the first one that every way from it passes; None stands for the end."""
        depth: dict[str | None, int] = {None: 0}
        after: dict[str, str | None] = {}

        def common(one: str | None, other: str | None) -> str | None:
            while one != other:
                if depth[one] >= depth[other] and one is not None:
                    one = after[one]
                elif other is not None:
                    other = after[other]
            return one

        for id in reversed(order):
            targets: list[str | None] = [line.target for line in self.out(id)]
            found = targets[0] if targets else None
            for target in targets[1:]:
                found = common(found, target)
            after[id] = found
            depth[id] = depth[found] + 1
        return after


def graph_of(scope: Element) -> Graph:
    """The graph of a process or sub-process; raises ImportRefused for a line that leads nowhere."""
    graph = Graph(scope)
    for child in scope.children:
        if child.space != names.MODEL or child.name not in FLOW_NODES:
            continue
        if child.name == "boundaryEvent":
            graph.border.setdefault(child.get("attachedToRef"), []).append(child)
        graph.nodes[child.get("id")] = child
    for child in scope.all("sequenceFlow", names.MODEL):
        line = Line(child, child.get("sourceRef"), child.get("targetRef"))
        for end in (line.source, line.target):
            if end not in graph.nodes:
                words = Sentence(
                    f"The line {said(child)} leads to or from {end!r}, which is not there.",
                    f"连线 {said(child)} 的端点“{end}”不存在。",
                )
                raise refusal(NO_BLOCKS, child, words)
        graph.lines.append(line)
    return graph


#: Flow nodes that the import has words for; whatever else is drawn is told or refused in `elements`.
FLOW_NODES = (
    GATEWAYS
    | HUMAN
    | {
        "serviceTask",
        "sendTask",
        "receiveTask",
        "businessRuleTask",
        "callActivity",
        "subProcess",
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
    }
)
