"""Operations of an OpenAPI document as a binding with the contract of each, to be completed by a connector definition."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import APPROXIMATED, OPEN_QUESTION
from forms_dsl.importers.documents import Node
from forms_dsl.importers.draft import Draft, Tree
from forms_dsl.importers.naming import proposed_codes, proposed_name
from forms_dsl.importers.report import Report
from forms_dsl.importers.schemas.connector import Wire, skeleton
from forms_dsl.importers.schemas.resolving import Resolver, Schema
from forms_dsl.importers.schemas.scalars import Scalars
from forms_dsl.importers.words import ANY, cleaned, cut, humanised
from forms_dsl.names import name_fault

_OPERATIONS = 200
_VALUES = 60
_CONTRACT = frozenset({"text", "integer", "decimal", "money", "boolean", "date", "datetime"})
_METHODS = ("get", "post", "put", "patch", "delete")


def add_binding(draft: Draft, root: Node, resolver: Resolver) -> None:
    """A binding with one operation for each of the document, as far as its values are single ones."""
    quiet = Report()  # what a contract leaves out is said once, below
    scalars = Scalars(quiet)
    title = root.node("info").text("title") or "service"
    binding = proposed_name(title, draft.bindings, fallback="service", field=False)[:30].strip("_")
    operations: dict[str, Tree] = {}
    wires: list[Wire] = []
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
            query, body = _parameters(item, operation, resolver, scalars), _Values()
            body.add_properties(resolver, scalars, _body(operation.node("requestBody"), resolver), query.types)
            given = {**query.types, **body.types}
            if given:
                made["in"] = given
            answer = _Values()
            answer.add_properties(resolver, scalars, _body(_answer(operation), resolver), {})
            if answer.types:
                made["out"] = answer.types
            operations[name] = made
            kinds = {one: _kind(kind) for one, kind in given.items()}
            results = {one: (theirs, _kind(answer.types[one])) for one, theirs in answer.names.items()}
            wires.append(Wire(name, method, path, kinds, query.names, body.names, results))
    if not operations:
        return
    label = draft.words({ANY: humanised(title)}, root.at("info"), fallback=binding)
    draft.bindings[binding] = {"label": label, "connector": binding, "version": ">=1.0 <2", "operations": operations}
    draft.extra[f"data/{binding}.connector.yaml"] = skeleton(binding, cut(cleaned(title), 60), wires)
    commands = sum(isinstance(one, dict) and one.get("kind") == "command" for one in operations.values())
    message = Sentence(
        f"The binding {binding!r} holds contracts of {len(operations)} operations ({commands} of them commands); {left} are left out.",
        f"绑定“{binding}”包含 {len(operations)} 个操作的契约（其中 {commands} 个为命令）；另有 {left} 个未导入。",
    )
    hint = Sentence(
        f"data/{binding}.connector.yaml is the skeleton of a connector definition; errors, idempotency and inquiries are yours to say.",
        f"data/{binding}.connector.yaml 是连接器定义的骨架；错误码、幂等与查证需由人补充。",
    )
    draft.report.add(OPEN_QUESTION, root.at("paths"), message, hint)
    message = Sentence(
        "Contracts name single values only; lists and objects of requests and answers belong to the connector definition's mapping.",
        "契约只列出单值；请求与应答中的列表和对象由连接器定义映射。",
    )
    draft.report.add(APPROXIMATED, root.at("paths"), message)


@dataclass(slots=True)
class _Values:
    """Single values of a request or answer: types by our names, and their names by ours."""

    types: dict[str, Tree] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def add(self, text: str, schema: Schema, scalars: Scalars, taken: Container[str] = ()) -> None:
        """One value; its name is free among ours and `taken`."""
        name = proposed_name(
            text, {*self.types, *(taken if isinstance(taken, dict) else ())}, fallback="value", field=False, reserved=False
        )
        if len(self.types) >= _VALUES or name_fault(name, reserved=False):
            return
        tree = scalars.field(schema, text)
        choices, kind = tree.get("choices"), str(tree["type"])
        self.names[name] = text
        if isinstance(choices, dict):
            self.types[name] = list(proposed_codes(str(code) for code in choices))
        else:
            self.types[name] = kind if kind in _CONTRACT else "text"

    def add_properties(self, resolver: Resolver, scalars: Scalars, schema: Schema | None, taken: Container[str]) -> None:
        """The properties of an object that are single values."""
        for name, node in schema.properties.items() if schema else ():
            inner = resolver.schema(node)
            if not {"object", "array"} & set(inner.types) and not inner.properties:
                self.add(name, inner, scalars, taken)


def _kind(type: Tree) -> str:
    """The type of a connector definition for one of a contract."""
    return {"money": "decimal"}.get(type, type) if isinstance(type, str) else "text"


def _parameters(item: Node, operation: Node, resolver: Resolver, scalars: Scalars) -> _Values:
    found = _Values()
    for holder in (item, operation):
        for parameter in holder.nodes("parameters"):
            target = resolver.target(parameter.text("$ref")) if parameter.text("$ref") else parameter
            if target is None or target.text("in") not in ("path", "query") or target.text("name") in found.names.values():
                continue
            schema = resolver.schema(target.node("schema") if target.has("schema") else target)
            found.add(target.text("name"), schema, scalars)
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
