"""A worked case looked at ahead: its own acts are done, then everybody approves; the same engine as the run itself."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.scenario import Refused, play
from workflow_engine.simulate import Trial, simulate, simulate_from
from workflow_engine.trial_world import world_of
from workflow_engine.worked_case import WorkedCase, record_after


@dataclass(frozen=True, slots=True)
class Preview:
    """The steps that the acts of the case have left, the act that was refused, and the steps still to come."""

    done: tuple[str, ...]
    trial: Trial
    #: approved, rejected or stopped; stuck where it does not go on.
    ends: str
    refused: Refused | None = None


def preview(worked: WorkedCase) -> Preview:
    """Where a case leads; raises ValueRefused for a value that its field does not take."""
    if not worked.case.do:
        user = worked.case.user
        unit = user.branch if user is not None else None
        trial = simulate(
            worked.definition, worked.starter, unit, lambda done: world_of(worked, record_after(worked, done), worked.now)
        )
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
