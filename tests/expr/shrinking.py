"""Makes an example of a disagreement small: subtrees are dropped as long as the targets still disagree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.expr.agreement import Example
from tests.expr.world import ANY, check, scope

#: What a part of any type can be replaced by.
_SIMPLE = ("None", "0", "1", "True", '"a"', "n1", "m1", "t1", "b1", "d1", "c1", "[]")


def shrink(example: Example, disagrees: Callable[[Example], bool]) -> Example:
    """The smallest example found by replacing parts by parts of themselves, over the smallest set of records."""
    for record in example.world.records:
        alone = replace(example, world=replace(example.world, records=(record,)))
        if disagrees(alone):
            example = alone
            break
    while True:
        smaller = next((one for source in _smaller(example.source) if (one := _made(example, source)) and disagrees(one)), None)
        if smaller is None:
            return example
        example = smaller


def _made(example: Example, source: str) -> Example | None:
    expression = check(source, scope=scope(ANY))[0]
    return None if expression is None else Example(source, expression, example.world)


def _smaller(source: str) -> Iterator[str]:
    """Shorter texts, the shortest first; most of them have no type and are thrown away by the checker."""
    found = set()
    for node in ast.walk(ast.parse(source, mode="eval").body):
        if not isinstance(node, ast.expr):
            continue
        parts = [part for part in ast.walk(node) if isinstance(part, ast.expr) and part is not node]
        for text in (*_SIMPLE, *(f"({ast.unparse(part)})" for part in parts), *(ast.unparse(part) for part in parts)):
            found.add(_spliced(source, node, text))
    yield from sorted((each for each in found if len(each) < len(source)), key=len)


def _spliced(source: str, node: ast.expr, text: str) -> str:
    raw = source.encode()
    return (raw[: node.col_offset] + text.encode() + raw[node.end_col_offset :]).decode()
