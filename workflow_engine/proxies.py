"""代理: who may act for the owner of a seat while he is away, one hop and no further; both count for four eyes and limits."""

from __future__ import annotations

from forms_dsl.model import HumanStep
from workflow_engine.controls import bar
from workflow_engine.definition import Definition
from workflow_engine.state import Instance, Seat, Visit
from workflow_engine.world import World


def admits_proxies(definition: Definition, step: HumanStep) -> bool:
    """Whether somebody else may act at a step for those who are asked; a ballot is cast in person."""
    proxy = definition.workflow.proxy
    return proxy.allowed and step.verb != "vote" and step.name not in proxy.not_at


def represented(definition: Definition, state: Instance, world: World, visit: Visit, seat: Seat, person: str) -> str | None:
    """For whom a person acts at a seat that is not his own; None where he acts for nobody.

    Who sits in the visit himself, or may, never acts for another there: one person has one vote.
    """
    if visit.state != "open" or not admits_proxies(definition, definition.human(visit.step)):
        return None
    there = {each for other in visit.seats for each in (other.owner, other.actor, *other.candidates)}
    if person in there or bar(definition, state, world, visit.step, person) is not None:
        return None
    return next((owner for owner in visit.entitled(seat) if person in world.proxies(owner)), None)
