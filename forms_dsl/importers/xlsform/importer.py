"""An XLSForm to a draft: groups are sections, repeats child rows, XPath our expressions."""

from __future__ import annotations

from dataclasses import dataclass, field

from forms_dsl.diagnostics import Code, Sentence
from forms_dsl.importers.codes import (
    APPROXIMATED,
    CODES_CHANGED,
    NAME_PROPOSED,
    NO_COUNTERPART,
    NOTHING,
    SKIPPED_PART,
    TARGET_UNKNOWN,
)
from forms_dsl.importers.draft import Draft, EntityDraft, FieldDraft, RowDraft, Tree, section
from forms_dsl.importers.expressions.tree import Known
from forms_dsl.importers.naming import proposed_name
from forms_dsl.importers.report import Report, joined, refused, start_of
from forms_dsl.importers.trees import item_of
from forms_dsl.importers.words import ANY, Words, humanised
from forms_dsl.importers.workbook.cells import Sheet
from forms_dsl.importers.workbook.xlsx import read_xlsx
from forms_dsl.importers.xlsform.beside import keep_beside
from forms_dsl.importers.xlsform.logic import Logic
from forms_dsl.importers.xlsform.parts import Group, Question, languages_of
from forms_dsl.importers.xlsform.questions import CHOICE_COLUMNS, COLUMNS, METADATA, NEAR, SAME, codes_of, select_of
from forms_dsl.importers.xlsform.rows import Row, language_code, read_rows, unread_columns

_FIELDS = 300
_SHEETS = frozenset({"survey", "choices", "settings"})


def import_xlsform(file: str, data: bytes, app: str) -> Draft:
    """The draft of an XLSForm; raises ImportRefused when it is none."""
    report = Report()
    sheets = {sheet.name.strip().lower(): sheet for sheet in read_xlsx(file, data, report)}
    if "survey" not in sheets:
        message = Sentence("The workbook has no sheet 'survey': it is no XLSForm.", "工作簿没有 survey 工作表，不是 XLSForm。")
        raise refused(NOTHING, start_of(file), message)
    for name, sheet in sheets.items():
        if name not in _SHEETS:
            message = Sentence(f"The sheet {sheet.name!r} is not imported.", f"工作表“{sheet.name}”未导入。")
            report.add(SKIPPED_PART, start_of(f"{file}#{sheet.name}"), message)
    return _Form(Draft(app, Words({ANY: app}), report), sheets, file.rpartition(".")[0]).read()


