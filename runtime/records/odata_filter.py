"""`$filter` and `$orderby` of OData v4 in the words of the expression language, which then checks every name and type.

Only the text is translated (OData 4.01 ABNF, the part that Excel and Power BI send); what a reader may ask stays the planner's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

#: Deeper brackets than the language itself allows are not read.
_DEEPEST = 30
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^']|'')*')
  | (?P<instant>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))
  | (?P<day>\d{4}-\d\d-\d\d)
  | (?P<number>-?\d+(?:\.\d+)?)
  | (?P<name>[^\W\d]\w*(?:/[^\W\d]\w*)*)
  | (?P<sign>[(),])
    )""",
    re.VERBOSE,
)
_COMPARED = {"eq": "==", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_SUMMED = {"add": "+", "sub": "-"}
_MULTIPLIED = {"mul": "*", "div": "/", "divby": "/", "mod": "%"}
_FUNCTIONS = {
    "contains": "contains", "startswith": "starts_with", "endswith": "ends_with", "tolower": "lower", "toupper": "upper",
    "trim": "trim", "length": "len", "concat": "concat", "year": "year", "month": "month", "day": "day", "date": "date_of",
    "floor": "floor", "ceiling": "ceil", "round": "round", "now": "now",
}  # fmt: skip
_WORDS = frozenset({*_COMPARED, *_SUMMED, *_MULTIPLIED, "and", "or", "not", "in", "true", "false", "null"})


class NotRead(Exception):
    """A text that is not of the part of OData that is read here; `position` is the character it stops at, from 0."""

    def __init__(self, position: int, what: str) -> None:
        super().__init__(what)
        self.position = position
        self.what = what


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def read_filter(text: str) -> str:
    """The expression that a `$filter` means; raises NotRead."""
    reader = _Reader(tuple(_tokens(text)))
    expression = reader.either()
    reader.end()
    return expression


def read_order(text: str) -> tuple[str, ...]:
    """The order that an `$orderby` means, as the parameter `order` says it; raises NotRead."""
    keys = []
    for part in text.split(","):
        words = part.split()
        if not words or len(words) > 2 or (len(words) == 2 and words[1] not in {"asc", "desc"}):
            raise NotRead(0, part.strip())
        keys.append(("-" if words[1:] == ["desc"] else "") + words[0].replace("/", "."))
    return tuple(keys)


def _tokens(text: str) -> Iterator[_Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            rest = text[at:].lstrip()
            raise NotRead(len(text) - len(rest), rest[:20])
        kind = found.lastgroup or ""
        yield _Token(kind, found[kind], found.start(kind))
        at = found.end()


class _Reader:
    """Reads tokens by falling precedence: or, and, not, comparison, sum, product, one value."""

    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def either(self) -> str:
        """Parts joined by `or`."""
        return self._joined("or", self._both)

    def end(self) -> None:
        """Nothing may follow."""
        if self._at < len(self._tokens):
            raise self._stopped()

    def _both(self) -> str:
        return self._joined("and", self._negated)

    def _joined(self, word: str, inner: Callable[[], str]) -> str:
        parts = [inner()]
        while self._is("name", word):
            self._at += 1
            parts.append(inner())
        return parts[0] if len(parts) == 1 else f"({f' {word} '.join(parts)})"

    def _negated(self) -> str:
        if self._is("name", "not"):
            self._at += 1
            return self._deeper(lambda: f"(not {self._negated()})")
        return self._comparison()

    def _comparison(self) -> str:
        left = self._chain(_SUMMED, lambda: self._chain(_MULTIPLIED, self._value))
        if self._is("name", "in"):
            self._at += 1
            return f"({left} in [{', '.join(self._list())}])"
        word = self._peek()
        if word is not None and word.kind == "name" and word.text in _COMPARED:
            self._at += 1
            right = self._chain(_SUMMED, lambda: self._chain(_MULTIPLIED, self._value))
            return f"({left} {_COMPARED[word.text]} {right})"
        return left

    def _chain(self, signs: Mapping[str, str], inner: Callable[[], str]) -> str:
        whole = inner()
        while (word := self._peek()) is not None and word.kind == "name" and word.text in signs:
            self._at += 1
            whole = f"({whole} {signs[word.text]} {inner()})"
        return whole

    def _value(self) -> str:
        token = self._peek()
        if token is None:
            raise self._stopped()
        self._at += 1
        match token.kind:
            case "text":
                return _quoted(token.text[1:-1].replace("''", "'"))
            case "number":
                return f"({token.text})" if token.text.startswith("-") else token.text
            case "day":
                year, month, day = (str(int(part)) for part in token.text.split("-"))
                return f"date({year}, {month}, {day})"
            case "sign" if token.text == "(":
                return self._deeper(self._bracket)
            case "name" if self._is("sign", "("):
                return self._deeper(lambda: self._call(token))
            case "name" if token.text in {"true", "false"}:
                return token.text
            case "name" if token.text == "null":
                return "None"
            case "name" if token.text not in _WORDS:
                return token.text.replace("/", ".")
            case _:
                self._at -= 1
                raise self._stopped()

    def _bracket(self) -> str:
        inner = self.either()
        self._take(")")
        return inner

    def _call(self, name: _Token) -> str:
        if name.text not in _FUNCTIONS:
            raise NotRead(name.position, name.text)
        given = self._list(self.either)
        return f"{_FUNCTIONS[name.text]}({', '.join(given)})"

    def _list(self, inner: Callable[[], str] | None = None) -> list[str]:
        self._take("(")
        items: list[str] = []
        while not self._is("sign", ")"):
            if items:
                self._take(",")
            items.append((inner or self._value)())
        self._take(")")
        return items

    def _deeper(self, inner: Callable[[], str]) -> str:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._stopped()
        found = inner()
        self._depth -= 1
        return found

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _is(self, kind: str, text: str) -> bool:
        token = self._peek()
        return token is not None and token.kind == kind and token.text == text

    def _take(self, sign: str) -> None:
        if not self._is("sign", sign):
            raise self._stopped()
        self._at += 1

    def _stopped(self) -> NotRead:
        token = self._peek()
        if token is None:
            last = self._tokens[-1] if self._tokens else None
            return NotRead(last.position + len(last.text) if last else 0, "")
        return NotRead(token.position, token.text)


def _quoted(text: str) -> str:
    """A text literal of the expression language."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
    plain = "".join(escapes.get(each, each if each.isprintable() else f"\\u{ord(each):04x}") for each in text)
    return f'"{plain}"'
