"""Tables to entities: virtual and read-only by default, because the system they belong to stays the master."""

from __future__ import annotations

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import (
    APPROXIMATED,
    CODES_CHANGED,
    NAME_PROPOSED,
    NO_COUNTERPART,
    NOT_TRANSLATED,
    OPEN_QUESTION,
    SKIPPED_PART,
    TARGET_UNKNOWN,
    TOO_LARGE,
)
from forms_dsl.importers.database.constraints import allowed_values, as_rule, column_name
from forms_dsl.importers.database.facts import ColumnFacts, DatabaseFacts, TableFacts
from forms_dsl.importers.draft import Draft, EntityDraft, FieldDraft, Tree
from forms_dsl.importers.expressions.tree import Known, Untranslatable
from forms_dsl.importers.naming import proposed_codes, proposed_name
from forms_dsl.importers.report import Position, Report, joined
from forms_dsl.importers.words import ANY, both, humanised, one
from forms_dsl.source import Span

_COLUMNS = 200
_MONEY_DIGITS = 18


def import_database(facts: DatabaseFacts, app: str, *, managed: bool = False) -> Draft:
    """The draft of the tables; `managed` makes entities of our own instead of virtual ones."""
    draft = Draft(app, one(humanised(app)), Report())
    for name in facts.missing:
        message = Sentence(f"There is no table or view {name!r}.", f"没有表或视图“{name}”。")
        draft.report.add(SKIPPED_PART, _at(facts, ""), message)
    if facts.left:
        message = Sentence(f"Views are not imported: {joined(facts.left)}.", f"视图未导入：{joined(facts.left)}。")
        hint = Sentence(f"Name those that are needed: --only {facts.left[0]}", f"如需导入请指明：--only {facts.left[0]}")
        draft.report.add(SKIPPED_PART, _at(facts, ""), message, hint)
    chosen = [table for table in facts.tables if _is_taken(facts, table, draft.report)]
    entities = {table.name: _entity(draft, facts, table, managed=managed) for table in chosen}
    for table in chosen:
        _Table(draft, facts, table, entities, managed=managed).add()
    if chosen and not managed:
        names: dict[str, Tree] = {entities[table.name].name: entities[table.name].name for table in chosen}
        draft.bindings["source"] = {
            "label": both("Source database", "来源数据库"),
            "connector": f"{app}_database",
            "version": ">=1.0 <2",
            "entities": names,
        }
        message = Sentence(
            f"The entities are virtual: their rows stay in {facts.name}, behind the binding 'source'.",
            f"这些实体为虚拟实体：数据仍在 {facts.name}，通过绑定“source”访问。",
        )
        hint = Sentence(
            f"Define the connector {app}_database and its connection, or import with --managed for entities of your own.",
            f"请定义连接器 {app}_database 及其连接；如需自有实体，请用 --managed 导入。",
        )
        draft.report.add(OPEN_QUESTION, _at(facts, ""), message, hint)
    return draft


def _at(facts: DatabaseFacts, table: str, column: str = "") -> Position:
    where = ".".join(part for part in (facts.name, table, column) if part)
    return Position(Span(where, 1, 1, 1, 1), tuple(part for part in (table, column) if part))


def _is_taken(facts: DatabaseFacts, table: TableFacts, report: Report) -> bool:
    if len(table.columns) <= _COLUMNS:
        return bool(table.columns)
    message = Sentence(
        f"The table {table.name!r} has {len(table.columns)} columns, more than {_COLUMNS}.",
        f"表“{table.name}”有 {len(table.columns)} 列，超过 {_COLUMNS}。",
    )
    hint = Sentence("Make a view of the columns that are needed, and import that.", "请为所需的列建立视图后再导入。")
    report.add(TOO_LARGE, _at(facts, table.name), message, hint)
    return False


def _entity(draft: Draft, facts: DatabaseFacts, table: TableFacts, *, managed: bool) -> EntityDraft:
    position = _at(facts, table.name)
    label = draft.words({ANY: table.comment or humanised(table.name)}, position, fallback=humanised(table.name))
    entity = draft.entity(table.name, label, position)
    if entity.name != table.name:
        _say_name(draft, position, table.name, entity.name)
    if not managed:
        entity.keys["external"] = {"binding": "source", "entity": entity.name}
        entity.keys["read_only"] = True
        entity.keys["meta"] = {"table": table.name, "key": list(table.key)}
    return entity


def _say_name(draft: Draft, position: Position, text: str, name: str) -> None:
    draft.report.add(NAME_PROPOSED, position, Sentence(f"{text!r} is called {name!r}.", f"“{text}”命名为“{name}”。"))


