"""Where references lead: the entity at their end, and the columns by which its records are told apart."""

from __future__ import annotations

from collections.abc import Iterable

from forms_dsl.model import Entity, Field
from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.app import CompiledApp
from runtime.compile.names import PLACEHOLDER
from runtime.compile.screens.view import View

#: The directory has no lists of its own that would say it.
_DIRECTORY = {"org.branch": ["name", "code"], "org.person": ["name", "username"]}


def reach_of(entity: Entity, app: str) -> dict[str, str]:
    """The "app.entity" that each reference field of an entity leads to."""
    fields = {**SYSTEM_FIELDS, **entity.fields}
    return {name: to if "." in to else f"{app}.{to}" for name, field in fields.items() if (to := field.options.to) is not None}


def columns_of_target(compiled: CompiledApp, to: str, view: View) -> list[str]:
    """The columns to show when a record is chosen: its title's fields, then what its list is searched by; only those shown in clear."""
    name = to if "." in to else f"{compiled.app.name}.{to}"
    if name in _DIRECTORY:
        return _DIRECTORY[name]
    seen = view(name)
    target = compiled.entity(to).entity
    if seen is None:
        return []
    wanted = [path for path in placeholders(target.title or "") if "." not in path]
    app, _, entity = name.partition(".")
    if app == compiled.app.name:
        wanted += [path for each in compiled.app.lists.values() if each.entity == entity for path in each.search]
    return list(dict.fromkeys(path for path in wanted if "." not in path and seen.is_clear(path)))[:3]


def draw_targets(compiled: CompiledApp, targets: Iterable[str], view: View) -> list[dict[str, object]]:
    """The entities that a reference of several kinds may lead to, as far as this person may read them."""
    return [
        {"to": name, "label": compiled.entity(name).entity.label, "to_columns": columns_of_target(compiled, name, view)}
        for name in targets
        if name in _DIRECTORY or ((seen := view(name)) is not None and seen.reads)
    ]


def placeholders(text: str) -> list[str]:
    """The paths that stand in braces in a title."""
    return [found[1] for found in PLACEHOLDER.finditer(text)]


def field_at(compiled: CompiledApp, entity: str, path: str) -> tuple[str, Field] | None:
    """The field at the end of a path with the "app.entity" that holds it; None where the path leads nowhere."""
    holder = compiled.entity(entity).entity
    name = f"{holder.app}.{holder.name}"
    first, _, rest = path.partition(".")
    field = holder.fields.get(first) or SYSTEM_FIELDS.get(first)
    if field is None or not rest:
        return None if field is None else (name, field)
    if field.options.to is None:
        return None
    to = field.options.to if "." in field.options.to or holder.app == compiled.app.name else f"{holder.app}.{field.options.to}"
    return field_at(compiled, to, rest)
