"""Elements as XML text: one element a line, texts escaped so that every reader gives them back as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
#: Line ends and tabs in an attribute are spaces to a reader unless they are written as numbers.
_ATTRIBUTE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})


@dataclass(frozen=True, slots=True)
class Tag:
    """An element to write: its name with prefix, attributes (empty ones are left out), children or text."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Tag, ...] = ()
    text: str = ""


def xml_text(root: Tag) -> str:
    """The text of a whole document."""
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(_lines(root, "")) + "\n"


def _lines(tag: Tag, lead: str) -> Iterator[str]:
    said = "".join(f' {name}="{value.translate(_ATTRIBUTE)}"' for name, value in tag.attributes.items() if value)
    if tag.children:
        yield f"{lead}<{tag.name}{said}>"
        for child in tag.children:
            yield from _lines(child, lead + "  ")
        yield f"{lead}</{tag.name}>"
    elif tag.text:
        yield f"{lead}<{tag.name}{said}>{tag.text.translate(_TEXT)}</{tag.name}>"
    else:
        yield f"{lead}<{tag.name}{said} />"
