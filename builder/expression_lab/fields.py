"""The fields of a record from a file in the syntax of an entity (language.md 2.3–2.4), as far as expressions need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from builder.commands import Mistake
from forms_dsl.diagnostics import suggestion
from forms_dsl.expr.scope import system_field_types
from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes.money import decimals_of
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.fieldtypes.registry import FIELD_TYPES, SHORT_FORMS, TYPE_NAMES
from forms_dsl.files.entity import FieldShape
from forms_dsl.model import Choice, FieldOptions
from forms_dsl.names import SYSTEM_FIELDS, name_fault

_APP = "app"
_ENTITY = "record"
_KEYS = frozenset(shape.alias or name for name, shape in FieldShape.model_fields.items())


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field: how its values are read and kept, and its type in expressions."""

    kind: FieldType
    options: FieldOptions
    type: ValueType


@dataclass(frozen=True, slots=True)
class EntitySpec:
    """The fields of one entity and, for each field of rows or related records, the fields of a row."""

    name: str
    fields: Mapping[str, FieldSpec]
    rows: Mapping[str, Mapping[str, FieldSpec]] = field(default_factory=dict)

    @property
    def types(self) -> dict[str, ValueType]:
        """All names with their types in expressions."""
        return {name: spec.type for name, spec in self.fields.items()}


@dataclass(frozen=True, slots=True)
class Fields:
    """What expressions may read: the record itself, and the entities that its references lead to."""

    record: EntitySpec
    others: Mapping[str, EntitySpec]

    def entity(self, name: str) -> EntitySpec:
        """An entity by its full name."""
        return self.record if name == self.record.name else self.others[name]

    @property
    def entities(self) -> dict[str, dict[str, ValueType]]:
        """The types of every entity by full name."""
        return {entity.name: entity.types for entity in (self.record, *self.others.values())}


def read_fields(data: object) -> Fields:
    """The fields of a file: `{"fields", "rows"}`, also `related`, `choices` and `entities` (by name, for references).

    Labels and what has no meaning for expressions may be left out. Raises Mistake.
    """
    top = as_map(data, "fields.json")
    lists = {name: as_map(each, name) for name, each in as_map(top.get("choices", {}), "choices").items()}
    names = {f"{_APP}.{name}" for name in as_map(top.get("entities", {}), "entities")} | {f"{_APP}.{_ENTITY}"}
    others = {
        f"{_APP}.{name}": _entity(f"{_APP}.{name}", as_map(each, name), lists, names)
        for name, each in as_map(top.get("entities", {}), "entities").items()
    }
    return Fields(_entity(f"{_APP}.{_ENTITY}", top, lists, names), others)


def read_parameters(data: object) -> dict[str, FieldSpec]:
    """Names with types in the syntax of fields, for `param`."""
    return _specs(as_map(data, "param"), {}, {}, frozenset())


def system_spec(name: str) -> FieldSpec:
    """A field that every record has."""
    declared = SYSTEM_FIELDS[name]
    type = system_field_types(f"{_APP}.{_ENTITY}", number=True)[name]
    return FieldSpec(FIELD_TYPES[declared.type], declared.options, type)


def _entity(name: str, data: Mapping[str, Any], lists: Mapping[str, Mapping[str, Any]], entities: set[str]) -> EntitySpec:
    row_types = {
        row: _specs(as_map(as_map(each, row).get("fields", {}), row), lists, {}, entities)
        for row, each in as_map(data.get("rows", {}), "rows").items()
    }
    declared = _specs(as_map(data.get("fields", {}), "fields"), lists, row_types, entities)
    rows = {of: row_types[spec.options.of or ""] for of, spec in declared.items() if spec.type.name == "rows"}
    related = {}
    for each, about in as_map(data.get("related", {}), "related").items():
        inner = _specs(as_map(as_map(about, each).get("fields", {}), each), lists, {}, entities)
        type = ValueType("rows", rows={n: s.type for n, s in inner.items()}, related=True, optional=False)
        related[each] = FieldSpec(FIELD_TYPES["rows"], FieldOptions(of=each), type)
        rows[each] = inner
    system = {each: system_spec(each) for each in SYSTEM_FIELDS if each not in declared}
    return EntitySpec(name, system | declared | related, rows)


