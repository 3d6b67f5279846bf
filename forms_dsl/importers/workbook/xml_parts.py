"""XML of a workbook as events; document types and entities are refused before anything of them is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from xml.parsers import expat

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import TOO_LARGE, UNREADABLE, UNSAFE
from forms_dsl.importers.report import refused, start_of

_DEPTH = 64

Start = Callable[[str, Mapping[str, str]], None]
Ended = Callable[[str, str], None]


class Enough(Exception):
    """The reader has what it needs; the rest of the part is left."""


def read_xml(file: str, part: str, chunks: Iterable[bytes], start: Start, ended: Ended) -> bool:
    """Feed elements (names without prefix) to `start` and, with their text, to `ended`; False when a reader had enough."""
    parser = expat.ParserCreate()
    texts: list[list[str]] = []

    def refuse(*_: object) -> int:
        message = Sentence(
            f"{part} holds a document type, which may hide entities.", f"{part} 含有文档类型声明（可能隐藏实体），已拒绝。"
        )
        raise refused(UNSAFE, start_of(file), message)

    def opened(name: str, attributes: dict[str, str]) -> None:
        if len(texts) >= _DEPTH:
            raise refused(TOO_LARGE, start_of(file), Sentence(f"{part} is nested too deeply.", f"{part} 嵌套过深。"))
        texts.append([])
        start(name.rpartition(":")[2], attributes)

    def closed(name: str) -> None:
        ended(name.rpartition(":")[2], "".join(texts.pop()))

    def text(data: str) -> None:
        if texts:
            texts[-1].append(data)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = text
    parser.buffer_text = True
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except Enough:
        return False
    except expat.ExpatError as failure:
        if parser.CurrentLineNumber and texts and failure.code == 3:
            return False  # the part was cut at its limit
        message = Sentence(f"{part} is no XML: {failure}", f"{part} 不是有效的 XML：{failure}")
        raise refused(UNREADABLE, start_of(file), message) from None
    return True
