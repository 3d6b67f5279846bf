"""What an OpenAPI document says of bulk writes: the items that the audience may send, and what becomes of each."""

from __future__ import annotations

from collections.abc import Iterator

from runtime.compile.screens.view import EntityView

#: Items of one request: they are one transaction, and on SQLite nobody else writes while it runs.
MOST_ITEMS = 1_000

_ID: dict[str, object] = {"type": "string"}
_VERSION: dict[str, object] = {"type": "integer", "description": "The version that this is based on."}


def bulk_body(name: str, seen: EntityView, *, has_workflow: bool) -> dict[str, object]:
    """The body of a bulk request to an entity."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["items"],
        "properties": {
            "items": {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST_ITEMS,
                "items": {"oneOf": list(_items(name, seen, has_workflow=has_workflow))},
            },
            "all_or_nothing": {"type": "boolean", "default": False, "description": "One refusal undoes all."},
        },
    }


def bulk_answer() -> dict[str, object]:
    """The answer: a result for each item in its order, and how many there are of each kind."""
    statuses = ["created", "changed", "unchanged", "deleted", "restored", "refused"]
    item = {
        "type": "object",
        "required": ["index", "status", "id", "version"],
        "properties": {
            "index": {"type": "integer"},
            "status": {"enum": statuses},
            "id": {"type": ["string", "null"]},
            "version": {"type": ["integer", "null"]},
            "problem": {"$ref": "#/components/schemas/Problem"},
        },
    }
    counts = {"type": "object", "additionalProperties": False, "properties": {one: {"type": "integer"} for one in statuses}}
    return {
        "type": "object",
        "required": ["items", "counts"],
        "properties": {"items": {"type": "array", "items": item}, "counts": counts},
    }


def _items(name: str, seen: EntityView, *, has_workflow: bool) -> Iterator[dict[str, object]]:
    if seen.create:
        submit: dict[str, object] = {"submit": {"type": "boolean", "default": True}} if has_workflow else {}
        yield _item("create", {"values": {"$ref": f"#/components/schemas/{name}_input"}}, submit)
    if seen.update:
        yield _item("change", {"id": _ID, "version": _VERSION, "values": {"$ref": f"#/components/schemas/{name}_change"}})
    if seen.delete:
        yield _item("delete", {"id": _ID, "version": _VERSION})
        yield _item("restore", {"id": _ID, "version": _VERSION})


def _item(action: str, needed: dict[str, object], optional: dict[str, object] | None = None) -> dict[str, object]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["action", *needed],
        "properties": {"action": {"const": action}, **needed, **(optional or {})},
    }
