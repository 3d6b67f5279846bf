"""Records and their context from JSON: numbers as text, days in ISO form, missing as null, child rows as lists."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from builder.commands import Mistake
from builder.expression_lab.fields import EntitySpec, Fields, FieldSpec, as_map, read_parameters
from forms_dsl.expr import days
from forms_dsl.expr.calendars import BusinessDays, Rates
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.json_values import facts_json
from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import FieldOptions

_REFUSED = re.compile("[\x00\ud800-\udfff]")
_MICROSECONDS = re.compile(r"(\.[0-9]{3})[0-9]+")
_ZONE = "Asia/Shanghai"
_TYPED = ("param", "result", "authority", "output")
_KEYS = frozenset({*_TYPED, "today", "now", "business_date", "timezone", "code", "user", "old", "calendar", "rates"})

#: A value in Python, as docs/expressions.md 2 says.
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What does not change from record to record."""

    facts: Facts
    #: The types of the names under `param`, `result`, `authority` and `output`.
    types: Mapping[str, Mapping[str, ValueType]]
    #: The record before the change, as it was written.
    old: object = None


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a run: their own values, and by entity those of the records that they refer to."""

    fields: Fields
    own: tuple[Values, ...]
    others: Mapping[str, Mapping[str, Values]]
    context: Context

    def facts(self) -> list[Facts]:
        """The facts of each record, paths along references included."""
        return [replace(self.context.facts, record=self._flat(record, self.fields.record, 3)) for record in self.own]

    def json(self) -> list[dict[str, Any]]:
        """The facts of each record as the browser has them."""
        return [facts_json(facts) for facts in self.facts()]

    def _flat(self, record: Values, entity: EntitySpec, hops: int) -> Values:
        zone = self.context.facts.timezone
        flat = {**record}
        for name in ("created", "changed") if "created_at" in entity.fields else ():
            instant = record.get(f"{name}_at")
            flat.setdefault(f"{name}_on", None if instant is None else days.day_of(instant, zone))
        for name, specs in entity.rows.items():
            flat[name] = [self._flat(row, EntitySpec("", specs), hops) for row in record[name]]
        for name, spec in entity.fields.items() if hops else ():
            if spec.type.name != "reference":
                continue
            found = self.others.get(spec.type.entity or "", {}).get(record.get(name, ""))
            if found is not None:
                target = self.fields.others[spec.type.entity or ""]
                flat.update({f"{name}.{inner}": value for inner, value in self._flat(found, target, hops - 1).items()})
        return flat


def read_rows(data: object, fields: Fields, context: Context) -> Records:
    """The records of a JSON list; a reference is an id or a map of the fields of its record. Raises Mistake."""
    if not isinstance(data, list):
        raise Mistake({"en": "rows.json holds a list of records.", "zh": "rows.json 应是记录的列表。"})
    others: dict[str, dict[str, Values]] = {name: {} for name in fields.others}
    own = tuple(_record(each, fields.record, f"[{number}]", fields, others) for number, each in enumerate(data))
    if context.old is not None:
        old = _record(context.old, fields.record, "old", fields, others)
        context = replace(context, facts=replace(context.facts, old=old))
    return Records(fields, own, others, context)


def read_context(data: object) -> Context:
    """The context of all records. Raises Mistake.

    `today`, `now`, `business_date`, `timezone`, `code` and `user` hold plain values, `old` a record; `param`, `result`,
    `authority` and `output` map each name to `{"type": …, "value": …}`; `calendar` is `{"first": day, "days": "1100…"}` with a 1
    for each business day, `rates` `{"base": "CNY", "rates": {"USD": [["2025-01-01", "7.2"]]}}`.
    """
    if not isinstance(data, dict):
        raise Mistake({"en": "The context is a JSON map.", "zh": "上下文应是 JSON 映射。"})
    unknown = sorted(set(data) - _KEYS)
    if unknown:
        known = ", ".join(sorted(_KEYS))
        raise Mistake(
            {"en": f"The context has no {unknown[0]!r}, but {known}.", "zh": f"上下文没有“{unknown[0]}”，可用 {known}。"}
        )
    timezone = _timezone(str(data.get("timezone", _ZONE)))
    typed = {root: _typed(root, as_map(data.get(root, {}), root)) for root in _TYPED}
    day, instant = _plain("date"), _plain("datetime")
    now = _read(instant, data.get("now"), "now") or dt.datetime.now(dt.UTC).replace(microsecond=0)
    today = _read(day, data.get("today"), "today") or days.day_of(now, timezone)
    facts = Facts(
        calendar=_calendar(data.get("calendar")), rates=_rates(data.get("rates")),
        user={name: tuple(value) if isinstance(value, list) else value for name, value in as_map(data.get("user", {}), "user").items()},
        today=today, now=now, timezone=timezone, code=data.get("code"),
        business_date=_read(day, data.get("business_date"), "business_date") or today,
        **{root: values for root, (_, values) in typed.items()},
    )  # fmt: skip
    return Context(facts, {root: types for root, (types, _) in typed.items()}, data.get("old"))


def _calendar(data: Any) -> BusinessDays | None:
    if data is None:
        return None
    first = _read(_plain("date"), data.get("first"), "calendar.first") if isinstance(data, dict) else None
    if first is None or not re.fullmatch("[01]+", str(data.get("days"))):
        raise Mistake(
            {"en": 'calendar: write {"first": day, "days": "1100…"}.', "zh": 'calendar：请写 {"first": 日期, "days": "1100…"}。'}
        )
    return BusinessDays(first, str(data["days"]))


def _rates(data: Any) -> Rates | None:
    if data is None:
        return None
    day, rate = _plain("date"), FieldSpec(FIELD_TYPES["decimal"], FieldOptions(scale=8), ValueType("number", scale=8))
    try:
        pairs = {
            currency: tuple(sorted((_read(day, since, "rates"), _read(rate, value, "rates")) for since, value in listed))
            for currency, listed in data["rates"].items()
        }
        return Rates(str(data["base"]), pairs)
    except (KeyError, TypeError, ValueError, AttributeError):
        example = '{"base": "CNY", "rates": {"USD": [["2025-01-01", "7.2"]]}}'
        raise Mistake({"en": f"rates: write {example}.", "zh": f"rates：请写 {example}。"}) from None


def _timezone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Mistake({"en": f"There is no time zone {name!r}.", "zh": f"没有时区“{name}”。"}) from None


def _typed(root: str, data: Mapping[str, Any]) -> tuple[dict[str, ValueType], Values]:
    specs = read_parameters({name: _without_value(each) for name, each in data.items()})
    values = {name: _read(spec, _value_of(data[name]), f"{root}.{name}") for name, spec in specs.items()}
    return {name: spec.type for name, spec in specs.items()}, values


def _value_of(about: object) -> object:
    return about.get("value") if isinstance(about, dict) else None


def _without_value(about: object) -> object:
    return {key: value for key, value in about.items() if key != "value"} if isinstance(about, dict) else about


def _plain(type: str) -> FieldSpec:
    return FieldSpec(FIELD_TYPES[type], FieldOptions(), ValueType(type))  # type: ignore[arg-type]


def _record(raw: object, entity: EntitySpec, place: str, fields: Fields, others: dict[str, dict[str, Values]]) -> Values:
    if not isinstance(raw, dict):
        raise Mistake({"en": f"{place}: A record is a map.", "zh": f"{place}：记录应是映射。"})
    record: Values = {}
    for name in raw:
        if name not in entity.fields:
            raise Mistake({"en": f"{place}: There is no field {name!r}.", "zh": f"{place}：没有字段“{name}”。"})
    for name, spec in entity.fields.items():
        value = raw.get(name)
        if spec.type.name == "rows":
            rows = value if isinstance(value, list) else [] if value is None else [value]
            kind = EntitySpec("", entity.rows[name])
            record[name] = [_record(row, kind, f"{place}.{name}[{n}]", fields, others) for n, row in enumerate(rows)]
        elif isinstance(value, dict) and spec.type.name == "reference":
            record[name] = _other(value, spec, f"{place}.{name}", fields, others)
        else:
            record[name] = _read(spec, value, f"{place}.{name}")
    return record


def _other(raw: Values, spec: FieldSpec, place: str, fields: Fields, others: dict[str, dict[str, Values]]) -> str:
    target = spec.type.entity or ""
    if target not in fields.others:
        raise Mistake({"en": f"{place}: The fields of {target} are not given.", "zh": f"{place}：没有给出“{target}”的字段。"})
    identifier = str(raw.get("id") or f"{target}-{len(others[target]) + 1}")
    known = others[target].setdefault(identifier, {})
    read = _record({**raw, "id": identifier}, fields.others[target], place, fields, others)
    # The same record may be told in several places, each time in part.
    others[target][identifier] = {**read, **known, **{name: value for name, value in read.items() if value is not None}}
    return identifier


def _read(spec: FieldSpec, raw: object, place: str) -> Any:
    """A value of a field's type; a text as it is stored, in NFC, but not trimmed: `trim` is to be seen at work."""
    if raw is None or raw == "":
        return None
    if spec.type.name == "text" and isinstance(raw, str):
        if _REFUSED.search(raw):
            raise Mistake({"en": f"{place}: NUL and surrogates are no text.", "zh": f"{place}：文本中不能有 NUL 和代理字符。"})
        return unicodedata.normalize("NFC", raw)
    if spec.type.name == "datetime" and isinstance(raw, str):
        raw = _MICROSECONDS.sub(r"\1", raw)  # an instant has milliseconds
    try:
        return spec.kind.parse(raw, spec.options)
    except ValueRefused as refused:
        raise Mistake({locale: f"{place}: {said}" for locale, said in refused.message.items()}) from None
