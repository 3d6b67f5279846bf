"""From the text of an expression to a tree of Python's `ast` that holds only what the language has."""

from __future__ import annotations

import ast
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

from forms_dsl.diagnostics import Sentence
from forms_dsl.expr import codes
from forms_dsl.expr.sequence import EQUALS_HINT, order_problems
from forms_dsl.expr.tokens import MAX_NODES, Problem, Token, scan

MAX_DEPTH = 40
_start = attrgetter("start")

_ALLOWED = (
    ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Compare, ast.IfExp, ast.Call, ast.Attribute, ast.Constant, ast.Name, ast.List,
    ast.GeneratorExp,
)  # fmt: skip
_REFUSED_WORDS: dict[type[ast.AST], Sentence] = {
    ast.Tuple: Sentence("A list of values in round brackets", "圆括号里的值列表"),
    ast.Subscript: Sentence("A subscript", "下标"),
    ast.Starred: Sentence("A star before a value", "值前面的星号"),
    ast.Dict: Sentence("A map", "映射"),
    ast.Set: Sentence("A set", "集合"),
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A readable expression: its tree, its words, and how byte offsets of the tree become characters."""

    source: str
    root: ast.expr
    tokens: tuple[Token, ...]
    #: Character offset of each byte offset; empty when they are the same.
    characters: tuple[int, ...]
    #: True when a single `=` was read as a comparison, so that only names can be judged.
    repaired: bool = False

    def start(self, node: ast.expr) -> int:
        """The offset of the first character of a node."""
        return self._character(node.col_offset - 1)

    def end(self, node: ast.expr) -> int:
        """The offset after the last character of a node."""
        return self._character((node.end_col_offset or node.col_offset) - 1)

    def operator(self, left: ast.expr, right: ast.expr) -> tuple[int, int]:
        """Where the operator between two neighbours stands."""
        start, end = self.end(left), self.start(right)
        first = bisect_left(self.tokens, start, key=_start)
        last = bisect_left(self.tokens, end, lo=first, key=_start)
        between = [token for token in self.tokens[first:last] if token.text not in ("(", ")")]
        return (between[0].start, between[-1].end) if between else (start, end)

    def number(self, node: ast.expr) -> Decimal:
        """The exact value of a number literal, from its text: the tree holds a float."""
        return Decimal(self.source[self.start(node) : self.end(node)])

    def _character(self, byte: int) -> int:
        return self.characters[byte] if self.characters else byte


#: Conditions are often written alike, in one app and from one check to the next; so many need a few megabytes.
_KEPT = 64


@lru_cache(maxsize=_KEPT)
def parse(source: str) -> tuple[Parsed | None, tuple[Problem, ...]]:
    """Read an expression; without a tree when anything but a single `=` is wrong."""
    tokens, problems = scan(source)
    if problems:
        return None, problems
    problems = order_problems(tokens)
    if any(p.hint != EQUALS_HINT for p in problems):
        return None, problems
    text = _parsable(source, tokens)
    try:
        root = ast.parse(f"({text})", mode="eval").body
    except SyntaxError as error:
        start = min(max((error.offset or 2) - 2, 0), len(source))
        message = Sentence("The expression cannot be read here.", "从这里起无法读懂。")
        if "expected 'else'" in error.msg:
            message = Sentence("This `if` has no `else`.", "这个 if 缺少 else。")
        return None, (*problems, Problem(codes.SYNTAX, message, start, min(start + 1, len(source))))
    except (ValueError, MemoryError, RecursionError):
        return None, (
            Problem(codes.TOO_LARGE, Sentence("The expression is nested too deeply.", "表达式嵌套太深。"), 0, len(source)),
        )
    parsed = Parsed(source, root, tokens, _character_offsets(text), repaired=bool(problems))
    refused = tuple(_refused(parsed))
    return (None if refused else parsed), (*problems, *refused)


def text_value(value: str) -> str | None:
    """The value of a text literal: NFC like all stored text; the empty text is missing."""
    return unicodedata.normalize("NFC", value) or None


def _parsable(source: str, tokens: tuple[Token, ...]) -> str:
    characters = list(re.sub(r"[\r\n\t]", " ", source))
    for token in tokens:
        if token.text == "=" and token.kind == "operator":
            characters[token.start] = "<"  # as long as `=`, so that all positions stay
    return "".join(characters)


def _character_offsets(text: str) -> tuple[int, ...]:
    if text.isascii():
        return ()
    offsets: list[int] = []
    for position, character in enumerate(text):
        offsets.extend([position] * len(character.encode()))
    offsets.append(len(text))
    return tuple(offsets)


def _refused(parsed: Parsed) -> Iterable[Problem]:
    """Constructs outside the language, and trees too large or too deep; without recursion."""
    nodes: list[tuple[ast.AST, int]] = [(parsed.root, 1)]
    count = 0
    while nodes:
        node, depth = nodes.pop()
        if isinstance(node, ast.expr):
            count += 1
            start, end = parsed.start(node), parsed.end(node)
            if depth > MAX_DEPTH:
                message = Sentence(f"The expression is nested deeper than {MAX_DEPTH}.", f"表达式嵌套超过 {MAX_DEPTH} 层。")
                yield Problem(codes.TOO_LARGE, message, start, end)
                return
            if count > MAX_NODES:
                message = Sentence(f"The expression has more than {MAX_NODES} parts.", f"表达式超过 {MAX_NODES} 个部分。")
                yield Problem(codes.TOO_LARGE, message, 0, len(parsed.source))
                return
            if not isinstance(node, _ALLOWED):
                words = _REFUSED_WORDS.get(type(node), Sentence("This construct", "这种写法"))
                message = Sentence(f"{words.en} is not in the language.", f"表达式语言里没有{words.zh}。")
                yield Problem(codes.NOT_IN_LANGUAGE, message, start, end)
                continue
            problem = _refused_form(node, start, end)
            if problem is not None:
                yield problem
        nodes.extend((child, depth + 1 if isinstance(child, ast.expr) else depth) for child in ast.iter_child_nodes(node))


def _refused_form(node: ast.expr, start: int, end: int) -> Problem | None:
    match node:
        case ast.Call(func=ast.Name(), keywords=[]) | ast.Attribute(value=ast.Name() | ast.Attribute()):
            return None
        case ast.Call(func=ast.Name()):
            return Problem(codes.NOT_IN_LANGUAGE, Sentence("Arguments have no names.", "参数没有名称。"), start, end)
        case ast.Call():
            message = Sentence("Only functions can be called; values have no methods.", "只能调用函数；值没有方法。")
            return Problem(codes.NOT_IN_LANGUAGE, message, start, end)
        case ast.Attribute():
            return Problem(codes.NOT_IN_LANGUAGE, Sentence("A path begins with a name.", "路径要以名称开头。"), start, end)
        case ast.GeneratorExp(generators=[ast.comprehension(target=ast.Name(), ifs=conditions)]) if len(conditions) <= 1:
            return None
        case ast.GeneratorExp(generators=[_, _, *_]):
            return Problem(codes.NESTED_AGGREGATE, Sentence("An aggregate has one loop.", "汇总只能有一层循环。"), start, end)
        case ast.GeneratorExp():
            message = Sentence("A loop has one name and at most one `if`.", "循环只有一个名称，最多一个 if。")
            return Problem(
                codes.NOT_IN_LANGUAGE, message, start, end, Sentence("Join conditions with `and`.", "条件用 and 连接。")
            )
        case ast.UnaryOp(op=ast.UAdd() | ast.Invert()):
            message = Sentence("Only '-' and 'not' stand before a value.", "值前面只能写“-”和 not。")
            return Problem(codes.NOT_IN_LANGUAGE, message, start, end)
    return None
