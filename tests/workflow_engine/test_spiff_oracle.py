"""SpiffWorkflow as an oracle: over random models it waits where the engine waits.

Sequence, exclusive, parallel and inclusive branches, 会签, returns, and races of events. The BPMN is written here from the same
random tree as the workflow, and both are led by the same acts; after each of them the open work must be the same. An inclusive
gateway is a `together` of branches that a condition may skip, as an imported one becomes; a return is a loop back through
an exclusive gateway; an `any_of` of single waits is an event-based gateway.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.specs.event_definitions import SignalEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import EventBasedGateway
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from forms_dsl.model import AnyOfStep, Branch, People, SeatRule, WaitStep, WorkflowStep
from tests.workflow_engine.flows import SPAN, approve, choose, fill, flow, together, world
from workflow_engine import commands as cmd
from workflow_engine.definition import Definition
from workflow_engine.handle import Handled, handle
from workflow_engine.state import Instance
from workflow_engine.world import World

PEOPLE = ("ann", "bob", "eva")
#: How deep blocks stand in each other.
TOP = 3
#: QIQIAO_MODELS tries more than the usual run.
SEEDS = int(os.environ.get("QIQIAO_MODELS", "30"))


Kind = Literal["people", "exclusive", "parallel", "inclusive", "events"]


@dataclass(frozen=True)
class Node:
    """A step of people (`seats` of them sign), or a block with its branches; `taken` are those of a condition.

    `back_to` is an earlier step of the same sequence to which people may send it back from here.
    """

    name: str
    kind: Kind = "people"
    seats: int = 1
    branches: tuple[tuple[Node, ...], ...] = ()
    taken: frozenset[int] = frozenset()
    back_to: str | None = None


def random_tree(random: Random, *, returns: bool) -> tuple[Node, ...]:
    numbers = itertools.count(1)

    def sequence(depth: int, least: int, most: int = 3) -> tuple[Node, ...]:
        made = [node(depth, most) for _ in range(random.randint(least, 3))]
        ways = [
            (to, back)
            for to, back in itertools.combinations(range(len(made)), 2)
            if made[to].kind == made[back].kind == "people" and all(map(may_loop, made[to:back]))
        ]
        if returns and ways and most > 1 and random.random() < 0.8:
            to, back = random.choice(ways)
            made[back] = replace(made[back], seats=1, back_to=made[to].name)
        return tuple(made)

    def node(depth: int, most: int) -> Node:
        name, pick = f"s{next(numbers)}", random.random()
        if depth and pick < 0.2:
            taken = frozenset({random.randrange(2)})
            return Node(name, "exclusive", branches=(sequence(depth - 1, 0, most), sequence(depth - 1, 0, most)), taken=taken)
        if depth and pick < 0.4:
            return Node(name, "parallel", branches=tuple(sequence(depth - 1, 0, most) for _ in range(random.choice((2, 2, 3)))))
        if depth and pick < 0.6:
            count = random.choice((2, 3))
            taken = frozenset(random.sample(range(count), random.randint(1, count)))
            # The other engine's inclusive join looks back along one way only: nothing but single tasks may stand before it.
            return Node(name, "inclusive", branches=tuple(sequence(0, 1, 1) for _ in range(count)), taken=taken)
        if most > 1 and pick < 0.68:
            waits = tuple((Node(f"{name}_{branch}"),) for branch in "xy")
            return Node(name, "events", branches=waits)
        return Node(name, seats=min(most, random.choice((1, 1, 2, 3))))

    return sequence(TOP, 1)


def may_loop(node: Node) -> bool:
    """Whether the other engine goes through it twice: it joins parallel ways, and waits for events, only once."""
    return node.kind in ("people", "exclusive") and all(map(may_loop, itertools.chain.from_iterable(node.branches)))


def ours(tree: tuple[Node, ...]) -> tuple[WorkflowStep, ...]:
    def step(node: Node) -> WorkflowStep:
        match node.kind:
            case "exclusive":
                return choose(node.name, a=ours(node.branches[0]), b=ours(node.branches[1]))
            case "parallel":
                return together(node.name, **{name: ours(steps) for name, steps in zip("xyz", node.branches, strict=False)})
            case "inclusive":
                ways = {name: maybe(node, place) for place, name in enumerate("xyz"[: len(node.branches)])}
                return together(node.name, **ways)
            case "events":
                waits = (WaitStep(one.name, {"en": one.name}, SPAN, event=f"core.{one.name}") for (one,) in node.branches)
                return AnyOfStep(node.name, SPAN, tuple(Branch(wait.name, (wait,)) for wait in waits))
        by = People("role", f"r{node.seats}", count_max=None, pick="all")
        return approve(node.name, by, rule=SeatRule("all", early=False), opinion=())

    def maybe(node: Node, place: int) -> tuple[WorkflowStep, ...]:
        return (choose(f"{node.name}_{place}", otherwise=(), a=ours(node.branches[place])),)

    return tuple(map(step, tree))


def bpmn(tree: tuple[Node, ...]) -> bytes:
    """The same as a BPMN process."""
    parts: list[str] = []
    signals: list[str] = []
    numbers = itertools.count(1)

    def link(source: str, target: str, condition: str = "") -> str:
        name = f"f{next(numbers)}"
        inside = f'<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>' if condition else ""
        parts.append(f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>')
        return name

    def chain(nodes: tuple[Node, ...], source: str, target: str, condition: str = "") -> str:
        first = ""
        for node in nodes:
            begin, end = write(node)
            flow_name = link(source, begin, "" if first else condition)
            first, source = first or flow_name, end
        last = link(source, target, "" if first else condition)
        return first or last

    def write(node: Node) -> tuple[str, str]:
        split, join = f"{node.name}_split", f"{node.name}_join"
        match node.kind:
            case "people":
                return people(node)
            case "parallel":
                for branch in node.branches:
                    chain(branch, split, join)
                parts.append(f'<parallelGateway id="{split}"/><parallelGateway id="{join}"/>')
            case "events":
                for (one,) in node.branches:
                    link(split, one.name)
                    link(one.name, join)
                    event = f'<signalEventDefinition id="{one.name}_e" signalRef="{one.name}_s"/>'
                    parts.append(f'<intermediateCatchEvent id="{one.name}" name="{one.name}">{event}</intermediateCatchEvent>')
                    signals.append(f'<signal id="{one.name}_s" name="{one.name}"/>')
                parts.append(f'<eventBasedGateway id="{split}"/><exclusiveGateway id="{join}"/>')
            case _:
                flows = [chain(b, split, join, str(n in node.taken)) for n, b in enumerate(node.branches)]
                gateway = f"{node.kind}Gateway"
                default = f' default="{flows[min(node.taken)]}"' if node.kind == "exclusive" else ""
                parts.append(f'<{gateway} id="{split}"{default}/><{gateway} id="{join}"/>')
        return split, join

    def people(node: Node) -> tuple[str, str]:
        count = f"<multiInstanceLoopCharacteristics><loopCardinality>{node.seats}</loopCardinality></multiInstanceLoopCharacteristics>"
        parts.append(f'<userTask id="{node.name}" name="{node.name}">{count if node.seats > 1 else ""}</userTask>')
        # Whoever is sent back to comes in by a gateway of his own.
        parts.append(f'<exclusiveGateway id="{node.name}_in"/>')
        link(f"{node.name}_in", node.name)
        if node.back_to is None:
            return f"{node.name}_in", node.name
        link(node.name, f"{node.name}_out")
        link(f"{node.name}_out", f"{node.back_to}_in", f"{node.name}_back")
        on = link(f"{node.name}_out", f"{node.name}_on")
        parts.append(f'<exclusiveGateway id="{node.name}_out" default="{on}"/><exclusiveGateway id="{node.name}_on"/>')
        return f"{node.name}_in", f"{node.name}_on"

    chain(tree, "start", "end")
    head = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    body = "".join(parts)
    return (
        f'<definitions {head} id="d" targetNamespace="t">{"".join(signals)}<process id="p" isExecutable="true">'
        f'<startEvent id="start"/><endEvent id="end"/>{body}</process></definitions>'
    ).encode()


def spiff_open(workflow: Any) -> list[str]:
    """The steps that wait: people's tasks that are ready, and the events behind each gateway that waits for one of them."""
    ready = [task.task_spec.bpmn_name for task in workflow.get_tasks(state=TaskState.READY) if task.task_spec.manual]
    waiting = (task for task in workflow.get_tasks(state=TaskState.WAITING) if isinstance(task.task_spec, EventBasedGateway))
    return ready + [event.name for task in waiting for event in task.task_spec.event_definition.event_definitions]


