"""The words of an expression with their places, and what can be said from them alone.

Everything hostile is refused here, before Python's parser sees the text: it dies on deep nesting.
"""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import Literal

from forms_dsl.diagnostics import Code
from forms_dsl.expr import codes

MAX_LENGTH = 2000
MAX_NESTING = 30
MAX_NODES = 500

TokenKind = Literal["number", "text", "name", "operator", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression; `start` and `end` count characters."""

    kind: TokenKind
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding inside an expression, by character offsets."""

    code: Code
    message: str
    start: int
    end: int
    hint: str | None = None


_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      |(?P<number>[0-9][\w.]*)
      |(?P<name>[^\W\d]\w*)
      |(?P<text>"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
      |(?P<operator>===|!==|==|!=|<=|>=|<>|//|\*\*|<<|>>|->|:=|&&|\|\||[-+*/%<>=()\[\],.])
      |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)

_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,21})(?:\.[0-9]{1,16})?")
_TEXT_ESCAPE = re.compile(r"\\(?:[\\'\"nt]|u[0-9a-fA-F]{4})|(?P<bad>\\.)", re.DOTALL)

#: Keywords of the language; the other keywords of Python are not in it.
_KEYWORDS = frozenset({"and", "or", "not", "in", "if", "else", "for", "True", "False", "None"})
_PYTHON_KEYWORDS = frozenset(keyword.kwlist) - _KEYWORDS

_INSTEAD = {
    "===": "==", "!==": "!=", "<>": "!=", "&&": "and", "||": "or", "!": "not", "&": "and", "|": "or",
    "≠": "!=", "≤": "<=", "≥": ">=", "×": "*", "÷": "/", "＝": "==", "＞": ">", "＜": "<", "（": "(", "）": ")",
    "，": ",", "。": ".", "“": '"', "”": '"', "‘": "'", "’": "'", "＋": "+", "－": "-", "＊": "*", "／": "/", "％": "%",
    "【": "[", "】": "]", "\u3000": " ", "\u00a0": " ",
}  # fmt: skip


def scan(source: str) -> tuple[tuple[Token, ...], tuple[Problem, ...]]:
    """The words of an expression and what is wrong with single words; an "end" token closes the list."""
    if len(source) > MAX_LENGTH:
        message = f"The expression has {len(source)} characters; at most {MAX_LENGTH} are possible."
        return (), (Problem(codes.TOO_LARGE, message, MAX_LENGTH, len(source)),)
    tokens: list[Token] = []
    problems: list[Problem] = []
    for match in _TOKEN.finditer(source):
        word, start, end = match.group(), match.start(), match.end()
        kind = match.lastgroup or "other"
        if kind == "space":
            continue
        problem = _word_problem(kind, word, start, end)
        if problem is not None:
            problems.append(problem)
        if kind in ("number", "text", "name", "operator"):
            tokens.append(Token(kind, word, start, end))  # type: ignore[arg-type]
    tokens.append(Token("end", "", len(source), len(source)))
    return tuple(tokens), tuple(problems)


def _word_problem(kind: str, text: str, start: int, end: int) -> Problem | None:
    match kind:
        case "number" if not _NUMBER.fullmatch(text):
            message = f"{text!r} is not a number of the language."
            hint = "Write plain decimals like 1250.50, with at most 22 digits before and 16 after the point."
            return Problem(codes.LITERAL, message, start, end, hint)
        case "text":
            return _text_problem(text, start)
        case "name" if not text.isascii():
            message = f"The name {text!r} is not in ASCII letters."
            return Problem(codes.NOT_IN_LANGUAGE, message, start, end, "Use the name of the field, not its label; texts need quotes.")
        case "name" if text.startswith("_"):
            return Problem(codes.NOT_IN_LANGUAGE, f"No name begins with '_', as {text!r} does.", start, end)
        case "name" if text in _PYTHON_KEYWORDS:
            hint = "Write == or is_missing(x)." if text == "is" else None
            return Problem(codes.NOT_IN_LANGUAGE, f"{text!r} is not in the language.", start, end, hint)
        case "operator" if text in _INSTEAD:
            return Problem(codes.SYNTAX, f"{text!r} is not an operator of the language.", start, end, f"Write {_INSTEAD[text]}")
        case "operator" if text in ("**", "<<", ">>", "->", ":="):
            return Problem(codes.NOT_IN_LANGUAGE, f"{text!r} is not in the language.", start, end)
        case "other" if text in "\"'":
            return Problem(codes.SYNTAX, "This text is not closed.", start, end, f"Add the closing {text}")
        case "other" if text in _INSTEAD:
            hint = "Use an ordinary space." if text.isspace() else f"Write {_INSTEAD[text]}"
            return Problem(codes.SYNTAX, f"{text!r} is not a character of the language.", start, end, hint)
        case "other":
            return Problem(codes.NOT_IN_LANGUAGE, f"{text!r} is not in the language.", start, end)
    return None


def _text_problem(text: str, start: int) -> Problem | None:
    for match in _TEXT_ESCAPE.finditer(text):
        place = (start + match.start(), start + match.end())
        if match.group("bad"):
            hint = r"Possible are \\ \' \" \n \t and \u with four digits."
            return Problem(codes.LITERAL, f"{match.group()!r} is not an escape of the language.", *place, hint)
        if match.group().startswith("\\u") and _unfit(chr(int(match.group().removeprefix("\\u"), base=16))):
            return Problem(codes.LITERAL, "This character cannot stand in a text.", *place)
    for offset, character in enumerate(text):
        if _unfit(character):
            return Problem(codes.LITERAL, "This character cannot stand in a text.", start + offset, start + offset + 1)
    return None


def _unfit(character: str) -> bool:
    return character == "\0" or "\ud800" <= character <= "\udfff"
