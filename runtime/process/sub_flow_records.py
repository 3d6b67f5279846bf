"""子流程, on which records: the record itself, the one that it refers to, or each of the related ones that meet the condition."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from forms_dsl.model import SubFlowStep
from runtime.context import Context
from runtime.process.flows import Flow
from runtime.process.record import CaseRecord, platform_context
from runtime.query.late import context_facts
from runtime.records.facts import facts_of
from runtime.records.matching import matching_ids
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.store.identifiers import new_id
from workflow_engine.state import Child

#: So many runs one step begins at most: more are work for an automation, not for one approval.
MOST = 500


def children_of(
    connection: Connection, context: Context, flow: Flow, record: CaseRecord, step: SubFlowStep
) -> tuple[Child, ...] | str:
    """The runs that a step begins, each on the release that is live now, or why it begins none."""
    inner = flow.compiled.app.workflows[step.workflow]
    live = context.releases.get(flow.compiled.app.name, flow.compiled)
    if all(found.id != inner.id for found in live.app.workflows.values()):
        return "sub_flow_gone"
    records = _records(connection, context, flow, record, step)
    if isinstance(records, str):
        return records
    return tuple(Child(new_id(context.now), each, live.release) for each in records)


def _records(
    connection: Connection, context: Context, flow: Flow, record: CaseRecord, step: SubFlowStep
) -> tuple[str, ...] | str:
    if step.record is not None:
        target = record.values.get(step.record)
        return (target,) if isinstance(target, str) else "sub_flow_record_missing"
    if step.each is None:
        return (record.id,)
    related = flow.entity.entity.related[step.each]
    platform, entity = platform_context(context, flow.compiled), flow.compiled.entity(related.entity)
    referring = (related.by, record.id)
    ids = matching_ids(connection, platform, flow.compiled, entity, related.where, referring=referring, limit=MOST + 1)
    if len(ids) > MOST:
        return "sub_flow_too_many"
    return tuple(each for each in ids if _meets(connection, context, flow, record, step, each))


def _meets(connection: Connection, context: Context, flow: Flow, record: CaseRecord, step: SubFlowStep, related: str) -> bool:
    """Whether a related record meets the condition of the step; the record of the flow is `record` there."""
    if step.where is None:
        return True
    found = flow.compiled.entity(flow.entity.entity.related[step.each or ""].entity).entity
    paths = tuple(sorted(".".join(path) for path in step.where.reads))
    app, platform = flow.compiled.app.name, platform_context(context, flow.compiled)
    values = get_record(connection, platform, app, found.name, related, GetRequest(select=paths or ("id",))).values
    facts = context_facts(context, flow.compiled, record=facts_of(flow.compiled, found, values, paths), outer=record.values)
    return flow.value(step.where, facts) is True
