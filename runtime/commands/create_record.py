"""Make a record and, where its entity has an approval that the person may start, start it: both or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import orjson
from sqlalchemy.engine import Connection

from forms_dsl.model import Workflow
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.process.choices import choices_in, refuse_choices_of_nothing
from runtime.process.flows import live_flow
from runtime.process.people import may_start
from runtime.process.record import lock_record
from runtime.process.service import start_process
from runtime.records.access import find_entity, submitted_to
from runtime.records.read import Record, find_record
from runtime.records.write import Written, insert_record
from runtime.store.database import Database


def create_record(
    database: Database, context: Context, app: str, entity: str, values: Mapping[str, object], *, submit: bool
) -> Record:
    """Make a record from a body; with `submit` its approval starts in the same transaction. Returns it as this person may see it."""
    with database.write() as connection:
        written = make_record(connection, context, app, entity, values, submit=submit, later=True)
        return seen_by_writer(connection, context, app, entity, written)


def make_record(
    connection: Connection,
    context: Context,
    app: str,
    entity: str,
    values: Mapping[str, object],
    *,
    submit: bool,
    later: bool = False,
) -> Written:
    """The same within the caller's transaction (`later` as in `insert_record`); returns the version that the start of the approval has left."""
    compiled, _ = find_entity(context, app, entity)
    fields, choices = choices_in(values)
    workflow = startable_workflow(connection, context, compiled, entity)
    written = insert_record(connection, context, app, entity, fields, is_draft=workflow is not None and not submit, later=later)
    if workflow is None or not submit:
        refuse_choices_of_nothing(choices)
        return written
    start_process(connection, context, app, workflow.name, written.id, choices)
    return replace(written, version=lock_record(connection, live_flow(context, app, workflow.name), written.id))


def startable_workflow(connection: Connection, context: Context, compiled: CompiledApp, entity: str) -> Workflow | None:
    """The workflow over the entity that this person may start, if there is one."""
    found = submitted_to(compiled, compiled.entities[entity])
    return next((each for each in found if may_start(connection, context, compiled, each.start_by)), None)


def seen_by_writer(connection: Connection, context: Context, app: str, entity: str, written: Written) -> Record:
    """What was written as its writer may read it; only its id and version when he may not."""
    found = find_record(connection, context, app, entity, written.id)
    if found is not None:
        return found
    return Record(written.id, written.version, orjson.dumps({"id": written.id, "version": written.version}))
