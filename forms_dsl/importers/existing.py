"""An import into definitions that are there: new things are spliced in, everything people wrote stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms_dsl.diagnostics import Sentence
from forms_dsl.edit.commit import Refused, edit
from forms_dsl.edit.operations import InsertItem, InsertKey, Operation, SetKey
from forms_dsl.edit.printing import Value, as_data
from forms_dsl.importers.codes import ADDED, GONE, KEPT, NOT_WRITTEN
from forms_dsl.importers.report import Position, Report, joined, start_of
from forms_dsl.importers.trees import Files
from forms_dsl.source import Document, Pointer, Span

#: Maps of names, in which an import may add: by the kind of file, `*` for any name.
_NAMED: Mapping[str, tuple[Pointer, ...]] = {
    "entities": (
        ("fields",),
        ("fields", "*", "choices"),
        ("rows",),
        ("rows", "*", "fields"),
        ("rows", "*", "fields", "*", "choices"),
        ("rules",),
    ),
    "choices": (("choices",), ("choices", "*", "values")),
    "roles": (("roles",), ("roles", "*", "access")),
    "bindings": (("bindings",), ("bindings", "*", "operations")),
    "app": (("requires", "apps"),),
}
#: Maps whose entries are compared, so that a reader learns what he has otherwise than the source.
_COMPARED = frozenset({("fields",), ("rows", "*", "fields")})
_NOT_COMPARED = frozenset({"meta", "id", "choices"})
#: What a reader must learn of when it is not there at all: how data is protected.
_PROTECTING = frozenset({"class", "mask"})


@dataclass(slots=True)
class Addition:
    """The new text of a file that is there, and the fields that were added to it."""

    text: str
    new_fields: list[str] = field(default_factory=list)


def added_to(path: str, document: Document, data: Mapping[str, Value], files: Files, report: Report) -> Addition:
    """The text of a file with what the source has more; what cannot be added is a finding."""
    kind = path.partition("/")[0].removesuffix(".yaml")
    here = as_data(dict(data))
    operations: list[Operation] = []
    new_fields: list[str] = []
    for pattern in _NAMED.get(kind, ()):
        for pointer in _places(here, pattern):
            new, old = _at(here, pointer), _at(document.data, pointer)
            values = _at(data, pointer)
            if not isinstance(old, dict):
                if isinstance(_at(document.data, pointer[:-1]), dict) and not _covered(operations, pointer):
                    operations.append(SetKey(pointer[:-1], str(pointer[-1]), values, _ORDER))
                    _say_added(report, files, path, document, pointer, list(new))
                continue
            names = list(old)
            for name in new:
                if name in old:
                    continue
                at = _index(names, list(new), name)
                names.insert(at, name)
                operations.append(InsertKey(pointer, name, values[name], at))
                _say_added(report, files, path, document, (*pointer, name), [name])
                if pointer == ("fields",):
                    new_fields.append(name)
            if pattern in _COMPARED:
                _compare(report, files, path, document, pointer, new, old)
    if kind == "entities":
        written = _at(here, ("note",))
        note = {"note": written} if written else {}
        _compare(report, files, path, document, (), {"": note}, {"": document.data})
    made = edit(document.text, operations, rearrange=True) if operations else document.text
    if isinstance(made, Refused):
        _refuse(report, path, made)
        return Addition(document.text)
    return Addition(made, new_fields)


def form_with(document: Document, path: str, fields: list[str], items: Mapping[str, Value], report: Report) -> str:
    """The text of a form with new fields behind those of its last section."""
    pointer: Pointer = ("layout",)
    holder = _at(document.data, pointer)
    while isinstance(holder, list) and holder and isinstance(holder[-1], dict) and _is_block(holder[-1]):
        pointer = (*pointer, len(holder) - 1, "items")
        holder = _at(document.data, pointer)
    if len(pointer) == 1 or (holder is not None and not isinstance(holder, list)):
        return document.text
    shown = set(_names(_at(document.data, ("layout",))))
    wanted = [items[name] for name in fields if name not in shown]
    if not wanted:
        return document.text
    operations: list[Operation]
    if holder is None:
        operations = [SetKey(pointer[:-1], "items", wanted)]
    else:
        operations = [InsertItem(pointer, len(holder) + n, item) for n, item in enumerate(wanted)]
    made = edit(document.text, operations, rearrange=True)
    if isinstance(made, Refused):
        _refuse(report, path, made)
        return document.text
    return made


_ORDER = ("entity", "id", "label", "note", "fields", "rows", "related", "rules", "requires", "apps", "access", "operations")


def _places(data: Any, pattern: Pointer) -> Iterator[Pointer]:
    """The places in the data that a pattern means, where a map stands."""
    found: list[Pointer] = [()]
    for part in pattern:
        if part == "*":
            found = [(*place, name) for place in found for name in (_at(data, place) or {})]
        else:
            found = [(*place, part) for place in found]
    yield from (place for place in found if isinstance(_at(data, place), dict))


def _at(data: Any, pointer: Pointer) -> Any:
    for part in pointer:
        if isinstance(data, Mapping):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def _covered(operations: list[Operation], pointer: Pointer) -> bool:
    """Whether the place comes with something that is added whole."""
    for operation in operations:
        if isinstance(operation, SetKey | InsertKey):
            whole = (*operation.map, operation.key)
            if pointer[: len(whole)] == whole:
                return True
    return False


def _index(there: list[str], wanted: list[str], name: str) -> int:
    """Behind the nearest earlier name of the source that is there, else at the end."""
    for before in reversed(wanted[: wanted.index(name)]):
        if before in there:
            return there.index(before) + 1
    return len(there)


def _compare(
    report: Report, files: Files, path: str, document: Document, pointer: Pointer, new: dict[str, Any], old: dict[str, Any]
) -> None:
    for name, wanted in new.items():
        kept = old.get(name)
        if not isinstance(wanted, dict) or not isinstance(kept, dict):
            continue
        keys = [key for key in wanted if _differs(key, wanted[key], kept)]
        if keys:
            shown = name or path.rpartition("/")[2].removesuffix(".yaml")
            pointed = (*pointer, name) if name else pointer
            place = document.key_span(pointed) if pointed else Span(path, 1, 1, 1, 1)
            words = joined(f"{key} {_short(kept.get(key, '–'))} ({_short(wanted[key])})" for key in keys)
            message = Sentence(
                f"{shown!r} stays as it is in {path}:{place.line}; the source has other values (in brackets): {words}.",
                f"“{shown}”保持 {path}:{place.line} 中的写法；来源中的值（括号内）不同：{words}。",
            )
            report.add(KEPT, files.origin(path, pointed) or _place(place), message)
    gone = [name for name in old if name not in new]
    if gone:
        message = Sentence(
            f"{path} has more than the source: {joined(gone)}. It stays.",
            f"{path} 中有来源里没有的内容：{joined(gone)}，予以保留。",
        )
        report.add(GONE, _place(document.key_span((*pointer, gone[0])), (*pointer, gone[0])), message)


def _differs(key: str, wanted: Any, kept: Mapping[str, Any]) -> bool:
    """Whether a reader is told of a key: one that people wrote otherwise, a protection or a note that is not taken over."""
    if key == "note":
        return str(wanted) not in str(kept.get(key, ""))
    if key in _PROTECTING:
        return bool(kept.get(key) != wanted)
    return key not in _NOT_COMPARED and key in kept and bool(kept[key] != wanted)


def _short(value: Any) -> str:
    text = "…" if isinstance(value, dict | list) else str(value)
    return text if len(text) <= 30 else text[:29] + "…"


def _say_added(report: Report, files: Files, path: str, document: Document, pointer: Pointer, names: list[str]) -> None:
    position = files.origin(path, pointer) or start_of(path)
    message = Sentence(f"Added to {path}: {joined(names)}.", f"已加入 {path}：{joined(names)}。")
    report.add(ADDED, position, message)


def _refuse(report: Report, path: str, refusal: Refused) -> None:
    message = Sentence(
        f"{path} cannot be changed as it is laid out ({refusal.reason}); nothing was changed in it.",
        f"{path} 的现有写法无法直接修改（{refusal.reason}），未作改动。",
    )
    report.add(NOT_WRITTEN, start_of(path), message, Sentence("Run qiqiao fmt on it first.", "请先对其运行 qiqiao fmt。"))


def _is_block(value: dict[str, Any]) -> bool:
    return bool({"section", "tab", "page"} & set(value))


def _names(value: Any) -> Iterator[str]:
    """Every text below, which holds the names of the fields that are shown."""
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _names(item)


def _place(span: Span, pointer: Pointer = ()) -> Position:
    return Position(span, pointer)
