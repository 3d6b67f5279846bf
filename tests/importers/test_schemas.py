"""JSON Schema and OpenAPI: merged, flattened, with cycles and alternatives."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from connectors.read import read_connector
from tests.importers.sources import assert_clean, codes, entity, fields, found, imported


def schema(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"title": "Loan", "type": "object", "properties": properties, **more}


def field(value: dict[str, Any], name: str = "x", **more: Any) -> dict[str, Any]:
    """The field that a property becomes."""
    result = imported("jsonschema", "loan.json", schema({name: value}, **more))
    assert_clean(result)
    return next(iter(fields(result, "loan").values()))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"type": "string", "maxLength": 30}, {"type": "text", "max": 30}),
        ({"type": "string", "format": "date"}, {"type": "date"}),
        ({"type": "string", "format": "date-time"}, {"type": "datetime"}),
        ({"type": "string", "format": "email"}, {"type": "email"}),
        ({"type": "string", "pattern": "^[0-9]{4}$"}, {"type": "text", "pattern": "[0-9]{4}"}),
        ({"type": "string", "pattern": "[0-9]"}, {"type": "text", "pattern": ".*[0-9].*"}),
        ({"type": "integer", "minimum": 1, "maximum": 9}, {"type": "integer", "min": 1, "max": 9}),
        ({"type": "number", "multipleOf": 0.01}, {"type": "money"}),
        ({"type": "number", "multipleOf": 0.0001}, {"type": "decimal", "scale": 4}),
        ({"type": "boolean", "default": True}, {"type": "boolean", "default": True}),
        ({"type": ["string", "null"], "maxLength": 5}, {"type": "text", "max": 5}),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, {"type": "integer"}),
        ({"type": "array", "items": {"type": "string"}}, {"type": "rows", "of": "x"}),
        (
            {"type": "array", "items": {"enum": ["a", "b"]}},
            {"type": "multi_choice", "choices": {"a": {"label": "a"}, "b": {"label": "b"}}},
        ),
        ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "check": "x > 0", "message": "Must be > 0."}),
        (
            {"oneOf": [{"const": "a b", "title": "Ay"}, {"const": "c", "title": "See"}]},
            {"type": "choice", "choices": {"a_b": {"label": "Ay"}, "c": {"label": "See"}}},
        ),
    ],
)
def test_types(value: dict[str, Any], expected: dict[str, Any]) -> None:
    made = field(value)
    made.pop("label")
    assert made == expected


def test_int64_that_identifies_is_a_text() -> None:
    assert field({"type": "integer", "format": "int64"}, "accountId")["type"] == "text"
    assert field({"type": "integer", "format": "int64"}, "count")["type"] == "integer"


def test_all_of_nested_objects_rows_and_required() -> None:
    root = {
        "title": "Loan",
        "allOf": [{"$ref": "#/$defs/base"}, {"properties": {"amount": {"type": "number", "multipleOf": 0.01}}, "required": ["amount", "address"]}],
        "$defs": {
            "base": {"type": "object", "properties": {"no": {"type": "string", "description": "Its number"}, "address": {"$ref": "#/$defs/address"}, "lines": {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {"kind": {"type": "string"}}}}}},
            "address": {"type": "object", "title": "Address", "properties": {"city": {"type": "string"}, "zip": {"type": "string"}}, "required": ["city"]},
        },
    }  # fmt: skip
    result = imported("jsonschema", "loan.json", root)
    assert_clean(result)
    made = entity(result, "loan")
    assert list(made["fields"]) == ["no", "address_city", "address_zip", "lines", "amount"]
    assert made["fields"]["address_city"]["required"] is True and "required" not in made["fields"]["address_zip"]
    assert made["fields"]["no"]["help"] == "Its number"
    form = yaml.safe_load(result.files["forms/loan.edit.yaml"])
    assert [block["section"] for block in form["layout"]] == ["main", "address"]
    assert {"rows": "lines", "min": 1} in form["layout"][0]["items"]


def test_a_cycle_ends() -> None:
    node = {"type": "object", "properties": {"name": {"type": "string"}, "parent": {"$ref": "#/$defs/node"}}}
    result = imported("jsonschema", "tree.json", {"$defs": {"node": node}})
    assert_clean(result)
    assert fields(result, "node")["parent"] == {"type": "reference", "label": "Parent", "to": "node"}
    result = imported(
        "jsonschema", "x.json", schema({"a": {"$ref": "#/$defs/a"}}, **{"$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}})
    )
    assert_clean(result)


def test_conditions() -> None:
    more = {
        "dependentRequired": {"a": ["b"]},
        "if": {"properties": {"kind": {"const": "car"}}},
        "then": {"required": ["plate"]},
        "else": {"required": ["street"]},
    }
    names = {name: {"type": "string"} for name in ("a", "b", "kind", "plate", "street")}
    result = imported("jsonschema", "x.json", schema(names, **more))
    assert_clean(result)
    made = fields(result, "loan")
    assert made["b"]["required_when"] == "not is_missing(a)"
    assert made["plate"]["required_when"] == 'kind == "car"'
    assert made["street"]["required_when"] == 'not (kind == "car")'


def test_what_has_no_counterpart_is_a_note_with_its_place() -> None:
    result = imported("jsonschema", "x.json", schema({"x": {"type": "string", "not": {"const": "y"}, "pattern": "(?<=a)b"}}))
    assert_clean(result)
    made = fields(result, "loan")["x"]
    assert "not:" in made["note"] and "(?<=a)b" in made["note"]
    (finding,) = found(result, "I201")
    assert finding.pointer == ("properties", "x", "not") and finding.span.line == 7
    assert found(result, "I202")


def openapi() -> dict[str, Any]:
    customer = {
        "type": "object",
        "properties": {
            "id": {"type": "integer", "format": "int64"},
            "name": {"type": "string"},
            "accounts": {"type": "array", "items": {"$ref": "#/components/schemas/Account"}},
        },
    }
    account = {
        "type": "object",
        "properties": {"no": {"type": "string"}, "status": {"type": "string", "enum": ["open", "closed"]}},
    }
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Customer"}}}}
    return {
        "openapi": "3.0.3", "info": {"title": "Core", "version": "1"},
        "paths": {"/customers/{id}": {"get": {"operationId": "getCustomer", "parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}}], "responses": {"200": body}}, "post": {"operationId": "putCustomer", "requestBody": body, "responses": {"201": {}}}}},
        "components": {"schemas": {"Customer": customer, "Account": account}},
    }  # fmt: skip


@pytest.mark.parametrize("as_yaml", [False, True])
def test_open_api(as_yaml: bool) -> None:
    text = yaml.safe_dump(json.loads(json.dumps(openapi())), sort_keys=False) if as_yaml else json.dumps(openapi())
    result = imported("openapi", "core.yaml" if as_yaml else "core.json", text.encode())
    assert_clean(result)
    assert list(fields(result, "customer")) == ["customer_id", "name", "accounts"]
    operations = yaml.safe_load(result.files["bindings.yaml"])["bindings"]["core"]["operations"]
    assert operations["get_customer"]["in"] == {"id": "text"}
    assert operations["put_customer"]["kind"] == "command"
    assert operations["get_customer"]["out"] == {"id": "text", "name": "text"}
    skeleton = result.files["data/core.connector.yaml"]
    assert "path: /customers/{{ args.id }}" in skeleton.replace('"', "")
    assert yaml.safe_load(skeleton)["operations"]["get_customer"]["result"]["name"] == {"from": "$.name", "type": "text"}
    # All that is missing is what no description says: how a command is not done twice.
    assert {one.code for one in read_connector("connector.yaml", skeleton).diagnostics if one.severity == "error"} == {"C103"}


def test_only_the_schemas_that_are_asked_for() -> None:
    result = imported("openapi", "core.json", openapi(), only=("Account",))
    assert_clean(result)
    assert "entities/account.yaml" in result.files and "entities/customer.yaml" not in result.files


def test_a_foreign_address_is_not_opened() -> None:
    result = imported("jsonschema", "x.json", schema({"x": {"$ref": "https://example.com/x.json"}}))
    assert_clean(result)
    assert "I204" in codes(result)


@pytest.mark.parametrize(
    ("value", "note"),
    [
        ({"type": "integer", "maximum": 10**20}, f"maximum: {10**20}"),
        ({"type": "integer", "minimum": -(10**20)}, f"minimum: {-(10**20)}"),
        ({"type": "integer", "multipleOf": 5}, "multipleOf: 5"),
        ({"type": "number", "multipleOf": 0.05}, "multipleOf: 0.05"),
        ({"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 1, "maxItems": 2}, "minItems: 1; maxItems: 2"),
        ({"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1}, "minProperties: 1"),
        ({"type": "string", "format": "email", "pattern": ".*@bank", "maxLength": 40}, "pattern: .*@bank; maxLength: 40"),
        ({"type": "string", "deprecated": True}, "deprecated: true"),
        ({"type": "string", "examples": ["one"]}, "examples: ['one']"),
    ],
)
def test_no_key_of_a_field_is_lost(value: dict[str, Any], note: str) -> None:
    result = imported("jsonschema", "loan.json", schema({"x": value}))
    assert_clean(result)
    assert note in str(fields(result, "loan")["x"].get("note"))
    assert any(finding.pointer[:2] == ("properties", "x") for finding in found(result, "I201"))


def test_no_key_of_an_object_is_lost() -> None:
    inner = {"type": "object", "properties": {"a": {"type": "string"}}, "minProperties": 1, "additionalProperties": False}
    more = {"additionalProperties": True, "not": {"required": ["x"]}, "anyOf": [{"required": ["x"]}, {"required": ["y"]}]}
    result = imported("jsonschema", "loan.json", schema({"x": inner, "y": {"type": "string"}}, **more))
    assert_clean(result)
    note = entity(result, "loan")["note"]
    assert all(part in note for part in ("additionalProperties: true", "not: {", "anyOf: [", "x: minProperties: 1"))
    assert "false" not in note and len(found(result, "I201")) == 4


def test_no_key_of_a_listed_value_is_lost() -> None:
    values = {"type": "array", "items": {"type": "integer", "exclusiveMinimum": 0, "multipleOf": 5}}
    result = imported("jsonschema", "loan.json", schema({"x": values}))
    assert_clean(result)
    made = entity(result, "loan")["rows"]["x"]["fields"]["value"]
    assert made["check"] == "value > 0" and made["note"] == "multipleOf: 5"


def test_every_part_of_an_all_of_keeps_its_condition() -> None:
    """Two conditions in one `allOf` stay two: what can be said is said, the other is a note, and nothing is mixed."""
    schema = {
        "title": "T",
        "type": "object",
        "properties": {"state": {"enum": ["new", "done"]}, "a": {"type": "string"}, "b": {"type": "string"}, "n": {"type": "integer"}},
        "allOf": [
            {"if": {"properties": {"state": {"const": "done"}}, "required": ["state"]}, "then": {"required": ["a"]}, "else": {"required": ["b"]}},
            {"if": {"properties": {"n": {"minimum": 5}}}, "then": {"properties": {"a": {"minLength": 7}}}},
        ],
    }  # fmt: skip
    result = imported("jsonschema", "t.json", schema)
    made = entity(result, "t")

    assert ('state == "done"', 'not (state == "done")') == (
        made["fields"]["a"]["required_when"],
        made["fields"]["b"]["required_when"],
    )
    assert "minLength" in made["note"]
    assert "else" not in made["note"]
    assert [("allOf", 1, "if")] == [one.pointer for one in found(result, "I202")]
    assert_clean(result)


def test_what_an_all_of_says_twice_is_told() -> None:
    """The last of two values for one key holds, and a finding names both."""
    schema = {"type": "object", "properties": {"a": {"allOf": [{"type": "string", "maxLength": 5}], "maxLength": 9}}}
    result = imported("jsonschema", "t.json", schema)

    assert "9" == str(fields(result, "t")["a"]["max"])
    assert ["'maxLength' is said twice of the same thing (5, 9); the last holds."] == [
        one.message for one in found(result, "I203")
    ]


def test_a_requirement_inside_of_an_optional_object_is_told() -> None:
    """What is required only where the object around is given is no requirement of the record, but a note."""
    schema = {
        "type": "object",
        "properties": {"addr": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}},
    }
    result = imported("jsonschema", "t.json", schema)

    assert "required" not in fields(result, "t")["addr_city"]
    assert "addr: required: city" == entity(result, "t")["note"]
    assert [("properties", "addr", "properties", "city")] == [one.pointer for one in found(result, "I201")]


def test_older_dependencies_and_unused_definitions() -> None:
    """`dependencies` of names are `required_when`; a definition that nothing refers to is told at its place."""
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "dependencies": {"a": ["b"]},
        "definitions": {"left": {"type": "object", "properties": {"x": {"type": "string"}}}},
    }
    result = imported("jsonschema", "t.json", schema)

    assert "not is_missing(a)" == fields(result, "t")["b"]["required_when"]
    assert [("definitions", "left")] == [one.pointer for one in found(result, "I208")]
