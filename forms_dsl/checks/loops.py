"""What sets each other off for ever: automations and workflows in which nobody and no clock stands between."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from forms_dsl.checks.circles import connected_parts
from forms_dsl.checks.registry import Site, check
from forms_dsl.codes import CYCLE
from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import Action, Automation, SubFlowStep, Trigger, WaitStep, Workflow
from forms_dsl.source import Span
from forms_dsl.workflow_tree import has_people, steps_of

LIVELOCK = code("W007", "A loop of automations or workflows without a step of people or a timer.", refusal="WF-LIVELOCK")

#: A node of the graph: automation or workflow by name, or what sets automations off: change (of `entity.field`), create.
Node = tuple[str, str]
Graph = dict[Node, list[Node]]

_ACTING = frozenset({"automation", "workflow"})


@check
def nothing_sets_itself_off(site: Site) -> Iterator[Diagnostic]:
    """A chain of automations that comes back to its beginning would run until it is cut.

    One automation alone is no loop: it never sets itself off (language.md 2.9).
    """
    for ring in _rings(_what_sets_off_what(site)):
        if len(ring) < 2:
            continue
        spans = [_span(site, node) for node in ring]
        words = " → ".join(name for _, name in (*ring, ring[0]))
        message = Sentence(f"These set each other off without end: {words}.", f"它们会无休止地互相触发：{words}。")
        hint = Sentence("Put a step of people between, or let one run by the clock.", "请在其间加入人工步骤，或改为定时运行。")
        related = tuple((name, span) for (_, name), span in zip(ring[1:], spans[1:], strict=True))
        yield LIVELOCK.at(spans[0], message, hint=hint, related=related)


@check
def sub_flows_end(site: Site) -> Iterator[Diagnostic]:
    """A workflow that runs itself, at once or over others, would never end."""
    runs: Graph = {}
    at: dict[tuple[str, str], Span] = {}
    for flow in site.app.workflows.values():
        inner = [step for step in steps_of(flow) if isinstance(step, SubFlowStep)]
        runs["workflow", flow.name] = [("workflow", step.workflow) for step in inner]
        at.update({(flow.name, step.workflow): step.span for step in inner})
    for ring in _rings(runs):
        names = [name for _, name in ring]
        words = " → ".join((*names, names[0]))
        message = Sentence(f"The workflow runs itself: {words}.", f"流程会再次运行自身：{words}。")
        span = at[names[0], names[1] if len(names) > 1 else names[0]]
        yield CYCLE.at(span, message, pointer=site.at_key(span).pointer)


def _what_sets_off_what(site: Site) -> Graph:
    """Who sets whom off within one moment, over what changes: as many edges as the files have words."""
    app = site.app
    graph: Graph = {}
    for name, rule in app.automations.items():
        graph["automation", name] = [node for action in rule.do for node in _effects(site, rule, action)]
        for trigger in (trigger for trigger in (rule.after, rule.before) if trigger is not None):
            for cause in _causes(rule, trigger):
                graph.setdefault(cause, []).append(("automation", name))
    for flow in app.workflows.values():
        if not _stands_still(flow):
            written = [*flow.start_set, *(field for values in flow.finish_set.values() for field in values)]
            effects = [("finish", flow.name), *(("change", f"{flow.entity}.{field}") for field in written)]
            graph["workflow", flow.name] = effects
    return graph


def _causes(rule: Automation, trigger: Trigger) -> list[Node]:
    match trigger.kind:
        case "change":
            return [("change", f"{rule.entity}.{field}") for field in trigger.fields]
        case "finish":
            return [("finish", trigger.workflow or "")]
        case _:
            return [(trigger.kind, rule.entity)]


def _effects(site: Site, rule: Automation, action: Action) -> Iterator[Node]:
    match action.kind:
        case "set" | "call":
            written = action.values if action.kind == "set" else action.save
            yield from (("change", f"{rule.entity}.{field}") for field in written)
        case "create" | "import":
            yield "create", action.entity or ""
        case "start":
            flow = site.app.workflows.get(action.workflow or "")
            if flow is not None and not _stands_still(flow):
                yield "workflow", flow.name


def _stands_still(flow: Workflow) -> bool:
    """Whether something in the flow takes time: people, a wait, or another workflow that it waits for."""
    waits = (isinstance(step, WaitStep) or (isinstance(step, SubFlowStep) and not step.detached) for step in steps_of(flow))
    return has_people(flow) or any(waits)


def _span(site: Site, node: Node) -> Span:
    kind, name = node
    return site.app.automations[name].span if kind == "automation" else site.app.workflows[name].span


def _rings(graph: Graph) -> Iterator[tuple[Node, ...]]:
    """One ring of acting nodes for each part of the graph in which everything reaches everything."""
    for part in connected_parts(graph):
        acting = sorted(node for node in part if node[0] in _ACTING)
        if not acting or (len(part) == 1 and acting[0] not in graph[acting[0]]):
            continue
        first = acting[0]
        there = _way(graph, part, first, frozenset(acting) - {first} or frozenset({first}))
        back = _way(graph, part, there[-1], frozenset({first})) if there[-1] != first else ()
        yield tuple(dict.fromkeys(node for node in (first, *there, *back) if node[0] in _ACTING))


def _way(graph: Graph, part: frozenset[Node], start: Node, targets: frozenset[Node]) -> tuple[Node, ...]:
    """The shortest way inside a part from a node to one of some others, without the start."""
    before: dict[Node, Node] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for after in graph.get(node, ()):
            if after in targets:
                way = [after, node]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return tuple(reversed(way[:-1]))
            if after in part and after not in before:
                before[after] = node
                waiting.append(after)
    raise ValueError("a part of the graph is connected")
