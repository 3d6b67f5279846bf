"""Field paths and placeholders: names with dots that lead through references to a field."""

from __future__ import annotations

import re

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.tree import ValueType
from forms_dsl.model import Label

MAX_HOPS = 3
FORMATS = ("date", "datetime", "money", "percent", "capital", "words", "upper", "last4")

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_FIELD = Sentence("field", "字段")


def find_path(bench: Workbench, place: Place, path: str, entity: EntitySignature) -> ValueType | None:
    """The type at the end of a path, or None with a finding; silently when a name on it could not be read."""
    if place.is_damaged:
        bench.incomplete.add(place.file.path)
        return None
    words = path.split(".")
    if len(words) - 1 > MAX_HOPS:
        message = Sentence(f"The path {path!r} has more than {MAX_HOPS} steps.", f"路径“{path}”超过 {MAX_HOPS} 步。")
        bench.find(codes.LIMIT, place, message)
        return None
    here: EntitySignature | None = entity
    rows: ValueType | None = None
    for number, word in enumerate(words):
        type = (rows.rows or {}).get(word) if rows else _step(bench, place, here, word)
        if type is None:
            if rows and not (here and here.open_rows):
                bench.unknown(place, word, _FIELD, rows.rows or {})
            return None
        bench.deprecated(place, word, type.deprecated)
        if number == len(words) - 1:
            return type
        if type.name == "rows" and rows is None:
            rows = type
            continue
        here = bench.entities.get(type.entity or "") if type.name == "reference" else None
        rows = None
        if here is None:
            message = Sentence(
                f"{word!r} refers to nothing, so no path goes on from it.", f"“{word}”不是引用字段，路径不能继续。"
            )
            bench.find(codes.WRONG_TYPE, place, message)
            return None
    return None


def _step(bench: Workbench, place: Place, entity: EntitySignature | None, word: str) -> ValueType | None:
    if entity is None:
        return None
    type = entity.type_of(word)
    if type is not None:
        return type
    if entity.open or word in entity.fields:
        bench.incomplete.add(place.file.path)
    else:
        where = Sentence(f"field of {entity.name}", f"{entity.label.get('zh', entity.name)}的字段")
        bench.unknown(place, word, where, (*entity.system(), *entity.fields))
    return None


def label_of_path(bench: Workbench, path: str, entity: EntitySignature) -> Label:
    """What the field at the end of a path that was found is called."""
    words = path.split(".")
    for word in words[:-1]:
        found = entity.fields.get(word)
        type = found.value_type if found else entity.system()[word]
        entity = bench.entities[type.entity or ""]
    return entity.label_of(words[-1])


def find_paths(
    bench: Workbench, place: Place, paths: list[str], entity: EntitySignature, *, descending: bool = False
) -> tuple[str, ...]:
    """The paths of a list that lead to a field; `descending` admits a sign in front."""
    found = []
    for number, path in enumerate(paths):
        name = path.removeprefix("-") if descending else path
        type = find_path(bench, place.at(number), name, entity)
        if type is not None and type.name == "rows":
            message = Sentence(f"{name!r} is a table of rows, not a value.", f"“{name}”是明细，不是单个值。")
            bench.find(codes.WRONG_TYPE, place.at(number), message)
        elif type is not None:
            found.append(path)
    return tuple(found)


def check_placeholders(bench: Workbench, place: Place, text: str, entity: EntitySignature) -> None:
    """Findings about the {paths} of a one-line text."""
    if place.is_damaged:
        return
    for match in _PLACEHOLDER.finditer(text):
        path, bar, format = match[1].partition("|")
        if bar and format not in FORMATS:
            bench.unknown(place, format, Sentence("format", "格式"), FORMATS)
        if path not in ("user.name", "now"):
            find_path(bench, place, path, entity)
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        message = Sentence("A brace is not closed or not opened.", "花括号没有配对。")
        bench.find(codes.WRONG_TYPE, place, message)