def spiff_do(workflow: Any, step: str, *, back: bool) -> None:
    """Complete one of the ready tasks of a step, or let its event come."""
    ready = (task for task in workflow.get_tasks(state=TaskState.READY) if task.task_spec.bpmn_name == step)
    task = next(ready, None)
    if task is None:
        workflow.catch(BpmnEvent(SignalEventDefinition(step)))
    else:
        task.data[f"{step}_back"] = back
        task.run()
    workflow.do_engine_steps()


def our_open(state: Instance) -> Iterator[tuple[str, int, int, str]]:
    for visit in state.open_visits():
        if visit.state == "waiting":
            yield visit.step, visit.number, 0, ""
        for seat in visit.seats:
            yield from ((visit.step, visit.number, seat.number, person) for person in visit.entitled(seat))


def start(tree: tuple[Node, ...]) -> tuple[Definition, World, Instance]:
    definition = flow(fill("apply"), *ours(tree))
    nodes = list(_all(tree))
    codes = {node.name: "ab"[min(node.taken)] for node in nodes if node.kind == "exclusive"}
    codes |= {f"{node.name}_{place}": "a" for node in nodes if node.kind == "inclusive" for place in node.taken}
    ways = {f"{node.name}_{place}" for node in nodes if node.kind == "inclusive" for place in range(len(node.branches))}
    facts = world({f"r{n}": PEOPLE[:n] for n in (1, 2, 3)}, dict.fromkeys(ways, "b") | codes)
    outcome = handle(definition, None, cmd.Start("maker", "B1"), facts)
    assert isinstance(outcome, Handled)
    return definition, facts, outcome.state


