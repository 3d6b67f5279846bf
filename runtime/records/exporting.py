"""Who may take a list out of the platform, and how much of it: the rows of exporting roles, each role within its own limit.

A role exports the rows that it gives, with the fields that it shows. What a person sees by other roles besides is no part of
the file: to read is not to take away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import code
from forms_dsl.model import AccessRule, Transfer
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.screens.view import Letting
from runtime.context import Context
from runtime.failures import BadRequest, Conflict, NotAllowed
from runtime.query.late import held_roles
from runtime.query.plans import AccessPlan
from runtime.records.access import access_plan, find_entity, possible_plan
from runtime.records.planning import plan_list
from runtime.records.read import count_records
from runtime.records.request import ListRequest
from runtime.records.transfers import TransferRight, releasing, transfer_rights

NO_EXPORT = code("Q221", "An export by somebody whose roles do not export these records.")
TOO_MANY_ROWS = code("Q222", "An export of more records than the person's roles let out at once.")


@dataclass(frozen=True, slots=True)
class Admission:
    """What may leave: the plan that reads it, how much it is, and on which terms."""

    access: AccessPlan
    rows: int
    roles: tuple[str, ...]
    #: The roles that another person must hold, all of them, to release this export; none: it needs no release.
    released_by: tuple[str, ...]
    watermark: bool


def export_rights(context: Context, compiled: CompiledApp, entity: CompiledEntity) -> tuple[TransferRight, ...]:
    """The exporting roles that this person holds, of those that let him read records of the entity."""
    plan = possible_plan(context, compiled.app.name, entity.entity.name, "read")
    granting = set(plan.granted_by) if plan is not None else set()
    mine = held_roles(context, compiled) & granting
    return tuple(right for right in transfer_rights(compiled, entity, _out) if right.role in mine)


def releasing_roles(compiled: CompiledApp, entity: CompiledEntity) -> frozenset[str]:
    """The roles whose people release exports of an entity."""
    return releasing(transfer_rights(compiled, entity, _out))


def letting(context: Context, compiled: CompiledApp, entity: CompiledEntity) -> Letting | None:
    """The terms on which this person takes lists of an entity out, None when he may not."""
    rights = export_rights(context, compiled, entity)
    if not rights:
        return None
    alone = max((right.rows for right in rights if right.transfer.approved_by is None), default=0)
    return Letting(max(right.rows for right in rights), alone)


def export_plan(context: Context, app: str, entity: str, roles: Iterable[str]) -> AccessPlan:
    """What these exporting roles of a person give: the plan of a list with no other grants."""
    usual = access_plan(context, app, entity, "read")
    named = tuple(sorted(roles))
    grants = tuple(grant for grant in usual.grants if grant.source in named)
    if not grants:
        raise NotAllowed({"zh": "您的角色不能导出此数据。", "en": "None of your roles exports these records."}, code=NO_EXPORT.id)
    return replace(usual, grants=grants, fingerprint=(usual.fingerprint, "export", named))


def admit(connection: Connection, context: Context, app: str, entity: str, request: ListRequest) -> Admission:
    """What of a list this person may take out; NotAllowed or Conflict where he may not, nothing is left out silently.

    A role lets its rows out when there are no more of them than it says; every row needs a role that lets it out, without
    a release where one does. BadRequest for a query that these roles cannot ask.
    """
    compiled, found = find_entity(context, app, entity)
    rights = export_rights(context, compiled, found)
    plan = export_plan(context, app, entity, (right.role for right in rights))
    plan_list(context, plan, request)  # refuses what cannot be asked, its columns too
    request = replace(request, select=(), titles=False)  # which decide on no row
    rows = count_records(connection, context, plan, request)

    def rows_of(some: Iterable[TransferRight]) -> int | None:
        """How many of the rows these roles alone give, None where the question needs what they do not show."""
        try:
            alone = export_plan(context, app, entity, (right.role for right in some))
            return count_records(connection, context, alone, request)
        except BadRequest:
            return None

    # A role that cannot ask the question is taken to give all the rows: it lets them out only where it lets so many out.
    within = [right for right in rights if (rows if (own := rows_of([right])) is None else own) <= right.rows]
    free = [right for right in within if right.transfer.approved_by is None]
    for some in (free, within):
        if some and (some == list(rights) or rows_of(some) == rows):
            chosen = export_plan(context, app, entity, (right.role for right in some))
            releasing = {right.transfer.approved_by for right in some if right.transfer.approved_by is not None}
            watermark = any(right.transfer.watermark for right in some)
            return Admission(chosen, rows, tuple(right.role for right in some), tuple(sorted(releasing)), watermark)
    most = max(right.rows for right in rights)
    message = {
        "zh": f"共 {rows:,} 条，超出您一次可导出的 {most:,} 条。请缩小筛选范围。",
        "en": f"These are {rows:,} records; your roles let {most:,} out at once. Narrow the filter.",
    }
    raise Conflict(message, code=TOO_MANY_ROWS.id, extra={"rows": rows, "limit": most})


def _out(rule: AccessRule) -> Transfer | None:
    return rule.export
