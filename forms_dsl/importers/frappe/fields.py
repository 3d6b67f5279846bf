"""Field types of Frappe: the type and options of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping

from forms_dsl.diagnostics import Code, Sentence
from forms_dsl.importers.codes import APPROXIMATED, CODES_CHANGED, NO_COUNTERPART, OPEN_QUESTION, TARGET_UNKNOWN, TOO_LARGE
from forms_dsl.importers.documents import Node
from forms_dsl.importers.draft import EntityDraft, Tree, number
from forms_dsl.importers.naming import proposed_codes
from forms_dsl.importers.report import Report, joined, refused
from forms_dsl.importers.words import one

_SAME: Mapping[str, Mapping[str, Tree]] = {
    "Small Text": {"type": "text", "max": 1000, "lines": 3},
    "Text": {"type": "text", "max": 10_000, "lines": 5},
    "Long Text": {"type": "text", "max": 60_000, "lines": 8},
    "Text Editor": {"type": "rich_text"},
    "HTML Editor": {"type": "rich_text"},
    "Int": {"type": "integer"},
    "Check": {"type": "boolean"},
    "Date": {"type": "date"},
    "Datetime": {"type": "datetime"},
    "Time": {"type": "time"},
    "Duration": {"type": "duration"},
    "Attach Image": {"type": "image"},
    "Signature": {"type": "signature"},
    "Phone": {"type": "phone"},
    "JSON": {"type": "json"},
    "Read Only": {"type": "text", "max": 140, "read_only": True},
    "Autocomplete": {"type": "text", "max": 140},
}
_NEAR: Mapping[str, tuple[Mapping[str, Tree], str, str]] = {
    "Attach": ({"type": "file", "accept": ["application/pdf", "image/jpeg", "image/png"], "max_mb": 10},
               "kinds and size of files have to be said", "需确定文件类型和大小"),
    "Percent": ({"type": "decimal", "scale": 2}, "it holds 0 to 100, not a fraction", "保存的是 0–100 而非小数"),
    "Rating": ({"type": "decimal", "scale": 2}, "stars are a number", "星级按数字处理"),
    "Color": ({"type": "text", "max": 20}, "a colour is a text", "颜色按文本处理"),
    "Barcode": ({"type": "text", "max": 140}, "a bar code is a text", "条码按文本处理"),
    "Geolocation": ({"type": "json"}, "shapes on a map are JSON", "地图图形按 JSON 处理"),
    "Markdown Editor": ({"type": "text", "max": 60_000, "lines": 8}, "Markdown is a text", "Markdown 按文本处理"),
    "Code": ({"type": "text", "max": 60_000, "lines": 8}, "program text is a text", "代码按文本处理"),
    "Icon": ({"type": "text", "max": 140}, "an icon is a text", "图标按文本处理"),
    "Dynamic Link": ({"type": "text", "max": 140}, "a reference to several kinds is a text; see any_reference", "多目标引用按文本处理，可改用 any_reference"),
}  # fmt: skip
_DATA: Mapping[str, str] = {"Email": "email", "Phone": "phone", "URL": "url"}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,37})(\.[0-9]+)?\Z")
#: Values of all choices of an import together; more belong into a table.
_VALUES = 50_000
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")


class FieldTypes:
    """Makes our fields of theirs; `entities` are the DocTypes of this import by their names."""

    def __init__(self, report: Report, entities: Mapping[str, EntityDraft]) -> None:
        self.report, self.entities = report, entities
        self._values = 0

    def tree(self, node: Node) -> tuple[dict[str, Tree], Mapping[str, str] | None]:
        """Type and options, and our code of each value of a choice."""
        kind, options = node.text("fieldtype"), node.text("options")
        if kind in _SAME:
            return dict(_SAME[kind]), None
        if kind in _NEAR:
            tree, en, zh = _NEAR[kind]
            self._say(APPROXIMATED, node, f"{kind}: {en}.", f"{kind}：{zh}。")
            return dict(tree), None
        if kind == "Data":
            return {"type": _DATA[options]} if options in _DATA else {
                "type": "text",
                "max": min(node.whole("length") or 140, 10_000),
            }, None
        if kind in ("Float", "Currency"):
            places = min(node.whole("precision") or (2 if kind == "Currency" else 3), 8)
            if kind == "Currency" and options and ":" in options:
                self._say(
                    OPEN_QUESTION,
                    node,
                    f"The currency comes from {options}; say it in the field.",
                    f"币种取自 {options}，请在字段中注明。",
                )
            return ({"type": "money"} if kind == "Currency" and places == 2 else
                    {"type": "money" if kind == "Currency" else "decimal", "scale": places}), None  # fmt: skip
        if kind == "Select":
            return self._select(node, options)
        if kind == "Link":
            return self._link(node, options), None
        self._say(NO_COUNTERPART, node, f"{kind!r} has no counterpart: a text.", f"“{kind}”没有对应类型：按文本处理。")
        return {"type": "text", "max": 140, "note": f"fieldtype: {kind}"}, None

    def _select(self, node: Node, options: str) -> tuple[dict[str, Tree], Mapping[str, str] | None]:
        values = [value.strip() for value in options.split("\n") if value.strip()]
        if not values:
            self._say(OPEN_QUESTION, node, "The choice has no values: a text.", "选项没有取值：按文本处理。")
            return {"type": "text", "max": 140}, None
        self._values += len(values)
        if self._values > _VALUES:
            message = Sentence(f"The choices have more than {_VALUES:,} values.", f"选项取值超过 {_VALUES:,} 个。")
            raise refused(TOO_LARGE, node.at("options"), message)
        codes = proposed_codes(values)
        changed = [f"{value} → {code}" for value, code in codes.items() if value != code]
        if changed:
            self._say(CODES_CHANGED, node, f"Other codes: {joined(changed)}.", f"代码与原值不同：{joined(changed)}。")
        choices: dict[str, Tree] = {}
        for value, code in codes.items():
            shown: dict[str, Tree] = {"label": one(value)}
            choices[code] = shown
        return {"type": "choice", "choices": choices}, codes

    def _link(self, node: Node, options: str) -> dict[str, Tree]:
        if options in self.entities:
            return {"type": "reference", "to": self.entities[options].name}
        if options in ("User", "Employee"):
            return {"type": "reference", "to": "org.person"}
        if options == "Branch":
            return {"type": "reference", "to": "org.branch"}
        self._say(
            TARGET_UNKNOWN,
            node,
            f"The DocType {options!r} is not part of the import: a text.",
            f"DocType“{options}”不在本次导入中：按文本处理。",
        )
        return {"type": "text", "max": 140, "note": f"Link: {options}"}

    def default(self, node: Node, tree: Mapping[str, Tree], codes: Mapping[str, str] | None) -> Tree | None:
        """The default as an expression, or None with a finding where it is none."""
        text = node.text("default")
        if not text:
            return None
        kind, day = tree["type"], _DAY.match(text)
        if kind == "boolean":
            return text == "1"
        if kind in ("date", "datetime") and text.lower() in ("today", "now"):
            return "today()" if kind == "date" else "now()"
        if kind == "date" and day:
            return f"date({int(day[1])}, {int(day[2])}, {int(day[3])})"
        if kind == "reference" and text in ("__user", "user"):
            return "user.id"
        if kind in ("integer", "decimal", "money") and _NUMBER.match(text):
            return int(text) if "." not in text else number(text)
        if kind == "choice" and codes and text in codes:
            return f'"{codes[text]}"'
        if kind == "text" and not set(text) & set('"\\\n:'):
            return f'"{text}"'
        self._say(NO_COUNTERPART, node, f"The default {text!r} is kept as a note.", f"默认值“{text}”已转为备注。")
        return None

    def _say(self, code: Code, node: Node, en: str, zh: str) -> None:
        self.report.add(code, node.at("fieldtype" if node.has("fieldtype") else "fieldname"), Sentence(en, zh))
