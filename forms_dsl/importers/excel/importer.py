"""Workbooks and files of separated values to a draft: a table becomes an entity."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import FORMULA, HEADER_BLANK, NAME_PROPOSED, PARTLY_READ, SKIPPED_PART, TOO_LARGE
from forms_dsl.importers.draft import Draft, EntityDraft, FieldDraft, Tree, section
from forms_dsl.importers.excel.formulas import as_expression, common_formula
from forms_dsl.importers.excel.inference import Inference
from forms_dsl.importers.excel.spellings import KEY_HEADER
from forms_dsl.importers.excel.tables import Column, Table, find_table
from forms_dsl.importers.expressions.tree import Known, Untranslatable
from forms_dsl.importers.naming import is_name_of, proposed_name
from forms_dsl.importers.report import Report, refused, start_of
from forms_dsl.importers.words import ANY, humanised, is_chinese, one
from forms_dsl.importers.workbook.cells import ROW_LIMIT, Sheet
from forms_dsl.importers.workbook.separated import read_separated
from forms_dsl.importers.workbook.xlsx import read_xlsx

_FIELDS = 300
_USUAL_SHEET = re.compile(r"(sheet|工作表|table|表)\s*[0-9]*\Z", re.IGNORECASE)
_WORKBOOKS = (".xlsx", ".xlsm", ".xltx")


def import_excel(file: str, data: bytes, app: str, *, encoding: str | None = None) -> Draft:
    """The draft of a workbook or a file of separated values; raises ImportRefused."""
    report = Report()
    stem = PurePosixPath(file).stem
    is_workbook = file.lower().endswith(_WORKBOOKS) or data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
    sheets = read_xlsx(file, data, report) if is_workbook else [read_separated(file, stem, data, encoding)]
    draft = Draft(app, one(stem), report)
    for sheet in sheets:
        if sheet.hidden:
            message = Sentence(f"The hidden sheet {sheet.name!r} is not imported.", f"隐藏的工作表“{sheet.name}”未导入。")
            report.add(SKIPPED_PART, start_of(f"{file}#{sheet.name}"), message)
            continue
        table = find_table(sheet, report)
        if table is None or (not table.rows and len(table.columns) < 2):
            message = Sentence(f"The sheet {sheet.name!r} holds no table.", f"工作表“{sheet.name}”中没有表格。")
            report.add(SKIPPED_PART, start_of(f"{file}#{sheet.name}" if is_workbook else file), message)
            continue
        title = stem if _USUAL_SHEET.match(sheet.name) and len(sheets) == 1 else sheet.name
        _Sheet(draft, table, title).add()
    return draft


class _Sheet:
    def __init__(self, draft: Draft, table: Table, title: str) -> None:
        self.draft, self.table, self.report = draft, table, draft.report
        self.sheet: Sheet = table.sheet
        position = self.sheet.at(min(self.sheet.rows), 1)
        label = draft.words({ANY: title if is_chinese(title) else humanised(title)}, position, fallback="Table")
        self.entity: EntityDraft = draft.entity(title, label, position)
        if not is_name_of(self.entity.name, title):
            self._say_name(title, self.entity.name, self.entity)
        self.known: dict[int, Known] = {}

    def add(self) -> None:
        """The entity with a field for each column."""
        if len(self.table.columns) > _FIELDS:
            count = len(self.table.columns)
            message = Sentence(
                f"The table has {count} columns, more than the {_FIELDS} fields of an entity.",
                f"表格有 {count} 列，超过实体的 {_FIELDS} 个字段。",
            )
            hint = Sentence("Delete columns that are not needed, or cut the table in two.", "请删去不需要的列，或拆成两张表。")
            raise refused(TOO_LARGE, self.entity.position, message, hint)
        if self.sheet.is_cut:
            message = Sentence(
                f"{self.table.rows:,} rows were looked at, not all; others may hold other values.",
                f"仅分析了 {self.table.rows:,} 行（非全部），其余行可能含有其他值。",
            )
            self.report.add(PARTLY_READ, self.sheet.at(min(ROW_LIMIT, self.table.rows), 1), message)
        if not self.table.has_header:
            message = Sentence(
                "The first row holds values: the columns are called by their letters.", "首行就是数据：各列以字母命名。"
            )
            self.report.add(
                HEADER_BLANK, self.entity.position, message, Sentence("Put a row of headers above.", "请在上方加一行表头。")
            )
        for row, column_number, words in self.sheet.limits:
            message = Sentence(
                f"The condition on what may be typed in is not imported: {words}.", f"数据有效性条件未导入：{words}。"
            )
            self.report.add(SKIPPED_PART, self.sheet.at(row, column_number), message)
        for column in self.table.columns:
            self._add_column(column)
        for column in self.table.columns:
            self._add_formula(column)
        self._propose_key()
        self._layout()

    def _add_column(self, column: Column) -> None:
        tree: dict[str, Tree] = Inference(self.sheet, column, self.report).field()
        text = column.label if column.has_header else f"column_{column.number}"
        name = proposed_name(text, self.entity.fields, fallback="field", owner=self.entity.name)
        readable = column.label if is_chinese(column.label) or " " in column.label else humanised(column.label)
        label = self.draft.words({ANY: readable or column.label}, column.position, fallback=name)
        if column.has_header and not is_name_of(name, column.label):
            self._say_name(column.label, name, FieldDraft(name, {}, column.position))
        made: dict[str, Tree] = {"type": tree.pop("type"), "label": label}
        if column.required:
            made["required"] = True
        note = tree.pop("note", None)
        made.update(tree)
        field = FieldDraft(name, made, column.position)
        if note:
            field.note(_NOTES[str(note)])
        self.entity.fields[name] = field
        codes = tree.get("choices")
        same = {str(code): str(code) for code in codes} if isinstance(codes, dict) else None
        self.known[column.number] = Known(name, str(made["type"]), same)

    def _add_formula(self, column: Column) -> None:
        formulas = sum(cell.formula is not None for cell in column.cells.values())
        if not formulas:
            return
        field = self.entity.fields[self.known[column.number].path]
        shared = common_formula(column.cells)
        if shared is None:
            row = next(row for row, cell in column.cells.items() if cell.formula)
            text = column.cells[row].formula
            message = Sentence(
                f"{formulas} of {len(column.cells)} cells have formulas, not all the same; kept as a note: ={text}",
                f"{len(column.cells)} 个单元格中有 {formulas} 个公式且不一致，已转为备注：={text}",
            )
            self.report.add(FORMULA, self.sheet.at(row, column.number), message)
            field.note(f"Excel: ={text}")
            return
        row, text = shared
        try:
            others = {number: known for number, known in self.known.items() if number != column.number}
            expression, type = as_expression(text, row, others)
        except Untranslatable as failure:
            message = Sentence(
                f"The formula ={text} is kept as a note: {failure.en}.", f"公式 ={text} 已转为备注：{failure.zh}。"
            )
            self.report.add(FORMULA, self.sheet.at(row, column.number), message)
            field.note(f"Excel: ={text}")
            return
        if not any(cell.text for cell in column.cells.values()):
            # A workbook that was never opened holds no results: the type is that of the formula.
            for key in ("max", "lines"):
                field.tree.pop(key, None)
            field.tree.update({"type": type, "scale": 4} if type == "decimal" else {"type": type})
        scale = {"money": 2, "integer": 0}.get(field.type, field.tree.get("scale"))
        if isinstance(scale, int) and not expression.startswith("round") and ("/" in expression or "*" in expression):
            expression = f"round({expression}, {scale})"
        field.tree["compute"] = expression
        field.tree.pop("required", None)
        message = Sentence(
            f"The formula ={text} is proposed as compute: {expression}", f"公式 ={text} 建议为 compute：{expression}"
        )
        self.report.add(FORMULA, self.sheet.at(row, column.number), message)

    def _propose_key(self) -> None:
        """The first column that is called like a key, full and without repeats, identifies a record."""
        for column in self.table.columns:
            field = self.entity.fields[self.known[column.number].path]
            values = [cell.text for cell in column.cells.values()]
            if field.type in ("text", "integer") and KEY_HEADER.search(column.label) and "compute" not in field.tree:
                if len(values) == self.table.rows > 3 and len(set(values)) == len(values):
                    field.tree["required"] = True
                    field.tree["unique"] = True
                return

    def _layout(self) -> None:
        groups = [column.group for column in self.table.columns]
        if not any(groups):
            return
        for group in dict.fromkeys(groups):
            inside = [self.known[column.number].path for column in self.table.columns if column.group == group]
            label = self.draft.words({ANY: group}, self.entity.position, fallback="") if group else self.entity.label
            names = {str(block["section"]) for block in self.entity.layout}
            name = proposed_name(group or "main", names, fallback="section", field=False)
            self.entity.layout.append(section(name, label, inside, columns=2))

    def _say_name(self, text: str, name: str, thing: FieldDraft | EntityDraft) -> None:
        message = Sentence(f"{text!r} is called {name!r}.", f"“{text}”命名为“{name}”。")
        hint = Sentence(
            "Rename it in the definition before the first publication, if you like; the import finds it again by its label.",
            "首次发布前可在定义中改名；再次导入时按标签识别。",
        )
        first = not any(found.code == NAME_PROPOSED.id for found in self.report.findings)
        self.report.add(NAME_PROPOSED, thing.position, message, hint if first else None)


_NOTES = {
    "I101": "I101: the numbers of the source have lost digits; export them as text (来源中的数字已丢失末尾几位，请以文本重新导出)",
    "YYYYMMDD": "source: YYYYMMDD",
    "YYMMDD": "source: YYMMDD",
}