@dataclass(slots=True)
class _Form:
    draft: Draft
    sheets: dict[str, Sheet]
    stem: str
    questions: list[Question] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    lists: dict[str, list[Row]] = field(default_factory=dict)
    language: str = ANY

    def read(self) -> Draft:
        """The whole form."""
        entity = self._settings()
        for row in read_rows(self.sheets["choices"]) if "choices" in self.sheets else ():
            self.lists.setdefault(row.get("list_name"), []).append(row)
        for text, position in unread_columns(self.sheets["survey"], COLUMNS):
            message = Sentence(f"The column {text!r} is not imported.", f"列“{text}”未导入。")
            self.draft.report.add(SKIPPED_PART, position, message)
        main = Group("main", section("main", entity.label, []))
        self.groups = [main]
        entity.layout.append(main.block)
        for row in read_rows(self.sheets["survey"]):
            self._row(entity, row)
        if not main.block["items"]:
            entity.layout.remove(main.block)
        entity.layout[:] = [block for block in entity.layout if block.get("items")]
        logic = Logic(self.draft, entity, self.questions, self.lists)
        logic.add()
        unread = unread_columns(self.sheets["choices"], CHOICE_COLUMNS | logic.filtered_by) if "choices" in self.sheets else ()
        for text, position in unread:
            message = Sentence(f"The column {text!r} of the choices is not imported.", f"选项的列“{text}”未导入。")
            self.draft.report.add(SKIPPED_PART, position, message)
        self._share_lists()
        self.draft.languages = languages_of(entity, self.language)
        return self.draft

    def _settings(self) -> EntityDraft:
        row = next(iter(read_rows(self.sheets["settings"])), None) if "settings" in self.sheets else None
        title = (row.get("form_title") if row else "") or humanised(self.stem)
        identifier = (row.get("form_id") or row.get("id_string") if row else "") or self.stem
        self.language = language_code(row.get("default_language")) if row else ANY
        position = row.at("form_id") if row else self.sheets["survey"].at(1, 1)
        self.draft.label = self.draft.words({ANY: title}, position, fallback=identifier)
        entity = self.draft.entity(identifier, self.draft.label, position)
        known = {"form_title", "form_id", "id_string", "default_language"}
        for key, value in row.values.items() if row else ():
            if key not in known:
                self._say(NO_COUNTERPART, row, key, f"{key}: {value} is kept as a note.", f"{key}：{value} 已转为备注。")  # type: ignore[arg-type]
                entity.note(f"{key}: {value}")
        return entity

    def _row(self, entity: EntityDraft, row: Row) -> None:
        kind = " ".join(row.get("type").split())
        lowered = kind.lower().replace("_", " ")
        if lowered in ("begin group", "begin repeat"):
            self._begin(entity, row, is_repeat=lowered.endswith("repeat"))
        elif lowered in ("end group", "end repeat"):
            self._end(entity)
        elif not kind:
            self._say(SKIPPED_PART, row, "name", "A row without a type is left out.", "没有 type 的行未导入。")
        elif any(group.is_lost for group in self.groups):
            text = row.get("name") or kind
            entity.note(f"{kind} {text}")
            self._say(
                NO_COUNTERPART,
                row,
                "type",
                f"{text!r} in a repeat within a repeat is kept as a note.",
                f"嵌套重复组中的“{text}”已转为备注。",
            )
        elif kind.lower() in METADATA:
            self._say(
                SKIPPED_PART,
                row,
                "type",
                f"{kind} is left out: records have their own who and when.",
                f"{kind} 未导入：记录自带操作人和时间。",
            )
        elif lowered == "note":
            self._note(row)
        else:
            self._question(entity, row, kind)

    def _begin(self, entity: EntityDraft, row: Row, *, is_repeat: bool) -> None:
        above = self.groups[-1]
        conditions = (*above.conditions, row) if row.get("relevant") else above.conditions
        if is_repeat:
            if above.row is not None or above.is_lost:
                self.groups.append(Group("lost", {"items": []}, conditions, is_lost=True))
                return
            self._repeat(entity, row, above, conditions)
            return
        if above.row is not None or above.is_lost:
            self.groups.append(Group(above.name, above.block, conditions, above.row, above.is_lost))
            return
        names = {str(block["section"]) for block in entity.layout}
        name = proposed_name(row.get("name") or "group", names, fallback="section", field=False)
        block = section(name, self._label(row, row.get("name") or name), [])
        entity.layout.append(block)
        self.groups.append(Group(name, block, conditions))

    def _end(self, entity: EntityDraft) -> None:
        if len(self.groups) == 1:
            return
        self.groups.pop()
        if len(self.groups) == 1:
            # What follows stands below the group, in a section of its own.
            number = sum(str(block["section"]).startswith("main") for block in entity.layout) + 1
            block = section(f"main_{number}", entity.label, [])
            entity.layout.append(block)
            self.groups[0] = Group("main", block)

    def _repeat(self, entity: EntityDraft, row: Row, above: Group, conditions: tuple[Row, ...]) -> None:
        text = row.get("name") or "rows"
        label = self._label(row, text)
        made = RowDraft(entity.free_row_name(text), label, row.at("name"))
        entity.rows[made.name] = made
        name = entity.free_name(text)
        rows = FieldDraft(name, {"type": "rows", "label": label, "of": made.name}, row.at("name"))
        entity.fields[name] = rows
        self._items(above).append(item_of(rows))
        self.questions.append(Question(rows, row, Known(name, "rows"), above.conditions))
        # The rows are hidden as a whole: what stands in them needs no condition of its own.
        self.questions[-1] = Question(rows, row, Known(name, "rows"), conditions)
        self.groups.append(Group(name, above.block, (), made))
        if row.get("repeat_count"):
            self._say(NO_COUNTERPART, row, "repeat_count", "The number of repeats is kept as a note.", "重复次数已转为备注。")
            rows.note(f"repeat_count: {row.get('repeat_count')}")

    def _note(self, row: Row) -> None:
        group = self.groups[-1]
        if group.row is not None:
            self._say(SKIPPED_PART, row, "label", "A text within a repeat is left out.", "重复组中的说明文字未导入。")
            return
        name = proposed_name(row.get("name") or "text", (), fallback="text", field=False)
        texts = {language or self.language: text for language, text in row.texts.get("label", {}).items()}
        label = self.draft.words(texts, row.at("label"), fallback=name, sentence=True)
        self._items(group).append({"text": name, "label": label})

    def _question(self, entity: EntityDraft, row: Row, kind: str) -> None:
        group = self.groups[-1]
        holder = entity.fields if group.row is None else group.row.fields
        if len(holder) >= _FIELDS:
            self._say(SKIPPED_PART, row, "name", f"More than {_FIELDS} questions.", f"问题超过 {_FIELDS} 个。")
            return
        tree, list_name, codes = self._type(row, kind)
        name = proposed_name(row.get("name") or "field", holder, fallback="field", owner=entity.name)
        if name != row.get("name"):
            self._say(
                NAME_PROPOSED, row, "name", f"{row.get('name')!r} is called {name!r}.", f"“{row.get('name')}”命名为“{name}”。"
            )
        made: dict[str, Tree] = {"type": tree.pop("type"), "label": self._label(row, name)}
        if hints := {language or self.language: text for language, text in row.texts.get("hint", {}).items()}:
            made["help"] = self.draft.words(hints, row.at("hint"), fallback=name, sentence=True)
        made.update(tree)
        field = FieldDraft(name, made, row.at("name"))
        holder[name] = field
        keep_beside(field, row, kind, self.draft.report)
        if group.row is None and kind.lower() not in ("hidden", "calculate"):
            self._items(group).append(name)
        inside = group.name if group.row is not None else None
        known = Known(name, str(made["type"]), codes)
        self.questions.append(Question(field, row, known, group.conditions, inside, list_name))

    def _type(self, row: Row, kind: str) -> tuple[dict[str, Tree], str | None, dict[str, str] | None]:
        lowered = kind.lower()
        select = select_of(kind)
        if select is not None and select[1] in self.lists:
            type, list_name, other = select
            codes = codes_of(self.lists[list_name])
            changed = [f"{value} → {code}" for value, code in codes.items() if value != code]
            if changed:
                self._say(CODES_CHANGED, row, "type", f"Other codes: {joined(changed)}.", f"代码与原值不同：{joined(changed)}。")
            if other:
                self._say(
                    APPROXIMATED,
                    row,
                    "type",
                    "or_other: add a code and a text for other answers.",
                    "or_other：请为“其他”增加代码和文本字段。",
                )
            return {"type": type, "choices_from": list_name}, list_name, codes
        if select is not None or lowered.startswith("select"):
            self._say(
                TARGET_UNKNOWN, row, "type", f"The list of {kind!r} is not in the workbook.", f"工作簿中没有“{kind}”的选项列表。"
            )
            return {"type": "text", "max": 255, "note": kind}, None, None
        if lowered in SAME:
            return dict(SAME[lowered]), None, None
        if lowered in NEAR:
            tree, en, zh = NEAR[lowered]
            self._say(APPROXIMATED, row, "type", f"{kind}: {en}.", f"{kind}：{zh}。")
            return dict(tree), None, None
        if lowered == "range":
            return {"type": "decimal", "scale": 2} if "." in row.get("parameters") else {"type": "integer"}, None, None
        if lowered == "calculate":
            return {"type": "decimal", "scale": 4}, None, None
        self._say(NO_COUNTERPART, row, "type", f"{kind!r} has no counterpart: a text.", f"“{kind}”没有对应类型：按文本处理。")
        return {"type": "text", "max": 255, "note": f"type: {kind}"}, None, None

    def _share_lists(self) -> None:
        """Lists that several questions use stand in choices.yaml, others at their question."""
        for list_name, rows in self.lists.items():
            users = [question for question in self.questions if question.list_name == list_name]
            values = self._values(rows)
            if not users or not values:
                message = Sentence(
                    f"No question uses the list {list_name!r}; it is not imported.",
                    f"没有问题使用选项列表“{list_name}”，未导入。",
                )
                self.draft.report.add(SKIPPED_PART, rows[0].at("list_name"), message)
                continue
            if len(users) == 1:
                del users[0].field.tree["choices_from"]
                users[0].field.tree["choices"] = values
                continue
            name = proposed_name(list_name, self.draft.choices, fallback="choices", field=False)
            self.draft.choices[name] = {"label": Words({ANY: humanised(list_name)}), "values": values}
            for question in users:
                question.field.tree["choices_from"] = name

    def _values(self, rows: list[Row]) -> dict[str, Tree]:
        codes = codes_of(rows)
        found: dict[str, Tree] = {}
        for row in rows:
            code = codes.get(row.get("name"))
            if code is None or code in found:
                self._say(
                    SKIPPED_PART, row, "name", "A choice without a name, or twice, is left out.", "没有名称或重复的选项未导入。"
                )
                continue
            choice: dict[str, Tree] = {"label": self._label(row, code)}
            found[code] = choice
        return found

    def _label(self, row: Row, fallback: str) -> Words:
        texts = {language or self.language: text for language, text in row.texts.get("label", {}).items()}
        if any("${" in text for text in texts.values()):
            self._say(
                APPROXIMATED,
                row,
                "label",
                "A label with answers in it is kept as it is written.",
                "标签中引用了答案，按原文保留。",
            )
        return self.draft.words(texts, row.at("label"), fallback=humanised(fallback))

    @staticmethod
    def _items(group: Group) -> list[Tree]:
        items = group.block["items"]
        if not isinstance(items, list):
            raise TypeError("items of a section are a list")
        return items

    def _say(self, code: Code, row: Row, column: str, en: str, zh: str) -> None:
        self.draft.report.add(code, row.at(column), Sentence(en, zh))