def _specs(
    data: Mapping[str, Any],
    lists: Mapping[str, Mapping[str, Any]],
    row_types: Mapping[str, Mapping[str, FieldSpec]],
    entities: set[str] | frozenset[str],
) -> dict[str, FieldSpec]:
    specs = {}
    for name, about in data.items():
        fault = name_fault(name, field=True, reserved=False)
        if fault is not None:
            raise Mistake({"en": fault.en, "zh": fault.zh})
        written = {"type": about} if isinstance(about, str) else as_map(about, name)
        strange = sorted(set(written) - _KEYS)
        if strange:
            near = suggestion(strange[0], _KEYS)
            raise _wrong(name, f"A field has no key {strange[0]!r}. {near.en if near else ''}".strip(),
                         f"字段没有“{strange[0]}”这个键。{near.zh if near else ''}")  # fmt: skip
        specs[name] = _spec(name, _written_out(written), lists, row_types, entities)
    return specs


def _written_out(about: Mapping[str, Any]) -> Mapping[str, Any]:
    """A field of a short form as one of the type that it stands for."""
    form = SHORT_FORMS.get(str(about.get("type")))
    return about if form is None else {**form.usual, **about, **form.chosen, "type": form.type}


def _spec(
    name: str,
    about: Mapping[str, Any],
    lists: Mapping[str, Mapping[str, Any]],
    row_types: Mapping[str, Mapping[str, FieldSpec]],
    entities: set[str] | frozenset[str],
) -> FieldSpec:
    kind = FIELD_TYPES.get(str(about.get("type")))
    if kind is None:
        near = suggestion(str(about.get("type")), TYPE_NAMES)
        raise _wrong(name, f"There is no field type {about.get('type')!r}. {near.en if near else ''}".strip(),
                     f"没有“{about.get('type')}”这种字段类型。{near.zh if near else ''}")  # fmt: skip
    currency = str(about.get("currency") or "CNY") if kind.name == "money" else None
    scale = _whole(about.get("scale"), name)
    options = FieldOptions(
        scale=decimals_of(currency) if scale is None and kind.name == "money" else scale,
        percent=str(about.get("percent", "")).lower() == "true",
        currency=currency,
        choices=_choices(name, about, lists),
        ordered=str(_choice_list(name, about, lists).get("ordered", about.get("ordered", ""))).lower() == "true",
        to=_full(str(about["to"])) if "to" in about else None,
        of=str(about["of"]) if "of" in about else None,
    )
    type = kind.value_type(options)
    if type.name == "rows":
        if options.of not in row_types:
            raise _wrong(name, f"There is no row type {options.of!r}.", f"没有行类型“{options.of}”。")
        rows = {each: spec.type for each, spec in row_types[options.of or ""].items()}
        return FieldSpec(kind, options, replace(type, rows=rows))
    if type.name == "number" and type.scale == 0 and type.limit is None:
        type = replace(type, limit=Decimal(10**15))
    return FieldSpec(kind, options, type)


def _choice_list(name: str, about: Mapping[str, Any], lists: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    if "choices_from" not in about:
        return {}
    if about["choices_from"] not in lists:
        raise _wrong(name, f"There is no choice list {about['choices_from']!r}.", f"没有选项列表“{about['choices_from']}”。")
    return lists[about["choices_from"]]


def _choices(name: str, about: Mapping[str, Any], lists: Mapping[str, Mapping[str, Any]]) -> tuple[Choice, ...]:
    listed = _choice_list(name, about, lists)
    given = listed.get("values", listed) if listed else about.get("choices", {})
    codes = given if isinstance(given, list) else list(as_map(given, name))
    return tuple(Choice(str(code), {"en": str(code), "zh": str(code)}) for code in codes)


def _full(name: str) -> str:
    return name if "." in name else f"{_APP}.{name}"


def _whole(value: object, name: str) -> int | None:
    if value is None:
        return None
    if str(value).isascii() and str(value).isdigit() and int(str(value)) <= 16:
        return int(str(value))
    raise _wrong(name, f"{value!r} is not a number of decimals.", f"“{value}”不是小数位数。")


def as_map(value: object, name: str) -> Mapping[str, Any]:
    """The value when it is a map. Raises Mistake."""
    if isinstance(value, dict):
        return value
    raise _wrong(name, "A map is expected here.", "这里应是映射。")


def _wrong(name: str, en: str, zh: str) -> Mistake:
    return Mistake({"en": f"{name}: {en}", "zh": f"{name}：{zh}"})
