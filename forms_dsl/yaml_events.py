"""YAML events to data with spans: every scalar is text, what the dialect refuses is a finding."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from forms_dsl.characters import TEXT_LIMIT, refused_fault
from forms_dsl.codes import (
    ALIAS,
    CHARACTER,
    CUT_BY_COMMA,
    DUPLICATE_KEY,
    FIRST_HERE,
    KEY_TYPE,
    LEADING_ZERO,
    LIMIT,
    SYNTAX,
    TOO_DEEP,
)
from forms_dsl.diagnostics import FINDING_LIMIT, Code, Diagnostic, Sentence
from forms_dsl.source import Pointer, Span
from forms_dsl.yaml_frames import Frame, last_pointers, pointers_of
from forms_dsl.yaml_syntax import lookalike_hint

DEPTH_LIMIT = 32
NODE_LIMIT = 100_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(
    r"[-+]?(0x[0-9a-fA-F_]+|0o?[0-7_]+|[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|\.[0-9]+|\.inf|\.nan)\Z", re.IGNORECASE
)
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "~", ""})
_COLON = re.compile(r"\s*:")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+(\.[0-9]*)?\Z")


class LimitPassed(Exception):
    """Reading stops here: the finding is already collected."""


@dataclass(slots=True)
class Composition:
    """The data read so far; segments of one text are composed one after the other into it."""

    file: str
    root: dict[str, object] | None = None
    spans: dict[Pointer, Span] = field(default_factory=dict)
    key_spans: dict[Pointer, Span] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)
    damaged: set[Pointer] = field(default_factory=set)
    _nodes: int = 0
    _errors: int = 0
    _documents: int = 0
    _top: dict[str, Span] = field(default_factory=dict)
    _stack: list[Frame] = field(default_factory=list)
    _line: int = 0
    _text: str = ""
    #: The scalar read last, and what stands at the top instead of a map.
    _last: tuple[Pointer, int] | None = None
    _scalar_at_key: tuple[int, int] | None = None
    _shapeless: Diagnostic | None = None

    def segment(self, text: str, line: int) -> yaml.MarkedYAMLError | None:
        """Compose `text`, which begins at `line` (from 0) of the file; returns the syntax error that stopped it."""
        self._text, self._line, self._documents = text, line, 0
        self._shapeless = self._scalar_at_key = self._last = None
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                if isinstance(event, NodeEvent):
                    self._node(event)
                elif isinstance(event, CollectionEndEvent):
                    self._close(event)
                elif isinstance(event, DocumentStartEvent) and not self._document(event):
                    break
        except yaml.MarkedYAMLError as error:
            # A plain scalar that runs into the line of the error has swallowed a part of it.
            if self._last and error.problem_mark and self._last[1] >= error.problem_mark.line:
                self.damaged.add(self._last[0])
            self._abandon()
            return error
        except LimitPassed:
            self._abandon()
            return None
        if self._shapeless:
            self.findings.append(self._shapeless)
            self.damaged.add(())
        return None

    def forget_lost(self) -> None:
        """Remove the places of values that were refused or not read whole."""
        there = pointers_of(self.root)
        self.spans = {pointer: span for pointer, span in self.spans.items() if pointer in there}
        self.key_spans = {pointer: span for pointer, span in self.key_spans.items() if pointer in there}

    def cut_off(self) -> None:
        """Mark what stood open at the end of the segment: more of it follows, but cannot be read."""
        self.damaged.update(last_pointers(self.root))

    def swallowed_line(self, error: yaml.MarkedYAMLError) -> int | None:
        """The first line of a scalar that ran over several lines up to the error, where a colon was forgotten."""
        mark, scalar = error.problem_mark, self._scalar_at_key
        if mark is None or scalar is None or "mapping values" not in (error.problem or ""):
            return None
        return scalar[0] if scalar[0] < scalar[1] == mark.line else None

    # Nodes ---------------------------------------------------------------------------------------------------

    def _document(self, event: Any) -> bool:
        self._documents += 1
        if self._documents > 1:
            self._find(ALIAS, self._span(event), Sentence("A second document begins here.", "这里开始了第二个文档。"))
            self.damaged.add(())
            return False
        if event.version or event.tags:
            self._find(ALIAS, self._span(event), Sentence("A YAML directive is not allowed.", "不允许 YAML 指令。"))
        return True

    def _node(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > NODE_LIMIT:
            self._stop(event, Sentence(f"More than {NODE_LIMIT:,} values.", f"值的数量超过 {NODE_LIMIT:,}。"))
        frame = self._stack[-1] if self._stack else None
        if event.anchor is not None or (not isinstance(event, AliasEvent) and event.tag is not None):
            self._refuse_anchor(event)
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            self._key(frame, event)
        elif isinstance(event, ScalarEvent):
            self._scalar(frame, event)
        elif isinstance(event, AliasEvent):
            self._alias(frame, event)
        else:
            self._open(frame, event)

    def _key(self, frame: Frame, event: Any) -> None:
        span = self._span(event)
        if not isinstance(event, ScalarEvent):
            message = Sentence(
                "A key must be a text; quote what begins with { or [.", "键必须是文本；以 { 或 [ 开头的内容请加引号。"
            )
            self._find(SYNTAX, span, message, frame.pointer)
            self.damaged.add(frame.pointer)
            frame.key, frame.lost = "", True
            if not isinstance(event, AliasEvent):
                self._open_lost(event)
                # The collection stands where the key should; the next node is its value.
            return
        key = event.value
        self._scalar_at_key = (span.line - 1 - self._line, span.end_line - 1 - self._line)
        pointer = (*frame.pointer, key)
        frame.key, frame.lost = key, False
        plain = not event.style
        if plain and frame.flow and self._continues_cut(frame, event, span):
            frame.lost = True
            return
        lookalike = lookalike_hint(key) if plain and not key.isascii() else None
        if lookalike is not None:
            message = Sentence(
                "The key holds a character that only looks like a space or cannot be seen.", "键中含有貌似空格或不可见的字符。"
            )
            self._find(CHARACTER, span, message, pointer, hint=lookalike)
            frame.lost = True
            self.damaged.add(frame.pointer)
            return
        if plain and key == "<<":
            self._find(ALIAS, span, Sentence("Merge keys are not allowed.", "不允许合并键（<<）。"), pointer)
            frame.lost = True
            self.damaged.add(frame.pointer)
            return
        if plain and (key.lower() in _WORDS or _NUMBER.match(key)):
            message = Sentence(
                f"The key {key!r} needs quotes: other tools read no text in it.",
                f"键“{key}”需要加引号，否则其他工具不会把它读作文本。",
            )
            self._find(KEY_TYPE, span, message, pointer, hint=Sentence(f'Write "{key}".', f'请写作 "{key}"。'))
        folded = key.lower() if key.isascii() else unicodedata.normalize("NFC", key).casefold()
        first = frame.seen.get(folded)
        if first is not None:
            message = Sentence(
                f"The key {key!r} stands twice (first on line {first.line}).",
                f"键“{key}”重复（首次出现在第 {first.line} 行）。",
            )
            self._find(DUPLICATE_KEY, span, message, pointer, related=((FIRST_HERE, first),))
            frame.lost = True
            self.damaged.add(frame.pointer)
            return
        frame.seen[folded] = span
        self.key_spans[pointer] = span
        if not plain:
            self._escaped(key, span, pointer)

    def _scalar(self, frame: Frame | None, event: Any) -> None:
        value = event.value
        if len(value) > TEXT_LIMIT:
            self._stop(event, Sentence(f"A text of more than {TEXT_LIMIT:,} characters.", f"文本超过 {TEXT_LIMIT:,} 个字符。"))
        if frame is None:
            self._scalar_at_key = (event.start_mark.line, event.end_mark.line)
            self._is_no_map(event)
            return
        self._scalar_at_key = None
        pointer = self._store(frame, value)
        end = event.end_mark
        frame.end = (end.line, end.column)
        if pointer is None:
            return
        span = self._span(event)
        self.spans[pointer] = span
        self._last = (pointer, end.line)
        if event.style:
            self._escaped(value, span, pointer)
            return
        if value and value[0] in "0+-" and _LEADING_ZERO.match(value):
            message = Sentence(f"The number {value} has leading zeros.", f"数字 {value} 带有前导零。")
            hint = Sentence(f'Quote it if it is a code: "{value}".', f'如果是代码请加引号："{value}"。')
            self._find(LEADING_ZERO, span, message, pointer, hint=hint)
        if frame.flow:
            self._watch_cut(frame, pointer, value, span)

    def _alias(self, frame: Frame | None, event: Any) -> None:
        if frame is None:
            self._is_no_map(event)
            return
        pointer = self._store(frame, "")
        frame.end = (event.end_mark.line, event.end_mark.column)
        if pointer is not None:
            self.spans[pointer] = self._span(event)
            self.damaged.add(pointer)

    def _open(self, frame: Frame | None, event: Any) -> None:
        is_map = isinstance(event, MappingStartEvent)
        if frame is None:
            if not is_map:
                self._is_no_map(event)
            if self.root is None:
                self.root = {}
            top: dict[str, object] | list[object] = self.root if is_map else []
            self._push(top, (), event, self._top if is_map else {})
            return
        value: dict[str, object] | list[object] = {} if is_map else []
        pointer = self._store(frame, value)
        if pointer is None:
            self._open_lost(event)
        else:
            self._push(value, pointer, event, {})

    def _open_lost(self, event: Any) -> None:
        pointer = (*self._stack[-1].pointer, "\0", self._nodes)
        self._push({} if isinstance(event, MappingStartEvent) else [], pointer, event, {})

    def _push(self, value: dict[str, object] | list[object], pointer: Pointer, event: Any, seen: dict[str, Span]) -> None:
        if len(self._stack) >= DEPTH_LIMIT:
            self._stop(event, Sentence(f"Nested deeper than {DEPTH_LIMIT} levels.", f"嵌套超过 {DEPTH_LIMIT} 层。"), TOO_DEEP)
        start = (event.start_mark.line, event.start_mark.column)
        end = (event.end_mark.line, event.end_mark.column)
        self._stack.append(Frame(value, pointer, bool(event.flow_style), start, end, seen=seen))

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        if frame.flow:
            frame.end = (event.end_mark.line, event.end_mark.column)
        self._record(frame)
        if self._stack:
            parent = self._stack[-1]
            parent.end = frame.end
            parent.cut = None

    def _record(self, frame: Frame) -> None:
        span = self._of(frame.start, frame.end)
        first = self.spans.get(()) if not frame.pointer else None
        self.spans[frame.pointer] = Span(self.file, first.line, first.column, span.end_line, span.end_column) if first else span

    def _store(self, frame: Frame, value: object) -> Pointer | None:
        """Put `value` where it belongs; None when its key was refused."""
        if isinstance(frame.value, list):
            frame.value.append(value)
            return (*frame.pointer, len(frame.value) - 1)
        key, frame.key = frame.key, None
        if frame.lost or key is None:
            return None
        frame.value[key] = value
        return (*frame.pointer, key)

    # What the dialect refuses --------------------------------------------------------------------------------

    def _escaped(self, text: str, span: Span, pointer: Pointer) -> None:
        """Characters that the text of a file may not hold can still be written as escapes."""
        fault = refused_fault(text)
        if fault:
            self._find(CHARACTER, span, fault, pointer)

    def _refuse_anchor(self, event: Any) -> None:
        if isinstance(event, AliasEvent):
            message = Sentence(f"Aliases are not allowed: *{event.anchor}.", f"不允许别名：*{event.anchor}。")
        elif event.anchor is not None:
            message = Sentence(f"Anchors are not allowed: &{event.anchor}.", f"不允许锚点：&{event.anchor}。")
        else:
            message = Sentence(f"Tags are not allowed: {event.tag}.", f"不允许标签：{event.tag}。")
        start = event.start_mark
        here = (start.line, start.column)
        self._find(ALIAS, self._of(here, (start.line, start.column + 1)), message, self._stack[-1].pointer if self._stack else ())

    def _watch_cut(self, frame: Frame, pointer: Pointer, value: str, span: Span) -> None:
        """Remember a plain value with an open parenthesis; in a list, see whether this one closes it."""
        if frame.cut is not None and isinstance(frame.value, list):
            before, text = frame.cut
            text = f"{text}, {value}"
            if text.count("(") == text.count(")"):
                self._found_cut(before, text, span)
                first = before[-1] if isinstance(before[-1], int) else 0
                self.damaged.update((*frame.pointer, index) for index in range(first, len(frame.value)))
                frame.cut = None
            else:
                frame.cut = (before, text)
            return
        frame.cut = (pointer, value) if value.count("(") > value.count(")") else None

    def _continues_cut(self, frame: Frame, event: Any, span: Span) -> bool:
        """Whether this key without a colon is the rest of the value before it."""
        if frame.cut is None or _COLON.match(self._text, event.end_mark.index):
            frame.cut = None
            return False
        before, text = frame.cut
        text = f"{text}, {event.value}"
        if before not in self.damaged:
            self._found_cut(before, text, span)
            self.damaged.add(before)
        frame.cut = (before, text) if text.count("(") > text.count(")") else None
        return True

    def _found_cut(self, pointer: Pointer, text: str, rest: Span) -> None:
        start = self.spans[pointer]
        span = Span(self.file, start.line, start.column, rest.end_line, rest.end_column)
        message = Sentence("The comma cuts this value in two.", "逗号把这个值截成了两段。")
        self._find(CUT_BY_COMMA, span, message, pointer, hint=Sentence(f"Quote it: '{text}'", f"请加引号：'{text}'"))

    def _is_no_map(self, event: Any) -> None:
        message = Sentence("A definition is a map of keys at the top.", "定义文件的最外层必须是键值映射。")
        self._shapeless = self._shapeless or SYNTAX.at(self._span(event), message)

    def _abandon(self) -> None:
        """Close what a syntax error left open; what stands between braces and was not closed is dropped."""
        flow = next((n for n, frame in enumerate(self._stack) if frame.flow), None)
        if flow is not None and flow > 0:
            parent = self._stack[flow - 1]
            if isinstance(parent.value, dict) and parent.value:
                self.damaged.add((*parent.pointer, parent.value.popitem()[0]))
            elif isinstance(parent.value, list):
                parent.value.pop()
            self._stack = self._stack[:flow]
        for frame in self._stack:
            if frame.key is not None and not frame.lost:
                self.damaged.add((*frame.pointer, frame.key))
            self.damaged.add(frame.pointer)
            self._record(frame)
        self.damaged.add(())
        self._stack = []

    # Findings ------------------------------------------------------------------------------------------------

    def _stop(self, event: Any, message: Sentence, code: Code = LIMIT) -> None:
        self._find(code, self._span(event), message)
        raise LimitPassed

    def _find(self, code: Code, span: Span, message: Sentence, pointer: Pointer = (), **more: Any) -> None:
        self.findings.append(code.at(span, message, pointer=pointer, **more))
        self._errors += code.severity == "error"
        if self._errors >= FINDING_LIMIT:  # nobody is told more at once
            raise LimitPassed

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self.file, start.line + 1 + self._line, start.column + 1, end.line + 1 + self._line, end.column + 1)

    def _of(self, start: tuple[int, int], end: tuple[int, int]) -> Span:
        return Span(self.file, start[0] + 1 + self._line, start[1] + 1, end[0] + 1 + self._line, end[1] + 1)
