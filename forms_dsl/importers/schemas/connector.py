"""The skeleton of a connector definition for the operations of an OpenAPI document; what a description cannot say is left to people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from forms_dsl.edit.printing import Piece, Value, print_pair
from forms_dsl.format.canonical import format_text

_PARAMETER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Wire:
    """One operation as it goes over the wire: our names by theirs for path, query, body and answer, with types."""

    name: str
    method: str
    path: str
    given: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, str]
    answer: Mapping[str, tuple[str, str]]


def skeleton(identifier: str, title: str, operations: list[Wire]) -> str:
    """The text of `connector.yaml`: connection, deadlines, the status codes that are the same everywhere, and the operations."""
    label: Value = {"zh": title, "en": title}
    made: dict[str, Value] = {
        "apiVersion": "connector/v1",
        "kind": "ConnectorDefinition",
        "metadata": {
            "id": identifier,
            "version": Piece("1.0.0", inline="1.0.0"),
            "label": label,
            "owner": "unassigned",
            "protocol": "http",
            "note": "Made from a description. Complete: authentication, error codes, idempotency and inquiries of commands, retries.",
        },
        "connection": {
            "type": "object",
            "required": ["base_url"],
            "properties": {"base_url": {"type": "string", "format": "uri", "label": {"zh": "地址", "en": "Address"}}},
        },
        "defaults": {"timeout": {"connect": "1s", "read": "5s", "total": "8s"}},
        "errors": {
            "rules": [
                {"when": {"status": 400}, "as": "VALIDATION"},
                {"when": {"status": 404}, "as": "NOT_FOUND"},
                {"when": {"status": 409}, "as": "CONFLICT"},
                {"when": {"status": 422}, "as": "BUSINESS_REJECT"},
            ]
        },
        "operations": {one.name: _operation(one) for one in operations},
    }
    text = "".join(print_pair(key, value, 0, "\n") for key, value in made.items())
    return format_text("connector.yaml", text, by_hand=False).text or text


def _operation(wire: Wire) -> dict[str, Value]:
    ours = {theirs: name for name, theirs in (*wire.query.items(), *wire.body.items())}
    title = wire.name.replace("_", " ").capitalize()
    made: dict[str, Value] = {"label": {"zh": title, "en": title}}
    if wire.method != "get":
        made["kind"] = "command"
    made["method"] = wire.method.upper()

    def put(match: re.Match[str]) -> str:
        name = next((name for name, theirs in wire.query.items() if theirs == match[1]), match[1])
        return f"{{{{ args.{name} }}}}"

    made["path"] = _PARAMETER.sub(put, wire.path)
    if wire.given:
        made["in"] = dict(wire.given)
    inside = set(_PARAMETER.findall(wire.path))
    query: dict[str, Value] = {
        theirs: f"{{{{ args.{ours[theirs]} }}}}" for theirs in wire.query.values() if theirs not in inside and theirs in ours
    }
    if query:
        made["query"] = query
    if wire.body:
        made["body"] = {"template": {theirs: f"{{{{ args.{name} }}}}" for name, theirs in wire.body.items()}}
    if wire.answer:
        made["result"] = {name: {"from": f"$.{theirs}", "type": kind} for name, (theirs, kind) in wire.answer.items()}
    return made
