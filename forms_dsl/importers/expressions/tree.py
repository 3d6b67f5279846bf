"""The parts of a foreign expression, and what is known of the names in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal


class Untranslatable(Exception):
    """The expression has no counterpart; `en` and `zh` say what stands in the way."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh


@dataclass(frozen=True, slots=True)
class Known:
    """A name as ours: its path, its field type, and for choices our code of each value of the source."""

    path: str
    type: str | None = None
    codes: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal; a number as it is written."""

    text: str
    kind: Literal["number", "text", "boolean", "missing"]


@dataclass(frozen=True, slots=True)
class Named:
    """A name of the source that is known."""

    known: Known


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator of ours with its operands."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Called:
    """A function of ours, or one of the source before a dialect has translated it."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Raw:
    """A part that is already ours, such as an aggregate."""

    text: str
    type: str | None = None


Node = Constant | Named | Operation | Called | Raw
Resolve = Callable[[str], Known]
Make = Callable[[tuple[Node, ...]], Node]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a source language writes things.

    `tokens` are tried in order: a pattern, and the operator of ours that it is, or `name`, `skip`, `self`.
    `first` are tokens tried before those that all languages share; `doubled_quotes`: a quote in a text is written twice.
    `functions` make a node of the arguments; `is_truthy`: a bare value counts as a condition.
    """

    name: str
    tokens: tuple[tuple[str, str], ...]
    functions: Mapping[str, Make] = field(default_factory=dict)
    is_truthy: bool = False
    literals: Mapping[str, Constant] = field(default_factory=dict)
    first: tuple[tuple[str, str], ...] = ()
    doubled_quotes: bool = False
