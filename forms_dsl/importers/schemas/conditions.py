"""What an object schema says under conditions: dependent keys, and `if` with `then` and `else`."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import NOT_TRANSLATED
from forms_dsl.importers.documents import Node
from forms_dsl.importers.draft import EntityDraft
from forms_dsl.importers.naming import is_name_of
from forms_dsl.importers.report import Report
from forms_dsl.importers.schemas.resolving import Schema


def add_conditions(entity: EntityDraft, schema: Schema, report: Report) -> None:
    """`required_when` of names that depend on others or on constants; other conditions become notes."""
    for name, others in _dependent(schema):
        for other in others:
            _require(entity, other, f"not is_missing({_called(entity, name)})")
    for condition in schema.conditions:
        if not _requires_by_constants(entity, condition):
            keep_condition(entity, condition, report)


def keep_condition(entity: EntityDraft, condition: Node, report: Report, before: str = "") -> None:
    """A condition that is not carried out, as a note and a finding at its `if`."""
    message = Sentence("if / then / else is kept as a note.", "if / then / else 已转为备注。")
    report.add(NOT_TRANSLATED, condition.at("if"), message)
    parts = (f"{key}: {str(condition.node(key).data)[:400]}" for key in ("if", "then", "else") if condition.has(key))
    entity.note(before + "; ".join(parts))


def _dependent(schema: Schema) -> Iterator[tuple[str, list[str]]]:
    """Names with those that must be there when they are; `dependencies` is the older word."""
    for key in ("dependentRequired", "dependencies"):
        found = schema.keys.get(key)
        for name, others in found.items() if isinstance(found, dict) else ():
            if isinstance(others, list):
                yield str(name), [str(other) for other in others]


def _requires_by_constants(entity: EntityDraft, holder: Node) -> bool:
    """Carry out an `if` of constants whose `then` and `else` only require; False when it says more."""
    tests = []
    test = holder.node("if")
    for name, body in test.node("properties").data.items():
        constant = body.get("const") if isinstance(body, dict) else None
        field = entity.fields.get(_called(entity, name))
        if isinstance(constant, str) and field is not None:
            literal = constant if field.type in ("boolean", "integer", "decimal", "money") else f'"{constant}"'
            is_flag = field.type == "boolean"
            tests.append(
                f"{field.name} == {literal}" if not is_flag else field.name if constant == "true" else f"not {field.name}"
            )
    then, otherwise = holder.node("then"), holder.node("else")
    simple = tests and set(test.data) <= {"properties", "required"} and len(tests) == len(test.node("properties").data)
    if not simple or not set(then.data) <= {"required"} or not set(otherwise.data) <= {"required"}:
        return False
    condition = " and ".join(tests)
    for name in then.texts("required"):
        _require(entity, name, condition)
    for name in otherwise.texts("required"):
        _require(entity, name, f"not ({condition})")
    return True


def _require(entity: EntityDraft, name: str, condition: str) -> None:
    field = entity.fields.get(_called(entity, name))
    if field is not None and "required" not in field.tree and field.type not in ("rows", "boolean"):
        before = field.tree.get("required_when")
        field.tree["required_when"] = f"({before}) or {condition}" if before else condition


def _called(entity: EntityDraft, name: str) -> str:
    return next((field for field in entity.fields if is_name_of(field, name)), name)
