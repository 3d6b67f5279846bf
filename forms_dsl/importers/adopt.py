"""A draft takes over the names that people gave to the same things in definitions that are there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms_dsl.importers.draft import Draft, EntityDraft, FieldDraft, RowDraft, Tree
from forms_dsl.importers.words import Words
from forms_dsl.source import Document

#: Keys whose texts are expressions.
EXPRESSIONS = frozenset(
    {"visible", "required_when", "read_only", "default", "check", "compute", "choices_where", "where", "when", "filter"}
)
_TOKEN = re.compile(r"\"[^\"]*\"|'[^']*'|[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class _There:
    """Names of things that are there by their ids and by their labels, as far as these are unique."""

    names: frozenset[str]
    by_id: Mapping[str, str]
    by_label: Mapping[str, str]

    def name_for(self, name: str, label: Words | None) -> str:
        """What the thing is called there; its own name where it is not there."""
        if name in self.by_id:
            return self.by_id[name]
        if name in self.names:
            return name
        found = {self.by_label[text] for text in (label.every() if label else ()) if text in self.by_label}
        return found.pop() if len(found) == 1 else name


def adopt_names(draft: Draft, documents: Mapping[str, Document]) -> None:
    """Rename entities, row types and fields of the draft to what they are called in the definitions that are there."""
    entities = {
        path.removeprefix("entities/").rpartition(".")[0]: document.data
        for path, document in documents.items()
        if path.startswith("entities/") and isinstance(document.data, dict)
    }
    there = _there(entities)
    names = {name: there.name_for(name, entity.label) for name, entity in draft.entities.items()}
    draft.entities = {names[name]: entity for name, entity in draft.entities.items()}
    for name, entity in draft.entities.items():
        entity.name = name
        _adopt_fields(entity, entities.get(name, {}))
    for entity in draft.entities.values():
        for field in (*entity.fields.values(), *(field for row in entity.rows.values() for field in row.fields.values())):
            if str(field.tree.get("to")) in names:
                field.tree["to"] = names[str(field.tree["to"])]
    for role in draft.roles.values():
        access = role.get("access")
        if isinstance(access, dict):
            role["access"] = {names.get(str(name), str(name)): rule for name, rule in access.items()}


def _adopt_fields(entity: EntityDraft, data: Any) -> None:
    fields, renamed = _renamed(entity.fields, data.get("fields"))
    rows: dict[str, RowDraft] = {}
    row_names = data.get("rows") if isinstance(data.get("rows"), dict) else {}
    there = _there(row_names)
    of = {name: there.name_for(name, row.label) for name, row in entity.rows.items()}
    for name, row in entity.rows.items():
        row.name = of[name]
        inside = row_names.get(row.name)
        row.fields, inner = _renamed(row.fields, inside.get("fields") if isinstance(inside, dict) else None)
        renamed = {**inner, **renamed}
        rows[row.name] = row
    entity.rows = rows
    entity.fields = fields
    for field in fields.values():
        if str(field.tree.get("of")) in of:
            field.tree["of"] = of[str(field.tree["of"])]
    if renamed:
        for field in (*fields.values(), *(field for row in rows.values() for field in row.fields.values())):
            field.tree = {key: _replaced(value, renamed, key) for key, value in field.tree.items()}
        entity.layout = [{key: _replaced(value, renamed, key) for key, value in block.items()} for block in entity.layout]
        entity.list_keys = {key: _replaced(value, renamed, key) for key, value in entity.list_keys.items()}
        entity.keys = {key: _replaced(value, renamed, key) for key, value in entity.keys.items()}
        entity.rules = {
            name: ({key: _replaced(value, renamed, key) for key, value in tree.items()}, position)
            for name, (tree, position) in entity.rules.items()
        }


def _renamed(fields: dict[str, FieldDraft], data: Any) -> tuple[dict[str, FieldDraft], dict[str, str]]:
    there = _there(data if isinstance(data, dict) else {})
    renamed: dict[str, str] = {}
    made: dict[str, FieldDraft] = {}
    for name, field in fields.items():
        label = field.tree.get("label")
        found = there.name_for(name, label if isinstance(label, Words) else None)
        if found != name and (found in fields or found in made):
            found = name
        if found != name:
            renamed[name] = found
        field.name = found
        made[found] = field
    return made, renamed


def _there(things: Mapping[str, Any]) -> _There:
    by_id: dict[str, str] = {}
    labels: dict[str, list[str]] = {}
    for name, thing in things.items():
        if not isinstance(thing, dict):
            continue
        if isinstance(thing.get("id"), str):
            by_id[thing["id"]] = name
        label = thing.get("label")
        for text in dict.fromkeys(label.values() if isinstance(label, dict) else [label]):
            labels.setdefault(str(text), []).append(name)
    return _There(frozenset(things), by_id, {text: names[0] for text, names in labels.items() if len(names) == 1})


def _replaced(tree: Tree, names: Mapping[str, str], key: str) -> Tree:
    """The tree with names of fields replaced: whole texts in lists and under keys that name fields, words in expressions."""
    if isinstance(tree, str):
        if key in EXPRESSIONS:
            return _TOKEN.sub(lambda match: names.get(match.group(), match.group()), tree)
        if key in ("items", "columns", "search", "sort", "quick_filters", "totals", "field", "rows", "at", "unique", "lines"):
            bare = tree.lstrip("-")
            return tree[: len(tree) - len(bare)] + names.get(bare, bare)
        return tree
    if isinstance(tree, Mapping):
        return {inner: _replaced(value, names, inner) for inner, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_replaced(item, names, key) for item in tree]
    return tree
