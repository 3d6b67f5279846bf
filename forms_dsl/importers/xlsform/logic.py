"""The expressions of an XLSForm at their questions: relevant, required, constraint, calculation, default, choice_filter."""

from __future__ import annotations

import re

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import NOT_TRANSLATED
from forms_dsl.importers.draft import Draft, EntityDraft, number
from forms_dsl.importers.expressions.printer import translated, translated_value
from forms_dsl.importers.expressions.tree import Resolve, Untranslatable
from forms_dsl.importers.words import ANY, both
from forms_dsl.importers.xlsform.parts import Question
from forms_dsl.importers.xlsform.questions import codes_of, is_no, is_yes
from forms_dsl.importers.xlsform.rows import Row
from forms_dsl.importers.xlsform.xpath import XPATH, Repeated, resolver

_FILTER = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(\$\{[^}]+\})\s*\Z")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_LONGEST = 2_000


class Logic:
    """Translates the expressions of all questions; what cannot be is kept as a note at the question."""

    def __init__(self, draft: Draft, entity: EntityDraft, questions: list[Question], lists: dict[str, list[Row]]) -> None:
        self.draft, self.entity, self.questions, self.lists = draft, entity, questions, lists
        # Of two questions with one name the first is meant; the second has another name here.
        self.known = {q.row.get("name"): q.known for q in reversed(questions) if q.inside is None}
        #: Columns of the choices that filters have read.
        self.filtered_by: set[str] = set()
        self.repeats = {q.row.get("name"): q.known.path for q in questions if q.known.type == "rows"}
        self.repeated = {
            q.row.get("name"): Repeated(q.inside, q.known.path, str(q.known.type)) for q in questions if q.inside is not None
        }

    def add(self) -> None:
        """Put the conditions and computations to the fields."""
        for question in self.questions:
            visible = self._visible(question)
            if visible:
                question.field.tree["visible"] = visible
            self._required(question, visible)
            self._constraint(question)
            self._calculation(question)
            self._default(question)
            self._filter(question)
            self._read_only(question)

    def _resolve(self, question: Question, *, own: bool = False) -> Resolve:
        return resolver(self.known, self.repeated, self.repeats, question.inside, question.known if own else None)

    def _condition(self, question: Question, row: Row, column: str, *, own: bool = False) -> str | None:
        source = row.get(column)
        try:
            return translated(source, XPATH, self._resolve(question, own=own), condition=True)
        except Untranslatable as failure:
            self._keep(question, row, column, failure)
            return None

    def _keep(self, question: Question, row: Row, column: str, failure: Untranslatable) -> None:
        source = row.get(column)
        message = Sentence(
            f"{column} {source!r} is kept as a note: {failure.en}.", f"{column}“{source}”已转为备注：{failure.zh}。"
        )
        self.draft.report.add(NOT_TRANSLATED, row.at(column), message)
        question.field.note(f"{column}: {source}")

    def _visible(self, question: Question) -> str | None:
        """The own condition and those of all groups around, as one."""
        own = (question.row,) if question.row.get("relevant") else ()
        rows = (*(row for row in question.conditions if row is not question.row), *own)
        found = [one for row in rows if (one := self._condition(question, row, "relevant"))]
        if len(found) < 2:
            return found[0] if found else None
        return " and ".join(f"({one})" if " or " in one or " if " in one else one for one in found)

    def _required(self, question: Question, visible: str | None) -> None:
        text = question.row.get("required")
        if is_no(text) or question.known.type in ("rows", "boolean"):
            return
        condition = None if is_yes(text) else self._condition(question, question.row, "required")
        if condition is None and not is_yes(text):
            return
        parts = [part for part in (visible, condition) if part]
        if parts:
            # What is hidden cannot be asked for.
            question.field.tree["required_when"] = parts[0] if len(parts) == 1 else " and ".join(f"({part})" for part in parts)
        else:
            question.field.tree["required"] = True

    def _constraint(self, question: Question) -> None:
        if not question.row.get("constraint"):
            return
        check = self._condition(question, question.row, "constraint", own=True)
        if check is None:
            return
        question.field.tree["check"] = check
        texts = dict(question.row.texts.get("constraint_message", {}))
        fallback = both("The answer is not allowed.", "答案不符合要求。")
        language = next(iter(self.draft.languages), ANY)
        given = {one or language: text for one, text in texts.items()}
        position = question.row.at("constraint_message")
        words = self.draft.words(given, position, fallback="", sentence=True) if given else fallback
        question.field.tree["message"] = words

    def _calculation(self, question: Question) -> None:
        if not question.row.get("calculation"):
            return
        try:
            text, type = translated_value(question.row.get("calculation"), XPATH, self._resolve(question))
        except Untranslatable as failure:
            self._keep(question, question.row, "calculation", failure)
            return
        tree = question.field.tree
        if tree["type"] == "decimal" and question.row.get("type").lower() == "calculate":
            # The source says no type: that of the value.
            if type in ("boolean", "date", "datetime", "integer"):
                tree["type"] = type
                tree.pop("scale", None)
            elif type not in ("decimal", "money"):
                tree["type"] = "text"
                tree.pop("scale", None)
                tree["max"] = 1000
        if tree["type"] == "decimal" and not text.startswith("round("):
            text = f"round({text}, {tree['scale']})"
        tree["compute"] = text
        for key in ("required", "required_when", "check", "message"):
            tree.pop(key, None)

    def _default(self, question: Question) -> None:
        text = question.row.get("default")
        if not text or "compute" in question.field.tree:
            return
        type = str(question.field.tree["type"])
        day = _DAY.match(text)
        if "${" in text or text.endswith(")"):
            try:
                question.field.tree["default"] = translated(text, XPATH, self._resolve(question))
            except Untranslatable as failure:
                self._keep(question, question.row, "default", failure)
        elif type in ("integer", "decimal") and _NUMBER.match(text):
            question.field.tree["default"] = int(text) if text.isdigit() and text == str(int(text)) else number(text)
        elif type == "date" and day:
            question.field.tree["default"] = f"date({int(day[1])}, {int(day[2])}, {int(day[3])})"
        elif type == "choice":
            question.field.tree["default"] = f'"{(question.known.codes or {}).get(text, text)}"'
        elif type == "text" and '"' not in text and "\\" not in text:
            question.field.tree["default"] = f'"{text}"'
        else:
            self._keep(question, question.row, "default", Untranslatable("it is no literal of the type", "不是该类型的常量"))

    def _filter(self, question: Question) -> None:
        """`column = ${question}` over the columns of the choices becomes the codes for each answer."""
        text = question.row.get("choice_filter")
        if not text:
            return
        match = _FILTER.match(text)
        rows = self.lists.get(question.list_name or "", [])
        codes = codes_of(rows)
        try:
            if match is None:
                raise Untranslatable("only column = ${question} is", "仅支持 列 = ${问题}")
            other = self._resolve(question)(match[2])
            groups: dict[str, list[str]] = {}
            for row in rows:
                groups.setdefault(row.get(match[1]), []).append(codes.get(row.get("name"), ""))
            parts = []
            for value, inside in groups.items():
                quoted = ", ".join(f'"{code}"' for code in inside if code)
                parts.append(f'{other.path} == "{(other.codes or {}).get(value, value)}" and code in [{quoted}]')
            found = " or ".join(parts)
            if len(found) > _LONGEST:
                raise Untranslatable("the lists are too long", "列表过长")
        except Untranslatable as failure:
            self._keep(question, question.row, "choice_filter", failure)
            return
        question.field.tree["choices_where"] = found
        self.filtered_by.add(match[1])

    def _read_only(self, question: Question) -> None:
        text = question.row.get("readonly")
        if is_yes(text) and "compute" not in question.field.tree:
            question.field.tree["read_only"] = True
            question.field.tree.pop("required", None)
        elif not is_no(text):
            condition = self._condition(question, question.row, "readonly")
            if condition:
                question.field.tree["read_only"] = condition
