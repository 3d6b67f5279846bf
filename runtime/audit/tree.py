"""The Merkle tree of RFC 6962, grown leaf by leaf: only the roots of its complete subtrees are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tree:
    """A tree of `size` leaves; `frontier` holds its complete subtrees, the largest first."""

    size: int = 0
    frontier: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Add a leaf's hash at the end."""
        node, size = leaf, self.size
        while size & 1:
            node = _node(self.frontier.pop(), node)
            size >>= 1
        self.frontier.append(node)
        self.size += 1

    def root(self) -> str:
        """The hash that stands for all leaves and their order."""
        if not self.frontier:
            return hashlib.sha256(b"").hexdigest()
        *larger, node = self.frontier
        for left in reversed(larger):
            node = _node(left, node)
        return node.hex()

    def frontier_text(self) -> list[str]:
        """The frontier as it is kept in a checkpoint."""
        return [node.hex() for node in self.frontier]


def tree_from(size: int, frontier: Sequence[str]) -> Tree:
    """The tree that a checkpoint kept."""
    return Tree(size, [bytes.fromhex(node) for node in frontier])


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
