"""The unary tests of FEEL that a decision table needs: values, comparisons, intervals, lists, not(), nothing and anything."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from forms_dsl.diagnostics import Sentence

#: A literal of FEEL; None is `null`.
Value = Decimal | str | bool | dt.date | None
_LENGTH = 4_000
_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"(?:[^\"\\]|\\.)*\")|(?P<date>date\s*\(\s*\"(\d{4}-\d{2}-\d{2})\"\s*\)|@\"(\d{4}-\d{2}-\d{2})\")"
    r"|(?P<number>-?(?:\d+(?:\.\d+)?|\.\d+))(?![\w.]*\w)|(?P<number_of_range>-?\d+(?:\.\d+)?(?=\.\.))|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<sign>\.\.|<=|>=|!=|=|<|>|\[|\]|\(|\)|,|-))"
)
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class NotFeel(Exception):
    """A text is outside of the subset; `reason` says what stands in the way."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.reason = Sentence(en, zh)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Values between two ends, each counted in or not; a missing end leaves it open. One value has it at both ends."""

    low: Value = None
    high: Value = None
    with_low: bool = False
    with_high: bool = False

    @property
    def point(self) -> bool:
        """Whether it is one value."""
        return self.with_low and self.with_high and self.low == self.high and type(self.low) is type(self.high)


@dataclass(frozen=True, slots=True)
class Tests:
    """What one cell asks: any of `bounds`, or nothing at all where `missing`; the opposite where `negated`. `bounds` None: anything."""

    bounds: tuple[Bounds, ...] | None
    missing: bool = False
    negated: bool = False


def read_tests(text: str) -> Tests:
    """The tests of a cell; raises NotFeel."""
    if text.strip() in ("", "-"):
        return Tests(None)
    reader = _Reader(text)
    negated = reader.take_not()
    found: list[Bounds] = []
    missing = False
    while True:
        bounds = reader.test()
        if bounds is None:
            missing = True
        else:
            found.append(bounds)
        if not reader.take(","):
            break
    if negated:
        reader.need(")")
    reader.need_end()
    return Tests(tuple(found), missing, negated)


def read_value(text: str) -> Value:
    """The literal of an output entry; raises NotFeel for anything else."""
    reader = _Reader(text)
    value = reader.value()
    reader.need_end()
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        if len(text) > _LENGTH:
            raise NotFeel("it is too long", "过长")
        self.tokens: list[tuple[str, str]] = []
        self.at = 0
        place = 0
        while place < len(text.rstrip()):
            match = _TOKEN.match(text, place)
            if match is None or match.lastgroup is None:
                raise NotFeel(
                    f"{text[place : place + 20].strip()!r} is not understood", f"无法理解“{text[place : place + 20].strip()}”"
                )
            kind = next(name for name in ("text", "date", "number", "number_of_range", "word", "sign") if match[name] is not None)
            shown = (match[3] or match[4]) if kind == "date" else match[kind]
            self.tokens.append(("number" if kind == "number_of_range" else kind, shown))
            place = match.end()

    def peek(self, ahead: int = 0) -> tuple[str, str]:
        """A token that comes."""
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else ("end", "")

    def take(self, *signs: str) -> str | None:
        """The next token if it is one of some signs."""
        kind, text = self.peek()
        if kind == "sign" and text in signs:
            self.at += 1
            return text
        return None

    def need(self, sign: str) -> None:
        """The next token is this sign."""
        if self.take(sign) is None:
            raise self._unexpected()

    def need_end(self) -> None:
        """Nothing follows."""
        if self.peek()[0] != "end":
            raise self._unexpected()

    def take_not(self) -> bool:
        """Whether the tests are within not( … )."""
        if self.peek() == ("word", "not") and self.peek(1) == ("sign", "("):
            self.at += 2
            return True
        return False

    def value(self) -> Value:
        """A literal."""
        kind, text = self.peek()
        self.at += 1
        match kind:
            case "number":
                return Decimal(text)
            case "text":
                return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text[1:-1])
            case "date":
                try:
                    return dt.date.fromisoformat(text)
                except ValueError:
                    raise NotFeel(f"{text} is no day", f"{text} 不是日期") from None
            case "word" if text in _WORDS:
                return _WORDS[text]
        self.at -= 1
        raise self._unexpected()

    def test(self) -> Bounds | None:
        """One test; None asks for nothing."""
        sign = self.take("<", "<=", ">", ">=", "=")
        if sign is not None:
            value = self._ordered() if sign != "=" else self.value()
            match sign:
                case "<":
                    return Bounds(high=value)
                case "<=":
                    return Bounds(high=value, with_high=True)
                case ">":
                    return Bounds(low=value)
                case ">=":
                    return Bounds(low=value, with_low=True)
            return None if value is None else Bounds(value, value, True, True)
        opening = self.take("[", "(", "]")
        if opening is not None:
            low = self._ordered()
            self.need("..")
            high = self._ordered()
            closing = self.take("]", ")", "[")
            if closing is None or type(low) is not type(high):
                raise self._unexpected()
            return Bounds(low, high, opening == "[", closing == "]")
        value = self.value()
        return None if value is None else Bounds(value, value, True, True)

    def _ordered(self) -> Value:
        value = self.value()
        if value is None or isinstance(value, bool | str):
            raise NotFeel("only numbers and days have an order", "只有数字和日期可以比较大小")
        return value

    def _unexpected(self) -> NotFeel:
        kind, text = self.peek()
        said = text if kind != "end" else "…"
        return NotFeel(f"{said!r} is not expected there", f"此处不应出现“{said}”")


def written_value(value: Value) -> str:
    """A literal in FEEL."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value.normalize():f}" if value else "0"
        case dt.date():
            return f'date("{value.isoformat()}")'
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return f'"{escaped}"'


def written_tests(tests: Tests) -> str:
    """Tests in FEEL."""
    if tests.bounds is None:
        return "-"
    parts = [*map(_written_bounds, tests.bounds), *(["null"] if tests.missing else [])]
    said = ", ".join(parts)
    return f"not({said})" if tests.negated else said


def _written_bounds(bounds: Bounds) -> str:
    if bounds.point:
        return written_value(bounds.low)
    if bounds.low is None:
        return f"{'<=' if bounds.with_high else '<'} {written_value(bounds.high)}"
    if bounds.high is None:
        return f"{'>=' if bounds.with_low else '>'} {written_value(bounds.low)}"
    low, high = "[" if bounds.with_low else "(", "]" if bounds.with_high else ")"
    return f"{low}{written_value(bounds.low)}..{written_value(bounds.high)}{high}"
