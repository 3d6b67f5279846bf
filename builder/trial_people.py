"""The people of the bank around a case of a draft: who would be asked, found as a real approval finds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import CaseUser, HumanStep
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.failures import Fault, Invalid
from runtime.process.people import Case, Directory, find_people, leader_of, still_fits
from runtime.process.world import limit_of
from runtime.store.tables import org_person
from workflow_engine.preview import Around
from workflow_engine.worked_case import WorkedCase
from workflow_engine.world import Ran, World

#: Makes a case one that somebody of the bank starts, and puts the bank's people around it.
Surround = Callable[[WorkedCase, CompiledApp], tuple[WorkedCase, Around]]


def started_by(connection: Connection, context: Context, person: str) -> Surround:
    """The case as this person would start it today, among the people of today; raises Invalid when there is no such person."""
    found = connection.execute(
        sa.select(org_person.c.f_branch).where(org_person.c.id == person, org_person.c.active, org_person.c.deleted_at.is_(None))
    ).first()
    if found is None:
        message = {"zh": "没有这个在职人员。", "en": "There is no such active person."}
        raise Invalid(message, faults=(Fault(Invalid.code, message, pointer="/starter"),))
    unit = found.f_branch

    def surround(worked: WorkedCase, compiled: CompiledApp) -> tuple[WorkedCase, Around]:
        if worked.case.do:
            message = {"zh": "有动作的案例由案例自己的人员办理。", "en": "A case with acts is played by people of its own."}
            raise Invalid(message, faults=(Fault(Invalid.code, message, pointer="/case/do"),))
        mine = replace(worked, starter=person, case=replace(worked.case, user=CaseUser(branch=unit)))
        return mine, lambda world, record: _among(connection, context, compiled, mine, world, record)

    return surround


def _among(
    connection: Connection,
    context: Context,
    compiled: CompiledApp,
    worked: WorkedCase,
    world: World,
    record: Mapping[str, object],
) -> World:
    """The same world, in which the people are those of the bank."""
    entity = worked.entity
    unit = record.get(entity.owner_branch) if entity.owner_branch else None
    owner = record.get(entity.owner_user) if entity.owner_user else None
    branch = worked.case.user.branch if worked.case.user is not None else None
    case = Case(
        worked.starter, branch, unit if isinstance(unit, str) else None, owner if isinstance(owner, str) else None, record
    )
    directory, run = Directory(connection, context, compiled, case), world.run

    def again(step: HumanStep) -> Ran:
        if run is None:
            raise ValueError("no decisions")
        ran = run(step)
        return replace(ran, world=_among(connection, context, compiled, worked, ran.world, record))

    return replace(
        world,
        people=lambda by: find_people(directory, by),
        still_fits=lambda by, person: still_fits(directory, by, person),
        limit_of=lambda person: limit_of(connection, compiled, person),
        leader_of=lambda person: leader_of(directory, person),
        run=None if run is None else again,
    )
