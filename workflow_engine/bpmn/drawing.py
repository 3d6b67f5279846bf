"""Where everything of a diagram stands: blocks as rows of a tree, measured from inside, then placed and joined by lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from workflow_engine.markup.text import Tag

#: Width and height, as every modeller draws them.
TASK, GATEWAY, EVENT = (100, 80), (50, 50), (36, 36)
_GAP, _BETWEEN, _INSIDE, _EMPTY_ROW = 50, 30, 40, 20

Point = tuple[int, int]


@dataclass(slots=True, eq=False)
class Node:
    """A flow node: its element's name, what stands in it, and, once it is placed, its box."""

    id: str
    kind: str
    size: tuple[int, int]
    name: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    extension: tuple[Tag, ...] = ()
    content: tuple[Tag, ...] = ()
    #: What an embedded sub-process holds.
    inner: Row | None = None
    #: Events on its border.
    border: tuple[Node, ...] = ()
    x: int = 0
    y: int = 0

    @property
    def middle(self) -> Point:
        """The centre of its box."""
        return self.x + self.size[0] // 2, self.y + self.size[1] // 2


@dataclass(frozen=True, slots=True)
class Row:
    """Items one after the other."""

    items: tuple[Node | Split, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """One way of a block, with what is said at the line that leads into it."""

    row: Row
    name: str = ""
    condition: str | None = None
    extension: tuple[Tag, ...] = ()
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """A gateway, its ways below each other, and the gateway where they meet (None where each way ends by itself)."""

    open: Node
    ways: tuple[Way, ...]
    close: Node | None


@dataclass(frozen=True, slots=True)
class Flow:
    """A line between two nodes."""

    id: str
    source: Node
    target: Node
    points: tuple[Point, ...]
    way: Way | None = None


@dataclass(slots=True)
class Scope:
    """The nodes and lines of a process or of one embedded sub-process."""

    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    inner: dict[str, Scope] = field(default_factory=dict)

    def every(self) -> Iterator[Scope]:
        """The scope and all within it, outer ones first."""
        yield self
        for scope in self.inner.values():
            yield from scope.every()


def draw(row: Row) -> Scope:
    """Place a row and everything in it, and draw the lines."""
    _measure_inner(row)
    scope = Scope()
    _place_row(row, 160, 80 + _size(row)[1] // 2, scope)
    return scope


def _measure_inner(row: Row) -> None:
    """Boxes of sub-processes grow to what they hold."""
    for item in row.items:
        if isinstance(item, Split):
            for way in item.ways:
                _measure_inner(way.row)
        elif item.inner is not None:
            _measure_inner(item.inner)
            width, height = _size(item.inner)
            item.size = (width + 2 * _INSIDE, height + 2 * _INSIDE)


def _size(item: Node | Split | Row) -> tuple[int, int]:
    match item:
        case Node():
            return item.size
        case Row(items):
            sizes = [_size(each) for each in items]
            width = sum(size[0] for size in sizes) + _GAP * max(0, len(sizes) - 1)
            return width, max((size[1] for size in sizes), default=_EMPTY_ROW)
        case Split(open, ways, close):
            sizes = [_size(way.row) for way in ways]
            inside = max((size[0] for size in sizes), default=0) + 2 * _GAP
            height = sum(size[1] for size in sizes) + _BETWEEN * max(0, len(sizes) - 1)
            return open.size[0] + inside + (close.size[0] if close else 0), max(height, open.size[1])


def _place(node: Node, x: int, middle: int, scope: Scope) -> None:
    # Two pixels keep middles whole: every size is even.
    node.x, node.y = x, middle - node.size[1] // 2
    scope.nodes.append(node)
    for number, event in enumerate(node.border):
        event.x = node.x + 10 + number * (event.size[0] + 8)
        event.y = node.y + node.size[1] - event.size[1] // 2
        scope.nodes.append(event)
    if node.inner is not None:
        scope.inner[node.id] = inside = Scope()
        _place_row(node.inner, x + _INSIDE, middle, inside)


def _place_row(row: Row, x: int, middle: int, scope: Scope) -> tuple[Node, Node] | None:
    """Place a row from `x` on along a line; answers its first and last node."""
    first: Node | None = None
    last: Node | None = None
    for item in row.items:
        if isinstance(item, Node):
            _place(item, x, middle, scope)
            head, tail = item, item
        else:
            head, tail = item.open, item.close or item.open
            _place_split(item, x, middle, scope)
        if last is not None:
            scope.flows.append(Flow(f"{last.id}-{head.id}", last, head, (_right(last), _left(head))))
        first, last = first or head, tail
        x += _size(item)[0] + _GAP
    return None if first is None or last is None else (first, last)


def _place_split(split: Split, x: int, middle: int, scope: Scope) -> None:
    width, _height = _size(split)
    _place(split.open, x, middle, scope)
    close = split.close
    if close is not None:
        _place(close, x + width - close.size[0], middle, scope)
    stacked = sum(_size(way.row)[1] for way in split.ways) + _BETWEEN * max(0, len(split.ways) - 1)
    top = middle - stacked // 2
    for number, way in enumerate(split.ways, 1):
        own = _size(way.row)[1]
        line = top + own // 2
        top += own + _BETWEEN
        ends = _place_row(way.row, split.open.x + split.open.size[0] + _GAP, line, scope)
        name = f"{split.open.id}-{number}"
        if ends is not None:
            scope.flows.append(Flow(name, split.open, ends[0], (*_out_of(split.open, line), _left(ends[0])), way))
            if close is not None:
                scope.flows.append(Flow(f"{ends[1].id}-{close.id}", ends[1], close, (_right(ends[1]), *_into(close, line))))
        elif close is not None:
            scope.flows.append(Flow(name, split.open, close, (*_out_of(split.open, line), *_into(close, line)), way))


def _out_of(gateway: Node, line: int) -> tuple[Point, ...]:
    x, y = gateway.middle
    if line == y:
        return (_right(gateway),)
    return (x, gateway.y if line < y else gateway.y + gateway.size[1]), (x, line)


def _into(gateway: Node, line: int) -> tuple[Point, ...]:
    x, y = gateway.middle
    if line == y:
        return (_left(gateway),)
    return (x, line), (x, gateway.y if line < y else gateway.y + gateway.size[1])


def _right(node: Node) -> Point:
    return node.x + node.size[0], node.middle[1]


def _left(node: Node) -> Point:
    return node.x, node.middle[1]
