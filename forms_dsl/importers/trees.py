"""A draft as the data of definition files: entity, form, list, choices, roles and app, with where each part came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms_dsl.characters import refused_fault
from forms_dsl.diagnostics import Sentence
from forms_dsl.edit.printing import Piece, Value
from forms_dsl.importers.codes import ACCESS_PROPOSED, TEXT_CHANGED
from forms_dsl.importers.draft import Draft, EntityDraft, FieldDraft, Tree, section
from forms_dsl.importers.naming import proposed_name
from forms_dsl.importers.report import Position, start_of
from forms_dsl.importers.words import Words, both, cleaned, language_of
from forms_dsl.kinds import path_of
from forms_dsl.source import Pointer

_LIST_COLUMNS = 8
_SEARCHED = 3
_LONG_TEXT = 255
#: What a list cannot show in a cell.
_NOT_LISTED = frozenset({"rows", "file", "image", "signature", "rich_text", "json"})
_SECTION_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Files:
    """Data by path, and the place in the source for places in the data."""

    data: Mapping[str, dict[str, Value]]
    origins: Mapping[tuple[str, Pointer], Position]

    def origin(self, path: str, pointer: Pointer) -> Position | None:
        """The place of the source for a place of a file: its own, else that of what it stands in."""
        for length in range(len(pointer), -1, -1):
            found = self.origins.get((path, pointer[:length]))
            if found is not None:
                return found
        return None


def languages_of_draft(draft: Draft) -> tuple[str, ...]:
    """The languages of a new app: those of the source, else the one of its labels."""
    if draft.languages:
        return draft.languages
    texts = [text for entity in draft.entities.values() for field in entity.fields.values() for text in _label(field).every()]
    return (language_of(texts),)


def files_of(draft: Draft, languages: tuple[str, ...], *, has_app: bool, granted: frozenset[str] | None) -> Files:
    """The data of all files that the draft asks for; the app only where there is none, roles where `granted` is None.

    `granted` are the entities that roles which are there may see.
    """
    data: dict[str, dict[str, Tree]] = {}
    origins: dict[tuple[str, Pointer], Position] = {}
    if not has_app:
        data["app.yaml"] = _app(draft, languages)
    for entity in draft.entities.values():
        path = path_of("entity", entity.name)
        data[path] = _entity(entity)
        origins.update({(path, pointer): position for pointer, position in _origins(entity)})
        if entity.has_screens:
            form = f"{entity.name}.edit"
            for made in (path_of("form", form), path_of("list", f"{entity.name}_list")):
                origins[(made, ())] = entity.position
            if "read_only" not in entity.keys:
                data[path_of("form", form)] = _form(entity, form)
            data[path_of("list", f"{entity.name}_list")] = _list(entity, form)
    if draft.choices:
        data["choices.yaml"] = {"choices": draft.choices}
    if draft.bindings:
        data["bindings.yaml"] = {"bindings": draft.bindings}
    roles = _roles(draft, granted)
    if roles:
        data["roles.yaml"] = {"roles": roles}
    return Files({path: _Writer(draft, languages, path, origins).mapping(tree, ()) for path, tree in data.items()}, origins)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes texts in the languages of the app, without characters that no definition may hold."""

    draft: Draft
    languages: tuple[str, ...]
    path: str
    origins: Mapping[tuple[str, Pointer], Position]

    def mapping(self, tree: Mapping[str, Tree], pointer: Pointer) -> dict[str, Value]:
        """The data of a map."""
        return {key: self.value(value, (*pointer, key)) for key, value in tree.items()}

    def value(self, tree: Tree, pointer: Pointer) -> Value:
        """The data of a value."""
        if isinstance(tree, Words):
            return tree.written(self.languages)
        if isinstance(tree, str) and (refused_fault(tree) or "\t" in tree):
            position = Files({}, self.origins).origin(self.path, pointer)
            if position is not None:
                message = Sentence("Control characters were removed from a text.", "已去除文本中的控制字符。")
                self.draft.report.add(TEXT_CHANGED, position, message)
            return cleaned(tree)
        if isinstance(tree, str | int | Piece):
            return tree
        if isinstance(tree, Mapping):
            return self.mapping(tree, pointer)
        return [self.value(item, pointer) for item in tree]


def _label(field: FieldDraft) -> Words:
    label = field.tree.get("label")
    return label if isinstance(label, Words) else Words({"": field.name})


def _app(draft: Draft, languages: tuple[str, ...]) -> dict[str, Tree]:
    made: dict[str, Tree] = {"app": draft.name, "format": 1, "version": Piece("0.1.0", inline="0.1.0"), "label": draft.label}
    if draft.requires:
        made["requires"] = {"apps": dict(draft.requires)}
    made["languages"] = list(languages)
    return made


