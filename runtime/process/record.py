"""The record that an approval is about, as the platform itself reads it: locked, whole, in the values of expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.compile.app import CompiledApp
from runtime.context import SYSTEM, Context
from runtime.failures import NotFound
from runtime.process.flows import Flow
from runtime.records.access import NOT_THERE
from runtime.records.facts import facts_of
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.store.direct import ask_value


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """The values of one record, flat under dotted paths, with its version."""

    id: str
    version: int
    values: Mapping[str, object]


def lock_record(connection: Connection, flow: Flow, record_id: str) -> int:
    """Take the record for this transaction, so that nobody edits what is being decided; returns its version."""
    table = flow.entity.table

    def build() -> sa.Select[Any]:
        living = (table.c.id == sa.bindparam("record"), table.c.deleted_at.is_(None))
        return sa.select(table.c.version).where(*living).with_for_update()

    found = flow.compiled.cache.get_or_make(("lock record", flow.workflow.entity), build)
    version: int | None = ask_value(connection, found, {"record": record_id})
    if version is None:
        raise NotFound(NOT_THERE)
    return version


def on_release(context: Context, compiled: CompiledApp) -> Context:
    """The same person on the release that an instance stays on."""
    if context.releases.get(compiled.app.name) is compiled:
        return context
    return replace(context, releases={**context.releases, compiled.app.name: compiled})


def platform_context(context: Context, compiled: CompiledApp) -> Context:
    """The platform itself in the place of the person, on the release of the flow."""
    return replace(on_release(context, compiled), principal=SYSTEM)


def read_case(connection: Connection, context: Context, flow: Flow, record_id: str) -> CaseRecord:
    """The record with everything that the workflow reads of it and of the records that it refers to."""
    compiled, name = flow.compiled, flow.workflow.entity
    entity = compiled.entities[name].entity
    paths = tuple(sorted({".".join(path) for path in flow.reads}))
    request = GetRequest(select=paths)
    found = get_record(connection, platform_context(context, compiled), compiled.app.name, name, record_id, request)
    return CaseRecord(record_id, found.version, facts_of(compiled, entity, found.values, paths))


def read_whole(connection: Connection, context: Context, flow: Flow, record_id: str) -> dict[str, object]:
    """All values of the record in their wire form: what `$record` sends."""
    platform, app = platform_context(context, flow.compiled), flow.compiled.app.name
    return dict(get_record(connection, platform, app, flow.workflow.entity, record_id).values)
