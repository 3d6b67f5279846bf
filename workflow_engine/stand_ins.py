"""Who is asked in somebody's place: the leader of the starter, for the starter himself and for whoever cannot be found.

A leader who is missing never means that a step passes: it is held then.
"""

from __future__ import annotations

from dataclasses import replace

from forms_dsl.model import HumanStep, Workflow
from workflow_engine.controls import VOTING
from workflow_engine.definition import Definition
from workflow_engine.state import Instance, Visit
from workflow_engine.world import Candidate, Found, World

#: Rules by which one answer is enough: nobody misses the seat of the starter there.
_ONE_IS_ENOUGH = frozenset(("first", "any_approve"))


def without_starter(definition: Definition, state: Instance, world: World, step: HumanStep, found: Found) -> Found | None:
    """The people of a voting step where the starter is one of them (#36); None when the flow is held for it."""
    starter = state.starter
    if step.verb not in VOTING or all(candidate.person != starter for candidate in found.candidates):
        return found
    others = tuple(candidate for candidate in found.candidates if candidate.person != starter)
    match definition.workflow.starter_is_approver:
        case "leader":
            leaders = _leaders(world, starter)
            known = {candidate.person for candidate in others}
            there = any(leader in known for leader in leaders)
            stand_ins = tuple(Candidate(leader) for leader in leaders if leader not in known)
            return replace(found, candidates=(*others, *stand_ins)) if stand_ins or there else None
        case "skip_if_others":
            return found if others else None
        case _:
            # Where each of them decides, a seat would be missing without anybody having said so.
            return None if _has_his_own_seat(step) and others else found


def for_nobody(workflow: Workflow, state: Instance, world: World) -> Found:
    """Who is asked where a step finds nobody (#35): the leader of the starter, when the workflow says so."""
    if workflow.no_approver != "leader":
        return Found((), "no_approver")
    return Found(tuple(map(Candidate, _leaders(world, state.starter))), "leader_of_starter")


def may_pass_without(definition: Definition, step: HumanStep, found: Found) -> bool:
    """Whether a step that finds nobody at all passes by itself: never under four eyes or a limit, nor with values to enter."""
    flow = definition.workflow
    named = {name for r in flow.four_eyes for name in (*r.different_people, *r.same_person, *r.may_not_act_at)}
    guarded = step.name in named or step.limit is not None or step.by.with_limit is not None
    asks = bool(step.fields.require) or step.signature
    return flow.no_approver == "auto_pass" and step.verb == "approve" and not (found.candidates or guarded or asks)


def stands_in(state: Instance, world: World, visit: Visit, person: str) -> bool:
    """Whether somebody was asked in another's place and still leads him."""
    return person in visit.stand_ins and person in _leaders(world, state.starter)


def _has_his_own_seat(step: HumanStep) -> bool:
    return step.by.pick == "all" and step.by.count_max is None and step.rule.kind not in _ONE_IS_ENOUGH


def _leaders(world: World, person: str) -> tuple[str, ...]:
    return tuple(candidate.person for candidate in world.leader_of(person).candidates)
