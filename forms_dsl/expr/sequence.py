"""Whether the words of an expression can follow each other: brackets, missing values and operators.

Python's own parser says only "invalid syntax", often at the wrong place; a person needs the word and the remedy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from forms_dsl.expr import codes
from forms_dsl.expr.tokens import MAX_NESTING, MAX_NODES, Problem, Token

_BINARY = frozenset({"+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "=", "and", "or", "in", "if", "else", "for"})
_CLOSING = {"(": ")", "[": "]"}
_SHOUTED = {"AND": "and", "OR": "or", "NOT": "not", "IN": "in", "IF": "if", "ELSE": "else"}


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
            problems.append(Problem(codes.TOO_LARGE, f"Brackets or signs are nested deeper than {MAX_NESTING}.", token.start, token.end))
            break
        if reading.values > MAX_NODES:
            problems.append(Problem(codes.TOO_LARGE, f"The expression has more than {MAX_NODES} parts.", token.start, token.end))
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
        yield Problem(codes.NOT_IN_LANGUAGE, "A sign '+' before a value is not in the language.", token.start, token.end)
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
            return Problem(codes.SYNTAX, "The expression is empty.", token.start, token.end)
        return Problem(codes.SYNTAX, f"A value is missing after {previous.text!r}.", previous.start, previous.end)
    return Problem(codes.SYNTAX, f"A value is missing before {token.text!r}.", token.start, token.end)


def _read_operator(reading: _Reading, token: Token, following: Token) -> Iterator[Problem]:
    previous = reading.previous
    if token.kind == "end":
        for bracket in reading.open:
            hint = f"Add {_CLOSING[bracket.text]}"
            yield Problem(codes.SYNTAX, f"This {bracket.text!r} is not closed.", bracket.start, bracket.end, hint)
        return
    if token.kind in ("number", "text") or (token.kind == "name" and token.text not in _BINARY and token.text != "not"):
        yield from _operator_missing(token, previous)
        reading.wants_value = token.kind == "name" and token.text in _SHOUTED
        return
    match token.text:
        case ")" | "]":
            yield from _close(reading, token)
        case "(" if previous is not None and previous.kind == "name":
            reading.open.append(token)
            reading.wants_value = True
        case "(":
            yield Problem(codes.SYNTAX, "An operator is missing before '('.", token.start, token.end)
            reading.open.append(token)
            reading.wants_value = True
        case "[":
            yield Problem(codes.NOT_IN_LANGUAGE, "'[' after a value is not in the language.", token.start, token.end)
            reading.open.append(token)
            reading.wants_value = True
        case "," if not reading.open:
            yield Problem(codes.SYNTAX, "A comma stands outside of brackets.", token.start, token.end)
            reading.wants_value = True
        case "=":
            message = "A condition compares with '==', but this one has '='."
            yield Problem(codes.SYNTAX, message, token.start, token.end, "Write == here.")
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
            yield Problem(codes.SYNTAX, f"{word.text!r} is not an operator.", word.start, word.end, f"Write {_SHOUTED[word.text]}")
            return
    if token.kind == "text" and previous is not None and previous.kind == "text":
        hint = "Join texts with concat(a, b)."
        yield Problem(codes.NOT_IN_LANGUAGE, "Two texts stand side by side.", token.start, token.end, hint)
        return
    if token.kind == "text" and previous is not None and previous.kind == "name" and previous.end == token.start:
        yield Problem(codes.NOT_IN_LANGUAGE, f"A text with the prefix {previous.text!r} is not in the language.", previous.start, token.end)
        return
    yield Problem(codes.SYNTAX, f"An operator is missing before {token.text!r}.", token.start, token.end)


def _close(reading: _Reading, token: Token) -> Iterator[Problem]:
    reading.wants_value = False
    if not reading.open:
        opening = "(" if token.text == ")" else "["
        yield Problem(codes.SYNTAX, f"This {token.text!r} has no {opening!r}.", token.start, token.end)
        return
    bracket = reading.open.pop()
    if _CLOSING[bracket.text] != token.text:
        message = f"{bracket.text!r} is closed by {token.text!r}."
        yield Problem(codes.SYNTAX, message, token.start, token.end, f"Write {_CLOSING[bracket.text]}")
