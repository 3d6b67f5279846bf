"""DocTypes to a draft: entity, form with its breaks, list, roles with field levels."""

from __future__ import annotations

from collections.abc import Sequence

from forms_dsl.diagnostics import Code, Sentence
from forms_dsl.importers.codes import (
    NAME_PROPOSED,
    NO_COUNTERPART,
    NOT_TRANSLATED,
    NOTHING,
    OPEN_QUESTION,
    SKIPPED_PART,
    TARGET_UNKNOWN,
    TEXT_CHANGED,
    TOO_LARGE,
)
from forms_dsl.importers.documents import Node, read_source
from forms_dsl.importers.draft import Draft, EntityDraft, FieldDraft, RowDraft, Tree
from forms_dsl.importers.expressions.tree import Known, Untranslatable
from forms_dsl.importers.frappe.fields import FieldTypes
from forms_dsl.importers.frappe.javascript import condition_of
from forms_dsl.importers.frappe.layout import Layout
from forms_dsl.importers.frappe.leftovers import keep, keep_left, keep_left_of_root
from forms_dsl.importers.frappe.naming import numbering, status_field
from forms_dsl.importers.frappe.permissions import add_roles
from forms_dsl.importers.markup import plain_text
from forms_dsl.importers.naming import is_name_of, proposed_name
from forms_dsl.importers.report import Report, refused, start_of
from forms_dsl.importers.trees import item_of
from forms_dsl.importers.words import ANY, humanised, one
from forms_dsl.names import name_fault

_BREAKS = frozenset({"Section Break", "Column Break", "Tab Break", "Fold"})
_SHOWN = frozenset({"Heading", "HTML"})
_FIELDS = 300
_LEFT = frozenset({"Button", "Image", "Password"})
_CONDITIONS = (("depends_on", "visible"), ("mandatory_depends_on", "required_when"), ("read_only_depends_on", "read_only"))


def import_frappe(sources: Sequence[tuple[str, bytes]], app: str) -> Draft:
    """The draft of one or several DocType files; raises ImportRefused when one is none."""
    report = Report()
    roots: dict[str, Node] = {}
    for file, data in sources:
        document = read_source(file, data, report)
        root = Node(document, (), document.data)
        if not isinstance(root.get("fields"), list) or not root.text("name"):
            message = Sentence(
                "The file is no DocType: it has no name or no fields.", "该文件不是 DocType：没有 name 或 fields。"
            )
            raise refused(NOTHING, start_of(file), message)
        roots[root.text("name")] = root
    draft = Draft(app, one(humanised(app)), report)
    entities = {}
    for name, root in roots.items():
        if not root.flag("istable"):
            entities[name] = draft.entity(name, draft.words({ANY: name}, root.at("name"), fallback=name), root.at("name"))
            if not is_name_of(entities[name].name, name):
                report.add(
                    NAME_PROPOSED,
                    root.at("name"),
                    Sentence(f"{name!r} is called {entities[name].name!r}.", f"“{name}”命名为“{entities[name].name}”。"),
                )
    used: set[str] = set()
    for name, entity in entities.items():
        doctype = _DocType(draft, entity, roots[name], roots, FieldTypes(report, entities))
        doctype.add()
        used |= doctype.tables
    for name, root in roots.items():
        if root.flag("istable") and name not in used:
            message = Sentence(f"No DocType of the import uses the table {name!r}.", f"本次导入中没有 DocType 使用子表“{name}”。")
            report.add(SKIPPED_PART, root.at("name"), message)
    return draft


