"""Components of form-js: the type and options of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping

from forms_dsl.diagnostics import Code, Sentence
from forms_dsl.importers.codes import APPROXIMATED, CODES_CHANGED, NO_COUNTERPART, NOT_TRANSLATED, OPEN_QUESTION
from forms_dsl.importers.documents import Node
from forms_dsl.importers.draft import Tree, number
from forms_dsl.importers.naming import proposed_codes
from forms_dsl.importers.report import Report, joined
from forms_dsl.importers.words import cleaned, cut, one
from forms_dsl.patterns import pattern_fault

INPUTS = frozenset(
    {
        "textfield",
        "textarea",
        "number",
        "checkbox",
        "select",
        "radio",
        "checklist",
        "taglist",
        "datetime",
        "filepicker",
        "expression",
    }
)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,37})(\.[0-9]+)?\Z")
_MIME = {".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".docx":
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".txt": "text/plain"}  # fmt: skip


class Components:
    """Makes fields of input components; what is not the same is said."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def tree(self, node: Node) -> tuple[dict[str, Tree], Mapping[str, str] | None]:
        """Type and options without label and conditions, and our code of each value."""
        kind = node.text("type")
        if kind in ("select", "radio", "checklist", "taglist"):
            chosen, codes = self._choice(node, "choice" if kind in ("select", "radio") else "multi_choice")
            if node.node("validate").flag("required"):
                chosen["required"] = True
            return chosen, codes
        made: dict[str, Tree]
        if kind == "number":
            places = node.whole("decimalDigits")
            made = {"type": "integer"} if places == 0 else {"type": "decimal", "scale": min(4 if places is None else places, 8)}
            if places is None:
                self._say(OPEN_QUESTION, node, "The number says no decimals: 4 are kept.", "未注明小数位数：保留 4 位。")
        elif kind == "checkbox":
            made = {"type": "boolean"}
        elif kind == "datetime":
            made = {"type": {"date": "date", "time": "time"}.get(node.text("subtype"), "datetime")}
        elif kind == "filepicker":
            made = self._file(node)
        elif kind == "expression":
            made = {"type": "decimal", "scale": 4}
        else:
            made = {"type": "text", "max": 255} if kind == "textfield" else {"type": "text", "max": 5000, "lines": 5}
        self._validate(node, made)
        return made, None

    def _choice(self, node: Node, type: str) -> tuple[dict[str, Tree], Mapping[str, str] | None]:
        values = {str(one.text("value")): one.text("label") for one in node.nodes("values") if one.text("value")}
        if not values:
            source = node.text("valuesExpression") or node.text("valuesKey")
            self._say(
                OPEN_QUESTION,
                node,
                f"The values come from {source!r} at run time: bind a query, or list them.",
                f"选项在运行时取自“{source}”：请绑定查询或列出选项。",
            )
            return {"type": "text", "max": 255, "note": f"values: {source}"}, None
        codes = proposed_codes(values)
        changed = [f"{value} → {code}" for value, code in codes.items() if value != code]
        if changed:
            self._say(CODES_CHANGED, node, f"Other codes: {joined(changed)}.", f"代码与原值不同：{joined(changed)}。")
        choices: dict[str, Tree] = {}
        for value, code in codes.items():
            shown: dict[str, Tree] = {"label": one(cut(cleaned(values[value]) or code, 120))}
            choices[code] = shown
        return {"type": type, "choices": choices}, codes

    def _file(self, node: Node) -> dict[str, Tree]:
        accept = [one.strip() for one in node.text("accept").split(",") if one.strip()]
        kinds: list[Tree] = list(
            dict.fromkeys(_MIME.get(one, one) for one in accept if one in _MIME or re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", one))
        )
        if not kinds or len(kinds) < len(accept):
            self._say(OPEN_QUESTION, node, "Which files it takes has to be said.", "请确定接受的文件类型。")
        made: dict[str, Tree] = {"type": "file", "accept": kinds or ["application/pdf"], "max_mb": 10}
        if node.flag("multiple"):
            made["count"] = {"max": 10}
        return made

    def _validate(self, node: Node, made: dict[str, Tree]) -> None:
        rules = node.node("validate")
        if rules.flag("required") and made["type"] != "boolean":
            made["required"] = True
        kinds = ("min", "max") if made["type"] in ("integer", "decimal") else ("minLength", "maxLength")
        for key, ours in zip(kinds, ("min", "max"), strict=True):
            text = rules.text(key)
            if _NUMBER.match(text) and (made["type"] in ("integer", "decimal") or made["type"] == "text"):
                made[ours] = int(text) if "." not in text else number(text)
            elif text:
                self._say(NOT_TRANSLATED, node, f"{key} {text!r} is kept as a note.", f"{key}“{text}”已转为备注。")
                made["note"] = f"{key}: {text}"
        if rules.text("validationType") in ("email", "phone"):
            made["type"] = rules.text("validationType")
            made.pop("max", None)
            made.pop("min", None)
        pattern = rules.text("pattern")
        if pattern and made["type"] == "text":
            whole = pattern.removeprefix("^").removesuffix("$")
            if pattern_fault(whole) is None:
                made["pattern"] = whole
            else:
                self._say(NOT_TRANSLATED, node, f"The pattern {pattern!r} is kept as a note.", f"格式“{pattern}”已转为备注。")
                made["note"] = f"pattern: {pattern}"

    def default(self, node: Node, made: Mapping[str, Tree], codes: Mapping[str, str] | None) -> Tree | None:
        """The default as an expression, or None."""
        value = node.get("defaultValue")
        if not isinstance(value, str) or not value:
            return None
        kind = made["type"]
        if kind == "boolean" and value in ("true", "false"):
            return True if value == "true" else None
        if kind in ("integer", "decimal") and _NUMBER.match(value):
            return int(value) if "." not in value else number(value)
        if kind == "choice" and codes and value in codes:
            return f'"{codes[value]}"'
        if kind == "text" and not set(value) & set('"\\\n'):
            return f'"{value}"'
        self._say(NO_COUNTERPART, node, f"The default {value!r} is kept as a note.", f"默认值“{value}”已转为备注。")
        return None

    def say_near(self, node: Node, en: str, zh: str) -> None:
        """Something that is not quite the same."""
        self._say(APPROXIMATED, node, en, zh)

    def _say(self, code: Code, node: Node, en: str, zh: str) -> None:
        key = node.text("key") or node.text("id") or node.text("type")
        self.report.add(code, node.at("key") if node.has("key") else node.at("type"), Sentence(f"{key}: {en}", f"{key}：{zh}"))
