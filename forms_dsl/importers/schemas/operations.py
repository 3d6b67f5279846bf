"""Operations of an OpenAPI document as a binding with the contract of each, to be completed by a connector definition."""

from __future__ import annotations

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import APPROXIMATED, OPEN_QUESTION
from forms_dsl.importers.documents import Node
from forms_dsl.importers.draft import Draft, Tree
from forms_dsl.importers.naming import proposed_codes, proposed_name
from forms_dsl.importers.report import Report
from forms_dsl.importers.schemas.resolving import Resolver, Schema
from forms_dsl.importers.schemas.scalars import Scalars
from forms_dsl.importers.words import ANY, humanised
from forms_dsl.names import name_fault

_OPERATIONS = 200
_VALUES = 60
_METHODS = ("get", "post", "put", "patch", "delete")


def add_binding(draft: Draft, root: Node, resolver: Resolver) -> None:
    """A binding with one operation for each of the document, as far as its values are single ones."""
    quiet = Report()  # what a contract leaves out is said once, below
    scalars = Scalars(quiet)
    title = root.node("info").text("title") or "service"
    binding = proposed_name(title, draft.bindings, fallback="service", field=False)[:30].strip("_")
    operations: dict[str, Tree] = {}
    left = 0
    for path in root.node("paths").data:
        item = root.node("paths").node(path)
        for method in _METHODS:
            operation = item.node(method)
            if not operation.data:
                continue
            if len(operations) >= _OPERATIONS:
                left += 1
                continue
            text = operation.text("operationId") or f"{method} {path}"
            name = proposed_name(text, operations, fallback="operation", field=False)
            made: dict[str, Tree] = {"operation": name, "note": f"{method.upper()} {path}"}
            if method != "get":
                made["kind"] = "command"
            given = _parameters(item, operation, resolver, scalars)
            given.update(_values(resolver, scalars, _body(operation.node("requestBody"), resolver)))
            if given:
                made["in"] = given
            answer = _values(resolver, scalars, _body(_answer(operation), resolver))
            if answer:
                made["out"] = answer
            operations[name] = made
    if not operations:
        return
    label = draft.words({ANY: humanised(title)}, root.at("info"), fallback=binding)
    draft.bindings[binding] = {"label": label, "connector": binding, "version": ">=1.0 <2", "operations": operations}
    commands = sum(isinstance(one, dict) and one.get("kind") == "command" for one in operations.values())
    message = Sentence(
        f"The binding {binding!r} holds contracts of {len(operations)} operations ({commands} of them commands); {left} are left out.",
        f"绑定“{binding}”包含 {len(operations)} 个操作的契约（其中 {commands} 个为命令）；另有 {left} 个未导入。",
    )
    hint = Sentence(
        "A connector definition has to say addresses, errors, idempotency and inquiries: a description alone cannot.",
        "地址、错误码、幂等与查证须在连接器定义中补充：仅凭接口描述无法得知。",
    )
    draft.report.add(OPEN_QUESTION, root.at("paths"), message, hint)
    message = Sentence(
        "Contracts name single values only; lists and objects of requests and answers belong to the connector definition's mapping.",
        "契约只列出单值；请求与应答中的列表和对象由连接器定义映射。",
    )
    draft.report.add(APPROXIMATED, root.at("paths"), message)


def _parameters(item: Node, operation: Node, resolver: Resolver, scalars: Scalars) -> dict[str, Tree]:
    found: dict[str, Tree] = {}
    for holder in (item, operation):
        for parameter in holder.nodes("parameters"):
            target = resolver.target(parameter.text("$ref")) if parameter.text("$ref") else parameter
            if target is None or target.text("in") not in ("path", "query"):
                continue
            schema = resolver.schema(target.node("schema") if target.has("schema") else target)
            _put(found, target.text("name"), schema, scalars)
    return found


def _answer(operation: Node) -> Node:
    answers = operation.node("responses")
    code = next((code for code in answers.data if code[:1] == "2"), "default")
    return answers.node(code)


def _body(node: Node, resolver: Resolver) -> Schema | None:
    target = resolver.target(node.text("$ref")) if node.text("$ref") else node
    if target is None:
        return None
    content = target.node("content")
    for media in content.data:
        if "json" in media or media == "*/*":
            return resolver.schema(content.node(media).node("schema"))
    return resolver.schema(target.node("schema")) if target.has("schema") else None


def _values(resolver: Resolver, scalars: Scalars, schema: Schema | None) -> dict[str, Tree]:
    found: dict[str, Tree] = {}
    for name, node in schema.properties.items() if schema else ():
        inner = resolver.schema(node)
        if not {"object", "array"} & set(inner.types) and not inner.properties:
            _put(found, name, inner, scalars)
    return found


def _put(found: dict[str, Tree], text: str, schema: Schema, scalars: Scalars) -> None:
    name = proposed_name(text, found, fallback="value", field=False, reserved=False)
    if len(found) >= _VALUES or name_fault(name, reserved=False):
        return
    tree = scalars.field(schema, text)
    choices = tree.get("choices")
    if isinstance(choices, dict):
        found[name] = list(proposed_codes(str(code) for code in choices))
    else:
        kind = str(tree["type"])
        found[name] = kind if kind in ("text", "integer", "decimal", "money", "boolean", "date", "datetime") else "text"
