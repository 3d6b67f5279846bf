"""The graph of a process as the block tree that it is, or the failure that names the element where it is none."""

from __future__ import annotations

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.naming import proposed_codes
from workflow_engine.bpmn.answers import read_answers
from workflow_engine.bpmn.borders import with_borders
from workflow_engine.bpmn.choices import Taken, choose, skipped, taken
from workflow_engine.bpmn.conditions import negation
from workflow_engine.bpmn.elements import definitions_of
from workflow_engine.bpmn.foreign import saying
from workflow_engine.bpmn.graph import GATEWAYS, Graph, graph_of, refusal, said
from workflow_engine.bpmn.model import ask
from workflow_engine.bpmn.tasks import Step, Tasks
from workflow_engine.markup.codes import NO_BLOCKS
from workflow_engine.markup.extension import data_of
from workflow_engine.markup.source import Element

_PAIRED = Sentence("Let all ways of a gateway meet at one gateway of the same kind.", "请让网关的所有分支汇合到同一个同类网关。")
#: Keys under which steps stand that people do, before which a decision may run.
_HUMAN = ("fill", "approve", "vote")


def steps_of(scope: Element, tasks: Tasks, *, is_inner: bool = False) -> list[Step]:
    """The steps of a process or embedded sub-process; raises ImportRefused naming the element that stands in the way."""
    return _Blocks(graph_of(scope), tasks, is_inner=is_inner).all()


