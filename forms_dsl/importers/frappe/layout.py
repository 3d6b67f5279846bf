"""Section, column and tab breaks as blocks of a form."""

from __future__ import annotations

from forms_dsl.importers.documents import Node
from forms_dsl.importers.draft import Draft, EntityDraft, Tree, section
from forms_dsl.importers.naming import proposed_name
from forms_dsl.importers.words import ANY, Words, humanised


class Layout:
    """The form while its fields are read: the open tab, the open section, and the columns it has."""

    def __init__(self, draft: Draft, entity: EntityDraft) -> None:
        self.draft, self.entity = draft, entity
        self.names: set[str] = set()
        self.tab: dict[str, Tree] | None = None
        self.section = self._new("main", entity.label)
        self.columns = 1
        self.inside: dict[str, list[dict[str, Tree]]] = {}

    def open(self, node: Node, kind: str) -> dict[str, Tree] | None:
        """Begin what a break begins; the block that its conditions belong to."""
        if kind == "Column Break":
            self.columns = min(self.columns + 1, 3)
            self.section["columns"] = self.columns
            return None
        text = node.text("label")
        label = self.draft.words({ANY: text}, node.at(), fallback="") if text else self.entity.label
        if kind == "Tab Break":
            name = self._name(node.text("fieldname") or text or "tab")
            self.tab = {"tab": name, "label": label, "items": []}
            self.entity.layout.append(self.tab)
            self.section = self._new(f"{name}_main", label)
            self.columns = 1
            return self.tab
        self.section = self._new(node.text("fieldname") or text or "section", label)
        self.columns = 1
        return self.section

    def put(self, item: Tree) -> None:
        """A field or text at the end of the open section."""
        _items(self.section).append(item)
        name = item if isinstance(item, str) else item.get("rows") if isinstance(item, dict) else None
        if isinstance(name, str):
            self.inside[name] = [self.section, *([self.tab] if self.tab else [])]

    def condition_of(self, field: str) -> str:
        """The conditions of the blocks around a field."""
        return " and ".join(str(block["visible"]) for block in self.inside.get(field, ()) if "visible" in block)

    def close(self) -> None:
        """Leave out empty blocks; where there are tabs, the sections before the first get one."""
        for tab in self.entity.layout:
            if "tab" in tab:
                tab["items"] = [block for block in _items(tab) if _items(block)]
        kept = [block for block in self.entity.layout if _items(block)]
        if any("tab" in block for block in kept):
            before = [block for block in kept if "section" in block]
            label = self.entity.label
            first: list[dict[str, Tree]] = [{"tab": self._name("details"), "label": label, "items": before}] if before else []
            kept = [*first, *(block for block in kept if "tab" in block)]
        self.entity.layout[:] = [dict(_ordered(block)) for block in kept]

    def _new(self, text: str, label: Words) -> dict[str, Tree]:
        block = section(self._name(text), label, [])
        (_items(self.tab) if self.tab else self.entity.layout).append(block)
        return block

    def _name(self, text: str) -> str:
        name = proposed_name(humanised(text), self.names, fallback="section", field=False)
        self.names.add(name)
        return name


def _items(block: dict[str, Tree] | Tree) -> list[Tree]:
    items = block.get("items") if isinstance(block, dict) else None
    if not isinstance(items, list):
        raise TypeError("items of a block are a list")
    return items


def _ordered(block: dict[str, Tree]) -> list[tuple[str, Tree]]:
    return sorted(block.items(), key=lambda pair: pair[0] == "items")
