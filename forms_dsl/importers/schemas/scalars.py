"""One schema of a value as the type and options of a field."""

from __future__ import annotations

import re
from typing import Any

from forms_dsl.diagnostics import Code, Sentence
from forms_dsl.importers.codes import APPROXIMATED, CODES_CHANGED, GUESSED, NO_COUNTERPART, NOT_TRANSLATED, OPEN_QUESTION
from forms_dsl.importers.draft import Tree, number
from forms_dsl.importers.naming import proposed_codes
from forms_dsl.importers.report import Report, joined
from forms_dsl.importers.schemas.resolving import Schema
from forms_dsl.importers.words import cleaned, cut, humanised, one
from forms_dsl.patterns import pattern_fault

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?\Z")
_AMOUNT = re.compile(r"amount|balance|price|fee|salary|income|principal|金额|余额", re.IGNORECASE)
_FORMATS = {
    "date": "date",
    "date-time": "datetime",
    "time": "time",
    "email": "email",
    "idn-email": "email",
    "uri": "url",
    "url": "url",
}
_TEXT_LIMIT = 65_536
_LONG = 500


class Scalars:
    """Makes fields of schemas; everything that is not the same is said."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def field(self, schema: Schema, name: str) -> dict[str, Tree]:
        """Type and options of a value that is no object or list."""
        values = self.values(schema)
        if values:
            return self._choice(schema, values)
        types = schema.types
        if len(types) > 1:
            self._say(
                APPROXIMATED,
                schema,
                f"{name!r} may be {joined(types)}: taken as a text.",
                f"“{name}”可为 {joined(types)}：按文本处理。",
            )
            return {"type": "text"}
        kind = types[0] if types else "string"
        if not types and ("format" not in schema.keys and "pattern" not in schema.keys):
            self._say(OPEN_QUESTION, schema, f"{name!r} has no type: taken as a text.", f"“{name}”没有类型：按文本处理。")
        if kind == "boolean":
            return {"type": "boolean"}
        if kind in ("integer", "number"):
            return self._number(schema, name, kind)
        return self._text(schema, name)

    def values(self, schema: Schema) -> dict[str, str]:
        """The allowed values with their titles."""
        found: dict[str, str] = {}
        for key in ("oneOf", "anyOf"):
            parts = schema.keys.get(key)
            if isinstance(parts, list) and parts and all(isinstance(p, dict) and "const" in p for p in parts):
                found.update({str(p["const"]): str(p.get("title") or p.get("description") or p["const"]) for p in parts})
        listed = schema.keys.get("enum")
        if not found and isinstance(listed, list):
            names = schema.keys.get("x-enum-varnames") or schema.keys.get("enumNames")
            titles = names if isinstance(names, list) and len(names) == len(listed) else listed
            found = {str(v): str(t) for v, t in zip(listed, titles, strict=True) if isinstance(v, str) and v}
        return found

    def _choice(self, schema: Schema, values: dict[str, str]) -> dict[str, Tree]:
        if {value.lower() for value in values} == {"true", "false"}:
            return {"type": "boolean"}
        codes = proposed_codes(values)
        changed = [f"{value} → {code}" for value, code in codes.items() if value != code]
        if changed:
            self._say(
                CODES_CHANGED, schema, f"Other codes than the values: {joined(changed)}.", f"代码与原值不同：{joined(changed)}。"
            )
        choices: dict[str, Tree] = {}
        for value, code in codes.items():
            shown: dict[str, Tree] = {"label": one(cut(cleaned(values[value]) or code, 120))}
            choices[code] = shown
        return {"type": "choice", "choices": choices}

    def _number(self, schema: Schema, name: str, kind: str) -> dict[str, Tree]:
        step = schema.text("multipleOf")
        places = len(step.partition(".")[2].rstrip("0")) if _NUMBER.match(step) else None
        if kind == "integer" or step in ("1", "1.0"):
            if schema.text("format") == "int64" and re.search(r"(^|_|[a-z])(id|Id|ID|no|No|number|Number)$", name):
                self._say(
                    APPROXIMATED,
                    schema,
                    f"{name!r} is an int64 that identifies: taken as a text.",
                    f"“{name}”为 int64 标识：按文本处理。",
                )
                return {"type": "text", "max": 20}
            return {"type": "integer", **self._bounds(schema)}
        if places == 2 or (places is None and _AMOUNT.search(name)):
            if places is None:
                self._say(
                    GUESSED, schema, f"{name!r} is taken as an amount because of its name.", f"“{name}”根据名称推断为金额。"
                )
            return {"type": "money", **self._bounds(schema)}
        if places is None:
            self._say(OPEN_QUESTION, schema, f"{name!r} says no decimals: 6 are kept.", f"“{name}”未注明小数位数：保留 6 位。")
        return {"type": "decimal", "scale": min(6 if places is None else places, 8), **self._bounds(schema)}

    def _bounds(self, schema: Schema) -> dict[str, Tree]:
        found: dict[str, Tree] = {}
        for key, ours in (("minimum", "min"), ("maximum", "max")):
            text = schema.text(key)
            if _NUMBER.match(text) and len(text) <= 15:
                found[ours] = int(text) if "." not in text else number(text)
        for key, operator in (("exclusiveMinimum", ">"), ("exclusiveMaximum", "<")):
            text = schema.text(key)
            if text == "true":
                text = schema.text("minimum" if operator == ">" else "maximum")
            if _NUMBER.match(text):
                found["exclusive"] = f"{found['exclusive']} and " if "exclusive" in found else ""
                found["exclusive"] = f"{found['exclusive']}self {operator} {text}"
        return found

    def _text(self, schema: Schema, name: str) -> dict[str, Tree]:
        form = schema.text("format")
        if form in _FORMATS:
            return {"type": _FORMATS[form]}
        if form in ("binary", "byte") or schema.text("contentEncoding") == "base64":
            self._say(
                OPEN_QUESTION,
                schema,
                f"Which files {name!r} takes has to be said; 10 MB are proposed.",
                f"请确定“{name}”接受的文件；暂定 10 MB。",
            )
            media = schema.text("contentMediaType")
            accept: list[Tree] = [media if re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", media) else "application/pdf"]
            return {"type": "file", "accept": accept, "max_mb": 10}
        made: dict[str, Tree] = {"type": "text"}
        if form == "uuid":
            made["max"] = 36
        for key, ours in (("minLength", "min"), ("maxLength", "max")):
            text = schema.text(key)
            if re.fullmatch(r"[0-9]{1,9}", text) and (ours == "max" or int(text) > 1):
                made[ours] = min(int(text), _TEXT_LIMIT)
        if isinstance(made.get("max"), int) and int(str(made["max"])) > _LONG:
            made["lines"] = 5
        pattern = schema.text("pattern")
        if pattern:
            self._pattern(schema, name, pattern, made)
        if form and form not in ("uuid", "password"):
            self._say(
                NO_COUNTERPART,
                schema,
                f"The format {form!r} of {name!r} is kept as a note.",
                f"“{name}”的格式“{form}”已转为备注。",
            )
            made["note"] = f"format: {form}"
        return made

    def _pattern(self, schema: Schema, name: str, pattern: str, made: dict[str, Tree]) -> None:
        """A pattern of a schema may match anywhere, one of ours matches the whole text."""
        whole = pattern[1:] if pattern.startswith("^") else f".*{pattern}"
        whole = whole[:-1] if whole.endswith("$") and not whole.endswith("\\$") else f"{whole}.*"
        fault = pattern_fault(whole)
        if fault is None:
            made["pattern"] = whole
            return
        self._say(
            NOT_TRANSLATED,
            schema,
            f"The pattern of {name!r} is kept as a note: {fault.en}",
            f"“{name}”的格式已转为备注：{fault.zh}",
        )
        made["note"] = f"pattern: {cut(pattern, 500)}"

    def _say(self, code: Code, schema: Schema, en: str, zh: str) -> None:
        self.report.add(code, schema.node.at(), Sentence(en, zh))


def default_of(schema: Schema, tree: dict[str, Tree]) -> str | bool | None:
    """The default of a schema as an expression, or None where it cannot be one."""
    value: Any = schema.keys.get("default", schema.keys.get("const"))
    if not isinstance(value, str) or not value:
        return None
    kind = tree["type"]
    if kind == "boolean":
        return value == "true" if value in ("true", "false") else None
    if kind in ("integer", "decimal", "money"):
        return value if _NUMBER.match(value) else None
    if kind == "choice":
        choices = tree.get("choices")
        return f'"{value}"' if isinstance(choices, dict) and value in choices else None
    if kind == "text" and not set(value) & set('"\\\n') and len(value) < 200:
        return f'"{value}"'
    return None


def readable(schema: Schema, name: str) -> str:
    """What a value is called."""
    return schema.text("title") or humanised(name)
