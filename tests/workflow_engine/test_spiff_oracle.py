"""SpiffWorkflow as an oracle: over random models of sequence, exclusive and parallel branches and 会签 it waits where the engine waits.

The BPMN is written here from the same random tree as the workflow, and both are led by the same acts; after each of them the open
work must be the same. Inclusive branches have no word of their own in a definition and are not compared.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from forms_dsl.model import People, SeatRule, WorkflowStep
from tests.workflow_engine.flows import approve, choose, fill, flow, together, world
from workflow_engine import commands as cmd
from workflow_engine.definition import Definition
from workflow_engine.handle import Handled, handle
from workflow_engine.state import Instance
from workflow_engine.world import World

PEOPLE = ("ann", "bob", "eva")


@dataclass(frozen=True)
class Node:
    """A step of people (`seats` of them sign), or a block with its branches; `taken` is the branch of an exclusive one."""

    name: str
    seats: int = 1
    branches: tuple[tuple[Node, ...], ...] = ()
    taken: int | None = None


def random_tree(random: Random) -> tuple[Node, ...]:
    numbers = itertools.count(1)

    def sequence(depth: int, least: int) -> tuple[Node, ...]:
        return tuple(node(depth) for _ in range(random.randint(least, 3)))

    def node(depth: int) -> Node:
        name, pick = f"s{next(numbers)}", random.random()
        if depth and pick < 0.25:
            return Node(name, branches=(sequence(depth - 1, 0), sequence(depth - 1, 0)), taken=random.randrange(2))
        if depth and pick < 0.55:
            return Node(name, branches=tuple(sequence(depth - 1, 0) for _ in range(random.choice((2, 2, 3)))))
        return Node(name, seats=random.choice((1, 1, 2, 3)))

    return sequence(3, 1)


def ours(tree: tuple[Node, ...]) -> tuple[WorkflowStep, ...]:
    def step(node: Node) -> WorkflowStep:
        if node.taken is not None:
            return choose(node.name, a=ours(node.branches[0]), b=ours(node.branches[1]))
        if node.branches:
            return together(node.name, **{name: ours(steps) for name, steps in zip("xyz", node.branches, strict=False)})
        by = People("role", f"r{node.seats}", count_max=None, pick="all")
        return approve(node.name, by, rule=SeatRule("all", early=False))

    return tuple(map(step, tree))


def bpmn(tree: tuple[Node, ...]) -> bytes:
    """The same as a BPMN process."""
    parts: list[str] = []
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
        if not node.branches:
            count = f"<multiInstanceLoopCharacteristics><loopCardinality>{node.seats}</loopCardinality></multiInstanceLoopCharacteristics>"
            parts.append(f'<userTask id="{node.name}" name="{node.name}">{count if node.seats > 1 else ""}</userTask>')
            return node.name, node.name
        split, join = f"{node.name}_split", f"{node.name}_join"
        if node.taken is None:
            for branch in node.branches:
                chain(branch, split, join)
            parts.append(f'<parallelGateway id="{split}"/><parallelGateway id="{join}"/>')
        else:
            flows = [chain(b, split, join, str(n == node.taken)) for n, b in enumerate(node.branches)]
            parts.append(f'<exclusiveGateway id="{split}" default="{flows[node.taken]}"/><exclusiveGateway id="{join}"/>')
        return split, join

    chain(tree, "start", "end")
    head = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    body = "".join(parts)
    return (
        f'<definitions {head} id="d" targetNamespace="t"><process id="p" isExecutable="true">'
        f'<startEvent id="start"/><endEvent id="end"/>{body}</process></definitions>'
    ).encode()


def spiff_open(workflow: Any) -> list[Any]:
    return [task for task in workflow.get_tasks(state=TaskState.READY) if task.task_spec.manual]


def our_open(state: Instance) -> Iterator[tuple[str, int, int, str]]:
    for visit in state.open_visits():
        for seat in visit.seats:
            yield from ((visit.step, visit.number, seat.number, person) for person in visit.entitled(seat))


def start(tree: tuple[Node, ...]) -> tuple[Definition, World, Instance]:
    definition = flow(fill("apply"), *ours(tree))
    codes = {node.name: "ab"[node.taken] for node in _all(tree) if node.taken is not None}
    facts = world({f"r{n}": PEOPLE[:n] for n in (1, 2, 3)}, codes)
    outcome = handle(definition, None, cmd.Start("maker", "B1"), facts)
    assert isinstance(outcome, Handled)
    return definition, facts, outcome.state


def _all(tree: tuple[Node, ...]) -> Iterator[Node]:
    for node in tree:
        yield node
        for branch in node.branches:
            yield from _all(branch)


@pytest.mark.parametrize("seed", range(60))
def test_the_other_engine_waits_where_this_one_waits(seed: int) -> None:
    """The same steps with the same number of open seats after each act, and the same end."""
    random = Random(seed)
    tree = random_tree(random)
    definition, facts, state = start(tree)
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(bpmn(tree)))
    other = BpmnWorkflow(parser.get_spec("p"))
    other.do_engine_steps()
    while True:
        seats = list(our_open(state))
        tasks = spiff_open(other)
        assert Counter(step for step, *_ in seats) == Counter(task.task_spec.bpmn_name for task in tasks)
        assert state.is_running == (not other.completed)
        if not seats:
            break
        step, number, seat, person = random.choice(seats)
        outcome = handle(definition, state, cmd.Decide(person, step, number, seat, "approve"), facts)
        assert isinstance(outcome, Handled), outcome
        state = outcome.state
        next(task for task in tasks if task.task_spec.bpmn_name == step).run()
        other.do_engine_steps()
    assert "approved" == state.state