class _Blocks:
    def __init__(self, graph: Graph, tasks: Tasks, *, is_inner: bool) -> None:
        self.graph, self.tasks, self.is_inner = graph, tasks, is_inner
        self.answers = read_answers(graph, tasks.report, is_inner=is_inner)
        for answers in self.answers.values():
            if answers.return_to is not None:
                answers.return_to = tasks.model.step_name(graph.nodes[answers.return_to])
        order, _ = graph.walk()
        graph.keep(order)
        self.reached = frozenset(order)
        self.after = graph.meeting(order)
        self.seen: set[str] = set()
        self.parallel = 0

    def all(self) -> list[Step]:
        """The steps from the start on."""
        return self._sequence(self.graph.start(), None)

    def _sequence(self, at: str | None, stop: str | None) -> list[Step]:
        steps: list[Step] = []
        run: tuple[Element, str] | None = None
        while at is not None and at != stop:
            node = self.graph.nodes[at]
            if at in self.seen:
                words = Sentence(
                    f"Ways that belong to different blocks meet at {said(node)}.", f"属于不同块的分支在 {said(node)} 汇合。"
                )
                raise refusal(NO_BLOCKS, node, words, _PAIRED)
            self.seen.add(at)
            if node.name == "endEvent":
                self._judge_end(node)
                break
            found: list[Step] = []
            if node.name in GATEWAYS and self._opens(node):
                found, at = self._block(node)
            else:
                if node.name == "businessRuleTask":
                    self._unused(run)
                    run = (node, self._decision(node))
                elif node.name == "subProcess":
                    found = self._inner(node)
                elif node.name not in GATEWAYS and node.name not in ("startEvent", "intermediateThrowEvent"):
                    found = [self._step(node)]
                at = self._next(node)
            if run is not None and found:
                if any(verb in found[0] for verb in _HUMAN) and "run" not in found[0]:
                    found[0] = {**found[0], "run": run[1]}
                else:
                    self._unused(run)
                run = None
            steps += found
        self._unused(run)
        return steps

    def _opens(self, node: Element) -> bool:
        return len(self.graph.out(node.get("id"))) > 1 or _own(node) is not None

    def _next(self, node: Element) -> str | None:
        lines = self.graph.out(node.get("id"))
        if len(lines) > 1 or (lines and lines[0].element.first("conditionExpression") and node.name not in GATEWAYS):
            words = Sentence(
                f"{said(node)} has several ways out, or a condition at its way.", f"{said(node)} 有多条出线，或出线带有条件。"
            )
            raise refusal(NO_BLOCKS, node, words, Sentence("Draw a gateway behind it.", "请在其后画一个网关。"))
        return lines[0].target if lines else None

    def _step(self, node: Element) -> Step:
        id = node.get("id")
        is_first = all(self.graph.kind(line.source) == "startEvent" for line in self.graph.into(id)) and not self.is_inner
        step = self.tasks.step(node, self.answers.get(id), is_first=is_first)
        return with_borders(step, id, self.graph, self.tasks, self.reached)

    def _decision(self, node: Element) -> str:
        name = saying(node, "decisionRef", "decisionTableReferenceKey", "decisionId") or self.tasks.model.step_name(node)
        if name not in self.tasks.known.decisions:
            words = Sentence(
                f"{said(node)} runs {name!r}, which is no decision here.", f"{said(node)} 运行的“{name}”不是现有决策。"
            )
            ask(
                self.tasks.report,
                node,
                words,
                Sentence("Import it with qiqiao dmn import.", "请用 qiqiao dmn import 导入该决策。"),
            )
        return name

    def _unused(self, run: tuple[Element, str] | None) -> None:
        if run is None:
            return
        words = Sentence(
            f"{said(run[0])} decides something, and nobody acts right behind it.", f"{said(run[0])} 之后没有人工步骤。"
        )
        hint = Sentence(
            "A decision runs before people are found: put it in front of a user task.",
            "决策在确定办理人之前运行：请放在用户任务之前。",
        )
        raise refusal(NO_BLOCKS, run[0], words, hint)

    def _judge_end(self, node: Element) -> None:
        kinds = {definition.name for definition in definitions_of(node)}
        if "errorEventDefinition" in kinds:
            words = Sentence(
                f"{said(node)} ends the flow as refused, where no person refuses.",
                f"{said(node)} 以拒绝结束流程，但此处没有人拒绝。",
            )
            hint = Sentence("Draw it behind a gateway right after a user task.", "请画在用户任务后的网关之后。")
            raise refusal(NO_BLOCKS, node, words, hint)
        if "terminateEventDefinition" in kinds and self.parallel:
            words = Sentence(
                f"{said(node)} ends all ways at once from one of several.", f"{said(node)} 从一条并行分支终止全部分支。"
            )
            hint = Sentence(
                "Draw a sub-process in which each way ends so: it becomes any_of.",
                "请画成子流程，其中每条分支都如此结束：将成为 any_of。",
            )
            raise refusal(NO_BLOCKS, node, words, hint)

    def _inner(self, node: Element) -> list[Step]:
        border = self.graph.border.get(node.get("id"))
        if border:
            words = Sentence(f"{said(border[0])} is on the border of a sub-process.", f"{said(border[0])} 位于子流程边界上。")
            raise refusal(NO_BLOCKS, border[0], words, Sentence("Put it on a task.", "请放到某个任务上。"))
        inner = _Blocks(graph_of(node), self.tasks, is_inner=True)
        own = _own(node)
        gateway = inner.race()
        if gateway is None:
            return inner.all()
        inner.seen.add(inner.graph.start())
        return [
            {
                **self.tasks.retitled(node, dict(own[0]) if own is not None else {}),
                "any_of": inner.branches(inner.graph.nodes[gateway]),
            }
        ]

    def race(self) -> str | None:
        """The parallel gateway right behind the start when every way ends all others; None when it is no race."""
        ends = [self.graph.nodes[id] for id in self.reached if self.graph.kind(id) == "endEvent"]
        terminating = [end for end in ends if any(one.name == "terminateEventDefinition" for one in definitions_of(end))]
        first = self.graph.out(self.graph.start())
        if not terminating or len(terminating) != len(ends) or len(first) != 1:
            return None
        gateway = first[0].target
        return gateway if self.graph.kind(gateway) == "parallelGateway" else None

    def branches(self, gateway: Element) -> list[Step]:
        """The ways of a race, each until its own end."""
        id = gateway.get("id")
        stop = self.after[id]
        lines = self.graph.out(id)
        codes = _codes([line.name for line in lines])
        found: list[Step] = []
        for line, code in zip(lines, codes, strict=True):
            own = data_of(child for holder in line.element.all("extensionElements") for child in holder.children)
            steps = self._sequence(line.target, stop)
            found.append({**(own[0] if own is not None else {"name": code}), "steps": steps})
        return found

    def _block(self, node: Element) -> tuple[list[Step], str | None]:
        id, lines = node.get("id"), self.graph.out(node.get("id"))
        own = _own(node)
        close = own[1].get("close", "") if own is not None else ""
        stop = close if len(lines) == 1 and close in self.graph.nodes else self.after[id]
        self._judge_meeting(node, stop, len(lines))
        at_once = node.name != "exclusiveGateway"
        self.parallel += at_once
        ways = [
            taken(line, self._sequence(line.target, stop), node, self.tasks, needed=node.name == "exclusiveGateway")
            for line in lines
        ]
        self.parallel -= at_once
        data = self.tasks.retitled(node, dict(own[0])) if own is not None and own[1].get("of") != "when" else None
        if node.name == "exclusiveGateway":
            return [choose(_with_default(ways), data, self.tasks)], stop
        return self._together(ways, data, inclusive=node.name == "inclusiveGateway"), stop

    def _judge_meeting(self, node: Element, stop: str | None, count: int) -> None:
        if stop is None:
            return
        meeting = self.graph.nodes[stop]
        if node.name == "exclusiveGateway":
            wrong = meeting.name == "parallelGateway" and len(self.graph.into(stop)) > 1
        else:
            wrong = meeting.name != node.name or len(self.graph.into(stop)) != count
        if wrong:
            words = Sentence(
                f"The ways of {said(node)} meet at {said(meeting)}, which is not its pair.",
                f"{said(node)} 的分支在 {said(meeting)} 汇合，二者不成对。",
            )
            raise refusal(NO_BLOCKS, meeting, words, _PAIRED)

    def _together(self, ways: list[Taken], own: Step | None, *, inclusive: bool) -> list[Step]:
        codes = _codes([way.line.name for way in ways])
        known = [way.condition for way in ways if way.condition is not None]
        branches: list[Step] = []
        for way, code in zip(ways, codes, strict=True):
            steps = way.steps
            if inclusive and steps and not (way.condition is None and not way.is_default and not way.unread):
                condition = negation(known) if way.is_default and known else way.condition
                case = {"if": condition} if condition is not None else {"note": way.unread}
                cases: list[Step] = [{**case, "steps": steps}, {"else": "true", "steps": []}]
                steps = [skipped(cases) or {"choose": cases}]
            branches.append({**(way.own if way.own is not None else {"name": code}), "steps": steps})
        if own is None:
            branches = [branch for branch in branches if branch["steps"]]
            if len(branches) < 2:
                return [step for branch in branches for step in branch["steps"]]  # type: ignore[attr-defined]
        return [{**(own or {}), "together": branches}]


def _with_default(ways: list[Taken]) -> list[Taken]:
    """Where no way is the default and exactly one has no condition, that one is taken otherwise."""
    bare = [way for way in ways if way.condition is None and not way.unread]
    if len(bare) == 1 and not bare[0].is_default and len(ways) > 1:
        return [Taken(w.line, w.steps, None, True, w.own) if w is bare[0] else w for w in ways]
    return ways


def _codes(written: list[str]) -> list[str]:
    codes = proposed_codes(text for text in written if text)
    found: list[str] = []
    for number, text in enumerate(written, 1):
        code = codes.get(text, f"branch_{number}")
        found.append(code if code not in found else f"{code}_{number}")
    return found


def _own(node: Element) -> tuple[dict[str, object], dict[str, str]] | None:
    found = data_of(child for holder in node.all("extensionElements") for child in holder.children)
    return (found[0], dict(found[1])) if found is not None else None
