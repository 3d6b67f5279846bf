"""Reads a JSON file to a Document: the same data as from YAML, every scalar as the text that was written."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable
from unicodedata import normalize

from forms_dsl.characters import TEXT_LIMIT, refused_fault
from forms_dsl.codes import CHARACTER, DUPLICATE_KEY, FIRST_HERE, LIMIT, SYNTAX, TOO_DEEP
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.source import Document, Pointer, Span
from forms_dsl.yaml_events import DEPTH_LIMIT, NODE_LIMIT

_BLANKS = frozenset(" \t\r\n")
_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*"')
_ATOM = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![\w.])|(?:true|false|null)(?!\w)")
_HALF = re.compile("[\ud800-\udfff]")


class _Stop(Exception):
    """Reading cannot go on; holds the finding."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


class _Reader:
    """A recursive reader with positions; depth is limited before the recursion is."""

    def __init__(self, file: str, text: str, depth: int, nodes: int, *, folds_keys: bool) -> None:
        self.depth_limit, self.node_limit, self.folds_keys = depth, nodes, folds_keys
        self.file, self.text, self.at, self.nodes = file, text, 0, 0
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        #: Inside the value of a key that stands twice: read only to find where it ends.
        self.unseen = 0
        self.spans: dict[Pointer, Span] = {}
        self.key_spans: dict[Pointer, Span] = {}
        self.findings: list[Diagnostic] = []

    def span(self, start: int, end: int) -> Span:
        """The stretch between two offsets."""
        (line, column), (end_line, end_column) = self._position(start), self._position(end)
        return Span(self.file, line, column, end_line, end_column)

    def read(self) -> object:
        """The one value of the file."""
        self._skip()
        if self.at == len(self.text):
            raise self._syntax("The file is empty.", "文件为空。")
        value = self._value((), 0)
        self._skip()
        if self.at < len(self.text):
            raise self._syntax("Nothing may follow the closing brace.", "右花括号之后不能再有内容。")
        return value

    def _value(self, pointer: Pointer, depth: int) -> object:
        self.nodes += 1
        self._skip()
        if self.nodes > self.node_limit or (depth >= self.depth_limit and self.text[self.at : self.at + 1] in ("{", "[")):
            place = self.span(self.at, self.at + 1)
            code = LIMIT if self.nodes > self.node_limit else TOO_DEEP
            raise _Stop(code.at(place, Sentence("Too many values or too deeply nested.", "值过多或嵌套过深。")))
        start = self.at
        value: object
        if self.text.startswith("{", start):
            value = self._map(pointer, depth)
        elif self.text.startswith("[", start):
            value = self._list(pointer, depth)
        elif self.text.startswith('"', start):
            value = self._string()
        else:
            match = _ATOM.match(self.text, start)
            if match is None:
                raise self._syntax("A value is missing or misspelt here.", "此处缺少值或值的写法有误。")
            self.at = match.end()
            # In YAML an empty value is the empty text; null says the same here.
            value = "" if match.group() == "null" else match.group()
        if not self.unseen:
            self.spans[pointer] = self.span(start, self.at)
        return value

    def _map(self, pointer: Pointer, depth: int) -> dict[str, object]:
        value: dict[str, object] = {}
        seen: dict[str, Span] = {}

        def pair() -> None:
            start = self.at
            if not self.text.startswith('"', start):
                raise self._syntax("A key in double quotes is expected.", "此处应为双引号括起的键。")
            key = self._string()
            span = self.span(start, self.at)
            self._skip()
            self._expect(":", "A colon is missing after the key.", "键后面缺少冒号。")
            folded = key if not self.folds_keys else key.lower() if key.isascii() else normalize("NFC", key).casefold()
            first = seen.setdefault(folded, span)
            if first is not span:
                message = Sentence(
                    f"The key {key!r} stands twice (first on line {first.line}).",
                    f"键“{key}”重复（首次出现在第 {first.line} 行）。",
                )
                found = DUPLICATE_KEY.at(span, message, pointer=(*pointer, key), related=((FIRST_HERE, first),))
                self.findings.append(found)
                self.unseen += 1
                self._value(pointer, depth + 1)
                self.unseen -= 1
                return
            if not self.unseen:
                self.key_spans[(*pointer, key)] = span
            value[key] = self._value((*pointer, key), depth + 1)

        self._items("}", pair)
        return value

    def _list(self, pointer: Pointer, depth: int) -> list[object]:
        value: list[object] = []
        self._items("]", lambda: value.append(self._value((*pointer, len(value)), depth + 1)))
        return value

    def _items(self, close: str, item: Callable[[], None]) -> None:
        """The items between the bracket at the current place and `close`."""
        self.at += 1
        self._skip()
        if self.text.startswith(close, self.at):
            self.at += 1
            return
        while True:
            self._skip()
            item()
            self._skip()
            if self.text.startswith(close, self.at):
                self.at += 1
                return
            self._expect(",", f"A comma or {close} is missing here.", f"此处缺少逗号或 {close}。")

    def _string(self) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise self._syntax("The quote opened here is not closed.", "这里的引号没有闭合。")
        if len(match.group()) > TEXT_LIMIT:
            place = self.span(match.start(), match.start() + 1)
            raise _Stop(
                LIMIT.at(place, Sentence(f"A text of more than {TEXT_LIMIT:,} characters.", f"文本超过 {TEXT_LIMIT:,} 个字符。"))
            )
        self.at = match.end()
        if "\\" not in match.group():  # the text of the file itself was looked through already
            return match.group()[1:-1]
        self.at = match.start()
        try:
            value = str(json.loads(match.group()))
        except json.JSONDecodeError:
            raise self._syntax("The text holds an escape that does not exist.", "文本含有不存在的转义。") from None
        if _HALF.search(value):
            raise self._syntax("The text holds half of a character pair.", "文本含有不完整的代理对。")
        self.at = match.end()
        fault = refused_fault(value)
        if fault:
            self.findings.append(CHARACTER.at(self.span(match.start(), self.at), fault))
        return value

    def _expect(self, mark: str, en: str, zh: str) -> None:
        if not self.text.startswith(mark, self.at):
            raise self._syntax(en, zh)
        self.at += 1

    def _skip(self) -> None:
        if self.text[self.at : self.at + 1] in _BLANKS:
            match = _SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at

    def _syntax(self, en: str, zh: str) -> _Stop:
        # A missing comma or bracket is reported where the last value ended, not at the next line's first word.
        at = self.at
        before = self.text[:at].rstrip()
        if "\n" in self.text[len(before) : at] and en.startswith(("A comma", "A colon")):
            at = max(len(before) - 1, 0)
        return _Stop(SYNTAX.at(self.span(at, at + 1), Sentence(en, zh)))

    def _position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1


def read_json(
    file: str, text: str, *, depth: int = DEPTH_LIMIT, nodes: int = NODE_LIMIT, folds_keys: bool = True
) -> tuple[Document | None, list[Diagnostic]]:
    """The document in the JSON `text`, or None, and what is wrong with it; a foreign text may be deeper than a definition.

    `folds_keys`: keys that differ only in case are the same, as in definitions.
    """
    reader = _Reader(file, text, depth, nodes, folds_keys=folds_keys)
    try:
        data = reader.read()
    except _Stop as stop:
        return None, [*reader.findings, stop.finding]
    if not isinstance(data, dict):
        message = Sentence("A definition is a map of keys at the top.", "定义文件的最外层必须是键值映射。")
        return None, [*reader.findings, SYNTAX.at(reader.span(0, 1), message)]
    return Document(file, text, data, reader.spans, reader.key_spans), reader.findings
