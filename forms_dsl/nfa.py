r"""A small language of regular expressions, compiled to states that are followed all at once.

It has literals, `.`, classes, `\d \w \s` (ASCII), groups, `|`, `? * +` and `{m,n}`; no back references, no look-around.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from forms_dsl.diagnostics import Sentence

LENGTH_LIMIT = 500
STATE_LIMIT = 2000
REPEAT_LIMIT = 500

_CLASSES: dict[str, tuple[tuple[str, str], ...]] = {
    "d": (("0", "9"),),
    "w": (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z")),
    "s": (("\t", "\r"), (" ", " ")),
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_SPECIAL = frozenset(".^$|()[]{}*+?\\")


class PatternFault(Exception):
    """The pattern is not of this language; holds the sentence for its writer."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.sentence = Sentence(en, zh)


@dataclass(frozen=True, slots=True)
class _Set:
    """Characters between pairs of bounds, or all others."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False

    def has(self, character: str) -> bool:
        """Whether the character belongs to it."""
        return any(low <= character <= high for low, high in self.ranges) != self.negated


@dataclass(slots=True)
class Automaton:
    """States: `reads` goes on with a character, `free` without one; the state `end` accepts."""

    reads: list[tuple[_Set, int] | None] = field(default_factory=list)
    free: list[tuple[int, ...]] = field(default_factory=list)
    start: int = 0
    end: int = 0

    def state(self) -> int:
        """A new state."""
        if len(self.reads) >= STATE_LIMIT:
            raise PatternFault("The pattern is too large.", "格式过于复杂。")
        self.reads.append(None)
        self.free.append(())
        return len(self.reads) - 1

    def matches(self, text: str) -> bool:
        """Whether the whole text is accepted."""
        current = self._closed({self.start})
        for character in text:
            step = {found[1] for state in current if (found := self.reads[state]) and found[0].has(character)}
            current = self._closed(step)
            if not current:
                return False
        return self.end in current

    def _closed(self, states: set[int]) -> set[int]:
        waiting = list(states)
        while waiting:
            for following in self.free[waiting.pop()]:
                if following not in states:
                    states.add(following)
                    waiting.append(following)
        return states


# The parsed pattern: ("set", _Set), ("row", parts), ("or", parts), ("repeat", part, least, most or None)
_Node = tuple[object, ...]


def parse_pattern(pattern: str) -> Automaton:
    """The automaton of `pattern`; raises PatternFault when it is not of this language."""
    if len(pattern) > LENGTH_LIMIT:
        raise PatternFault(f"The pattern is longer than {LENGTH_LIMIT} characters.", f"格式超过 {LENGTH_LIMIT} 个字符。")
    text = pattern.removeprefix("^")
    if text.endswith("$") and not text.endswith("\\$"):
        text = text[:-1]
    reader = _Reader(text)
    node = reader.alternatives(0)
    if reader.at < len(text):
        raise PatternFault("A ')' has no '('.", "多出一个“)”。")
    automaton = Automaton()
    automaton.start = automaton.state()
    automaton.end = _build(automaton, node, automaton.start)
    return automaton


class _Reader:
    """A recursive reader of the pattern's text."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def alternatives(self, depth: int) -> _Node:
        """Rows with `|` between them."""
        if depth > 20:
            raise PatternFault("Groups are nested too deeply.", "括号嵌套过深。")
        parts = [self._row(depth)]
        while self._take("|"):
            parts.append(self._row(depth))
        return parts[0] if len(parts) == 1 else ("or", tuple(parts))

    def _row(self, depth: int) -> _Node:
        parts = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            parts.append(self._repeated(self._one(depth)))
        return ("row", tuple(parts))

    def _one(self, depth: int) -> _Node:
        character = self.text[self.at]
        self.at += 1
        if character == "(":
            if self.text.startswith("?", self.at) and not self._take("?:"):
                raise PatternFault("Only plain groups ( ) and (?: ) are possible.", "只支持普通分组 ( ) 和 (?: )。")
            node = self.alternatives(depth + 1)
            if not self._take(")"):
                raise PatternFault("A '(' is not closed.", "“(”没有闭合。")
            return node
        if character == "[":
            return ("set", self._class())
        if character == ".":
            return ("set", _Set((("\n", "\n"),), negated=True))
        if character == "\\":
            return ("set", self._escape())
        if character in "^$":
            raise PatternFault(
                "^ and $ stand only at the ends; the whole text must match anyway.", "^ 和 $ 只能出现在两端；格式总是整体匹配。"
            )
        if character in "*+?{":
            raise PatternFault(f"Nothing stands before {character!r} to repeat.", f"“{character}”前面没有可重复的内容。")
        return ("set", _Set(((character, character),)))

    def _repeated(self, node: _Node) -> _Node:
        if self.at >= len(self.text):
            return node
        mark = self.text[self.at]
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if mark in simple:
            self.at += 1
            least, most = simple[mark]
        elif mark == "{":
            least, most = self._counts()
        else:
            return node
        if self.at < len(self.text) and self.text[self.at] in "*+?{":
            raise PatternFault("One repetition stands directly behind another.", "重复符号不能连用。")
        return ("repeat", node, least, most)

    def _counts(self) -> tuple[int, int | None]:
        close = self.text.find("}", self.at)
        least, comma, most = self.text[self.at + 1 : close].partition(",")
        if close < 0 or not least.isascii() or not least.isdigit() or (most and not (most.isascii() and most.isdigit())):
            raise PatternFault("A repetition is written like {3} or {2,5}.", "重复次数的写法是 {3} 或 {2,5}。")
        self.at = close + 1
        low = int(least[:6])
        high = int(most[:6]) if most else (None if comma else low)
        if low > REPEAT_LIMIT or (high or 0) > REPEAT_LIMIT or (high is not None and high < low):
            raise PatternFault(
                f"A repetition is at most {REPEAT_LIMIT} and its first number the smaller.",
                f"重复次数最多 {REPEAT_LIMIT}，且先小后大。",
            )
        return low, high

    def _class(self) -> _Set:
        negated = self._take("^")
        ranges: list[tuple[str, str]] = []
        while True:
            if self.at >= len(self.text):
                raise PatternFault("A '[' is not closed.", "“[”没有闭合。")
            if self._take("]"):
                break
            low = self._member()
            if isinstance(low, _Set):
                ranges.extend(low.ranges)
                continue
            if self.text.startswith("-", self.at) and not self.text.startswith("-]", self.at):
                self.at += 1
                high = self._member() if self.at < len(self.text) else low
                if isinstance(high, _Set) or high < low:
                    raise PatternFault(
                        "A range in [ ] runs from the smaller to the larger character.", "[ ] 中的范围应从小到大。"
                    )
                ranges.append((low, high))
            else:
                ranges.append((low, low))
        if not ranges:
            raise PatternFault("[ ] is empty.", "[ ] 为空。")
        return _Set(tuple(ranges), negated)

    def _member(self) -> str | _Set:
        character = self.text[self.at]
        self.at += 1
        if character == "[":
            raise PatternFault("Write \\[ inside of [ ].", "在 [ ] 中请写作 \\[。")
        if character != "\\":
            return character
        found = self._escape()
        return found.ranges[0][0] if len(found.ranges) == 1 and found.ranges[0][0] == found.ranges[0][1] else found

    def _escape(self) -> _Set:
        character = self.text[self.at : self.at + 1]
        self.at += 1
        if character in _CLASSES:
            return _Set(_CLASSES[character])
        plain = _ESCAPES.get(character, character if character in _SPECIAL or character in "-/" else "")
        if not plain or not character:
            raise PatternFault(f"The escape \\{character} is not in the language.", f"不支持转义 \\{character}。")
        return _Set(((plain, plain),))

    def _take(self, mark: str) -> bool:
        if self.text.startswith(mark, self.at):
            self.at += len(mark)
            return True
        return False


