"""The OpenAPI 3.1 document of an app for one audience: the paths of docs/rest.md and the fields that a person may know of."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl.model import Entity
from runtime.compile.app import CompiledApp
from runtime.compile.openapi_bulk import bulk_answer, bulk_body
from runtime.compile.openapi_merges import merging_paths
from runtime.compile.openapi_parts import IDEMPOTENCY, IF_MATCH, JSON, answer, operation, parameter, refusals
from runtime.compile.openapi_records import INSTANT, record_property, record_schemas
from runtime.compile.screens.view import EntityView, View

_LANGUAGE = "en"


def draw_openapi(compiled: CompiledApp, view: View) -> dict[str, object]:
    """The document; entities, fields and verbs that the audience may not use are absent."""
    app = compiled.app
    seen = {name: found for name in compiled.entities if (found := view(f"{app.name}.{name}"))}
    paths: dict[str, object] = {}
    schemas: dict[str, object] = {"Problem": _problem()}
    for name, found in seen.items():
        entity = compiled.entities[name].entity
        schemas |= record_schemas(compiled, entity, found, view)
        paths |= _paths(compiled, entity, found)
    reports = [each for each in app.reports.values() if each.entity in seen and seen[each.entity].reads]
    for report in reports:
        operation = {
            "operationId": f"report_{report.name}",
            "summary": report.label.get(_LANGUAGE, report.name),
            "tags": ["reports"],
            "responses": {
                "200": answer("The figures, under the reader's own rows.", {"type": "object"}),
                **refusals("400", "401", "403", "404", "429"),
            },
        }
        paths[f"/api/{app.name}/reports/{report.name}"] = {"get": operation}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": app.label.get(_LANGUAGE, app.name),
            "version": app.version,
            "description": f"Release {compiled.release}. Only what the caller may see and do is listed.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "qiqiao_session"},
            },
        },
    }


def _paths(compiled: CompiledApp, entity: Entity, seen: EntityView) -> dict[str, object]:
    base = f"/api/{compiled.app.name}/{entity.name}"
    record = {"$ref": f"#/components/schemas/{entity.name}"}
    body = {"required": True, "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{entity.name}_input"}}}}
    label = entity.label.get(_LANGUAGE, entity.name)
    has_workflow = any(each.entity == entity.name for each in compiled.app.workflows.values())
    many: dict[str, object] = {}
    one: dict[str, object] = {"parameters": [parameter("id", "path", {"type": "string"}, required=True)]}
    paths: dict[str, object] = {}
    if seen.reads:
        page = {
            "type": "object",
            "required": ["items", "next", "count"],
            "properties": {
                "items": {"type": "array", "items": record},
                "next": {"type": ["string", "null"]},
                "count": {"type": ["integer", "null"]},
                "count_is": {"enum": ["exact", "estimate", "at_least"], "description": "Beside an estimate."},
            },
        }
        found = {"200": answer("One page; figures where group or measures are asked for.", {"anyOf": [page, _FIGURES]})}
        many["get"] = operation(f"list_{entity.name}", f"List: {label}", entity.name, found, _FIND_PARAMETERS)
        got_one = {"200": answer("The record.", record)}
        one["get"] = operation(f"get_{entity.name}", f"Get: {label}", entity.name, got_one, _GET_PARAMETERS)
        if entity.audit != "none":
            paths[f"{base}/changes"] = {"get": _feed(entity.name, label, record)}
        for part, meaning in (("history", "what happened to the record"), ("process", "its approval")):
            got = operation(
                f"{part}_{entity.name}", f"{label}: {meaning}", entity.name, {"200": answer(meaning, {"type": "object"})}
            )
            paths[f"{base}/{{id}}/{part}"] = {"parameters": one["parameters"], "get": got}
        if seen.reveals:
            paths[f"{base}/{{id}}/reveal"] = {"parameters": one["parameters"], "post": _reveal(entity, label, seen)}
    if seen.create:
        parameters = [
            IDEMPOTENCY,
            *([parameter("submit", "query", {"type": "boolean", "default": True})] if has_workflow else []),
        ]
        many["post"] = {
            **operation(
                f"create_{entity.name}", f"Create: {label}", entity.name, {"201": answer("Created.", record)}, parameters
            ),
            "requestBody": body,
        }
        if has_workflow:
            submit = operation(
                f"submit_{entity.name}", f"Submit: {label}", entity.name, {"200": answer("Submitted.", record)}, [IDEMPOTENCY]
            )
            paths[f"{base}/{{id}}/submit"] = {"parameters": one["parameters"], "post": submit}
    if seen.update:
        changed = operation(
            f"change_{entity.name}", f"Change: {label}", entity.name, {"200": answer("Changed.", record)}, [IF_MATCH]
        )
        schema = {"$ref": f"#/components/schemas/{entity.name}_change"}
        one["patch"] = {**changed, "requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}
    if seen.delete:
        one["delete"] = operation(
            f"delete_{entity.name}", f"Delete: {label}", entity.name, {"204": {"description": "Deleted."}}, [IF_MATCH]
        )
        restored = operation(
            f"restore_{entity.name}", f"Restore: {label}", entity.name, {"200": answer("Restored.", record)}, [IF_MATCH]
        )
        paths[f"{base}/{{id}}/restore"] = {"parameters": one["parameters"], "post": restored}
    if seen.reads:
        paths |= merging_paths(entity, label, seen, f"{base}/{{id}}", record)
    if seen.create or seen.update or seen.delete:
        done = {"200": answer("A result for each item.", bulk_answer())}
        written = operation(f"bulk_{entity.name}", f"Many at once: {label}", entity.name, done, [IDEMPOTENCY])
        items = {JSON: {"schema": bulk_body(entity.name, seen, has_workflow=has_workflow)}}
        paths[f"{base}/bulk"] = {"post": {**written, "requestBody": {"required": True, "content": items}}}
    if many:
        paths[base] = many
    if len(one) > 1:
        paths[f"{base}/{{id}}"] = one
    return paths


def _feed(name: str, label: str, record: Mapping[str, object]) -> dict[str, object]:
    item = {
        "type": "object",
        "required": ["kind", "id", "at", "record"],
        "properties": {
            "kind": {"enum": ["saved", "deleted"]},
            "id": {"type": "string"},
            "at": INSTANT,
            "record": {"anyOf": [dict(record), {"type": "null"}]},
        },
    }
    page = {
        "type": "object",
        "required": ["items", "next", "more"],
        "properties": {"items": {"type": "array", "items": item}, "next": {"type": "string"}, "more": {"type": "boolean"}},
    }
    parameters = [found for found in _LIST_PARAMETERS if found["name"] in {"limit", "cursor", "select", "titles"}]
    return operation(
        f"changes_{name}", f"Changes: {label}", name, {"200": answer("What was saved and deleted.", page)}, parameters
    )


def _reveal(entity: Entity, label: str, seen: EntityView) -> dict[str, object]:
    wanted = {
        "type": "object",
        "additionalProperties": False,
        "required": ["fields", "reason"],
        "properties": {
            "fields": {"type": "array", "minItems": 1, "maxItems": 20, "items": {"enum": sorted(seen.reveals)}},
            "reason": {"type": "string", "minLength": 4, "maxLength": 200},
        },
    }
    columns = sorted({path.partition(".")[0] for path in seen.reveals})
    values = {name: record_property(entity, entity.fields[name], seen, "", clear=seen.reveals) for name in columns}
    revealed = {
        "type": "object",
        "required": ["id", "version", "values", "left"],
        "properties": {
            "id": {"type": "string"},
            "version": {"type": "integer"},
            "values": {"type": "object", "properties": values},
            "left": {"type": "integer", "description": "Of how many more records the caller may reveal fields today."},
        },
    }
    found = {"200": answer("The values in clear; the look stands in the audit trail.", revealed)}
    body = {"required": True, "content": {JSON: {"schema": wanted}}}
    return {**operation(f"reveal_{entity.name}", f"Reveal masked fields: {label}", entity.name, found), "requestBody": body}


def _problem() -> dict[str, object]:
    fault = {
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            "pointer": {"type": "string"},
            "parameter": {"type": "string"},
            "code": {"type": "string"},
            "message": {"type": "string"},
        },
    }
    texts = {name: {"type": "string"} for name in ("type", "title", "detail", "code", "request_id")}
    properties: dict[str, object] = {**texts, "status": {"type": "integer"}, "errors": {"type": "array", "items": fault}}
    return {"type": "object", "required": ["type", "title", "status", "code"], "properties": properties}


_READ_PARAMETERS = [
    parameter("select", "query", {"type": "string"}),
    parameter("titles", "query", {"type": "boolean", "default": False}),
    parameter(
        "expand",
        "query",
        {"type": "string", "description": "References with commas between, at most 5: their records come as _expanded."},
    ),
]
_GET_PARAMETERS = [
    *_READ_PARAMETERS,
    parameter("as_at", "query", {"type": "string", "description": "A day or an instant: the record as it was then."}),
]
_FIGURES: dict[str, object] = {
    "type": "object",
    "required": ["as_of", "columns", "rows", "_titles", "count"],
    "properties": {
        "as_of": INSTANT,
        "columns": {"type": "array", "items": {"type": "object"}},
        "rows": {"type": "array", "items": {"type": "object"}},
        "_titles": {"type": "object"},
        "count": {"type": "integer", "description": "How many groups there are in all."},
    },
}
_LIST_PARAMETERS = [
    parameter("where", "query", {"type": "string", "description": "A filter in the expression language."}),
    parameter("order", "query", {"type": "string", "description": "Names by commas, - before a falling one."}),
    parameter("search", "query", {"type": "string"}),
    parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
    parameter("cursor", "query", {"type": "string"}),
    parameter("deleted", "query", {"type": "boolean", "default": False, "description": "The deleted records."}),
    parameter("count", "query", {"type": "string", "enum": ["none", "exact", "estimate"], "default": "none"}),
    *_READ_PARAMETERS,
]
_FIND_PARAMETERS = [
    *_LIST_PARAMETERS,
    parameter("segment", "query", {"type": "string", "description": "Only the members of this segment."}),
    parameter("group", "query", {"type": "string", "description": "Expressions with commas between: figures by these groups."}),
    parameter(
        "measures", "query", {"type": "string", "description": "count, sum(x), avg(x), min(x), max(x), count_if(c) of groups."}
    ),
]
