"""A form-js schema to a draft: groups are sections, dynamic lists child rows, FEEL our expressions."""

from __future__ import annotations

from dataclasses import dataclass

from forms_dsl.diagnostics import Code, Sentence
from forms_dsl.importers.codes import NAME_PROPOSED, NO_COUNTERPART, NOT_TRANSLATED, NOTHING, SKIPPED_PART, TEXT_CHANGED
from forms_dsl.importers.documents import Node, read_source
from forms_dsl.importers.draft import Draft, EntityDraft, FieldDraft, RowDraft, Tree, section
from forms_dsl.importers.expressions.printer import translated, translated_value
from forms_dsl.importers.expressions.tree import Known, Untranslatable
from forms_dsl.importers.formjs.components import INPUTS, Components
from forms_dsl.importers.formjs.feel import FEEL, resolver
from forms_dsl.importers.formjs.leftovers import left_of
from forms_dsl.importers.markup import plain_text
from forms_dsl.importers.naming import is_name_of, proposed_name
from forms_dsl.importers.report import Report, refused, start_of
from forms_dsl.importers.words import ANY, both, humanised, one

_FIELDS = 300
_DEPTH = 12
_NOTED = 300
_BARE = frozenset({"spacer", "separator"})


@dataclass(slots=True)
class _Place:
    """Where components go: the section, the row type or none, the path of names, the conditions around."""

    block: dict[str, Tree]
    row: RowDraft | None = None
    rows: str = ""
    path: str = ""
    conditions: tuple[Node, ...] = ()


def import_form_js(file: str, data: bytes, app: str) -> Draft:
    """The draft of a form; raises ImportRefused when the file is none."""
    report = Report()
    document = read_source(file, data, report)
    root = Node(document, (), document.data)
    if not isinstance(root.get("components"), list):
        message = Sentence("The file is no form-js form: it has no components.", "该文件不是 form-js 表单：没有 components。")
        raise refused(NOTHING, start_of(file), message)
    draft = Draft(app, one(humanised(app)), report)
    identifier = root.text("id") or file.partition(".")[0]
    label = draft.words({ANY: humanised(identifier)}, root.at("id"), fallback=identifier)
    entity = draft.entity(identifier, label, root.at("id"))
    form = _Form(draft, entity)
    form.add(root)
    return draft


