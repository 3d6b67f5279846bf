"""What an OpenAPI document says of merging records: a look before, the act, what was merged, and undoing it."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl.model import Entity
from runtime.compile.openapi_parts import IDEMPOTENCY, IF_MATCH, JSON, answer, operation, parameter
from runtime.compile.openapi_records import INSTANT
from runtime.compile.screens.view import EntityView

_ID: dict[str, object] = {"type": "string"}
_VERSION: dict[str, object] = {"type": "integer"}
_REASON: dict[str, object] = {"type": "string", "minLength": 1, "maxLength": 400}
_COUNT: dict[str, object] = {"type": "integer"}
#: Records that go into one at once.
MOST_MERGED = 9


def merging_paths(entity: Entity, label: str, seen: EntityView, base: str, record: Mapping[str, object]) -> dict[str, object]:
    """The merges into a record, for whoever reads it; the acts for whoever merges."""
    name, parameters = entity.name, [parameter("id", "path", {"type": "string"}, required=True)]
    listed = operation(f"merges_{name}", f"What was merged into it: {label}", name, {"200": answer("Merges.", _merges_answer())})
    paths: dict[str, object] = {f"{base}/merges": {"parameters": parameters, "get": listed}}
    if not seen.merges:
        return paths

    def act(
        id: str, summary: str, said: Mapping[str, object], body: Mapping[str, object], more: list[dict[str, object]]
    ) -> object:
        found = operation(f"{id}_{name}", f"{summary}: {label}", name, {"200": answer(summary, said)}, more)
        return {**found, "requestBody": {"required": True, "content": {JSON: {"schema": body}}}}

    looked = act("preview_merge", "What a merge would do", _preview_answer(record), _preview_body(entity, seen), [])
    merged = act("merge", "Merge others into it", _merge_answer(), _merge_body(entity, seen), [IF_MATCH, IDEMPOTENCY])
    undone = act("unmerge", "Undo a merge", _unmerge_answer(), _unmerge_body(), [IF_MATCH, IDEMPOTENCY])
    merge = parameter("merge", "path", {"type": "string"}, required=True)
    paths[f"{base}/merge/preview"] = {"parameters": parameters, "post": looked}
    paths[f"{base}/merge"] = {"parameters": parameters, "post": merged}
    paths[f"{base}/merges/{{merge}}/unmerge"] = {"parameters": [*parameters, merge], "post": undone}
    return paths


def _preview_body(entity: Entity, seen: EntityView) -> dict[str, object]:
    """The body of a look at what a merge would do."""
    return _object({"merged": _list(_ID), "choose": _choose(entity, seen)}, "merged")


def _preview_answer(record: Mapping[str, object]) -> dict[str, object]:
    """The records side by side, whose value is kept of each field and whose could be, what moves, and what refuses the merge."""
    shown = _object({"id": _ID, "version": _VERSION, "title": _ID, "record": dict(record)}, "id", "version", "title", "record")
    field = _object({"name": _ID, "source": _ID, "choices": {"type": "array", "items": _ID}}, "name", "source", "choices")
    move = _object({"app": _ID, "entity": _ID, "label": {"type": "object"}, "records": _COUNT}, "app", "entity", "records")
    refusal = _object({"code": _ID, "message": _ID, "pointer": {"type": ["string", "null"]}}, "code", "message")
    hidden = {"type": "boolean", "description": "Whether records that are not the caller's to see refer to them too."}
    properties: dict[str, object] = {
        "survivor": _ID,
        "records": {"type": "array", "items": shown},
        "fields": {"type": "array", "items": field},
        "moves": {"type": "array", "items": move},
        "hidden": hidden,
        "refusals": {"type": "array", "items": refusal},
    }
    return _object(properties, *properties)


def _merge_body(entity: Entity, seen: EntityView) -> dict[str, object]:
    """The body of a merge into the record of the address."""
    one = {**_object({"id": _ID, "version": _VERSION}, "id", "version"), "additionalProperties": False}
    return _object({"merged": _list(one), "choose": _choose(entity, seen), "reason": _REASON}, "merged", "reason")


def _merge_answer() -> dict[str, object]:
    """What was merged."""
    properties: dict[str, object] = {"id": _ID, "survivor": _ID, "version": _VERSION, "moved": _COUNT}
    return _object(properties, *properties)


def _merges_answer() -> dict[str, object]:
    """The merges into a record."""
    named = {"anyOf": [_object({"id": _ID, "title": _ID}, "id", "title"), {"type": "null"}]}
    undone = _object({"reason": _ID, "by": _ID, "at": INSTANT, "stayed": _stayed()}, "reason", "by", "at", "stayed")
    properties: dict[str, object] = {
        "id": _ID,
        "state": {"enum": ["merged", "unmerged"]},
        "reason": _ID,
        "by": _ID,
        "at": INSTANT,
        "merged": {"type": "array", "items": named},
        "fields": {"type": "array", "items": _ID},
        "references": _COUNT,
        "undone": {"anyOf": [undone, {"type": "null"}]},
    }
    return _object({"items": {"type": "array", "items": _object(properties, *properties)}}, "items")


def _unmerge_body() -> dict[str, object]:
    """The body of an undoing."""
    return {**_object({"reason": _REASON}, "reason"), "additionalProperties": False}


def _unmerge_answer() -> dict[str, object]:
    """What came back, and what stayed since it was changed meanwhile."""
    properties: dict[str, object] = {
        "id": _ID,
        "survivor": _ID,
        "version": _VERSION,
        "restored": {"type": "array", "items": _ID},
        "stayed": _stayed(),
    }
    return _object(properties, *properties)


def _stayed() -> dict[str, object]:
    return _object({"fields": {"type": "array", "items": _ID}, "references": _COUNT}, "fields", "references")


def _choose(entity: Entity, seen: EntityView) -> dict[str, object]:
    said = 'Whose value is kept: the id of one of the records, or "all" where a field holds several things.'
    names = [name for name in entity.fields if name in seen.shows]
    return {"type": "object", "description": said, "propertyNames": {"enum": names}, "additionalProperties": _ID}


def _list(item: Mapping[str, object]) -> dict[str, object]:
    return {"type": "array", "minItems": 1, "maxItems": MOST_MERGED, "items": dict(item)}


def _object(properties: Mapping[str, object], *required: str) -> dict[str, object]:
    return {"type": "object", "required": list(required), "properties": dict(properties)}