class _Table:
    def __init__(
        self, draft: Draft, facts: DatabaseFacts, table: TableFacts, entities: dict[str, EntityDraft], *, managed: bool
    ) -> None:
        self.draft, self.facts, self.table, self.entities, self.managed = draft, facts, table, entities, managed
        self.entity = entities[table.name]
        self.report = draft.report
        self.fields: dict[str, FieldDraft] = {}
        self.nullable: set[str] = set()
        self.values = {name.lower(): values for name, values in filter(None, (allowed_values(t) for _, t in table.checks))}

    def add(self) -> None:
        """The fields, keys and rules of the entity."""
        for column in self.table.columns:
            self._add_column(column)
        self._add_keys()
        self.nullable = {self.fields[column.name].name for column in self.table.columns if column.nullable}
        self._add_rules()

    def _say(self, code: object, column: str, en: str, zh: str) -> None:
        self.report.add(code, _at(self.facts, self.table.name, column), Sentence(en, zh))  # type: ignore[arg-type]

    def _add_column(self, column: ColumnFacts) -> None:
        position = _at(self.facts, self.table.name, column.name)
        name = self.entity.free_name(column.name)
        label = self.draft.words({ANY: column.comment or humanised(column.name)}, position, fallback=humanised(column.name))
        tree = self._reference(column) or self._type(column)
        made: dict[str, Tree] = {"type": tree.pop("type"), "label": label}
        if not column.nullable and column.computed is None and made["type"] != "boolean":
            made["required"] = True
        made.update(tree)
        field = FieldDraft(name, made, position)
        self.entity.fields[name] = self.fields[column.name] = field
        if name != column.name:
            _say_name(self.draft, position, column.name, name)
            field.note(f"column {column.name}")
        for what, text in (("default", column.default), ("computed as", column.computed)):
            if text and not text.startswith("nextval("):
                self._say(
                    NO_COUNTERPART,
                    column.name,
                    f"{what} {text} is kept as a note.",
                    f"数据库的{'默认值' if what == 'default' else '计算列'} {text} 已转为备注。",
                )
                field.note(f"{what} {text}")

    def _reference(self, column: ColumnFacts) -> dict[str, Tree] | None:
        for key in self.table.foreign:
            if key.columns == (column.name,):
                target = self.entities.get(key.table)
                if target is not None:
                    return {"type": "reference", "to": target.name}
                self._say(
                    TARGET_UNKNOWN,
                    column.name,
                    f"{column.name!r} leads to the table {key.table!r}, which is not imported.",
                    f"“{column.name}”指向未导入的表“{key.table}”。",
                )
        return None

    def _type(self, column: ColumnFacts) -> dict[str, Tree]:
        values = self.values.get(column.name.lower())
        if values:
            return self._choice(column, values)
        match column.kind:
            case "boolean" | "date" | "time":
                return {"type": column.kind}
            case "timestamptz":
                return {"type": "datetime"}
            case "timestamp":
                self._say(
                    OPEN_QUESTION,
                    column.name,
                    f"{column.name!r} has no time zone; it is read in the app's.",
                    f"“{column.name}”没有时区，按应用时区读取，请确认。",
                )
                return {"type": "datetime", "note": "source: timestamp without time zone"}
            case "integer":
                return self._integer(column)
            case "number" | "float":
                return self._decimal(column)
            case "text" | "char":
                if column.kind == "char" and column.length == 1:
                    self._say(
                        OPEN_QUESTION,
                        column.name,
                        f"{column.name!r} is CHAR(1): perhaps true or false, or a choice.",
                        f"“{column.name}”为 CHAR(1)：可能是布尔或选项，请确认。",
                    )
                made: dict[str, Tree] = {"type": "text", "max": min(column.length or 2000, 65_536)}
                return {**made, "lines": 5} if not column.length or column.length > 500 else made
            case "uuid":
                return {"type": "text", "max": 36}
            case _:
                return self._other(column)

    def _integer(self, column: ColumnFacts) -> dict[str, Tree]:
        if column.digits == 64:
            self._say(
                APPROXIMATED,
                column.name,
                f"{column.name!r} may hold numbers of more than 15 digits: taken as a text.",
                f"“{column.name}”可能超过 15 位数字：按文本处理。",
            )
            return {"type": "text", "max": 20}
        return {"type": "integer"}

    def _decimal(self, column: ColumnFacts) -> dict[str, Tree]:
        scale = column.scale if column.scale is not None else 2 if column.kind == "number" else 6
        whole = (column.digits or _MONEY_DIGITS) - scale
        if scale == 0:
            return {"type": "integer"} if whole <= 15 else {"type": "text", "max": (column.digits or 38) + 1}
        if column.kind == "float" or scale > 8 or (column.digits or 0) > _MONEY_DIGITS:
            self._say(
                APPROXIMATED,
                column.name,
                f"{column.name!r} is {column.spelling}; a field keeps 18 digits and 8 decimals.",
                f"“{column.name}”为 {column.spelling}；字段最多保留 18 位、8 位小数。",
            )
        return {"type": "money"} if scale == 2 and column.kind == "number" else {"type": "decimal", "scale": min(scale, 8)}

    def _choice(self, column: ColumnFacts, values: list[str]) -> dict[str, Tree]:
        if column.kind in ("integer", "number") or {value.upper() for value in values} in ({"Y", "N"}, {"T", "F"}):
            if len(values) == 2 and {value.upper() for value in values} in ({"0", "1"}, {"Y", "N"}, {"T", "F"}):
                return {"type": "boolean", "note": f"source: {joined(values)}"}
        codes = proposed_codes(values)
        changed = [f"{value} → {code}" for value, code in codes.items() if value != code]
        if changed:
            self._say(CODES_CHANGED, column.name, f"Other codes: {joined(changed)}.", f"代码与原值不同：{joined(changed)}。")
        choices: dict[str, Tree] = {}
        for value, code in codes.items():
            shown: dict[str, Tree] = {"label": one(value or code)}
            choices[code] = shown
        return {"type": "choice", "choices": choices}

    def _other(self, column: ColumnFacts) -> dict[str, Tree]:
        self._say(
            NO_COUNTERPART,
            column.name,
            f"{column.spelling} has no field type; {column.name!r} is a text that is kept from lists.",
            f"{column.spelling} 没有对应的字段类型；“{column.name}”按隐藏文本处理。",
        )
        return {"type": "text", "max": 65_536, "lines": 5, "note": f"source: {column.spelling}"}

    def _add_keys(self) -> None:
        if not self.table.key:
            kind, kind_zh = ("view", "视图") if self.table.is_view else ("table", "表")
            en, zh = f"The {kind} {self.table.name!r} has no key", f"{kind_zh}“{self.table.name}”没有主键"
            where, where_zh = ("", "") if self.managed else (" under meta", "在 meta 中")
            self._say(
                OPEN_QUESTION, "", f"{en}; say{where} which columns identify a row.", f"{zh}，请{where_zh}注明标识一行的列。"
            )
        found: list[list[str]] = []
        for columns in (self.table.key, *self.table.unique):
            if not columns or None in columns or any(column not in self.fields for column in columns):
                if columns:
                    self._say(
                        NO_COUNTERPART,
                        "",
                        f"A unique index of {self.table.name!r} over an expression is left out.",
                        f"“{self.table.name}”中基于表达式的唯一索引未导入。",
                    )
                continue
            names = [self.fields[str(column)].name for column in columns]
            if len(names) == 1:
                self.entity.fields[names[0]].tree["unique"] = True
            elif names not in found:
                found.append(names)
        if found and self.managed:
            unique: list[Tree] = [list(names) for names in found]
            self.entity.keys["unique"] = unique
        for names in found if not self.managed else ():
            if names != [self.fields[column].name for column in self.table.key if column in self.fields]:
                self._keep("", f"unique {', '.join(names)}")
        for columns, where in self.table.partly_unique:
            self._keep(str(columns[0] or ""), f"unique {', '.join(str(column) for column in columns)} where {where}")
        for key in self.table.foreign:
            if len(key.columns) > 1:
                self._keep(key.columns[0], f"foreign key {', '.join(key.columns)} to {key.table} {', '.join(key.there)}")

    def _keep(self, column: str, text: str) -> None:
        """Something about several columns, as a note of the entity."""
        self._say(NO_COUNTERPART, column, f"{text} is kept as a note.", f"{text} 已转为备注。")
        self.entity.note(text)

    def _add_rules(self) -> None:
        for number, (name, text) in enumerate(self.table.checks, 1):
            if allowed_values(text) is not None:
                continue
            try:
                expression = as_rule(text, self._resolve, self.nullable)
            except Untranslatable as failure:
                self._say(
                    NOT_TRANSLATED,
                    name,
                    f"CHECK {text} is kept as a note: {failure.en}.",
                    f"CHECK {text} 已转为备注：{failure.zh}。",
                )
                self.entity.note(f"CHECK {name}: {text}")
                continue
            rule = proposed_name(name or f"check_{number}", self.entity.rules, fallback="check", field=False)
            said = both(f"The row must satisfy: {text[:200]}", f"须满足：{text[:200]}")
            self.entity.rules[rule] = ({"check": expression, "message": said}, _at(self.facts, self.table.name, name))

    def _resolve(self, text: str) -> Known:
        bare = column_name(text)
        alike = [name for name in self.fields if name.lower() == bare.lower()]
        field = self.fields.get(bare) or (self.fields[alike[0]] if len(alike) == 1 else None)
        if field is None:
            raise Untranslatable(f"{text} is no column", f"{text} 不是列")
        return Known(
            field.name, field.type, proposed_codes(self.values.get(bare.lower(), ())) if field.type == "choice" else None
        )