def _build(automaton: Automaton, node: _Node, start: int) -> int:
    """Add the states of `node` behind `start`; returns the state behind it."""
    match node:
        case ("set", _Set() as characters):
            end = automaton.state()
            automaton.reads[start] = (characters, end)
            return end
        case ("row", tuple(parts)):
            for part in parts:
                start = _build(automaton, part, _fresh(automaton, start))
            return start
        case ("or", tuple(parts)):
            end = automaton.state()
            for part in parts:
                _free(automaton, _build(automaton, part, _fresh(automaton, start)), end)
            return end
        case ("repeat", tuple(part), int(least), most):
            return _repeat(automaton, part, start, least, most if isinstance(most, int) else None)
    raise ValueError(f"no such node: {node[0]}")


def _repeat(automaton: Automaton, part: _Node, start: int, least: int, most: int | None) -> int:
    for _ in range(least):
        start = _build(automaton, part, _fresh(automaton, start))
    if most is None:
        loop = _fresh(automaton, start)
        _free(automaton, _build(automaton, part, _fresh(automaton, loop)), loop)
        return loop
    end = automaton.state()
    for _ in range(most - least):
        _free(automaton, start, end)
        start = _build(automaton, part, _fresh(automaton, start))
    _free(automaton, start, end)
    return end


def _fresh(automaton: Automaton, before: int) -> int:
    """A new state reached from `before`, so that a reading state never has two ways."""
    state = automaton.state()
    _free(automaton, before, state)
    return state


def _free(automaton: Automaton, before: int, after: int) -> None:
    automaton.free[before] = (*automaton.free[before], after)
