"""Further languages: each text goes into the label that its key names; what has no text stays in the default language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from forms_dsl import codes
from forms_dsl.build.bench import Workbench
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import Sentence, code, suggestion
from forms_dsl.files.translations import TranslationsShape
from forms_dsl.model import Translation
from forms_dsl.source import Pointer

NO_TARGET = code("L302", "A key of a translation names nothing that has a label.", "warning")

#: What a thing is called, and its other texts, which a key names by their own word.
_CALLED = ("label", "title")
_TEXTS = frozenset({"label", "title", "help", "message", "text", "reason", "subject", "body", "definition"})


def add_translations(bench: Workbench, opened: list[SourceFile]) -> dict[str, Translation]:
    """Add the texts of all translations to the labels of the shapes, before anything is built of them."""
    found: dict[str, Translation] = {}
    for file in opened:
        shape = file.shape
        if isinstance(shape, TranslationsShape):
            if shape.i18n in bench.languages:
                message = Sentence(f"The language {shape.i18n!r} is written inline.", f"语言“{shape.i18n}”已在定义中直接书写。")
                hint = Sentence("Take it out of languages, or delete this file.", "请从 languages 中移除，或删除此文件。")
                bench.find(codes.LABEL_LANGUAGE, Place(file, ("i18n",)), message, hint)
                continue
            found[shape.i18n] = Translation(shape.i18n, _add(bench, file, shape, opened))
    return found


def _add(
    bench: Workbench, file: SourceFile, shape: TranslationsShape, opened: list[SourceFile]
) -> Mapping[tuple[str, Pointer], str]:
    texts = {}
    for key, text in (shape.__pydantic_extra__ or {}).items():
        target = _target(key, opened)
        if target is None:
            if all(each.is_whole() for each in opened):
                message = Sentence(f"Nothing with a label is called {key!r}.", f"没有名为“{key}”且带标签的内容。")
                near = suggestion(key, _all_keys(opened))
                bench.find(NO_TARGET, Place(file, (key,)), message, near, key=True)
            continue
        label = _label_of(*target)
        if label is not None:
            label[shape.i18n] = text
            texts[target[0].path, target[1]] = text
    return texts


def _target(key: str, opened: list[SourceFile]) -> tuple[SourceFile, Pointer] | None:
    """The file and place of the label that a key names."""
    words = key.split(".")
    for file in opened:
        for place, rest in _starts(file, words):
            pointer = _walk(file.document.data, (), [*place, *rest])
            if pointer is not None:
                return file, pointer
    return None


def _starts(file: SourceFile, words: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """What of the words leads into a file: keys of the file, and the words that are left."""
    name = file.name.split(".")
    if file.kind.folder == words[0] and words[1 : 1 + len(name)] == name:
        yield [], words[1 + len(name) :]
    elif file.kind.file == words[0]:
        yield [] if file.kind.first_key == "app" else [file.kind.first_key], words[1:]


def _walk(node: Any, pointer: Pointer, words: list[str]) -> Pointer | None:
    """The place of the label to which the words lead: by keys of maps, and by the names of elements of lists."""
    if not words:
        named = next((word for word in _CALLED if isinstance(node, dict) and word in node), None)
        return (*pointer, named) if named else None
    word, rest = words[0], words[1:]
    if isinstance(node, dict) and word in node:
        if not rest and word in _TEXTS and _is_text(node[word]):
            return (*pointer, word)
        return _walk(node[word], (*pointer, word), rest)
    for place, element in _named(node, pointer):
        if next(iter(element.values()), None) == word:
            return _walk(element, place, rest)
    return None


def _is_text(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, dict) and all(isinstance(each, str) for each in value.values()))


def _named(node: Any, pointer: Pointer) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """The elements of all lists below, nearest first; each begins with its name."""
    parts = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    if isinstance(node, list):
        yield from (((*pointer, number), part) for number, part in parts if isinstance(part, dict) and part)
    for key, part in parts:
        if isinstance(part, dict | list):
            yield from _named(part, (*pointer, key))


def _label_of(file: SourceFile, pointer: Pointer) -> dict[str, str] | None:
    """The label of the shape at a place of the file; None where it could not be read."""
    value: Any = file.shape
    renumbered = file.salvaged.renumbered if file.salvaged else {}
    for depth, part in enumerate(pointer):
        if isinstance(value, BaseModel):
            fields = type(value).model_fields
            name = next((name for name, field in fields.items() if (field.alias or name) == part), None)
            value = getattr(value, name) if name else None
        elif isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int):
            order = list(renumbered.get(pointer[:depth], range(len(value))))
            value = value[order.index(part)] if part in order else None
    return value if isinstance(value, dict) else None


def _all_keys(opened: list[SourceFile]) -> Iterator[str]:
    """Keys that would have a target: of every thing and of each of its named parts, two steps deep."""
    for file in opened:
        base = f"{file.kind.folder}.{file.name}" if file.kind.folder else file.kind.name
        yield base
        data: Any = file.document.data
        for group, parts in data.items() if isinstance(data, dict) else ():
            for name, part in parts.items() if isinstance(parts, dict) else ():
                if isinstance(part, dict) and any(word in part for word in _CALLED):
                    yield f"{base}.{name}" if file.kind.file else f"{base}.{group}.{name}"
