"""JSON and YAML of other products as data with positions: every scalar as the text that was written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from forms_dsl import codes
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.importers.codes import ENCODING, SKIPPED_PART, TOO_LARGE, UNREADABLE
from forms_dsl.importers.report import Position, Report, at_pointer, refused, start_of
from forms_dsl.json_source import read_json
from forms_dsl.source import Document, Pointer
from forms_dsl.yaml_source import read_document

#: A foreign file may be larger and deeper than a definition, within what is read in a moment.
_BYTES = 4 * 1024 * 1024
_DEPTH = 100
_NODES = 150_000
#: What is refused of our own texts and harmless in a foreign one.
_HARMLESS = frozenset({codes.BOOLEAN_WORD.id, codes.LEADING_ZERO.id, codes.KEY_TYPE.id, codes.CUT_BY_COMMA.id})
_LINE = re.compile(r"\r\n?|[\u2028\u2029\x85]")


def read_source(file: str, data: bytes, report: Report, *, yaml: bool = False) -> Document:
    """The document of a source; raises ImportRefused when it is none. `yaml` allows YAML besides JSON."""
    if len(data) > _BYTES:
        message = Sentence(
            f"The file has {len(data):,} bytes, more than {_BYTES:,}.", f"文件有 {len(data):,} 字节，超过 {_BYTES:,}。"
        )
        raise refused(TOO_LARGE, start_of(file), message)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refused(ENCODING, start_of(file), Sentence("The file is not UTF-8.", "文件不是 UTF-8 编码。")) from None
    text = _LINE.sub("\n", text)
    if not yaml or text.lstrip()[:1] in ("{", "["):
        document, found = read_json(file, text, depth=_DEPTH, nodes=_NODES, folds_keys=False)
    else:
        document, more = read_document(f"{file}.yaml" if file.endswith(".json") else file, text.replace("\t", "  "))
        found = list(more)
    serious = [one for one in found if one.severity == "error" and one.code not in _HARMLESS]
    if document is None or any(one.code in (codes.SYNTAX.id, codes.ALIAS.id) for one in serious):
        raise _refusal(file, serious or found)
    for one in serious:
        report.add(SKIPPED_PART, _position(one), Sentence(one.message, one.message_in("zh")))
    return document


def _position(finding: Diagnostic) -> Position:
    return Position(finding.span, finding.pointer)


def _refusal(file: str, found: list[Diagnostic]) -> Exception:
    first = found[0] if found else None
    if first is None:
        return refused(UNREADABLE, start_of(file), Sentence("The file is empty.", "文件为空。"))
    code = TOO_LARGE if first.code == codes.LIMIT.id else UNREADABLE
    return refused(code, _position(first), Sentence(first.message, first.message_in("zh")))


class Node:
    """A map of the source with its place: values by key, typed on demand, remembering which keys were read."""

    def __init__(self, document: Document, pointer: Pointer, data: Any) -> None:
        self.document, self.pointer = document, pointer
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        self.read: set[str] = set()

    def get(self, key: str) -> Any:
        """The data under a key, or None."""
        self.read.add(key)
        return self.data.get(key)

    def text(self, key: str) -> str:
        """The text under a key; nothing where there is none or no text."""
        value = self.get(key)
        return value.strip() if isinstance(value, str) else ""

    def flag(self, key: str) -> bool:
        """Whether the value is true (or 1)."""
        return self.text(key).lower() in ("true", "1")

    def whole(self, key: str) -> int | None:
        """The whole number under a key."""
        text = self.text(key)
        return int(text) if re.fullmatch(r"-?[0-9]{1,15}(\.0+)?", text.partition(".")[0]) else None

    def node(self, key: str) -> Node:
        """The map under a key, empty where there is none."""
        return Node(self.document, (*self.pointer, key), self.get(key))

    def nodes(self, key: str) -> Iterator[Node]:
        """The maps of the list under a key."""
        value = self.get(key)
        for index, item in enumerate(value if isinstance(value, list) else ()):
            if isinstance(item, dict):
                yield Node(self.document, (*self.pointer, key, index), item)

    def texts(self, key: str) -> list[str]:
        """The texts of the list under a key."""
        value = self.get(key)
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

    def has(self, key: str) -> bool:
        """Whether there is anything under a key."""
        return self.data.get(key) not in (None, "", [], {})

    def left(self) -> list[str]:
        """Keys with a value that nobody has read."""
        return [key for key in self.data if key not in self.read and self.has(key)]

    def at(self, *more: str | int) -> Position:
        """The position of the map or of something in it."""
        return at_pointer(self.document, (*self.pointer, *more))
