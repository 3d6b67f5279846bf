"""JSON Schema and OpenAPI documents to a draft."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import NOTHING, SKIPPED_PART, TOO_LARGE
from forms_dsl.importers.documents import Node, read_source
from forms_dsl.importers.draft import Draft, EntityDraft
from forms_dsl.importers.report import Report, joined, refused, start_of
from forms_dsl.importers.schemas.objects import Objects, label_of
from forms_dsl.importers.schemas.operations import add_binding
from forms_dsl.importers.schemas.resolving import Resolver
from forms_dsl.importers.words import ANY, Words, cleaned, cut, humanised
from forms_dsl.source import Document, escape_pointer

_ENTITIES = 40
_METHODS = ("get", "post", "put", "patch", "delete")


def import_json_schema(file: str, data: bytes, app: str, only: tuple[str, ...] = ()) -> Draft:
    """The draft of a JSON Schema: its root object, or the object schemas among its definitions."""
    report = Report()
    document = read_source(file, data, report, yaml=True)
    root = Node(document, (), document.data)
    resolver = Resolver(document, report)
    named = dict(_definitions(document))
    schema = resolver.schema(root)
    chosen: dict[str, Node] = {}
    if schema.properties and not only:
        chosen["#"] = root
    elif schema.types == ["array"]:
        items = Node(document, (), schema.keys).node("items")
        reference = items.text("$ref")
        chosen[reference or "#/items"] = named.get(reference, items)
    else:
        chosen = {reference: node for reference, node in named.items() if _is_asked(reference, only)}
    stem = root.text("title") or file.partition(".")[0]
    if not only:
        _say_unused({reference: node for reference, node in named.items() if reference not in chosen}, document, report)
    return _draft(Draft(app, _words(stem), report), resolver, chosen, stem, root)


def import_openapi(file: str, data: bytes, app: str, only: tuple[str, ...] = ()) -> Draft:
    """The draft of an OpenAPI document: the schemas of its bodies, or those named in `only`, and a binding."""
    report = Report()
    document = read_source(file, data, report, yaml=True)
    root = Node(document, (), document.data)
    if not root.text("openapi") and not root.text("swagger"):
        message = Sentence("The document is no OpenAPI: it has no key openapi.", "该文档不是 OpenAPI：没有 openapi 键。")
        raise refused(NOTHING, start_of(file), message)
    resolver = Resolver(document, report)
    named = dict(_definitions(document))
    chosen = (
        {reference: named[reference] for reference in named if _is_asked(reference, only)}
        if only
        else _bodies(root, resolver, named)
    )
    info = root.node("info")
    if not only:
        _say_unused(named, document, report)
    draft = Draft(app, _words(info.text("title") or humanised(app)), report)
    made = _draft(draft, resolver, chosen, "entity", root)
    add_binding(made, root, resolver)
    return made


def _draft(draft: Draft, resolver: Resolver, chosen: dict[str, Node], stem: str, root: Node) -> Draft:
    schemas = {reference: resolver.schema(node) for reference, node in chosen.items()}
    objects = {reference: schema for reference, schema in schemas.items() if schema.properties}
    left = [_name(reference, stem) for reference in schemas if reference not in objects]
    if left:
        message = Sentence(f"No objects, therefore no entities: {joined(left)}.", f"不是对象，未作为实体：{joined(left)}。")
        draft.report.add(SKIPPED_PART, root.at(), message)
    if len(objects) > _ENTITIES:
        names = joined((_name(reference, stem) for reference in objects), 20)
        message = Sentence(
            f"{len(objects)} object schemas are too many at once: {names}", f"一次导入 {len(objects)} 个对象过多：{names}"
        )
        hint = Sentence("Choose some: --only Customer,Account", "请选择：--only Customer,Account")
        draft.report.add(TOO_LARGE, root.at(), message, hint)
        objects = {}
    entities: dict[str, EntityDraft] = {}
    for reference, schema in objects.items():
        name = _name(reference, stem)
        entities[reference] = draft.entity(name, label_of(schema, name, draft), schema.node.at())
    builder = Objects(draft, resolver, entities)
    for reference, entity in entities.items():
        builder.fill(entity, objects[reference], reference)
    builder.say_skipped(root)
    return draft


def _definitions(document: Document) -> Iterator[tuple[str, Node]]:
    """Every named schema by its reference."""
    root = Node(document, (), document.data)
    for path in (("$defs",), ("definitions",), ("components", "schemas")):
        holder = root
        for part in path:
            holder = holder.node(part)
        for name in holder.data:
            yield f"#/{'/'.join(path)}/{escape_pointer(name)}", holder.node(name)


def _say_unused(named: dict[str, Node], document: Document, report: Report) -> None:
    """A finding at each definition that nothing in the document refers to."""
    used: set[str] = set()
    waiting: list[object] = [document.data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            used.add(str(value.get("$ref")))
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    for reference, node in named.items():
        if reference not in used:
            name = reference.rpartition("/")[2]
            message = Sentence(f"Nothing refers to {name!r}: not imported.", f"“{name}”未被引用，未导入。")
            report.add(
                SKIPPED_PART, node.at(), message, Sentence(f"Import it with --only {name}", f"如需导入，请用 --only {name}")
            )


def _bodies(root: Node, resolver: Resolver, named: dict[str, Node]) -> dict[str, Node]:
    """The object schemas that requests and answers carry, themselves or in a list."""
    found: dict[str, Node] = {}
    for path in root.node("paths").data:
        item = root.node("paths").node(path)
        for method in _METHODS:
            operation = item.node(method)
            holders = [_followed(operation.node("requestBody"), resolver)]
            holders += [
                _followed(operation.node("responses").node(c), resolver) for c in operation.node("responses").data if c[:1] == "2"
            ]
            for holder in holders:
                for schema in (
                    holder.node("schema"),
                    *(holder.node("content").node(m).node("schema") for m in holder.node("content").data),
                ):
                    for reference in _references(schema, resolver):
                        if reference in named:
                            found.setdefault(reference, named[reference])
    return found


def _followed(node: Node, resolver: Resolver) -> Node:
    target = resolver.target(node.text("$ref")) if node.text("$ref") else None
    return target or node


def _references(schema: Node, resolver: Resolver) -> Iterator[str]:
    for node in (schema, schema.node("items")):
        if node.text("$ref"):
            yield node.text("$ref")


def _is_asked(reference: str, only: tuple[str, ...]) -> bool:
    return not only or reference.rpartition("/")[2].lower() in {name.lower() for name in only}


def _name(reference: str, stem: str) -> str:
    name = reference.rpartition("/")[2]
    return stem if name in ("#", "items", "") else name


def _words(text: str) -> Words:
    return Words({ANY: cut(cleaned(text), 120) or "App"})
