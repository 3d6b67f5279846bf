"""Lists of names and codes: an entry that stands twice is a mistake, or does nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from forms_dsl.checks.registry import Site, check
from forms_dsl.codes import NAME_TWICE
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.source import Pointer

#: Repetitions of one list that are told, each at its place; whoever sees so many looks at the whole list.
_TOLD = 100
#: Where the order of what happens is told, or what another system says.
_STORIES = frozenset({"examples", "meta", "mock", "cases", "path", "do"})


@check
def lists_name_each_thing_once(site: Site) -> Iterator[Diagnostic]:
    """No list of plain texts has an entry twice, but those that tell a story; what is said already is not said again."""
    said = {finding.span for finding in site.bench.findings}
    for file in site.files.values():
        seen: dict[Pointer, dict[str, int]] = {}
        told: Counter[Pointer] = Counter()
        for pointer, span in file.document.spans.items():
            if (
                not pointer
                or not isinstance(pointer[-1], int)
                or not _STORIES.isdisjoint(pointer)
                or pointer[-2:-1] == ("items",)
            ):
                continue
            text = _text_at(file.document.data, pointer)
            if text is None:
                continue
            text = text.removeprefix("-") if pointer[-2:-1] == ("sort",) else text
            first = seen.setdefault(pointer[:-1], {}).setdefault(text, pointer[-1])
            if first != pointer[-1] and span not in said and told[pointer[:-1]] < _TOLD:
                told[pointer[:-1]] += 1
                message = Sentence(f"{text!r} already stands in this list.", f"“{text}”在此列表中重复出现。")
                hint = Sentence("Leave one of the two out.", "请去掉其中一个。")
                yield site.find(NAME_TWICE, site.place(file.path, *pointer), message, hint)


def _text_at(data: object, pointer: Pointer) -> str | None:
    """The plain text at a place, None where something else stands."""
    for part in pointer:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data if isinstance(data, str) else None
