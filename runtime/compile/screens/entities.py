"""An entity and its fields as screens know them: labels, widgets, options and the expressions that run while typing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from forms_dsl.expr.ir import pattern_ir
from forms_dsl.expr.tree import Expression
from forms_dsl.fieldtypes.attachments import most_files
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Choice, Entity, Field, FieldOptions
from forms_dsl.names import SYSTEM_FIELDS
from forms_dsl.patterns import NAMED
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.screens.targets import columns_of_target, draw_targets, reach_of
from runtime.compile.screens.view import EntityView, View, browser_form

#: Types whose values have no order or no single value to order by.
_UNSORTED = frozenset({"rows", "multi_choice", "file", "image", "signature"})


def draw_entity(compiled: CompiledApp, entity: CompiledEntity, seen: EntityView, view: View, today: dt.date) -> dict[str, object]:
    """One entity with the fields that this person may know of."""
    declared = entity.entity
    reach = reach_of(declared, compiled.app.name)
    fields = {
        name: draw_field(compiled, field, name, seen, view, reach, today)
        for name, field in declared.fields.items()
        if name in seen.shows
    }
    for name, field in declared.fields.items():
        if name in fields and field.options.accept:
            fields[name]["holder"] = {"entity": declared.name, "field": name}
    flows = (each for each in compiled.app.workflows.values() if each.entity == declared.name and each.reverses is None)
    workflow = next(flows, None)
    return {
        "name": declared.name,
        "label": declared.label,
        "title": declared.title or "{id}",
        "can": {"create": seen.create, "update": seen.update, "delete": seen.delete, "merge": seen.merges},
        "export": None if seen.export is None else {"rows": seen.export.rows, "alone": seen.export.alone},
        "releases_exports": seen.releases_exports,
        "import": None if seen.imports is None else {"rows": seen.imports.rows, "alone": seen.imports.alone},
        "releases_imports": seen.releases_imports,
        "fields": fields,
        "rows": _rows(compiled, declared, seen, view, today),
        "rules": _rules(declared, seen, view, reach),
        "duplicates": [
            {"fields": list(rule.fields), "then": rule.then}
            for rule in declared.duplicates
            if all(name in seen.shows or name in SYSTEM_FIELDS for name in rule.fields)
        ],
        "workflow": None
        if workflow is None
        else {
            "name": workflow.name,
            "title": workflow.title,
            "form": workflow.start_form,
            "can_start": seen.create and workflow.name in seen.starts,
        },
        "page": any(page.entity == declared.name for page in compiled.app.pages.values()),
        "list": next((name for name, each in compiled.app.lists.items() if each.entity == declared.name), None),
    }


def draw_field(
    compiled: CompiledApp, field: Field, path: str, seen: EntityView, view: View, reach: Mapping[str, str], today: dt.date
) -> dict[str, object]:
    """One field; expressions that the browser cannot answer are left to the server."""
    shown = seen.shows[path]
    kind = FIELD_TYPES[field.type]
    drawn: dict[str, object] = {
        "name": field.name,
        "label": field.label,
        "type": field.type,
        "widget": kind.widget_for(field.options),
        "required": field.required,
        "readable": shown,
        "writable": path in seen.writes,
        "searchable": shown == "clear" and field.value_type.name == "text" and not field.encrypted,
        "sortable": shown == "clear" and field.type not in _UNSORTED and not field.encrypted,
        "options": draw_options(compiled, field.options, view, today, encrypted=field.encrypted),
    }
    for key, words in (("help", field.help), ("message", field.message)):
        if words is not None:
            drawn[key] = words
    if path in seen.reveals:
        drawn["reveal"] = True
    if field.options.pattern is not None:
        drawn["form"] = pattern_ir(field.options.pattern)
        named = NAMED.get(field.options.pattern)
        drawn["form_label"] = {"zh": named.label.zh, "en": named.label.en} if named else None
    expressions: Mapping[str, Expression | None] = {
        "visible": field.visible,
        "required_when": field.required_when,
        "default": field.default,
        "check": field.check,
        "compute": field.compute,
        "read_only": field.read_only if isinstance(field.read_only, Expression) else None,
    }
    forms = {key: browser_form(each, seen, view, reach) for key, each in expressions.items()}
    drawn |= {key: form for key, form in forms.items() if form is not None}
    if field.read_only is True:
        drawn["read_only"] = True
    if field.compute is not None and forms["compute"] is None:
        drawn["server_compute"] = True
    reads = {key: _names(each) for key, each in expressions.items() if each is not None and forms[key] is not None}
    if reads:
        drawn["reads"] = reads
    return drawn


def draw_options(
    compiled: CompiledApp, options: FieldOptions, view: View, today: dt.date, *, encrypted: bool = False
) -> dict[str, object]:
    """The options that a widget needs; absent where they are not set."""
    plain = {
        "scale": options.scale,
        "min": options.min,
        "max": options.max,
        "currency": options.currency,
        "lines": options.lines,
        "pattern": options.pattern,
        "of": options.of,
        "max_mb": options.max_mb,
    }
    drawn: dict[str, object] = {key: value for key, value in plain.items() if value is not None}
    if encrypted:
        drawn["encrypted"] = True
    if options.percent:
        drawn["percent"] = True
    if options.choices:
        drawn["choices"] = [
            {"code": choice.code, "label": choice.label, "selectable": is_selectable(choice, today)} for choice in options.choices
        ]
        drawn["ordered"] = options.ordered
    if options.accept:
        drawn["accept"] = list(options.accept)
        drawn["count"] = most_files(options)
    if options.to is not None:
        drawn["to"] = options.to if "." in options.to else f"{compiled.app.name}.{options.to}"
        drawn["to_columns"] = columns_of_target(compiled, options.to, view)
    if options.targets:
        drawn["targets"] = draw_targets(compiled, options.targets, view)
    return drawn


def is_selectable(choice: Choice, today: dt.date) -> bool:
    """Whether a code is valid on this day; outside its validity it displays but cannot be chosen."""
    day = today.isoformat()
    return (choice.valid_from is None or choice.valid_from <= day) and (choice.valid_to is None or day <= choice.valid_to)


def _names(expression: Expression) -> list[str]:
    return sorted(".".join(path) for path in expression.reads)


def _rows(compiled: CompiledApp, entity: Entity, seen: EntityView, view: View, today: dt.date) -> dict[str, object]:
    drawn: dict[str, object] = {}
    for holder in entity.fields.values():
        if holder.type != "rows" or holder.options.of is None or holder.name not in seen.shows:
            continue
        row_type = entity.rows[holder.options.of]
        inner = {name: f"{holder.name}.{name}" for name in row_type.fields if f"{holder.name}.{name}" in seen.shows}
        shows = {name: seen.shows[path] for name, path in inner.items()}
        writes = frozenset(name for name, path in inner.items() if path in seen.writes)
        row_view = EntityView(shows, writes, seen.reads, seen.create, seen.update, seen.delete)
        fields = {name: draw_field(compiled, row_type.fields[name], name, row_view, view, {}, today) for name in inner}
        for name, path in inner.items():
            if row_type.fields[name].options.accept:
                fields[name]["holder"] = {"entity": entity.name, "field": path}
        drawn[row_type.name] = {"label": row_type.label, "fields": fields}
    return drawn


def _rules(entity: Entity, seen: EntityView, view: View, reach: Mapping[str, str]) -> list[dict[str, object]]:
    drawn: list[dict[str, object]] = []
    for rule in entity.rules:
        check = browser_form(rule.check, seen, view, reach)
        when = browser_form(rule.when, seen, view, reach)
        if check is None or (rule.when is not None and when is None):
            continue
        at = rule.at if rule.at in seen.shows else None
        drawn.append({"name": rule.name, "when": when, "check": check, "message": rule.message, "at": at, "level": rule.level})
    return drawn
