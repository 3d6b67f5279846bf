"""What sets each other off for ever: automations and workflows in which nobody and no clock stands between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_dsl.checks.registry import Site, check
from forms_dsl.codes import CYCLE
from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import Action, Automation, SubFlowStep, Trigger, WaitStep, Workflow
from forms_dsl.source import Span
from forms_dsl.workflow_tree import has_people, steps_of

LIVELOCK = code("W007", "A loop of automations or workflows without a step of people or a timer.", refusal="WF-LIVELOCK")

#: A node of the graph: its kind (automation or workflow) and its name.
Node = tuple[str, str]


@check
def nothing_sets_itself_off(site: Site) -> Iterator[Diagnostic]:
    """A chain of automations that comes back to its beginning would run until it is cut.

    One automation alone is no loop: it never sets itself off (language.md 2.9).
    """
    edges = {node: frozenset(after) for node, after in _edges(site).items()}
    for ring in _rings(edges):
        spans = [_span(site, node) for node in ring]
        words = " → ".join(name for _, name in (*ring, ring[0]))
        message = Sentence(f"These set each other off without end: {words}.", f"它们会无休止地互相触发：{words}。")
        hint = Sentence(
            "Put a step of people or a condition between, or let one run by the clock.", "请在其间加入人工步骤，或改为定时运行。"
        )
        related = tuple((name, span) for (_, name), span in zip(ring[1:], spans[1:], strict=True))
        yield LIVELOCK.at(spans[0], message, hint=hint, related=related)


@check
def sub_flows_end(site: Site) -> Iterator[Diagnostic]:
    """A workflow that runs itself, at once or over others, would never end."""
    runs: dict[Node, frozenset[Node]] = {}
    at: dict[tuple[str, str], Span] = {}
    for flow in site.app.workflows.values():
        inner = [step for step in steps_of(flow) if isinstance(step, SubFlowStep)]
        runs["workflow", flow.name] = frozenset(("workflow", step.workflow) for step in inner)
        at.update({(flow.name, step.workflow): step.span for step in inner})
    for ring in _rings(runs, alone=True):
        names = [name for _, name in ring]
        words = " → ".join((*names, names[0]))
        message = Sentence(f"The workflow runs itself: {words}.", f"流程会再次运行自身：{words}。")
        span = at[names[0], names[1] if len(names) > 1 else names[0]]
        yield CYCLE.at(span, message, pointer=site.at_key(span).pointer)


def _edges(site: Site) -> dict[Node, list[Node]]:
    """Who sets whom off directly, within one moment."""
    app = site.app
    edges: dict[Node, list[Node]] = {("automation", name): [] for name in app.automations}
    for name, rule in app.automations.items():
        for action in rule.do:
            edges["automation", name].extend(_set_off(site, rule, action))
    for flow in app.workflows.values():
        if not _stands_still(flow):
            ends = [*flow.start_set, *(field for values in flow.finish_set.values() for field in values)]
            edges["workflow", flow.name] = [
                *_by_change(app.automations, flow.entity, frozenset(ends)),
                *(("automation", n) for n, r in app.automations.items() if r.after is not None and r.after.workflow == flow.name),
            ]
    return edges


def _stands_still(flow: Workflow) -> bool:
    return has_people(flow) or any(isinstance(step, WaitStep) for step in steps_of(flow))


def _set_off(site: Site, rule: Automation, action: Action) -> Iterator[Node]:
    rules = site.app.automations
    match action.kind:
        case "set":
            yield from _by_change(rules, rule.entity, frozenset(action.values))
        case "call":
            yield from _by_change(rules, rule.entity, frozenset(action.save))
        case "create" | "import":
            for name, other in rules.items():
                if other.entity == action.entity and any(t.kind == "create" for t in _triggers(other)):
                    yield "automation", name
        case "start":
            flow = site.app.workflows.get(action.workflow or "")
            if flow is not None and not _stands_still(flow):
                yield "workflow", flow.name


def _by_change(rules: Mapping[str, Automation], entity: str, changed: frozenset[str]) -> Iterator[Node]:
    for name, rule in rules.items():
        if rule.entity == entity and any(t.kind == "change" and changed & set(t.fields) for t in _triggers(rule)):
            yield "automation", name


def _triggers(rule: Automation) -> tuple[Trigger, ...]:
    return tuple(trigger for trigger in (rule.after, rule.before) if trigger is not None)


def _span(site: Site, node: Node) -> Span:
    kind, name = node
    return site.app.automations[name].span if kind == "automation" else site.app.workflows[name].span


def _rings(edges: Mapping[Node, frozenset[Node]], *, alone: bool = False) -> Iterator[tuple[Node, ...]]:
    """One ring of each part of the graph in which everything reaches everything; `alone` takes a ring of one too."""
    done: set[Node] = set()
    for start in sorted(edges):
        if start in done:
            continue
        ring = _way_back(edges, start, alone)
        if ring is not None:
            done.update(ring)
            yield ring


def _way_back(edges: Mapping[Node, frozenset[Node]], start: Node, alone: bool) -> tuple[Node, ...] | None:
    """The shortest way from a node to itself."""
    if alone and start in edges[start]:
        return (start,)
    before: dict[Node, Node] = {}
    waiting = [node for node in sorted(edges[start]) if node != start]
    before.update(dict.fromkeys(waiting, start))
    while waiting:
        node = waiting.pop(0)
        for after in sorted(edges.get(node, frozenset())):
            if after == start:
                ring = [node]
                while ring[-1] != start:
                    ring.append(before[ring[-1]])
                return tuple(reversed(ring))
            if after not in before:
                before[after] = node
                waiting.append(after)
    return None