class _DocType:
    def __init__(self, draft: Draft, entity: EntityDraft, root: Node, roots: dict[str, Node], types: FieldTypes) -> None:
        self.draft, self.entity, self.root, self.roots, self.types = draft, entity, root, roots, types
        self.layout = Layout(draft, entity)
        self.fields: dict[str, tuple[FieldDraft, Node, Known]] = {}
        self.levels: dict[str, int] = {}
        self.tables: set[str] = set()
        self.listed: list[str] = []
        self.filters: list[str] = []

    def add(self) -> None:
        """The whole DocType."""
        breaks: list[tuple[dict[str, Tree], Node]] = []
        for node in self.root.nodes("fields"):
            kind = node.text("fieldtype")
            if len(self.entity.fields) >= _FIELDS:
                message = Sentence(f"The DocType has more than {_FIELDS} fields.", f"DocType 的字段超过 {_FIELDS} 个。")
                raise refused(TOO_LARGE, node.at(), message)
            if kind in _BREAKS | _SHOWN and node.has("description"):
                keep(self.entity, node, "description", self.draft.report)
            if kind in _BREAKS:
                block = self.layout.open(node, kind)
                if block is not None:
                    breaks.append((block, node))
            elif kind in _SHOWN:
                self._words(node, kind)
            elif kind in _LEFT or not kind:
                self._say(
                    NO_COUNTERPART,
                    node,
                    f"{kind} {node.text('fieldname')!r} is kept as a note.",
                    f"{kind}“{node.text('fieldname')}”已转为备注。",
                )
                self.entity.note(f"{kind} {node.text('fieldname')} {node.text('label')}")
            elif kind in ("Table", "Table MultiSelect"):
                self._table(node)
            else:
                self._field(node)
        if self.root.flag("is_submittable"):
            self._status()
        for field, node, known in self.fields.values():
            self._conditions(field.tree, node, known)
            self._fetch(field, node)
        for block, node in breaks:
            self._conditions(block, node, None)
        self._require_what_is_shown()
        self.layout.close()
        self._keys()
        add_roles(self.draft, self.entity, self.root, self.levels)
        self._currencies()
        keep_left_of_root(self.entity, self.root, self.draft.report)

    def _field(self, node: Node, row: RowDraft | None = None) -> None:
        holder = self.entity.fields if row is None else row.fields
        tree, codes = self.types.tree(node)
        text = node.text("fieldname") or node.text("label") or "field"
        name = proposed_name(text, holder, fallback="field", owner=self.entity.name)
        if not is_name_of(name, text):
            self._say(NAME_PROPOSED, node, f"{text!r} is called {name!r}.", f"“{text}”命名为“{name}”。")
        made: dict[str, Tree] = {}
        old = node.text("oldfieldname")
        if old and old != name and name_fault(old, field=True) is None and old not in holder:
            made["id"] = old
        made["type"] = tree.pop("type")
        made["label"] = self.draft.words({ANY: node.text("label") or humanised(text)}, node.at("label"), fallback=name)
        if description := node.text("description"):
            words, has_markup = plain_text(description)
            if has_markup:
                self._say(TEXT_CHANGED, node, "Markup was taken out of the description.", "已去除说明中的标记。")
            made["help"] = self.draft.words({ANY: words}, node.at("description"), fallback=name, sentence=True)
        if node.flag("reqd") and made["type"] != "boolean":
            made["required"] = True
        if node.flag("read_only"):
            made["read_only"] = True
            made.pop("required", None)
        if node.flag("unique"):
            made["unique"] = True
        made.update(tree)
        if node.flag("non_negative") and made["type"] in ("integer", "decimal", "money"):
            made["min"] = 0
        default = self.types.default(node, made, codes)
        if default is not None and default is not False:
            made["default"] = default
        field = FieldDraft(name, made, node.at("fieldname"))
        if default is None and node.text("default"):
            field.note(f"default: {node.text('default')}")
        holder[name] = field
        keep_left(field, node, self.draft.report)
        if row is not None:
            if node.text("depends_on") or node.text("mandatory_depends_on"):
                field.note(f"depends_on: {node.text('depends_on') or node.text('mandatory_depends_on')}")
                self._say(NOT_TRANSLATED, node, "A condition within a table is kept as a note.", "子表内的条件已转为备注。")
            return
        self.fields[text] = (field, node, Known(name, str(made["type"]), codes))
        self.levels[name] = node.whole("permlevel") or 0
        self._place(field, node)

    def _place(self, field: FieldDraft, node: Node) -> None:
        if node.flag("hidden"):
            field.tree.pop("required", None)
        else:
            self.layout.put(item_of(field))
        if node.flag("in_list_view"):
            self.listed.append(field.name)
        if node.flag("in_standard_filter"):
            self.filters.append(field.name)

    def _table(self, node: Node) -> None:
        child = self.roots.get(node.text("options"))
        if child is None:
            self._say(
                TARGET_UNKNOWN,
                node,
                f"The table DocType {node.text('options')!r} is not part of the import.",
                f"子表 DocType“{node.text('options')}”不在本次导入中。",
            )
            name = self.entity.free_name(node.text("fieldname"))
            label = self.draft.words({ANY: node.text("label")}, node.at(), fallback=humanised(name))
            field = FieldDraft(name, {"type": "json", "label": label, "note": f"Table: {node.text('options')}"}, node.at())
        else:
            self.tables.add(node.text("options"))
            label = self.draft.words(
                {ANY: node.text("label") or node.text("options")}, node.at("label"), fallback=node.text("options")
            )
            row = RowDraft(self.entity.free_row_name(node.text("options")), label, child.at("name"))
            self.entity.rows[row.name] = row
            for inner in child.nodes("fields"):
                kind = inner.text("fieldtype")
                if kind in _BREAKS | _SHOWN:
                    continue
                if kind in _LEFT or kind.startswith("Table"):
                    self._say(NO_COUNTERPART, inner, f"{kind} in a table is left out.", f"子表中的 {kind} 未导入。")
                    continue
                self._field(inner, row)
            name = self.entity.free_name(node.text("fieldname"))
            field = FieldDraft(name, {"type": "rows", "label": label, "of": row.name}, node.at("fieldname"))
        if description := node.text("description"):
            words = plain_text(description)[0]
            field.tree["help"] = self.draft.words({ANY: words}, node.at("description"), fallback=name, sentence=True)
        self.entity.fields[name] = field
        self.fields[node.text("fieldname")] = (field, node, Known(name, field.type))
        self.levels[name] = node.whole("permlevel") or 0
        self._place(field, node)
        keep_left(field, node, self.draft.report)

    def _currencies(self) -> None:
        """The field that names the currency of an amount, where the amount says so."""
        for field, node, _ in self.fields.values():
            source = node.text("options") if node.text("fieldtype") == "Currency" else ""
            named = self.fields.get(source)
            if named is not None and named[0].type in ("text", "choice"):
                field.tree["currency"] = named[0].name
            elif source and ":" not in source:
                keep(field, node, "options", self.draft.report)

    def _status(self) -> None:
        field = status_field(self.entity, self.root)
        self.entity.fields[field.name] = field
        known = Known(field.name, "choice", {"0": "draft", "1": "submitted", "2": "cancelled"})
        self.fields["docstatus"] = (field, Node(self.root.document, (), {}), known)
        self._say(
            OPEN_QUESTION,
            self.root,
            "Submitting is the business of a workflow: make one, and the field's type status.",
            "提交应由流程完成：请建立流程，并将该字段改为 status 类型。",
        )

    def _conditions(self, tree: dict[str, Tree], node: Node, own: Known | None) -> None:
        for key, ours in _CONDITIONS:
            source = node.text(key)
            if not source:
                continue
            try:
                tree[ours] = condition_of(source, self._resolve)
            except Untranslatable as failure:
                self._say(
                    NOT_TRANSLATED,
                    node,
                    f"{key} {source!r} is kept as a note: {failure.en}.",
                    f"{key}“{source}”已转为备注：{failure.zh}。",
                )
                before = tree.get("note")
                tree["note"] = f"{before}; {key}: {source}" if before else f"{key}: {source}"

    def _resolve(self, text: str) -> Known:
        first, _, rest = text.partition(".")
        found = self.fields.get(rest if first == "doc" else text)
        if found is None or (first != "doc" and "." in text):
            raise Untranslatable(f"{text} is no field", f"{text} 不是字段")
        return found[2]

    def _fetch(self, field: FieldDraft, node: Node) -> None:
        source = node.text("fetch_from")
        if not source:
            return
        first, _, rest = source.partition(".")
        link = self.fields.get(first)
        target = self.draft.entities.get(str(link[0].tree.get("to"))) if link else None
        if link is None or target is None or link[0].type != "reference" or node.flag("fetch_if_empty"):
            self._say(NO_COUNTERPART, node, f"fetch_from {source!r} is kept as a note.", f"fetch_from“{source}”已转为备注。")
            field.note(f"fetch_from: {source}")
            return
        field.tree["compute"] = f"{link[0].name}.{rest}"
        for key in ("required", "default", "read_only", "unique"):
            field.tree.pop(key, None)

    def _require_what_is_shown(self) -> None:
        """A field that must be filled in, but is not always shown, must be so when it is shown."""
        for field, _, _ in self.fields.values():
            visible = " and ".join(f"({one})" for one in (field.tree.get("visible"), self.layout.condition_of(field.name)) if one)
            if visible and field.tree.pop("required", None) is True:
                field.tree["required_when"] = visible

    def _words(self, node: Node, kind: str) -> None:
        words, has_markup = plain_text(node.text("options") if kind == "HTML" else node.text("label"))
        if has_markup:
            self._say(TEXT_CHANGED, node, "Markup was taken out of a text.", "已去除文字中的标记。")
        if words:
            name = proposed_name(node.text("fieldname") or "text", (), fallback="text", field=False)
            self.layout.put({"text": name, "label": self.draft.words({ANY: words}, node.at(), fallback=name, sentence=True)})

    def _keys(self) -> None:
        known = {text: found[0].name for text, found in self.fields.items()}
        if self.listed:
            self.entity.list_keys["columns"] = list(self.listed[:12])
        if self.filters:
            self.entity.list_keys["quick_filters"] = list(self.filters)
        title = known.get(self.root.text("title_field"))
        if title:
            self.entity.keys["title"] = f"{{{title}}}"
        sort = {"modified": "changed_at", "creation": "created_at", **known}.get(self.root.text("sort_field"))
        if sort:
            self.entity.list_keys["sort"] = [f"-{sort}" if self.root.text("sort_order").upper() == "DESC" else sort]
        numbering(self.draft, self.entity, self.root, known, self._series())
        if description := self.root.text("description"):
            self.entity.note(plain_text(description)[0])

    def _series(self) -> str:
        """The first series that records are numbered by."""
        found = self.fields.get("naming_series")
        return str(found[1].text("options")).split("\n")[0].strip() if found else ""

    def _say(self, code: Code, node: Node, en: str, zh: str) -> None:
        self.draft.report.add(code, node.at("fieldname") if node.has("fieldname") else node.at("name"), Sentence(en, zh))