class _Form:
    def __init__(self, draft: Draft, entity: EntityDraft) -> None:
        self.draft, self.entity = draft, entity
        self.types = Components(draft.report)
        self.known: dict[str, Known] = {}
        self.fields: list[tuple[FieldDraft, Node, _Place]] = []
        self.items: list[tuple[dict[str, Tree], Node]] = []
        self.has_columns = False

    def add(self, root: Node) -> None:
        """All components, then their expressions, which may name any of them."""
        main = section("main", self.entity.label, [])
        self.entity.layout.append(main)
        self._components(root, _Place(main), 0)
        for field, node, place in self.fields:
            self._logic(field, node, place)
            self._keep_left(field, node)
        for item, node in self.items:
            visible = self._condition(node, None)
            if visible:
                item["visible"] = visible
        self.entity.layout[:] = [block for block in self.entity.layout if block.get("items")]
        if self.has_columns:
            for block in self.entity.layout:
                items = block.pop("items")
                block.update({"columns": 2, "items": items})

    def _components(self, holder: Node, place: _Place, depth: int) -> None:
        for node in holder.nodes("components"):
            kind = node.text("type")
            if kind not in INPUTS and kind not in ("dynamiclist", "table") and kind not in _BARE:
                self._keep_left(self.entity, node)
            if kind in INPUTS:
                self._input(node, place)
            elif kind == "group" and depth < _DEPTH:
                self._group(node, place, depth)
            elif kind in ("dynamiclist", "table") and place.row is None:
                self._rows(node, place, depth)
            elif kind in ("text", "html", "image"):
                self._words(node, place, kind)
            elif kind in _BARE:
                continue
            elif kind == "button" and node.text("action") in ("submit", "reset", ""):
                self._say(
                    SKIPPED_PART,
                    node,
                    f"The button {node.text('label')!r} is that of every form.",
                    f"按钮“{node.text('label')}”由表单自带。",
                )
            else:
                self._say(
                    NO_COUNTERPART, node, f"{kind!r} has no counterpart; kept as a note.", f"“{kind}”没有对应组件，已转为备注。"
                )
                said = (kind, node.text("key") or node.text("label") or node.text("id"), node.text("url"))
                self.entity.note(" ".join(part for part in said if part))

    def _group(self, node: Node, place: _Place, depth: int) -> None:
        path = ".".join(part for part in (place.path, node.text("path")) if part)
        conditions = (*place.conditions, node) if node.node("conditional").text("hide") else place.conditions
        if place.row is not None:
            self._components(node, _Place(place.block, place.row, place.rows, path, conditions), depth + 1)
            return
        names = {str(block["section"]) for block in self.entity.layout}
        text = node.text("label") or node.text("path") or "group"
        name = proposed_name(text, names, fallback="section", field=False)
        label = self.draft.words({ANY: plain_text(text)[0]}, node.at("label"), fallback=name)
        block = section(name, label, [])
        self.entity.layout.append(block)
        self._components(node, _Place(block, path=path, conditions=conditions), depth + 1)
        if depth == 0:
            # What follows the group stands below it.
            number = sum(str(one["section"]).startswith("main") for one in self.entity.layout) + 1
            place.block = section(f"main_{number}", self.entity.label, [])
            self.entity.layout.append(place.block)

    def _rows(self, node: Node, place: _Place, depth: int) -> None:
        text = node.text("path") or node.text("key") or node.text("label") or "rows"
        label = self.draft.words({ANY: plain_text(node.text("label"))[0] or humanised(text)}, node.at("label"), fallback=text)
        row = RowDraft(self.entity.free_row_name(text), label, node.at())
        self.entity.rows[row.name] = row
        name = self.entity.free_name(text)
        field = FieldDraft(name, {"type": "rows", "label": label, "of": row.name}, node.at())
        self.entity.fields[name] = field
        path = ".".join(part for part in (place.path, text) if part)
        self.known[path] = Known(name, "rows")
        self._put(place, {"rows": name})
        self.fields.append((field, node, place))
        self._components(node, _Place(place.block, row, name, path, ()), depth + 1)
        for column in node.nodes("columns"):
            self._column(row, column)
        if node.has("dataSource") or node.has("columnsExpression"):
            source = node.text("dataSource") or node.text("columnsExpression")
            self.types.say_near(
                node, f"the rows come from {source!r}; here they are entered", f"行数据取自“{source}”，此处改为录入"
            )
            field.note(f"dataSource: {source}")
        if not row.fields:
            tree: dict[str, Tree] = {"type": "text", "max": 255, "label": one(humanised("value"))}
            row.fields["value"] = FieldDraft("value", tree, node.at())

    def _column(self, row: RowDraft, column: Node) -> None:
        text = column.text("key") or column.text("label") or "value"
        name = self.entity.free_name(text, row.fields)
        label = self.draft.words({ANY: column.text("label") or humanised(text)}, column.at(), fallback=name)
        row.fields[name] = FieldDraft(name, {"type": "text", "label": label, "max": 255}, column.at())
        self.types.say_near(column, f"the type of the column {text!r} is not said: a text", f"列“{text}”未注明类型：按文本处理")

    def _input(self, node: Node, place: _Place) -> None:
        holder = self.entity.fields if place.row is None else place.row.fields
        if len(holder) >= _FIELDS:
            self._say(SKIPPED_PART, node, f"More than {_FIELDS} fields.", f"字段超过 {_FIELDS} 个。")
            return
        tree, codes = self.types.tree(node)
        key = node.text("key") or node.text("id") or "field"
        prefix = place.path if place.row is None else ""
        full = ".".join(part for part in (prefix, key) if part)
        name = proposed_name(full.replace(".", "_"), holder, fallback="field", owner=self.entity.name)
        if not is_name_of(name, full):
            self._say(NAME_PROPOSED, node, f"{full!r} is called {name!r}.", f"“{full}”命名为“{name}”。")
        words, has_markup = plain_text(node.text("label") or node.text("dateLabel") or node.text("timeLabel"))
        made: dict[str, Tree] = {"type": tree.pop("type")}
        made["label"] = self.draft.words({ANY: words or humanised(key)}, node.at("label"), fallback=name)
        if description := node.text("description"):
            words, more = plain_text(description)
            has_markup = has_markup or more
            made["help"] = self.draft.words({ANY: words}, node.at("description"), fallback=name, sentence=True)
        if has_markup:
            self._say(TEXT_CHANGED, node, "Markup was taken out of a text.", "已去除文字中的标记。")
        made.update(tree)
        self._check(made, name, node)
        default = self.types.default(node, made, codes)
        if default is not None:
            made["default"] = default
        field = FieldDraft(name, made, node.at("key"))
        if default is None and isinstance(node.get("defaultValue"), str) and node.text("defaultValue") not in ("", "false"):
            field.note(f"default: {node.text('defaultValue')}")
        holder[name] = field
        if place.row is None:
            self.known[full] = self.known.setdefault(key, Known(name, str(made["type"]), codes))
            self._place(node, place, field)
        else:
            self.known[f"{place.path}.{key}"] = Known(f"{place.rows}.{name}", "rows")
        self.fields.append((field, node, place))

    @staticmethod
    def _check(made: dict[str, Tree], name: str, node: Node) -> None:
        """A box that must be ticked, and days that must not lie in the past."""
        if made["type"] == "boolean" and node.node("validate").flag("required"):
            made.update({"required": True, "check": name, "message": both("This must be ticked.", "必须勾选。")})
        if made["type"] in ("date", "datetime") and node.flag("disallowPassedDates"):
            day = name if made["type"] == "date" else f"date_of({name})"
            made.update({"check": f"{day} >= today()", "message": both("The day lies in the past.", "日期不能早于今天。")})

    def _place(self, node: Node, place: _Place, field: FieldDraft) -> None:
        width = node.node("layout").whole("columns")
        if width is not None and width <= 8:
            self.has_columns = True
            self._put(place, field.name)
        elif node.node("layout").has("row") or width is not None:
            self._put(place, {"field": field.name, "span": 2} if width is not None else field.name)
        else:
            self._put(place, field.name)

    def _words(self, node: Node, place: _Place, kind: str) -> None:
        source = node.text("text") or node.text("content") or node.text("alt")
        words, has_markup = plain_text(source)
        if has_markup or kind == "image":
            self._say(TEXT_CHANGED, node, "Only the words of it are kept.", "仅保留其中的文字。")
        words = words.lstrip("# ").replace("**", "")
        if words and place.row is not None:
            self._say(SKIPPED_PART, node, f"A text within a list is left out: {words[:80]}", f"列表中的文字未导入：{words[:80]}")
        elif words:
            name = proposed_name(node.text("id") or "text", (), fallback="text", field=False)
            item: dict[str, Tree] = {
                "text": name,
                "label": self.draft.words({ANY: words}, node.at(), fallback=name, sentence=True),
            }
            self._put(place, item)
            self.items.append((item, node))

    def _logic(self, field: FieldDraft, node: Node, place: _Place) -> None:
        parts = [one for holder in (*place.conditions, node) if (one := self._condition(holder, field, place))]
        if parts:
            visible = parts[0] if len(parts) == 1 else " and ".join(f"({one})" for one in parts)
            field.tree["visible"] = visible
            if field.tree.pop("required", None) is True:
                field.tree["required_when"] = visible
        if node.flag("disabled") or node.flag("readonly"):
            field.tree["read_only"] = True
            field.tree.pop("required", None)
        elif node.text("readonly").startswith("="):
            try:
                field.tree["read_only"] = translated(
                    node.text("readonly")[1:], FEEL, resolver(self._scope(place)), condition=True
                )
            except Untranslatable as failure:
                self._keep(field, node, "readonly", node.text("readonly"), failure)
        if node.text("type") == "expression":
            self._compute(field, node, place)

    def _compute(self, field: FieldDraft, node: Node, place: _Place) -> None:
        source = node.text("expression")
        try:
            text, type = translated_value(source.removeprefix("="), FEEL, resolver(self._scope(place)))
        except Untranslatable as failure:
            self._keep(field, node, "expression", source, failure)
            return
        if type in ("boolean", "date", "datetime", "integer"):
            field.tree["type"] = type
            field.tree.pop("scale", None)
        elif type not in ("decimal", "money"):
            field.tree.update({"type": "text", "max": 1000})
            field.tree.pop("scale", None)
        else:
            text = text if text.startswith("round(") else f"round({text}, 4)"
        field.tree["compute"] = text

    def _condition(self, node: Node, field: FieldDraft | None, place: _Place | None = None) -> str | None:
        """`conditional.hide` the other way round."""
        source = node.node("conditional").text("hide")
        if not source:
            return None
        try:
            return translated(f"not({source.removeprefix('=')})", FEEL, resolver(self._scope(place)), condition=True)
        except Untranslatable as failure:
            self._keep(field, node, "conditional.hide", source, failure)
            return None

    def _keep_left(self, thing: FieldDraft | EntityDraft, node: Node) -> None:
        """What nothing was made of, as notes with findings at their places."""
        for pointer, value in left_of(node):
            key = ".".join(pointer)
            said = value if len(value) <= _NOTED else value[:_NOTED] + "…"
            message = Sentence(f"{key}: {said} is kept as a note.", f"{key}：{said} 已转为备注。")
            self.draft.report.add(NO_COUNTERPART, node.at(*pointer), message)
            thing.note(f"{key}: {value[:_NOTED]}")

    def _scope(self, place: _Place | None) -> dict[str, Known]:
        """The names that an expression sees: within rows also the fields beside it, by their keys."""
        if place is None or place.row is None:
            return self.known
        return {**self.known, **{field.name: Known(field.name, field.type) for field in place.row.fields.values()}}

    def _keep(self, field: FieldDraft | None, node: Node, key: str, source: str, failure: Untranslatable) -> None:
        self._say(
            NOT_TRANSLATED,
            node,
            f"{key} {source!r} is kept as a note: {failure.en}.",
            f"{key}“{source}”已转为备注：{failure.zh}。",
        )
        (field or self.entity).note(f"{key}: {source}")

    @staticmethod
    def _put(place: _Place, item: Tree) -> None:
        items = place.block["items"]
        if not isinstance(items, list):
            raise TypeError("items of a section are a list")
        items.append(item)

    def _say(self, code: Code, node: Node, en: str, zh: str) -> None:
        self.draft.report.add(code, node.at("key") if node.has("key") else node.at("type"), Sentence(en, zh))
