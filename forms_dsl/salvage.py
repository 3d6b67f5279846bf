"""Data to a shape, with all findings at once: what is wrong is reported and left out, the rest is used.

Leaving out needs care: what then lacks a required part is left out silently, and positions stay those of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from forms_dsl import codes
from forms_dsl.diagnostics import CODES, Diagnostic, Sentence, nearest, suggestion
from forms_dsl.files.variants import NO_VERB
from forms_dsl.shape_tree import description_of, keys_of, shape_at
from forms_dsl.source import Document, Pointer, Span

ShapeType = TypeVar("ShapeType", bound=BaseModel)

_ROUNDS = 12
#: With so many mistakes in one file the rest of it is not looked at: a reader is never told more at once.
_MISTAKES = 200
_KEY = "[key]"
_WORDS = frozenset({"label", "title", "message", "text"})


@dataclass(frozen=True, slots=True)
class Salvaged(Generic[ShapeType]):
    """What could be used of a file: the shape, what was left out of it, and the findings."""

    shape: ShapeType | None
    findings: tuple[Diagnostic, ...]
    #: Places that are not in the shape although they stand in the file.
    pruned: frozenset[Pointer] = frozenset()
    #: Of these the ones whose very name was wrong, so that nobody knows what they were to be called.
    nameless: frozenset[Pointer] = frozenset()
    #: List → the original indexes of the elements that are left, where elements are missing.
    renumbered: Mapping[Pointer, tuple[int, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class _Work:
    document: Document
    shape: type[BaseModel]
    languages: tuple[str, ...]
    calendar: bool = False
    findings: list[Diagnostic] = field(default_factory=list)
    pruned: set[Pointer] = field(default_factory=set)
    nameless: set[Pointer] = field(default_factory=set)
    #: Maps with a key of the language that this version refuses; what stands for it may be absent.
    unsupported: set[Pointer] = field(default_factory=set)
    supplied: dict[Pointer, object] = field(default_factory=dict)
    renumbered: dict[Pointer, tuple[int, ...]] = field(default_factory=dict)


def salvage(
    shape: type[ShapeType],
    document: Document,
    languages: tuple[str, ...],
    supply: Mapping[str, object],
    *,
    calendar: bool = False,
) -> Salvaged[ShapeType]:
    """The shape of a document; `supply` has stand-ins for keys at the top whose absence is reported elsewhere or here.

    `calendar` tells whether working time can be counted.
    """
    work = _Work(document, shape, languages, calendar)
    result: ShapeType | None = None
    for _ in range(_ROUNDS):
        if () in work.pruned:
            break
        work.renumbered.clear()
        data = _copy(work, document.data, ()) if work.pruned or work.supplied else document.data
        try:
            result = shape.model_validate(data, context={"languages": languages, "calendar": calendar})
            break
        except ValidationError as error:
            before = len(work.pruned) + len(work.supplied)
            found = sorted(error.errors(include_url=False, include_input=False), key=lambda e: e["type"] != "extra_forbidden")
            errors = [dict(each) for each in found[:_MISTAKES]]
            for each in _without_strangers(work, errors, data):
                _take(work, each, data, supply)
            if len(found) > _MISTAKES:
                break
            if len(work.pruned) + len(work.supplied) == before:
                break
    return Salvaged(result, tuple(work.findings), frozenset(work.pruned), frozenset(work.nameless), dict(work.renumbered))


def _copy(work: _Work, value: object, pointer: Pointer) -> object:
    """The data without what was pruned and with what was supplied."""
    if isinstance(value, dict):
        kept = {k: _copy(work, v, (*pointer, k)) for k, v in value.items() if (*pointer, k) not in work.pruned}
        kept.update({str(place[-1]): given for place, given in work.supplied.items() if place[:-1] == pointer})
        return kept
    if isinstance(value, list):
        indexes = [n for n in range(len(value)) if (*pointer, n) not in work.pruned]
        if len(indexes) < len(value):
            work.renumbered[pointer] = tuple(indexes)
        return [_copy(work, value[n], (*pointer, n)) for n in indexes]
    return value


def _without_strangers(work: _Work, errors: list[dict[str, Any]], data: object) -> list[dict[str, Any]]:
    """The errors beside those of things that have nothing of what they should be, which get one finding each.

    This is what a lost or wrongly indented line leaves behind: the parts of one thing read as things themselves.
    """
    unknown: dict[Pointer, set[str]] = {}
    missing: dict[Pointer, list[str]] = {}
    for error in errors:
        place = error["loc"]
        if error["type"] in ("extra_forbidden", "missing"):
            pointer, _ = _resolve(work, place[:-1], data)
            if error["type"] == "missing":
                missing.setdefault(pointer, []).append(str(place[-1]))
            else:
                unknown.setdefault(pointer, set()).add(str(place[-1]))
    strangers = set()
    for pointer, keys in missing.items():
        value = _value_at(work.document.data, pointer)
        misspelt = any(nearest(key, keys) for key in unknown.get(pointer, ()))
        named = bool(pointer) and isinstance(pointer[-1], str)
        if named and not misspelt and isinstance(value, dict) and value and set(value) == unknown.get(pointer):
            strangers.add(pointer)
            name, words = str(pointer[-1]), ", ".join(keys)
            message = Sentence(f"{name!r} has nothing of what is needed here: {words}.", f"“{name}”缺少此处需要的内容：{words}。")
            hint = Sentence("Check the indentation, and whether a line is missing above.", "请检查缩进，以及上方是否缺少一行。")
            work.findings.append(codes.MISSING_KEY.at(first_line(work.document, pointer), message, pointer=pointer, hint=hint))
            work.pruned.add(pointer)
            work.nameless.add(pointer)
    return [error for error in errors if not any(_resolve(work, error["loc"], data)[0][: len(s)] == s for s in strangers)]


def _value_at(data: Any, pointer: Pointer) -> object:
    for part in pointer:
        data = data[part]
    return data


def _take(work: _Work, error: dict[str, Any], data: object, supply: Mapping[str, object]) -> None:
    """Report one error of pydantic, unless it only follows from another, and leave out what it is about."""
    place: tuple[str | int, ...] = error["loc"]
    kind: str = error["type"]
    pointer, rest = _resolve(work, place, data)
    if kind == "extra_forbidden":
        _unknown_key(work, place, (*pointer, *rest[:1]))
        work.pruned.add((*pointer, *rest[:1]))
    elif kind == "missing":
        _missing(work, place, pointer, str(place[-1]), supply)
    elif kind == NO_VERB:
        if not _is_thinned(work, pointer):
            work.findings.extend(_without_verb(work, place, pointer, error.get("ctx") or {}))
        work.pruned.add(pointer)
    elif _KEY in place:
        pointer, _ = _resolve(work, place[: place.index(_KEY)], data)
        work.findings.append(_sentence(error, work.document.key_span(pointer), pointer))
        work.pruned.add(pointer)
        work.nameless.add(pointer)
    else:
        if not _is_damaged(work, pointer) and not (kind == "too_short" and _is_thinned(work, pointer)):
            work.findings.append(_sentence(error, work.document.span(pointer), pointer))
        work.pruned.add(pointer)


def _resolve(work: _Work, place: tuple[str | int, ...], data: object) -> tuple[Pointer, tuple[str | int, ...]]:
    """The place in the file, and what of it is not there; tags of forms are passed over."""
    pointer: Pointer = ()
    for number, part in enumerate(place):
        if isinstance(part, str) and part.startswith("<") and part.endswith(">"):
            continue
        if isinstance(data, dict) and part in data:
            pointer, data = (*pointer, part), data[part]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            original = work.renumbered.get(pointer)
            pointer, data = (*pointer, original[part] if original else part), data[part]
        else:
            return pointer, place[number:]
    return pointer, ()


def _unknown_key(work: _Work, place: tuple[str | int, ...], pointer: Pointer) -> None:
    key = str(pointer[-1])
    shape = shape_at(work.shape, place[:-1])
    known = keys_of(shape) if shape else ()
    later: frozenset[str] = getattr(shape, "later", frozenset())
    if key in later:
        work.unsupported.add(pointer[:-1])
        message = Sentence(f"This version does not support the key {key!r} yet.", f"当前版本还不支持键“{key}”。")
        hint: Sentence | None = None
    else:
        message = Sentence(f"The key {key!r} is not known here.", f"此处没有键“{key}”。")
        head = re.split(r"[\s{\[]", key)[0]
        if head != key and head in known:
            hint = Sentence(f"Write {head}: with a colon and a space.", f"请写作 {head}: ，冒号后留一个空格。")
        else:
            hint = suggestion(key, known) or Sentence(f"Known are {', '.join(known)}.", f"可用的键：{'、'.join(known)}。")
    near = nearest(key, known)
    fix = near if near and key not in later else None
    work.findings.append(codes.UNKNOWN_KEY.at(work.document.key_span(pointer), message, pointer=pointer, hint=hint, fix=fix))


def _missing(work: _Work, place: tuple[str | int, ...], pointer: Pointer, key: str, supply: Mapping[str, object]) -> None:
    missing = (*pointer, key)
    if not (missing in work.pruned or _is_damaged(work, pointer) or _misspelt(work, pointer, key)):
        shape = shape_at(work.shape, place[:-1])
        name = f"{pointer[-1]!r}" if pointer and isinstance(pointer[-1], str) else ""
        message = Sentence(
            f"The key {key!r} is missing{f' in {name}' if name else ''}.", f"{name and f'“{pointer[-1]}”中'}缺少键“{key}”。"
        )
        hint = description_of(shape, key) if shape else None
        work.findings.append(codes.MISSING_KEY.at(first_line(work.document, pointer), message, pointer=pointer, hint=hint))
    stand_in = supply.get(key) if not pointer else None
    if stand_in is None and key in _WORDS:
        stand_in = dict.fromkeys(work.languages or ("en",), "…")
    if stand_in is not None and missing not in work.supplied:
        work.supplied[missing] = stand_in
    else:
        work.pruned.add(pointer)


def _misspelt(work: _Work, pointer: Pointer, key: str) -> bool:
    """Whether a key beside it was already reported as this one misspelt, or as one that may stand for it."""
    return pointer in work.unsupported or any(
        finding.code == codes.UNKNOWN_KEY.id and finding.pointer[:-1] == pointer and finding.fix == key
        for finding in work.findings
    )


def _is_thinned(work: _Work, pointer: Pointer) -> bool:
    """Whether something directly inside was left out, so that what it lacks now follows from a finding."""
    return any(place[:-1] == pointer for place in work.pruned if place)


def _is_damaged(work: _Work, pointer: Pointer) -> bool:
    return pointer in work.document.damaged


def _without_verb(
    work: _Work, place: tuple[str | int, ...], pointer: Pointer, context: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    if _is_damaged(work, pointer):
        return
    verbs, later = str(context.get("verbs", "")).split(), str(context.get("later", "")).split()
    value: Any = _value_at(work.document.data, pointer)
    words = Sentence(f"It begins with one of {', '.join(verbs)}.", f"应以下列键之一开头：{'、'.join(verbs)}。")
    if not isinstance(value, dict) or not value:
        message = Sentence("A map is needed here.", "此处应为键值映射。")
        yield codes.WRONG_TYPE.at(work.document.span(pointer), message, pointer=pointer, hint=words)
        return
    unsupported = next((key for key in value if key in later), None)
    if unsupported is not None:
        place_of_key = (*pointer, unsupported)
        message = Sentence(f"This version has no {unsupported!r} yet.", f"当前版本还没有“{unsupported}”。")
        yield codes.UNKNOWN_KEY.at(work.document.key_span(place_of_key), message, pointer=place_of_key, hint=words)
        return
    first = str(next(iter(value)))
    wrong = first if nearest(first, verbs) else next((str(key) for key in value if nearest(str(key), verbs)), first)
    place_of_key = (*pointer, wrong)
    message = Sentence(f"The key {wrong!r} is not known here.", f"此处没有键“{wrong}”。")
    hint = suggestion(wrong, verbs) or words
    yield codes.UNKNOWN_KEY.at(work.document.key_span(place_of_key), message, pointer=place_of_key, hint=hint)


def first_line(document: Document, pointer: Pointer) -> Span:
    """Where a thing begins: its key, or its first key when it has none of its own; what is around a thing that is not there."""
    while pointer and pointer not in document.spans:
        pointer = pointer[:-1]
    if pointer in document.key_spans:
        return document.key_spans[pointer]
    value = _value_at(document.data, pointer)
    if isinstance(value, dict) and value:
        return document.key_span((*pointer, next(iter(value))))
    return document.span(pointer)


_PLAIN = {
    "dict_type": Sentence("A map of keys is needed here.", "此处应为键值映射。"),
    "model_type": Sentence("A map of keys is needed here.", "此处应为键值映射。"),
    "model_attributes_type": Sentence("A map of keys is needed here.", "此处应为键值映射。"),
    "list_type": Sentence("A list is needed here.", "此处应为列表。"),
    "too_short": Sentence("More entries are needed here.", "此处的条目太少。"),
}


def _sentence(error: dict[str, Any], span: Span, pointer: Pointer) -> Diagnostic:
    context = error.get("ctx") or {}
    code = CODES.codes.get(error["type"])
    if code is not None:
        hint = Sentence(context["hint"], context["hint_zh"]) if context.get("hint") else None
        kind = code.closer(context["refusal"])
        return kind.at(span, Sentence(context["en"], context["zh"]), pointer=pointer, hint=hint)
    if error["type"] == "too_long":
        most = context.get("max_length")
        return codes.LIMIT.at(span, Sentence(f"More than {most} entries.", f"条目超过 {most} 个。"), pointer=pointer)
    message = _PLAIN.get(error["type"]) or Sentence(f"{error['msg']}.", "此处的值不符合要求。")
    return codes.WRONG_TYPE.at(span, message, pointer=pointer)