def _entity(entity: EntityDraft) -> dict[str, Tree]:
    made: dict[str, Tree] = {"entity": entity.name, "label": entity.label, **entity.keys}
    made["fields"] = {field.name: field.tree for field in entity.fields.values()}
    if entity.rows:
        made["rows"] = {
            row.name: {**({"label": row.label} if row.label else {}), "fields": {f.name: f.tree for f in row.fields.values()}}
            for row in entity.rows.values()
        }
    if entity.rules:
        made["rules"] = {name: tree for name, (tree, _) in entity.rules.items()}
    return made


def _origins(entity: EntityDraft) -> Iterator[tuple[Pointer, Position]]:
    yield (), entity.position
    for field in entity.fields.values():
        yield ("fields", field.name), field.position
    for row in entity.rows.values():
        yield ("rows", row.name), row.position
        for field in row.fields.values():
            yield ("rows", row.name, "fields", field.name), field.position
    for name, (_, position) in entity.rules.items():
        yield ("rules", name), position


def _form(entity: EntityDraft, form: str) -> dict[str, Tree]:
    layout = entity.layout or _default_layout(entity)
    return {"form": form, "entity": entity.name, "label": entity.label, "layout": layout}


def _default_layout(entity: EntityDraft) -> list[dict[str, Tree]]:
    names = [item_of(field) for field in entity.fields.values()]
    if len(names) <= _SECTION_FIELDS + 10:
        return [section("main", entity.label, names, columns=2)]
    parts = [names[at : at + _SECTION_FIELDS] for at in range(0, len(names), _SECTION_FIELDS)]
    labels = [both(f"Part {n}", f"第 {n} 部分") for n in range(1, len(parts) + 1)]
    return [section(f"part_{n}", label, part, columns=2) for n, (label, part) in enumerate(zip(labels, parts, strict=True), 1)]


def item_of(field: FieldDraft) -> Tree:
    """How a field stands on a form."""
    return {"rows": field.name} if field.type == "rows" else field.name


def _list(entity: EntityDraft, form: str) -> dict[str, Tree]:
    shown = [field.name for field in entity.fields.values() if _is_listed(field)]
    columns = list(entity.list_keys.get("columns") or shown[:_LIST_COLUMNS] or ["created_at"])  # type: ignore[arg-type]
    made: dict[str, Tree] = {"list": f"{entity.name}_list", "entity": entity.name, "label": entity.label, "columns": columns}
    searched = [f.name for f in entity.fields.values() if f.type == "text" and f.name in columns and "class" not in f.tree]
    if searched and "external" not in entity.keys:
        made["search"] = searched[:_SEARCHED]
    made.update({key: value for key, value in entity.list_keys.items() if key != "columns"})
    if "read_only" not in entity.keys:
        made["open_with"] = form
    return made


def _is_listed(field: FieldDraft) -> bool:
    longest = field.tree.get("max")
    is_long = field.type == "text" and ("lines" in field.tree or (isinstance(longest, int) and longest > _LONG_TEXT))
    return field.type not in _NOT_LISTED and not is_long and field.tree.get("mask") != "hidden"


def _roles(draft: Draft, there: frozenset[str] | None) -> dict[str, Tree]:
    """The roles of the source; where there are none at all, one proposal."""
    roles: dict[str, Tree] = dict(draft.roles)
    granted = {name for role in draft.roles.values() for name in _keys(role.get("access"))} | (there or frozenset())
    left = [entity for entity in draft.entities.values() if entity.name not in granted]
    if not left or not draft.entities:
        return roles
    position = start_of(next(iter(draft.entities.values())).position.span.file.partition("#")[0])
    if there is not None:
        names = ", ".join(entity.name for entity in left)
        message = Sentence(f"No role may see {names} yet.", f"目前没有角色可以查看 {names}。")
        hint = Sentence("Add access in roles.yaml.", "请在 roles.yaml 中授权。")
    else:
        name = proposed_name("editor", roles, fallback="role", field=False)
        access: dict[str, Tree] = {entity.name: _proposed_access(entity) for entity in left}
        roles[name] = {"label": both("Editor", "录入员"), "access": access}
        message = Sentence(
            f"The role {name!r} may see and change everything; personal data is masked.",
            f"已建议角色“{name}”：可查看、新建和修改全部记录，个人信息脱敏显示。",
        )
        hint = Sentence("Decide in roles.yaml who may see what.", "请在 roles.yaml 中决定谁能看到什么。")
    draft.report.add(ACCESS_PROPOSED, position, message, hint)
    return roles


def _proposed_access(entity: EntityDraft) -> Tree:
    return {"read": True} if "read_only" in entity.keys else {"create": True, "read": True, "update": True}


def _keys(tree: Tree | None) -> Sequence[str]:
    return list(tree) if isinstance(tree, Mapping) else ()
