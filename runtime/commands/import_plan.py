"""What the columns of a staged file become, under the rights of the person who brings it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms_dsl.model import Field
from runtime.commands.import_guess import fields_called, key_among, mapping_of
from runtime.commands.import_records import BrokenMapping
from runtime.commands.import_values import StepReader, compile_step
from runtime.compile.access import is_entered
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.context import Context
from runtime.failures import Fault, Invalid
from runtime.query.plans import AccessPlan
from runtime.records.access import possible_plan
from runtime.records.codes import NOT_WRITABLE


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """How rows are read, and by which field a record is found again; without one every row is a new record."""

    reader: StepReader
    fields: Mapping[str, Field]
    key: str | None


def plan_import(
    context: Context,
    compiled: CompiledApp,
    found: CompiledEntity,
    columns: tuple[str, ...],
    name: str,
    assigned: Mapping[str, str] = {},
) -> ImportPlan:
    """The plan of a file with these columns, some of them `assigned` to fields that are called otherwise; raises Invalid for columns that are no fields, or none that this person enters."""
    entity = found.entity
    reading = possible_plan(context, compiled.app.name, entity.name, "read")
    plans = [plan for action in ("create", "update") if (plan := possible_plan(context, compiled.app.name, entity.name, action))]
    known = {path for path in entity.fields if _is_known([*plans, *([reading] if reading else [])], path)}
    by = {path for path in known if reading is not None and reading.shows(path) in {"clear", "by_row"}}
    fields = fields_called(entity, columns, known, assigned)
    key = key_among(entity, fields, by)
    foreign = [
        column
        for column, field in fields.items()
        if field.name != key and not (is_entered(field) and any(plan.writes(field.name) for plan in plans))
    ]
    if foreign:
        raise _not_entered(foreign)
    mapping = mapping_of(compiled.app, entity, fields, (key,) if key else (), name)
    if mapping.mapping is None or mapping.document is None:
        raise BrokenMapping(mapping.diagnostics, mapping.document)
    reader, findings = compile_step(mapping.mapping, 0, mapping.document, columns, context)
    if reader is None:
        raise BrokenMapping(findings, mapping.document)
    return ImportPlan(reader, fields, key)


def _is_known(plans: list[AccessPlan], path: str) -> bool:
    return any(plan.shows(path) != "nothing" or plan.writes(path) for plan in plans)


def _not_entered(columns: list[str]) -> Invalid:
    listed = ", ".join(columns)
    message = {
        "zh": f"这些列不能由您填写：{listed}。请从文件中去掉。",
        "en": f"These columns are not yours to enter: {listed}. Take them out of the file.",
    }
    faults = tuple(
        Fault(NOT_WRITABLE.id, {"zh": f"“{column}”不能由您填写。", "en": f"{column} is not yours to enter."}, parameter=column)
        for column in columns
    )
    return Invalid(message, code=NOT_WRITABLE.id, faults=faults)