def _all(tree: tuple[Node, ...]) -> Iterator[Node]:
    for node in tree:
        yield node
        for branch in node.branches:
            yield from _all(branch)


@pytest.mark.parametrize("returns", [False, True])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_other_engine_waits_where_this_one_waits(seed: int, returns: bool) -> None:
    """The same steps with the same number of open seats after each act, and the same end."""
    random = Random(seed)
    tree = random_tree(random, returns=returns)
    backs = {node.name: node.back_to for node in _all(tree) if node.back_to}
    definition, facts, state = start(tree)
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(bpmn(tree)))
    other = BpmnWorkflow(parser.get_spec("p"))
    other.do_engine_steps()
    for _ in range(200):
        seats = list(our_open(state))
        assert Counter(step for step, *_ in seats) == Counter(spiff_open(other))
        assert state.is_running == (not other.completed)
        if not seats:
            break
        step, number, seat, person = random.choice(seats)
        back = step in backs and number < 3 and random.random() < 0.6
        if not seat:
            act: cmd.Command = cmd.EventArrived(step, number)
        elif back:
            act = cmd.Decide(person, step, number, seat, "return", "again", backs[step])
        else:
            act = cmd.Decide(person, step, number, seat, "approve")
        outcome = handle(definition, state, act, facts)
        assert isinstance(outcome, Handled), outcome
        state = outcome.state
        spiff_do(other, step, back=back)
    assert "approved" == state.state
