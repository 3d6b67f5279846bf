"""XML as elements with their places; document types and entities are refused before anything of them is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import TOO_LARGE, UNREADABLE, UNSAFE
from forms_dsl.importers.report import Position, refused
from forms_dsl.source import Span

#: No model that a person draws comes near to these.
SIZE_LIMIT = 4 * 1024 * 1024
_DEPTH = 100
_ELEMENTS = 50_000


@dataclass(slots=True)
class Element:
    """One element: namespace and name, attributes (`name`, or `{namespace}name` of another one), children, its own text."""

    space: str
    name: str
    attributes: Mapping[str, str]
    position: Position
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def get(self, name: str) -> str:
        """The attribute, or nothing."""
        return self.attributes.get(name, "")

    def all(self, name: str, space: str | None = None) -> Iterator[Element]:
        """The children of a name, of the same namespace if not said otherwise."""
        wanted = self.space if space is None else space
        return (child for child in self.children if child.name == name and child.space == wanted)

    def first(self, name: str, space: str | None = None) -> Element | None:
        """The first child of a name."""
        return next(self.all(name, space), None)

    def text_of(self, name: str) -> str:
        """The text of the first child of a name without white space around it; nothing where there is none."""
        child = self.first(name)
        return child.text.strip() if child is not None else ""

    def within(self) -> Iterator[Element]:
        """The element and everything in it."""
        yield self
        for child in self.children:
            yield from child.within()


def read_xml(file: str, source: bytes | str) -> Element:
    """The outermost element of a text; raises ImportRefused for what is no XML, unsafe or too large."""
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(data) > SIZE_LIMIT:
        words = Sentence(f"{len(data):,} bytes are more than {SIZE_LIMIT:,}.", f"{len(data):,} 字节超过上限 {SIZE_LIMIT:,}。")
        raise refused(TOO_LARGE, Position(Span(file, 1, 1, 1, 1)), words)
    # A text that was decoded says nothing of its bytes any more, whatever its first line declares.
    parser = expat.ParserCreate("utf-8" if isinstance(source, str) else None, namespace_separator=" ")
    reader = _Reader(file, parser)
    try:
        parser.Parse(data, True)
    except expat.ExpatError as failure:
        here = Span(file, failure.lineno, failure.offset + 1, failure.lineno, failure.offset + 2)
        words = Sentence(f"This is no XML: {failure}", f"不是有效的 XML：{failure}")
        raise refused(UNREADABLE, Position(here), words) from None
    except (LookupError, ValueError) as failure:
        words = Sentence(f"The encoding cannot be read: {failure}", f"无法识别编码：{failure}")
        raise refused(UNREADABLE, reader.here(), words) from None
    if reader.root is None:
        raise refused(UNREADABLE, reader.here(), Sentence("The file is empty.", "文件为空。"))
    return reader.root


class _Reader:
    def __init__(self, file: str, parser: expat.XMLParserType) -> None:
        self.file, self.parser = file, parser
        self.root: Element | None = None
        self.open: list[Element] = []
        self.texts: list[list[str]] = []
        self.count = 0
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.ExternalEntityRefHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.buffer_text = True

    def here(self) -> Position:
        """Where the parser is."""
        line, column = max(1, self.parser.CurrentLineNumber), self.parser.CurrentColumnNumber + 1
        return Position(Span(self.file, line, column, line, column + 1))

    def _refuse(self, *_: object) -> int:
        words = Sentence("A document type may hide entities; it is never read.", "文档类型声明可能隐藏实体，一律拒绝。")
        raise refused(UNSAFE, self.here(), words)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.count += 1
        if len(self.open) >= _DEPTH or self.count > _ELEMENTS:
            raise refused(TOO_LARGE, self.here(), Sentence("Too many elements, or too deep.", "元素过多或嵌套过深。"))
        space, _, local = name.rpartition(" ")
        named = {_attribute(key): value for key, value in attributes.items()}
        element = Element(space, local, named, self.here())
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)
        self.texts.append([])

    def _end(self, _name: str) -> None:
        self.open.pop().text = "".join(self.texts.pop())

    def _text(self, data: str) -> None:
        if self.texts:
            self.texts[-1].append(data)


def _attribute(name: str) -> str:
    space, _, local = name.rpartition(" ")
    return f"{{{space}}}{local}" if space else local
