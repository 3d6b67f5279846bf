"""Object schemas as entities: nested objects become sections, lists of objects child rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from forms_dsl.diagnostics import Code, Sentence
from forms_dsl.importers.codes import (
    APPROXIMATED,
    NAME_PROPOSED,
    NO_COUNTERPART,
    SKIPPED_PART,
    TARGET_UNKNOWN,
    TOO_LARGE,
)
from forms_dsl.importers.documents import Node
from forms_dsl.importers.draft import Draft, EntityDraft, FieldDraft, RowDraft, Tree, section
from forms_dsl.importers.naming import is_name_of, proposed_name
from forms_dsl.importers.schemas.conditions import add_conditions, keep_condition
from forms_dsl.importers.schemas.leftovers import lost_keys, lost_of_object
from forms_dsl.importers.schemas.resolving import Resolver, Schema, say_left
from forms_dsl.importers.schemas.scalars import Scalars, default_of, readable
from forms_dsl.importers.trees import item_of
from forms_dsl.importers.words import ANY, Words, both, humanised

_FIELDS = 300
_NESTED = 4


@dataclass(frozen=True, slots=True)
class _Place:
    """Where fields go: their holder, the words before their names and labels, whether all around is required."""

    fields: dict[str, FieldDraft]
    prefix: str = ""
    required: bool = True
    depth: int = 0
    way: tuple[str, ...] = ()
    in_rows: bool = False


class Objects:
    """Builds entities of the schemas that were chosen; `entities` maps references to entity names."""

    def __init__(self, draft: Draft, resolver: Resolver, entities: Mapping[str, EntityDraft]) -> None:
        self.draft, self.resolver, self.entities = draft, resolver, entities
        self.scalars = Scalars(draft.report)
        self.skipped: Counter[str] = Counter()

    def fill(self, entity: EntityDraft, schema: Schema, reference: str) -> None:
        """The fields, rows, rules and form of an entity."""
        if description := schema.text("description"):
            entity.note(" ".join(description.split()))
        self._keep_lost(entity, schema, schema.keys, lost_of_object(schema.keys, is_root=True))
        place = _Place(entity.fields, way=(reference,))
        items = self._properties(entity, schema, place)
        first = section("main", entity.label, items, columns=2)
        entity.layout.insert(0, first) if items or not entity.layout else None
        add_conditions(entity, schema, self.draft.report)
        if not entity.fields:
            name = entity.free_name("value")
            label = both("Value", "值")
            entity.fields[name] = FieldDraft(name, {"type": "text", "label": label}, entity.position)
            self._say(NO_COUNTERPART, schema.node, f"{entity.name!r} has no properties.", f"“{entity.name}”没有属性。")

    def _properties(self, entity: EntityDraft, schema: Schema, place: _Place) -> list[Tree]:
        items: list[Tree] = []
        for name, node in schema.properties.items():
            if len(place.fields) >= _FIELDS:
                message = f"{entity.name!r} would have more than {_FIELDS} fields; {name!r} and what follows is left out."
                self._say(TOO_LARGE, node, message, f"“{entity.name}”将超过 {_FIELDS} 个字段；“{name}”及其后的内容未导入。")
                break
            inner = self.resolver.schema(node)
            required = place.required and name in schema.required
            if name in schema.required and not place.required:
                self._keep_required(entity, node, name, place)
            items += self._property(entity, name, inner, place, required=required)
        return items

    def _keep_required(self, entity: EntityDraft, node: Node, name: str, place: _Place) -> None:
        """Say that a part of an object that may be left out is required where the object is there."""
        around = place.prefix.rstrip("_")
        self._say(
            NO_COUNTERPART,
            node,
            f"{name!r} is required where {around!r} is given; kept as a note.",
            f"填写“{around}”时“{name}”必填，已转为备注。",
        )
        entity.note(f"{around}: required: {name}")

    def _property(self, entity: EntityDraft, name: str, schema: Schema, place: _Place, *, required: bool) -> list[Tree]:
        came_by = schema.came_by or ""
        if came_by in self.entities and "object" in schema.types:
            field = self._field(entity, name, schema, place, {"type": "reference", "to": self.entities[came_by].name}, required)
            return [item_of(field)]
        if came_by and came_by in place.way:
            self._say(TARGET_UNKNOWN, schema.node, f"{name!r} leads back to {came_by}.", f"“{name}”又引用了 {came_by}（循环）。")
            field = self._field(entity, name, schema, place, {"type": "json", "note": f"cycle: {came_by}"}, required=False)
            return [item_of(field)]
        variants = [key for key in ("oneOf", "anyOf") if isinstance(schema.keys.get(key), list)]
        if variants and not self.scalars.values(schema):
            self._say(
                APPROXIMATED,
                schema.node,
                f"{name!r} is one of several forms: kept as JSON.",
                f"“{name}”有多种形式：按 JSON 保存。",
            )
            field = self._field(
                entity, name, schema, place, {"type": "json", "note": f"{variants[0]} of several schemas"}, required
            )
            return [item_of(field)]
        if "object" in schema.types:
            return self._object(entity, name, schema, place, required=required)
        if "array" in schema.types:
            return self._array(entity, name, schema, place, required=required)
        tree = self.scalars.field(schema, name)
        return [item_of(self._field(entity, name, schema, place, tree, required))]

    def _object(self, entity: EntityDraft, name: str, schema: Schema, place: _Place, *, required: bool) -> list[Tree]:
        if not schema.properties or place.depth >= _NESTED:
            if schema.properties:
                self._say(
                    APPROXIMATED,
                    schema.node,
                    f"{name!r} is nested too deeply: kept as JSON.",
                    f"“{name}”嵌套过深：按 JSON 保存。",
                )
            field = self._field(entity, name, schema, place, {"type": "json"}, required)
            return [item_of(field)]
        lost = lost_of_object(schema.keys, is_root=False)
        self._keep_lost(entity, schema, schema.keys, lost, f"{place.prefix}{name}: ")
        for condition in schema.conditions:
            keep_condition(entity, condition, self.draft.report, f"{place.prefix}{name}: ")
        prefix = f"{place.prefix}{name}_"
        inner = _Place(place.fields, prefix, required, place.depth + 1, (*place.way, schema.came_by or ""), place.in_rows)
        items = self._properties(entity, schema, inner)
        if place.in_rows or not items:
            return items
        taken = {str(block["section"]) for block in entity.layout} | {"main"}
        block_name = proposed_name(f"{place.prefix}{name}", taken, fallback="section", field=False)
        label = self.draft.words({ANY: readable(schema, name)}, schema.node.at(), fallback=name)
        entity.layout.append(section(block_name, label, items, columns=2))
        return []

    def _array(self, entity: EntityDraft, name: str, schema: Schema, place: _Place, *, required: bool) -> list[Tree]:
        holder = Node(schema.node.document, schema.node.pointer, schema.keys)
        inner = self.resolver.schema(holder.node("items"))
        values = {} if {"object", "array"} & set(inner.types) or not inner.keys else self.scalars.field(inner, name)
        if values.get("type") == "choice":
            values["type"] = "multi_choice"
            field = self._field(entity, name, schema, place, values, required)
            return [item_of(field)]
        if place.in_rows or "array" in inner.types or (inner.came_by and inner.came_by in place.way):
            self._say(
                APPROXIMATED,
                schema.node,
                f"The list {name!r} within a list is kept as JSON.",
                f"列表中的列表“{name}”按 JSON 保存。",
            )
            field = self._field(entity, name, schema, place, {"type": "json"}, required)
            return [item_of(field)]
        row_name = entity.free_row_name(f"{place.prefix}{name}")
        label = self.draft.words({ANY: readable(inner, name)}, schema.node.at(), fallback=row_name)
        row = RowDraft(row_name, label, schema.node.at())
        entity.rows[row_name] = row
        if "object" in inner.types and inner.properties:
            way = (*place.way, inner.came_by or "")
            self._properties(entity, inner, _Place(row.fields, depth=place.depth + 1, way=way, in_rows=True))
        if not row.fields:
            tree: dict[str, Tree] = values or {"type": "json" if "object" in inner.types else "text"}
            exclusive = str(tree.pop("exclusive", ""))
            value = FieldDraft("value", {"type": tree.pop("type"), "label": both("Value", "值"), **tree}, schema.node.at())
            row.fields["value"] = value
            self._complete(value, inner, inner.keys, exclusive)
        field = self._field(entity, name, schema, place, {"type": "rows", "of": row_name}, required=False)
        item: dict[str, Tree] = {"rows": field.name}
        for key, ours in (("minItems", "min"), ("maxItems", "max")):
            text = schema.text(key)
            if text.isdigit() and 0 < int(text) <= 10_000:
                item[ours] = int(text)
        return [item]

    def _field(
        self, entity: EntityDraft, name: str, schema: Schema, place: _Place, tree: dict[str, Tree], required: bool
    ) -> FieldDraft:
        position = schema.node.at()
        made_name = proposed_name(f"{place.prefix}{name}", place.fields, fallback="field", owner=entity.name)
        if not is_name_of(made_name, f"{place.prefix}{name}"):
            self._say(NAME_PROPOSED, schema.node, f"{name!r} is called {made_name!r}.", f"“{name}”命名为“{made_name}”。")
        label = self.draft.words({ANY: readable(schema, name)}, position, fallback=made_name)
        if place.prefix and any(field.tree["label"] == label for field in place.fields.values()):
            # Two inputs with one label cannot be told apart: the object around names it too.
            around = humanised(place.prefix.rstrip("_").rpartition("_")[2])
            label = self.draft.words({ANY: f"{around}: {readable(schema, name)}"}, position, fallback=made_name)
        made: dict[str, Tree] = {"type": tree.pop("type"), "label": label}
        description = schema.text("description")
        if description and description != schema.text("title"):
            made["help"] = self.draft.words({ANY: description}, position, fallback=made_name, sentence=True)
        exclusive = str(tree.pop("exclusive", ""))
        default = default_of(schema, {**made, **tree})
        read_only = str(schema.keys.get("readOnly", "")) == "true"
        if read_only:
            made["read_only"] = True
        elif required and made["type"] not in ("boolean", "rows"):
            made["required"] = True
        if default is not None and made["type"] != "rows":
            made["default"] = default
        made.update(tree)
        field = FieldDraft(made_name, made, position)
        place.fields[made_name] = field
        written = schema.keys.get("default")
        if default is None and isinstance(written, str) and written:
            field.note(f"default: {written}")
            self._say(
                NO_COUNTERPART, schema.node, f"The default {written!r} is kept as a note.", f"默认值“{written}”已转为备注。"
            )
        # What the target of a reference says is said where the target is imported.
        self._complete(field, schema, schema.node.data if made["type"] == "reference" else schema.keys, exclusive)
        return field

    def _complete(self, field: FieldDraft, schema: Schema, keys: Mapping[str, Any], exclusive: str) -> None:
        """The check of exclusive bounds, and a note of every key that the field does not carry out."""
        if exclusive:
            field.tree["check"] = exclusive.replace("self", field.name)
            said = exclusive.replace("self ", "")
            field.tree["message"] = both(f"Must be {said}.", f"须 {said}。")
        self._keep_lost(field, schema, keys, lost_keys(keys, field.tree, exclusive))

    def _keep_lost(
        self, thing: FieldDraft | EntityDraft, schema: Schema, keys: Mapping[str, Any], lost: Iterable[str], before: str = ""
    ) -> None:
        for key in lost:
            if key.startswith("x-"):
                self.skipped[key] += 1
                continue
            say_left(self.draft.report, schema.node, key)
            thing.note(f"{before}{key}: {str(keys[key])[:300]}")

    def _say(self, code: Code, node: Node, en: str, zh: str) -> None:
        self.draft.report.add(code, node.at(), Sentence(en, zh))

    def say_skipped(self, node: Node) -> None:
        """One finding for all extension keys that were passed over."""
        if self.skipped:
            names = ", ".join(f"{key} ({count})" for key, count in self.skipped.most_common(8))
            self._say(SKIPPED_PART, node, f"Extensions are not imported: {names}.", f"扩展关键字未导入：{names}。")


def label_of(schema: Schema, name: str, draft: Draft) -> Words:
    """What an entity is called."""
    return draft.words({ANY: readable(schema, name)}, schema.node.at(), fallback=name)
