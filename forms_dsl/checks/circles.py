"""Circles in a graph of things that depend on each other; holds no check itself."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def circles(graph: Mapping[Node, Iterable[Node]]) -> dict[Node, int]:
    """The nodes that stand in a circle, each with the number of the part in which everything reaches everything."""
    return {
        node: number
        for number, part in enumerate(connected_parts(graph))
        for node in part
        if len(part) > 1 or node in graph.get(node, ())
    }


def connected_parts(graph: Mapping[Node, Iterable[Node]]) -> list[frozenset[Node]]:
    """The strongly connected parts, after Tarjan (1972), without recursion; linear in nodes and edges."""
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    parts: list[frozenset[Node]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph.get(root, ())))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, following = work[-1]
            for after in following:
                if after not in index:
                    index[after] = low[after] = len(index)
                    stack.append(after)
                    on_stack.add(after)
                    work.append((after, iter(graph.get(after, ()))))
                    break
                if after in on_stack:
                    low[node] = min(low[node], index[after])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    part = {stack.pop()}
                    while node not in part:
                        part.add(stack.pop())
                    on_stack -= part
                    parts.append(frozenset(part))
    return parts
