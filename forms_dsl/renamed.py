"""A thing of an earlier version with the names that fields have now, so that a renamed field is no difference in meaning."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from forms_dsl.expr.tree import Expression
from forms_dsl.model import App, FieldCondition, People
from forms_dsl.source import Span

Thing = TypeVar("Thing")

#: Attributes of the model that hold names of fields of the thing's own entity.
_FIELD_LISTS = frozenset({"write", "read", "hide", "require", "editors_of", "replay_if_changed", "unmask", "fields"})


def renamed_fields(old: App, new: App, entity: str) -> dict[str, str]:
    """The earlier names of an entity's fields that are called otherwise now, by their ids, with the new names."""
    now = new.entities.get(entity)
    was = next((each for each in old.entities.values() if now is not None and each.id == now.id), None)
    if now is None or was is None:
        return {}
    names = {field.id: name for name, field in now.fields.items()}
    return {name: names[field.id] for name, field in was.fields.items() if names.get(field.id, name) != name}


def with_new_names(thing: Thing, names: Mapping[str, str]) -> Thing:
    """The thing as it would be written now; `names` leads from the earlier name of each renamed field to its new one."""
    made: Thing = _renamed(thing, names) if names else thing
    return made


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case Expression():
            return replace(value, source=_in_text(value.source, names))
        case People(kind="field", name=str() as name):
            head, dot, rest = name.partition(".")
            return replace(value, name=f"{names.get(head, head)}{dot}{rest}")
        case FieldCondition(field=field, condition=condition):
            return replace(value, field=names.get(field, field), condition=_renamed(condition, names))
        case Mapping():
            return {key: _renamed(each, names) for key, each in value.items()}
        case Span():
            return value
        case tuple():
            return tuple(_renamed(each, names) for each in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed: dict[str, object] = {}
    for each in fields(value):
        part = getattr(value, each.name)
        if each.name in _FIELD_LISTS and isinstance(part, tuple):
            changed[each.name] = tuple(names.get(name, name) if isinstance(name, str) else _renamed(name, names) for name in part)
        elif each.name in _FIELD_LISTS and isinstance(part, Mapping):
            changed[each.name] = {names.get(name, name): inner for name, inner in part.items()}
        else:
            changed[each.name] = _renamed(part, names)
    return replace(value, **changed)


def _in_text(source: str, names: Mapping[str, str]) -> str:
    """The source of an expression with each bare name, or name behind `old.` or `record.`, as it is called now."""
    words = "|".join(map(re.escape, names))
    return re.sub(rf"(?<![\w.\"'])((?:old|record)\.)?({words})\b", lambda m: (m[1] or "") + names[m[2]], source)
