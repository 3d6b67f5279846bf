"""Whether the words of an expression can follow each other: brackets, missing values and operators.

Python's own parser says only "invalid syntax", often at the wrong place; a person needs the word and the remedy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from forms_dsl.diagnostics import Sentence
from forms_dsl.expr import codes
from forms_dsl.expr.tokens import IF_ELSE, MAX_NESTING, MAX_NODES, Problem, Token, write

_BINARY = frozenset(
    {"+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "=", "and", "or", "in", "if", "else", "for"}
)
_CLOSING = {"(": ")", "[": "]"}
#: The hint of the only problem that does not hinder reading.
EQUALS_HINT = Sentence("Write == here.", "请在这里写 ==")
_SHOUTED = {"AND": "and", "OR": "or", "NOT": "not", "IN": "in", "IF": "if", "ELSE": "else"}
#: Operators of other languages, with what is written instead.
_FOREIGN = {"between": "1 <= x <= 5", "like": "contains(text, part)", "is": "is_missing(x)", "mod": "%", "div": "//",
            "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="}  # fmt: skip


@dataclass(slots=True)
class _Reading:
    open: list[Token] = field(default_factory=list)
    previous: Token | None = None
    wants_value: bool = True
    unary_run: int = 0
    values: int = 0


def order_problems(tokens: tuple[Token, ...]) -> tuple[Problem, ...]:
    """What is wrong with the order of the words; `=` is reported here too and read as a comparison."""
    reading = _Reading()
    problems: list[Problem] = []
    for position, token in enumerate(tokens):
        problems.extend(_read(reading, token, tokens[position + 1] if position + 1 < len(tokens) else token))
        if len(reading.open) > MAX_NESTING or reading.unary_run > MAX_NESTING:
            message = Sentence(
                f"Brackets or signs are nested deeper than {MAX_NESTING}.", f"括号或符号嵌套超过 {MAX_NESTING} 层。"
            )
            problems.append(Problem(codes.TOO_LARGE, message, token.start, token.end))
            break
        if reading.values > MAX_NODES:
            message = Sentence(f"The expression has more than {MAX_NODES} parts.", f"表达式超过 {MAX_NODES} 个部分。")
            problems.append(Problem(codes.TOO_LARGE, message, token.start, token.end))
            break
    return tuple(problems)


def _read(reading: _Reading, token: Token, following: Token) -> Iterator[Problem]:
    if reading.wants_value:
        yield from _read_value(reading, token)
    else:
        yield from _read_operator(reading, token, following)
    reading.previous = token


def _read_value(reading: _Reading, token: Token) -> Iterator[Problem]:
    previous = reading.previous
    if token.text in ("not", "-") and token.kind != "text":
        reading.unary_run += 1
        return
    if token.text == "+" and token.kind == "operator":
        message = Sentence("A sign '+' before a value is not in the language.", "值前面不能写“+”。")
        yield Problem(codes.NOT_IN_LANGUAGE, message, token.start, token.end)
        return
    if token.kind == "operator" and token.text in _CLOSING:
        reading.open.append(token)
        reading.unary_run = 0
        return
    empty = previous is not None and previous.kind == "operator" and previous.text in _CLOSING
    if empty and token.kind == "operator" and token.text == _CLOSING[previous.text]:  # type: ignore[union-attr]
        yield from _close(reading, token)
        return
    if token.kind in ("number", "text") or (token.kind == "name" and token.text not in _BINARY):
        reading.wants_value = False
        reading.unary_run = 0
        reading.values += 1
        return
    yield _value_missing(token, previous)
    if token.kind == "operator" and token.text in (")", "]"):
        yield from _close(reading, token)


def _value_missing(token: Token, previous: Token | None) -> Problem:
    if token.kind == "end":
        if previous is None:
            return Problem(codes.SYNTAX, Sentence("The expression is empty.", "表达式是空的。"), token.start, token.end)
        message = Sentence(f"A value is missing after {previous.text!r}.", f"“{previous.text}”后面缺少值。")
        return Problem(codes.SYNTAX, message, previous.start, previous.end)
    message = Sentence(f"A value is missing before {token.text!r}.", f"“{token.text}”前面缺少值。")
    return Problem(codes.SYNTAX, message, token.start, token.end, IF_ELSE if token.text == "if" else None)


def _read_operator(reading: _Reading, token: Token, following: Token) -> Iterator[Problem]:
    previous = reading.previous
    if token.kind == "end":
        for bracket in reading.open:
            hint = Sentence(f"Add {_CLOSING[bracket.text]}", f"请补上 {_CLOSING[bracket.text]}")
            message = Sentence(f"This {bracket.text!r} is not closed.", f"“{bracket.text}”没有闭合。")
            yield Problem(codes.SYNTAX, message, bracket.start, bracket.end, hint)
        return
    if token.kind in ("number", "text") or (token.kind == "name" and token.text not in _BINARY and token.text != "not"):
        yield from _operator_missing(token, previous)
        reading.wants_value = token.kind == "name" and (token.text in _SHOUTED or token.text.lower() in _FOREIGN)
        return
    match token.text:
        case ")" | "]":
            yield from _close(reading, token)
        case "(" if previous is not None and previous.kind == "name":
            reading.open.append(token)
            reading.wants_value = True
        case "(":
            yield _no_operator(token)
            reading.open.append(token)
            reading.wants_value = True
        case "[":
            message = Sentence("'[' after a value is not in the language.", "值后面不能写“[”。")
            yield Problem(codes.NOT_IN_LANGUAGE, message, token.start, token.end)
            reading.open.append(token)
            reading.wants_value = True
        case "," if not reading.open:
            message = Sentence("A comma stands outside of brackets.", "逗号只能写在括号里。")
            yield Problem(codes.SYNTAX, message, token.start, token.end)
            reading.wants_value = True
        case "=":
            message = Sentence("A condition compares with '==', but this one has '='.", "条件用“==”比较，这里写的是“=”。")
            yield Problem(codes.SYNTAX, message, token.start, token.end, EQUALS_HINT)
            reading.wants_value = True
        case "not" if following.text == "in":
            pass
        case "not":
            yield from _operator_missing(token, previous)
            reading.wants_value = True
        case _:
            reading.wants_value = True


def _operator_missing(token: Token, previous: Token | None) -> Iterator[Problem]:
    for word in (token, previous):
        if word is not None and word.kind == "name" and word.text in _SHOUTED:
            message = Sentence(f"{word.text!r} is not an operator.", f"“{word.text}”不是运算符。")
            yield Problem(codes.SYNTAX, message, word.start, word.end, write(_SHOUTED[word.text]))
            return
    if token.kind == "name" and token.text.lower() in _FOREIGN:
        message = Sentence(f"{token.text!r} is not an operator.", f"“{token.text}”不是运算符。")
        yield Problem(codes.SYNTAX, message, token.start, token.end, write(_FOREIGN[token.text.lower()]))
        return
    if token.kind == "text" and previous is not None and previous.kind == "text":
        hint = Sentence("Join texts with concat(a, b).", "文本用 concat(a, b) 连接。")
        message = Sentence("Two texts stand side by side.", "两个文本之间没有运算符。")
        yield Problem(codes.NOT_IN_LANGUAGE, message, token.start, token.end, hint)
        return
    if token.kind == "text" and previous is not None and previous.kind == "name" and previous.end == token.start:
        message = Sentence(
            f"A text with the prefix {previous.text!r} is not in the language.", f"文本前面不能有“{previous.text}”。"
        )
        yield Problem(codes.NOT_IN_LANGUAGE, message, previous.start, token.end)
        return
    yield _no_operator(token)


def _no_operator(token: Token) -> Problem:
    message = Sentence(f"An operator is missing before {token.text!r}.", f"“{token.text}”前面缺少运算符。")
    return Problem(codes.SYNTAX, message, token.start, token.end)


def _close(reading: _Reading, token: Token) -> Iterator[Problem]:
    reading.wants_value = False
    if not reading.open:
        opening = "(" if token.text == ")" else "["
        message = Sentence(f"This {token.text!r} has no {opening!r}.", f"“{token.text}”前面没有对应的“{opening}”。")
        yield Problem(codes.SYNTAX, message, token.start, token.end)
        return
    bracket = reading.open.pop()
    if _CLOSING[bracket.text] != token.text:
        message = Sentence(f"{bracket.text!r} is closed by {token.text!r}.", f"“{bracket.text}”用“{token.text}”闭合了。")
        yield Problem(codes.SYNTAX, message, token.start, token.end, write(_CLOSING[bracket.text]))
