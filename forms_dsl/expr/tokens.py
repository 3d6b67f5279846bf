"""The words of an expression with their places, and what can be said from them alone.

Everything hostile is refused here, before Python's parser sees the text: it dies on deep nesting.
"""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from forms_dsl.diagnostics import Code, Sentence
from forms_dsl.expr import codes

MAX_LENGTH = 2000
MAX_NESTING = 30
MAX_NODES = 500

TokenKind = Literal["number", "text", "name", "operator", "end"]


class Token(NamedTuple):
    """One word of an expression; `start` and `end` count characters."""

    kind: TokenKind
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding inside an expression, by character offsets."""

    code: Code
    message: Sentence
    start: int
    end: int
    hint: Sentence | None = None


def write(text: str) -> Sentence:
    """The hint to write something else."""
    return Sentence(f"Write {text}", f"请写 {text}")


#: How a choice between two values is written.
IF_ELSE = write("a if condition else b")

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      |(?P<number>[0-9][\w.]*)
      |(?P<name>[^\W\d]\w*)
      |(?P<text>"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
      |(?P<operator>===|!==|==|!=|<=|>=|<>|=>|=<|//|\*\*|<<|>>|->|:=|&&|\|\||[-+*/%<>=()\[\],.])
      |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)

_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,21})(?:\.[0-9]{1,16})?")
_TEXT_ESCAPE = re.compile(r"\\(?:[\\'\"nt]|u[0-9a-fA-F]{4})|(?P<bad>\\.)", re.DOTALL)

#: Keywords of the language; the other keywords of Python are not in it.
_KEYWORDS = frozenset({"and", "or", "not", "in", "if", "else", "for", "True", "False", "None"})
_PYTHON_KEYWORDS = frozenset(keyword.kwlist) - _KEYWORDS

_INSTEAD = {
    "===": "==", "!==": "!=", "<>": "!=", "=>": ">=", "=<": "<=", "&&": "and", "||": "or", "!": "not", "&": "and", "|": "or",
    "≠": "!=", "≤": "<=", "≥": ">=", "×": "*", "÷": "/", "＝": "==", "＞": ">", "＜": "<", "（": "(", "）": ")",
    "，": ",", "。": ".", "“": '"', "”": '"', "‘": "'", "’": "'", "＋": "+", "－": "-", "＊": "*", "／": "/", "％": "%",
    "【": "[", "】": "]", "\u3000": " ", "\u00a0": " ",
}  # fmt: skip


def split_list(source: str) -> tuple[str, ...]:
    """The expressions of a list with commas between them: those inside brackets and texts belong to their expression."""
    cuts, depth = [0], 0
    for match in _TOKEN.finditer(source):
        word = match.group()
        if match.lastgroup == "operator":
            depth += (word in "([") - (word in ")]")
            if word == "," and depth <= 0:
                cuts.append(match.end())
    ends = [cut - 1 for cut in cuts[1:]] + [len(source)]
    return tuple(source[start:end].strip() for start, end in zip(cuts, ends, strict=True))


def scan(source: str) -> tuple[tuple[Token, ...], tuple[Problem, ...]]:
    """The words of an expression and what is wrong with single words; an "end" token closes the list."""
    if len(source) > MAX_LENGTH:
        message = Sentence(
            f"The expression has {len(source)} characters; at most {MAX_LENGTH} are possible.",
            f"表达式有 {len(source)} 个字符，最多允许 {MAX_LENGTH} 个。",
        )
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
            message = Sentence(f"{text!r} is not a number of the language.", f"“{text}”不是表达式允许的数字写法。")
            hint = Sentence(
                "Write plain decimals like 1250.50, with at most 22 digits before and 16 after the point.",
                "请写普通小数，如 1250.50，小数点前最多 22 位，后最多 16 位。",
            )
            return Problem(codes.LITERAL, message, start, end, hint)
        case "text":
            return _text_problem(text, start)
        case "name" if not text.isascii():
            message = Sentence(f"The name {text!r} is not in ASCII letters.", f"名称“{text}”含有非英文字母。")
            hint = Sentence(
                "Use the name of the field, not its label; texts need quotes.", "请用字段的名称而不是标签；文本要加引号。"
            )
            return Problem(codes.NOT_IN_LANGUAGE, message, start, end, hint)
        case "name" if text.startswith("_"):
            message = Sentence(f"No name begins with '_', as {text!r} does.", f"名称不能以“_”开头：“{text}”。")
            return Problem(codes.NOT_IN_LANGUAGE, message, start, end)
        case "name" if text in _PYTHON_KEYWORDS:
            advice = write("== / is_missing(x)") if text == "is" else None
            return Problem(codes.NOT_IN_LANGUAGE, _not_in_language(text), start, end, advice)
        case "operator" if text in _INSTEAD:
            message = Sentence(f"{text!r} is not an operator of the language.", f"“{text}”不是表达式的运算符。")
            return Problem(codes.SYNTAX, message, start, end, write(_INSTEAD[text]))
        case "operator" if text in ("**", "<<", ">>", "->", ":="):
            return Problem(codes.NOT_IN_LANGUAGE, _not_in_language(text), start, end)
        case "other" if text in "\"'":
            message = Sentence("This text is not closed.", "文本的引号没有闭合。")
            return Problem(codes.SYNTAX, message, start, end, Sentence(f"Add the closing {text}", f"请补上结尾的 {text}"))
        case "other" if text in _INSTEAD:
            hint = Sentence("Use an ordinary space.", "请用普通空格。") if text.isspace() else write(_INSTEAD[text])
            message = Sentence(f"{text!r} is not a character of the language.", f"表达式不能用字符“{text}”。")
            return Problem(codes.NOT_IN_LANGUAGE if text in "&|" else codes.SYNTAX, message, start, end, hint)
        case "other":
            return Problem(codes.NOT_IN_LANGUAGE, _not_in_language(text), start, end, IF_ELSE if text == "?" else None)
    return None


def _text_problem(text: str, start: int) -> Problem | None:
    for match in _TEXT_ESCAPE.finditer(text):
        place = (start + match.start(), start + match.end())
        if match.group("bad"):
            known = r"\\ \' \" \n \t \uXXXX"
            hint = Sentence(f"Possible are {known} with four digits.", f"可用的有 {known}（四位十六进制）。")
            message = Sentence(f"{match.group()!r} is not an escape of the language.", f"“{match.group()}”不是允许的转义。")
            return Problem(codes.LITERAL, message, *place, hint)
        if match.group().startswith("\\u") and _unfit(chr(int(match.group().removeprefix("\\u"), base=16))):
            return Problem(codes.LITERAL, _UNFIT, *place)
    for offset, character in enumerate(text):
        if _unfit(character):
            return Problem(codes.LITERAL, _UNFIT, start + offset, start + offset + 1)
    return None


_UNFIT = Sentence("This character cannot stand in a text.", "文本中不能有这个字符。")


def _not_in_language(text: str) -> Sentence:
    return Sentence(f"{text!r} is not in the language.", f"表达式语言里没有“{text}”。")


def _unfit(character: str) -> bool:
    return character == "\0" or "\ud800" <= character <= "\udfff"
