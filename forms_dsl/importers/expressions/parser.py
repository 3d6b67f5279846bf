"""Parses expressions of several languages by one grammar of precedences; depth and length are limited."""

from __future__ import annotations

import re
from functools import lru_cache

from forms_dsl.importers.expressions.tree import (
    Called,
    Constant,
    Dialect,
    Make,
    Named,
    Node,
    Operation,
    Resolve,
    Untranslatable,
)

_LENGTH = 2_000
_DEPTH = 30
_COMMON = (
    (r"[ \t\r\n]+", "skip"),
    (r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?![A-Za-z_0-9])", "number"),
    (r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", "text"),
)
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_ESCAPE = re.compile(r"\\(.)")


def parse_foreign(source: str, dialect: Dialect, resolve: Resolve) -> Node:
    """The tree of an expression; `resolve` knows its names. Raises Untranslatable for what has no counterpart."""
    if len(source) > _LENGTH:
        raise Untranslatable("it is too long", "过长")
    parser = _Parser(_tokens(source, dialect), dialect, resolve)
    tree = parser.choice(0)
    if parser.kind != "end":
        raise parser.unknown()
    return tree


@lru_cache(maxsize=16)
def _scanner(tokens: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"({pattern})" for pattern, _ in tokens))


def _tokens(source: str, dialect: Dialect) -> list[tuple[str, str]]:
    rules = (*dialect.first, *_COMMON, *dialect.tokens)
    scanner = _scanner(rules)
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(source):
        match = scanner.match(source, at)
        if match is None or match.lastindex is None or match.end() == at:
            raise Untranslatable(f"{source[at : at + 20]!r} is not understood", f"无法理解“{source[at : at + 20]}”")
        kind = rules[match.lastindex - 1][1]
        if kind != "skip":
            found.append((kind, match.group()))
        at = match.end()
    return [*found, ("end", "")]


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], dialect: Dialect, resolve: Resolve) -> None:
        self.tokens, self.dialect, self.resolve, self.at = tokens, dialect, resolve, 0

    @property
    def kind(self) -> str:
        """The kind of the current token."""
        return self.tokens[self.at][0]

    def unknown(self) -> Untranslatable:
        """The failure about the current token."""
        text = self.tokens[self.at][1] or "the end"
        return Untranslatable(f"{text!r} has no counterpart here", f"“{text}”在此处没有对应写法")

    def _take(self, *kinds: str) -> str | None:
        kind, text = self.tokens[self.at]
        if kind in kinds:
            self.at += 1
            return text if kind in ("number", "text", "name") else kind
        return None

    def _need(self, kind: str) -> None:
        if self._take(kind) is None:
            raise self.unknown()

    def choice(self, depth: int) -> Node:
        """A whole expression: `if … then … else …`, or `… ? … : …`."""
        if depth > _DEPTH:
            raise Untranslatable("it is nested too deeply", "嵌套过深")
        if self._take("if"):
            condition = self.choice(depth + 1)
            self._need("then")
            first = self.choice(depth + 1)
            self._need("else")
            return Operation("if", (condition, first, self.choice(depth + 1)))
        condition = self._or(depth + 1)
        if self._take("?"):
            first = self.choice(depth + 1)
            self._need(":")
            return Operation("if", (condition, first, self.choice(depth + 1)))
        return condition

    def _or(self, depth: int) -> Node:
        found = self._and(depth)
        while self._take("or"):
            found = Operation("or", (found, self._and(depth)))
        return found

    def _and(self, depth: int) -> Node:
        found = self._comparison(depth)
        while self._take("and"):
            found = Operation("and", (found, self._comparison(depth)))
        return found

    def _comparison(self, depth: int) -> Node:
        found = self._sum(depth)
        operator = self._take(*_COMPARISONS, "between", "in")
        if operator == "between":
            low = self._sum(depth)
            self._need("and")
            return Operation("and", (Operation(">=", (found, low)), Operation("<=", (found, self._sum(depth)))))
        if operator == "in":
            return Operation("in", (found, *self._list(depth)))
        return Operation(operator, (found, self._sum(depth))) if operator else found

    def _list(self, depth: int) -> list[Node]:
        closing = {"(": ")", "[": "]"}.get(self._take("(", "[") or "", "")
        if not closing:
            raise self.unknown()
        return self._until(closing, depth)

    def _until(self, closing: str, depth: int) -> list[Node]:
        found: list[Node] = []
        while not self._take(closing):
            if found:
                self._need(",")
            found.append(self.choice(depth + 1))
        return found

    def _sum(self, depth: int) -> Node:
        found = self._product(depth)
        while operator := self._take("+", "-", "&"):
            found = Operation(operator, (found, self._product(depth)))
        return found

    def _product(self, depth: int) -> Node:
        found = self._unary(depth)
        while operator := self._take("*", "/", "%"):
            found = Operation(operator, (found, self._unary(depth)))
        return found

    def _unary(self, depth: int) -> Node:
        if depth > _DEPTH * 3:
            raise Untranslatable("it is nested too deeply", "嵌套过深")
        if self._take("-"):
            return Operation("negative", (self._unary(depth + 1),))
        if self._take("!"):
            return Operation("not", (self._unary(depth + 1),))
        return self._primary(depth)

    def _primary(self, depth: int) -> Node:
        kind, text = self.tokens[self.at]
        if kind == "(":
            self.at += 1
            found = self.choice(depth + 1)
            self._need(")")
            return found
        if kind == "[":
            self.at += 1
            return Called("[]", tuple(self._until("]", depth)))
        self.at += 1
        if kind == "number":
            return Constant(f"0{text}" if text.startswith(".") else text, "number")
        if kind == "text":
            inside = text[1:-1]
            return Constant(
                inside.replace(text[0] * 2, text[0]) if self.dialect.doubled_quotes else _ESCAPE.sub(r"\1", inside), "text"
            )
        if kind in ("name", "self"):
            return self._named(text, depth)
        self.at -= 1
        raise self.unknown()

    def _named(self, text: str, depth: int) -> Node:
        if self.kind == "(":
            function = self.dialect.functions.get(text)
            if function is None:
                raise Untranslatable(f"the function {text} has no counterpart", f"函数 {text} 没有对应写法")
            self.at += 1
            return function(tuple(self._until(")", depth)))
        literal = self.dialect.literals.get(text)
        if literal is not None:
            return literal
        return Named(self.resolve(text))


def call(function: str, *counts: int) -> Make:
    """A translation of a function into one of ours with the same arguments, as many as `counts` says."""

    def make(arguments: tuple[Node, ...]) -> Node:
        if counts and len(arguments) not in counts:
            raise Untranslatable(f"{function} with {len(arguments)} arguments", f"{function} 有 {len(arguments)} 个参数")
        return Called(function, arguments)

    return make
