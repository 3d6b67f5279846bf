"""Decisions that run beside a live one: what they give is recorded with what the live one gave, and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.templates import to_json
from runtime.context import Context
from runtime.process.flows import Flow
from runtime.process.outputs import StepRun
from runtime.process.record import CaseRecord
from runtime.process.world import facts_of
from runtime.store.identifiers import new_id
from runtime.store.tables import shadow_run
from runtime.store.types import format_instant

#: How many differing cases a report names, the newest first.
_SHOWN = 50


def run_shadows(
    connection: Connection,
    context: Context,
    flow: Flow,
    record: CaseRecord,
    run: StepRun,
    live: tuple[str, Mapping[str, object]],
) -> None:
    """Ask every shadow of a decision over the record as the live one saw it; part of the transaction of the step."""
    if not run.shadows:
        return
    decision, gave = live
    facts, outputs = facts_of(context, flow.compiled, record), {name: to_json(value) for name, value in gave.items()}
    for name, ask in run.shadows.items():
        found = ask(facts)
        other = None if found is None else {each: to_json(value) for each, value in found.items()}
        values = {
            "id": new_id(context.now),
            "app": flow.compiled.app.name,
            "shadow": name,
            "live": decision,
            "entity": flow.workflow.entity,
            "record_id": record.id,
            "live_output": outputs,
            "shadow_output": other,
            "differs": other != outputs,
            "ran_at": context.now,
        }
        connection.execute(sa.insert(shadow_run).values(values))


def shadow_report(connection: Connection, app: str, shadow: str) -> dict[str, object]:
    """How often a shadow gave the same, how often another answer, by pair of answers; and the newest cases that differ.

    Cases are told by their record's id: who may not read the record learns no value of it here but the two answers.
    """
    columns = shadow_run.c
    mine = (columns.app == app, columns.shadow == shadow)
    counted = connection.execute(
        sa.select(columns.differs, sa.func.count(), sa.func.min(columns.ran_at), sa.func.max(columns.ran_at))
        .where(*mine)
        .group_by(columns.differs)
    ).all()
    pairs = connection.execute(
        sa.select(columns.live_output, columns.shadow_output, sa.func.count().label("count"))
        .where(*mine, columns.differs)
        .group_by(columns.live_output, columns.shadow_output)
        .order_by(sa.func.count().desc(), columns.live_output, columns.shadow_output)
        .limit(_SHOWN)
    ).all()
    cases = connection.execute(
        sa.select(shadow_run).where(*mine, columns.differs).order_by(columns.ran_at.desc(), columns.id.desc()).limit(_SHOWN)
    ).all()
    by_differs = {bool(row[0]): row for row in counted}
    return {
        "runs": sum(row[1] for row in counted),
        "differing": by_differs[True][1] if True in by_differs else 0,
        "first_at": format_instant(min(row[2] for row in counted)) if counted else None,
        "last_at": format_instant(max(row[3] for row in counted)) if counted else None,
        "pairs": [{"live": row.live_output, "shadow": row.shadow_output, "count": row.count} for row in pairs],
        "cases": [
            {
                "entity": row.entity,
                "record_id": row.record_id,
                "live": row.live_output,
                "shadow": row.shadow_output,
                "at": format_instant(row.ran_at),
            }
            for row in cases
        ],
    }
