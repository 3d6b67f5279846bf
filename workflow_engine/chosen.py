"""Who fits a step: those whom its definition finds, or of a range those whom somebody chose (自选, #34)."""

from __future__ import annotations

from dataclasses import replace

from forms_dsl.model import People
from workflow_engine.state import Instance
from workflow_engine.world import Found, World

#: The kind of people whom somebody chooses.
CHOSEN = "chosen_by"


def people_at(state: Instance, world: World, step: str, by: People) -> Found:
    """Everybody who fits a step now; of people who are chosen those who were, in the order in which they were named."""
    if by.kind != CHOSEN or by.among is None:
        return world.people(by)
    found = world.people(by.among)
    able = {candidate.person: candidate for candidate in found.candidates}
    chosen = state.choices.get(step, ())
    return replace(found, candidates=tuple(able[person] for person in chosen if person in able), because=f"chosen_by: {by.name}")


def fits_step(state: Instance, world: World, step: str, by: People, person: str) -> bool:
    """Whether a person is active and still one of those whom a step asks."""
    if by.kind != CHOSEN or by.among is None:
        return world.still_fits(by, person)
    return person in state.choices.get(step, ()) and world.still_fits(by.among, person)
