"""A worked case looked at ahead: its own acts are done, then everybody approves; the same engine as the run itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workflow_engine.scenario import Refused, play
from workflow_engine.simulate import Trial, simulate, simulate_from
from workflow_engine.trial_world import world_of
from workflow_engine.worked_case import Record, WorkedCase, record_after, reversed_in
from workflow_engine.world import World

#: Changes who is in the world of a case while its record is as it is.
Around = Callable[[World, Record], World]


@dataclass(frozen=True, slots=True)
class Preview:
    """The steps that the acts of the case have left, the act that was refused, and the steps still to come."""

    done: tuple[str, ...]
    trial: Trial
    #: approved, rejected or stopped; stuck where it does not go on.
    ends: str
    refused: Refused | None = None


def _as_it_is(world: World, _record: Record) -> World:
    return world


def preview(worked: WorkedCase, around: Around = _as_it_is) -> Preview:
    """Where a case leads; `around` has a say in cases without acts. Raises ValueRefused for a value that its field does not take."""
    if not worked.case.do:
        user = worked.case.user
        unit = user.branch if user is not None else None

        def facts(done: tuple[str, ...]) -> World:
            record = record_after(worked, done)
            return around(world_of(worked, record, worked.now), record)

        trial = simulate(worked.definition, worked.starter, unit, facts, reverses=reversed_in(worked))
        return Preview((), trial, trial.ends)
    played = play(worked)
    open_steps = {visit.step for visit in played.state.open_visits()}
    done = tuple(step for step in played.path if step not in open_steps)
    if played.refused is not None:
        return Preview(done, Trial((), "stuck"), "stuck", played.refused)
    if not played.state.is_running:
        return Preview(done, Trial((), "approved"), played.state.state)
    trial = simulate_from(
        worked.definition,
        played.state,
        lambda through: world_of(worked, record_after(worked, through, played.record), played.now),
    )
    return Preview(done, trial, trial.ends)
