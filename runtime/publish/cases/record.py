"""What became of the records of a case, and the effects beside them, against what it expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from forms_dsl.diagnostics import Sentence
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import DecisionValue, Entity, Expected
from forms_dsl.names import SYSTEM_FIELDS
from forms_dsl.source import Pointer
from runtime.publish.cases.bench import Sitting
from runtime.publish.cases.reading import GIVEN
from runtime.records.facts import value_of
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.store.tables import wf_work
from workflow_engine.differences import Difference, differs


def record_differences(sitting: Sitting, expect: Expected) -> Iterator[Difference]:
    """The values of the given record and of those by name that are other than expected."""
    if expect.fields and GIVEN in sitting.records:
        record_id, entity = sitting.records[GIVEN]
        yield from _fields(sitting, entity, record_id, expect.fields, ("expect", "fields"))
    for name, values in expect.records.items():
        record_id, entity = sitting.records[name]
        for said, at in _fields(sitting, entity, record_id, values, ("expect", "records", name)):
            yield Difference(Sentence(f"{name}: {said.en}", f"{name}：{said.zh}"), at)


def effect_differences(sitting: Sitting, expect: Expected) -> Iterator[Difference]:
    """Numbers of work items, messages and records that are other than expected."""
    seen = {"work_items": _work_items(sitting), "messages": len(sitting.messages), "record_count": _made(sitting)}
    for word, number in seen.items():
        wanted = getattr(expect, word)
        if wanted is not None and wanted != number:
            key = "records" if word == "record_count" else word
            yield differs(key, wanted, number, ("expect", key))


def output_differences(declared: Mapping[str, DecisionValue], given: Mapping[str, object], expect: Expected) -> list[Difference]:
    """The outputs of a decision that are other than expected."""
    found = []
    for name, raw in expect.output.items():
        output, actual = declared[name], given.get(name)
        wanted: object = tuple(map(str, raw)) if isinstance(raw, list) else FIELD_TYPES[output.type].parse(raw, output.options)
        if wanted != actual:
            found.append(differs(name, wanted, actual, ("expect", "output", name)))
    return found


def _fields(sitting: Sitting, entity: Entity, record_id: str, wanted: Mapping[str, object], at: Pointer) -> Iterator[Difference]:
    """The values of a record that differ from the expected ones, read like any record."""
    context, request = sitting.context(), GetRequest(select=tuple(wanted))
    found = get_record(sitting.connection, context, entity.app, entity.name, record_id, request).values
    for name, raw in wanted.items():
        declared = entity.fields.get(name) or SYSTEM_FIELDS[name]
        value = FIELD_TYPES[declared.type].parse(raw, declared.options)
        actual = value_of(declared.value_type, found.get(name))
        if value != actual:
            yield differs(name, value, actual, (*at, name))


def _work_items(sitting: Sitting) -> int:
    return sitting.connection.scalar(sa.select(sa.func.count()).select_from(wf_work)) or 0


def _made(sitting: Sitting) -> int:
    """The records that were made beside those of the case, and are still there."""
    tables = [entity.table for entity in sitting.bench.releases[sitting.bench.app.name].entities.values()]
    counts = (sa.select(sa.func.count()).where(table.c.deleted_at.is_(None), table.c.id.not_in(sitting.made)) for table in tables)
    return sum(sitting.connection.scalar(count) or 0 for count in counts)
